//! Business time. (Written by the calendar module's author.)

/// All calendars of a workspace.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calendars {}

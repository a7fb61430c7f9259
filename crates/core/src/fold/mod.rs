//! The folds: rows of one conversation, or of one customer, to facts. All the hard rules live here.
//!
//! A fold is a pure function of its group and of a [`Context`] that holds for the whole workspace. It never
//! asks what time it is: what depends on now (windows that have not passed, periods) is decided by the query.
//! So the facts of a group before a change can be had again by folding its rows without the change, which is
//! how the store makes the -1 rows of a refresh.

pub mod attributes;
pub mod conversation;
pub mod customer;
pub mod reference;

pub use attributes::Attributes;

use crate::calendar::Calendars;
use crate::settings::Settings;

/// The version of the rules in this module; part of `facts_version`. Raise it with every change of a fold's output.
pub const RULES_VERSION: u32 = 1;

/// What holds for all groups.
#[derive(Clone, Copy)]
pub struct Context<'c> {
    /// Thresholds, windows, bot ids.
    pub settings: &'c Settings,
    /// Who is open when.
    pub calendars: &'c Calendars,
    /// Who customers and agents were at a moment.
    pub attributes: &'c Attributes,
    /// Where civil months begin in the workspace's zone: `Months::new(&settings.zone)`.
    pub months: &'c customer::Months,
}

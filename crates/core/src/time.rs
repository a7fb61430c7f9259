//! Instants and spans: integer microseconds, UTC.
//!
//! Everything inside is counted in whole microseconds, so that a sum never depends on its order; rounding
//! happens once, where a number is shown.

use serde::{Deserialize, Serialize};

/// Microseconds in a second.
pub const SECOND: i64 = 1_000_000;
/// Microseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Microseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Microseconds in a day of 24 hours.
pub const DAY: i64 = 24 * HOUR;

/// A moment: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

/// A length of time in microseconds; negative only where a source is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(pub i64);

impl Instant {
    /// The elapsed time from `earlier` to this moment.
    pub fn since(self, earlier: Instant) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// This moment, `span` later; saturates at the ends of time.
    pub fn plus(self, span: Span) -> Instant {
        Instant(self.0.saturating_add(span.0))
    }

    /// The moment as jiff knows it; `None` outside of the years -9999 to 9999.
    pub fn to_timestamp(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_microsecond(self.0).ok()
    }
}

impl From<jiff::Timestamp> for Instant {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Instant(timestamp.as_microsecond())
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.to_timestamp() {
            Some(timestamp) => write!(out, "{timestamp}"),
            None => write!(out, "{} us", self.0),
        }
    }
}

impl Span {
    /// `days` of 24 hours.
    pub const fn days(days: i64) -> Span {
        Span(days * DAY)
    }

    /// `hours` of 60 minutes.
    pub const fn hours(hours: i64) -> Span {
        Span(hours * HOUR)
    }

    /// The span in seconds, for display.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / SECOND as f64
    }
}

impl std::ops::Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Span {
    fn sum<I: Iterator<Item = Span>>(spans: I) -> Span {
        spans.fold(Span(0), |total, span| total + span)
    }
}

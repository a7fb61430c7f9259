//! Time zones by name, always from the bundled database, so that a number does not depend on the machine.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::time::SECOND;

/// The zone of a name, or the most similar name that exists.
pub fn zone(name: &str) -> Result<TimeZone, Option<String>> {
    let database = TimeZoneDatabase::bundled();
    database.get(name.trim()).map_err(|_| {
        let names: Vec<String> = database.available().map(|known| known.as_str().to_owned()).collect();
        nearest(name.trim(), names.iter().map(String::as_str))
    })
}

/// The name most like a mistyped one, if any is alike enough: a city without its continent, a slip of a key.
pub(super) fn nearest<'n>(wanted: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    let wanted = wanted.to_lowercase().replace(' ', "_");
    let likeness = |name: &str| {
        let name = name.to_lowercase();
        let last = name.rsplit('/').next().unwrap_or_default();
        strsim::jaro_winkler(&wanted, &name).max(strsim::jaro_winkler(&wanted, last))
    };
    names
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness > 0.84)
        .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(a.1)))
        .map(|(_, name)| name.to_owned())
}

/// A stretch of UTC time over which a zone keeps one offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct OffsetSpan {
    /// Its first microsecond.
    pub(super) from: i64,
    /// The microsecond after its last.
    pub(super) to: i64,
    /// Civil time less UTC, in microseconds.
    pub(super) offset: i64,
}

/// The stretches of one offset in `from..to`, in order and without gaps between them.
pub(super) fn offset_spans(zone: &TimeZone, from: i64, to: i64) -> Vec<OffsetSpan> {
    let Ok(start) = Timestamp::from_microsecond(from) else { return Vec::new() };
    let mut span = OffsetSpan { from, to, offset: i64::from(zone.to_offset(start).seconds()) * SECOND };
    let mut spans = Vec::new();
    for transition in zone.following(start) {
        let at = transition.timestamp().as_microsecond();
        if at >= to {
            break;
        }
        spans.push(OffsetSpan { to: at, ..span });
        span = OffsetSpan { from: at, to, offset: i64::from(transition.offset().seconds()) * SECOND };
    }
    spans.push(span);
    spans
}

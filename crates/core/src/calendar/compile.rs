//! From civil rules to open intervals of UTC time.
//!
//! A calendar is open at an instant when the civil time of that instant, in the calendar's zone, lies in one of
//! the day's intervals (start included, end not), the day is valid and no holiday. So an hour that a clock
//! change skips is not open, an hour that it repeats is open twice, and hours round the clock are all of time.
//! Between two clock changes civil time is UTC plus a constant: the intervals are cut at the changes and
//! shifted, which is exact, rather than converted end by end, which is not.

use jiff::tz::TimeZone;

use super::rules::{Opening, Rules};
use super::zone::{offset_spans, zone};
use crate::time::DAY;

/// No zone has ever been further from UTC than this.
const WIDEST_OFFSET: i64 = 2 * DAY;

/// An open interval, end exclusive.
pub(super) type Range = std::ops::Range<i64>;

/// The open intervals of UTC time in `from..to`: sorted, apart, none empty.
pub(super) fn open_ranges(rules: &Rules, from: i64, to: i64) -> Vec<Range> {
    let by_zone = rules.openings.iter().filter(|(_, openings)| !openings.is_empty());
    let mut all: Vec<Range> = Vec::new();
    let mut zones = 0;
    for (name, openings) in by_zone {
        let Ok(zone) = zone(name) else { continue };
        let civil = civil_ranges(openings, &rules.holidays, from - WIDEST_OFFSET, to + WIDEST_OFFSET);
        all.extend(utc_ranges(&civil, &zone, from, to));
        zones += 1;
    }
    if zones > 1 {
        all.sort_unstable_by_key(|range| range.start);
        all = union(all);
    }
    all
}

/// The civil intervals of all days that touch `from..to`, both civil.
fn civil_ranges(openings: &[Opening], holidays: &[i64], from: i64, to: i64) -> Vec<Range> {
    let by_weekday: [Vec<Opening>; 7] = std::array::from_fn(|weekday| {
        let mut day: Vec<Opening> = openings.iter().filter(|one| one.weekday == weekday as i64).copied().collect();
        day.sort_unstable_by_key(|opening| opening.opens);
        day
    });
    let (earliest, latest) = openings.iter().fold((i64::MAX, i64::MIN), |(first, last), opening| {
        (first.min(opening.valid.from), last.max(opening.valid.to))
    });
    let days = from.div_euclid(DAY).max(earliest)..(to.div_euclid(DAY) + 1).min(latest);
    let ranges = days.filter(|day| holidays.binary_search(day).is_err()).flat_map(|day| {
        // 1970-01-01 was a Thursday.
        by_weekday[(day + 3).rem_euclid(7) as usize]
            .iter()
            .filter(move |opening| (opening.valid.from..opening.valid.to).contains(&day))
            .map(move |opening| day * DAY + opening.opens..day * DAY + opening.closes)
    });
    union(ranges)
}

/// Civil intervals, sorted and apart, as UTC.
fn utc_ranges(civil: &[Range], zone: &TimeZone, from: i64, to: i64) -> Vec<Range> {
    let cut = offset_spans(zone, from, to).into_iter().flat_map(|span| {
        let (start, end) = (span.from + span.offset, span.to + span.offset);
        let first = civil.partition_point(|range| range.end <= start);
        civil[first..]
            .iter()
            .take_while(move |range| range.start < end)
            .map(move |range| range.start.max(start) - span.offset..range.end.min(end) - span.offset)
    });
    union(cut)
}

/// Joins what overlaps or touches; the ranges come sorted by their start.
fn union(sorted: impl IntoIterator<Item = Range>) -> Vec<Range> {
    let mut joined: Vec<Range> = Vec::new();
    for range in sorted {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ if range.is_empty() => {}
            _ => joined.push(range),
        }
    }
    joined
}

//! Eighty years of one calendar, compiled so that a lookup is a few reads and no branch that can be mispredicted.
//!
//! Business time between two instants is F(b) - F(a), where F(t) is the open time from the block's start to t:
//! what lies in the days before, kept by day, and what has passed of each interval of the day. Days that are
//! alike share their intervals (a calendar has a handful of kinds of days), and all kinds are padded to the same
//! number of intervals, so the processor has nothing to guess and the tables stay in its nearest cache.

use std::collections::HashMap;

use super::compile::Range;
use crate::time::DAY;

/// A day of UTC time.
#[derive(Clone, Copy, Debug)]
struct Day {
    /// The open time between the block's start and the day's.
    before: i64,
    /// Where the intervals of its kind start.
    kind: usize,
}

/// An interval of a day of UTC time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Open {
    /// Since the day's start.
    from: i64,
    length: i64,
}

/// The open time of a stretch of whole UTC days.
#[derive(Debug)]
pub(super) struct Block {
    from: i64,
    /// Empty where it is never open.
    days: Vec<Day>,
    /// The intervals of every kind of day, `per_day` each; padded with empty ones.
    kinds: Vec<Open>,
    per_day: usize,
    total: i64,
}

impl Block {
    /// Compiles the intervals of `from..to`, which are whole days of UTC.
    pub(super) fn new(ranges: &[Range], from: i64, to: i64) -> Block {
        if ranges.is_empty() {
            return Block { from, days: Vec::new(), kinds: Vec::new(), per_day: 0, total: 0 };
        }
        let mut known: HashMap<Vec<Open>, usize> = HashMap::new();
        let mut in_order: Vec<Vec<Open>> = Vec::new();
        let mut days = Vec::with_capacity(((to - from) / DAY) as usize);
        let (mut rest, mut total, mut opens) = (ranges, 0, Vec::new());
        for start in (from..to).step_by(DAY as usize) {
            opens_of_day(&mut rest, start, &mut opens);
            let kind = known.get(opens.as_slice()).copied().unwrap_or_else(|| {
                in_order.push(opens.clone());
                known.insert(opens.clone(), in_order.len() - 1);
                in_order.len() - 1
            });
            days.push(Day { before: total, kind });
            total += opens.iter().map(|open| open.length).sum::<i64>();
        }
        let per_day = in_order.iter().map(Vec::len).max().unwrap_or(0);
        days.iter_mut().for_each(|day| day.kind *= per_day);
        let kinds = in_order.into_iter().flat_map(|opens| padded(opens, per_day)).collect();
        Block { from, days, kinds, per_day, total }
    }

    /// All its open time.
    pub(super) fn total(&self) -> i64 {
        self.total
    }

    /// F: the open time from the block's start until `at`, an instant of the block.
    #[inline]
    pub(super) fn until(&self, at: i64) -> i64 {
        let since = (at - self.from) as u64;
        let (day, of_day) = (since / DAY as u64, (since % DAY as u64) as i64);
        let Some(day) = self.days.get(day as usize) else { return self.total };
        let passed = |open: &Open| (of_day - open.from).max(0).min(open.length);
        day.before + self.opens(day).iter().map(passed).sum::<i64>()
    }

    /// The earliest instant at which F is `passed`, of more than none and at most all.
    pub(super) fn when(&self, passed: i64) -> Option<i64> {
        let number = self.days.partition_point(|day| day.before < passed).checked_sub(1)?;
        let day = self.days.get(number)?;
        let mut wanted = passed - day.before;
        for open in self.opens(day) {
            if wanted <= open.length {
                return Some(self.from + number as i64 * DAY + open.from + wanted);
            }
            wanted -= open.length;
        }
        None
    }

    #[inline]
    fn opens(&self, day: &Day) -> &[Open] {
        &self.kinds[day.kind..day.kind + self.per_day]
    }
}

/// Fills `opens` with the intervals of the day that begins at `start`; `rest` loses those that end within it.
fn opens_of_day(rest: &mut &[Range], start: i64, opens: &mut Vec<Open>) {
    opens.clear();
    while let Some(range) = rest.first().filter(|range| range.start < start + DAY) {
        let (from, to) = (range.start.max(start), range.end.min(start + DAY));
        opens.push(Open { from: from - start, length: to - from });
        if range.end > start + DAY {
            break;
        }
        *rest = &rest[1..];
    }
}

fn padded(mut opens: Vec<Open>, per_day: usize) -> Vec<Open> {
    opens.resize(per_day, Open { from: DAY, length: 0 });
    opens
}

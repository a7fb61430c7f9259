//! Eighty years of one calendar, compiled so that a lookup costs two reads.
//!
//! Business time between two instants is F(b) - F(a), where F(t) is the open time from the block's start to t:
//! a sum over the intervals before t, kept beside each interval, and what of the interval at t has passed. The
//! interval is found through an index by day.

use super::compile::Range;
use crate::time::DAY;

/// One open interval, and the open time before it.
#[derive(Clone, Copy, Debug)]
struct Open {
    from: i64,
    to: i64,
    before: i64,
}

/// The open time of a stretch of whole UTC days.
#[derive(Debug)]
pub(super) struct Block {
    from: i64,
    open: Vec<Open>,
    /// By day since `from`: the first interval that ends after the day's start; empty where nothing is open.
    first: Vec<u32>,
    total: i64,
}

impl Block {
    /// Compiles the intervals of `from..to`, which are whole days of UTC.
    pub(super) fn new(ranges: &[Range], from: i64, to: i64) -> Block {
        let mut total = 0;
        let open: Vec<Open> = ranges
            .iter()
            .map(|range| {
                let open = Open { from: range.start, to: range.end, before: total };
                total += range.end - range.start;
                open
            })
            .collect();
        let mut at = 0;
        let first = (from..if open.is_empty() { from } else { to })
            .step_by(DAY as usize)
            .map(|day| {
                while open.get(at).is_some_and(|interval| interval.to <= day) {
                    at += 1;
                }
                at as u32
            })
            .collect();
        Block { from, open, first, total }
    }

    /// All its open time.
    pub(super) fn total(&self) -> i64 {
        self.total
    }

    /// F: the open time from the block's start until `at`, an instant of the block.
    #[inline]
    pub(super) fn until(&self, at: i64) -> i64 {
        let day = ((at - self.from) / DAY) as usize;
        let Some(first) = self.first.get(day) else { return self.total };
        for open in &self.open[*first as usize..] {
            if at < open.to {
                return open.before + (at - open.from).max(0);
            }
        }
        self.total
    }

    /// The earliest instant at which F is `passed`, of more than none and at most all.
    pub(super) fn when(&self, passed: i64) -> Option<i64> {
        let after = self.open.partition_point(|open| open.before < passed);
        let open = self.open.get(after.checked_sub(1)?)?;
        Some(open.from + (passed - open.before))
    }
}

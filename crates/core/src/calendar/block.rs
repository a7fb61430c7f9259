//! Eighty years of one calendar, compiled so that a lookup is one read and no branch that can be mispredicted.
//!
//! Business time between two instants is F(b) - F(a), where F(t) is the open time from the block's start to t.
//! Time is cut into slots of nine and a half hours (a power of two: a slot's number is a shift). In a slot F
//! rises while the calendar is open: the slot keeps one interval, and F is a constant plus t held within it.
//! Calendars with a lunch break or shifts have a second interval in every slot, and a third, in further layers;
//! some of them are empty, so that the processor has nothing to guess.

use super::compile::Range;

/// The length of a slot, as a power of two of microseconds.
const SLOT_BITS: u32 = 35;

/// An open interval, or the part of one in a slot; since the block's start.
#[derive(Clone, Copy, Debug, Default)]
struct Open {
    from: i64,
    to: i64,
}

impl Open {
    /// `at`, held within the interval.
    #[inline]
    fn held(self, at: i64) -> i64 {
        at.max(self.from).min(self.to)
    }
}

/// A stretch of time with one interval of its own, and one in every layer.
#[derive(Clone, Copy, Debug)]
struct Slot {
    /// F at the slot's start, less the start of its interval.
    base: i64,
    open: Open,
}

impl Slot {
    /// F at the slot's start.
    fn until_start(&self) -> i64 {
        self.base + self.open.from
    }
}

/// The open time of a stretch of time.
#[derive(Debug)]
pub(super) struct Block {
    /// Empty where it is never open.
    slots: Vec<Slot>,
    /// The second interval of every slot, the third, and so on.
    layers: Vec<Vec<Open>>,
    total: i64,
}

impl Block {
    /// Compiles the intervals of `from..to`, which are sorted and apart.
    pub(super) fn new(ranges: &[Range], from: i64, to: i64) -> Block {
        let count = if ranges.is_empty() { 0 } else { ((to - from - 1) >> SLOT_BITS) + 1 };
        let mut block = Block { slots: Vec::with_capacity(count as usize), layers: Vec::new(), total: 0 };
        let pieces = pieces(ranges, from);
        let mut rest = pieces.as_slice();
        for number in 0..count {
            let here = rest.iter().take_while(|piece| piece.from >> SLOT_BITS == number).count();
            block.push_slot(&rest[..here], count as usize);
            rest = &rest[here..];
        }
        block
    }

    /// Adds the next of `count` slots, with all its intervals.
    fn push_slot(&mut self, opens: &[Open], count: usize) {
        let open = opens.first().copied().unwrap_or_default();
        for (layer, open) in opens.iter().skip(1).enumerate() {
            if layer == self.layers.len() {
                self.layers.push(vec![Open::default(); count]);
            }
            self.layers[layer][self.slots.len()] = *open;
        }
        self.slots.push(Slot { base: self.total - open.from, open });
        self.total += opens.iter().map(|open| open.to - open.from).sum::<i64>();
    }

    /// All its open time.
    pub(super) fn total(&self) -> i64 {
        self.total
    }

    /// F: the open time from the block's start until `at` after it, which is within the block.
    #[inline]
    pub(super) fn until(&self, at: i64) -> i64 {
        let number = (at as u64 >> SLOT_BITS) as usize;
        let Some(slot) = self.slots.get(number) else { return self.total };
        let mut until = slot.base + slot.open.held(at);
        for layer in &self.layers {
            let open = layer[number];
            until += open.held(at) - open.from;
        }
        until
    }

    /// The least time after the block's start at which F is `passed`, of more than none and at most all.
    pub(super) fn when(&self, passed: i64) -> Option<i64> {
        let number = self.slots.partition_point(|slot| slot.until_start() < passed).checked_sub(1)?;
        let slot = self.slots.get(number)?;
        let mut wanted = passed - slot.until_start();
        for open in std::iter::once(slot.open).chain(self.layers.iter().map(|layer| layer[number])) {
            if wanted <= open.to - open.from {
                return Some(open.from + wanted);
            }
            wanted -= open.to - open.from;
        }
        None
    }
}

/// The intervals, cut where slots meet; since the block's start.
fn pieces(ranges: &[Range], block_from: i64) -> Vec<Open> {
    let mut pieces = Vec::with_capacity(ranges.len());
    for range in ranges {
        let (mut from, to) = (range.start - block_from, range.end - block_from);
        while from < to {
            let slot_end = ((from >> SLOT_BITS) + 1) << SLOT_BITS;
            pieces.push(Open { from, to: to.min(slot_end) });
            from = slot_end;
        }
    }
    pieces
}

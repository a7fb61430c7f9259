//! A histogram of whole numbers whose bins are the same everywhere and for ever: log-linear, 64 to an octave.
//!
//! So histograms of parts add up to that of the whole, a -1 row takes out what its +1 row put in, and no order
//! of rows changes anything. Values from -128 to 127 have a bin each; above, a bin is at most 1/64 (1.6 %) wide.
//! A bin only narrows down where an order statistic lies: the exact value comes from a second pass over the
//! rows of that bin, so quantiles are exact however wide it is.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::error::EstimateError;

/// Bins to an octave, as a power of two.
const SUB_BITS: u32 = 6;
const SUBS: i64 = 1 << SUB_BITS;

/// The bin of a value: greater values have equal or greater bins.
#[inline]
pub fn bin(value: i64) -> i32 {
    if value < 0 { !bin_of_positive(!value) } else { bin_of_positive(value) }
}

#[inline]
fn bin_of_positive(value: i64) -> i32 {
    if value < SUBS {
        return value as i32;
    }
    let octave = value.ilog2() - SUB_BITS;
    let sub = (value >> octave) - SUBS;
    (SUBS * (i64::from(octave) + 1) + sub) as i32
}

/// The least value of a bin.
pub fn bin_low(bin: i32) -> i64 {
    if bin < 0 { !last_of_positive(!bin) } else { first_of_positive(bin) }
}

/// The greatest value of a bin.
pub fn bin_high(bin: i32) -> i64 {
    if bin < 0 { !first_of_positive(!bin) } else { last_of_positive(bin) }
}

fn first_of_positive(bin: i32) -> i64 {
    if bin < 1 << SUB_BITS {
        return i64::from(bin);
    }
    let (octave, sub) = ((bin >> SUB_BITS) - 1, i64::from(bin) & (SUBS - 1));
    // A bin beyond the last starts where i64 ends.
    if octave > 56 { i64::MAX } else { (SUBS + sub) << octave }
}

fn last_of_positive(bin: i32) -> i64 {
    match first_of_positive(bin.saturating_add(1)) {
        i64::MAX => i64::MAX,
        next => next - 1,
    }
}

/// How many values lie in each bin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    bins: BTreeMap<i32, i64>,
}

/// Where an order statistic lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bin that holds it.
    pub bin: i32,
    /// How many values lie in lower bins.
    pub below: i64,
    /// How many values lie in this bin.
    pub within: i64,
}

impl Histogram {
    /// Adds `weight` values to a bin; a negative weight takes them out.
    pub fn add(&mut self, bin: i32, weight: i64) {
        let count = self.bins.entry(bin).or_insert(0);
        *count += weight;
        if *count == 0 {
            self.bins.remove(&bin);
        }
    }

    /// Adds all values of another histogram.
    pub fn merge(&mut self, other: &Histogram) {
        other.bins.iter().for_each(|(bin, count)| self.add(*bin, *count));
    }

    /// Takes out all values of another histogram.
    pub fn subtract(&mut self, other: &Histogram) {
        other.bins.iter().for_each(|(bin, count)| self.add(*bin, -count));
    }

    /// How many values there are.
    pub fn n(&self) -> i64 {
        self.bins.values().sum()
    }

    /// The bins that hold values, and how many.
    pub fn bins(&self) -> impl Iterator<Item = (i32, i64)> {
        self.bins.iter().map(|(bin, count)| (*bin, *count))
    }

    /// Where the value of a rank lies, the least value having rank 1.
    pub fn place(&self, rank: i64) -> Option<Place> {
        let mut below = 0;
        for (bin, within) in self.bins() {
            if rank <= below + within {
                return (rank > below).then_some(Place { bin, below, within });
            }
            below += within;
        }
        None
    }
}

impl FromIterator<(i32, i64)> for Histogram {
    fn from_iter<I: IntoIterator<Item = (i32, i64)>>(counts: I) -> Histogram {
        let mut histogram = Histogram::default();
        counts.into_iter().for_each(|(bin, count)| histogram.add(bin, count));
        histogram
    }
}

/// How often each value occurs: what the second pass brings, for the bins that matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    weights: BTreeMap<i64, i64>,
}

impl Values {
    /// Adds `weight` times a value; a negative weight takes it out.
    pub fn add(&mut self, value: i64, weight: i64) {
        let count = self.weights.entry(value).or_insert(0);
        *count += weight;
        if *count == 0 {
            self.weights.remove(&value);
        }
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Values) {
        other.weights.iter().for_each(|(value, count)| self.add(*value, *count));
    }

    /// Takes out all of another.
    pub fn subtract(&mut self, other: &Values) {
        other.weights.iter().for_each(|(value, count)| self.add(*value, -count));
    }

    /// The histogram of all these values.
    pub fn histogram(&self) -> Histogram {
        self.weights.iter().map(|(value, count)| (bin(*value), *count)).collect()
    }

    /// The value at `rank`, which the histogram has placed.
    pub(super) fn at(&self, rank: i64, place: Place) -> Result<i64, EstimateError> {
        let bounds = bin_low(place.bin)..=bin_high(place.bin);
        if bounds.start() == bounds.end() {
            return Ok(*bounds.start());
        }
        self.check(&bounds, place.within)?;
        let mut below = place.below;
        for (value, count) in self.weights.range(bounds.clone()) {
            below += count;
            if rank <= below {
                return Ok(*value);
            }
        }
        Err(missing(&bounds, below - place.below, place.within))
    }

    fn check(&self, bounds: &RangeInclusive<i64>, wanted: i64) -> Result<(), EstimateError> {
        let found = self.weights.range(bounds.clone()).map(|(_, count)| count).sum();
        if found == wanted { Ok(()) } else { Err(missing(bounds, found, wanted)) }
    }
}

fn missing(bounds: &RangeInclusive<i64>, found: i64, wanted: i64) -> EstimateError {
    EstimateError::ValuesMissing { low: *bounds.start(), high: *bounds.end(), found, wanted }
}

impl FromIterator<(i64, i64)> for Values {
    fn from_iter<I: IntoIterator<Item = (i64, i64)>>(counts: I) -> Values {
        let mut values = Values::default();
        counts.into_iter().for_each(|(value, count)| values.add(value, count));
        values
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_values_have_a_bin_each() {
        for value in -128..128 {
            let bin = bin(value);
            assert_eq!((bin_low(bin), bin_high(bin)), (value, value));
        }
        assert_ne!(bin(128), bin(130));
        assert_eq!(bin(128), bin(129));
    }

    #[test]
    fn the_bins_reach_both_ends_of_the_integers_and_leave_no_gap() {
        assert_eq!(bin_high(bin(i64::MAX)), i64::MAX);
        assert_eq!(bin_low(bin(i64::MIN)), i64::MIN);
        for number in bin(i64::MIN)..bin(i64::MAX) {
            assert_eq!(bin_high(number) + 1, bin_low(number + 1), "after bin {number}");
        }
    }

    #[test]
    fn a_rank_is_placed_with_what_lies_below_it() {
        let histogram: Histogram = [(3, 2), (9, 1), (12, 4)].into_iter().collect();
        let place = |rank| histogram.place(rank).map(|place| (place.bin, place.below, place.within));
        assert_eq!(place(0), None);
        assert_eq!(place(1), Some((3, 0, 2)));
        assert_eq!(place(2), Some((3, 0, 2)));
        assert_eq!(place(3), Some((9, 2, 1)));
        assert_eq!(place(7), Some((12, 3, 4)));
        assert_eq!(place(8), None);
    }

    proptest! {
        #[test]
        fn a_value_lies_between_the_bounds_of_its_bin(value: i64) {
            let bin = bin(value);
            prop_assert!((bin_low(bin)..=bin_high(bin)).contains(&value));
        }

        #[test]
        fn a_greater_value_has_no_lower_bin(left: i64, right: i64) {
            prop_assert_eq!(bin(left.min(right)).cmp(&bin(left.max(right))).is_le(), true);
        }

        #[test]
        fn a_bin_is_at_most_one_sixty_fourth_wide(value in 128..i64::MAX) {
            let bin = bin(value);
            prop_assert!((bin_high(bin) - bin_low(bin)) <= bin_low(bin) / 64);
        }

        #[test]
        fn histograms_of_parts_add_up_and_subtract_again(
            left in prop::collection::vec(any::<i64>(), 0..40),
            right in prop::collection::vec(any::<i64>(), 0..40),
        ) {
            let of = |values: &[i64]| values.iter().map(|value| (bin(*value), 1)).collect::<Histogram>();
            let mut merged = of(&left);
            merged.merge(&of(&right));
            prop_assert_eq!(&merged, &of(&[right.clone(), left.clone()].concat()));
            merged.subtract(&of(&right));
            prop_assert_eq!(merged, of(&left));
        }
    }
}

//! Quantiles, exact at any n: order statistics for the value and for both ends of its interval.
//!
//! The value is interpolated between two order statistics (Hyndman and Fan's type 7, what DuckDB, NumPy and
//! spreadsheets do). The interval is free of any assumption on the distribution: how many of n values lie below
//! the true quantile is binomial, so it lies between two order statistics with a known probability (David and
//! Nagaraja, Order Statistics, 7.1). Where n is too small for that probability there is no interval: a median
//! needs six values for 95 %.

use statrs::function::gamma::ln_gamma;

use super::exact::divide;
use super::histogram::{Histogram, Values};
use super::{Estimate, EstimateError, Level, Terms};

/// Which order statistics a quantile is made of; the least value has rank 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranks {
    /// The rank at or below the quantile.
    pub lower: i64,
    /// The rank at or above it.
    pub upper: i64,
    /// How far from the lower to the upper it lies.
    pub fraction: f64,
    /// The ranks of both ends of the interval; none where n is too small for its level.
    pub bounds: Option<(i64, i64)>,
}

/// The ranks that the quantile `q` (0.5 for the median) of `n` values and its interval need; none of no values.
pub fn quantile_ranks(n: i64, q: f64, level: Level) -> Option<Ranks> {
    if n <= 0 || !(0.0..=1.0).contains(&q) {
        return None;
    }
    let place = (n - 1) as f64 * q;
    let lower = place.floor() as i64 + 1;
    let low = greatest_rank_below(n, q, level.tail());
    let high = n + 1 - greatest_rank_below(n, 1.0 - q, level.tail());
    Some(Ranks {
        lower,
        upper: (lower + 1).min(n),
        fraction: place.fract(),
        bounds: (low >= 1 && high <= n).then_some((low.min(lower), high.max(lower))),
    })
}

/// The greatest l with P(fewer than l of n values lie below the quantile q) at most `tail`; 0: there is none.
fn greatest_rank_below(n: i64, q: f64, tail: f64) -> i64 {
    if q <= 0.0 || q >= 1.0 {
        return 0;
    }
    let (size, odds) = (n as f64, q / (1.0 - q));
    // Below this the probability is less than that of eleven standard deviations: nothing beside any tail.
    let mut below = ((size * q - 11.0 * (size * q * (1.0 - q)).sqrt()).floor() - 20.0).max(0.0);
    let mut exactly = ln_binomial(size, below, q).exp();
    let mut at_most = exactly;
    while at_most <= tail && below < size {
        exactly *= (size - below) / (below + 1.0) * odds;
        at_most += exactly;
        below += 1.0;
    }
    below as i64
}

/// The logarithm of the probability that k of n draws succeed.
fn ln_binomial(n: f64, k: f64, q: f64) -> f64 {
    ln_gamma(n + 1.0) - ln_gamma(k + 1.0) - ln_gamma(n - k + 1.0) + k * q.ln() + (n - k) * (1.0 - q).ln()
}

/// The values of one group: their histogram, and each value of the bins that hold a wanted order statistic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quantile {
    /// Which quantile: 0.5 for the median.
    pub q: f64,
    /// How many values lie in each bin.
    pub histogram: Histogram,
    /// How often each value occurs, at least in the bins of [`Quantile::wanted_bins`].
    pub values: Values,
}

impl Quantile {
    /// The quantile of values that are all at hand.
    pub fn of_values(q: f64, values: Values) -> Quantile {
        Quantile { q, histogram: values.histogram(), values }
    }

    /// The bins whose values a second pass must bring for estimates at these levels: wide ones, each once.
    pub fn wanted_bins(&self, levels: &[Level]) -> Vec<i32> {
        let n = self.histogram.n();
        let ranks = levels.iter().filter_map(|level| quantile_ranks(n, self.q, *level));
        let mut bins: Vec<i32> = ranks
            .flat_map(|ranks| {
                let (low, high) = ranks.bounds.unwrap_or((ranks.lower, ranks.upper));
                [low, ranks.lower, ranks.upper, high]
            })
            .filter_map(|rank| self.histogram.place(rank))
            .map(|place| place.bin)
            .filter(|bin| super::histogram::bin_low(*bin) < super::histogram::bin_high(*bin))
            .collect();
        bins.sort_unstable();
        bins.dedup();
        bins
    }

    /// Adds the values of another part.
    pub fn merge(&mut self, other: &Quantile) -> Result<(), EstimateError> {
        self.histogram.merge(&other.histogram);
        self.values.merge(&other.values);
        Ok(())
    }

    /// Takes out the values of another part.
    pub fn subtract(&mut self, other: &Quantile) -> Result<(), EstimateError> {
        self.histogram.subtract(&other.histogram);
        self.values.subtract(&other.values);
        Ok(())
    }

    pub(super) fn estimate(&self, terms: &Terms) -> Result<Estimate, EstimateError> {
        let n = self.histogram.n();
        let counted = Estimate { n, judged: true, ..Estimate::default() };
        let Some(ranks) = quantile_ranks(n, self.q, terms.level) else { return Ok(counted) };
        let shown = |value: i64| divide(i128::from(value) * i128::from(terms.times), i128::from(terms.unit));
        let (lower, upper) = (self.at(ranks.lower)?, self.at(ranks.upper)?);
        let value = lower as f64 + (i128::from(upper) - i128::from(lower)) as f64 * ranks.fraction;
        let value = if upper == lower { shown(lower) } else { terms.scaled(value) };
        let estimate = Estimate { value: Some(value), ..counted };
        match ranks.bounds {
            Some((low, high)) => {
                let (low, high) = (shown(self.at(low)?), shown(self.at(high)?));
                Ok(estimate.within("order_statistics95", low.min(value), high.max(value)))
            }
            None => Ok(estimate),
        }
    }

    fn at(&self, rank: i64) -> Result<i64, EstimateError> {
        let n = self.histogram.n();
        let nowhere = EstimateError::ValuesMissing { low: i64::MIN, high: i64::MAX, found: n, wanted: rank };
        let place = self.histogram.place(rank).ok_or(nowhere)?;
        self.values.at(rank, place)
    }
}

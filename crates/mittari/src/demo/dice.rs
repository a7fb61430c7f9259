//! Chance, by seed: one stream of numbers a subject, so that a change in one subject leaves the others as they were.

use mittari_core::time::{MINUTE, SECOND, Span};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, LogNormal, Normal, Poisson};

/// A stream of chance.
pub(crate) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of a subject.
    pub(crate) fn new(seed: u64, subject: &str) -> Dice {
        let stream = subject
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Dice(rng)
    }

    /// True with this probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.0.random_bool(probability.clamp(0.0, 1.0))
    }

    /// A number from 0 to below `limit`; 0 where `limit` is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        if limit == 0 { 0 } else { self.0.random_range(0..limit) }
    }

    /// A number from `low` to below `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.random::<f64>()
    }

    /// One of several; the list must not be empty.
    pub(crate) fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// A position, drawn by weight.
    pub(crate) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.0.random::<f64>() * weights.iter().sum::<f64>();
        for (position, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return position;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// A bell curve.
    pub(crate) fn normal(&mut self, mean: f64, spread: f64) -> f64 {
        Normal::new(mean, spread).map_or(mean, |bell| bell.sample(&mut self.0))
    }

    /// A long-tailed number with this median.
    pub(crate) fn long_tailed(&mut self, median: f64, sigma: f64) -> f64 {
        LogNormal::new(median.max(f64::MIN_POSITIVE).ln(), sigma).map_or(median, |curve| curve.sample(&mut self.0))
    }

    /// A memoryless number with this mean.
    pub(crate) fn memoryless(&mut self, mean: f64) -> f64 {
        let one: f64 = Exp1.sample(&mut self.0);
        one * mean
    }

    /// How many rare things happen where `mean` are expected.
    pub(crate) fn rare(&mut self, mean: f64) -> usize {
        Poisson::new(mean).map_or(0, |curve| curve.sample(&mut self.0) as usize)
    }

    /// A long-tailed length of time, given its median in minutes, to the second.
    pub(crate) fn minutes(&mut self, median: f64, sigma: f64) -> Span {
        let seconds = (self.long_tailed(median, sigma) * (MINUTE / SECOND) as f64).round() as i64;
        Span(seconds.max(1) * SECOND)
    }

    /// A long-tailed length of time, given its median in seconds, to the second.
    pub(crate) fn seconds(&mut self, median: f64, sigma: f64) -> Span {
        Span((self.long_tailed(median, sigma).round() as i64).max(1) * SECOND)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_subject_throw_the_same_numbers() {
        let throws = |seed, subject| {
            let mut dice = Dice::new(seed, subject);
            (0..20).map(|_| dice.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(throws(7, "calls"), throws(7, "calls"));
        assert_ne!(throws(7, "calls"), throws(7, "chats"));
        assert_ne!(throws(7, "calls"), throws(8, "calls"));
    }

    #[test]
    fn a_weight_of_nothing_is_never_drawn() {
        let mut dice = Dice::new(1, "weights");
        assert!((0..1000).all(|_| dice.weighted(&[1.0, 0.0, 2.0]) != 1));
    }
}

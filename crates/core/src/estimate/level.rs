//! How sure an interval is to be, and the quantiles of the normal and of Student's distribution that follow.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

/// The probability with which intervals made by one method hold what they estimate.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Level(f64);

impl Level {
    /// 95 %: what is shown beside every value.
    pub const USUAL: Level = Level(0.95);

    /// The level at which `comparisons` verdicts on one page are all right together with this level's
    /// probability (Bonferroni): 95 % and 10 comparisons give 99.5 %.
    pub fn corrected(self, comparisons: usize) -> Level {
        Level(1.0 - (1.0 - self.0) / comparisons.max(1) as f64)
    }

    /// What may lie outside on either side: 0.025 for 95 %.
    pub fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }

    /// The normal quantile that leaves [`Level::tail`] above it: 1.96 for 95 %.
    pub fn z(self) -> f64 {
        Normal::standard().inverse_cdf(1.0 - self.tail())
    }

    /// Student's quantile that leaves [`Level::tail`] above it; infinite without a degree of freedom.
    pub fn t(self, degrees: i64) -> f64 {
        if degrees < 1 {
            return f64::INFINITY;
        }
        if degrees > SERIES_FROM {
            return t_by_series(self.z(), degrees as f64);
        }
        match StudentsT::new(0.0, 1.0, degrees as f64) {
            Ok(student) => student.inverse_cdf(1.0 - self.tail()),
            Err(_) => f64::INFINITY,
        }
    }
}

/// From here on the inverse beta function loses digits, and the series has them all.
const SERIES_FROM: i64 = 1_000;

/// The Cornish-Fisher expansion of Student's quantile around the normal one (Abramowitz and Stegun 26.7.5).
fn t_by_series(z: f64, degrees: f64) -> f64 {
    let (z3, z5, z7) = (z.powi(3), z.powi(5), z.powi(7));
    let first = (z3 + z) / 4.0;
    let second = (5.0 * z5 + 16.0 * z3 + 3.0 * z) / 96.0;
    let third = (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / 384.0;
    z + first / degrees + second / degrees.powi(2) + third / degrees.powi(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is expected to agree with another program's figure to ten digits.
    fn agree(ours: f64, theirs: f64) {
        assert!((ours - theirs).abs() <= 1e-9 * theirs.abs(), "{ours} is not {theirs}");
    }

    #[test]
    fn ten_comparisons_ask_for_995_in_a_thousand() {
        agree(Level::USUAL.corrected(10).tail(), 0.0025);
        assert_eq!(Level::USUAL.corrected(1), Level::USUAL);
        assert_eq!(Level::USUAL.corrected(0), Level::USUAL);
    }

    #[test]
    fn quantiles_agree_with_scipy() {
        // scipy.stats.norm.ppf(0.975), norm.ppf(0.9975), norm.ppf(1 - 0.025 / 1000)
        agree(Level::USUAL.z(), 1.959963984540054);
        agree(Level::USUAL.corrected(10).z(), 2.807033768343811);
        agree(Level::USUAL.corrected(1000).z(), 4.055626981122401);
    }
}

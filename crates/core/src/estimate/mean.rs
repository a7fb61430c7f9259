//! Means of independent rows. Interval: Student's t, clipped to the scale; none for one row.
//!
//! Where rows hang together (the replies of one conversation), a mean is a [`super::Ratio`] of sums by cluster.

use super::exact::{additive, divide, quotient};
use super::{Estimate, Terms};

/// How many values there are, their sum, and the sum of their squares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean {
    /// The values.
    pub n: i64,
    /// Their sum.
    pub sum: i128,
    /// The sum of their squares.
    pub squares: i128,
}

additive!(Mean { n, sum, squares });

impl Mean {
    pub(super) fn estimate(&self, terms: &Terms) -> Estimate {
        let (n, times, unit) = (i128::from(self.n), i128::from(terms.times), i128::from(terms.unit));
        let counted = Estimate::of_rows(self.n, divide(self.sum, unit));
        if self.n <= 0 {
            return counted;
        }
        let value = quotient(self.sum, times, n, unit);
        let estimate = Estimate { value: Some(value), ..counted };
        match self.standard_error() {
            Some(error) => {
                let distance = terms.scaled(terms.level.t(self.n - 1) * error);
                let (low, high) = terms.around(value, distance);
                estimate.within("t95", low, high)
            }
            None => estimate,
        }
    }

    /// The standard error of the mean, from two values on.
    ///
    /// Squares are taken around the whole part of the mean, so that no digit is lost to cancellation.
    fn standard_error(&self) -> Option<f64> {
        let n = i128::from(self.n);
        if n < 2 {
            return None;
        }
        let (whole, rest) = (self.sum.div_euclid(n), self.sum.rem_euclid(n));
        // Sum of (x - whole)^2 = squares - whole (sum + rest), because sum = n whole + rest.
        let around_whole = self.squares.checked_sub(whole.checked_mul(self.sum.checked_add(rest)?)?)?;
        let deviations = match n.checked_mul(around_whole) {
            Some(scaled) => divide(scaled - rest * rest, n),
            None => around_whole as f64 - rest as f64 * (rest as f64 / n as f64),
        };
        Some((deviations.max(0.0) / (self.n - 1) as f64 / self.n as f64).sqrt())
    }
}

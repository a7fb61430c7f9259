//! Shares: k of n. Interval: Wilson's score interval, which holds what it says at any n and never leaves 0 to 1.
//!
//! Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22.

use super::exact::{additive, quotient};
use super::{Estimate, Terms};

/// How many rows there are, and how many of them are such.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// All rows.
    pub n: i64,
    /// The rows that are such.
    pub k: i64,
}

additive!(Share { n, k });

impl Share {
    pub(super) fn estimate(&self, terms: &Terms) -> Estimate {
        let (n, k) = (self.n, self.k);
        let counted = Estimate::of_rows(n, k as f64);
        if n <= 0 {
            return counted;
        }
        let value = quotient(i128::from(k), i128::from(terms.times), i128::from(n), 1);
        let (low, high) = wilson(k as f64, n as f64, terms.level.z());
        let times = terms.times as f64;
        let low = if k <= 0 { 0.0 } else { (low * times).min(value) };
        let high = if k >= n { times } else { (high * times).max(value) };
        Estimate { value: Some(value), ..counted }.within("wilson95", low, high)
    }
}

/// Wilson's interval of k of n, as shares.
fn wilson(k: f64, n: f64, z: f64) -> (f64, f64) {
    let (share, z2) = (k / n, z * z);
    let centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let distance = z / (1.0 + z2 / n) * (share * (1.0 - share) / n + z2 / (4.0 * n * n)).max(0.0).sqrt();
    (centre - distance, centre + distance)
}

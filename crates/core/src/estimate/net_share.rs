//! Net shares, such as the net promoter score: the share of one group less the share of another, of all rows.
//!
//! Interval: adjusted Wald, with three rows added, three quarters of a row to either group (Rocks, B. (2016),
//! Interval estimation for the net promoter score, The American Statistician 70). It is around the adjusted
//! score, so it need not be symmetric around the score itself.

use super::exact::{additive, quotient};
use super::{Estimate, Terms};

/// How many rows there are, and how many of them are in either group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetShare {
    /// All rows.
    pub n: i64,
    /// Those that add: promoters.
    pub plus: i64,
    /// Those that take away: detractors.
    pub minus: i64,
}

additive!(NetShare { n, plus, minus });

impl NetShare {
    pub(super) fn estimate(&self, terms: &Terms) -> Estimate {
        let (n, net) = (self.n, self.plus - self.minus);
        let counted = Estimate::of_rows(n, net as f64);
        if n <= 0 {
            return counted;
        }
        let times = terms.times as f64;
        let value = quotient(i128::from(net), i128::from(terms.times), i128::from(n), 1);
        let (low, high) = self.adjusted_wald(terms.level.z());
        let (low, high) = ((low * times).max(-times).min(value), (high * times).min(times).max(value));
        Estimate { value: Some(value), ..counted }.within("adjusted_wald95", low, high)
    }

    fn adjusted_wald(&self, z: f64) -> (f64, f64) {
        let n = self.n as f64 + 3.0;
        let (plus, minus) = ((self.plus as f64 + 0.75) / n, (self.minus as f64 + 0.75) / n);
        let net = plus - minus;
        let distance = z * ((plus + minus - net * net) / n).sqrt();
        (net - distance, net + distance)
    }
}

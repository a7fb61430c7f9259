//! Ratios of two sums, and means of rows that hang together. Interval: the delta method, by cluster.
//!
//! Where both sides come from the same clusters (conversations, customers), their sums move together, and the
//! interval knows it. Sides from different tables are two [`Sides`]: their quotient has no interval.
//! The variance is that of the ratio estimator of survey sampling (Cochran, Sampling Techniques, 6.4), with
//! Student's t on clusters - 1 degrees of freedom; where every cluster is one row it is that of the mean.

use super::exact::{additive, divide, quotient};
use super::{Estimate, Terms};

/// Sums over clusters of both sides' totals per cluster, of their squares and of their products.
///
/// Parts may be merged where no cluster lies in two of them. A mean of clustered rows has as numerator the sum
/// of a cluster's values, and as denominator their count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ratio {
    /// The rows.
    pub n: i64,
    /// The clusters that hold them.
    pub clusters: i64,
    /// The sum of the numerators.
    pub numerator: i128,
    /// The sum of the denominators.
    pub denominator: i128,
    /// The sum of the squares of the clusters' numerators.
    pub numerator_squares: i128,
    /// The sum of the squares of the clusters' denominators.
    pub denominator_squares: i128,
    /// The sum of the products of the clusters' numerators and denominators.
    pub products: i128,
}

additive!(Ratio { n, clusters, numerator, denominator, numerator_squares, denominator_squares, products });

impl Ratio {
    /// The state of one cluster of `n` rows with these totals.
    pub fn of_cluster(n: i64, numerator: i128, denominator: i128) -> Ratio {
        Ratio {
            n,
            clusters: 1,
            numerator,
            denominator,
            numerator_squares: numerator * numerator,
            denominator_squares: denominator * denominator,
            products: numerator * denominator,
        }
    }

    pub(super) fn estimate(&self, terms: &Terms) -> Estimate {
        let sides = Sides { n: self.n, numerator: self.numerator, denominator: self.denominator };
        let estimate = Estimate { judged: true, ..sides.estimate(terms) };
        match (estimate.value, self.standard_error()) {
            (Some(value), Some(error)) => {
                let error = terms.scaled(error) * terms.denominator_unit as f64;
                let (low, high) = terms.around(value, terms.level.t(self.clusters - 1) * error);
                estimate.within("delta95", low, high)
            }
            _ => estimate,
        }
    }

    /// The standard error of numerator / denominator, from two clusters on.
    fn standard_error(&self) -> Option<f64> {
        if self.clusters < 2 || self.denominator <= 0 {
            return None;
        }
        let clusters = self.clusters as f64;
        let residuals = self.residual_squares()?.max(0.0);
        Some((clusters / (clusters - 1.0) * residuals).sqrt() / self.denominator as f64)
    }

    /// The sum over clusters of (x - R y) squared, R being the ratio.
    ///
    /// The whole part of R is taken out in integers first, so that no digit is lost to cancellation.
    fn residual_squares(&self) -> Option<f64> {
        let whole = self.numerator.div_euclid(self.denominator);
        let rest = self.numerator.rem_euclid(self.denominator);
        let twice = self.products.checked_mul(whole)?.checked_mul(2)?;
        let yy = self.denominator_squares;
        let xx = self.numerator_squares.checked_sub(twice)?.checked_add(yy.checked_mul(whole)?.checked_mul(whole)?)?;
        let xy = self.products.checked_sub(yy.checked_mul(whole)?)?;
        Some(in_integers(xx, xy, yy, rest, self.denominator).unwrap_or_else(|| {
            let ratio = rest as f64 / self.denominator as f64;
            xx as f64 - 2.0 * ratio * xy as f64 + ratio * ratio * yy as f64
        }))
    }
}

/// xx - 2 R xy + R R yy for R = rest / whole, rounded once, where 128 bits are enough.
fn in_integers(xx: i128, xy: i128, yy: i128, rest: i128, whole: i128) -> Option<f64> {
    let square = whole.checked_mul(whole)?;
    let sum = xx
        .checked_mul(square)?
        .checked_sub(xy.checked_mul(rest)?.checked_mul(whole)?.checked_mul(2)?)?
        .checked_add(yy.checked_mul(rest)?.checked_mul(rest)?)?;
    Some(divide(sum, square))
}

/// Two sums from different tables: a quotient, no interval, no verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// The rows that the value is said to be of: those of the numerator, or of the denominator, as the metric says.
    pub n: i64,
    /// The one sum.
    pub numerator: i128,
    /// The other.
    pub denominator: i128,
}

additive!(Sides { n, numerator, denominator });

impl Sides {
    pub(super) fn estimate(&self, terms: &Terms) -> Estimate {
        let (unit, denominator_unit) = (i128::from(terms.unit), i128::from(terms.denominator_unit));
        let times = i128::from(terms.times) * denominator_unit;
        let value = (self.denominator != 0).then(|| quotient(self.numerator, times, self.denominator, unit));
        Estimate {
            value,
            n: self.n,
            numerator: Some(divide(self.numerator, unit)),
            denominator: Some(divide(self.denominator, denominator_unit)),
            ..Estimate::default()
        }
    }
}

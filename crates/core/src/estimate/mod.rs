//! Estimates: from integer states that add up, to a number with n, interval and verdict.
//!
//! A [`State`] is what one part of the data (a file, a bucket, a machine) knows of one number. States of parts
//! merge into that of the whole, and a -1 row takes out exactly what its +1 row put in, so all of a state is
//! integers. [`State::estimate`] is the last division. Then [`change`] and [`verdict`] compare two periods.
//! Nothing here knows metrics, periods or SQL: which state a formula needs is the engine's to say.

mod count;
mod error;
mod exact;
pub mod histogram;
mod level;
mod mean;
mod net_share;
mod quantile;
mod ratio;
mod share;
mod terms;
mod verdict;

#[cfg(test)]
mod tests;

pub use count::{Count, DayCount, Sum, dispersion};
pub use error::EstimateError;
pub use histogram::{Histogram, Values};
pub use level::Level;
pub use mean::Mean;
pub use net_share::NetShare;
pub use quantile::{Quantile, Ranks, quantile_ranks};
pub use ratio::{Ratio, Sides};
pub use share::Share;
pub use terms::Terms;
pub use verdict::{Better, Change, Verdict, change, verdict};

/// A number, how many rows it is of, and how far to trust it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// The number; none where there is nothing to make it of.
    pub value: Option<f64>,
    /// The rows behind it.
    pub n: i64,
    /// What was divided, where something was.
    pub numerator: Option<f64>,
    /// By what.
    pub denominator: Option<f64>,
    /// The lower end of the interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
    /// The interval's method and usual level.
    pub interval: Option<&'static str>,
    /// Whether numbers of this kind can be judged, if only there are enough rows.
    pub judged: bool,
}

impl Estimate {
    /// A number computed from other numbers: no interval, no verdict; absent where a part is.
    pub fn composite(value: Option<f64>, n: i64) -> Estimate {
        Estimate { value: value.filter(|value| value.is_finite()), n, ..Estimate::default() }
    }

    /// Something of `n` rows, not yet divided.
    fn of_rows(n: i64, numerator: f64) -> Estimate {
        Estimate { n, numerator: Some(numerator), denominator: Some(n as f64), judged: true, ..Estimate::default() }
    }

    fn within(self, method: &'static str, low: f64, high: f64) -> Estimate {
        Estimate { low: Some(low), high: Some(high), interval: Some(method), ..self }
    }

    fn bounds(&self) -> Option<(f64, f64)> {
        self.low.zip(self.high)
    }

    fn is_count(&self) -> bool {
        self.interval == Some("quasi_poisson95")
    }
}

/// What one part of the data knows of one number.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Rows or distinct keys.
    Count(Count),
    /// A sum.
    Sum(Sum),
    /// A mean of independent rows.
    Mean(Mean),
    /// k of n.
    Share(Share),
    /// Plus less minus, of n.
    NetShare(NetShare),
    /// Two sums over the same clusters; a mean of clustered rows.
    Ratio(Ratio),
    /// Two sums over different tables.
    Sides(Sides),
    /// A quantile.
    Quantile(Quantile),
}

macro_rules! both_of_one_kind {
    ($left:expr, $right:expr, $combine:ident, [$($kind:ident),+]) => {
        match ($left, $right) {
            $((State::$kind(left), State::$kind(right)) => left.$combine(right),)+
            (left, right) => Err(EstimateError::DifferentKinds { left: left.kind(), right: right.kind() }),
        }
    };
}

impl State {
    /// Adds what another part of the data knows. After an error the state is not to be used.
    pub fn merge(&mut self, other: &State) -> Result<(), EstimateError> {
        both_of_one_kind!(self, other, merge, [Count, Sum, Mean, Share, NetShare, Ratio, Sides, Quantile])
    }

    /// Takes out what another part of the data knows. After an error the state is not to be used.
    pub fn subtract(&mut self, other: &State) -> Result<(), EstimateError> {
        both_of_one_kind!(self, other, subtract, [Count, Sum, Mean, Share, NetShare, Ratio, Sides, Quantile])
    }

    /// The number as it is shown.
    pub fn estimate(&self, terms: &Terms) -> Result<Estimate, EstimateError> {
        Ok(match self {
            State::Count(count) => count.estimate(),
            State::Sum(sum) => sum.estimate(terms),
            State::Mean(mean) => mean.estimate(terms),
            State::Share(share) => share.estimate(terms),
            State::NetShare(share) => share.estimate(terms),
            State::Ratio(ratio) => ratio.estimate(terms),
            State::Sides(sides) => sides.estimate(terms),
            State::Quantile(quantile) => quantile.estimate(terms)?,
        })
    }

    /// The number as [`change`] and [`verdict`] need it: as it is shown, but a count with the interval of the
    /// process that it was drawn from.
    pub fn for_change(&self, terms: &Terms) -> Result<Estimate, EstimateError> {
        match self {
            State::Count(count) => Ok(count.for_change(terms)),
            other => other.estimate(terms),
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            State::Count(_) => "count",
            State::Sum(_) => "sum",
            State::Mean(_) => "mean",
            State::Share(_) => "share",
            State::NetShare(_) => "net_share",
            State::Ratio(_) => "ratio",
            State::Sides(_) => "sides",
            State::Quantile(_) => "quantile",
        }
    }
}

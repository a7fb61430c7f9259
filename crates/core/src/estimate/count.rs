//! Counts and sums. A count is exact; whether it changed is judged as a draw from a quasi-Poisson process.
//!
//! Of a process that brings 100 contacts a week, 110 in the next are no news. Its spread is the Poisson one times
//! a dispersion that the counts themselves show, for contacts come in bursts. The interval is the score interval
//! of the mean, which holds at small counts and at none.

use super::exact::{additive, quotient};
use super::{Estimate, Level, Terms};

/// Rows, or distinct keys; parts with keys may be merged where no key lies in two of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// How many.
    pub n: i64,
}

additive!(Count { n });

impl Count {
    pub(super) fn estimate(&self) -> Estimate {
        Estimate { value: Some(self.n as f64), n: self.n, judged: true, ..Estimate::default() }
    }

    /// The count with the interval of the mean that it was drawn from: what its change is judged by.
    pub(super) fn for_change(&self, terms: &Terms) -> Estimate {
        let (low, high) = score_interval(self.n as f64, terms.dispersion, terms.level);
        self.estimate().within("quasi_poisson95", low, high)
    }
}

/// All means m with |n - m| at most z standard deviations, the variance being `dispersion` times m.
fn score_interval(n: f64, dispersion: f64, level: Level) -> (f64, f64) {
    let spread = level.z().powi(2) * dispersion;
    let distance = (spread * n + spread * spread / 4.0).sqrt();
    (n + spread / 2.0 - distance, n + spread / 2.0 + distance)
}

/// The events of one day: what a dispersion is estimated from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayCount {
    /// Which period the day lies in: periods are numbered from 0.
    pub period: usize,
    /// 0 Monday to 6 Sunday.
    pub weekday: u8,
    /// How many there were.
    pub n: i64,
}

/// How many times more than a Poisson process the counts of days vary, weekdays and periods apart; at least 1.
///
/// Pearson's statistic over its degrees of freedom, of the model in which a period and a weekday each multiply
/// the expected count. 1 where there are too few days to tell.
pub fn dispersion(days: &[DayCount]) -> f64 {
    let periods = days.iter().map(|day| day.period + 1).max().unwrap_or(0);
    let (mut of_period, mut of_weekday) = (vec![1.0; periods], [1.0; 7]);
    for _ in 0..ROUNDS {
        fit(days, &mut of_period, |day| day.period, |day| of_weekday[weekday(day)]);
        fit(days, &mut of_weekday, weekday, |day| of_period[day.period]);
    }
    let mut pearson = 0.0;
    let mut used = 0usize;
    for day in days {
        let expected = of_period[day.period] * of_weekday[weekday(day)];
        if expected > 0.0 {
            pearson += (day.n as f64 - expected).powi(2) / expected;
            used += 1;
        }
    }
    let levels = |factors: &[f64]| factors.iter().filter(|factor| **factor > 0.0).count();
    let present = (0..7).filter(|number| days.iter().any(|day| weekday(day) == *number && of_weekday[*number] > 0.0));
    let parameters = (levels(&of_period) + present.count()).saturating_sub(1);
    match used.saturating_sub(parameters) {
        0 => 1.0,
        degrees => (pearson / degrees as f64).max(1.0),
    }
}

/// Iterative proportional fitting comes to rest within a few rounds for two factors.
const ROUNDS: usize = 20;

fn weekday(day: &DayCount) -> usize {
    usize::from(day.weekday % 7)
}

/// Sets each factor so that the expected counts of its days add up to what was counted.
fn fit(days: &[DayCount], factors: &mut [f64], which: impl Fn(&DayCount) -> usize, other: impl Fn(&DayCount) -> f64) {
    let mut sums = vec![(0.0, 0.0); factors.len()];
    for day in days {
        let sum = &mut sums[which(day)];
        sum.0 += day.n as f64;
        sum.1 += other(day);
    }
    for (factor, (counted, expected)) in factors.iter_mut().zip(sums) {
        *factor = if expected > 0.0 { counted / expected } else { 0.0 };
    }
}

/// A sum: exact, no interval, no verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// The rows that it is of.
    pub n: i64,
    /// The sum.
    pub sum: i128,
}

additive!(Sum { n, sum });

impl Sum {
    pub(super) fn estimate(&self, terms: &Terms) -> Estimate {
        let value = quotient(self.sum, i128::from(terms.times), 1, i128::from(terms.unit));
        Estimate { value: (self.n != 0).then_some(value), n: self.n, ..Estimate::default() }
    }
}

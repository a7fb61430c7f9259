//! Estimates: figures of other programs in `figures`, the comparison of periods in `periods`, what holds for
//! every kind in `laws`.

mod figures;
mod laws;
mod periods;

use super::*;

/// Expects agreement with another program's figure to nine digits.
#[track_caller]
fn agree(ours: Option<f64>, theirs: f64) {
    let ours = ours.expect("a number");
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{ours} is not {theirs}");
}

#[track_caller]
fn agree_within(estimate: &Estimate, low: f64, high: f64) {
    agree(estimate.low, low);
    agree(estimate.high, high);
}

fn percent(state: State) -> Estimate {
    state.estimate(&Terms::percent()).expect("an estimate")
}

fn plain(state: State) -> Estimate {
    state.estimate(&Terms::default()).expect("an estimate")
}

fn share(k: i64, n: i64) -> State {
    State::Share(Share { n, k })
}

fn mean_of(values: &[i64]) -> State {
    let squares = values.iter().map(|value| i128::from(*value) * i128::from(*value)).sum();
    let sum = values.iter().map(|value| i128::from(*value)).sum();
    State::Mean(Mean { n: values.len() as i64, sum, squares })
}

/// A ratio of clusters: rows, numerator, denominator of each.
fn ratio_of(clusters: &[(i64, i64, i64)]) -> State {
    let mut whole = Ratio::default();
    for (n, numerator, denominator) in clusters {
        let cluster = Ratio::of_cluster(*n, i128::from(*numerator), i128::from(*denominator));
        whole.merge(&cluster).expect("small numbers");
    }
    State::Ratio(whole)
}

fn quantile_of(q: f64, values: &[i64]) -> State {
    State::Quantile(Quantile::of_values(q, values.iter().map(|value| (*value, 1)).collect()))
}

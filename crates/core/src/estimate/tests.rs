//! Estimates against figures of other programs, and what holds for every kind.

use super::*;

/// Expects agreement with another program's figure to nine digits.
fn agree(ours: Option<f64>, theirs: f64) {
    let ours = ours.expect("a number");
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{ours} is not {theirs}");
}

fn share(k: i64, n: i64) -> Estimate {
    State::Share(Share { n, k }).estimate(&Terms::percent()).expect("a share")
}

#[test]
fn thirty_of_fifty_is_sixty_percent_within_wilsons_interval() {
    let estimate = share(30, 50);
    assert_eq!((estimate.value, estimate.n), (Some(60.0), 50));
    assert_eq!((estimate.numerator, estimate.denominator), (Some(30.0), Some(50.0)));
    assert_eq!(estimate.interval, Some("wilson95"));
    agree(estimate.low.map(|low| (low * 100.0).round()), 4618.0);
    agree(estimate.high.map(|high| (high * 100.0).round()), 7239.0);
}

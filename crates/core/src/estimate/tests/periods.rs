//! Two periods: the interval of a change, the verdict, how many comparisons a page holds.

use super::*;

fn for_change(state: State, terms: Terms) -> Estimate {
    state.for_change(&terms).expect("an estimate")
}

fn count(n: i64) -> Estimate {
    for_change(State::Count(Count { n }), Terms::default())
}

#[test]
fn the_change_of_two_shares_has_newcombes_interval() {
    let difference = change(&percent(share(30, 50)), &percent(share(27, 49)));
    agree(difference.change, 100.0 * (0.6 - 27.0 / 49.0));
    // statsmodels.stats.proportion.confint_proportions_2indep(30, 50, 27, 49, method="newcomb", compare="diff")
    agree(difference.low, -14.105402870387007);
    agree(difference.high, 23.435259836862088);
    // confint_proportions_2indep(56, 70, 48, 80, method="newcomb", compare="diff")
    let difference = change(&percent(share(56, 70)), &percent(share(48, 80)));
    agree(difference.low, 5.243147240236498);
    agree(difference.high, 33.38726540369061);
}

#[test]
fn a_change_is_called_better_or_worse_only_where_it_is_detectable() {
    let (good, poor, like) = (percent(share(56, 70)), percent(share(48, 80)), percent(share(54, 70)));
    assert_eq!(verdict(&good, &poor, Better::Higher, 5), Some(Verdict::Better));
    assert_eq!(verdict(&poor, &good, Better::Higher, 5), Some(Verdict::Worse));
    assert_eq!(verdict(&good, &poor, Better::Lower, 5), Some(Verdict::Worse));
    assert_eq!(verdict(&poor, &good, Better::Lower, 5), Some(Verdict::Better));
    assert_eq!(verdict(&good, &poor, Better::Neither, 5), Some(Verdict::Higher));
    assert_eq!(verdict(&poor, &good, Better::Neither, 5), Some(Verdict::Lower));
    assert_eq!(verdict(&good, &like, Better::Higher, 5), Some(Verdict::NoDetectableChange));
}

#[test]
fn what_one_comparison_detects_may_be_chance_among_a_hundred() {
    let judged = |comparisons| {
        let terms = Terms::percent().at(Level::USUAL.corrected(comparisons));
        let (now, then) = (for_change(share(56, 70), terms), for_change(share(48, 80), terms));
        verdict(&now, &then, Better::Higher, 5)
    };
    assert_eq!(judged(1), Some(Verdict::Better));
    assert_eq!(judged(100), Some(Verdict::NoDetectableChange));
}

#[test]
fn fewer_rows_than_the_minimum_or_none_at_all_are_too_little_data() {
    let plenty = percent(share(80, 100));
    assert_eq!(verdict(&percent(share(0, 4)), &plenty, Better::Higher, 5), Some(Verdict::TooLittleData));
    assert_eq!(verdict(&plenty, &percent(share(0, 4)), Better::Higher, 5), Some(Verdict::TooLittleData));
    assert_eq!(verdict(&plenty, &percent(share(0, 0)), Better::Higher, 5), Some(Verdict::TooLittleData));
    assert_eq!(verdict(&plain(mean_of(&[3])), &plain(mean_of(&[4])), Better::Higher, 1), Some(Verdict::TooLittleData));
    assert_eq!(change(&plenty, &percent(share(0, 0))), Change::default());
}

#[test]
fn sums_composites_and_ratios_of_two_tables_have_a_change_but_no_verdict() {
    let sum = |sum| plain(State::Sum(Sum { n: 50, sum }));
    assert_eq!(verdict(&sum(10), &sum(900), Better::Higher, 5), None);
    assert_eq!(change(&sum(10), &sum(900)), Change { change: Some(-890.0), low: None, high: None });
    let sides = |numerator| plain(State::Sides(Sides { n: 50, numerator, denominator: 10 }));
    assert_eq!(verdict(&sides(10), &sides(900), Better::Lower, 5), None);
    let composite = |value| Estimate::composite(value, 50);
    assert_eq!(verdict(&composite(Some(1.0)), &composite(Some(9.0)), Better::Higher, 5), None);
    assert_eq!(composite(Some(f64::NAN)).value, None);
    assert_eq!(change(&composite(None), &composite(Some(9.0))), Change::default());
}

#[test]
fn a_count_is_judged_by_the_score_interval_of_a_poisson_process() {
    // statsmodels.stats.rates.confint_poisson(n, 1, method="score")
    agree_within(&count(0), 0.0, 3.841458820694127);
    agree_within(&count(3), 1.02027072836432, 8.821188092329807);
    agree_within(&count(100), 82.22720043412787, 121.61425838656626);
    assert_eq!(verdict(&count(110), &count(100), Better::Lower, 5), Some(Verdict::NoDetectableChange));
    assert_eq!(verdict(&count(200), &count(100), Better::Lower, 5), Some(Verdict::Worse));
    assert_eq!(verdict(&count(200), &count(100), Better::Neither, 5), Some(Verdict::Higher));
}

#[test]
fn a_count_that_falls_to_none_is_a_change_and_two_small_counts_are_too_little_data() {
    assert_eq!(verdict(&count(0), &count(40), Better::Lower, 5), Some(Verdict::Better));
    assert_eq!(verdict(&count(1), &count(4), Better::Lower, 5), Some(Verdict::TooLittleData));
}

#[test]
fn a_process_that_comes_in_bursts_must_change_more_to_be_detected() {
    let judged = |dispersion| {
        let terms = Terms { dispersion, ..Terms::default() };
        let (now, then) = (State::Count(Count { n: 135 }), State::Count(Count { n: 100 }));
        verdict(&for_change(now, terms), &for_change(then, terms), Better::Lower, 5)
    };
    assert_eq!(judged(1.0), Some(Verdict::Worse));
    assert_eq!(judged(3.0), Some(Verdict::NoDetectableChange));
}

/// Two fortnights from a Monday on, the counts of each day.
fn days(periods: [[i64; 14]; 2]) -> Vec<DayCount> {
    let numbered = periods.into_iter().enumerate();
    let days = numbered.flat_map(|(period, days)| days.into_iter().enumerate().map(move |(day, n)| (period, day, n)));
    days.map(|(period, day, n)| DayCount { period, weekday: (day % 7) as u8, n }).collect()
}

#[test]
fn the_dispersion_of_days_agrees_with_a_quasi_poisson_regression() {
    let bursts = days([
        [31, 48, 30, 5, 27, 12, 9, 35, 29, 73, 26, 24, 10, 11],
        [60, 52, 48, 110, 47, 20, 22, 58, 71, 49, 45, 51, 26, 3],
    ]);
    // statsmodels.formula.api.glm("n ~ C(period) + C(weekday)", family=Poisson()).fit(scale="X2").scale
    agree(Some(dispersion(&bursts)), 7.183521107137707);
    // The same without the last three days, so that the weekdays are not balanced.
    agree(Some(dispersion(&bursts[..25])), 7.579245267802126);
}

#[test]
fn a_steady_process_or_too_few_days_have_a_dispersion_of_one() {
    let steady = days([
        [31, 28, 30, 25, 27, 12, 9, 35, 29, 33, 26, 24, 10, 11],
        [60, 52, 48, 50, 47, 20, 22, 58, 71, 49, 45, 51, 26, 17],
    ]);
    assert_eq!(dispersion(&steady), 1.0);
    assert_eq!(dispersion(&[]), 1.0);
    assert_eq!(dispersion(&steady[..1]), 1.0);
    let closed = days([[0; 14], [0; 14]]);
    assert_eq!(dispersion(&closed), 1.0);
}

#[test]
fn verdicts_read_as_results_bear_them() {
    let words = [Verdict::Better, Verdict::Worse, Verdict::NoDetectableChange, Verdict::TooLittleData];
    assert_eq!(words.map(Verdict::as_str), ["better", "worse", "no detectable change", "too little data"]);
    for word in words {
        assert_eq!(serde_json::to_string(&word).expect("a text"), format!("\"{word}\""));
    }
}

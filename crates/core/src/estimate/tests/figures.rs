//! Values and intervals against SciPy 1.17 and statsmodels 0.15.

use super::*;

#[test]
fn thirty_of_fifty_is_sixty_percent_within_wilsons_interval() {
    let estimate = percent(share(30, 50));
    assert_eq!((estimate.value, estimate.n), (Some(60.0), 50));
    assert_eq!((estimate.numerator, estimate.denominator), (Some(30.0), Some(50.0)));
    assert_eq!(estimate.interval, Some("wilson95"));
    // statsmodels.stats.proportion.proportion_confint(30, 50, method="wilson")
    agree_within(&estimate, 46.18143774758935, 72.39161026974344);
}

#[test]
fn shares_agree_with_statsmodels_down_to_one_row_and_up_to_millions() {
    // proportion_confint(k, n, method="wilson")
    agree_within(&percent(share(0, 10)), 0.0, 27.753279986288927);
    agree_within(&percent(share(10, 10)), 72.24672001371107, 100.0);
    agree_within(&percent(share(1, 1)), 20.65493143772374, 100.0);
    agree_within(&percent(share(81, 263)), 25.528851987827423, 36.62095769828);
    agree_within(&percent(share(5_000_000, 10_000_000)), 49.969010254337064, 50.030989745662936);
}

#[test]
fn scores_have_students_interval_clipped_to_their_scale() {
    let scores = plain(mean_of(&[3, 4, 2, 5, 3]));
    assert_eq!((scores.value, scores.n, scores.interval), (Some(3.4), 5, Some("t95")));
    // scipy.stats.t.interval(0.95, 4, mean, sem)
    agree_within(&scores, 1.9842852230177277, 4.815714776982272);
    let terms = Terms { clip: Some((1.0, 5.0)), ..Terms::default() };
    let high = mean_of(&[1, 5, 5, 5, 5]).estimate(&terms).expect("a mean");
    agree_within(&high, 1.978843915841765, 5.0);
}

#[test]
fn durations_are_shown_in_seconds() {
    let microseconds = [285_500_000, 12_250_000, 3_600_000_000, 86_400_000_000, 59_999_999, 1, 42_000_000];
    let estimate = mean_of(&microseconds).estimate(&Terms::millionths()).expect("a mean");
    assert_eq!(estimate.value, Some(12914.25));
    assert_eq!(estimate.numerator, Some(90399.75));
    // t.interval(0.95, 6, mean, sem)
    agree_within(&estimate, -17079.288163083478, 42907.788163083475);
}

#[test]
fn a_mean_of_one_row_has_no_interval_and_of_none_no_value() {
    let one = plain(mean_of(&[4]));
    assert_eq!((one.value, one.low, one.high, one.interval), (Some(4.0), None, None, None));
    let none = plain(mean_of(&[]));
    assert_eq!((none.value, none.n, none.low, none.interval), (None, 0, None, None));
}

#[test]
fn equal_values_far_from_zero_have_an_interval_of_no_width() {
    let estimate = plain(mean_of(&[9_000_000_000_000_001; 7]));
    assert_eq!(estimate.value, Some(9_000_000_000_000_001.0));
    assert_eq!((estimate.low, estimate.high), (estimate.value, estimate.value));
}

#[test]
fn a_net_promoter_score_has_the_adjusted_wald_interval() {
    let score = |n, plus, minus| percent(State::NetShare(NetShare { n, plus, minus }));
    let published = score(100, 30, 20);
    assert_eq!(
        (published.value, published.numerator, published.interval),
        (Some(10.0), Some(10.0), Some("adjusted_wald95"))
    );
    // By hand in NumPy: (k + 3/4) / (n + 3) for either group, z = scipy.stats.norm.ppf(0.975).
    agree_within(&published, -3.8176476298129343, 23.23512335796827);
    agree_within(&score(100, 70, 10), 45.26976025384826, 71.2350941150838);
    agree_within(&score(36, 19, 9), -0.44147392639857785, 51.72352520844985);
    // All promoters: the interval ends at 100, and holds the score even for one answer.
    agree_within(&score(5, 5, 0), 17.49145303416897, 100.0);
    agree_within(&score(1, 1, 0), -48.49864942025203, 100.0);
    assert_eq!(score(0, 0, 0).value, None);
}

#[test]
fn a_ratio_of_sums_over_the_same_rows_has_the_delta_interval() {
    let pairs = [(12, 3), (5, 1), (30, 5), (0, 1), (7, 2), (44, 9), (9, 4), (3, 1)];
    let estimate = plain(ratio_of(&pairs.map(|(numerator, denominator)| (1, numerator, denominator))));
    assert_eq!((estimate.n, estimate.interval), (8, Some("delta95")));
    assert_eq!((estimate.numerator, estimate.denominator), (Some(110.0), Some(26.0)));
    agree(estimate.value, 4.230769230769231);
    // statsmodels.api.WLS(x / y, 1, weights=y).fit(cov_type="HC1", use_t=True).conf_int()
    agree_within(&estimate, 2.8601382173185335, 5.601400244219926);
}

#[test]
fn replies_of_one_conversation_are_one_cluster() {
    // Rows, sum of values, rows again: 10, 20, 15 in one conversation, 40 in the next, and so on.
    let estimate = plain(ratio_of(&[(3, 45, 3), (1, 40, 1), (2, 14, 2), (1, 100, 1), (4, 10, 4)]));
    assert_eq!((estimate.value, estimate.n), (Some(19.0), 11));
    // statsmodels.api.OLS(v, 1).fit(cov_type="cluster", cov_kwds={"groups": g}, use_t=True).conf_int()
    agree_within(&estimate, -12.01336747998959, 50.01336747998958);
}

#[test]
fn clusters_of_one_row_give_the_interval_of_the_mean() {
    let values = [3, 4, 2, 5, 3];
    let clustered = plain(ratio_of(&values.map(|value| (1, value, 1))));
    let independent = plain(mean_of(&values));
    assert_eq!(clustered.value, independent.value);
    agree_within(&clustered, independent.low.expect("low"), independent.high.expect("high"));
}

#[test]
fn a_ratio_of_one_cluster_or_over_nothing_has_no_interval() {
    let one = plain(ratio_of(&[(5, 20, 5)]));
    assert_eq!((one.value, one.low, one.interval), (Some(4.0), None, None));
    let nothing = plain(ratio_of(&[(5, 20, 0), (1, 3, 0)]));
    assert_eq!((nothing.value, nothing.low, nothing.interval), (None, None, None));
}

#[test]
fn a_ratio_of_two_tables_has_a_value_in_its_own_units_and_no_interval() {
    // 1,250.50 of costs over 100 conversations.
    let sides = State::Sides(Sides { n: 100, numerator: 1_250_500_000, denominator: 100 });
    let estimate = sides.estimate(&Terms::millionths()).expect("a ratio");
    assert_eq!((estimate.value, estimate.interval), (Some(12.505), None));
    assert_eq!((estimate.numerator, estimate.denominator), (Some(1250.5), Some(100.0)));
    // 50 of costs over 1,000 of revenue, in percent.
    let sides = State::Sides(Sides { n: 2, numerator: 50_000_000, denominator: 1_000_000_000 });
    let terms = Terms { times: 100, unit: 1_000_000, denominator_unit: 1_000_000, ..Terms::default() };
    assert_eq!(sides.estimate(&terms).expect("a ratio").value, Some(5.0));
}

#[test]
fn counts_and_sums_are_exact_and_a_sum_of_nothing_is_absent() {
    let count = plain(State::Count(Count { n: 0 }));
    assert_eq!((count.value, count.n, count.low, count.interval), (Some(0.0), 0, None, None));
    let sum = State::Sum(Sum { n: 3, sum: 10_000_001 }).estimate(&Terms::millionths()).expect("a sum");
    assert_eq!((sum.value, sum.low, sum.interval), (Some(10.000001), None, None));
    assert_eq!(plain(State::Sum(Sum::default())).value, None);
}

#[test]
fn quantiles_are_interpolated_as_numpy_does() {
    let values = [5, 1, 9, 3, 200, 44, 17, 1000, 333, 60, 61];
    // numpy.quantile(values, q)
    assert_eq!(plain(quantile_of(0.5, &values)).value, Some(44.0));
    assert_eq!(plain(quantile_of(0.9, &values)).value, Some(333.0));
    assert_eq!(plain(quantile_of(0.25, &values)).value, Some(7.0));
    assert_eq!(plain(quantile_of(0.5, &[1, 2])).value, Some(1.5));
    assert_eq!(plain(quantile_of(0.5, &[])).value, None);
    assert_eq!(plain(quantile_of(0.5, &[7])).value, Some(7.0));
}

#[test]
fn the_interval_of_a_median_lies_between_order_statistics_and_needs_six_values() {
    let values: Vec<i64> = (1..=25).map(|value| value * 1000).collect();
    let estimate = plain(quantile_of(0.5, &values));
    assert_eq!((estimate.value, estimate.low, estimate.high), (Some(13_000.0), Some(8_000.0), Some(18_000.0)));
    assert_eq!(estimate.interval, Some("order_statistics95"));
    let interval = |n: usize| plain(quantile_of(0.5, &values[..n])).interval;
    assert_eq!((interval(5), interval(6)), (None, Some("order_statistics95")));
}

#[test]
fn the_ranks_of_an_interval_are_those_of_the_binomial_distribution_at_any_n() {
    // l: the greatest with scipy.stats.binom.cdf(l - 1, n, q) <= tail; u by symmetry.
    let half = Level::USUAL;
    let sharp = Level::USUAL.corrected(100);
    let bounds = |n, q, level| quantile_ranks(n, q, level).and_then(|ranks| ranks.bounds);
    assert_eq!(bounds(1, 0.5, half), None);
    assert_eq!(bounds(6, 0.5, half), Some((1, 6)));
    assert_eq!(bounds(10, 0.5, half), Some((2, 9)));
    assert_eq!(bounds(10, 0.5, sharp), None);
    assert_eq!(bounds(35, 0.9, half), None);
    assert_eq!(bounds(36, 0.9, half), Some((29, 36)));
    assert_eq!(bounds(100, 0.5, half), Some((40, 61)));
    assert_eq!(bounds(100, 0.9, sharp), Some((78, 100)));
    assert_eq!(bounds(101, 0.9, half), Some((85, 97)));
    assert_eq!(bounds(1000, 0.9, sharp), Some((866, 932)));
    assert_eq!(bounds(4576, 0.5, half), Some((2222, 2355)));
    assert_eq!(bounds(4576, 0.9, sharp), Some((4046, 4189)));
    assert_eq!(bounds(1_000_000, 0.9, half), Some((899_412, 900_589)));
    assert_eq!(bounds(10_000_000, 0.5, half), Some((4_996_901, 5_003_100)));
    assert_eq!(bounds(10_000_000, 0.9, sharp), Some((8_996_696, 9_003_302)));
}

#[test]
fn students_quantiles_agree_with_scipy_for_few_degrees_and_many() {
    // scipy.stats.t.ppf(0.975, d), t.ppf(1 - 0.025 / 1000, d)
    let figures = [
        (1, 12.706204736174694, 12732.395421144818),
        (2, 4.302652729749462, 141.4160528810577),
        (3, 3.1824463052837078, 35.29791944979025),
        (4, 2.7764451051977934, 18.52239843340523),
        (10, 2.228138851986274, 6.756796440765489),
        (49, 2.0095752371292392, 4.446906601340235),
        (999, 1.9623414611334493, 4.07340417333239),
        (1000, 1.9623390808264083, 4.073386327282673),
        (1001, 1.9623367052808798, 4.0733685170272365),
        (5000, 1.9604385517065073, 4.059167869675131),
        (1_000_000, 1.959966356814107, 4.055644671946934),
        (1_000_000_000, 1.959963986912325, 4.055626998812665),
    ];
    for (degrees, usual, sharp) in figures {
        agree(Some(Level::USUAL.t(degrees)), usual);
        agree(Some(Level::USUAL.corrected(1000).t(degrees)), sharp);
    }
}

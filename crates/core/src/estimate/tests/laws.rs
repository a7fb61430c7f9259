//! What holds for every kind of state: parts make the whole, order does not matter, taking out undoes putting in,
//! a value lies within its interval.

use proptest::prelude::*;

use super::*;

/// One row, as every kind of state may count it.
type Row = (i64, bool, bool, i64);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let value = prop_oneof![0..300i64, 0..4_000_000_000_000i64];
    prop::collection::vec((value, any::<bool>(), any::<bool>(), 1..50i64), 0..60)
}

fn states(rows: &[Row]) -> Vec<State> {
    let values: Vec<i64> = rows.iter().map(|(value, ..)| *value).collect();
    let which = |pick: fn(&Row) -> bool| rows.iter().filter(|row| pick(row)).count() as i64;
    let (n, plus, minus) = (rows.len() as i64, which(|row| row.1), which(|row| !row.1 && row.2));
    let sum: i128 = values.iter().map(|value| i128::from(*value)).sum();
    let clusters: Vec<_> = rows.iter().map(|(value, _, _, size)| (*size, *value, *size)).collect();
    vec![
        State::Count(Count { n }),
        State::Sum(Sum { n, sum }),
        mean_of(&values),
        share(plus, n),
        State::NetShare(NetShare { n, plus, minus }),
        ratio_of(&clusters),
        State::Sides(Sides { n, numerator: sum, denominator: rows.iter().map(|row| i128::from(row.3)).sum() }),
        quantile_of(0.5, &values),
        quantile_of(0.9, &values),
    ]
}

fn combined(left: &State, right: &State, how: fn(&mut State, &State) -> Result<(), EstimateError>) -> State {
    let mut left = left.clone();
    how(&mut left, right).expect("states of one kind");
    left
}

/// The least and greatest value that type 7 interpolates between, found by sorting.
fn sorted_neighbours(values: &[i64], q: f64) -> (i64, i64) {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() - 1) as f64 * q;
    (sorted[place.floor() as usize], sorted[place.ceil() as usize])
}

proptest! {
    #[test]
    fn states_of_parts_merge_into_that_of_the_whole_in_any_order(left in rows(), right in rows()) {
        let whole = states(&[left.clone(), right.clone()].concat());
        for ((left, right), whole) in states(&left).iter().zip(&states(&right)).zip(&whole) {
            prop_assert_eq!(&combined(left, right, State::merge), whole);
            prop_assert_eq!(&combined(right, left, State::merge), whole);
        }
    }

    #[test]
    fn taking_rows_out_undoes_putting_them_in(kept in rows(), gone in rows()) {
        let whole = states(&[gone.clone(), kept.clone()].concat());
        for ((whole, gone), kept) in whole.iter().zip(&states(&gone)).zip(&states(&kept)) {
            prop_assert_eq!(&combined(whole, gone, State::subtract), kept);
        }
    }

    #[test]
    fn a_value_lies_within_its_interval_and_a_surer_interval_is_wider(rows in rows()) {
        for state in states(&rows) {
            let usual = state.for_change(&Terms::millionths()).expect("an estimate");
            let sharp = state.for_change(&Terms::millionths().at(Level::USUAL.corrected(20))).expect("an estimate");
            prop_assert_eq!(usual.value, sharp.value);
            if let (Some((low, high)), Some(value)) = (usual.bounds(), usual.value) {
                prop_assert!(low <= value && value <= high, "{:?}", state);
                if let Some((lower, higher)) = sharp.bounds() {
                    prop_assert!(lower <= low && high <= higher, "{:?}", state);
                }
            }
        }
    }

    #[test]
    fn estimates_are_numbers_or_absent(rows in rows()) {
        for state in states(&rows) {
            let estimate = state.for_change(&Terms::percent()).expect("an estimate");
            for number in [estimate.value, estimate.low, estimate.high].into_iter().flatten() {
                prop_assert!(number.is_finite(), "{:?}", state);
            }
            prop_assert_eq!(estimate.low.is_some(), estimate.interval.is_some());
        }
    }

    #[test]
    fn quantiles_of_bins_and_a_second_pass_are_those_of_the_sorted_values(
        values in prop::collection::vec(0..4_000_000_000_000i64, 1..200), q in 0.0..=1.0f64,
    ) {
        let histogram: Histogram = values.iter().map(|value| (histogram::bin(*value), 1)).collect();
        let mut quantile = Quantile { q, histogram, values: Values::default() };
        let bins = quantile.wanted_bins(&[Level::USUAL]);
        let second_pass = values.iter().filter(|value| bins.contains(&histogram::bin(**value)));
        second_pass.for_each(|value| quantile.values.add(*value, 1));
        let exact = plain(State::Quantile(quantile));
        prop_assert_eq!(exact, plain(quantile_of(q, &values)));
        let (lower, upper) = sorted_neighbours(&values, q);
        let value = exact.value.expect("a quantile");
        prop_assert!(lower as f64 <= value && value <= upper as f64);
    }

    #[test]
    fn the_interval_of_a_quantile_holds_as_much_probability_as_it_says_and_not_a_rank_more(
        n in 1..400i64, q in 0.05..0.95f64,
    ) {
        use statrs::distribution::{Binomial, DiscreteCDF};
        let below = Binomial::new(q, n as u64).expect("a distribution");
        let at_most = |rank: i64| if rank < 0 { 0.0 } else { below.cdf(rank as u64) };
        if let Some((low, high)) = quantile_ranks(n, q, Level::USUAL).and_then(|ranks| ranks.bounds) {
            prop_assert!(at_most(low - 1) <= 0.025 + 1e-12);
            prop_assert!(at_most(low) > 0.025 - 1e-12);
            prop_assert!(1.0 - at_most(high - 1) <= 0.025 + 1e-12);
            prop_assert!(1.0 - at_most(high - 2) > 0.025 - 1e-12);
        }
    }
}

#[test]
fn states_of_different_kinds_do_not_merge() {
    let error = share(1, 2).merge(&State::Count(Count { n: 2 })).expect_err("different kinds");
    assert_eq!(error.to_string(), "a state of kind share cannot be combined with one of kind count");
}

#[test]
fn a_sum_beyond_128_bits_is_an_error_and_not_another_number() {
    let mut sum = Sum { n: 1, sum: i128::MAX };
    assert_eq!(sum.merge(&Sum { n: 1, sum: 1 }), Err(EstimateError::TooLarge));
}

#[test]
fn a_second_pass_that_lacks_a_value_is_an_error_and_not_another_quantile() {
    let histogram: Histogram = [(histogram::bin(1000), 3)].into_iter().collect();
    let quantile = |values: &[(i64, i64)]| {
        let values = values.iter().copied().collect();
        State::Quantile(Quantile { q: 0.5, histogram: histogram.clone(), values }).estimate(&Terms::default())
    };
    let missing = EstimateError::ValuesMissing { low: 1000, high: 1007, found: 2, wanted: 3 };
    assert_eq!(quantile(&[(1000, 1), (1003, 1)]), Err(missing));
    assert_eq!(quantile(&[(1000, 1), (1003, 2)]).map(|estimate| estimate.value), Ok(Some(1003.0)));
}

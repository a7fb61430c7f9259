//! Quantiles are exact at any n, however many rows, groups and changes there are.

use mittari_core::facts::Fact;
use mittari_core::time::SECOND;

use super::support::{Facts, Question, metric, number};

fn durations() -> String {
    metric("time", "duration", "", "kind = \"quantile\"\nfrom = \"conversations\"\nvalue = \"first_response_us\"")
}

fn facts(values: &[(i64, &str)]) -> Facts {
    let mut facts = Facts::default();
    let mut rows = vec![vec!["opened_at".to_owned(), "channel".to_owned(), "first_response_us".to_owned()]];
    rows.extend(
        values.iter().map(|(value, channel)| vec!["2026-01-05".to_owned(), (*channel).to_owned(), value.to_string()]),
    );
    facts.add(Fact::Conversation, rows);
    facts
}

/// Numbers that look like waiting times: most short, some long; the same every time.
fn made_up(count: usize) -> Vec<i64> {
    let mut seed = 42u64;
    let mut next = move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    (0..count).map(|_| ((next() % 1_000 + 1) * (next() % 1_000 + 1) * (next() % 9_000 + 1)) as i64).collect()
}

/// Type 7 by the book.
fn type_7(values: &[i64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() - 1) as f64 * q;
    let (low, high) = (sorted[place.floor() as usize] as f64, sorted[place.ceil() as usize] as f64);
    (low + (high - low) * place.fract()) / SECOND as f64
}

#[test]
fn a_median_of_an_even_number_lies_between_the_middle_two() {
    let rows = Question::of(&durations()).ask(&facts(&[
        (10 * SECOND, ""),
        (20 * SECOND, ""),
        (90 * SECOND, ""),
        (40 * SECOND, ""),
    ]));
    assert_eq!((rows[0].value, rows[0].n, rows[0].low), (Some(30.0), Some(4), None));
}

#[test]
fn six_values_are_enough_for_the_interval_of_a_median_and_five_are_not() {
    let of = |count: i64| {
        let values: Vec<_> = (1..=count).map(|value| (value * SECOND, "")).collect();
        Question::of(&durations()).ask(&facts(&values)).remove(0)
    };
    assert_eq!(of(5).low, None);
    let six = of(6);
    assert_eq!((six.value, six.low, six.high), (Some(3.5), Some(1.0), Some(6.0)));
    assert_eq!(six.interval.as_deref(), Some("order_statistics95"));
}

#[test]
fn ten_thousand_values_give_the_exact_quantile_in_a_second_pass() {
    let values = made_up(10_000);
    let rows: Vec<_> = values.iter().map(|value| (*value, "")).collect();
    let answer = Question::of(&durations()).metrics(&["time", "time_p90", "time_mean"]).ask(&facts(&rows));
    assert_eq!(number(answer[0].value), number(Some(type_7(&values, 0.5))));
    assert_eq!(number(answer[1].value), number(Some(type_7(&values, 0.9))));
    let mean = values.iter().map(|value| i128::from(*value)).sum::<i128>() as f64 / 10_000.0 / SECOND as f64;
    assert_eq!(number(answer[2].value), number(Some(mean)));
}

#[test]
fn groups_of_many_and_of_few_rows_stand_side_by_side() {
    let values = made_up(6_000);
    let channel = |place: usize| {
        if place % 1_000 == 0 {
            "fax"
        } else if place % 3 == 0 {
            "chat"
        } else {
            "email"
        }
    };
    let rows: Vec<_> = values.iter().enumerate().map(|(place, value)| (*value, channel(place))).collect();
    let answer = Question::of(&durations()).by("month,channel").ask(&facts(&rows));
    for row in &answer {
        let own: Vec<i64> = rows
            .iter()
            .filter(|(_, channel)| row.group.get("channel") == Some(*channel))
            .map(|(value, _)| *value)
            .collect();
        assert_eq!((number(row.value), row.n), (number(Some(type_7(&own, 0.5))), Some(own.len() as i64)));
    }
    assert_eq!(answer.len(), 3);
}

#[test]
fn values_taken_back_count_no_more() {
    let values = made_up(5_000);
    let mut lines = vec![vec!["weight".to_owned(), "opened_at".to_owned(), "first_response_us".to_owned()]];
    let mut line =
        |weight: &str, value: i64| lines.push(vec![weight.to_owned(), "2026-01-05".to_owned(), value.to_string()]);
    values.iter().for_each(|value| line("1", *value));
    values.iter().skip(1_000).for_each(|value| line("-1", *value));
    values.iter().skip(1_000).for_each(|value| line("1", value / 2));
    let mut facts = Facts::default();
    facts.add(Fact::Conversation, lines);
    let left: Vec<i64> =
        values.iter().enumerate().map(|(place, value)| if place < 1_000 { *value } else { value / 2 }).collect();
    let rows = Question::of(&durations()).ask(&facts);
    assert_eq!((number(rows[0].value), rows[0].n), (number(Some(type_7(&left, 0.5))), Some(5_000)));
}

#[test]
fn the_order_of_rows_changes_no_digit() {
    let values = made_up(3_000);
    let rows: Vec<_> = values.iter().enumerate().map(|(place, value)| (*value, ["email", "chat"][place % 2])).collect();
    let question = Question::of(&durations()).by("day,channel").metrics(&["time", "time_mean", "time_p90"]);
    let written = |facts: &Facts| serde_json::to_string(&question.ask(facts)).expect("JSON");
    assert_eq!(written(&facts(&rows)), written(&facts(&rows).scattered()));
}

#[test]
fn scores_have_quantiles_too() {
    let formula = "kind = \"quantile\"\nfrom = \"answers\"\nvalue = \"score\"";
    let facts =
        Facts::of("answers\n| answered_at | score |\n| 2026-01-05 | 1.5 |\n| 2026-01-05 | 4 |\n| 2026-01-05 | 5 |");
    assert_eq!(Question::of(&metric("m", "score", "", formula)).ask(&facts)[0].value, Some(4.0));
}

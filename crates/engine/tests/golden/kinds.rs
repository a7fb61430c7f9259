//! One test for each kind of formula.

use super::support::{Facts, Question, metric, number, told};

const ANSWERS: &str = "
    answers
    | answered_at | kind | score | satisfied | scale | scale_min | scale_max |
    | 2026-01-05 | csat | 3 | false | 1-5 | 1 | 5 |
    | 2026-01-05 | csat | 4 | true | 1-5 | 1 | 5 |
    | 2026-01-06 | csat | 2 | false | 1-5 | 1 | 5 |
    | 2026-01-06 | csat | 5 | true | 1-5 | 1 | 5 |
    | 2026-01-07 | csat | 3 |  | 1-5 | 1 | 5 |
    | 2026-01-07 | nps | 10 | true | 0-10 | 0 | 10 |
    | 2026-01-07 | nps | 9 | true | 0-10 | 0 | 10 |
    | 2026-01-07 | nps | 3 | false | 0-10 | 0 | 10 |";

#[test]
fn a_share_is_of_the_rows_that_where_lets_in_and_no_value_is_a_no() {
    let csat = metric(
        "csat",
        "percent",
        "",
        "kind = \"share\"\nfrom = \"answers\"\nwhere = \"kind = 'csat'\"\nof = \"satisfied\"",
    );
    let rows = Question::of(&csat).ask(&Facts::of(ANSWERS));
    let row = &rows[0];
    assert_eq!((row.value, row.n, row.numerator, row.denominator), (Some(40.0), Some(5), Some(2.0), Some(5.0)));
    assert_eq!(row.interval.as_deref(), Some("wilson95"));
    assert_eq!((number(row.low), number(row.high)), ("11.7621".to_owned(), "76.9276".to_owned()));
}

#[test]
fn a_net_share_is_promoters_less_detractors() {
    let nps = metric(
        "nps",
        "points",
        "",
        "kind = \"net_share\"\nfrom = \"answers\"\nwhere = \"kind = 'nps'\"\nplus = \"score >= 9\"\nminus = \"score < 7\"",
    );
    let rows = Question::of(&nps).ask(&Facts::of(ANSWERS));
    assert_eq!((number(rows[0].value), rows[0].n), ("33.3333".to_owned(), Some(3)));
    assert_eq!(rows[0].interval.as_deref(), Some("adjusted_wald95"));
}

#[test]
fn a_mean_has_a_t_interval_that_stops_at_the_ends_of_the_scale() {
    let mean = |bounds: &str| {
        let formula =
            format!("kind = \"mean\"\nfrom = \"answers\"\nwhere = \"kind = 'nps'\"\nvalue = \"score\"\n{bounds}");
        metric("score", "score", "", &formula)
    };
    // 10, 9, 3: mean 22/3, standard deviation 3.785939, t(2) = 4.302653, half width 9.404789.
    let free = &Question::of(&mean("")).ask(&Facts::of(ANSWERS))[0];
    assert_eq!(
        (number(free.value), number(free.low), number(free.high)),
        ("7.3333".into(), "-2.0715".into(), "16.7381".into())
    );
    let clipped = &Question::of(&mean("bounds = [\"scale_min\", \"scale_max\"]")).ask(&Facts::of(ANSWERS))[0];
    assert_eq!((clipped.low, clipped.high), (Some(0.0), Some(10.0)));
}

#[test]
fn counts_and_sums_are_exact_where_64_bits_would_wrap() {
    let facts = Facts::of(
        "
        conversations
        | opened_at | first_response_us |
        | 2026-01-05 | 1000000000000000000 |
        | 2026-01-05 | 1000000000000000000 |
        | 2026-01-05 | 1000000000000000000 |
        | 2026-01-05 | 1000000000000000000 |
        | 2026-01-05 | 1000000000000000000 |
        | 2026-01-05 | 1000000000000000000 |
        | 2026-01-05 | 1000000000000000000 |
        | 2026-01-05 | 1000000000000000000 |
        | 2026-01-05 | 1000000000000000000 |
        | 2026-01-05 | 1000000000000000000 |",
    );
    let sum = metric(
        "s",
        "duration",
        "variants = []",
        "kind = \"sum\"\nfrom = \"conversations\"\nvalue = \"first_response_us\"",
    );
    let count = metric("c", "count", "", "kind = \"count\"\nfrom = \"conversations\"");
    let rows = Question::about(&[sum, count]).ask(&facts);
    assert_eq!((rows[0].value, rows[1].value), (Some(1e13), Some(10.0)));
}

#[test]
fn a_change_row_takes_back_what_it_changed() {
    let facts = Facts::of(
        "
        conversations
        | weight | conversation_id | opened_at | customer_id | first_response_us |
        | 1 | c1 | 2026-01-05 | anna | 10 min |
        | 1 | c2 | 2026-01-05 | bo | 20 min |
        | -1 | c2 | 2026-01-05 | bo | 20 min |
        | 1 | c2 | 2026-01-05 | anna | 40 min |",
    );
    let of = |id: &str, unit: &str, formula: &str| {
        metric(id, unit, "variants = []", &format!("from = \"conversations\"\n{formula}"))
    };
    let files = [
        of("volume", "count", "kind = \"count\""),
        of("customers", "count", "kind = \"distinct\"\ndistinct = \"customer_id\""),
        of("total", "duration", "kind = \"sum\"\nvalue = \"first_response_us\""),
        of("average", "duration", "kind = \"mean\"\nvalue = \"first_response_us\""),
        of("middle", "duration", "kind = \"quantile\"\nvalue = \"first_response_us\""),
    ];
    assert_eq!(told(&Question::about(&files).ask(&facts)), ["2", "1", "3000", "1500", "1500"]);
}

#[test]
fn replies_of_one_conversation_are_one_cluster() {
    let facts = Facts::of(
        "
        replies
        | conversation_id | replied_at | wait_us |
        | c1 | 2026-01-05 | 10 s |
        | c1 | 2026-01-05 | 30 s |
        | c2 | 2026-01-05 | 50 s |
        | c3 | 2026-01-05 | 70 s |",
    );
    let formula = "kind = \"mean\"\nfrom = \"replies\"\nvalue = \"wait_us\"\ncluster = \"conversation_id\"";
    let row = &Question::of(&metric("r", "duration", "variants = []", formula)).ask(&facts)[0];
    // Clusters (40, 2), (50, 1), (70, 1): 160 / 4 = 40; residuals -40, 10, 30 squared sum to 2600;
    // sqrt(3/2 * 2600) / 4 = 15.61249, times t(2) = 4.302653 is 67.1751.
    assert_eq!((row.value, row.n, row.interval.as_deref()), (Some(40.0), Some(4), Some("delta95")));
    assert_eq!((number(row.low), number(row.high)), ("-27.1751".into(), "107.1751".into()));
}

#[test]
fn a_ratio_of_the_same_rows_has_an_interval_and_one_of_different_rows_has_none() {
    let facts = Facts::of(
        "
        conversations
        | opened_at | last_solved_at | reply_count | contact_count |
        | 2026-01-05 | 2026-01-06 | 4 | 2 |
        | 2026-01-05 | 2026-01-06 | 6 | 2 |
        | 2026-01-05 |  | 2 | 1 |",
    )
    .at("2026-01-07");
    let side = |name: &str, tail: &str| format!("[formula.{name}]\nfrom = \"conversations\"\n{tail}\n");
    let same = format!(
        "kind = \"ratio\"\n{}{}",
        side("numerator", "value = \"reply_count\""),
        side("denominator", "value = \"contact_count\"")
    );
    let other = format!(
        "kind = \"ratio\"\n{}{}",
        side("numerator", "value = \"reply_count\""),
        side("denominator", "dated_by = \"last_solved_at\"")
    );
    let rows = Question::about(&[metric("same", "ratio", "", &same), metric("other", "ratio", "", &other)]).ask(&facts);
    assert_eq!((number(rows[0].value), rows[0].interval.as_deref()), ("2.4".into(), Some("delta95")));
    assert_eq!((rows[1].value, rows[1].interval.as_deref(), rows[1].n), (Some(6.0), None, Some(2)));
    assert_eq!((rows[1].numerator, rows[1].denominator), (Some(12.0), Some(2.0)));
}

#[test]
fn one_row_per_key_comes_first_where_a_metric_says_so() {
    let facts = Facts::of(
        "
        orders
        | weight | customer_id | ordered_at | order_index | amount |
        | 1 | anna | 2026-01-05 | 1 | 10 |
        | 1 | anna | 2026-01-06 | 2 | 30 |
        | 1 | bo | 2026-01-05 | 1 | 50 |
        | 1 | cleo | 2026-01-05 | 1 | 5 |
        | -1 | cleo | 2026-01-05 | 1 | 5 |
        | 1 |  | 2026-01-05 | 1 | 99 |",
    );
    let per = "per = { key = \"customer_id\", repeats = \"count(order_index >= 2)\", spend = \"sum(amount)\" }";
    let files = [
        metric("repeat", "percent", "", &format!("kind = \"share\"\nfrom = \"orders\"\nof = \"repeats > 0\"\n{per}")),
        metric("spend", "score", "", &format!("kind = \"mean\"\nfrom = \"orders\"\nvalue = \"spend\"\n{per}")),
    ];
    let rows = Question::about(&files).ask(&facts);
    assert_eq!((rows[0].value, rows[0].n), (Some(50.0), Some(2)));
    assert_eq!((rows[1].value, rows[1].n), (Some(45.0), Some(2)));
}

#[test]
fn a_composite_is_arithmetic_over_parts_and_other_metrics() {
    let facts = Facts::of(
        "
        conversations
        | opened_at | countable | reply_count |
        | 2026-01-05 | true | 4 |
        | 2026-01-05 | false | 2 |",
    );
    let share = metric("share", "percent", "", "kind = \"share\"\nfrom = \"conversations\"\nof = \"countable\"");
    let composite = |condition: &str| {
        let formula = format!(
            "kind = \"composite\"\nexpression = \"share / 100 * least(replies, {{cap}})\"\n\
             [formula.part.replies]\nkind = \"mean\"\nfrom = \"conversations\"\nvalue = \"reply_count\"\n{condition}\n[params]\ncap = 10"
        );
        metric("score", "score", "", &formula)
    };
    let rows = Question::about(&[composite(""), share.clone()]).metrics(&["score"]).ask(&facts);
    assert_eq!((rows[0].value, rows[0].interval.as_deref()), (Some(1.5), None));
    let empty = Question::about(&[composite("where = \"reply_count > 100\""), share]).metrics(&["score"]).ask(&facts);
    assert_eq!(empty[0].value, None);
}

#[test]
fn a_model_is_not_computed_here() {
    let facts = Facts::of(ANSWERS);
    let rows = Question::of(&metric("m", "money", "", "kind = \"model\"\nmodel = \"bg_nbd\"")).ask(&facts);
    assert_eq!((rows.len(), rows[0].value), (1, None));
}

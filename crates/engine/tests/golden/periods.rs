//! Periods, empty periods, stocks, what is open and what is too young.

use super::support::{Facts, Question, metric, told};

fn volume() -> String {
    metric("volume", "count", "", "kind = \"count\"\nfrom = \"conversations\"")
}

#[test]
fn a_row_belongs_to_the_day_of_the_workspaces_clock() {
    let facts = Facts::of(
        "conversations\n| opened_at |\n| 2026-03-28T21:59:59Z |\n| 2026-03-28T22:00:00Z |\n| 2026-03-29T20:59:59Z |\n| 2026-03-29T21:00:00Z |",
    );
    // In Helsinki the 29th has 23 hours: it ends at 21:00 UTC.
    let rows = Question::of(&volume()).by("day").zone("Europe/Helsinki").ask(&facts);
    assert_eq!(told(&rows), ["2026-03-28 1", "2026-03-29 2", "2026-03-30 1"]);
    assert_eq!(rows[0].zone, "Europe/Helsinki");
}

#[test]
fn an_empty_period_within_the_data_has_a_count_of_0_and_nothing_else() {
    let facts = Facts::of(
        "conversations\n| opened_at | countable | channel |\n| 2026-01-10 | true | email |\n| 2026-03-10 | true | email |\n| 2026-03-10 | true | chat |",
    );
    let share = metric("share", "percent", "", "kind = \"share\"\nfrom = \"conversations\"\nof = \"countable\"");
    let question = Question::about(&[volume(), share]).by("month").from("2025-12-01", "2026-05-01");
    let rows = question.ask(&facts);
    let expected = [
        "2025-12-01 none",
        "2026-01-01 1",
        "2026-02-01 0",
        "2026-03-01 2",
        "2026-04-01 none",
        "2025-12-01 none",
        "2026-01-01 100",
        "2026-02-01 none",
        "2026-03-01 100",
        "2026-04-01 none",
    ];
    assert_eq!(told(&rows), expected);
    assert_eq!((rows[0].n, rows[2].n), (None, Some(0)));
    let by_channel = Question::of(&volume()).by("month,channel").from("2026-01-01", "2026-03-01").ask(&facts);
    // Only the groups of the answer: nobody chatted before March.
    assert_eq!(told(&by_channel), ["2026-01-01 email 1", "2026-02-01 email 0"]);
}

#[test]
fn without_days_in_the_query_the_answer_is_about_all_data() {
    let facts = Facts::of("conversations\n| opened_at |\n| 2024-02-29 |\n| 2026-01-05 |");
    assert_eq!(told(&Question::of(&volume()).ask(&facts)), ["2"]);
    assert_eq!(told(&Question::of(&volume()).by("year").ask(&facts)), ["2024-01-01 1", "2025-01-01 0", "2026-01-01 1"]);
}

#[test]
fn no_data_at_all_is_one_row_without_a_value() {
    let rows = Question::of(&volume()).by("month").ask(&Facts::default());
    assert_eq!((told(&rows), rows[0].n), (vec!["none".to_owned()], None));
}

#[test]
fn weeks_start_on_monday_and_are_named_by_it() {
    let facts = Facts::of("conversations\n| opened_at |\n| 2026-01-04 |\n| 2026-01-05 |\n| 2026-01-11 |");
    assert_eq!(told(&Question::of(&volume()).by("week").ask(&facts)), ["2025-12-29 1", "2026-01-05 2"]);
}

#[test]
fn a_backlog_is_what_is_open_at_the_end_of_each_day() {
    let facts = Facts::of(
        "
        episodes
        | opens_at | closes_at |
        | 2026-01-05 09:00 | 2026-01-05 12:00 |
        | 2026-01-05 10:00 | 2026-01-07 00:00 |
        | 2026-01-06 00:00 |  |",
    )
    .at("2026-01-08 12:00");
    let stock = "stock = { opens = \"opens_at\", closes = \"closes_at\", at = \"period_end\" }";
    let backlog = metric("backlog", "count", stock, "kind = \"count\"\nfrom = \"episodes\"");
    let age = metric(
        "age",
        "duration",
        stock,
        "kind = \"quantile\"\nfrom = \"episodes\"\nvalue = \"elapsed_us(opens_at, least(period_end, now))\"",
    );
    let rows = Question::about(&[backlog, age]).by("day").from("2026-01-05", "2026-01-09").ask(&facts);
    let expected = [
        "2026-01-05 1",
        "2026-01-06 2",
        "2026-01-07 1",
        "2026-01-08 1",
        // On the 6th: 38 and 24 hours.
        "2026-01-05 50400",
        "2026-01-06 111600",
        "2026-01-07 172800",
        "2026-01-08 216000",
    ];
    assert_eq!(told(&rows), expected);
}

#[test]
fn a_cohort_is_who_is_there_when_the_period_begins() {
    let facts = Facts::of(
        "
        subscriptions
        | customer_id | opens_at | closes_at |
        | anna | 2025-12-01 | 2026-01-20 |
        | bo | 2025-12-01 |  |
        | cleo | 2026-01-01 | 2026-01-15 |
        | dana | 2025-11-01 | 2026-01-01 |",
    )
    .at("2026-03-01");
    let churn = metric(
        "churn",
        "percent",
        "stock = { opens = \"opens_at\", closes = \"closes_at\", at = \"period_start\" }",
        "kind = \"share\"\nfrom = \"subscriptions\"\nof = \"closes_at < period_end\"",
    );
    // At the start of January: anna, bo, dana; cleo comes with it. Lost in it: anna and dana.
    let rows = Question::of(&churn).by("month").from("2026-01-01", "2026-03-01").ask(&facts);
    assert_eq!((rows[0].n, rows[0].numerator, rows[1].n), (Some(3), Some(2.0), Some(1)));
}

#[test]
fn a_case_younger_than_the_window_is_left_out_and_counted_as_open() {
    let facts = Facts::of(
        "
        conversations
        | opened_at | first_solved_at | reopened_at | countable |
        | 2026-01-01 | 2026-01-02 | 2026-01-03 | true |
        | 2026-01-01 | 2026-01-02 |  | true |
        | 2026-01-01 | 2026-01-09 | 2026-01-10 | true |
        | 2026-01-01 |  |  | true |",
    )
    .at("2026-01-12");
    let formula = "kind = \"share\"\nfrom = \"conversations\"\ndated_by = \"first_solved_at\"\nwhere = \"first_solved_at is not null\"\n\
                   of = \"reopened_at <= first_solved_at + interval '{reopen_days} days'\"\n\
                   matures = { from = \"first_solved_at\", after = \"{reopen_days} days\" }";
    let mut question = Question::of(&metric("reopened", "percent", "", formula));
    let row = &question.ask(&facts)[0];
    assert_eq!((row.value, row.n, row.open, row.state.as_str()), (Some(50.0), Some(2), 1, "running"));
    question.settings.windows.reopen_days = 3;
    let row = &question.ask(&facts)[0];
    assert_eq!((row.n, row.open, row.state.as_str()), (Some(3), 0, "final"));
}

#[test]
fn what_is_open_may_be_dated_by_another_moment() {
    let facts = Facts::of(
        "conversations\n| opened_at | last_solved_at | resolution_us |\n| 2026-01-05 | 2026-01-06 | 24 h |\n| 2026-01-05 |  |  |\n| 2026-02-05 |  |  |",
    );
    let file = metric(
        "time",
        "duration",
        "dated_by = \"last_solved_at\"\nopen = { where = \"last_solved_at is null\", dated_by = \"opened_at\" }",
        "kind = \"quantile\"\nfrom = \"conversations\"\nvalue = \"resolution_us\"",
    );
    let rows = Question::of(&file).by("month").from("2026-01-01", "2026-03-01").ask(&facts);
    assert_eq!((rows[0].value, rows[0].open, rows[1].open), (Some(86_400.0), 1, 1));
}

#[test]
fn only_whole_months_have_a_value_where_a_metric_asks_for_them() {
    let facts = Facts::of(
        "customer_months\n| customer_id | month_at | active |\n| anna | 2026-01-01 | true |\n| bo | 2026-01-01 | true |",
    );
    let file = metric(
        "active",
        "count",
        "whole = \"month\"",
        "kind = \"distinct\"\nfrom = \"customer_months\"\ndistinct = \"customer_id\"\nwhere = \"active\"",
    );
    let value = |from: &str, to: &str, by: &str| told(&Question::of(&file).by(by).from(from, to).ask(&facts));
    assert_eq!(value("2026-01-01", "2026-02-01", "month"), ["2026-01-01 2"]);
    assert_eq!(value("2026-01-01", "2026-02-01", "quarter"), ["2026-01-01 2"]);
    assert_eq!(value("2026-01-01", "2026-01-20", "month"), ["2026-01-01 none"]);
    assert_eq!(value("2026-01-01", "2026-01-03", "day"), ["2026-01-01 none", "2026-01-02 none"]);
}

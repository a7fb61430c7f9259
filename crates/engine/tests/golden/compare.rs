//! Comparisons with the period before and the year before.

use mittari_core::facts::Fact;

use super::support::{Facts, Question, metric, number, told};

fn csat() -> String {
    metric("csat", "percent", "", "kind = \"share\"\nfrom = \"answers\"\nof = \"satisfied\"")
}

/// Days with how many answers, and how many of them satisfied.
fn answers(days: &[(&str, usize, usize)]) -> Facts {
    let mut rows = vec![vec!["answered_at".to_owned(), "satisfied".to_owned()]];
    for (day, n, satisfied) in days {
        rows.extend((0..*n).map(|place| vec![(*day).to_owned(), (place < *satisfied).to_string()]));
    }
    let mut facts = Facts::default();
    facts.add(Fact::SurveyAnswer, rows);
    facts
}

#[test]
fn a_month_is_compared_with_the_month_before() {
    let facts = answers(&[("2026-01-05", 100, 60), ("2026-02-05", 100, 85)]).at("2026-03-01");
    let rows = Question::of(&csat()).by("month").from("2026-02-01", "2026-03-01").compare("previous").ask(&facts);
    let row = &rows[0];
    assert_eq!((row.value, row.previous, row.change), (Some(85.0), Some(60.0), Some(25.0)));
    assert_eq!(row.verdict.as_deref(), Some("better"));
    // Wilson: 85 of 100 is 76.7164 to 90.6940, 60 of 100 is 50.2003 to 69.0599.
    assert_eq!((number(row.change_low), number(row.change_high)), ("12.7241".into(), "36.3339".into()));
}

#[test]
fn a_difference_that_may_be_chance_is_no_change_and_five_rows_are_too_few() {
    let facts = answers(&[("2026-01-05", 50, 30), ("2026-02-05", 50, 32), ("2026-03-05", 4, 4)]).at("2026-04-01");
    let rows = Question::of(&csat()).by("month").from("2026-01-01", "2026-04-01").compare("previous").ask(&facts);
    let verdicts: Vec<_> = rows.iter().map(|row| row.verdict.as_deref()).collect();
    assert_eq!(verdicts, [None, Some("no detectable change"), Some("too little data")]);
}

#[test]
fn the_running_month_is_compared_with_as_much_of_the_one_before() {
    let facts = answers(&[("2026-01-05", 10, 10), ("2026-01-20", 10, 0), ("2026-02-05", 10, 9)]).at("2026-02-10");
    let rows = Question::of(&csat()).by("month").from("2026-01-01", "2026-03-01").compare("previous").ask(&facts);
    assert_eq!((rows[1].value, rows[1].previous, rows[1].state.as_str()), (Some(90.0), Some(100.0), "running"));
    assert_eq!(rows[0].value, Some(50.0));
}

#[test]
fn a_year_before_has_the_same_civil_days() {
    let facts = answers(&[("2025-02-28", 10, 5), ("2026-02-28", 10, 9)]).at("2026-03-01");
    let rows = Question::of(&csat()).by("month").from("2026-02-01", "2026-03-01").compare("year").ask(&facts);
    assert_eq!((rows[0].value, rows[0].previous), (Some(90.0), Some(50.0)));
}

#[test]
fn without_a_grain_the_days_before_are_as_many() {
    let facts = answers(&[("2026-01-09", 10, 5), ("2026-01-12", 10, 9)]).at("2026-02-01");
    let rows = Question::of(&csat()).from("2026-01-11", "2026-01-21").compare("previous").ask(&facts);
    assert_eq!((rows[0].value, rows[0].previous), (Some(90.0), Some(50.0)));
}

#[test]
fn a_count_that_varies_from_day_to_day_changes_less_easily() {
    let volume = metric("volume", "count", "", "kind = \"count\"\nfrom = \"answers\"");
    let month = |steady: bool, more: usize| {
        let days: Vec<String> = (1..=56)
            .map(|day| {
                let first = jiff::civil::date(2026, 1, 5);
                first.saturating_add(jiff::ToSpan::days(day - 1)).to_string()
            })
            .collect();
        let of = |place: usize| {
            let burst = if steady {
                20
            } else if place % 9 == 0 {
                120
            } else {
                8
            };
            if place >= 28 { burst + more } else { burst }
        };
        let rows: Vec<_> = days.iter().enumerate().map(|(place, day)| (day.as_str(), of(place), 0)).collect();
        let question = Question::of(&volume).from("2026-02-02", "2026-03-02").compare("previous");
        question.ask(&answers(&rows).at("2026-03-02"))[0].verdict.clone()
    };
    assert_eq!(month(true, 4).as_deref(), Some("better"));
    assert_eq!(month(false, 4).as_deref(), Some("no detectable change"));
}

#[test]
fn a_sum_is_compared_and_not_judged() {
    let sum = metric("s", "score", "", "kind = \"sum\"\nfrom = \"answers\"\nvalue = \"score\"");
    let facts = Facts::of("answers\n| answered_at | score |\n| 2026-01-05 | 5 |\n| 2026-02-05 | 9 |").at("2026-03-01");
    let rows = Question::of(&sum).by("month").from("2026-02-01", "2026-03-01").compare("previous").ask(&facts);
    assert_eq!((rows[0].change, rows[0].verdict.as_deref()), (Some(4.0), None));
}

#[test]
fn a_group_that_is_gone_is_still_compared() {
    let facts = Facts::of("conversations\n| opened_at | channel |\n| 2026-01-05 | fax |\n| 2026-02-05 | email |")
        .at("2026-03-01");
    let volume = metric("volume", "count", "", "kind = \"count\"\nfrom = \"conversations\"");
    let question = Question::of(&volume).by("month,channel").from("2026-02-01", "2026-03-01").compare("previous");
    let rows = question.ask(&facts);
    assert_eq!(told(&rows), ["2026-02-01 email 1", "2026-02-01 fax 0"]);
    assert_eq!(rows[1].previous, Some(1.0));
}

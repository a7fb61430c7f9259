//! What is behind a number.

use super::support::{Facts, Question, metric};

#[test]
fn the_rows_behind_a_share_say_which_side_they_are_on() {
    let facts = Facts::of(
        "
        answers
        | weight | answer_id | answered_at | kind | score | satisfied | channel |
        | 1 | a1 | 2026-01-05 | csat | 5 | true | email |
        | 1 | a2 | 2026-01-06 | csat | 2 | true | email |
        | -1 | a2 | 2026-01-06 | csat | 2 | true | email |
        | 1 | a2 | 2026-01-06 | csat | 2 | false | email |
        | 1 | a3 | 2026-01-07 | nps | 2 | false | email |
        | 1 | a4 | 2026-01-08 | csat | 2 | false | chat |",
    );
    let csat = metric(
        "csat",
        "percent",
        "",
        "kind = \"share\"\nfrom = \"answers\"\nwhere = \"kind = 'csat'\"\nof = \"satisfied\"",
    );
    let explained = Question::of(&csat).filter("channel=email").explain(&facts, 10);
    assert_eq!(explained.answer[0].value, Some(50.0));
    assert_eq!(explained.rows.len(), 1);
    let rows: Vec<_> =
        explained.rows[0].rows.iter().map(|row| (row["answer_id"].clone(), row["counts"]["of"].clone())).collect();
    assert_eq!(rows, [("a1".into(), true.into()), ("a2".into(), false.into())]);
    assert_eq!(explained.rows[0].rows[0]["answered_at"], "2026-01-05T00:00:00Z");
    assert!(explained.plans[0].contains("Aggregate"), "{}", explained.plans[0]);
    assert!(explained.definition.starts_with("csat@"));
}

#[test]
fn more_rows_than_asked_for_are_said_to_be_there() {
    let facts = Facts::of(
        "conversations\n| conversation_id | opened_at | tags |\n| c1 | 2026-01-05 | a b |\n| c2 | 2026-01-05 | a |",
    );
    let volume = metric("volume", "count", "", "kind = \"count\"\nfrom = \"conversations\"");
    let explained = Question::of(&volume).explain(&facts, 1);
    assert_eq!((explained.rows[0].rows.len(), explained.rows[0].more), (1, true));
    assert_eq!(explained.rows[0].rows[0]["tags"], serde_json::json!(["a", "b"]));
}

#[test]
fn both_sides_of_a_ratio_and_what_is_open_have_rows_of_their_own() {
    let facts = Facts::of("conversations\n| conversation_id | opened_at | last_solved_at |\n| c1 | 2026-01-05 | 2026-01-06 |\n| c2 | 2026-01-05 |  |").at("2026-01-07");
    let formula = "kind = \"ratio\"\n[formula.numerator]\nfrom = \"conversations\"\ndated_by = \"last_solved_at\"\n\
                   [formula.denominator]\nfrom = \"conversations\"\ndated_by = \"opened_at\"";
    let file =
        metric("solved", "percent", "open = { where = \"last_solved_at is null\", dated_by = \"opened_at\" }", formula);
    let explained = Question::of(&file).explain(&facts, 10);
    let sets: Vec<_> = explained.rows.iter().map(|set| (set.role.as_str(), set.rows.len())).collect();
    assert_eq!(sets, [("numerator", 1), ("denominator", 2), ("open", 1)]);
}

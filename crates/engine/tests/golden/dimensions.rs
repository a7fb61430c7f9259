//! Groups and filters.

use super::support::{Facts, Question, metric, told};

const CONVERSATIONS: &str = r#"
    conversations
    | conversation_id | opened_at | channel | team | agent | agent_at_solve | agent_at_first_reply | tags | fields | countable |
    | c1 | 2026-01-05 09:30 | email | red | x | anna | bo | refund late | {"shop":"north"} | true |
    | c2 | 2026-01-05 10:10 | email | blue | x | anna | anna | late | {"shop":"south"} | true |
    | c3 | 2026-01-10 23:30 | chat | red | x |  | bo |  |  | false |
    | c4 | 2026-01-11 00:10 |  | red | x | cleo |  | refund |  | true |"#;

fn volume() -> String {
    metric("volume", "count", "", "kind = \"count\"\nfrom = \"conversations\"")
}

fn by(by: &str) -> Vec<String> {
    told(&Question::of(&volume()).by(by).ask(&Facts::of(CONVERSATIONS)))
}

#[test]
fn an_unknown_value_is_a_group_of_its_own() {
    assert_eq!(by("channel"), ["? 1", "chat 1", "email 2"]);
    assert_eq!(by("channel,team"), ["? red 1", "chat red 1", "email blue 1", "email red 1"]);
}

#[test]
fn a_row_counts_once_under_each_of_its_tags() {
    assert_eq!(by("tags"), ["? 1", "late 2", "refund 2"]);
}

#[test]
fn a_custom_value_is_a_dimension() {
    assert_eq!(by("shop"), ["? 2", "north 1", "south 1"]);
    let filtered = Question::of(&volume()).filter("shop=south").ask(&Facts::of(CONVERSATIONS));
    assert_eq!(told(&filtered), ["1"]);
}

#[test]
fn weekday_and_hour_are_those_of_the_workspaces_clock() {
    assert_eq!(by("weekday"), ["1 2", "6 1", "7 1"]);
    let rows = Question::of(&volume()).by("weekday,hour").zone("Europe/Helsinki").ask(&Facts::of(CONVERSATIONS));
    assert_eq!(told(&rows), ["1 11 1", "1 12 1", "7 1 1", "7 2 1"]);
}

#[test]
fn filters_are_ands_of_ors() {
    let count = |filters: &[&str]| {
        let question = filters.iter().fold(Question::of(&volume()), |question, filter| question.filter(filter));
        told(&question.ask(&Facts::of(CONVERSATIONS))).remove(0)
    };
    assert_eq!(count(&["channel=email,chat"]), "3");
    assert_eq!(count(&["channel=email,chat", "team=red"]), "2");
    assert_eq!(count(&["channel!=email"]), "2");
    assert_eq!(count(&["channel="]), "1");
    assert_eq!(count(&["tags=refund"]), "2");
    assert_eq!(count(&["tags!=refund"]), "2");
    assert_eq!(count(&["tags="]), "1");
    assert_eq!(count(&["countable=true"]), "3");
    assert_eq!(count(&["weekday=1"]), "2");
    assert_eq!(count(&["hour=23,0"]), "2");
}

#[test]
fn an_agent_is_who_solved_unless_metric_or_query_says_otherwise() {
    let mut question = Question::of(&volume()).by("agent");
    question.settings.n_min = 0;
    assert_eq!(told(&question.ask(&Facts::of(CONVERSATIONS))), ["? 1", "anna 2", "cleo 1"]);
    question.text.attribution = Some("first_reply".into());
    assert_eq!(told(&question.ask(&Facts::of(CONVERSATIONS))), ["? 1", "anna 1", "bo 2"]);
}

#[test]
fn few_rows_of_single_agents_are_withheld_and_elsewhere_marked() {
    let rows = Question::of(&volume()).by("agent").ask(&Facts::of(CONVERSATIONS));
    assert!(rows.iter().all(|row| row.withheld && row.value.is_none() && row.few));
    let rows = Question::of(&volume()).by("team").ask(&Facts::of(CONVERSATIONS));
    assert!(rows.iter().all(|row| !row.withheld && row.value.is_some() && row.few));
}

#[test]
fn shares_of_a_split_are_over_the_total_without_it() {
    let share = metric(
        "shares",
        "percent",
        "split = \"channel\"",
        "kind = \"share\"\nfrom = \"conversations\"\nwhere = \"team is not null\"",
    );
    let question = |by: &str| Question::of(&share).by(by);
    assert_eq!(told(&question("").ask(&Facts::of(CONVERSATIONS))), ["? 25", "chat 25", "email 50"]);
    assert_eq!(told(&question("channel").ask(&Facts::of(CONVERSATIONS))), ["? 25", "chat 25", "email 50"]);
    assert_eq!(
        told(&question("team").ask(&Facts::of(CONVERSATIONS))),
        ["blue email 100", "red ? 33.3333", "red chat 33.3333", "red email 33.3333"]
    );
    assert_eq!(told(&question("").filter("channel=email").ask(&Facts::of(CONVERSATIONS))), ["email 50"]);
}

#[test]
fn shares_of_a_list_add_up_to_more_than_the_whole() {
    let share = metric(
        "shares",
        "percent",
        "split = \"tags\"",
        "kind = \"share\"\nfrom = \"conversations\"\nwhere = \"cardinality(tags) > 0\"",
    );
    let rows = Question::of(&share).ask(&Facts::of(CONVERSATIONS));
    assert_eq!(told(&rows), ["late 66.6667", "refund 66.6667"]);
    assert_eq!((rows[0].numerator, rows[0].denominator), (Some(2.0), Some(3.0)));
}

#[test]
fn a_metrics_own_groups_show_where_their_values_differ() {
    let score =
        metric("score", "score", "groups = [\"scale\"]", "kind = \"mean\"\nfrom = \"answers\"\nvalue = \"score\"");
    let one = Facts::of("answers\n| answered_at | score | scale |\n| 2026-01-05 | 4 | 1-5 |");
    assert_eq!(told(&Question::of(&score).ask(&one)), ["4"]);
    let two =
        Facts::of("answers\n| answered_at | score | scale |\n| 2026-01-05 | 4 | 1-5 |\n| 2026-01-05 | 9 | 0-10 |");
    assert_eq!(told(&Question::of(&score).ask(&two)), ["0-10 9", "1-5 4"]);
}

#[test]
fn a_dimension_that_no_row_has_is_a_mistake_in_the_query() {
    let error = Question::of(&volume()).by("chanel").try_ask(&Facts::of(CONVERSATIONS)).expect_err("an error");
    assert_eq!(error.to_string(), "unknown dimension \"chanel\"");
    assert!(error.hint().contains("\"channel\""), "{}", error.hint());
}

//! What is wrong with a metric file that only the SQL parser can see.

use super::support::{Facts, Question, metric};

fn error(formula: &str) -> (String, String) {
    let file = metric("x", "percent", "", &format!("from = \"conversations\"\n{formula}"));
    let error = Question::of(&file).try_ask(&Facts::default()).expect_err("an error");
    (error.to_string(), error.hint())
}

fn share(of: &str) -> (String, String) {
    error(&format!("kind = \"share\"\nof = \"{of}\""))
}

#[test]
fn an_unknown_column_names_file_line_and_nearest() {
    let (told, hint) = share("opened_att is not null");
    assert_eq!(told, "test/0.toml:24: unknown column \"opened_att\"");
    assert!(hint.contains("Did you mean \"opened_at\"?"), "{hint}");
}

#[test]
fn a_condition_must_be_true_or_false_and_a_value_a_number() {
    assert!(share("reply_count").0.contains("it is a number, not true or false"));
    assert!(error("kind = \"mean\"\nvalue = \"channel\"").0.contains("it is a text, not a number"));
}

#[test]
fn nothing_that_is_not_the_same_every_time_may_be_called() {
    for (of, word) in [
        ("opened_at < now()", "now"),
        ("random() > 0.5", "random"),
        ("sum(reply_count) > 3", "aggregate"),
        ("row_number() over () > 3", "window"),
        ("reply_count > (select 1)", "subquery"),
    ] {
        let (told, _) = share(of);
        assert!(told.starts_with("test/0.toml:24: "), "{told}");
        assert!(told.contains(word), "{of}: {told}");
    }
}

#[test]
fn what_is_no_sql_is_told_with_its_line() {
    assert!(share("reply_count >").0.starts_with("test/0.toml:24: in `reply_count >`"));
}

#[test]
fn every_mistake_of_a_catalogue_is_found_once() {
    let formula =
        "kind = \"quantile\"\nfrom = \"conversations\"\nvalue = \"first_response_us\"\nwhere = \"chanel = 'email'\"";
    let question = Question::of(&metric("x", "duration", "", formula));
    let errors = mittari_engine::check(&question.catalogue(), &question.settings);
    assert_eq!(errors.len(), 1);
}

#[test]
fn an_unknown_metric_names_the_nearest() {
    let file = metric("csat", "percent", "", "kind = \"share\"\nfrom = \"answers\"\nof = \"satisfied\"");
    let error = Question::of(&file).metrics(&["cast"]).try_ask(&Facts::default()).expect_err("an error");
    assert!(error.hint().contains("Did you mean \"csat\"?"), "{}", error.hint());
}

//! Money: currencies, rates, and periods that cut.

use std::collections::BTreeMap;

use mittari_core::decimal::Decimal;
use mittari_core::settings::Exchange;

use super::support::{Facts, Question, metric, told};

const REVENUE: &str = "
    referrals
    | referred_at | revenue | currency | channel |
    | 2026-01-05 | 100 | EUR | email |
    | 2026-01-05 | 50.5 | EUR | chat |
    | 2026-01-05 | 1000 | SEK | email |
    | 2026-01-05 | 7 | PLN | email |";

fn revenue() -> String {
    metric("revenue", "money", "", "kind = \"sum\"\nfrom = \"referrals\"\nvalue = \"revenue\"")
}

#[test]
fn money_is_never_added_across_currencies_without_a_rate() {
    let rows = Question::of(&revenue()).ask(&Facts::of(REVENUE));
    assert_eq!(told(&rows), ["EUR 150.5", "PLN 7", "SEK 1000"]);
    assert_eq!(rows[0].currency.as_deref(), Some("EUR"));
}

#[test]
fn where_there_is_a_rate_amounts_are_converted_and_the_others_stand_apart() {
    let mut question = Question::of(&revenue());
    let rates = BTreeMap::from([("SEK".to_owned(), Decimal(90_000))]);
    question.settings.exchange = Some(Exchange { to: "EUR".into(), rates });
    let rows = question.ask(&Facts::of(REVENUE));
    assert_eq!(told(&rows), ["EUR 240.5", "PLN 7"]);
}

#[test]
fn one_currency_is_named_and_makes_no_group() {
    let rows = Question::of(&revenue()).filter("channel=chat").ask(&Facts::of(REVENUE));
    assert_eq!((told(&rows), rows[0].currency.as_deref()), (vec!["50.5".to_owned()], Some("EUR")));
}

fn cost_per_ticket() -> String {
    let formula = "kind = \"ratio\"\n[formula.numerator]\nfrom = \"costs\"\nvalue = \"amount\"\ndated_by = [\"period_start\", \"period_end\"]\n\
                   [formula.denominator]\nfrom = \"conversations\"\ndated_by = \"opened_at\"";
    metric("cost", "money", "", formula)
}

const COSTS: &str = "
    costs
    | period_start | period_end | amount | currency | channel |
    | 2026-01-01 | 2026-02-01 | 90 | EUR |  |
    | 2026-02-01 | 2026-03-01 | 50 | EUR |  |
    conversations
    | opened_at | channel |
    | 2026-01-05 | email |
    | 2026-01-06 | chat |
    | 2026-01-07 | chat |
    | 2026-02-05 | chat |";

#[test]
fn costs_count_where_the_period_holds_them_whole() {
    let ask = |by: &str, from: &str, to: &str| {
        told(&Question::of(&cost_per_ticket()).by(by).from(from, to).ask(&Facts::of(COSTS)))
    };
    assert_eq!(ask("month", "2026-01-01", "2026-03-01"), ["2026-01-01 30", "2026-02-01 50"]);
    assert_eq!(ask("quarter", "2026-01-01", "2026-04-01"), ["2026-01-01 35"]);
    assert_eq!(ask("week", "2026-01-05", "2026-01-12"), ["2026-01-05 none"]);
    assert_eq!(ask("month", "2026-01-01", "2026-02-15"), ["2026-01-01 30", "2026-02-01 none"]);
}

#[test]
fn costs_have_a_channel_only_where_they_carry_it() {
    let rows = Question::of(&cost_per_ticket()).by("channel").from("2026-01-01", "2026-03-01").ask(&Facts::of(COSTS));
    assert_eq!(told(&rows), ["? none", "chat none", "email none"]);
    let carried = COSTS.replace("| EUR |  |", "| EUR | chat |");
    let rows =
        Question::of(&cost_per_ticket()).by("channel").from("2026-01-01", "2026-03-01").ask(&Facts::of(&carried));
    assert_eq!(told(&rows), ["chat 46.6667", "email none"]);
}

#[test]
fn a_key_that_only_one_side_has_gives_no_value() {
    let rows =
        Question::of(&cost_per_ticket()).by("opened_channel").from("2026-01-01", "2026-03-01").ask(&Facts::of(COSTS));
    assert!(rows.iter().all(|row| row.value.is_none()), "{:?}", told(&rows));
}

//! Rules 1 to 9: what starts and ends a wait for an answer.

use mittari_core::settings::{CalendarSettings, Settings};
use mittari_core::time::Span;

use crate::desk::*;

fn first_response(lines: &[&str]) -> Option<Span> {
    Desk::default().fold(lines).conversations[0].first_response_us
}

#[test]
fn the_first_response_starts_with_the_first_customer_message() {
    let lines = ["0m opened customer", "10m message customer", "30m message agent ann"];
    assert_eq!(first_response(&lines), Some(span("20m")));
}

#[test]
fn without_a_message_the_first_response_starts_with_the_opening() {
    assert_eq!(first_response(&["0m opened", "30m message agent ann"]), Some(span("30m")));
    assert_eq!(first_response(&["0m opened", "2m call_answered agent ann"]), Some(span("2m")));
}

#[test]
fn a_bot_reply_does_not_end_the_wait() {
    let lines = ["0m opened", "0m message customer", "1m message bot b", "30m message agent ann"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.conversations[0].first_response_us, Some(span("30m")));
    assert_eq!(facts.conversations[0].first_bot_reply_at, Some(at("1m")));
    assert_eq!(facts.waits.len(), 1);
}

#[test]
fn an_automatic_acknowledgement_does_not_end_the_wait() {
    let lines = ["0m opened", "0m message customer", "1m message agent ann automatic", "30m message agent ann"];
    assert_eq!(first_response(&lines), Some(span("30m")));
}

#[test]
fn an_actor_that_settings_call_a_bot_is_one_whatever_the_source_says() {
    let desk = Desk::with(Settings { bot_ids: vec!["ann".to_owned()], ..Settings::default() });
    let facts = desk.fold(&["0m opened", "1m message agent ann", "30m message agent bob"]);
    assert_eq!(facts.conversations[0].first_response_us, Some(span("30m")));
    assert_eq!(facts.conversations[0].bot_met, Some(true));
}

#[test]
fn an_internal_note_does_not_end_the_wait() {
    let lines = ["0m opened", "0m message customer", "1m message agent ann private", "30m message agent ann"];
    assert_eq!(first_response(&lines), Some(span("30m")));
}

#[test]
fn joining_a_chat_without_a_word_is_no_response() {
    let lines = ["0m opened channel=chat", "0m message customer", "1m joined agent ann", "3m message agent ann"];
    assert_eq!(first_response(&lines), Some(span("3m")));
}

#[test]
fn the_human_response_runs_from_the_handover() {
    let lines =
        ["0m opened", "0m message customer", "1m message bot b", "20m bot_handoff bot b", "30m message agent ann"];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!(row.first_response_us, Some(span("30m")));
    assert_eq!(row.first_response_human_us, Some(span("10m")));
    assert_eq!(row.bot_us, Some(span("20m")));
}

#[test]
fn without_a_bot_the_human_response_is_the_response() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "30m message agent ann"]);
    assert_eq!(facts.conversations[0].first_response_human_us, facts.conversations[0].first_response_us);
}

#[test]
fn an_agent_opened_conversation_has_no_first_response() {
    let lines = ["0m opened agent ann", "0m message agent ann", "1h message customer", "2h message agent ann"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.conversations[0].first_response_us, None);
    assert_eq!(facts.conversations[0].opened_by, Some("agent"));
    assert_eq!(facts.replies.len(), 1);
    assert_eq!(facts.replies[0].wait_us, Some(span("1h")));
    assert_eq!(facts.replies[0].is_first, Some(false));
}

#[test]
fn several_agent_messages_in_a_row_are_one_reply() {
    let lines = ["0m opened", "0m message customer", "5m message agent ann", "6m message agent ann"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.replies.len(), 1);
    assert_eq!(facts.conversations[0].reply_count, Some(1));
}

#[test]
fn the_wait_of_several_customer_messages_runs_from_the_first() {
    let lines = [
        "0m opened",
        "0m message customer",
        "5m message agent ann",
        "10m message customer",
        "20m message customer",
        "40m message agent ann",
    ];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.replies[1].wait_us, Some(span("30m")));
    assert_eq!(facts.conversations[0].customer_turn_count, Some(2));
}

#[test]
fn a_solve_ends_the_wait_and_is_no_response() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "0m message customer", "1h status agent ann value=solved"]);
    assert!(facts.replies.is_empty());
    assert_eq!(facts.waits[0].ended_by, Some("solve"));
    assert_eq!(facts.conversations[0].first_response_us, None);
}

#[test]
fn thanks_after_a_solve_open_no_wait() {
    let lines = ["0m opened", "5m message agent ann", "6m status value=solved", "1h message customer"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.waits.len(), 1);
    assert!(facts.waits.iter().all(|wait| wait.ended_at.is_some()));
}

#[test]
fn a_message_that_reopens_waits_from_when_it_was_written() {
    let lines = [
        "0m opened",
        "5m message agent ann",
        "6m status value=solved",
        "60m message customer",
        "61m status customer value=open",
        "90m message agent ann",
    ];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.replies[1].waiting_since, Some(at("60m")));
    assert_eq!(facts.replies[1].wait_us, Some(span("30m")));
}

#[test]
fn a_wait_that_nobody_answered_runs_on() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "0m message customer"]);
    assert_eq!(facts.waits.len(), 1);
    assert_eq!((facts.waits[0].ended_at, facts.waits[0].wait_us), (None, None));
}

#[test]
fn nobody_waits_after_hanging_up_or_at_the_end_of_a_chat() {
    let desk = Desk::default();
    let ended_by = |lines: &[&'static str]| {
        let events = events("c", lines);
        let group = mittari_core::fold::conversation::Group { key: "c", events: &events, ..Default::default() };
        desk.fold_group(&group).waits.iter().map(|wait| wait.ended_by).collect::<Vec<_>>()
    };
    assert_eq!(ended_by(&["0m opened channel=phone", "0m queued", "2m abandoned"]), [Some("end")]);
    let chat = ["0m opened channel=chat", "1m message agent ann", "2m message customer", "9m ended"];
    assert_eq!(ended_by(&chat), [Some("reply"), Some("end")]);
    assert_eq!(ended_by(&["0m opened", "1h status value=closed", "1h outcome value=spam"]), [Some("end")]);
}

#[test]
fn a_chat_that_ends_solved_ends_its_last_wait_by_the_solve() {
    let lines = [
        "0m opened channel=chat",
        "1m message agent ann",
        "2m message customer",
        "9m ended",
        "9m outcome value=solved",
    ];
    let desk = Desk::default();
    assert_eq!(desk.fold(&lines).waits[1].ended_by, Some("solve"));
}

fn office() -> Settings {
    let day = vec!["09:00-17:00".to_owned()];
    let hours = ["mon", "tue", "wed", "thu", "fri"].map(|name| (name.to_owned(), day.clone())).into();
    let calendar = CalendarSettings { hours, ..CalendarSettings::default() };
    Settings {
        calendar: Some("office".to_owned()),
        calendars: [("office".to_owned(), calendar)].into(),
        ..Settings::default()
    }
}

#[test]
fn a_reply_and_its_question_outside_business_hours_are_a_counted_zero() {
    let desk = Desk::with(office());
    let facts = desk.fold(&["10h opened", "10h message customer", "11h message agent ann"]);
    assert_eq!(facts.conversations[0].first_response_business_us, Some(Span(0)));
}

#[test]
fn without_a_calendar_business_time_is_null_and_never_zero() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "11m message agent ann", "12m status value=solved"]);
    assert_eq!(facts.conversations[0].first_response_business_us, None);
    assert_eq!(facts.conversations[0].resolution_business_us, None);
    assert_eq!(facts.waits[0].wait_business_us, None);
}

#[test]
fn business_time_stops_overnight() {
    let desk = Desk::with(office());
    let facts = desk.fold(&["7h opened", "7h message customer", "25h message agent ann"]);
    assert_eq!(facts.conversations[0].first_response_us, Some(span("18h")));
    assert_eq!(facts.conversations[0].first_response_business_us, Some(span("2h")));
}

#[test]
fn a_team_with_its_own_calendar_is_measured_by_it() {
    let mut settings = office();
    let night = CalendarSettings {
        hours: [("mon".to_owned(), vec!["00:00-24:00".to_owned()])].into(),
        ..CalendarSettings::default()
    };
    settings.calendars.insert("night".to_owned(), night);
    settings.team_calendars.insert("owls".to_owned(), "night".to_owned());
    let desk = Desk::with(settings);
    let facts = desk.fold(&["9h opened", "9h team value=owls", "9h message customer", "10h message agent ann"]);
    assert_eq!(facts.conversations[0].first_response_business_us, Some(span("1h")));
}

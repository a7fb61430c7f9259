//! What the rules say where two of them meet: one instant, no statuses, machines among people, calls among mails.

use mittari_core::fold::conversation::Group;
use mittari_core::model::{AnswerKind, Event, Header, Mention};
use mittari_core::settings::{CalendarSettings, Settings, SlaSettings};

use crate::desk::*;

fn promise(metric: &str, minutes: u32) -> Settings {
    let sla = SlaSettings { metric: metric.to_owned(), minutes, business: false, priority: None, channel: None };
    Settings { sla: vec![sla], ..Settings::default() }
}

#[test]
fn within_an_instant_the_question_precedes_the_reply_and_the_reply_the_solve() {
    let lines = ["5m status value=solved", "5m message agent ann", "5m message customer", "0m opened"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.replies.len(), 1);
    assert_eq!(facts.replies[0].wait_us, Some(span("0m")));
    assert!(facts.waits.iter().all(|wait| wait.ended_by == Some("reply")));
    assert_eq!(facts.conversations[0].first_solved_at, Some(at("5m")));
}

#[test]
fn within_an_instant_open_precedes_solved() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "5m status value=solved", "5m status value=open"]);
    let row = &facts.conversations[0];
    assert_eq!((row.status, row.reopen_count), (Some("solved"), Some(0)));
}

#[test]
fn a_sequence_that_the_source_gives_goes_before_the_kind() {
    let desk = Desk::default();
    let mut lines = events("c", &["0m opened", "5m status value=solved", "5m status customer value=open"]);
    for (sequence, event) in (1..).zip(&mut lines) {
        *event = Event { header: Header { sequence, ..event.header }, ..*event };
    }
    let facts = desk.fold_group(&Group { key: "c", events: &lines, ..Group::default() });
    assert_eq!((facts.conversations[0].status, facts.conversations[0].reopen_count), (Some("open"), Some(1)));
}

#[test]
fn a_call_that_a_bot_answers_is_no_response() {
    let lines = ["0m opened channel=phone", "1m call_answered bot ivr", "6m call_answered agent ann", "9m ended"];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!(row.first_response_us, Some(span("6m")));
    assert_eq!((row.contact_count, row.reply_count), (Some(1), Some(1)));
}

#[test]
fn an_agent_opened_case_has_no_first_reply_to_promise() {
    let desk = Desk::with(promise("first_reply", 60));
    let lines = ["0m opened agent ann", "0m message agent ann", "1h message customer", "90m message agent ann"];
    assert!(desk.fold(&lines).sla_targets.is_empty());
}

#[test]
fn the_customers_first_answer_to_an_agent_waits_for_a_next_reply() {
    let desk = Desk::with(promise("next_reply", 60));
    let lines = ["0m opened agent ann", "0m message agent ann", "1h message customer", "90m message agent ann"];
    let facts = desk.fold(&lines);
    let targets: Vec<_> = facts.sla_targets.iter().map(|row| (row.applied_at, row.due_at, row.met_at)).collect();
    assert_eq!(targets, [(Some(at("1h")), Some(at("2h")), Some(at("90m")))]);
}

#[test]
fn thanks_after_a_chat_that_was_solved_by_its_outcome_open_no_wait() {
    let lines = ["0m opened channel=chat", "1m message agent ann", "5m outcome value=solved", "6m message customer"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert!(facts.waits.iter().all(|wait| wait.ended_at.is_some()), "nobody waits: {:?}", facts.waits);
}

#[test]
fn a_first_status_after_the_call_is_no_reopening() {
    let lines = ["0m opened channel=phone", "1m call_answered agent ann", "9m ended", "10m status value=open"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.conversations[0].reopen_count, Some(0), "it was neither solved nor closed");
}

#[test]
fn a_case_given_up_that_goes_on_was_neither_solved_nor_closed_and_is_not_reopened() {
    let lines = ["0m opened", "0m status value=open", "1m outcome value=unsolved", "5m status value=pending"];
    let desk = Desk::default();
    assert_eq!(desk.fold(&lines).conversations[0].reopen_count, Some(0));
}

#[test]
fn from_a_bot_to_an_agent_is_no_handoff_between_agents() {
    let desk = Desk::with(Settings { bot_ids: vec!["helper".to_owned()], ..Settings::default() });
    let facts = desk.fold(&["0m opened", "0m assigned value=helper", "5m assigned value=ann"]);
    assert_eq!(facts.conversations[0].handoff_count, Some(0));
    let lines = ["0m opened", "0m assigned value=ann", "5m assigned value=helper", "9m assigned value=bob"];
    assert_eq!(desk.fold(&lines).conversations[0].handoff_count, Some(1), "from ann to bob");
}

#[test]
fn one_call_among_several_mails_is_not_one_contact() {
    let lines = [
        "0m opened channel=email",
        "1h message agent ann",
        "2h message customer",
        "3h message agent ann",
        "4h message customer",
        "5h call_answered agent ann",
        "6h status value=solved",
    ];
    let desk = Desk::default();
    assert_eq!(desk.fold(&lines).conversations[0].contact_count, Some(3));
}

#[test]
fn a_call_that_ends_in_the_queue_was_abandoned() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened channel=phone", "0m queued", "2m ended"]);
    let row = &facts.conversations[0];
    assert_eq!((row.abandoned, row.queue_us), (Some(true), Some(span("2m"))));
}

#[test]
fn who_still_waits_in_the_queue_has_neither_been_served_nor_left() {
    let desk = Desk::default();
    let row = &desk.fold(&["0m opened channel=phone", "0m queued"]).conversations[0];
    assert_eq!((row.abandoned, row.queue_us), (None, None));
}

#[test]
fn a_case_opened_again_and_closed_without_a_solve_is_solved_by_the_close() {
    let lines = ["0m opened", "1h status value=solved", "2h status value=open", "5h status value=closed"];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!((row.last_solved_at, row.resolution_us), (Some(at("5h")), Some(span("5h"))));
}

#[test]
fn closed_that_opens_again_is_reopened_too() {
    let lines = ["0m opened", "1h status value=solved", "9h status value=closed", "20h status customer value=open"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.conversations[0].reopen_by_customer_count, Some(1));
    assert_eq!(facts.episodes.len(), 2);
    assert_eq!(facts.episodes[0].closes_at, Some(at("1h")), "it was out of the backlog from the solve on");
}

#[test]
fn a_wait_ended_by_a_solve_runs_anew_from_the_message_that_reopens() {
    let lines = [
        "0m opened",
        "0m message customer",
        "1h status agent ann value=solved",
        "2h message customer",
        "2h status customer value=open",
        "3h message agent ann",
    ];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    let waits: Vec<_> = facts.waits.iter().map(|wait| (wait.waiting_since, wait.ended_by)).collect();
    assert_eq!(waits, [(Some(at("0m")), Some("solve")), (Some(at("2h")), Some("reply"))]);
    assert_eq!(facts.replies[0].wait_us, Some(span("1h")));
}

#[test]
fn a_bots_message_between_two_of_the_customer_does_not_start_the_wait_anew() {
    let lines =
        ["0m opened", "0m message customer", "1m message bot b", "2m message customer", "30m message agent ann"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.replies[0].waiting_since, Some(at("0m")));
    assert_eq!(facts.conversations[0].customer_turn_count, Some(1));
}

#[test]
fn what_a_rule_sends_in_an_agents_name_makes_no_contact() {
    let lines =
        ["0m opened channel=email", "1h message agent ann", "2h message agent ann automatic", "3h status value=solved"];
    let desk = Desk::default();
    assert_eq!(desk.fold(&lines).conversations[0].contact_count, Some(1));
}

#[test]
fn a_tag_of_the_settings_an_escalation_and_a_negative_mention_are_complaints() {
    let desk = Desk::with(Settings { complaint_tags: vec!["angry".to_owned()], ..Settings::default() });
    assert_eq!(desk.fold(&["0m opened", "2h tagged value=angry"]).conversations[0].complaint_at, Some(at("2h")));
    assert_eq!(desk.fold(&["0m opened", "2h tagged value=complaint"]).conversations[0].complaint_at, None);
    assert_eq!(desk.fold(&["0m opened", "3h escalated"]).conversations[0].complaint_at, Some(at("3h")));
    for (sentiment, complaint_at) in [(-1, Some(at("4h"))), (0, None), (1, None)] {
        let events = events("c", &["0m opened", "5h status value=solved"]);
        let mentions = [mention("4h", "c", sentiment)];
        let facts = desk.fold_group(&Group { key: "c", events: &events, mentions: &mentions, ..Group::default() });
        assert_eq!(facts.conversations[0].complaint_at, complaint_at);
    }
}

fn mention<'a>(offset: &str, conversation_id: &'a str, sentiment: i64) -> Mention<'a> {
    Mention {
        header: header(at(offset), 0),
        network: "forum",
        author: None,
        customer_id: None,
        conversation_id: Some(conversation_id),
        text: true,
        language: None,
        sentiment: Some(sentiment),
        asks: None,
        technical: None,
        suggests: None,
        competitor: None,
        opportunity: None,
        theme: None,
        article_id: None,
        rating: None,
        replied_at: None,
    }
}

#[test]
fn a_complaint_after_the_solve_is_over_with_the_next_solve() {
    let lines = [
        "0m opened",
        "1h status value=solved",
        "2h complaint",
        "3h status customer value=open",
        "5h status value=solved",
    ];
    let desk = Desk::default();
    assert_eq!(desk.fold(&lines).conversations[0].complaint_resolution_us, Some(span("3h")));
}

#[test]
fn the_ledger_knows_who_replied_first_most_and_had_it_at_the_solve() {
    let lines = [
        "0m opened",
        "1h message agent ann",
        "2h message customer",
        "3h message agent bob",
        "4h message agent bob",
        "5h assigned value=eve",
        "6h status agent eve value=solved",
    ];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!(row.agent_at_first_reply, Some("ann"));
    assert_eq!(row.agent_most_replies, Some("bob"));
    assert_eq!(row.agent_at_solve, Some("eve"));
}

#[test]
fn of_whom_replied_equally_often_the_first_replied_most() {
    let lines = ["0m opened", "1h message agent bob", "2h message customer", "3h message agent ann"];
    let desk = Desk::default();
    assert_eq!(desk.fold(&lines).conversations[0].agent_most_replies, Some("bob"));
}

#[test]
fn a_promoter_is_nine_or_ten_and_only_of_nps() {
    let desk = Desk::default();
    let events = events("c", &["0m opened"]);
    for (kind, score, satisfied) in [
        (AnswerKind::Nps, 9, true),
        (AnswerKind::Nps, 8, false),
        (AnswerKind::Csat, 4, true),
        (AnswerKind::Csat, 3, false),
    ] {
        let answers = [answer("1h", "c", kind, score)];
        let facts = desk.fold_group(&Group { key: "c", events: &events, answers: &answers, ..Group::default() });
        assert_eq!(facts.answers[0].satisfied, Some(satisfied), "{kind:?} {score}");
    }
}

#[test]
fn a_question_of_the_night_answered_in_the_morning_waits_from_the_opening_of_the_office() {
    let office = CalendarSettings {
        hours: [("mon-fri".to_owned(), vec!["09:00-17:00".to_owned()])].into(),
        ..CalendarSettings::default()
    };
    let calendars = [("office".to_owned(), office)].into();
    let desk = Desk::with(Settings { calendar: Some("office".to_owned()), calendars, ..Settings::default() });
    // Monday 21:00 to Tuesday 09:30.
    let facts = desk.fold(&["12h opened", "12h message customer", "1470m message agent ann"]);
    assert_eq!(facts.conversations[0].first_response_us, Some(span("750m")));
    assert_eq!(facts.conversations[0].first_response_business_us, Some(span("30m")));
}

#[test]
fn a_contact_knows_the_session_that_its_conversation_was_opened_from() {
    let lines = ["0m opened session=tab", "1m message customer session=tab", "2d message customer session=later"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    assert_eq!(facts.contacts[0].session_id, Some("tab"));
    assert_eq!((facts.contacts[0].next_contact_at, facts.contacts[0].contact_index), (None, None));
}

#[test]
fn a_deleted_case_is_no_contact_of_its_customer() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened customer=c1", "1m message agent ann", "2m deleted"]);
    assert!(facts.contacts.is_empty() && facts.replies.is_empty() && facts.sla_targets.is_empty());
}

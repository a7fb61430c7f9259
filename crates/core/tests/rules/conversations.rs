//! Rules 18, 19, 21: dimensions, contacts, complaints; and custom values.

use mittari_core::fold::conversation::Group;
use mittari_core::model::AnswerKind;

use crate::desk::*;

#[test]
fn the_last_channel_and_team_count_with_the_first_beside_them() {
    let lines = [
        "0m opened channel=chat",
        "1m team value=front",
        "2m message agent ann channel=chat",
        "1d message customer channel=email",
        "1d team value=billing",
    ];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!((row.opened_channel, row.dimensions.channel), (Some("chat"), Some("email")));
    assert_eq!((row.opened_team, row.dimensions.team), (Some("front"), Some("billing")));
    assert_eq!(row.team_change_count, Some(1));
}

#[test]
fn an_untagged_tag_is_gone() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "1m tagged value=vip", "1m tagged value=refund", "2m untagged value=vip"]);
    assert_eq!(facts.conversations[0].dimensions.tags, ["refund"]);
}

#[test]
fn custom_values_of_events_and_of_field_changes_are_one_object() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened fields={\"size\":\"big\"}", "1m field target=colour value=red"]);
    assert_eq!(facts.conversations[0].dimensions.fields.as_deref(), Some("{\"colour\":\"red\",\"size\":\"big\"}"));
}

#[test]
fn one_human_reply_is_one_contact_and_internal_notes_are_none() {
    let lines =
        ["0m opened channel=email", "1h message agent ann private", "2h message agent ann", "3h status value=solved"];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!((row.contact_count, row.reply_count), (Some(1), Some(1)));
}

#[test]
fn a_case_solved_by_a_bot_alone_has_met_no_human() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "0m message customer", "1m message bot b", "2m outcome bot value=solved"]);
    let row = &facts.conversations[0];
    assert_eq!((row.bot_met, row.human_met, row.handed_over), (Some(true), Some(false), Some(false)));
    assert_eq!(row.contact_count, Some(0));
}

#[test]
fn a_complaint_runs_from_its_first_evidence_to_the_next_solve() {
    let lines = ["0m opened", "1h tagged value=complaint", "2h complaint", "49h status value=solved"];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!((row.complaint_at, row.complaint_resolution_us), (Some(at("1h")), Some(span("48h"))));
}

#[test]
fn a_dissatisfied_answer_is_a_complaint_that_its_follow_up_ends() {
    let desk = Desk::default();
    let events = events("c", &["0m opened", "1h status value=solved"]);
    let mut bad = answer("2h", "c", AnswerKind::Csat, 1);
    bad.answer_id = Some("a1");
    let follow_up = mittari_core::model::FollowUp {
        header: header(at("3h"), 1),
        answer_id: "a1",
        owner_id: None,
        due_at: None,
        done_at: Some(at("5h")),
        outcome: None,
    };
    let group = Group { key: "c", events: &events, answers: &[bad], follow_ups: &[follow_up], ..Group::default() };
    let facts = desk.fold_group(&group);
    assert_eq!(facts.conversations[0].complaint_resolution_us, Some(span("3h")));
    assert_eq!(facts.answers[0].followed_up_at, Some(at("5h")));
}

#[test]
fn a_satisfied_answer_is_no_complaint() {
    let desk = Desk::default();
    let events = events("c", &["0m opened", "1h status value=solved"]);
    let good = answer("2h", "c", AnswerKind::Csat, 5);
    let facts = desk.fold_group(&Group { key: "c", events: &events, answers: &[good], ..Group::default() });
    assert_eq!(facts.conversations[0].complaint_at, None);
}

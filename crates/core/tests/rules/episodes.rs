//! Rules 10, 11, 13, 16, 17, 35: statuses, solves, reopenings, promises, handoffs.

use mittari_core::settings::{Settings, SlaSettings};

use crate::desk::*;

#[test]
fn leaving_solved_reopens_and_the_first_response_stays() {
    let lines = [
        "0m opened",
        "5m message agent ann",
        "1h status agent ann value=solved",
        "2h status customer value=open",
        "3h status agent ann value=solved",
    ];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    let row = &facts.conversations[0];
    assert_eq!((row.reopen_count, row.reopen_by_customer_count), (Some(1), Some(1)));
    assert_eq!(row.first_response_us, Some(span("5m")));
    assert_eq!(row.reopened_at, Some(at("2h")));
    let spans: Vec<_> = facts.episodes.iter().map(|episode| (episode.opens_at, episode.closes_at)).collect();
    assert_eq!(spans, [(Some(at("0m")), Some(at("1h"))), (Some(at("2h")), Some(at("3h")))]);
    assert_eq!(facts.episodes[1].opened_by, Some("customer"));
}

#[test]
fn who_reopened_is_told_apart() {
    let lines = [
        "0m opened",
        "1h status value=solved",
        "2h status agent ann value=open",
        "3h status value=solved",
        "4h status system value=pending",
        "5h status value=closed",
    ];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!((row.reopen_by_agent_count, row.reopen_by_automation_count), (Some(1), Some(1)));
}

#[test]
fn solved_to_closed_is_no_reopening() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "1h status value=solved", "99h status system value=closed"]);
    assert_eq!(facts.conversations[0].reopen_count, Some(0));
    assert_eq!(facts.conversations[0].resolution_us, Some(span("1h")));
}

#[test]
fn the_first_resolution_ends_at_the_first_solve_and_the_full_one_at_the_last() {
    let lines = ["0m opened", "1h status value=solved", "2h status value=open", "5h status value=solved"];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!((row.first_resolution_us, row.resolution_us), (Some(span("1h")), Some(span("5h"))));
}

#[test]
fn a_case_that_is_open_again_has_no_full_resolution() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "1h status value=solved", "2h status value=open"]);
    let row = &facts.conversations[0];
    assert_eq!((row.first_resolution_us, row.resolution_us), (Some(span("1h")), None));
    assert_eq!(row.last_solved_at, None);
    assert_eq!(facts.episodes[1].closes_at, None);
}

#[test]
fn closed_without_solved_counts_as_solved_at_that_moment() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "3h status value=closed"]);
    assert_eq!(facts.conversations[0].first_solved_at, Some(at("3h")));
}

#[test]
fn closed_as_unsolved_is_no_solve() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "3h status value=closed", "3h outcome value=unsolved target=no_stock"]);
    let row = &facts.conversations[0];
    assert_eq!((row.first_solved_at, row.outcome, row.outcome_reason), (None, Some("unsolved"), Some("no_stock")));
    assert_eq!(facts.episodes[0].closes_at, Some(at("3h")));
}

#[test]
fn spam_and_duplicates_leave_all_rates() {
    let desk = Desk::default();
    for value in ["spam", "duplicate"] {
        let line = format!("1h outcome value={value}");
        let lines = ["0m opened", "1h status value=closed", line.as_str()];
        let facts = desk.fold_group(&mittari_core::fold::conversation::Group {
            key: "c",
            events: &events("c", &lines),
            ..Default::default()
        });
        assert_eq!(facts.conversations[0].countable, Some(false));
    }
}

#[test]
fn a_deleted_case_leaves_and_a_restored_one_comes_back() {
    let desk = Desk::default();
    let deleted = desk.fold(&["0m opened", "1h message agent ann", "2h deleted"]);
    assert!(deleted.conversations.is_empty() && deleted.waits.is_empty() && deleted.episodes.is_empty());
    let restored = desk.fold(&["0m opened", "1h message agent ann", "2h deleted", "3h restored"]);
    assert_eq!(restored.conversations.len(), 1);
}

#[test]
fn time_in_a_status_is_counted_from_the_first_status_on() {
    let lines = [
        "0m opened",
        "0m status value=new",
        "1h status value=open",
        "3h status value=pending",
        "6h status value=on_hold",
        "10h status value=solved",
        "20h status value=closed",
    ];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!(row.new_us, Some(span("1h")));
    assert_eq!(row.open_us, Some(span("2h")));
    assert_eq!(row.pending_us, Some(span("3h")));
    assert_eq!(row.on_hold_us, Some(span("4h")));
    assert_eq!((row.status, row.status_since), (Some("closed"), Some(at("20h"))));
}

#[test]
fn a_chat_without_statuses_is_solved_by_its_outcome_and_over_when_it_ended() {
    let lines = ["0m opened channel=chat", "1m joined agent ann", "9m ended", "9m outcome value=solved"];
    let desk = Desk::default();
    let facts = desk.fold(&lines);
    let row = &facts.conversations[0];
    assert_eq!((row.first_solved_at, row.ended_at, row.open_us), (Some(at("9m")), Some(at("9m")), None));
    assert_eq!(facts.episodes[0].closes_at, Some(at("9m")));
}

#[test]
fn an_assignee_changes_from_agent_to_agent_unassigned_in_between_or_not() {
    let lines = [
        "0m opened",
        "1m assigned value=ann",
        "2m assigned",
        "3m assigned value=bob",
        "4m assigned value=bob",
        "5m assigned value=ann",
    ];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!(row.handoff_count, Some(2));
    assert_eq!((row.opened_agent, row.dimensions.agent), (Some("ann"), Some("ann")));
}

#[test]
fn unassigned_and_assigned_again_to_the_same_agent_is_no_handoff() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened", "1m assigned value=ann", "2m assigned", "3m assigned value=ann"]);
    assert_eq!(facts.conversations[0].handoff_count, Some(0));
}

#[test]
fn handling_is_the_time_assigned_and_new_or_open() {
    let lines = [
        "0m opened",
        "0m status value=new",
        "1h assigned value=ann",
        "2h status value=open",
        "4h status value=pending",
        "8h status value=open",
        "9h status value=solved",
    ];
    let desk = Desk::default();
    assert_eq!(desk.fold(&lines).conversations[0].handling_us, Some(span("4h")));
}

#[test]
fn handling_of_a_call_is_picked_up_to_ended() {
    let lines = ["0m opened channel=phone", "1m queued", "3m call_answered agent ann", "10m ended"];
    let desk = Desk::default();
    let row = &desk.fold(&lines).conversations[0];
    assert_eq!(row.handling_us, Some(span("7m")));
    assert_eq!((row.queue_us, row.abandoned), (Some(span("2m")), Some(false)));
    assert_eq!(row.contact_count, Some(1));
}

#[test]
fn who_leaves_the_queue_unserved_has_abandoned() {
    let desk = Desk::default();
    let facts = desk.fold(&["0m opened channel=phone", "0m queued", "2m abandoned", "2m ended"]);
    let row = &facts.conversations[0];
    assert_eq!((row.abandoned, row.queue_us), (Some(true), Some(span("2m"))));
    assert_eq!(row.first_response_us, None);
}

#[test]
fn a_target_is_kept_as_it_was_set_and_a_later_change_rewrites_nothing() {
    let due = at("1h").to_timestamp().expect("in range").to_string();
    let line = format!("0m sla_target target=first_reply value={due}");
    let lines = ["0m opened", line.as_str(), "30m priority value=low", "90m message agent ann"];
    let desk = Desk::default();
    let events = events("c", &lines);
    let group = mittari_core::fold::conversation::Group { key: "c", events: &events, ..Default::default() };
    let facts = desk.fold_group(&group);
    let target = &facts.sla_targets[0];
    assert_eq!((target.due_at, target.met_at, target.breached_at), (Some(at("1h")), Some(at("90m")), Some(at("1h"))));
}

#[test]
fn settings_promise_only_where_the_source_does_not() {
    let sla = SlaSettings {
        metric: "first_reply".to_owned(),
        minutes: 60,
        business: false,
        priority: Some("urgent".to_owned()),
        channel: None,
    };
    let desk = Desk::with(Settings { sla: vec![sla], ..Settings::default() });
    let urgent = desk.fold(&["0m opened", "0m priority value=urgent", "30m message agent ann"]);
    assert_eq!((urgent.sla_targets[0].due_at, urgent.sla_targets[0].breached_at), (Some(at("1h")), None));
    assert!(desk.fold(&["0m opened", "0m priority value=low"]).sla_targets.is_empty());
}

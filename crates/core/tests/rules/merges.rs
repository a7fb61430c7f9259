//! Rule 12: what moves with a merge, and what stays.

use mittari_core::fold::conversation::{Facts, Group};

use crate::desk::*;

fn fold<'a>(desk: &'a Desk, source: &[&'a str], target: &[&'a str]) -> Facts<'a> {
    let mut all = events("s", source);
    all.extend(events("t", target));
    desk.fold_group(&Group { key: "t", events: &all, ..Group::default() })
}

#[test]
fn a_merged_case_leaves_the_rates_and_stays_in_the_volume_of_its_day() {
    let desk = Desk::default();
    let facts = fold(&desk, &["0m opened", "1h merged target=t"], &["30m opened", "2h message agent ann"]);
    let source = facts.conversations.iter().find(|row| row.conversation_id == Some("s")).expect("still there");
    assert_eq!((source.opened_at, source.countable, source.merged_at), (Some(at("0m")), Some(false), Some(at("1h"))));
    let episode = facts.episodes.iter().find(|row| row.conversation_id == Some("s")).expect("an episode");
    assert_eq!(episode.closes_at, Some(at("1h")));
}

#[test]
fn the_open_wait_moves_to_the_target() {
    let desk = Desk::default();
    let facts = fold(
        &desk,
        &["0m opened", "0m message customer", "1h merged target=t"],
        &["30m opened", "40m message agent ann", "2h message agent ann"],
    );
    let moved =
        facts.replies.iter().find(|reply| reply.replied_at == Some(at("2h"))).expect("a reply to the moved wait");
    assert_eq!((moved.conversation_id, moved.waiting_since), (Some("t"), Some(at("0m"))));
}

#[test]
fn earlier_messages_of_the_source_never_change_the_targets_first_response() {
    let desk = Desk::default();
    let facts = fold(
        &desk,
        &["0m opened", "0m message customer", "1h merged target=t"],
        &["30m opened", "30m message customer", "2h message agent ann"],
    );
    let target = facts.conversations.iter().find(|row| row.conversation_id == Some("t")).expect("the target");
    assert_eq!(target.first_response_us, Some(span("90m")));
}

#[test]
fn later_messages_of_the_source_are_the_targets() {
    let desk = Desk::default();
    let facts = fold(
        &desk,
        &["0m opened", "1m message agent ann", "1h merged target=t", "3h message customer"],
        &["30m opened", "40m message agent ann", "4h message agent ann"],
    );
    let reply = facts.replies.iter().find(|reply| reply.replied_at == Some(at("4h"))).expect("answered in the target");
    assert_eq!((reply.conversation_id, reply.wait_us), (Some("t"), Some(span("1h"))));
}

#[test]
fn a_chain_of_merges_ends_in_its_last_target() {
    let desk = Desk::default();
    let mut all = events("a", &["0m opened", "0m message customer", "1h merged target=b"]);
    all.extend(events("b", &["0m opened", "5m message agent ann", "2h merged target=t"]));
    all.extend(events("t", &["0m opened", "5m message agent ann", "3h message agent ann"]));
    let facts = desk.fold_group(&Group { key: "t", events: &all, ..Group::default() });
    let reply = facts.replies.iter().find(|reply| reply.replied_at == Some(at("3h"))).expect("the wait went two steps");
    assert_eq!((reply.conversation_id, reply.waiting_since), (Some("t"), Some(at("0m"))));
}

#[test]
fn a_wait_that_comes_after_a_cases_own_merge_goes_on_to_the_last_target() {
    let desk = Desk::default();
    let mut all = events("a", &["0m opened", "0m message customer", "2h merged target=b"]);
    all.extend(events("b", &["0m opened", "5m message agent ann", "1h merged target=t"]));
    all.extend(events("t", &["0m opened", "5m message agent ann", "3h message agent ann"]));
    let facts = desk.fold_group(&Group { key: "t", events: &all, ..Group::default() });
    let reply = facts.replies.iter().find(|reply| reply.replied_at == Some(at("3h"))).expect("answered at last");
    assert_eq!((reply.conversation_id, reply.waiting_since), (Some("t"), Some(at("0m"))));
    assert!(facts.waits.iter().all(|wait| wait.wait_us >= Some(span("0m"))), "none ends before it begins");
}

#[test]
fn closing_the_source_after_the_merge_does_not_close_the_target() {
    let desk = Desk::default();
    let facts = fold(
        &desk,
        &["0m opened", "1h merged target=t", "61m status value=closed"],
        &["30m opened", "30m status value=open"],
    );
    let target = facts.conversations.iter().find(|row| row.conversation_id == Some("t")).expect("the target");
    assert_eq!((target.status, target.first_solved_at), (Some("open"), None));
}

#[test]
fn a_source_deleted_after_the_merge_leaves_the_target() {
    let desk = Desk::default();
    let facts = fold(&desk, &["0m opened", "1h merged target=t", "2h deleted"], &["30m opened"]);
    let left: Vec<_> = facts.conversations.iter().filter_map(|row| row.conversation_id).collect();
    assert_eq!(left, ["t"]);
}

#[test]
fn no_wait_ends_before_it_begins_where_the_target_is_not_there() {
    let desk = Desk::default();
    let lines = ["0m opened", "0m message customer", "1h merged target=unknown", "2h message customer"];
    let facts = desk.fold_group(&Group { key: "unknown", events: &events("s", &lines), ..Group::default() });
    let waits: Vec<_> = facts.waits.iter().map(|wait| (wait.waiting_since, wait.ended_at)).collect();
    assert_eq!(waits, [(Some(at("0m")), Some(at("1h")))]);
}

#[test]
fn thousands_merged_into_one_are_folded_in_one_go() {
    let desk = Desk::default();
    let names: Vec<String> = (0..1_000).map(|number| format!("s{number}")).collect();
    let mut all = events("t", &["0m opened", "0m message customer"]);
    for name in &names {
        all.extend(events(name, &["0m opened", "0m message customer", "1h merged target=t"]));
    }
    let facts = desk.fold_group(&Group { key: "t", events: &all, ..Group::default() });
    assert_eq!(facts.conversations.iter().filter(|row| row.countable == Some(true)).count(), 1);
    assert_eq!(facts.waits.iter().filter(|wait| wait.ended_at.is_none()).count(), 1);
}

#[test]
fn a_circle_of_merges_loses_no_conversation() {
    let desk = Desk::default();
    let facts = fold(&desk, &["0m opened", "1h merged target=t"], &["0m opened", "1h merged target=s"]);
    assert_eq!(facts.conversations.len(), 2);
}

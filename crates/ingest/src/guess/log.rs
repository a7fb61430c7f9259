//! Event logs: activities by what they may mean.

use std::collections::BTreeMap;

use mittari_core::model::Table;

use super::activity::{Meaning, meanings};
use super::profile::Profile;
use super::roles::Roles;
use super::shapes::{Draft, column, field_name, is_among, is_first, is_present, text};
use super::words::Role;
use crate::mapping::{CellRule, Condition, Sequence};

/// One row an event, the activity in a column of its own.
pub(super) fn event_log(roles: &Roles<'_>, case: &Profile, time: &Profile, activity: &Profile) -> Draft {
    let mut draft = Draft::of("An event log: one row an event of a case.", roles.profiles);
    draft.mapping.file.sequence = Some(Sequence::Row);
    let base = || vec![("conversation_id", column(case)), ("occurred_at", column(time))];
    let groups = groups(activity);
    let opened: Vec<&str> =
        groups.iter().filter(|(meaning, _)| meaning.kind == "opened").flat_map(|(_, values)| values.clone()).collect();
    let openings: usize = opened.iter().filter_map(|value| activity.values.get(*value)).sum();
    let every_case_is_opened = openings * 10 >= case.distinct() * 9;
    let (when, remark) = match every_case_is_opened {
        true => (vec![is_among(activity, &opened)], ""),
        false => (vec![is_first(case)], "CONFIRM: no activity opens every case, so its first row does."),
    };
    let mut columns = base();
    columns.push(("kind", text("opened")));
    columns.extend(roles.get(Role::Customer).map(|customer| ("customer_id", column(customer))));
    columns.extend(roles.get(Role::Channel).map(|channel| ("channel", column(channel))));
    let opening = draft.rule(Table::Event, when, columns, remark);
    draft.check_time(opening, time);
    for (role, kind) in [(Role::Team, "team"), (Role::Priority, "priority")] {
        if let Some(profile) = roles.get(role).filter(|profile| profile.distinct() > 1) {
            let columns = base().into_iter().chain([("kind", text(kind)), ("value", column(profile))]).collect();
            draft.rule(
                Table::Event,
                vec![is_first(case), is_present(profile)],
                columns,
                &format!("CONFIRM: {:?} as the {kind}, at the first row of each case.", profile.name),
            );
        }
    }
    for (meaning, values) in &groups {
        if meaning.kind != "opened" {
            activity_rule(&mut draft, roles, base(), activity, *meaning, values);
        }
    }
    other_activities(&mut draft, roles, base(), activity, &opened, every_case_is_opened);
    draft.fields(opening, roles.profiles);
    draft
}

/// Activities that mean the same, by meaning.
fn groups(activity: &Profile) -> BTreeMap<Meaning, Vec<&str>> {
    let mut groups: BTreeMap<Meaning, Vec<&str>> = BTreeMap::new();
    for (value, _) in activity.by_count() {
        for meaning in meanings(value) {
            groups.entry(meaning).or_default().push(value);
        }
    }
    groups
}

fn activity_rule(
    draft: &mut Draft,
    roles: &Roles<'_>,
    mut columns: Vec<(&'static str, CellRule)>,
    activity: &Profile,
    meaning: Meaning,
    values: &[&str],
) {
    let agent = roles.get(Role::Agent);
    columns.push(("kind", text(meaning.kind)));
    columns.extend(meaning.value.map(|value| ("value", text(value))));
    columns.extend(meaning.actor.map(|actor| ("actor_kind", text(actor))));
    columns.extend(meaning.public.map(|public| ("public", text(if public { "true" } else { "false" }))));
    if meaning.actor != Some("customer") {
        columns.extend(agent.map(|agent| ("actor_id", column(agent))));
    }
    let remark = match (meaning.kind, agent, roles.get(Role::Priority)) {
        ("assigned", Some(agent), _) => {
            columns.push(("value", column(agent)));
            "CONFIRM: the agent of the row has the case from here on."
        }
        ("priority", _, Some(priority)) => {
            columns.push(("value", column(priority)));
            "CONFIRM."
        }
        ("priority", _, None) => {
            columns.push(("value", column(activity)));
            "CONFIRM: no column of priorities; name the one that holds the value."
        }
        ("status", _, _) if meaning.value == Some("solved") || meaning.value == Some("open") => {
            "CONFIRM. If agents answer the customer with it, add a [[row]] with kind = \"message\", actor_kind = \"agent\"."
        }
        _ => "CONFIRM.",
    };
    draft.rule(Table::Event, vec![is_among(activity, values)], columns, remark);
}

/// Activities whose words say nothing, kept as custom values so that no row is lost.
fn other_activities(
    draft: &mut Draft,
    roles: &Roles<'_>,
    mut columns: Vec<(&'static str, CellRule)>,
    activity: &Profile,
    opened: &[&str],
    every_case_is_opened: bool,
) {
    let values = activity.by_count();
    let is_other = |value: &&str| meanings(value).is_empty() || (!every_case_is_opened && opened.contains(value));
    let others: Vec<&str> = values.iter().map(|(value, _)| *value).filter(is_other).collect();
    if others.is_empty() && !activity.has_more_values() {
        return;
    }
    let when = match activity.has_more_values() {
        false => vec![is_among(activity, &others)],
        true => {
            let known: Vec<String> = values
                .iter()
                .map(|(value, _)| (*value).to_owned())
                .filter(|value| !others.contains(&value.as_str()))
                .collect();
            vec![Condition { column: activity.name.clone(), not_in: Some(known), ..Condition::default() }]
        }
    };
    columns.extend([("kind", text("field")), ("target", text(&field_name(activity))), ("value", column(activity))]);
    columns.extend(roles.get(Role::Agent).map(|agent| ("actor_id", column(agent))));
    draft.rule(
        Table::Event,
        when,
        columns,
        "CONFIRM: not understood, kept as a custom value. Give them a kind of their own, or an [[ignore]].",
    );
}

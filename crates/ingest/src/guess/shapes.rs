//! The shapes that tables have: an event log, a ticket export, answers, orders, or a model table under its own names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mittari_core::model::Table;

use super::activity::status;
use super::log::event_log;
use super::profile::{Profile, Profiles};
use super::roles::Roles;
use super::words::{Role, likeness};
use crate::IngestError;
use crate::mapping::{CellRule, Condition, Mapping, Remarks, RowRule};
use crate::table::plain_name;

/// A mapping with what there is to say about it.
pub(super) struct Shape {
    pub(super) summary: String,
    pub(super) mapping: Mapping,
    pub(super) remarks: Remarks,
}

/// A mapping being put together.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) mapping: Mapping,
    remarks: Remarks,
    used: BTreeSet<String>,
}

/// The mapping for a file of these columns.
pub(super) fn shape(profiles: &Profiles, known: Option<Table>, path: &Path) -> Result<Shape, IngestError> {
    if let Some(table) = known {
        return Ok(as_it_is(profiles, table));
    }
    let roles = Roles::of(profiles);
    let case = roles.get(Role::Conversation);
    let repeats = case.is_some_and(|case| case.distinct() * 10 < case.filled * 9);
    let has_end =
        [Role::Solved, Role::Closed, Role::FirstReplied, Role::Status].iter().any(|role| roles.get(*role).is_some());
    let time = roles.time();
    let draft = match (case, time, roles.get(Role::Activity), roles.get(Role::Score), roles.get(Role::Amount)) {
        (Some(case), Some(time), Some(activity), _, _) if repeats => event_log(&roles, case, time, activity),
        (Some(case), Some(time), None, _, _) if repeats && roles.get(Role::Status).is_some() => {
            let status = roles.get(Role::Status).unwrap_or(case);
            event_log(&roles, case, time, status)
        }
        (Some(case), Some(time), _, score, _) if score.is_none() || has_end => ticket_export(&roles, case, time),
        (_, Some(time), _, Some(score), _) => answers(&roles, time, score),
        (_, Some(time), _, None, Some(amount)) if roles.get(Role::Customer).is_some() => orders(&roles, time, amount),
        _ => return Err(IngestError::Unrecognised { file: path.to_owned() }),
    };
    let summary = draft.remarks.head.first().cloned().unwrap_or_default();
    Ok(Shape { summary, mapping: draft.mapping, remarks: draft.remarks })
}

impl Draft {
    pub(super) fn of(head: &str, profiles: &Profiles) -> Draft {
        let mut draft = Draft::default();
        draft.remarks.head = vec![
            head.to_owned(),
            "This mapping was guessed from names and values. Read it, correct what is marked, and give it with --mapping.".to_owned(),
            format!("The columns: {}.", profiles.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")),
        ];
        draft
    }

    /// Adds a rule; its remark stands above it.
    pub(super) fn rule(
        &mut self,
        table: Table,
        when: Vec<Condition>,
        columns: Vec<(&str, CellRule)>,
        remark: &str,
    ) -> usize {
        let named = columns.iter().filter_map(|(_, cell)| cell.column.clone());
        self.used.extend(named.chain(when.iter().map(|condition| condition.column.clone())));
        let columns = columns.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect();
        self.mapping.row.push(RowRule { table: table.name().to_owned(), when, columns, fields: BTreeMap::new() });
        let number = self.mapping.row.len() - 1;
        if !remark.is_empty() {
            self.remarks.rows.insert(number, vec![remark.to_owned()]);
        }
        number
    }

    pub(super) fn say(&mut self, rule: usize, column: &str, remark: &str) {
        self.remarks.columns.insert((rule, column.to_owned()), remark.to_owned());
    }

    /// Says what is not known about the times of a column.
    pub(super) fn check_time(&mut self, rule: usize, time: &Profile) {
        if time.day_is_unknown() {
            self.say(
                rule,
                "occurred_at",
                "CONFIRM: day or month first? add format = \"%d/%m/%Y %H:%M\" or \"%m/%d/%Y %H:%M\"",
            );
        }
    }

    /// Words that repeat become custom values of the opening; the rest is named as left out.
    pub(super) fn fields(&mut self, rule: usize, profiles: &Profiles) {
        let mut left = Vec::new();
        for profile in &profiles.columns {
            if self.used.contains(&profile.name) {
                continue;
            }
            let is_repeated = profile.name.contains('#');
            match profile.is_category() && profile.distinct() > 1 && !is_repeated && !profile.name.is_empty() {
                true => {
                    if let Some(row) = self.mapping.row.get_mut(rule) {
                        row.fields.insert(field_name(profile), CellRule::of_column(&profile.name));
                    }
                }
                false => left.push(format!("{:?}", profile.name)),
            }
        }
        if !left.is_empty() {
            self.remarks.foot.push(format!("Not used: {}.", left.join(", ")));
        }
    }
}

pub(super) fn field_name(profile: &Profile) -> String {
    profile.plain.chars().map(|sign| if sign.is_alphanumeric() { sign } else { '_' }).collect()
}

pub(super) fn column(profile: &Profile) -> CellRule {
    CellRule::of_column(&profile.name)
}

pub(super) fn text(word: &str) -> CellRule {
    CellRule::of_constant(word)
}

pub(super) fn is_first(profile: &Profile) -> Condition {
    Condition { column: profile.name.clone(), first: Some(true), ..Condition::default() }
}

pub(super) fn is_present(profile: &Profile) -> Condition {
    Condition { column: profile.name.clone(), present: Some(true), ..Condition::default() }
}

pub(super) fn is_among(profile: &Profile, values: &[&str]) -> Condition {
    let among = values.iter().map(|value| (*value).to_owned()).collect();
    Condition { column: profile.name.clone(), among: Some(among), ..Condition::default() }
}

/// One row a case, its moments in columns.
fn ticket_export(roles: &Roles<'_>, case: &Profile, time: &Profile) -> Draft {
    let mut draft = Draft::of("A ticket export: one row a case, its moments in columns.", roles.profiles);
    let created = roles.get(Role::Created).unwrap_or(time);
    let at = |moment: &Profile, kind: &str| {
        vec![("conversation_id", column(case)), ("occurred_at", column(moment)), ("kind", text(kind))]
    };
    let mut columns = at(created, "opened");
    columns.extend(roles.get(Role::Customer).map(|customer| ("customer_id", column(customer))));
    columns.extend(roles.get(Role::Channel).map(|channel| ("channel", column(channel))));
    let opening = draft.rule(Table::Event, Vec::new(), columns, "");
    draft.check_time(opening, created);
    for (role, kind) in [(Role::Team, "team"), (Role::Priority, "priority"), (Role::Agent, "assigned")] {
        if let Some(profile) = roles.get(role) {
            let mut columns = at(created, kind);
            columns.push(("value", column(profile)));
            draft.rule(Table::Event, vec![is_present(profile)], columns, "");
        }
    }
    if let Some(tags) = roles.get(Role::Tags) {
        let split = if tags.is_list() { "," } else { " " };
        let mut columns = at(created, "tagged");
        columns.push(("value", CellRule { split: Some(split.to_owned()), ..column(tags) }));
        draft.rule(Table::Event, vec![is_present(tags)], columns, "CONFIRM: what stands between two tags.");
    }
    if let Some(replied) = roles.get(Role::FirstReplied) {
        let mut columns = at(replied, "message");
        columns.push(("actor_kind", text("agent")));
        columns.extend(roles.get(Role::Agent).map(|agent| ("actor_id", column(agent))));
        draft.rule(
            Table::Event,
            vec![is_present(replied)],
            columns,
            "The first answer of an agent; later ones are not in this table.",
        );
    }
    for (role, status) in [(Role::Solved, "solved"), (Role::Closed, "closed")] {
        if let Some(moment) = roles.get(role) {
            let mut columns = at(moment, "status");
            columns.push(("value", text(status)));
            columns.extend(roles.get(Role::Agent).map(|agent| ("actor_id", column(agent))));
            draft.rule(Table::Event, vec![is_present(moment)], columns, "");
        }
    }
    present_status(&mut draft, roles, at(roles.get(Role::Updated).unwrap_or(created), "status"));
    if let Some(score) = roles.get(Role::Score) {
        let answered = roles
            .get(Role::Solved)
            .or_else(|| roles.get(Role::Closed))
            .or_else(|| roles.get(Role::Updated))
            .unwrap_or(created);
        answer_rule(
            &mut draft,
            roles,
            answered,
            score,
            "CONFIRM the kind and the scale; when it was answered is not in this table.",
        );
    }
    draft.fields(opening, roles.profiles);
    draft
}

/// Where no column says when a case was solved, its present status does, dated by its last change.
fn present_status(draft: &mut Draft, roles: &Roles<'_>, mut columns: Vec<(&'static str, CellRule)>) {
    let Some(profile) = roles.get(Role::Status) else { return };
    let is_dated = |word: &str| match word {
        "solved" => roles.get(Role::Solved).is_some(),
        "closed" => roles.get(Role::Closed).is_some() || roles.get(Role::Solved).is_some(),
        _ => false,
    };
    let words = profile.by_count();
    let map: BTreeMap<String, String> = words
        .iter()
        .filter_map(|(word, _)| Some(((*word).to_owned(), status(word)?.to_owned())))
        .filter(|(_, status)| !is_dated(status))
        .collect();
    let unknown: Vec<&str> = words.iter().map(|(word, _)| *word).filter(|word| status(word).is_none()).collect();
    draft.used.insert(profile.name.clone());
    if !unknown.is_empty() {
        draft.remarks.foot.push(format!("Statuses not understood, add them to the map of the status: {unknown:?}."));
    }
    if map.is_empty() {
        return;
    }
    let among: Vec<&str> = map.keys().map(String::as_str).collect();
    let when = vec![is_among(profile, &among)];
    columns.push(("value", CellRule { map, ..column(profile) }));
    draft.rule(Table::Event, when, columns, "CONFIRM: the present status, since the last change of the row.");
}

fn answers(roles: &Roles<'_>, time: &Profile, score: &Profile) -> Draft {
    let mut draft = Draft::of("Answers to a survey: one row an answer.", roles.profiles);
    let rule = answer_rule(&mut draft, roles, time, score, "CONFIRM the kind (csat, nps, ces) and the scale.");
    draft.check_time(rule, time);
    draft.fields(rule, roles.profiles);
    draft
}

fn answer_rule(draft: &mut Draft, roles: &Roles<'_>, time: &Profile, score: &Profile, remark: &str) -> usize {
    let kind = if score.plain.contains("nps") { "nps" } else { "csat" };
    let (least, most) = match (kind, score.least, score.most) {
        ("nps", _, _) => ("0", "10"),
        (_, least, most) if most <= 1.0 && least < 1.0 => ("0", "1"),
        (_, least, most) if most <= 5.0 && least >= 1.0 => ("1", "5"),
        (_, least, most) if most <= 7.0 && least >= 1.0 => ("1", "7"),
        (_, least, most) if most <= 10.0 && least >= 1.0 => ("1", "10"),
        (_, _, most) if most <= 10.0 => ("0", "10"),
        _ => ("0", "100"),
    };
    let mut columns = vec![
        ("kind", text(kind)),
        ("occurred_at", column(time)),
        ("score", column(score)),
        ("scale_min", text(least)),
        ("scale_max", text(most)),
    ];
    let others = [
        (Role::Conversation, "conversation_id"),
        (Role::Customer, "customer_id"),
        (Role::Agent, "agent_id"),
        (Role::Channel, "channel"),
        (Role::Comment, "comment"),
    ];
    columns.extend(others.iter().filter_map(|(role, name)| Some((*name, column(roles.get(*role)?)))));
    draft.rule(Table::Answer, vec![is_present(score)], columns, remark)
}

fn orders(roles: &Roles<'_>, time: &Profile, amount: &Profile) -> Draft {
    let mut draft = Draft::of("Orders: one row a purchase.", roles.profiles);
    let mut columns = vec![("occurred_at", column(time)), ("amount", column(amount))];
    let others = [
        (Role::Customer, "customer_id"),
        (Role::Order, "order_id"),
        (Role::Currency, "currency"),
        (Role::Channel, "channel"),
    ];
    columns.extend(others.iter().filter_map(|(role, name)| Some((*name, column(roles.get(*role)?)))));
    let rule = draft.rule(Table::Order, Vec::new(), columns, "");
    draft.check_time(rule, time);
    let left: Vec<String> = roles
        .profiles
        .columns
        .iter()
        .filter(|profile| !draft.used.contains(&profile.name))
        .map(|profile| format!("{:?}", profile.name))
        .collect();
    if !left.is_empty() {
        draft.remarks.foot.push(format!("Not used: {}.", left.join(", ")));
    }
    draft
}

/// A table whose columns bear the model's names needs no mapping; this one may serve as a beginning.
fn as_it_is(profiles: &Profiles, table: Table) -> Shape {
    let mut draft =
        Draft::of(&format!("{}: the columns bear the model's names, so no mapping is needed.", table.name()), profiles);
    let named = |profile: &&Profile| table.all_columns().any(|known| known.name == plain_name(&profile.name));
    let mut columns: Vec<(&str, CellRule)> = Vec::new();
    for profile in profiles.columns.iter().filter(named) {
        if let Some(known) = table.all_columns().find(|known| known.name == profile.plain) {
            columns.push((known.name, column(profile)));
        }
    }
    let has = |columns: &[(&str, CellRule)], name: &str| columns.iter().any(|(known, _)| *known == name);
    if !has(&columns, "occurred_at")
        && let Some(time) = profiles.columns.iter().find(|profile| profile.is_time())
    {
        columns.push(("occurred_at", column(time)));
    }
    if table == Table::Answer && !has(&columns, "kind") {
        columns.push(("kind", text("csat")));
    }
    if table == Table::Answer
        && !has(&columns, "score")
        && let Some(score) = profiles.columns.iter().find(|profile| likeness(&profile.plain, Role::Score) > 0.9)
    {
        columns.push(("score", column(score)));
    }
    draft.rule(table, Vec::new(), columns, "");
    let summary = draft.remarks.head.first().cloned().unwrap_or_default();
    Shape { summary, mapping: draft.mapping, remarks: draft.remarks }
}

//! The shapes that tables have: an event log, a ticket export, answers, orders, or a model table under its own names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mittari_core::model::Table;

use super::activity::{Meaning, meanings, status};
use super::profile::{Profile, Profiles};
use super::words::{Role, likeness};
use crate::mapping::{CellRule, Condition, Mapping, Remarks, RowRule, Sequence};
use crate::table::plain_name;
use crate::IngestError;

/// A mapping with what there is to say about it.
pub(super) struct Shape {
    pub(super) summary: String,
    pub(super) mapping: Mapping,
    pub(super) remarks: Remarks,
}

/// Which column stands for what.
struct Roles<'p> {
    profiles: &'p Profiles,
    columns: BTreeMap<Role, usize>,
}

/// A mapping being put together.
#[derive(Default)]
struct Draft {
    mapping: Mapping,
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
    let has_end = [Role::Solved, Role::Closed, Role::FirstReplied, Role::Status].iter().any(|role| roles.get(*role).is_some());
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

impl<'p> Roles<'p> {
    /// Gives every role the column that fits it best, surest pairs first.
    fn of(profiles: &'p Profiles) -> Roles<'p> {
        const ALL: &[Role] = &[
            Role::Conversation, Role::Created, Role::FirstReplied, Role::Solved, Role::Closed, Role::Updated, Role::When,
            Role::Activity, Role::Status, Role::Agent, Role::Customer, Role::Team, Role::Channel, Role::Priority, Role::Tags,
            Role::Score, Role::Comment, Role::Order, Role::Amount, Role::Currency,
        ];
        let mut pairs: Vec<(f64, usize, Role)> = Vec::new();
        for (at, profile) in profiles.columns.iter().enumerate() {
            pairs.extend(ALL.iter().map(|role| (likeness(&profile.plain, *role) * fit(profile, *role, profiles.rows), at, *role)));
        }
        pairs.sort_by(|(a, a_at, _), (b, b_at, _)| b.total_cmp(a).then(a_at.cmp(b_at)));
        let mut columns = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for (likeness, at, role) in pairs {
            if likeness > 0.4 && !columns.contains_key(&role) && taken.insert(at) {
                columns.insert(role, at);
            }
        }
        let mut roles = Roles { profiles, columns };
        roles.fill_by_content(&mut taken);
        roles
    }

    /// Roles that no name tells but the values do: the only time, the only repeated id, the words that repeat.
    fn fill_by_content(&mut self, taken: &mut BTreeSet<usize>) {
        let free = |taken: &BTreeSet<usize>, fits: &dyn Fn(&Profile) -> bool| {
            self.profiles.columns.iter().enumerate().find(|(at, profile)| !taken.contains(at) && fits(profile)).map(|(at, _)| at)
        };
        if self.time().is_none()
            && let Some(at) = free(taken, &Profile::is_time)
        {
            taken.insert(at);
            self.columns.insert(Role::When, at);
        }
        self.fill_nameless(taken);
        let rows = self.profiles.rows;
        let free = |taken: &BTreeSet<usize>, fits: &dyn Fn(&Profile) -> bool| {
            self.profiles.columns.iter().enumerate().find(|(at, profile)| !taken.contains(at) && fits(profile)).map(|(at, _)| at)
        };
        if !self.columns.contains_key(&Role::Score)
            && self.profiles.columns.len() <= 3
            && let Some(at) = free(taken, &|profile| profile.is_score())
        {
            taken.insert(at);
            self.columns.insert(Role::Score, at);
        }
        let is_log = |profile: &Profile| profile.filled == rows && profile.distinct() * 2 < rows && profile.distinct() > 20 && !profile.is_time();
        let free = |taken: &BTreeSet<usize>, fits: &dyn Fn(&Profile) -> bool| {
            self.profiles.columns.iter().enumerate().find(|(at, profile)| !taken.contains(at) && fits(profile)).map(|(at, _)| at)
        };
        if !self.columns.contains_key(&Role::Conversation)
            && self.columns.contains_key(&Role::Activity)
            && let Some(at) = free(taken, &is_log)
        {
            taken.insert(at);
            self.columns.insert(Role::Conversation, at);
        }
    }

    /// Columns without names: an amount has a part after the point, a customer's id repeats.
    fn fill_nameless(&mut self, taken: &mut BTreeSet<usize>) {
        let is_nameless = self.profiles.columns.iter().all(|profile| profile.plain.starts_with("column_"));
        if !is_nameless || self.time().is_none() {
            return;
        }
        let rows = self.profiles.rows;
        let is_amount = |profile: &Profile| profile.is_number() && profile.has_parts() && profile.distinct() > 5;
        let is_id = |profile: &Profile| profile.filled == rows && profile.distinct() < rows && profile.distinct() * 20 > rows && !profile.is_time();
        for (role, fits) in [(Role::Amount, &is_amount as &dyn Fn(&Profile) -> bool), (Role::Customer, &is_id)] {
            let free = |(at, profile): &(usize, &Profile)| !taken.contains(at) && fits(profile);
            if let Some((at, _)) = self.profiles.columns.iter().enumerate().find(free) {
                taken.insert(at);
                self.columns.insert(role, at);
            }
        }
    }

    fn get(&self, role: Role) -> Option<&'p Profile> {
        self.columns.get(&role).and_then(|at| self.profiles.columns.get(*at))
    }

    /// When a row, or the case of a row, began.
    fn time(&self) -> Option<&'p Profile> {
        self.get(Role::When).or_else(|| self.get(Role::Created)).or_else(|| self.get(Role::Updated))
    }
}

/// Whether the values of a column are what a role needs.
fn fit(profile: &Profile, role: Role, rows: usize) -> f64 {
    let if_true = |fits: bool| if fits { 1.0 } else { 0.0 };
    match role {
        Role::Created | Role::FirstReplied | Role::Solved | Role::Closed | Role::Updated | Role::When => if_true(profile.is_time()),
        Role::Conversation | Role::Order => if_true(profile.filled * 10 >= rows * 9 && profile.distinct() > 1 && !profile.is_time()),
        Role::Activity | Role::Status => if_true(profile.is_category() && profile.is_words()),
        Role::Team | Role::Channel => if_true(profile.is_category()),
        Role::Priority => if_true(profile.is_category() && profile.distinct() <= 20) * if profile.distinct() > 1 { 1.0 } else { 0.5 },
        Role::Score => if_true(profile.is_score()),
        Role::Amount => if_true(profile.is_number()),
        Role::Agent | Role::Customer | Role::Tags | Role::Comment | Role::Currency => if_true(!profile.is_time() && profile.filled > 0),
    }
}

impl Draft {
    fn of(head: &str, profiles: &Profiles) -> Draft {
        let mut draft = Draft::default();
        draft.remarks.head = vec![
            head.to_owned(),
            "This mapping was guessed from names and values. Read it, correct what is marked, and give it with --mapping.".to_owned(),
            format!("The columns: {}.", profiles.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")),
        ];
        draft
    }

    /// Adds a rule; its remark stands above it.
    fn rule(&mut self, table: Table, when: Vec<Condition>, columns: Vec<(&str, CellRule)>, remark: &str) -> usize {
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

    fn say(&mut self, rule: usize, column: &str, remark: &str) {
        self.remarks.columns.insert((rule, column.to_owned()), remark.to_owned());
    }

    /// Says what is not known about the times of a column.
    fn check_time(&mut self, rule: usize, time: &Profile) {
        if time.day_is_unknown() {
            self.say(rule, "occurred_at", "CONFIRM: day or month first? add format = \"%d/%m/%Y %H:%M\" or \"%m/%d/%Y %H:%M\"");
        }
    }

    /// Words that repeat become custom values of the opening; the rest is named as left out.
    fn fields(&mut self, rule: usize, profiles: &Profiles) {
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

fn field_name(profile: &Profile) -> String {
    profile.plain.chars().map(|sign| if sign.is_alphanumeric() { sign } else { '_' }).collect()
}

fn column(profile: &Profile) -> CellRule {
    CellRule::of_column(&profile.name)
}

fn text(word: &str) -> CellRule {
    CellRule::of_constant(word)
}

fn is_first(profile: &Profile) -> Condition {
    Condition { column: profile.name.clone(), first: Some(true), ..Condition::default() }
}

fn is_present(profile: &Profile) -> Condition {
    Condition { column: profile.name.clone(), present: Some(true), ..Condition::default() }
}

fn is_among(profile: &Profile, values: &[&str]) -> Condition {
    let among = values.iter().map(|value| (*value).to_owned()).collect();
    Condition { column: profile.name.clone(), among: Some(among), ..Condition::default() }
}

/// One row an event, the activity in a column of its own.
fn event_log(roles: &Roles<'_>, case: &Profile, time: &Profile, activity: &Profile) -> Draft {
    let mut draft = Draft::of("An event log: one row an event of a case.", roles.profiles);
    draft.mapping.file.sequence = Some(Sequence::Row);
    let base = || vec![("conversation_id", column(case)), ("occurred_at", column(time))];
    let groups = groups(activity);
    let opened: Vec<&str> = groups.iter().filter(|(meaning, _)| meaning.kind == "opened").flat_map(|(_, values)| values.clone()).collect();
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
            draft.rule(Table::Event, vec![is_first(case), is_present(profile)], columns, &format!("CONFIRM: {:?} as the {kind}, at the first row of each case.", profile.name));
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
            let known: Vec<String> = values.iter().map(|(value, _)| (*value).to_owned()).filter(|value| !others.contains(&value.as_str())).collect();
            vec![Condition { column: activity.name.clone(), not_in: Some(known), ..Condition::default() }]
        }
    };
    columns.extend([("kind", text("field")), ("target", text(&field_name(activity))), ("value", column(activity))]);
    columns.extend(roles.get(Role::Agent).map(|agent| ("actor_id", column(agent))));
    draft.rule(Table::Event, when, columns, "CONFIRM: not understood, kept as a custom value. Give them a kind of their own, or an [[ignore]].");
}

/// One row a case, its moments in columns.
fn ticket_export(roles: &Roles<'_>, case: &Profile, time: &Profile) -> Draft {
    let mut draft = Draft::of("A ticket export: one row a case, its moments in columns.", roles.profiles);
    let created = roles.get(Role::Created).unwrap_or(time);
    let at = |moment: &Profile, kind: &str| vec![("conversation_id", column(case)), ("occurred_at", column(moment)), ("kind", text(kind))];
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
        draft.rule(Table::Event, vec![is_present(replied)], columns, "The first answer of an agent; later ones are not in this table.");
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
        let answered = roles.get(Role::Solved).or_else(|| roles.get(Role::Closed)).or_else(|| roles.get(Role::Updated)).unwrap_or(created);
        answer_rule(&mut draft, roles, answered, score, "CONFIRM the kind and the scale; when it was answered is not in this table.");
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
    let others =
        [(Role::Customer, "customer_id"), (Role::Order, "order_id"), (Role::Currency, "currency"), (Role::Channel, "channel")];
    columns.extend(others.iter().filter_map(|(role, name)| Some((*name, column(roles.get(*role)?)))));
    let rule = draft.rule(Table::Order, Vec::new(), columns, "");
    draft.check_time(rule, time);
    let left: Vec<String> = roles.profiles.columns.iter().filter(|profile| !draft.used.contains(&profile.name)).map(|profile| format!("{:?}", profile.name)).collect();
    if !left.is_empty() {
        draft.remarks.foot.push(format!("Not used: {}.", left.join(", ")));
    }
    draft
}

/// A table whose columns bear the model's names needs no mapping; this one may serve as a beginning.
fn as_it_is(profiles: &Profiles, table: Table) -> Shape {
    let mut draft = Draft::of(&format!("{}: the columns bear the model's names, so no mapping is needed.", table.name()), profiles);
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

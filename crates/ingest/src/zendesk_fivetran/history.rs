//! The field history: what changed in a ticket, when, and by whom. An empty value is a field that was cleared.

use std::collections::{BTreeMap, BTreeSet};

use mittari_core::model::Table;

use super::Stage;
use super::lookup::{Lookup, Told, listed};
use super::satisfaction::{Offers, score_of};
use super::sheet::{Making, Sheet, instant, stamp};
use crate::IngestError;
use crate::error::nearest;
use crate::problem::Fault;

/// Reads the table `ticket_field_history`.
#[derive(Default)]
pub(super) struct History {
    /// All values of `tags`, by ticket and time.
    tags: BTreeMap<String, BTreeMap<i64, String>>,
    offers: Offers,
}

/// Fields that repeat what other rows say, or hold free text.
const LEFT_OUT: &[&str] = &[
    "subject",
    "description",
    "comment",
    "recipient",
    "requester_id",
    "submitter_id",
    "satisfaction_probability",
    "satisfaction_comment",
    "satisfaction_reason",
    "satisfaction_reason_code",
    "updated_at",
    "created_at",
    "followers",
    "collaborator_ids",
    "follower_ids",
    "email_cc_ids",
    "email_ccs",
    "external_id",
    "id",
    "url",
    "raw_subject",
    "is_public",
];

const COLUMNS: &[(&str, &str)] = &[
    ("external_id", "ticket_id"),
    ("conversation_id", "ticket_id"),
    ("kind", "field_name"),
    ("occurred_at", "updated"),
    ("actor_kind", "user_id"),
    ("actor_id", "user_id"),
    ("value", "value"),
    ("target", "field_name"),
];

impl Stage for History {
    fn table(&self) -> &'static str {
        "ticket_field_history"
    }

    fn rows_of(&self) -> Table {
        Table::Event
    }

    fn take(&mut self, sheet: &Sheet<'_>, lookup: &mut Lookup) -> Result<Vec<Making>, IngestError> {
        let table = self.table();
        let (tickets, names) = (sheet.needed("ticket_id", table)?, sheet.needed("field_name", table)?);
        let (updated, users, values) = (sheet.needed("updated", table)?, sheet.texts("user_id"), sheet.texts("value"));
        let mut events = Making::new(Table::Event, COLUMNS);
        let mut answers = self.offers.making();
        for row in 0..sheet.rows() {
            let change = Change {
                ticket: tickets.get(row).unwrap_or_default(),
                field: names.get(row).unwrap_or_default(),
                updated: updated.get(row),
                user: users.get(row),
                value: values.get(row),
            };
            match change.field {
                "tags" => self.keep_tags(&change, row, lookup, &mut events),
                "satisfaction_score" if lookup.has_ratings => {}
                "satisfaction_score" => self.offers.take_change(&change, row, &mut answers),
                field if LEFT_OUT.contains(&field) => {}
                _ => change.push(row, lookup, &mut events),
            }
        }
        Ok(vec![events, answers])
    }

    fn end(&mut self, _: &mut Lookup) -> Vec<Making> {
        vec![self.changed_tags(), self.offers.invitations()]
    }
}

/// One row of the history.
pub(super) struct Change<'c> {
    pub(super) ticket: &'c str,
    pub(super) field: &'c str,
    pub(super) updated: Option<&'c str>,
    pub(super) user: Option<&'c str>,
    pub(super) value: Option<&'c str>,
}

impl Change<'_> {
    /// The id that any importer of this vendor gives this change.
    pub(super) fn external_id(&self) -> String {
        let at = self.updated.map(stamp).unwrap_or_default();
        format!("field:{}:{}:{at}:{}", self.ticket, self.field, self.value.unwrap_or_default())
    }

    fn push(&self, row: usize, lookup: &mut Lookup, events: &mut Making) {
        let group = self.value.map(|id| lookup.groups.get(id).map_or(id, String::as_str).to_owned());
        let (kind, value, target) = match self.field {
            "status" => return self.push_status(row, lookup, events),
            "assignee_id" => ("assigned", self.value, None),
            "group_id" => ("team", group.as_deref(), None),
            "priority" => ("priority", self.value, None),
            field => ("field", self.value, Some(field)),
        };
        match self.field {
            "assignee_id" => lookup.tell(self.ticket, Told::Assignee),
            "group_id" => lookup.tell(self.ticket, Told::Group),
            "priority" => lookup.tell(self.ticket, Told::Priority),
            _ => {}
        }
        self.push_event(row, &What { kind, value, target }, lookup, events);
    }

    fn push_status(&self, row: usize, lookup: &mut Lookup, events: &mut Making) {
        let word = self.value.unwrap_or_default();
        match status_of(word) {
            Some("deleted") => {
                lookup.tell(self.ticket, Told::Deleted);
                self.push_event(row, &What::of("deleted", None), lookup, events);
            }
            Some(status) => {
                lookup.tell(self.ticket, Told::Status);
                if let (Some(at), "solved" | "closed") = (self.updated.and_then(instant), status) {
                    lookup.closed(self.ticket, at);
                }
                self.push_event(row, &What::of("status", Some(status)), lookup, events);
            }
            None => {
                self.push_event(row, &What::of("status", Some("new")), lookup, events);
                events.fault(unknown_status(word));
            }
        }
    }

    fn push_event(&self, row: usize, what: &What<'_>, lookup: &Lookup, events: &mut Making) {
        let external_id = self.external_id();
        let ticket = (!self.ticket.is_empty()).then_some(self.ticket);
        let actor_kind = lookup.actor_kind(self.user, self.ticket);
        let cells = [
            Some(external_id.as_str()),
            ticket,
            Some(what.kind),
            self.updated,
            actor_kind,
            self.user,
            what.value,
            what.target,
        ];
        events.push(row, &cells);
    }
}

/// What a change is in the model's words.
struct What<'w> {
    kind: &'w str,
    value: Option<&'w str>,
    target: Option<&'w str>,
}

impl<'w> What<'w> {
    fn of(kind: &'w str, value: Option<&'w str>) -> What<'w> {
        What { kind, value, target: None }
    }
}

impl History {
    /// Tags come as the whole list; what was added and removed is known once all lists are.
    fn keep_tags(&mut self, change: &Change<'_>, row: usize, lookup: &mut Lookup, events: &mut Making) {
        lookup.tell(change.ticket, Told::Tags);
        match change.updated.and_then(instant) {
            Some(at) => {
                let list = change.value.unwrap_or_default().to_owned();
                self.tags.entry(change.ticket.to_owned()).or_default().insert(at, list);
            }
            None => change.push_event(row, &What::of("tagged", change.value.or(Some("?"))), lookup, events),
        }
    }

    fn changed_tags(&mut self) -> Making {
        let mut events = Making::new(Table::Event, COLUMNS);
        for (ticket, lists) in std::mem::take(&mut self.tags) {
            let mut before = BTreeSet::new();
            for (at, list) in lists {
                let now: BTreeSet<String> = listed(&list).into_iter().collect();
                let at = jiff::Timestamp::from_microsecond(at).map(|at| at.to_string()).unwrap_or_default();
                let mut push = |kind: &str, sign: &str, tag: &String| {
                    let external_id = format!("field:{ticket}:tags:{at}:{sign}{tag}");
                    events.push(
                        0,
                        &[Some(&external_id), Some(&ticket), Some(kind), Some(&at), None, None, Some(tag), None],
                    );
                };
                now.difference(&before).for_each(|tag| push("tagged", "+", tag));
                before.difference(&now).for_each(|tag| push("untagged", "-", tag));
                before = now;
            }
        }
        events
    }
}

/// Zendesk's word for a status as ours; `deleted` is an event of its own.
pub(super) fn status_of(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "new" => "new",
        "open" => "open",
        "pending" => "pending",
        "hold" | "on-hold" | "on_hold" | "on hold" => "on_hold",
        "solved" => "solved",
        "closed" => "closed",
        "deleted" => "deleted",
        _ => return None,
    })
}

pub(super) fn unknown_status(word: &str) -> Fault {
    let known = ["new", "open", "pending", "hold", "solved", "closed", "deleted"];
    let near = nearest(word, known).map_or(String::new(), |near| format!("did you mean \"{near}\"? "));
    Fault::of("value", word, "unknown status", format!("{near}Known are {}", known.join(", ")))
}

/// Whether a change of the satisfaction is an answer.
pub(super) fn is_answer(value: Option<&str>) -> bool {
    value.is_some_and(|value| score_of(value).is_some())
}

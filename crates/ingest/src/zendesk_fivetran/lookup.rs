//! What rows of one table must know of another: roles of users, names of groups, whose a ticket is.
//!
//! Tickets are kept as a few numbers each, so that a desk of millions fits; users by their id, groups and the
//! other small tables by name.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use mittari_core::calendar::Calendars;
use mittari_core::model::{CalendarHours, Header};
use mittari_core::settings::Settings;
use mittari_core::time::Instant;

use super::Tables;
use super::calendars::{Schedule, Schedules};
use super::policies::Promises;
use super::sheet::{Sheet, instant, says_yes};
use crate::IngestError;
use crate::reader::{ReadRules, Reader};

/// Everything looked up.
#[derive(Default)]
pub(super) struct Lookup {
    roles: HashMap<Box<str>, Role>,
    pub(super) groups: HashMap<String, String>,
    pub(super) brands: HashMap<String, String>,
    pub(super) forms: HashMap<String, String>,
    pub(super) organizations: HashMap<String, String>,
    pub(super) organization_tags: HashMap<String, Vec<String>>,
    pub(super) user_tags: HashMap<String, Vec<String>>,
    tickets: HashMap<u64, Ticket>,
    /// (source, target) of every merge.
    pub(super) merges: Vec<(String, String)>,
    merged: HashSet<u64>,
    /// When a merged ticket was closed.
    closings: HashMap<u64, i64>,
    pub(super) has_comments: bool,
    pub(super) has_ratings: bool,
    pub(super) schedules: Schedules,
    pub(super) promises: Promises,
    /// Hours and holidays as they went out, for promises in business time.
    hours: Vec<OpenHours>,
    priorities: Vec<String>,
}

/// One row of a calendar.
struct OpenHours {
    calendar: String,
    zone: String,
    weekday: Option<i64>,
    opens: Option<String>,
    closes: Option<String>,
    holiday: Option<jiff::civil::Date>,
}

/// What a user may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Customer,
    Agent,
}

/// What is kept of a ticket.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ticket {
    requester: u64,
    pub(super) created_at: i64,
    pub(super) updated_at: i64,
    told: u8,
    /// The place of its priority among those that occur.
    priority: u16,
}

/// What the history of a ticket tells, so that its present state need not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Told {
    Status = 1,
    Deleted = 2,
    Assignee = 4,
    Group = 8,
    Priority = 16,
    Tags = 32,
}

impl Lookup {
    /// Reads what is to be looked up.
    pub(super) fn read(tables: &Tables, rules: &ReadRules) -> Result<Lookup, IngestError> {
        let mut lookup = Lookup {
            has_comments: tables.has("ticket_comment"),
            has_ratings: tables.has("satisfaction_rating"),
            ..Lookup::default()
        };
        lookup.schedules = Schedules::read(tables, rules)?;
        lookup.groups = names(tables, "group", "id", "name", rules)?;
        lookup.brands = names(tables, "brand", "id", "name", rules)?;
        lookup.forms = names(tables, "ticket_form_history", "id", "name", rules)?;
        lookup.organizations = names(tables, "organization", "id", "name", rules)?;
        lookup.organization_tags = tags(tables, "organization_tag", "organization_id", rules)?;
        lookup.user_tags = tags(tables, "user_tag", "user_id", rules)?;
        each(tables, "user", rules, |sheet| {
            let (ids, roles) = (sheet.needed("id", "user")?, sheet.texts("role"));
            for row in 0..sheet.rows() {
                if let (Some(id), Some(role)) = (ids.get(row), roles.get(row)) {
                    lookup.roles.insert(id.into(), Role::of(role));
                }
            }
            Ok(())
        })?;
        each(tables, "ticket", rules, |sheet| lookup.take_tickets(sheet))?;
        lookup.merged = lookup.merges.iter().map(|(source, _)| hash_of(source)).collect();
        Ok(lookup)
    }

    fn take_tickets(&mut self, sheet: &Sheet<'_>) -> Result<(), IngestError> {
        let ids = sheet.needed("id", "ticket")?;
        let (requesters, created, updated) =
            (sheet.texts("requester_id"), sheet.texts("created_at"), sheet.texts("updated_at"));
        let (merged, priorities) = (sheet.texts("merged_ticket_ids"), sheet.texts("priority"));
        for row in 0..sheet.rows() {
            let Some(id) = ids.get(row) else { continue };
            let created_at = created.get(row).and_then(instant).unwrap_or(0);
            let ticket = Ticket {
                requester: requesters.get(row).map_or(0, hash_of),
                created_at,
                updated_at: updated.get(row).and_then(instant).unwrap_or(created_at),
                told: 0,
                priority: self.priority(priorities.get(row).unwrap_or_default()),
            };
            self.tickets.insert(hash_of(id), ticket);
            for source in merged.get(row).into_iter().flat_map(listed) {
                self.merges.push((source, id.to_owned()));
            }
        }
        Ok(())
    }

    fn priority(&mut self, word: &str) -> u16 {
        let known = self.priorities.iter().position(|known| known == word);
        let at = known.unwrap_or_else(|| {
            self.priorities.push(word.to_owned());
            self.priorities.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    /// The priority of a ticket; empty where it has none.
    pub(super) fn priority_of(&self, ticket: &Ticket) -> &str {
        self.priorities.get(usize::from(ticket.priority)).map_or("", String::as_str)
    }

    /// Remembers the hours of a schedule.
    pub(super) fn keep_hours(&mut self, schedule: &Schedule, weekday: i64, opens: &str, closes: &str) {
        self.hours.push(OpenHours {
            calendar: schedule.name.clone(),
            zone: schedule.zone.clone(),
            weekday: Some(weekday),
            opens: Some(opens.to_owned()),
            closes: Some(closes.to_owned()),
            holiday: None,
        });
    }

    /// Remembers a holiday of a schedule.
    pub(super) fn keep_holiday(&mut self, schedule: &Schedule, date: &str) {
        let holiday = date.parse().ok();
        let (calendar, zone) = (schedule.name.clone(), schedule.zone.clone());
        self.hours.push(OpenHours { calendar, zone, weekday: None, opens: None, closes: None, holiday });
    }

    /// The calendars that went out, if business time can be counted by them.
    pub(super) fn calendars(&self) -> Option<Calendars> {
        let header = Header {
            source: "",
            external_id: None,
            identity: 0,
            revision: 0,
            occurred_at: Instant(0),
            recorded_at: Instant(0),
            sequence: 0,
        };
        let rows: Vec<CalendarHours<'_>> = self.hours.iter().map(|hours| hours.row(header)).collect();
        Calendars::new(&Settings::default(), &rows).ok()
    }

    /// A ticket by its id.
    pub(super) fn ticket(&self, id: &str) -> Option<&Ticket> {
        self.tickets.get(&hash_of(id))
    }

    /// Remembers that a ticket's history tells something; when a merged one was closed too.
    pub(super) fn tell(&mut self, id: &str, told: Told) {
        if let Some(ticket) = self.tickets.get_mut(&hash_of(id)) {
            ticket.told |= told as u8;
        }
    }

    /// Remembers when a ticket that was merged away was solved or closed.
    pub(super) fn closed(&mut self, id: &str, at: i64) {
        let id = hash_of(id);
        if self.merged.contains(&id) {
            let latest = self.closings.entry(id).or_insert(at);
            *latest = (*latest).max(at);
        }
    }

    /// When a ticket was merged away: its closing, else its last change.
    pub(super) fn merged_at(&self, id: &str) -> Option<i64> {
        let id = hash_of(id);
        self.closings.get(&id).copied().or_else(|| self.tickets.get(&id).map(|ticket| ticket.updated_at))
    }

    /// The kind of actor that a user is, in a ticket; none where nobody knows.
    pub(super) fn actor_kind(&self, user: Option<&str>, ticket: &str) -> Option<&'static str> {
        let user = user?;
        if user.starts_with('-') {
            return Some("system");
        }
        match self.roles.get(user) {
            Some(Role::Customer) => Some("customer"),
            Some(Role::Agent) => Some("agent"),
            None if self.is_requester(user, ticket) => Some("customer"),
            None => None,
        }
    }

    /// Whether a user asked for a ticket.
    pub(super) fn is_requester(&self, user: &str, ticket: &str) -> bool {
        self.ticket(ticket).is_some_and(|ticket| ticket.requester == hash_of(user))
    }

    /// A user's role.
    pub(super) fn role(&self, user: &str) -> Option<Role> {
        self.roles.get(user).copied()
    }
}

impl OpenHours {
    fn row<'h>(&'h self, header: Header<'h>) -> CalendarHours<'h> {
        CalendarHours {
            header,
            calendar: &self.calendar,
            zone: &self.zone,
            weekday: self.weekday,
            opens: self.opens.as_deref(),
            closes: self.closes.as_deref(),
            holiday: self.holiday,
            valid_from: None,
            valid_to: None,
            team: None,
        }
    }
}

impl Role {
    pub(super) fn of(word: &str) -> Role {
        match word.to_ascii_lowercase().as_str() {
            "end-user" | "end_user" | "enduser" => Role::Customer,
            _ => Role::Agent,
        }
    }
}

impl Ticket {
    /// Whether the history tells it.
    pub(super) fn told(&self, what: Told) -> bool {
        self.told & what as u8 != 0
    }
}

/// Runs through the blocks of a table.
pub(super) fn each(
    tables: &Tables,
    table: &str,
    rules: &ReadRules,
    mut take: impl FnMut(&Sheet<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    for file in tables.files(table) {
        let mut reader = match Reader::open(file, rules) {
            Ok(reader) => reader,
            Err(IngestError::Empty { .. }) => continue,
            Err(error) => return Err(error),
        };
        while let Some(block) = reader.next_block()? {
            take(&Sheet::new(&block, file))?;
        }
    }
    Ok(())
}

fn names(
    tables: &Tables,
    table: &'static str,
    key: &str,
    name: &str,
    rules: &ReadRules,
) -> Result<HashMap<String, String>, IngestError> {
    let mut found = HashMap::new();
    each(tables, table, rules, |sheet| {
        let (ids, names) = (sheet.needed(key, table)?, sheet.texts(name));
        for row in 0..sheet.rows() {
            if let (Some(id), Some(name)) = (ids.get(row), names.get(row)) {
                found.insert(id.to_owned(), name.to_owned());
            }
        }
        Ok(())
    })?;
    Ok(found)
}

fn tags(
    tables: &Tables,
    table: &'static str,
    key: &str,
    rules: &ReadRules,
) -> Result<HashMap<String, Vec<String>>, IngestError> {
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    each(tables, table, rules, |sheet| {
        let (ids, tags, deleted) = (sheet.needed(key, table)?, sheet.texts("tag"), sheet.texts("_fivetran_deleted"));
        for row in (0..sheet.rows()).filter(|row| !says_yes(deleted.get(*row))) {
            if let (Some(id), Some(tag)) = (ids.get(row), tags.get(row)) {
                let known = found.entry(id.to_owned()).or_default();
                if !known.iter().any(|other| other == tag) {
                    known.push(tag.to_owned());
                }
            }
        }
        Ok(())
    })?;
    found.values_mut().for_each(|tags| tags.sort());
    Ok(found)
}

/// The parts of a list as Zendesk writes it: `[1, 2]`, `["a","b"]`, `a, b` or `a b`.
pub(super) fn listed(text: &str) -> Vec<String> {
    let inside = text.trim().trim_start_matches('[').trim_end_matches(']');
    let parts = inside.split([',', ' ']).map(|part| part.trim().trim_matches(['"', '\'']));
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_however_it_was_written() {
        for text in ["[1, 2]", "[\"1\",\"2\"]", "1 2", "1,2"] {
            assert_eq!(listed(text), ["1", "2"], "{text}");
        }
        assert!(listed("[]").is_empty());
    }
}

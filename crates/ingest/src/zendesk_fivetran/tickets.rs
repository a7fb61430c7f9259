//! Tickets: their opening, and of their present state what the field history does not tell.

use mittari_core::model::Table;

use super::Stage;
use super::history::{status_of, unknown_status};
use super::lookup::{Lookup, Role, Ticket, Told};
use super::sheet::{Making, Sheet, Texts, revision, says_yes};
use crate::IngestError;
use crate::convert::object_of;

/// Reads the table `ticket`.
pub(super) struct Tickets;

/// The columns of a ticket that are read.
struct Columns {
    ids: Texts,
    created: Texts,
    updated: Texts,
    requesters: Texts,
    submitters: Texts,
    channels: Texts,
    statuses: Texts,
    assignees: Texts,
    groups: Texts,
    priorities: Texts,
    public: Texts,
    deleted: Texts,
    fields: Vec<(String, Texts)>,
}

impl Stage for Tickets {
    fn table(&self) -> &'static str {
        "ticket"
    }

    fn rows_of(&self) -> Table {
        Table::Event
    }

    fn take(&mut self, sheet: &Sheet<'_>, lookup: &mut Lookup) -> Result<Vec<Making>, IngestError> {
        let columns = Columns::of(sheet)?;
        let mut opened = Making::new(
            Table::Event,
            &[
                ("external_id", "id"),
                ("revision", "updated_at"),
                ("conversation_id", "id"),
                ("kind", "id"),
                ("occurred_at", "created_at"),
                ("actor_kind", "submitter_id"),
                ("actor_id", "submitter_id"),
                ("customer_id", "requester_id"),
                ("channel", "via_channel"),
                ("fields", "custom fields"),
            ],
        );
        let mut state = Making::new(
            Table::Event,
            &[
                ("external_id", "id"),
                ("revision", "updated_at"),
                ("conversation_id", "id"),
                ("kind", "status"),
                ("occurred_at", "updated_at"),
                ("value", "status"),
                ("public", "is_public"),
                ("actor_kind", "submitter_id"),
                ("actor_id", "submitter_id"),
            ],
        );
        for row in 0..sheet.rows() {
            columns.open(row, lookup, &mut opened);
            columns.state(row, lookup, &mut state);
        }
        Ok(vec![opened, state])
    }

    fn end(&mut self, lookup: &mut Lookup) -> Vec<Making> {
        let mut merged = Making::new(
            Table::Event,
            &[
                ("external_id", "merged_ticket_ids"),
                ("conversation_id", "merged_ticket_ids"),
                ("kind", "merged_ticket_ids"),
                ("occurred_at", "updated_at"),
                ("target", "id"),
            ],
        );
        for (source, target) in std::mem::take(&mut lookup.merges) {
            // A source that is not in the export has no conversation that could end.
            let Some(at) = lookup.merged_at(&source) else { continue };
            let at = jiff::Timestamp::from_microsecond(at).map(|at| at.to_string()).unwrap_or_default();
            let id = format!("ticket:{source}:merged:{target}");
            merged.push(0, &[Some(&id), Some(&source), Some("merged"), Some(&at), Some(&target)]);
        }
        vec![merged]
    }
}

impl Columns {
    fn of(sheet: &Sheet<'_>) -> Result<Columns, IngestError> {
        let mut fields = sheet.texts_after("custom_");
        for (column, name) in
            [("type", "type"), ("brand_id", "brand"), ("ticket_form_id", "form"), ("organization_id", "organization")]
        {
            fields.push((name.to_owned(), sheet.texts(column)));
        }
        Ok(Columns {
            ids: sheet.needed("id", "ticket")?,
            created: sheet.needed("created_at", "ticket")?,
            updated: sheet.texts("updated_at"),
            requesters: sheet.texts("requester_id"),
            submitters: sheet.texts("submitter_id"),
            channels: sheet.texts("via_channel"),
            statuses: sheet.texts("status"),
            assignees: sheet.texts("assignee_id"),
            groups: sheet.texts("group_id"),
            priorities: sheet.texts("priority"),
            public: sheet.texts("is_public"),
            deleted: sheet.texts("_fivetran_deleted"),
            fields,
        })
    }

    fn open(&self, row: usize, lookup: &Lookup, opened: &mut Making) {
        let id = self.ids.get(row);
        let external_id = id.map(|id| format!("ticket:{id}:opened"));
        let revision = revision(self.updated.get(row));
        let (kind, actor) = self.opener(row, lookup);
        let fields = self.fields(row, lookup);
        opened.push(
            row,
            &[
                external_id.as_deref(),
                Some(&revision),
                id,
                Some("opened"),
                self.created.get(row),
                Some(kind),
                actor,
                self.requesters.get(row),
                self.channels.get(row),
                fields.as_deref(),
            ],
        );
    }

    /// An agent who writes a ticket in a customer's name opens it; whoever asks for himself is the customer.
    fn opener(&self, row: usize, lookup: &Lookup) -> (&'static str, Option<&str>) {
        let (submitter, requester) = (self.submitters.get(row), self.requesters.get(row));
        match submitter.filter(|submitter| Some(*submitter) != requester) {
            None => ("customer", requester.or(submitter)),
            Some(submitter) if submitter.starts_with('-') => ("system", Some(submitter)),
            Some(submitter) if lookup.role(submitter) == Some(Role::Customer) => ("customer", Some(submitter)),
            Some(submitter) => ("agent", Some(submitter)),
        }
    }

    fn fields(&self, row: usize, lookup: &Lookup) -> Option<String> {
        let texts = self.fields.iter().filter_map(|(name, texts)| {
            let value = texts.get(row)?;
            let named = match name.as_str() {
                "brand" => lookup.brands.get(value),
                "form" => lookup.forms.get(value),
                "organization" => lookup.organizations.get(value),
                _ => None,
            };
            Some((name.clone(), named.map_or(value, String::as_str).to_owned()))
        });
        let texts: Vec<(String, String)> = texts.collect();
        (!texts.is_empty()).then(|| object_of(texts))
    }

    /// What the history does not tell: values since the opening, the status since the last change.
    fn state(&self, row: usize, lookup: &Lookup, state: &mut Making) {
        let id = self.ids.get(row).unwrap_or_default();
        let told = |what: Told| lookup.ticket(id).is_some_and(|ticket| ticket.told(what));
        let revision = revision(self.updated.get(row));
        let (created, updated) = (self.created.get(row), self.updated.get(row).or_else(|| self.created.get(row)));
        let mut push = |kind: &str, at: Option<&str>, value: Option<&str>| {
            let external_id = format!("ticket:{id}:{kind}");
            let ticket = (!id.is_empty()).then_some(id);
            state.push(row, &[Some(&external_id), Some(&revision), ticket, Some(kind), at, value, None, None, None]);
        };
        let group = self.groups.get(row).map(|id| lookup.groups.get(id).map_or(id, String::as_str));
        let values = [
            ("priority", Told::Priority, self.priorities.get(row)),
            ("team", Told::Group, group),
            ("assigned", Told::Assignee, self.assignees.get(row)),
        ];
        for (kind, what, value) in values {
            if value.is_some() && !told(what) {
                push(kind, created, value);
            }
        }
        let word = self.statuses.get(row).unwrap_or_default();
        let is_deleted = word.eq_ignore_ascii_case("deleted") || says_yes(self.deleted.get(row));
        if is_deleted && !told(Told::Deleted) {
            push("deleted", updated, None);
        }
        match status_of(word) {
            Some("deleted") => {}
            Some(status) if !told(Told::Status) => push("status", updated, Some(status)),
            None if !word.is_empty() && !told(Told::Status) => {
                push("status", updated, Some("new"));
                state.fault(unknown_status(word).in_column("status"));
            }
            _ => {}
        }
        if !lookup.has_comments {
            let (kind, actor) = self.opener(row, lookup);
            let external_id = format!("ticket:{id}:description");
            let public = self.public.get(row);
            state.push(
                row,
                &[
                    Some(&external_id),
                    Some(&revision),
                    Some(id),
                    Some("message"),
                    created,
                    None,
                    public,
                    Some(kind),
                    actor,
                ],
            );
        }
    }
}

/// Reads the table `ticket_tag`: tags whose time nobody tells, since the opening.
pub(super) struct Tags;

impl Stage for Tags {
    fn table(&self) -> &'static str {
        "ticket_tag"
    }

    fn rows_of(&self) -> Table {
        Table::Event
    }

    fn take(&mut self, sheet: &Sheet<'_>, lookup: &mut Lookup) -> Result<Vec<Making>, IngestError> {
        let (tickets, tags) = (sheet.needed("ticket_id", "ticket_tag")?, sheet.needed("tag", "ticket_tag")?);
        let deleted = sheet.texts("_fivetran_deleted");
        let mut events = Making::new(
            Table::Event,
            &[
                ("external_id", "ticket_id"),
                ("conversation_id", "ticket_id"),
                ("kind", "tag"),
                ("occurred_at", "ticket_id"),
                ("value", "tag"),
            ],
        );
        for row in (0..sheet.rows()).filter(|row| !says_yes(deleted.get(*row))) {
            let (Some(id), Some(tag)) = (tickets.get(row), tags.get(row)) else { continue };
            // A tag of a ticket that is not in the export has nothing to hang on.
            let is_usable = |ticket: &&Ticket| !ticket.told(Told::Tags) && ticket.created_at != 0;
            let Some(ticket) = lookup.ticket(id).filter(is_usable) else { continue };
            let at = jiff::Timestamp::from_microsecond(ticket.created_at).map(|at| at.to_string()).unwrap_or_default();
            let external_id = format!("tag:{id}:{tag}");
            events.push(row, &[Some(&external_id), Some(id), Some("tagged"), Some(&at), Some(tag)]);
        }
        Ok(vec![events])
    }
}

//! Satisfaction: an offer is an invitation, good or bad an answer on a scale of 1 to 2.
//!
//! A ticket is asked about once, however often the answer was changed: the invitation's id is the ticket's, and
//! the rules say which of several answers counts. `unoffered` is no invitation.

use std::collections::BTreeMap;

use mittari_core::model::Table;

use super::Stage;
use super::history::{Change, is_answer};
use super::lookup::Lookup;
use super::sheet::{Making, Sheet, instant, revision};
use crate::IngestError;
use crate::problem::Fault;

/// Reads the table `satisfaction_rating`.
#[derive(Default)]
pub(super) struct Ratings {
    offers: Offers,
}

/// When each ticket was first asked about, and whom.
#[derive(Default)]
pub(super) struct Offers(BTreeMap<String, (i64, Option<String>)>);

const COLUMNS: &[(&str, &str)] = &[
    ("external_id", "id"),
    ("revision", "updated_at"),
    ("answer_id", "id"),
    ("invitation_id", "ticket_id"),
    ("kind", "score"),
    ("moment", "score"),
    ("conversation_id", "ticket_id"),
    ("occurred_at", "updated_at"),
    ("score", "score"),
    ("scale_min", "score"),
    ("scale_max", "score"),
    ("customer_id", "requester_id"),
    ("agent_id", "assignee_id"),
    ("comment", "comment"),
    ("theme", "reason"),
];

impl Stage for Ratings {
    fn table(&self) -> &'static str {
        "satisfaction_rating"
    }

    fn rows_of(&self) -> Table {
        Table::Answer
    }

    fn take(&mut self, sheet: &Sheet<'_>, _: &mut Lookup) -> Result<Vec<Making>, IngestError> {
        let table = self.table();
        let (ids, tickets, scores) =
            (sheet.needed("id", table)?, sheet.needed("ticket_id", table)?, sheet.needed("score", table)?);
        let (created, updated, requesters) =
            (sheet.texts("created_at"), sheet.texts("updated_at"), sheet.texts("requester_id"));
        let (assignees, comments, reasons) =
            (sheet.texts("assignee_id"), sheet.texts("comment"), sheet.texts("reason"));
        let mut answers = self.offers.making();
        for row in 0..sheet.rows() {
            let word = scores.get(row).unwrap_or_default();
            let is_offer = matches!(word.to_ascii_lowercase().as_str(), "offered" | "received");
            let score = score_of(word);
            if let (true, Some(ticket)) = (is_offer || score.is_some(), tickets.get(row)) {
                let asked = created.get(row).or_else(|| updated.get(row));
                self.offers.add(ticket, asked.and_then(instant), requesters.get(row));
            }
            if is_offer || word.eq_ignore_ascii_case("unoffered") {
                continue;
            }
            let id = ids.get(row).map(|id| format!("satisfaction:{id}"));
            let invitation = tickets.get(row).map(invitation_id);
            let revision = revision(updated.get(row));
            answers.push(
                row,
                &[
                    id.as_deref(),
                    Some(&revision),
                    id.as_deref(),
                    invitation.as_deref(),
                    Some("csat"),
                    Some("after_solve"),
                    tickets.get(row),
                    updated.get(row).or_else(|| created.get(row)),
                    score,
                    Some("1"),
                    Some("2"),
                    requesters.get(row),
                    assignees.get(row),
                    comments.get(row),
                    reasons.get(row),
                ],
            );
            if score.is_none() {
                answers.fault(unknown_score(word));
            }
        }
        Ok(vec![answers])
    }

    fn end(&mut self, _: &mut Lookup) -> Vec<Making> {
        vec![self.offers.invitations()]
    }
}

impl Offers {
    /// Answers to be made.
    pub(super) fn making(&self) -> Making {
        Making::new(Table::Answer, COLUMNS)
    }

    fn add(&mut self, ticket: &str, at: Option<i64>, customer: Option<&str>) {
        let Some(at) = at else { return };
        let offer = self.0.entry(ticket.to_owned()).or_insert((at, None));
        offer.0 = offer.0.min(at);
        if offer.1.is_none() {
            offer.1 = customer.map(str::to_owned);
        }
    }

    /// A change of `satisfaction_score` where there is no table of ratings.
    pub(super) fn take_change(&mut self, change: &Change<'_>, row: usize, answers: &mut Making) {
        let word = change.value.unwrap_or_default();
        if word.is_empty() || word.eq_ignore_ascii_case("unoffered") {
            return;
        }
        let customer = change.user.filter(|_| is_answer(change.value));
        self.add(change.ticket, change.updated.and_then(instant), customer);
        if word.eq_ignore_ascii_case("offered") {
            return;
        }
        let (id, invitation) = (change.external_id(), invitation_id(change.ticket));
        let ticket = (!change.ticket.is_empty()).then_some(change.ticket);
        answers.push(
            row,
            &[
                Some(&id),
                None,
                Some(&id),
                Some(&invitation),
                Some("csat"),
                Some("after_solve"),
                ticket,
                change.updated,
                score_of(word),
                Some("1"),
                Some("2"),
                customer,
                None,
                None,
                None,
            ],
        );
        if score_of(word).is_none() {
            answers.fault(unknown_score(word));
        }
    }

    /// One invitation for each ticket that was asked about.
    pub(super) fn invitations(&mut self) -> Making {
        let mut invitations = Making::new(
            Table::Invitation,
            &[
                ("external_id", "ticket_id"),
                ("invitation_id", "ticket_id"),
                ("kind", "score"),
                ("moment", "score"),
                ("conversation_id", "ticket_id"),
                ("occurred_at", "created_at"),
                ("customer_id", "requester_id"),
            ],
        );
        for (ticket, (at, customer)) in std::mem::take(&mut self.0) {
            let id = invitation_id(&ticket);
            let at = jiff::Timestamp::from_microsecond(at).map(|at| at.to_string()).unwrap_or_default();
            invitations.push(
                0,
                &[
                    Some(&id),
                    Some(&id),
                    Some("csat"),
                    Some("after_solve"),
                    Some(&ticket),
                    Some(&at),
                    customer.as_deref(),
                ],
            );
        }
        invitations
    }
}

fn invitation_id(ticket: &str) -> String {
    format!("satisfaction:ticket:{ticket}")
}

/// 2 for good, 1 for bad, with a comment or without.
pub(super) fn score_of(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    if word.starts_with("good") {
        Some("2")
    } else if word.starts_with("bad") {
        Some("1")
    } else {
        None
    }
}

fn unknown_score(word: &str) -> Fault {
    Fault::of("score", word, "unknown satisfaction", "known are good, bad, offered and unoffered")
}

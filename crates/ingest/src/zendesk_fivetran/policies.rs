//! Promises: what a policy says, and by when a ticket's first reply or resolution was due under it.
//!
//! The targets that hold are those of the policy as it was when it was applied. Waits that stop while a ticket is
//! pending, and replies to messages still to come, are due at no known instant, so no target is made of them.

use std::collections::HashMap;

use mittari_core::calendar::Calendars;
use mittari_core::model::Table;
use mittari_core::time::{Instant, MINUTE, Span};

use super::Stage;
use super::lookup::Lookup;
use super::sheet::{Making, Sheet, instant, says_yes, stamp};
use crate::IngestError;

/// What each policy promises, in the order of its changes.
pub(super) type Promises = HashMap<String, Vec<Promise>>;

/// One line of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Promise {
    since: i64,
    metric: &'static str,
    priority: String,
    minutes: i64,
    is_business: bool,
}

/// Reads the table `sla_policy_metric_history`.
pub(super) struct Policies;

impl Stage for Policies {
    fn table(&self) -> &'static str {
        "sla_policy_metric_history"
    }

    fn rows_of(&self) -> Table {
        Table::SlaPolicy
    }

    fn take(&mut self, sheet: &Sheet<'_>, lookup: &mut Lookup) -> Result<Vec<Making>, IngestError> {
        let table = self.table();
        let (ids, metrics, targets) =
            (sheet.needed("sla_policy_id", table)?, sheet.needed("metric", table)?, sheet.needed("target", table)?);
        let (priorities, updated, business) =
            (sheet.texts("priority"), sheet.texts("sla_policy_updated_at"), sheet.texts("business_hours"));
        let mut policies = Making::new(
            Table::SlaPolicy,
            &[
                ("external_id", "sla_policy_id"),
                ("policy", "sla_policy_id"),
                ("metric", "metric"),
                ("target_minutes", "target"),
                ("business", "business_hours"),
                ("priority", "priority"),
                ("valid_from", "sla_policy_updated_at"),
            ],
        );
        for row in 0..sheet.rows() {
            let (id, given, priority) = (ids.get(row), metrics.get(row).unwrap_or_default(), priorities.get(row));
            let metric = metric_of(given);
            let external_id = format!(
                "sla:{}:{given}:{}:{}",
                id.unwrap_or_default(),
                priority.unwrap_or_default(),
                updated.get(row).map(stamp).unwrap_or_default()
            );
            let name = metric.map_or(given, |(name, _)| name);
            let name = (!name.is_empty()).then_some(name);
            policies.push(
                row,
                &[Some(&external_id), id, name, targets.get(row), business.get(row), priority, updated.get(row)],
            );
            let minutes = targets.get(row).and_then(|target| target.parse().ok());
            if let (Some(id), Some((metric, true)), Some(minutes)) = (id, metric, minutes) {
                lookup.promises.entry(id.to_owned()).or_default().push(Promise {
                    since: updated.get(row).and_then(instant).unwrap_or(i64::MIN),
                    metric,
                    priority: priority.unwrap_or_default().to_owned(),
                    minutes,
                    is_business: says_yes(business.get(row)),
                });
            }
        }
        Ok(vec![policies])
    }
}

/// Our word for a metric, and whether its due instant is known when it is applied.
fn metric_of(word: &str) -> Option<(&'static str, bool)> {
    Some(match word {
        "first_reply_time" => ("first_reply", true),
        "next_reply_time" | "periodic_update_time" | "pausable_update_time" => ("next_reply", false),
        "resolution_time" | "total_resolution_time" => ("resolution", true),
        "requester_wait_time" | "agent_work_time" => ("resolution", false),
        _ => return None,
    })
}

/// Reads the table `ticket_sla_policy`.
#[derive(Default)]
pub(super) struct Targets {
    calendars: Option<Calendars>,
}

impl Stage for Targets {
    fn table(&self) -> &'static str {
        "ticket_sla_policy"
    }

    fn rows_of(&self) -> Table {
        Table::Event
    }

    fn take(&mut self, sheet: &Sheet<'_>, lookup: &mut Lookup) -> Result<Vec<Making>, IngestError> {
        let table = self.table();
        let (tickets, policies) = (sheet.needed("ticket_id", table)?, sheet.needed("sla_policy_id", table)?);
        let applied = sheet.needed("policy_applied_at", table)?;
        if self.calendars.is_none() {
            self.calendars = lookup.calendars();
        }
        let mut targets = Making::new(
            Table::Event,
            &[
                ("external_id", "ticket_id"),
                ("conversation_id", "ticket_id"),
                ("kind", "sla_policy_id"),
                ("occurred_at", "policy_applied_at"),
                ("value", "sla_policy_id"),
                ("target", "sla_policy_id"),
            ],
        );
        for row in 0..sheet.rows() {
            let (Some(ticket), Some(policy), Some(at)) = (tickets.get(row), policies.get(row), applied.get(row)) else {
                continue;
            };
            for (metric, due) in self.due(ticket, policy, at, lookup) {
                let external_id = format!("sla:{ticket}:{policy}:{metric}");
                targets.push(
                    row,
                    &[Some(&external_id), Some(ticket), Some("sla_target"), Some(at), Some(&due), Some(metric)],
                );
            }
        }
        Ok(vec![targets])
    }
}

impl Targets {
    /// What a policy promised for a ticket, with the instants at which it was due.
    fn due(&self, ticket: &str, policy: &str, applied: &str, lookup: &Lookup) -> Vec<(&'static str, String)> {
        let (Some(known), Some(at)) = (lookup.ticket(ticket), instant(applied)) else { return Vec::new() };
        let promises = lookup.promises.get(policy).map_or(&[][..], Vec::as_slice);
        let priority = lookup.priority_of(known);
        let valid = |metric: &str| {
            let fits = promises.iter().filter(|promise| promise.metric == metric && promise.priority == priority);
            fits.filter(|promise| promise.since <= at).max_by_key(|promise| promise.since)
        };
        let due = |metric: &'static str| {
            let promise = valid(metric)?;
            let due = self.after(known.created_at, promise)?;
            Some((metric, jiff::Timestamp::from_microsecond(due).ok()?.to_string()))
        };
        ["first_reply", "resolution"].into_iter().filter_map(due).collect()
    }

    fn after(&self, start: i64, promise: &Promise) -> Option<i64> {
        let span = Span(promise.minutes.checked_mul(MINUTE)?);
        match promise.is_business {
            false => start.checked_add(span.0),
            true => self.calendars.as_ref()?.for_team(None)?.add_business(Instant(start), span).map(|due| due.0),
        }
    }
}

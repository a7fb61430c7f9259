//! Stretches of months in which a customer was active: had a subscription, an order, an activity or a conversation.
//!
//! A fold does not know what time it is, so it cannot write a row for every month of a subscription that still
//! runs. So being active is said by intervals of whole civil months, without an end while a subscription runs. A
//! customer was active in a period of whole months when a stretch lies over any of it: `opens_at < period_end` and
//! (`closes_at` is null or `closes_at > period_start`); customers are to be counted, not rows.
//!
//! Spam is no conversation of the customer, and a refund or a referral alone makes nobody active. A stretch is
//! cut at the first whole month in which the customer's attributes or step of age are others, so that a month
//! counts under what held as it began. The plan is that of the customer's attributes.

use crate::facts::{ActiveStretch, Contact, Subscription};
use crate::fold::Context;
use crate::fold::customer::order::who;
use crate::fold::customer::{Facts, Months};
use crate::time::{Instant, Span};

/// The stretches of months in which a customer was active, from its other facts.
pub(super) fn active_stretches<'a>(
    facts: &Facts<'a>,
    customer_id: &'a str,
    context: &Context<'a>,
) -> Vec<ActiveStretch<'a>> {
    let months = context.months;
    let orders = facts.orders.iter().filter(|order| order.refund != Some(true)).filter_map(|order| order.ordered_at);
    let contacts = facts.contacts.iter().filter(|contact| counts(contact)).filter_map(|contact| contact.opened_at);
    let activities = facts.activities.iter().filter_map(|activity| activity.acted_at);
    let moments = orders.chain(contacts).chain(activities).filter_map(|at| month_run(at, months));
    let active = joined(moments.chain(subscribed(facts, months)));
    active.iter().flat_map(|run| cut(run, customer_id, context)).collect()
}

/// Whether a conversation shows the customer active.
pub(super) fn counts(contact: &Contact<'_>) -> bool {
    contact.outcome != Some("spam")
}

/// Months in a row: from the first to before the end, which an open one has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run {
    first: i32,
    end: Option<i32>,
    /// The first moment of it that a row speaks of.
    since: Instant,
}

impl Run {
    /// Whether the month is one of them.
    pub(super) fn holds(&self, month: i32) -> bool {
        self.first <= month && self.end.is_none_or(|end| month < end)
    }
}

/// The months in which a customer was subscribed.
pub(super) fn subscribed(facts: &Facts<'_>, months: &Months) -> Vec<Run> {
    joined(facts.subscriptions.iter().filter_map(|stretch| subscribed_months(stretch, months)))
}

fn month_run(at: Instant, months: &Months) -> Option<Run> {
    let first = months.month_of(at)?;
    Some(Run { first, end: Some(first + 1), since: at })
}

/// The months of a stretch; one that ends as a month begins has nothing of that month.
fn subscribed_months(stretch: &Subscription<'_>, months: &Months) -> Option<Run> {
    let opens_at = stretch.opens_at?;
    let first = months.month_of(opens_at)?;
    let last_of = |closes_at: Instant| months.month_of(closes_at.plus(Span(-1)).max(opens_at));
    let end = match stretch.closes_at {
        Some(closes_at) => Some(last_of(closes_at)? + 1),
        None => None,
    };
    Some(Run { first, end, since: opens_at })
}

/// Runs that touch or overlap, as one.
fn joined(parts: impl Iterator<Item = Run>) -> Vec<Run> {
    let mut parts: Vec<Run> = parts.collect();
    parts.sort();
    let mut runs: Vec<Run> = Vec::new();
    for part in parts {
        match runs.last_mut().filter(|run| run.end.is_none_or(|end| part.first <= end)) {
            Some(run) => {
                run.end = run.end.zip(part.end).map(|(one, other)| one.max(other));
                run.since = run.since.min(part.since);
            }
            None => runs.push(part),
        }
    }
    runs
}

/// A run as rows, one for each set of attributes.
fn cut<'a>(run: &Run, customer_id: &'a str, context: &Context<'a>) -> Vec<ActiveStretch<'a>> {
    let months = context.months;
    let changes = context.attributes.customer_changes(customer_id);
    let mut firsts: Vec<i32> = changes.into_iter().filter_map(|at| first_whole_month(at, months)).collect();
    firsts.retain(|month| run.holds(*month) && *month > run.first);
    firsts.push(run.first);
    firsts.sort_unstable();
    firsts.dedup();

    let mut stretches: Vec<ActiveStretch<'a>> = Vec::new();
    for first in firsts {
        let Some(opens_at) = months.start(first) else { continue };
        let dimensions = who(Some(customer_id), opens_at.max(run.since), context);
        if let Some(before) = stretches.last_mut() {
            if before.dimensions == dimensions {
                continue;
            }
            before.closes_at = Some(opens_at);
        }
        let closes_at = run.end.and_then(|end| months.start(end));
        stretches.push(ActiveStretch { opens_at: Some(opens_at), closes_at, dimensions });
    }
    stretches
}

/// The first month that begins at or after a moment.
fn first_whole_month(at: Instant, months: &Months) -> Option<i32> {
    let month = months.month_of(at)?;
    Some(if months.start(month) == Some(at) { month } else { month + 1 })
}

#[cfg(test)]
mod tests {
    use crate::facts::{ActiveStretch, Contact};
    use crate::fold::customer::Group;
    use crate::fold::customer::fixture::*;
    use crate::model::{Customer, Order};
    use crate::time::Instant;

    fn spans(rows: &[ActiveStretch<'_>]) -> Vec<(Option<Instant>, Option<Instant>)> {
        rows.iter().map(|row| (row.opens_at, row.closes_at)).collect()
    }

    /// As a metric asks it: whether a period of whole months has the customer active.
    fn active(rows: &[ActiveStretch<'_>], period_start: &str, period_end: &str) -> bool {
        let over = |row: &ActiveStretch<'_>| {
            row.opens_at < Some(at(period_end)) && row.closes_at.is_none_or(|closes_at| closes_at > at(period_start))
        };
        rows.iter().any(over)
    }

    #[test]
    fn a_running_subscription_is_active_in_every_month_to_come() {
        let workspace = Workspace::default();
        let events = [started("2026-01-20")];
        let rows = workspace.fold(Group { subscription_events: &events, ..ann() }).active_stretches;
        assert_eq!(spans(&rows), [(Some(at("2026-01-01")), None)]);
        assert!(active(&rows, "2029-07-01", "2029-08-01"));
        assert!(!active(&rows, "2025-12-01", "2026-01-01"));
    }

    #[test]
    fn order_activity_and_conversation_each_make_their_month_active() {
        let workspace = Workspace::default();
        let orders = [order("o", "2026-01-31 23:59:59", 10)];
        let activities = [activity("a", "login", "2026-03-01")];
        let contacts = [contact("c", "2026-04-15")];
        let group = Group { orders: &orders, activities: &activities, contacts: &contacts, ..ann() };
        let rows = workspace.fold(group).active_stretches;
        assert_eq!(
            spans(&rows),
            [(Some(at("2026-01-01")), Some(at("2026-02-01"))), (Some(at("2026-03-01")), Some(at("2026-05-01"))),]
        );
        assert!(active(&rows, "2026-01-01", "2026-04-01"), "a quarter with one active month");
        assert!(!active(&rows, "2026-02-01", "2026-03-01"));
    }

    #[test]
    fn refunds_referrals_and_spam_make_nobody_active() {
        let workspace = Workspace::default();
        let orders = [Order { refund: Some(true), ..order("r", "2026-01-05", 10) }];
        let referrals = [referral("f", "2026-02-05")];
        let contacts = [Contact { outcome: Some("spam"), ..contact("c", "2026-03-05") }];
        let group = Group { orders: &orders, referrals: &referrals, contacts: &contacts, ..ann() };
        assert!(workspace.fold(group).active_stretches.is_empty());
    }

    #[test]
    fn a_subscription_that_ends_as_a_month_begins_has_nothing_of_it() {
        let workspace = Workspace::default();
        let ends = |when| [started("2026-01-20"), ended(when)];
        let closes = |when| {
            let events = ends(when);
            let rows = workspace.fold(Group { subscription_events: &events, ..ann() }).active_stretches;
            rows[0].closes_at
        };
        assert_eq!(closes("2026-03-01"), Some(at("2026-03-01")));
        assert_eq!(closes("2026-03-01 00:00:01"), Some(at("2026-04-01")));
        assert_eq!(closes("2026-01-20"), Some(at("2026-02-01")));
    }

    #[test]
    fn months_are_those_of_the_workspace_s_zone() {
        let workspace = Workspace::in_zone("Europe/Helsinki");
        let orders = [order("o", "2026-03-31 21:00", 10)];
        let rows = workspace.fold(Group { orders: &orders, ..ann() }).active_stretches;
        assert_eq!(spans(&rows), [(Some(at("2026-03-31 21:00")), Some(at("2026-04-30 21:00")))]);
    }

    #[test]
    fn another_plan_cuts_a_stretch_at_the_first_whole_month() {
        let workspace =
            Workspace::default().with_customers(vec![attributes("free", None), attributes("pro", Some("2026-03-10"))]);
        let events = [started("2026-01-20")];
        let rows = workspace.fold(Group { subscription_events: &events, ..ann() }).active_stretches;
        assert_eq!(spans(&rows), [(Some(at("2026-01-01")), Some(at("2026-04-01"))), (Some(at("2026-04-01")), None),]);
        assert_eq!(rows.iter().map(|row| row.dimensions.plan).collect::<Vec<_>>(), [Some("free"), Some("pro")]);
    }

    #[test]
    fn a_customer_grows_older_within_a_stretch() {
        let signed_up = Customer { signed_up_at: Some(at("2026-01-20")), ..attributes("pro", None) };
        let workspace = Workspace::default().with_customers(vec![signed_up]);
        let events = [started("2026-01-20")];
        let rows = workspace.fold(Group { subscription_events: &events, ..ann() }).active_stretches;
        let ages: Vec<_> = rows.iter().map(|row| (row.opens_at, row.dimensions.customer_age)).collect();
        assert_eq!(
            ages,
            [
                (Some(at("2026-01-01")), Some("under 30 days")),
                (Some(at("2026-03-01")), Some("30 to 90 days")),
                (Some(at("2026-05-01")), Some("90 days to 1 year")),
                (Some(at("2027-02-01")), Some("over 1 year")),
            ]
        );
    }
}

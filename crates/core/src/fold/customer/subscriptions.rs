//! When a customer was subscribed, and to what amounts. Rules 28, 29 and 36.
//!
//! A customer is subscribed while any of its subscriptions runs: terms that overlap or touch are one stretch. So
//! are terms with a gap of no more than `windows.churn_grace_days` between them, for who comes back within the
//! grace was never lost. A stretch ends with the last of its subscriptions, and whether the customer wanted that
//! is what that last end says. Where terms end in one instant, the last event of it speaks.
//!
//! What the subscriptions cost is told by `amounts`.

use crate::facts::{Dimensions, Subscription, SubscriptionAmount};
use crate::fold::Context;
use crate::fold::customer::Group;
use crate::fold::customer::amounts::amounts;
use crate::fold::customer::order::{in_order, who};
use crate::fold::customer::terms::{self, End, Term};
use crate::time::{Instant, Span};

/// The customer's stretches and the amounts of its subscriptions.
pub(super) fn subscriptions<'a>(
    group: &Group<'_, 'a>,
    context: &Context<'a>,
) -> (Vec<Subscription<'a>>, Vec<SubscriptionAmount<'a>>) {
    let mut events = in_order(group.subscription_events, |row| &row.header);
    let Some(customer_id) = group.customer_id.or(events.first().map(|event| event.customer_id)) else {
        return Default::default();
    };
    events.sort_by_key(|event| event.subscription_id);

    let mut all_terms = Vec::new();
    let mut prices = Vec::new();
    for of_one in events.chunk_by(|a, b| a.subscription_id == b.subscription_id) {
        let subscribed = terms::read(of_one);
        all_terms.extend(subscribed.terms);
        prices.extend(subscribed.prices.into_iter().map(|price| (of_one[0].subscription_id, price)));
    }
    let grace = Span::days(i64::from(context.settings.windows.churn_grace_days));
    let stretches = rows(&stretches(all_terms, grace), customer_id, context);
    let amounts = amounts(prices, &stretches, grace, customer_id, context);
    (stretches, amounts)
}

/// Terms joined over all subscriptions of the customer.
#[derive(Debug)]
struct Stretch<'a> {
    opens_at: Instant,
    /// The last end so far; none while a term runs.
    end: Option<End<'a>>,
    plan: Option<(super::order::Place<'a>, &'a str)>,
}

fn stretches<'a>(mut terms: Vec<Term<'a>>, grace: Span) -> Vec<Stretch<'a>> {
    terms.sort_by(|a, b| (a.opens_at, a.end, a.plan).cmp(&(b.opens_at, b.end, b.plan)));
    let mut stretches: Vec<Stretch<'a>> = Vec::new();
    for term in terms {
        let reaches = |end: End<'_>| term.opens_at <= end.place.0.plus(grace);
        match stretches.last_mut().filter(|stretch| stretch.end.is_none_or(reaches)) {
            Some(stretch) => {
                stretch.end = stretch.end.zip(term.end).map(|(one, other)| one.max(other));
                stretch.plan = stretch.plan.max(term.plan);
            }
            None => stretches.push(Stretch { opens_at: term.opens_at, end: term.end, plan: term.plan }),
        }
    }
    stretches
}

fn rows<'a>(stretches: &[Stretch<'a>], customer_id: &'a str, context: &Context<'a>) -> Vec<Subscription<'a>> {
    let next_openings = stretches.iter().skip(1).map(|stretch| Some(stretch.opens_at)).chain([None]);
    let numbered = (1..).zip(stretches).zip(next_openings);
    numbered
        .map(|((stretch_index, stretch), next_opens_at)| Subscription {
            opens_at: Some(stretch.opens_at),
            closes_at: stretch.end.map(|end| end.place.0),
            voluntary: stretch.end.and_then(|end| end.voluntary),
            next_opens_at,
            stretch_index: Some(stretch_index),
            dimensions: subscribed_to(stretch.plan.map(|(_, plan)| plan), customer_id, stretch.opens_at, context),
        })
        .collect()
}

/// Who the customer was, with the plan that the subscription names, else the one of its attributes.
pub(super) fn subscribed_to<'a>(
    plan: Option<&'a str>,
    customer_id: &'a str,
    at: Instant,
    context: &Context<'a>,
) -> Dimensions<'a> {
    let known = who(Some(customer_id), at, context);
    Dimensions { plan: plan.or(known.plan), ..known }
}

#[cfg(test)]
mod tests {
    use crate::decimal::Decimal;
    use crate::facts::{Subscription, SubscriptionAmount};
    use crate::fold::customer::Group;
    use crate::fold::customer::fixture::{Workspace, ann, at, attributes, change, ended, started};
    use crate::model::SubscriptionEvent;
    use crate::model::SubscriptionKind::*;
    use crate::settings::{Settings, Windows};
    use crate::time::Instant;

    fn check(events: &[SubscriptionEvent<'static>], expected: impl Fn(&[Subscription<'_>], &[SubscriptionAmount<'_>])) {
        let workspace = Workspace::default();
        let facts = workspace.fold(Group { subscription_events: events, ..ann() });
        expected(&facts.subscriptions, &facts.subscription_amounts);
    }

    fn of<'a>(subscription_id: &'a str, event: SubscriptionEvent<'a>) -> SubscriptionEvent<'a> {
        SubscriptionEvent { subscription_id, ..event }
    }

    fn wanted(event: SubscriptionEvent<'_>, voluntary: bool) -> SubscriptionEvent<'_> {
        SubscriptionEvent { voluntary: Some(voluntary), ..event }
    }

    fn costing(event: SubscriptionEvent<'_>, amount: i64) -> SubscriptionEvent<'_> {
        SubscriptionEvent {
            monthly_amount: Some(Decimal::whole(amount)),
            currency: event.currency.or(Some("EUR")),
            ..event
        }
    }

    fn stretches(rows: &[Subscription<'_>]) -> Vec<(Option<Instant>, Option<Instant>)> {
        rows.iter().map(|row| (row.opens_at, row.closes_at)).collect()
    }

    type Price = (Option<Decimal>, Option<Decimal>);

    fn prices(rows: &[SubscriptionAmount<'_>]) -> Vec<Price> {
        rows.iter().map(|row| (row.monthly_amount, row.next_amount)).collect()
    }

    fn euros(amount: i64) -> Option<Decimal> {
        Some(Decimal::whole(amount))
    }

    #[test]
    fn a_pause_does_not_end_a_subscription() {
        let paused = change("paused", Paused, "2026-02-01");
        let resumed = change("resumed", Resumed, "2026-06-01");
        check(&[started("2026-01-05"), paused, resumed], |rows, _| {
            assert_eq!(stretches(rows), [(Some(at("2026-01-05")), None)]);
        });
    }

    #[test]
    fn a_customer_is_subscribed_while_any_subscription_runs() {
        let events = [
            of("a", started("2026-01-05")),
            of("b", started("2026-02-01")),
            of("a", wanted(ended("2026-03-01"), true)),
            of("b", wanted(ended("2026-09-01"), false)),
        ];
        check(&events, |rows, _| {
            assert_eq!(stretches(rows), [(Some(at("2026-01-05")), Some(at("2026-09-01")))]);
            assert_eq!(rows[0].voluntary, Some(false), "the last one's end says it");
        });
    }

    #[test]
    fn a_subscription_inside_a_longer_one_does_not_shorten_it() {
        let events = [
            of("a", started("2026-01-05")),
            of("b", started("2026-02-01")),
            of("b", wanted(ended("2026-03-01"), false)),
            of("a", wanted(ended("2026-09-01"), true)),
        ];
        check(&events, |rows, _| {
            assert_eq!(stretches(rows), [(Some(at("2026-01-05")), Some(at("2026-09-01")))]);
            assert_eq!(rows[0].voluntary, Some(true));
        });
    }

    #[test]
    fn who_comes_back_within_the_grace_was_never_lost() {
        let events = [of("a", started("2026-01-05")), of("a", ended("2026-03-01")), of("b", started("2026-03-31"))];
        check(&events, |rows, _| assert_eq!(stretches(rows), [(Some(at("2026-01-05")), None)]));
    }

    #[test]
    fn who_comes_back_after_the_grace_was_lost_and_joins_again() {
        let events = [of("a", started("2026-01-05")), of("a", ended("2026-03-01")), of("b", started("2026-04-01"))];
        check(&events, |rows, _| {
            assert_eq!(
                stretches(rows),
                [(Some(at("2026-01-05")), Some(at("2026-03-01"))), (Some(at("2026-04-01")), None),]
            );
            assert_eq!(rows.iter().map(|row| row.next_opens_at).collect::<Vec<_>>(), [Some(at("2026-04-01")), None]);
            assert_eq!(rows.iter().map(|row| row.stretch_index).collect::<Vec<_>>(), [Some(1), Some(2)]);
        });
    }

    #[test]
    fn the_grace_is_a_setting() {
        let windows = Windows { churn_grace_days: 0, ..Windows::default() };
        let workspace = Workspace::of(Settings { windows, ..Settings::default() });
        let events = [started("2026-01-05"), ended("2026-03-01"), change("back", Started, "2026-03-02")];
        let facts = workspace.fold(Group { subscription_events: &events, ..ann() });
        assert_eq!(facts.subscriptions.len(), 2);
    }

    #[test]
    fn a_renewal_in_the_instant_of_the_end_goes_on() {
        check(&[started("2026-01-05"), ended("2026-03-01"), change("again", Started, "2026-03-01")], |rows, _| {
            assert_eq!(stretches(rows), [(Some(at("2026-01-05")), None)]);
        });
    }

    #[test]
    fn joined_and_left_in_one_instant_is_a_stretch_of_no_length() {
        check(&[costing(started("2026-01-05"), 10), ended("2026-01-05")], |rows, amounts| {
            assert_eq!(stretches(rows), [(Some(at("2026-01-05")), Some(at("2026-01-05")))]);
            assert!(amounts.is_empty());
        });
    }

    #[test]
    fn what_was_not_seen_to_start_began_with_what_first_speaks_of_it() {
        check(&[costing(change("c", Changed, "2026-02-01"), 10), ended("2026-03-01")], |rows, amounts| {
            assert_eq!(stretches(rows), [(Some(at("2026-02-01")), Some(at("2026-03-01")))]);
            assert_eq!(prices(amounts), [(euros(10), euros(0))]);
        });
    }

    #[test]
    fn an_end_of_what_never_ran_says_nothing() {
        check(&[ended("2026-03-01")], |rows, amounts| assert!(rows.is_empty() && amounts.is_empty()));
    }

    #[test]
    fn a_change_after_the_end_changes_nothing_but_a_resumption_begins_again() {
        let late = costing(change("late", Changed, "2026-04-01"), 99);
        let back = change("back", Resumed, "2026-09-01");
        check(&[costing(started("2026-01-05"), 10), ended("2026-03-01"), late, back], |rows, amounts| {
            assert_eq!(
                stretches(rows),
                [(Some(at("2026-01-05")), Some(at("2026-03-01"))), (Some(at("2026-09-01")), None),]
            );
            assert_eq!(prices(amounts), [(euros(10), euros(0)), (euros(10), None)]);
        });
    }

    #[test]
    fn of_ends_in_one_instant_the_last_event_speaks() {
        let earlier = SubscriptionEvent { subscription_id: "b", ..wanted(change("1", Ended, "2026-03-01"), true) };
        let later = wanted(change("2", Ended, "2026-03-01"), false);
        let start = |id| change(id, Started, "2026-01-05");
        check(&[later, earlier, of("b", start("x")), start("y")], |rows, _| {
            assert_eq!(rows.iter().map(|row| row.voluntary).collect::<Vec<_>>(), [Some(false)]);
        });
    }

    #[test]
    fn a_plan_that_the_subscription_does_not_name_is_the_customer_s_at_its_opening() {
        let workspace =
            Workspace::default().with_customers(vec![attributes("free", None), attributes("pro", Some("2026-02-01"))]);
        let events = [started("2026-01-05")];
        let facts = workspace.fold(Group { subscription_events: &events, ..ann() });
        assert_eq!(facts.subscriptions[0].dimensions.plan, Some("free"));
    }

    /// The stretches of many customers, one subscription each: from a moment, perhaps to a moment.
    fn cohort(lives: &[(usize, &str, Option<&str>)]) -> Vec<(Instant, Option<Instant>)> {
        let workspace = Workspace::default();
        let fold = |opens: &str, closes: Option<&str>| {
            let events: Vec<_> = std::iter::once(started(opens)).chain(closes.map(ended)).collect();
            let rows = workspace.fold(Group { subscription_events: &events, ..ann() }).subscriptions;
            (rows[0].opens_at.expect("an opening"), rows[0].closes_at)
        };
        lives.iter().flat_map(|(times, opens, closes)| vec![fold(opens, *closes); *times]).collect()
    }

    fn there(stretch: &(Instant, Option<Instant>), moment: Instant) -> bool {
        stretch.0 < moment && stretch.1.is_none_or(|closes_at| closes_at >= moment)
    }

    #[test]
    fn of_250_at_the_start_20_lost_are_churned_and_who_joined_and_left_inside_is_not() {
        let rows = cohort(&[
            (230, "2025-06-01", None),
            (20, "2025-06-01", Some("2026-01-20")),
            (7, "2026-01-10", Some("2026-01-25")),
        ]);
        let (start, end) = (at("2026-01-01"), at("2026-02-01"));
        let at_start: Vec<_> = rows.iter().filter(|row| there(row, start)).collect();
        let lost = at_start.iter().filter(|row| !there(row, end)).count();
        assert_eq!((at_start.len(), lost), (250, 20));
        assert_eq!(rows.iter().filter(|row| row.0 >= start && !there(row, end)).count(), 7);
    }

    #[test]
    fn of_200_at_the_start_and_200_at_the_end_20_new_leave_180_retained() {
        let rows =
            cohort(&[(180, "2025-06-01", None), (20, "2025-06-01", Some("2026-01-20")), (20, "2026-01-10", None)]);
        let (start, end) = (at("2026-01-01"), at("2026-02-01"));
        assert_eq!(rows.iter().filter(|row| there(row, start)).count(), 200);
        assert_eq!(rows.iter().filter(|row| there(row, end)).count(), 200);
        assert_eq!(rows.iter().filter(|row| there(row, end) && row.0 >= start).count(), 20);
    }
}

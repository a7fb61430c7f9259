//! When a customer was subscribed, and to what amounts. Rules 28, 29 and 36.
//!
//! A customer is subscribed while any of its subscriptions runs: terms that overlap or touch are one stretch. So
//! are terms with a gap of no more than `windows.churn_grace_days` between them, for who comes back within the
//! grace was never lost. A stretch ends with the last of its subscriptions, and whether the customer wanted that
//! is what that last end says. Where terms end in one instant, the last event of it speaks.
//!
//! Amounts are per subscription: a stretch of one amount, the amount after it (0 where the subscription ended),
//! and since when its customer was one. Amounts of different currencies are not compared: after a change of
//! currency the next amount is not known. Prices that no event named have no row. A subscription that ends as
//! another one of the customer begins has lost its amount, for nothing says that the one replaced the other;
//! sources that change the plan within one subscription say so.

use crate::facts::{Dimensions, Subscription, SubscriptionAmount};
use crate::fold::Context;
use crate::fold::customer::Group;
use crate::fold::customer::order::{in_order, who};
use crate::fold::customer::terms::{self, End, Term};
use crate::model::SubscriptionEvent;
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
    let mut amounts = Vec::new();
    for of_one in events.chunk_by(|a, b| a.subscription_id == b.subscription_id) {
        let subscribed = terms::read(of_one);
        all_terms.extend(subscribed.terms);
        amounts.extend(subscribed.prices.into_iter().map(|price| amount(price, of_one, customer_id, context)));
    }
    let grace = Span::days(i64::from(context.settings.windows.churn_grace_days));
    let stretches = stretches(all_terms, grace);
    for amount in &mut amounts {
        amount.customer_opens_at = opening_of_stretch(&stretches, amount.opens_at);
    }
    (rows(&stretches, customer_id, context), amounts)
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

fn amount<'a>(
    price: terms::Price<'a>,
    events: &[&SubscriptionEvent<'a>],
    customer_id: &'a str,
    context: &Context<'a>,
) -> SubscriptionAmount<'a> {
    SubscriptionAmount {
        subscription_id: events.first().map(|event| event.subscription_id),
        opens_at: Some(price.opens_at),
        closes_at: price.closes_at,
        monthly_amount: Some(price.amount),
        next_amount: price.next_amount,
        customer_opens_at: None,
        currency: price.currency,
        dimensions: subscribed_to(price.plan, customer_id, price.opens_at, context),
    }
}

/// Every amount lies in a stretch, for it lies in a term.
fn opening_of_stretch(stretches: &[Stretch<'_>], at: Option<Instant>) -> Option<Instant> {
    let opened = stretches.partition_point(|stretch| Some(stretch.opens_at) <= at);
    stretches.get(opened.checked_sub(1)?).map(|stretch| stretch.opens_at)
}

/// Who the customer was, with the plan that the subscription names, else the one of its attributes.
fn subscribed_to<'a>(
    plan: Option<&'a str>,
    customer_id: &'a str,
    at: Instant,
    context: &Context<'a>,
) -> Dimensions<'a> {
    let known = who(Some(customer_id), at, context);
    Dimensions { plan: plan.or(known.plan), ..known }
}

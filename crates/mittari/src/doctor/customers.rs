//! Checks of customers and money: subscriptions, orders, costs, articles.

use std::collections::{BTreeMap, HashMap};

use mittari_core::model::Table;
use mittari_core::time::Instant;
use mittari_store::Store;

use super::table::rows;
use super::{Check, Offenders, Severity};
use crate::failure::Done;

pub(super) fn checks(store: &Store, limit: usize) -> Done<Vec<Check>> {
    let mut checks = subscriptions(store, limit)?;
    checks.extend(orders(store, limit)?);
    checks.push(costs(store, limit)?);
    checks.push(article_views(store, limit)?);
    checks.push(customers(store, limit)?);
    Ok(checks)
}

/// The changes of one subscription: (when, kind).
type Changes = BTreeMap<(String, String), Vec<(i64, String)>>;

fn subscriptions(store: &Store, limit: usize) -> Done<Vec<Check>> {
    let mut changes: Changes = BTreeMap::new();
    for batch in rows(store, Table::SubscriptionEvent)? {
        let [id, customer, kind] = ["subscription_id", "customer_id", "kind"].map(|name| batch.words(name));
        for row in 0..batch.len() {
            if let (Some(id), Some(customer), Some(kind)) = (id.get(row), customer.get(row), kind.get(row)) {
                let key = (customer.to_owned(), id.to_owned());
                changes.entry(key).or_default().push((batch.occurred_at(row), kind.to_owned()));
            }
        }
    }
    let (mut twice, mut unbegun) = (Offenders::new(limit), Offenders::new(limit));
    let of = changes.len() as u64;
    let mut open: HashMap<&str, u32> = HashMap::new();
    for ((customer, id), events) in &mut changes {
        events.sort();
        let mut running = false;
        for (at, kind) in events.iter() {
            match kind.as_str() {
                "started" if running => twice.add(|| format!("{id}: started again {}", Instant(*at))),
                "started" => running = true,
                "ended" if !running => unbegun.add(|| format!("{id}: ended {} without a start", Instant(*at))),
                "ended" => running = false,
                _ => {}
            }
        }
        if running {
            *open.entry(customer).or_default() += 1;
        }
    }
    let people = store.people()?;
    let mut several = Offenders::new(limit);
    let mut customers: Vec<_> = open.iter().filter(|(_, count)| **count > 2).collect();
    customers.sort();
    for (customer, count) in customers {
        several.add(|| format!("{}: {count} at the same time", people.customer(customer)));
    }
    Ok(vec![
        Check {
            name: "subscriptions started twice", severity: Severity::Doubtful, of, offenders: twice,
            what: "subscriptions start again without having ended".to_owned(),
            effect: "an end that was not exported hides churn",
            remedy: "Export ends too; a change of plan is \"changed\", not \"started\".".to_owned(),
        },
        Check {
            name: "subscriptions ended without a start", severity: Severity::Doubtful, of, offenders: unbegun,
            what: "subscriptions end that never started".to_owned(),
            effect: "they are in no start cohort, so their loss is not churn",
            remedy: "Import the history from before the first period to report on.".to_owned(),
        },
        Check {
            name: "overlapping subscriptions", severity: Severity::Doubtful, of: open.len() as u64, offenders: several,
            what: "customers hold more than two subscriptions at the same time".to_owned(),
            effect: "duplicates keep a customer who left",
            remedy: "Are they the same subscription under several ids? Map one id; or one customer_id for several customers?".to_owned(),
        },
    ])
}

fn orders(store: &Store, limit: usize) -> Done<Vec<Check>> {
    let (mut bare, mut negative, mut margins) = (Offenders::new(limit), Offenders::new(limit), Offenders::new(limit));
    let mut of = 0;
    for batch in rows(store, Table::Order)? {
        let [id, currency] = ["order_id", "currency"].map(|name| batch.words(name));
        of += batch.len() as u64;
        for row in 0..batch.len() {
            let name = || id.get(row).map_or_else(|| batch.id(row), str::to_owned);
            let amount = batch.decimal("amount", row).unwrap_or_default();
            if currency.get(row).is_none() {
                bare.add(|| format!("{}: {amount}", name()));
            }
            if amount < 0.0 {
                negative.add(|| format!("{}: {amount}", name()));
            }
            if let Some(share) = batch.decimal("margin_share", row).filter(|share| !(0.0..=1.0).contains(share)) {
                margins.add(|| format!("{}: margin share {share}", name()));
            }
        }
    }
    Ok(vec![
        Check {
            name: "orders without a currency",
            severity: Severity::Doubtful,
            of,
            offenders: bare,
            what: "orders do not say their currency".to_owned(),
            effect: "they stand apart from orders with one, and are never added to them",
            remedy: "Give the currency as a column, or as a constant in the mapping.".to_owned(),
        },
        Check {
            name: "negative orders",
            severity: Severity::Wrong,
            of,
            offenders: negative,
            what: "orders have negative amounts".to_owned(),
            effect: "a refund counts as an order and is added with the wrong sign",
            remedy: "A refund is a positive amount with refund = true.".to_owned(),
        },
        Check {
            name: "margins out of range",
            severity: Severity::Wrong,
            of,
            offenders: margins,
            what: "margin shares are not between 0 and 1".to_owned(),
            effect: "lifetime values are off by the factor",
            remedy: "42 % is 0.42.".to_owned(),
        },
    ])
}

/// Costs of one team and category whose periods overlap.
fn costs(store: &Store, limit: usize) -> Done<Check> {
    let mut periods: BTreeMap<[String; 4], Vec<(i32, i32)>> = BTreeMap::new();
    let mut of = 0;
    for batch in rows(store, Table::Cost)? {
        let words = ["category", "team", "channel", "currency"].map(|name| batch.words(name));
        of += batch.len() as u64;
        for row in 0..batch.len() {
            let key = words.each_ref().map(|words| words.get(row).unwrap_or_default().to_owned());
            if let (Some(from), Some(to)) = (batch.day("period_start", row), batch.day("period_end", row)) {
                periods.entry(key).or_default().push((from, to));
            }
        }
    }
    let mut twice = Offenders::new(limit);
    for (key, periods) in &mut periods {
        periods.sort_unstable();
        for pair in periods.windows(2) {
            if pair[1].0 < pair[0].1 {
                let day = |days: i32| Instant(i64::from(days) * mittari_core::time::DAY).to_string()[..10].to_owned();
                twice.add(|| {
                    format!(
                        "{}: from {} and from {}",
                        key.iter().filter(|word| !word.is_empty()).cloned().collect::<Vec<_>>().join(" "),
                        day(pair[0].0),
                        day(pair[1].0)
                    )
                });
            }
        }
    }
    Ok(Check {
        name: "costs counted twice",
        severity: Severity::Doubtful,
        of,
        offenders: twice,
        what: "costs of the same category and team overlap in time".to_owned(),
        effect: "cost per ticket counts them twice",
        remedy: "The end of a period is the day after its last; give one amount a month, or name different categories."
            .to_owned(),
    })
}

fn article_views(store: &Store, limit: usize) -> Done<Check> {
    let mut bare = Offenders::new(limit);
    let mut of = 0;
    for batch in rows(store, Table::ArticleView)? {
        let [article, session, customer] = ["article_id", "session_id", "customer_id"].map(|name| batch.words(name));
        of += batch.len() as u64;
        for row in 0..batch.len() {
            if session.get(row).is_none() && customer.get(row).is_none() {
                bare.add(|| format!("{} at {}", article.get(row).unwrap_or_default(), Instant(batch.occurred_at(row))));
            }
        }
    }
    Ok(Check {
        name: "views of nobody",
        severity: Severity::Missing,
        of,
        offenders: bare,
        what: "article views have neither session nor customer".to_owned(),
        effect: "whether their readers turned to support cannot be known",
        remedy: "Export the session with the views, and with the conversations that it led to.".to_owned(),
    })
}

/// Rows of a customer that begin before the customer signed up.
fn customers(store: &Store, limit: usize) -> Done<Check> {
    let mut late = Offenders::new(limit);
    let mut of = 0;
    let now = store.facts(None)?.watermark().map_or(i64::MAX, |now| now.0);
    let people = store.people()?;
    for batch in rows(store, Table::Customer)? {
        let id = batch.words("customer_id");
        of += batch.len() as u64;
        for row in 0..batch.len() {
            if let Some(at) = batch.instant("signed_up_at", row).filter(|at| *at > now) {
                late.add(|| format!("{}: {}", people.customer(id.get(row).unwrap_or_default()), Instant(at)));
            }
        }
    }
    Ok(Check {
        name: "signed up in the future",
        severity: Severity::Doubtful,
        of,
        offenders: late,
        what: "customers signed up after everything that is known".to_owned(),
        effect: "their age as customers is unknown",
        remedy: "Look at day and month in signed_up_at.".to_owned(),
    })
}

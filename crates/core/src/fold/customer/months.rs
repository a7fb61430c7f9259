//! Months in which something happened to a customer, and how much.
//!
//! A month has a row when a row of the customer lies in it: a conversation (no spam), an order or refund, an
//! activity, a referral, or the start of being subscribed. A month in which a customer was only subscribed has none:
//! how long an open subscription runs is not for a fold to know. Who was active in a period is asked of
//! `active_stretches`, which has no such gaps.

use std::collections::BTreeMap;

use crate::decimal::Decimal;
use crate::facts::{Contact, CustomerMonth, Engagement, Purchase};
use crate::fold::Context;
use crate::fold::customer::active::{counts, subscribed};
use crate::fold::customer::civil::first_day;
use crate::fold::customer::order::who;
use crate::fold::customer::orders::product;
use crate::fold::customer::{Facts, Months};
use crate::settings::{Exchange, Settings};
use crate::time::Instant;

/// The months of a customer, from its other facts.
pub(super) fn customer_months<'a>(
    facts: &Facts<'a>,
    customer_id: &'a str,
    context: &Context<'a>,
) -> Vec<CustomerMonth<'a>> {
    let mut tallies = Tallies { months: context.months, by_month: BTreeMap::new() };
    facts.contacts.iter().filter(|contact| counts(contact)).for_each(|contact| tallies.contact(contact));
    facts.orders.iter().for_each(|order| tallies.order(order));
    facts.activities.iter().for_each(|activity| tallies.activity(activity));
    facts.referrals.iter().for_each(|referral| tallies.at(referral.referred_at, |tally| tally.referred = true));
    facts.subscriptions.iter().for_each(|stretch| tallies.at(stretch.opens_at, |tally| tally.active = true));
    let subscribed = subscribed(facts, context.months);
    let row = |(month, tally): (i32, Tally<'a>)| {
        let subscribed = subscribed.iter().any(|run| run.holds(month));
        tally.row(month, subscribed, customer_id, context)
    };
    tallies.by_month.into_iter().map(row).collect()
}

/// What happened in the months of a customer.
struct Tallies<'m, 'a> {
    months: &'m Months,
    by_month: BTreeMap<i32, Tally<'a>>,
}

/// What happened in one month.
#[derive(Default)]
struct Tally<'a> {
    since: Option<Instant>,
    active: bool,
    spend: Vec<(Option<&'a str>, Decimal)>,
    order_count: i64,
    contact_count: i64,
    usage_count: i64,
    loyalty: bool,
    training: bool,
    referred: bool,
}

impl<'a> Tallies<'_, 'a> {
    fn at(&mut self, at: Option<Instant>, note: impl FnOnce(&mut Tally<'a>)) {
        let Some((at, month)) = at.and_then(|at| Some((at, self.months.month_of(at)?))) else { return };
        let tally = self.by_month.entry(month).or_default();
        tally.since = Some(tally.since.map_or(at, |since| since.min(at)));
        note(tally);
    }

    fn contact(&mut self, contact: &Contact<'a>) {
        self.at(contact.opened_at, |tally| {
            tally.active = true;
            tally.contact_count += 1;
        });
    }

    fn order(&mut self, order: &Purchase<'a>) {
        let is_order = order.refund != Some(true);
        self.at(order.ordered_at, |tally| {
            tally.active |= is_order;
            tally.order_count += i64::from(is_order);
            tally.spend.push((order.currency, order.amount.unwrap_or_default()));
        });
    }

    fn activity(&mut self, activity: &Engagement<'a>) {
        let kind = activity.kind.unwrap_or_default();
        let is = |word: &str| kind.eq_ignore_ascii_case(word);
        self.at(activity.acted_at, |tally| {
            tally.active = true;
            tally.loyalty |= is("loyalty");
            tally.training |= is("training");
            if is("usage") || is("feature") || is("login") {
                tally.usage_count = tally.usage_count.saturating_add(activity.quantity.unwrap_or_default().0);
            }
        });
    }
}

impl<'a> Tally<'a> {
    fn row(self, month: i32, subscribed: bool, customer_id: &'a str, context: &Context<'a>) -> CustomerMonth<'a> {
        let month_at = context.months.start(month);
        let settings: &'a Settings = context.settings;
        let (spend, currency) = total(&self.spend, settings.exchange.as_ref());
        CustomerMonth {
            month_at,
            month_start: first_day(month),
            month_end: first_day(month + 1),
            active: Some(self.active || subscribed),
            spend,
            currency,
            order_count: Some(self.order_count),
            contact_count: Some(self.contact_count),
            usage_count: Some(Decimal(self.usage_count)),
            loyalty: Some(self.loyalty),
            training: Some(self.training),
            referred: Some(self.referred),
            dimensions: who(Some(customer_id), self.since.or(month_at).unwrap_or_default(), context),
        }
    }
}

/// The sum, and its currency: the one they share, else the one that there are rates into. Rule 36.
fn total<'a>(
    amounts: &[(Option<&'a str>, Decimal)],
    exchange: Option<&'a Exchange>,
) -> (Option<Decimal>, Option<&'a str>) {
    let shared = amounts.first().and_then(|(currency, _)| *currency);
    if amounts.iter().all(|(currency, _)| *currency == shared) {
        return (Some(sum(amounts.iter().map(|(_, amount)| *amount))), shared);
    }
    let Some(exchange) = exchange else { return (None, None) };
    let converted: Option<Vec<Decimal>> =
        amounts.iter().map(|(currency, amount)| convert(*amount, *currency, exchange)).collect();
    match converted {
        Some(converted) => (Some(sum(converted.into_iter())), Some(&exchange.to)),
        None => (None, None),
    }
}

fn sum(amounts: impl Iterator<Item = Decimal>) -> Decimal {
    let total: i128 = amounts.map(|amount| i128::from(amount.0)).sum();
    Decimal(i64::try_from(total).unwrap_or(if total < 0 { i64::MIN } else { i64::MAX }))
}

fn convert(amount: Decimal, currency: Option<&str>, exchange: &Exchange) -> Option<Decimal> {
    let currency = currency?;
    if currency == exchange.to {
        return Some(amount);
    }
    exchange.rates.get(currency).map(|rate| product(amount, *rate))
}

#[cfg(test)]
mod tests {
    use crate::decimal::Decimal;
    use crate::facts::{Contact, CustomerMonth};
    use crate::fold::customer::Group;
    use crate::fold::customer::fixture::*;
    use crate::model::{Activity, Order};
    use crate::settings::{Exchange, Settings};

    fn check(workspace: &Workspace, group: Group<'_, 'static>, expected: impl Fn(&[CustomerMonth<'_>])) {
        expected(&workspace.fold(group).customer_months);
    }

    #[test]
    fn a_month_counts_what_happened_in_it() {
        let orders = [order("o1", "2026-01-05", 50), order("o2", "2026-01-06", 30)];
        let refunds = [Order { refund: Some(true), ..order("r1", "2026-01-31", 20) }];
        let orders = [orders.as_slice(), &refunds].concat();
        let contacts = [contact("c1", "2026-01-05"), contact("c2", "2026-02-05")];
        let thrice = Activity { quantity: Some(Decimal::whole(3)), ..activity("a2", "Usage", "2026-01-08") };
        let activities = [activity("a1", "login", "2026-01-07"), thrice, activity("a3", "loyalty", "2026-02-07")];
        let referrals = [referral("f", "2026-02-20")];
        let group =
            Group { orders: &orders, contacts: &contacts, activities: &activities, referrals: &referrals, ..ann() };
        check(&Workspace::default(), group, |rows| {
            assert_eq!(
                rows.iter().map(|row| row.month_at).collect::<Vec<_>>(),
                [Some(at("2026-01-01")), Some(at("2026-02-01"))]
            );
            let january = &rows[0];
            assert_eq!((january.spend, january.currency), (Some(Decimal::whole(60)), Some("EUR")));
            assert_eq!((january.order_count, january.contact_count), (Some(2), Some(1)));
            assert_eq!(january.usage_count, Some(Decimal::whole(4)));
            assert_eq!((january.loyalty, january.training, january.referred), (Some(false), Some(false), Some(false)));
            assert_eq!(january.month_start, Some(jiff::civil::date(2026, 1, 1)));
            assert_eq!(january.month_end, Some(jiff::civil::date(2026, 2, 1)));
            let february = &rows[1];
            assert_eq!((february.spend, february.currency), (Some(Decimal::whole(0)), None));
            assert_eq!(
                (february.loyalty, february.referred, february.usage_count),
                (Some(true), Some(true), Some(Decimal(0)))
            );
        });
    }

    #[test]
    fn a_month_is_civil_in_the_workspace_s_zone() {
        let orders = [order("o1", "2026-03-31 20:59:59", 1), order("o2", "2026-03-31 21:00", 1)];
        check(&Workspace::in_zone("Europe/Helsinki"), Group { orders: &orders, ..ann() }, |rows| {
            assert_eq!(
                rows.iter().map(|row| row.month_start).collect::<Vec<_>>(),
                [Some(jiff::civil::date(2026, 3, 1)), Some(jiff::civil::date(2026, 4, 1)),]
            );
            assert_eq!(rows[1].month_at, Some(at("2026-03-31 21:00")));
        });
    }

    #[test]
    fn a_refund_alone_is_a_month_but_no_activity_unless_subscribed() {
        let refund = |id, when| Order { refund: Some(true), ..order(id, when, 10) };
        let orders = [refund("r1", "2026-01-05"), refund("r2", "2026-05-05")];
        let events = [started("2026-04-20"), ended("2026-06-01")];
        check(&Workspace::default(), Group { orders: &orders, subscription_events: &events, ..ann() }, |rows| {
            let active: Vec<_> = rows.iter().map(|row| (row.month_at, row.active)).collect();
            assert_eq!(
                active,
                [
                    (Some(at("2026-01-01")), Some(false)),
                    (Some(at("2026-04-01")), Some(true)),
                    (Some(at("2026-05-01")), Some(true)),
                ]
            );
            assert_eq!(rows[0].spend, Some(Decimal::whole(-10)));
        });
    }

    #[test]
    fn spam_is_no_conversation_of_the_month() {
        let contacts = [Contact { outcome: Some("spam"), ..contact("c", "2026-03-05") }];
        check(&Workspace::default(), Group { contacts: &contacts, ..ann() }, |rows| assert!(rows.is_empty()));
    }

    #[test]
    fn spending_in_two_currencies_is_not_added_without_a_rate() {
        let dollars = Order { currency: Some("USD"), ..order("o2", "2026-01-06", 10) };
        let orders = [order("o1", "2026-01-05", 50), dollars];
        let spend = |exchange: Option<Exchange>| {
            let workspace = Workspace::of(Settings { exchange, ..Settings::default() });
            let row = workspace.fold(Group { orders: &orders, ..ann() }).customer_months.remove(0);
            (row.spend, row.currency.map(str::to_owned), row.order_count)
        };
        let half = |from: &str| {
            Some(Exchange { to: "EUR".to_owned(), rates: [(from.to_owned(), "0.5".parse().expect("a rate"))].into() })
        };
        assert_eq!(spend(None), (None, None, Some(2)));
        assert_eq!(spend(half("GBP")), (None, None, Some(2)));
        assert_eq!(spend(half("USD")), (Some(Decimal::whole(55)), Some("EUR".to_owned()), Some(2)));
    }
}

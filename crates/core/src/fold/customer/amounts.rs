//! What a customer's subscriptions cost a month, and what became of each amount. Rules 28 and 36.
//!
//! A row is a stretch of one amount of one subscription, with the amount after it: 0 where the subscription
//! ended. But who comes back within `windows.churn_grace_days` was never lost, and so neither was the amount: the
//! next amount of an end is then the one of the subscription that began within the grace, the same one before
//! another of the customer's. Each beginning follows one end at most, ends taken in their order. A subscription
//! that began before the other one ended does not follow it: the customer had both.
//!
//! Amounts of different currencies are not compared: after a change of currency the next amount is not known.
//! Amounts that no event named have no row.

use crate::facts::{Subscription, SubscriptionAmount};
use crate::fold::Context;
use crate::fold::customer::subscriptions::subscribed_to;
use crate::fold::customer::terms::Price;
use crate::time::{Instant, Span};

/// An amount and the subscription it is of.
type Priced<'a> = (&'a str, Price<'a>);

/// The amounts as rows; `stretches` are those in which the customer was subscribed, in order.
pub(super) fn amounts<'a>(
    mut prices: Vec<Priced<'a>>,
    stretches: &[Subscription<'a>],
    grace: Span,
    customer_id: &'a str,
    context: &Context<'a>,
) -> Vec<SubscriptionAmount<'a>> {
    bridge(&mut prices, grace);
    let row = |(subscription_id, price): Priced<'a>| SubscriptionAmount {
        subscription_id: Some(subscription_id),
        opens_at: Some(price.opens_at),
        closes_at: price.closes_at,
        monthly_amount: Some(price.amount),
        next_amount: price.next_amount,
        customer_opens_at: customer_since(stretches, price.opens_at),
        currency: price.currency,
        dimensions: subscribed_to(price.plan, customer_id, price.opens_at, context),
    };
    prices.into_iter().map(row).collect()
}

/// Every amount lies in a stretch, for it lies in a term.
fn customer_since(stretches: &[Subscription<'_>], at: Instant) -> Option<Instant> {
    let opened = stretches.partition_point(|stretch| stretch.opens_at <= Some(at));
    stretches.get(opened.checked_sub(1)?)?.opens_at
}

/// Gives each end the amount that the customer came back with within the grace.
fn bridge(prices: &mut [Priced<'_>], grace: Span) {
    let mut beginnings: Vec<usize> = (0..prices.len()).filter(|at| prices[*at].1.begins).collect();
    beginnings.sort_by_key(|at| (prices[*at].1.opens_at, prices[*at].0));
    let mut ends: Vec<usize> = (0..prices.len()).filter(|at| prices[*at].1.ends).collect();
    ends.sort_by_key(|at| (prices[*at].1.closes_at, prices[*at].0));

    for end in ends {
        let Some(place) = follower(&prices[end], &beginnings, prices, grace) else { continue };
        let came_back = &prices[beginnings.remove(place)].1;
        let comparable = came_back.currency == prices[end].1.currency;
        prices[end].1.next_amount = Some(came_back.amount).filter(|_| comparable);
    }
}

/// The place among `beginnings` of the one that follows an end: of the same subscription first, else the earliest.
fn follower(ended: &Priced<'_>, beginnings: &[usize], prices: &[Priced<'_>], grace: Span) -> Option<usize> {
    let closes_at = ended.1.closes_at?;
    let opens_at = |place: usize| prices[beginnings[place]].1.opens_at;
    let from = beginnings.partition_point(|at| prices[*at].1.opens_at < closes_at);
    let in_grace = (from..beginnings.len()).take_while(|place| opens_at(*place) <= closes_at.plus(grace));
    in_grace.min_by_key(|place| (prices[beginnings[*place]].0 != ended.0, *place))
}

#[cfg(test)]
mod tests {
    use crate::decimal::Decimal;
    use crate::facts::SubscriptionAmount;
    use crate::fold::customer::Group;
    use crate::fold::customer::fixture::{Workspace, ann, at, change, ended, started};
    use crate::model::SubscriptionEvent;
    use crate::model::SubscriptionKind::*;

    fn check(events: &[SubscriptionEvent<'static>], expected: impl Fn(&[SubscriptionAmount<'_>])) {
        expected(&Workspace::default().fold(Group { subscription_events: events, ..ann() }).subscription_amounts);
    }

    fn of<'a>(subscription_id: &'a str, event: SubscriptionEvent<'a>) -> SubscriptionEvent<'a> {
        SubscriptionEvent { subscription_id, ..event }
    }

    fn costing(event: SubscriptionEvent<'_>, amount: i64) -> SubscriptionEvent<'_> {
        let currency = event.currency.or(Some("EUR"));
        SubscriptionEvent { monthly_amount: Some(Decimal::whole(amount)), currency, ..event }
    }

    fn prices(rows: &[SubscriptionAmount<'_>]) -> Vec<(Option<Decimal>, Option<Decimal>)> {
        rows.iter().map(|row| (row.monthly_amount, row.next_amount)).collect()
    }

    fn euros(amount: i64) -> Option<Decimal> {
        Some(Decimal::whole(amount))
    }

    #[test]
    fn a_renewal_keeps_the_amount_and_a_later_start_does_not() {
        let renewed = change("renewed", Started, "2026-03-01");
        check(&[costing(started("2026-01-05"), 100), ended("2026-03-01"), renewed], |amounts| {
            assert_eq!(prices(amounts), [(euros(100), None)]);
        });
        let again = change("again", Started, "2026-09-01");
        check(&[costing(started("2026-01-05"), 100), ended("2026-03-01"), again], |amounts| {
            assert_eq!(prices(amounts), [(euros(100), euros(0))]);
        });
    }

    #[test]
    fn an_amount_holds_until_it_is_changed_and_is_lost_with_the_end() {
        let down = costing(change("down", Changed, "2026-02-01"), 60);
        let up = costing(change("up", Changed, "2026-03-01"), 80);
        let pause = change("pause", Paused, "2026-03-10");
        check(&[costing(started("2026-01-05"), 100), down, up, pause, ended("2026-04-01")], |amounts| {
            assert_eq!(prices(amounts), [(euros(100), euros(60)), (euros(60), euros(80)), (euros(80), euros(0))]);
            assert_eq!(amounts[2].closes_at, Some(at("2026-04-01")));
            assert!(amounts.iter().all(|row| row.customer_opens_at == Some(at("2026-01-05"))));
        });
    }

    #[test]
    fn another_plan_at_the_same_amount_is_no_other_amount() {
        let renamed = SubscriptionEvent { plan: Some("gold"), ..costing(change("plan", Changed, "2026-02-01"), 100) };
        check(&[costing(started("2026-01-05"), 100), renamed], |amounts| {
            assert_eq!(prices(amounts), [(euros(100), None)]);
            assert_eq!(amounts[0].dimensions.plan, Some("gold"));
        });
    }

    #[test]
    fn within_an_instant_the_last_amount_counts() {
        let first = costing(change("1", Changed, "2026-02-01"), 10);
        let last = costing(change("2", Changed, "2026-02-01"), 70);
        check(&[costing(started("2026-01-05"), 100), last, first], |amounts| {
            assert_eq!(prices(amounts), [(euros(100), euros(70)), (euros(70), None)]);
        });
    }

    #[test]
    fn amounts_of_two_currencies_are_not_compared() {
        let dollars = SubscriptionEvent { currency: Some("USD"), ..change("usd", Changed, "2026-02-01") };
        check(&[costing(started("2026-01-05"), 100), costing(dollars, 90)], |amounts| {
            assert_eq!(prices(amounts), [(euros(100), None), (euros(90), None)]);
            assert_eq!(amounts[0].closes_at, Some(at("2026-02-01")));
            assert_eq!(amounts.iter().map(|row| row.currency).collect::<Vec<_>>(), [Some("EUR"), Some("USD")]);
        });
    }

    #[test]
    fn a_customer_of_a_second_subscription_is_one_since_the_first() {
        let second = of("b", costing(change("second", Started, "2026-02-01"), 30));
        check(&[costing(started("2026-01-05"), 100), second], |amounts| {
            let since: Vec<_> = amounts.iter().map(|row| (row.subscription_id, row.customer_opens_at)).collect();
            assert_eq!(since, [(Some("b"), Some(at("2026-01-05"))), (Some("s"), Some(at("2026-01-05")))]);
        });
    }

    #[test]
    fn an_amount_that_comes_back_within_the_grace_was_never_lost() {
        let back = costing(change("back", Started, "2026-03-20"), 90);
        check(&[costing(started("2026-01-05"), 100), ended("2026-03-01"), back], |amounts| {
            assert_eq!(prices(amounts), [(euros(100), euros(90)), (euros(90), None)]);
            assert_eq!(amounts[0].closes_at, Some(at("2026-03-01")), "nothing was paid in the gap");
        });
        let late = costing(change("late", Started, "2026-04-01"), 90);
        check(&[costing(started("2026-01-05"), 100), ended("2026-03-01"), late], |amounts| {
            assert_eq!(prices(amounts), [(euros(100), euros(0)), (euros(90), None)]);
        });
    }

    #[test]
    fn a_subscription_that_begins_as_another_ends_follows_it() {
        let larger = of("t", costing(change("larger", Started, "2026-03-01"), 150));
        check(&[costing(started("2026-01-05"), 100), ended("2026-03-01"), larger], |amounts| {
            assert_eq!(prices(amounts), [(euros(100), euros(150)), (euros(150), None)]);
        });
    }

    #[test]
    fn one_beginning_follows_one_end() {
        let events = [
            of("a", costing(change("1", Started, "2026-01-05"), 10)),
            of("b", costing(change("2", Started, "2026-01-05"), 20)),
            of("a", change("3", Ended, "2026-03-01")),
            of("b", change("4", Ended, "2026-03-02")),
            of("c", costing(change("5", Started, "2026-03-05"), 30)),
        ];
        check(&events, |amounts| {
            assert_eq!(prices(amounts), [(euros(10), euros(30)), (euros(20), euros(0)), (euros(30), None)]);
        });
    }

    #[test]
    fn a_subscription_that_the_customer_had_beside_does_not_follow() {
        let beside = of("t", costing(change("beside", Started, "2026-02-01"), 30));
        check(&[costing(started("2026-01-05"), 100), beside, ended("2026-03-01")], |amounts| {
            assert_eq!(prices(amounts), [(euros(100), euros(0)), (euros(30), None)]);
        });
    }
}

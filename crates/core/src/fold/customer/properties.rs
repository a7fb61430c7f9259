//! What holds for all customers: nothing depends on the order in which rows come, or on how often.

use proptest::prelude::*;

use super::fixture::*;
use super::{Facts, Group};
use crate::decimal::Decimal;
use crate::facts::{Contact, Dimensions, SurveyAnswer};
use crate::model::*;
use crate::time::{DAY, Instant};

/// All rows of one customer.
#[derive(Clone, Debug, Default)]
struct Rows {
    contacts: Vec<Contact<'static>>,
    answers: Vec<SurveyAnswer<'static>>,
    orders: Vec<Order<'static>>,
    subscription_events: Vec<SubscriptionEvent<'static>>,
    article_views: Vec<ArticleView<'static>>,
    activities: Vec<Activity<'static>>,
    touchpoints: Vec<Touchpoint<'static>>,
    referrals: Vec<Referral<'static>>,
    mentions: Vec<Mention<'static>>,
}

impl Rows {
    fn fold<'a>(&self, workspace: &'a Workspace) -> Facts<'a> {
        workspace.fold(Group {
            customer_id: Some("ann"),
            contacts: &self.contacts,
            answers: &self.answers,
            orders: &self.orders,
            subscription_events: &self.subscription_events,
            article_views: &self.article_views,
            activities: &self.activities,
            touchpoints: &self.touchpoints,
            referrals: &self.referrals,
            mentions: &self.mentions,
        })
    }

    /// The same rows turned by `by`, and then the first of them once more. Answers come once: fold A gives each once.
    fn shuffled(&self, by: usize) -> Rows {
        Rows {
            contacts: again(turned(&self.contacts, by)),
            answers: turned(&self.answers, by),
            orders: again(turned(&self.orders, by)),
            subscription_events: again(turned(&self.subscription_events, by)),
            article_views: again(turned(&self.article_views, by)),
            activities: again(turned(&self.activities, by)),
            touchpoints: again(turned(&self.touchpoints, by)),
            referrals: again(turned(&self.referrals, by)),
            mentions: again(turned(&self.mentions, by)),
        }
    }
}

fn turned<Row: Clone>(rows: &[Row], by: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = rows.iter().rev().cloned().collect();
    let middle = by.checked_rem(rows.len()).unwrap_or_default();
    rows.rotate_left(middle);
    rows
}

fn again<Row: Clone>(mut rows: Vec<Row>) -> Vec<Row> {
    rows.extend(rows.first().cloned());
    rows
}

/// A row with its id, at one of few moments, so that moments are often shared.
fn placed<Row: std::fmt::Debug + Clone + 'static>(
    build: impl Fn(&'static str, Instant, u8) -> Row + 'static,
) -> impl Strategy<Value = Vec<Row>> {
    const IDS: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let moments = proptest::collection::vec((0i64..200, any::<u8>()), 0..IDS.len());
    moments.prop_map(move |rows| {
        let rows = rows.into_iter().zip(IDS);
        rows.map(|((eighths, choice), id)| build(id, Instant(at("2026-01-01").0 + eighths * DAY / 2), choice)).collect()
    })
}

fn head(id: &'static str, occurred_at: Instant) -> Header<'static> {
    Header { occurred_at, ..header(id, "2026-01-01") }
}

fn pick<T: Copy>(choices: &[T], choice: u8) -> T {
    choices[usize::from(choice) % choices.len()]
}

fn contacts() -> impl Strategy<Value = Vec<Contact<'static>>> {
    placed(|id, when, choice| Contact {
        opened_at: Some(when),
        opened_by: Some(pick(&["customer", "customer", "agent"], choice)),
        outcome: pick(&[None, Some("spam"), Some("solved")], choice / 3),
        session_id: pick(&[None, Some("tab")], choice / 9),
        dimensions: Dimensions { channel: Some(pick(&["email", "phone"], choice)), ..Dimensions::default() },
        ..contact(id, "2026-01-01")
    })
}

fn answers() -> impl Strategy<Value = Vec<SurveyAnswer<'static>>> {
    placed(|id, when, choice| SurveyAnswer {
        answered_at: Some(when),
        has_comment: Some(choice % 5 == 0),
        kind: Some(pick(&["csat", "nps"], choice)),
        question: pick(&[None, Some("speed")], choice / 2),
        ..answer(id, "2026-01-01", choice % 3 == 0)
    })
}

fn subscription_events() -> impl Strategy<Value = Vec<SubscriptionEvent<'static>>> {
    use SubscriptionKind::*;
    placed(|id, when, choice| SubscriptionEvent {
        header: head(id, when),
        subscription_id: pick(&["s", "t"], choice / 5),
        monthly_amount: pick(&[None, Some(Decimal::whole(10)), Some(Decimal::whole(20))], choice / 7),
        currency: pick(&[Some("EUR"), Some("USD")], choice / 100),
        plan: pick(&[None, Some("gold"), Some("silver")], choice / 3),
        voluntary: Some(choice % 2 == 0),
        ..change(id, pick(&[Started, Started, Changed, Paused, Resumed, Ended, Ended], choice), "2026-01-01")
    })
}

fn orders() -> impl Strategy<Value = Vec<Order<'static>>> {
    placed(|id, when, choice| Order {
        header: head(id, when),
        refund: Some(choice % 4 == 0),
        currency: Some(pick(&["EUR", "USD"], choice / 100)),
        ..order(id, "2026-01-01", i64::from(choice))
    })
}

fn article_views() -> impl Strategy<Value = Vec<ArticleView<'static>>> {
    placed(|id, when, choice| ArticleView {
        header: head(id, when),
        session_id: pick(&[None, Some("tab"), Some("window")], choice),
        helpful: pick(&[None, Some(true), Some(false)], choice / 3),
        ..view(id, pick(&["reset", "invoice"], choice / 9), "2026-01-01")
    })
}

fn others() -> impl Strategy<Value = Rows> {
    use Stage::*;
    let activities = placed(|id, when, choice| Activity {
        header: head(id, when),
        ..activity(id, pick(&["login", "loyalty", "training"], choice), "2026-01-01")
    });
    let touchpoints = placed(|id, when, choice| Touchpoint {
        header: head(id, when),
        ..touch(id, pick(&[Awareness, Consideration, Decision, Retention, Advocacy], choice), "2026-01-01")
    });
    let referrals = placed(|id, when, _| Referral { header: head(id, when), ..referral(id, "2026-01-01") });
    let mentions = placed(|id, when, choice| Mention {
        header: head(id, when),
        rating: pick(&[None, Some(Decimal::whole(3))], choice),
        ..mention(id, "2026-01-01")
    });
    (activities, touchpoints, referrals, mentions).prop_map(|(activities, touchpoints, referrals, mentions)| Rows {
        activities,
        touchpoints,
        referrals,
        mentions,
        ..Rows::default()
    })
}

fn rows() -> impl Strategy<Value = Rows> {
    (contacts(), answers(), orders(), subscription_events(), article_views(), others()).prop_map(
        |(contacts, answers, orders, subscription_events, article_views, others)| Rows {
            contacts,
            answers,
            orders,
            subscription_events,
            article_views,
            ..others
        },
    )
}

proptest! {
    #[test]
    fn the_order_and_repetition_of_rows_change_nothing(rows in rows(), by in 0usize..8) {
        let workspace = Workspace::in_zone("Europe/Helsinki");
        prop_assert_eq!(rows.fold(&workspace), rows.shuffled(by).fold(&workspace));
    }

    #[test]
    fn stretches_of_being_subscribed_lie_apart_by_more_than_the_grace(rows in rows()) {
        let workspace = Workspace::default();
        let stretches = rows.fold(&workspace).subscriptions;
        for pair in stretches.windows(2) {
            let closes_at = pair[0].closes_at.expect("only the last one may run");
            prop_assert!(pair[0].opens_at <= Some(closes_at));
            prop_assert_eq!(pair[0].next_opens_at, pair[1].opens_at);
            prop_assert!(pair[1].opens_at > Some(Instant(closes_at.0 + 30 * DAY)));
        }
    }

    #[test]
    fn every_amount_lies_in_a_stretch_and_is_followed_by_the_next_amount(rows in rows()) {
        let workspace = Workspace::default();
        let facts = rows.fold(&workspace);
        for amount in &facts.subscription_amounts {
            let lies_in = facts.subscriptions.iter().any(|stretch| {
                stretch.opens_at == amount.customer_opens_at
                    && stretch.opens_at <= amount.opens_at
                    && stretch.closes_at.is_none_or(|closes_at| amount.closes_at.is_some_and(|end| end <= closes_at))
            });
            prop_assert!(lies_in, "{:?} lies in none of {:?}", amount, facts.subscriptions);
            prop_assert!(amount.closes_at.is_none_or(|closes_at| Some(closes_at) > amount.opens_at));
            prop_assert!(amount.closes_at.is_some() || amount.next_amount.is_none());
        }
    }

    #[test]
    fn who_is_active_by_month_is_active_by_stretch(rows in rows()) {
        let workspace = Workspace::in_zone("Europe/Helsinki");
        let facts = rows.fold(&workspace);
        for month in &facts.customer_months {
            let covered = facts.active_stretches.iter().any(|stretch| {
                stretch.opens_at <= month.month_at
                    && stretch.closes_at.is_none_or(|closes_at| Some(closes_at) > month.month_at)
            });
            prop_assert_eq!(Some(covered), month.active);
        }
        for pair in facts.active_stretches.windows(2) {
            prop_assert!(pair[0].closes_at.is_some_and(|closes_at| Some(closes_at) < pair[1].opens_at));
        }
    }

    #[test]
    fn spending_and_orders_of_the_months_are_those_of_the_orders(rows in rows()) {
        let rows = Rows { orders: rows.orders.iter().map(|o| Order { currency: Some("EUR"), ..*o }).collect(), ..rows };
        let workspace = Workspace::default();
        let facts = rows.fold(&workspace);
        let spend: i64 = facts.customer_months.iter().filter_map(|month| month.spend).map(|spend| spend.0).sum();
        let orders: i64 = facts.customer_months.iter().filter_map(|month| month.order_count).sum();
        let bought: i64 = facts.orders.iter().filter_map(|order| order.amount).map(|amount| amount.0).sum();
        let last_index = facts.orders.iter().filter_map(|order| order.order_index).max();
        prop_assert_eq!((spend, orders), (bought, last_index.unwrap_or_default()));
    }

    #[test]
    fn a_contact_has_one_last_article_at_most(rows in rows()) {
        let workspace = Workspace::default();
        let sessions = rows.fold(&workspace).article_sessions;
        for session in &sessions {
            prop_assert!(session.contact_at.is_none_or(|contact_at| Some(contact_at) >= session.first_viewed_at));
            prop_assert!(session.is_last_before_contact == Some(false) || session.contact_at.is_some());
        }
        let contact_count = rows.contacts.len();
        prop_assert!(sessions.iter().filter(|row| row.is_last_before_contact == Some(true)).count() <= contact_count);
    }
}

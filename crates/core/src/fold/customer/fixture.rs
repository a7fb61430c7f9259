//! Rows for the tests of fold B: each has an id and a moment, and nothing else unless the test says so.

use super::{Facts, Group, Months, fold};
use crate::calendar::Calendars;
use crate::decimal::Decimal;
use crate::facts::{Contact, Dimensions, SurveyAnswer};
use crate::fold::{Attributes, Context};
use crate::model::*;
use crate::settings::Settings;
use crate::time::Instant;

/// What a fold needs beside its group.
pub(super) struct Workspace {
    pub(super) settings: Settings,
    pub(super) calendars: Calendars,
    pub(super) attributes: Attributes,
    pub(super) months: Months,
}

impl Workspace {
    pub(super) fn in_zone(zone: &str) -> Workspace {
        Workspace::of(Settings { zone: zone.to_owned(), ..Settings::default() })
    }

    pub(super) fn of(settings: Settings) -> Workspace {
        let calendars = Calendars::new(&settings, &[]).expect("calendars");
        let months = Months::new(&settings.zone).expect("a zone");
        Workspace { settings, calendars, attributes: Attributes::default(), months }
    }

    pub(super) fn with_customers(self, customers: Vec<Customer<'_>>) -> Workspace {
        Workspace { attributes: Attributes::new(customers, []), ..self }
    }

    pub(super) fn fold<'a>(&'a self, group: Group<'_, 'a>) -> Facts<'a> {
        let context = Context {
            settings: &self.settings,
            calendars: &self.calendars,
            attributes: &self.attributes,
            months: &self.months,
        };
        fold(&group, &context)
    }
}

impl Default for Workspace {
    fn default() -> Self {
        Workspace::in_zone("UTC")
    }
}

/// The group of the customer "ann".
pub(super) fn ann<'g, 'a>() -> Group<'g, 'a> {
    Group { customer_id: Some("ann"), ..Group::default() }
}

/// `2026-01-05`, `2026-01-05 09:00` or with seconds; UTC.
pub(super) fn at(text: &str) -> Instant {
    let civil: jiff::civil::DateTime = text.parse().expect("a civil time");
    Instant::from(civil.to_zoned(jiff::tz::TimeZone::UTC).expect("a moment").timestamp())
}

pub(super) fn header<'a>(id: &'a str, text: &str) -> Header<'a> {
    let identity = id.bytes().fold(7i64, |hash, byte| hash.wrapping_mul(31).wrapping_add(i64::from(byte)));
    let occurred_at = at(text);
    Header {
        source: "file",
        external_id: Some(id),
        identity,
        revision: 0,
        occurred_at,
        recorded_at: occurred_at,
        sequence: 0,
    }
}

/// A conversation that ann opened.
pub(super) fn contact<'a>(id: &'a str, opened: &str) -> Contact<'a> {
    Contact {
        conversation_id: Some(id),
        opened_at: Some(at(opened)),
        opened_by: Some("customer"),
        countable: Some(true),
        dimensions: Dimensions { customer_id: Some("ann"), channel: Some("email"), ..Dimensions::default() },
        ..Contact::default()
    }
}

pub(super) fn answer<'a>(id: &'a str, answered: &str, satisfied: bool) -> SurveyAnswer<'a> {
    SurveyAnswer {
        answer_id: Some(id),
        answered_at: Some(at(answered)),
        kind: Some("csat"),
        satisfied: Some(satisfied),
        dissatisfied: Some(!satisfied),
        dimensions: Dimensions { customer_id: Some("ann"), ..Dimensions::default() },
        ..SurveyAnswer::default()
    }
}

pub(super) fn change<'a>(id: &'a str, kind: SubscriptionKind, when: &str) -> SubscriptionEvent<'a> {
    SubscriptionEvent {
        header: header(id, when),
        subscription_id: "s",
        customer_id: "ann",
        kind: Some(kind),
        plan: None,
        monthly_amount: None,
        currency: None,
        voluntary: None,
    }
}

pub(super) fn started<'a>(when: &str) -> SubscriptionEvent<'a> {
    change("started", SubscriptionKind::Started, when)
}

pub(super) fn ended<'a>(when: &str) -> SubscriptionEvent<'a> {
    change("ended", SubscriptionKind::Ended, when)
}

pub(super) fn order<'a>(id: &'a str, when: &str, amount: i64) -> Order<'a> {
    Order {
        header: header(id, when),
        customer_id: "ann",
        amount: Decimal::whole(amount),
        order_id: Some(id),
        currency: Some("EUR"),
        margin_share: None,
        refund: None,
        channel: None,
        product: None,
    }
}

pub(super) fn view<'a>(id: &'a str, article_id: &'a str, when: &str) -> ArticleView<'a> {
    ArticleView {
        header: header(id, when),
        article_id,
        session_id: Some("tab"),
        customer_id: None,
        helpful: None,
        contact_clicked: None,
        language: None,
    }
}

pub(super) fn activity<'a>(id: &'a str, kind: &'a str, when: &str) -> Activity<'a> {
    Activity { header: header(id, when), customer_id: "ann", kind, name: None, quantity: None }
}

pub(super) fn touch<'a>(id: &'a str, stage: Stage, when: &str) -> Touchpoint<'a> {
    Touchpoint {
        header: header(id, when),
        customer_id: "ann",
        stage: Some(stage),
        name: Some(id),
        channel: None,
        session_id: None,
    }
}

pub(super) fn referral<'a>(id: &'a str, when: &str) -> Referral<'a> {
    Referral {
        header: header(id, when),
        referrer_id: "ann",
        referred_id: None,
        program: Some(Program::Organic),
        converted_at: None,
        revenue: None,
        reward: None,
        currency: None,
    }
}

pub(super) fn mention<'a>(id: &'a str, when: &str) -> Mention<'a> {
    Mention {
        header: header(id, when),
        network: "forum",
        author: None,
        customer_id: None,
        conversation_id: None,
        text: true,
        language: None,
        sentiment: None,
        asks: None,
        technical: None,
        suggests: None,
        competitor: None,
        opportunity: None,
        theme: None,
        article_id: None,
        rating: None,
        replied_at: None,
    }
}

/// Ann's attributes from a moment on.
pub(super) fn attributes<'a>(plan: &'a str, valid_from: Option<&str>) -> Customer<'a> {
    Customer {
        header: header(plan, "1970-01-01"),
        customer_id: "ann",
        name: false,
        email: false,
        valid_from: valid_from.map(at),
        country: None,
        language: None,
        plan: Some(plan),
        segment: None,
        product: None,
        signed_up_at: None,
    }
}

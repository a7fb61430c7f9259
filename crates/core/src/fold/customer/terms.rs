//! One subscription from its events: when it ran, and what it cost.
//!
//! A pause does not end a term: the amount holds until an event changes it. What the source did not see the start
//! of began with the first event that speaks of it, unless that event is its end, of which nothing is known; a
//! change after the end changes nothing; only a start or a resumption begins a new term. Where start and end
//! share an instant, a running subscription was renewed (it goes on), and one that did not run was joined and
//! left: a term of no length. Within an instant the last amount counts. A renewal or resumption that names no amount
//! keeps the last one; a later start that names none has none.

use crate::decimal::Decimal;
use crate::fold::customer::order::{Place, place};
use crate::model::{SubscriptionEvent, SubscriptionKind};
use crate::time::Instant;

/// A stretch in which one subscription ran.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term<'a> {
    pub(super) opens_at: Instant,
    /// None while it runs.
    pub(super) end: Option<End<'a>>,
    /// The last plan that was named, and where.
    pub(super) plan: Option<(Place<'a>, &'a str)>,
}

/// How a term ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct End<'a> {
    /// The place of the event; of ends in one instant the last one counts.
    pub(super) place: Place<'a>,
    pub(super) subscription_id: &'a str,
    pub(super) voluntary: Option<bool>,
}

/// A stretch in which one subscription cost one amount.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Price<'a> {
    pub(super) opens_at: Instant,
    pub(super) closes_at: Option<Instant>,
    pub(super) amount: Decimal,
    pub(super) currency: Option<&'a str>,
    /// What it cost after, 0 after its end; none while it holds, and where the currency changed.
    pub(super) next_amount: Option<Decimal>,
    pub(super) plan: Option<&'a str>,
    /// Whether its term began with it.
    pub(super) begins: bool,
    /// Whether its term ended with it.
    pub(super) ends: bool,
}

/// What one subscription's events say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Subscribed<'a> {
    pub(super) terms: Vec<Term<'a>>,
    pub(super) prices: Vec<Price<'a>>,
    seen: bool,
    state: State<'a>,
}

/// What holds at a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct State<'a> {
    running: bool,
    amount: Option<Decimal>,
    currency: Option<&'a str>,
    plan: Option<(Place<'a>, &'a str)>,
    began_at: Option<Instant>,
    end: Option<End<'a>>,
}

/// Reads the events of one subscription, which are in order.
pub(super) fn read<'a>(events: &[&SubscriptionEvent<'a>]) -> Subscribed<'a> {
    let mut subscribed = Subscribed::default();
    for instant in events.chunk_by(|a, b| a.header.occurred_at == b.header.occurred_at) {
        subscribed.pass(instant);
    }
    subscribed
}

impl<'a> Subscribed<'a> {
    /// Goes over one instant; terms and prices change once, by what holds before and after it.
    fn pass(&mut self, instant: &[&SubscriptionEvent<'a>]) {
        let Some(at) = instant.first().map(|event| event.header.occurred_at) else { return };
        let before = self.state;
        for event in as_renewed(instant, before.running) {
            self.take(event);
        }
        self.turn_term(at, before.running);
        self.turn_price(at);
    }

    fn take(&mut self, event: &SubscriptionEvent<'a>) {
        let Some(kind) = event.kind else { return };
        let (running, first) = (self.state.running, !self.seen);
        self.seen = true;
        match kind {
            SubscriptionKind::Ended if running => self.state.finish(event),
            SubscriptionKind::Started if !running => {
                if self.state.end.is_none_or(|end| end.place.0 < event.header.occurred_at) {
                    (self.state.amount, self.state.currency) = (None, None);
                }
                self.state.begin(event);
                self.state.hold(event);
            }
            SubscriptionKind::Resumed if !running => {
                self.state.begin(event);
                self.state.hold(event);
            }
            SubscriptionKind::Changed | SubscriptionKind::Paused if first => {
                self.state.begin(event);
                self.state.hold(event);
            }
            SubscriptionKind::Ended => {}
            _ if running => self.state.hold(event),
            _ => {}
        }
    }

    fn turn_term(&mut self, at: Instant, was_running: bool) {
        let state = self.state;
        let joined_here = state.began_at == Some(at) && !was_running;
        if joined_here {
            self.terms.push(Term { opens_at: at, end: None, plan: None });
        }
        if let Some(term) = self.terms.last_mut().filter(|_| was_running || joined_here) {
            term.plan = state.plan;
            term.end = state.end.filter(|_| !state.running);
        }
    }

    fn turn_price(&mut self, at: Instant) {
        let state = self.state;
        let plan = state.plan.map(|(_, plan)| plan);
        let amount = state.amount.filter(|_| state.running);
        if let Some(price) = self.prices.last_mut().filter(|price| price.closes_at.is_none()) {
            if amount == Some(price.amount) && state.currency == price.currency {
                price.plan = plan;
                return;
            }
            price.closes_at = Some(at);
            price.ends = !state.running;
            price.next_amount = match amount {
                None if !state.running => Some(Decimal(0)),
                next => next.filter(|_| state.currency == price.currency),
            };
        }
        if let Some(amount) = amount {
            self.prices.push(Price {
                opens_at: at,
                closes_at: None,
                amount,
                currency: state.currency,
                next_amount: None,
                plan,
                begins: state.began_at == Some(at),
                ends: false,
            });
        }
    }
}

impl<'a> State<'a> {
    fn begin(&mut self, event: &SubscriptionEvent<'a>) {
        *self = State { running: true, began_at: Some(event.header.occurred_at), end: None, ..*self };
    }

    fn finish(&mut self, event: &SubscriptionEvent<'a>) {
        self.running = false;
        self.end = Some(End {
            place: place(&event.header),
            subscription_id: event.subscription_id,
            voluntary: event.voluntary,
        });
    }

    /// Takes over what the event names; what it does not name stays.
    fn hold(&mut self, event: &SubscriptionEvent<'a>) {
        self.amount = event.monthly_amount.or(self.amount);
        self.currency = event.currency.or(self.currency);
        self.plan = event.plan.map(|plan| (place(&event.header), plan)).or(self.plan);
    }
}

/// The events of one instant as they must have come: a running subscription ends before it starts again.
fn as_renewed<'e, 'a>(instant: &[&'e SubscriptionEvent<'a>], running: bool) -> Vec<&'e SubscriptionEvent<'a>> {
    let turn = |event: &SubscriptionEvent<'_>| match event.kind {
        Some(SubscriptionKind::Ended) => {
            if running {
                0
            } else {
                3
            }
        }
        Some(SubscriptionKind::Started | SubscriptionKind::Resumed) => 1,
        _ => 2,
    };
    let mut events = instant.to_vec();
    events.sort_by_key(|event| (event.header.sequence, turn(event)));
    events
}

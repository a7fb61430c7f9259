//! The order of the clock, and who did what.
//!
//! Events come in any order. Within one instant a customer's message precedes an agent's, and both precede
//! the statuses that they led to, so that what arrived when makes no difference.

use crate::model::{ActorKind, Event, EventKind};
use crate::settings::Settings;

/// An event with who did it, bots and rules told apart from people.
#[derive(Clone, Copy)]
pub(super) struct Step<'g, 'a> {
    pub(super) event: &'g Event<'a>,
    pub(super) actor: ActorKind,
}

/// The events in the order of the clock.
pub(super) fn in_order<'g, 'a>(events: impl Iterator<Item = &'g Event<'a>>, settings: &Settings) -> Vec<Step<'g, 'a>> {
    let mut steps: Vec<Step<'g, 'a>> = events.map(|event| Step { event, actor: actor(event, settings) }).collect();
    if !steps.is_sorted_by_key(key) {
        steps.sort_by_key(key);
    }
    steps
}

fn key<'g, 'a>(step: &Step<'g, 'a>) -> (i64, i64, u8, Option<&'a str>, i64) {
    let header = &step.event.header;
    let rank = step.event.rank(step.actor == ActorKind::Customer);
    let (external_id, identity) = header.tie_break();
    (header.occurred_at.0, header.sequence, rank, external_id, identity)
}

/// Who did it: settings before the source, the source before the default of the kind.
fn actor(event: &Event<'_>, settings: &Settings) -> ActorKind {
    let among = |ids: &[String]| event.actor_id.is_some_and(|actor| ids.iter().any(|id| id == actor));
    if among(&settings.bot_ids) {
        return ActorKind::Bot;
    }
    if among(&settings.automation_ids) {
        return ActorKind::System;
    }
    match event.actor_kind.unwrap_or_else(|| usual_actor(event)) {
        ActorKind::Agent if event.automated == Some(true) => ActorKind::System,
        actor => actor,
    }
}

fn usual_actor(event: &Event<'_>) -> ActorKind {
    let by_the_customer = event.actor_id.is_some() && event.actor_id == event.customer_id;
    match event.kind {
        _ if by_the_customer => ActorKind::Customer,
        Some(EventKind::Opened | EventKind::Complaint | EventKind::Abandoned) => ActorKind::Customer,
        Some(EventKind::Message) if event.actor_id.is_none() => ActorKind::Customer,
        Some(EventKind::Queued | EventKind::SlaTarget | EventKind::Ended) => ActorKind::System,
        Some(EventKind::BotHandoff) => ActorKind::Bot,
        _ => ActorKind::Agent,
    }
}

/// The word for who opened or reopened.
pub(super) fn opener(actor: ActorKind) -> &'static str {
    match actor {
        ActorKind::Customer => "customer",
        ActorKind::Agent => "agent",
        ActorKind::Bot | ActorKind::System => "automation",
    }
}

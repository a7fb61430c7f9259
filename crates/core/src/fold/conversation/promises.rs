//! Promises: what was to be done by when, and when it was.
//!
//! A target that came as an event is stored as it came; only where a source has none do the settings make
//! them, from the priority and channel at the opening, so that a later change of either rewrites nothing.

use crate::facts::SlaTarget;
use crate::model::EventKind;
use crate::settings::SlaSettings;
use crate::time::{Instant, MINUTE, Span};

use super::timeline::Timeline;
use super::{Facts, Group};

/// What is promised, in our words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Promise {
    FirstReply,
    NextReply,
    Resolution,
}

/// One row a promise made.
pub(super) fn promises<'a>(timeline: &Timeline<'a>, group: &Group<'_, 'a>, facts: &mut Facts<'a>) {
    let before = facts.sla_targets.len();
    for event in group.events {
        let own = event.conversation_id == timeline.conversation_id && event.kind == Some(EventKind::SlaTarget);
        let promise = event.target.and_then(Promise::of);
        let due_at = event.value.and_then(instant);
        if let (true, Some(promise), Some(due_at)) = (own, promise, due_at) {
            let applied_at = event.header.occurred_at;
            facts.sla_targets.push(row(timeline, promise, event.target, applied_at, due_at));
        }
    }
    if facts.sla_targets.len() == before {
        from_settings(timeline, facts);
    }
    facts.sla_targets[before..].sort_by_key(|target| (target.applied_at, target.metric, target.due_at));
}

impl Promise {
    fn of(word: &str) -> Option<Promise> {
        let has = |part: &str| word.contains(part);
        Some(match word {
            _ if has("first_re") => Promise::FirstReply,
            _ if has("next_re") || has("periodic") => Promise::NextReply,
            _ if has("resol") || has("solve") || has("wait") || has("work") => Promise::Resolution,
            _ => return None,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Promise::FirstReply => "first_reply",
            Promise::NextReply => "next_reply",
            Promise::Resolution => "resolution",
        }
    }

    fn met_at(self, timeline: &Timeline<'_>, applied_at: Instant) -> Option<Instant> {
        match self {
            Promise::FirstReply => timeline.row.first_reply_at,
            Promise::NextReply => {
                let replies = timeline.waits.replies.iter().filter_map(|reply| reply.replied_at);
                replies.filter(|at| *at >= applied_at).min()
            }
            Promise::Resolution => timeline.statuses.solves.iter().copied().find(|at| *at >= applied_at),
        }
    }
}

fn row<'a>(
    timeline: &Timeline<'a>,
    promise: Promise,
    word: Option<&'a str>,
    applied_at: Instant,
    due_at: Instant,
) -> SlaTarget<'a> {
    let met_at = promise.met_at(timeline, applied_at);
    SlaTarget {
        conversation_id: Some(timeline.conversation_id),
        metric: word.or(Some(promise.word())),
        applied_at: Some(applied_at),
        due_at: Some(due_at),
        met_at,
        breached_at: if met_at.is_some_and(|met_at| met_at <= due_at) { None } else { Some(due_at) },
        countable: timeline.row.countable,
        dimensions: timeline.dimensions(),
    }
}

fn from_settings<'a>(timeline: &Timeline<'a>, facts: &mut Facts<'a>) {
    for sla in &timeline.context.settings.sla {
        let fits = |wanted: &Option<String>, value: Option<&str>| wanted.is_none() || wanted.as_deref() == value;
        let Some(promise) = Promise::of(&sla.metric) else { continue };
        if !fits(&sla.priority, timeline.row.opened_priority) || !fits(&sla.channel, timeline.row.opened_channel) {
            continue;
        }
        for start in starts(promise, timeline) {
            if let Some(due_at) = due(sla, timeline, start) {
                facts.sla_targets.push(row(timeline, promise, None, start, due_at));
            }
        }
    }
}

/// From when a promise runs: the first question, every further wait, the opening.
fn starts(promise: Promise, timeline: &Timeline<'_>) -> Vec<Instant> {
    match promise {
        Promise::FirstReply if !timeline.waits.opened_by_customer => Vec::new(),
        Promise::FirstReply => timeline.waits.first_asked_at.into_iter().collect(),
        Promise::NextReply => {
            let first = timeline.waits.first_asked_at.filter(|_| timeline.waits.opened_by_customer);
            let waits = timeline.waits.waits.iter().filter_map(|wait| wait.waiting_since);
            waits.filter(|since| Some(*since) != first).collect()
        }
        Promise::Resolution => vec![timeline.opened_at],
    }
}

fn due(sla: &SlaSettings, timeline: &Timeline<'_>, start: Instant) -> Option<Instant> {
    let span = Span(i64::from(sla.minutes) * MINUTE);
    if sla.business { timeline.staffing.calendar?.add_business(start, span) } else { Some(start.plus(span)) }
}

/// A due instant as text: ISO 8601, or microseconds.
fn instant(text: &str) -> Option<Instant> {
    if let Ok(micros) = text.parse::<i64>() {
        return Some(Instant(micros));
    }
    text.parse::<jiff::Timestamp>().ok().map(Instant::from)
}

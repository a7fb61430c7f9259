//! Whose timeline an event belongs to when conversations were merged.
//!
//! Up to its merge a conversation keeps its own timeline; the messages after it, and the wait that runs, go to
//! the target. What it had before never changes the target's first response. Chains of merges are followed to
//! their last target; a merge that would close a circle moves nothing.

use crate::fold::Context;
use crate::model::EventKind;
use crate::time::Instant;

use super::Group;
use super::clock::{self, Step};
use super::timeline::Timeline;

struct Case<'g, 'a> {
    conversation_id: &'a str,
    steps: Vec<Step<'g, 'a>>,
    /// (when, waiting since) of waits that other conversations brought.
    adopted: Vec<(Instant, Instant)>,
}

/// One timeline a conversation of the group, merged ones before their targets.
pub(super) fn timelines<'a>(group: &Group<'_, 'a>, context: &Context<'a>) -> Vec<Box<Timeline<'a>>> {
    let Some(first) = group.events.first() else { return Vec::new() };
    let steps = clock::in_order(group.events.iter(), context.settings);
    if group.events.iter().all(|event| event.conversation_id == first.conversation_id) {
        let mut timeline = Timeline::run(first.conversation_id, &steps, &[], context);
        if let Some(at) = timeline.row.merged_at {
            timeline.merge_away(at);
        }
        return vec![timeline];
    }
    untangle(cases(steps), context)
}

fn cases<'g, 'a>(steps: Vec<Step<'g, 'a>>) -> Vec<Case<'g, 'a>> {
    let mut cases: Vec<Case<'g, 'a>> = Vec::new();
    for step in steps {
        let conversation_id = step.event.conversation_id;
        match cases.iter_mut().find(|case| case.conversation_id == conversation_id) {
            Some(case) => case.steps.push(step),
            None => cases.push(Case { conversation_id, steps: vec![step], adopted: Vec::new() }),
        }
    }
    cases.sort_by_key(|case| case.conversation_id);
    cases
}

fn untangle<'a>(mut cases: Vec<Case<'_, 'a>>, context: &Context<'a>) -> Vec<Box<Timeline<'a>>> {
    let mut done = Vec::with_capacity(cases.len());
    while !cases.is_empty() {
        // Next comes a case into which no remaining one merges; in a circle, the first.
        let free = (0..cases.len()).find(|at| {
            let id = cases[*at].conversation_id;
            !cases.iter().any(|other| other.conversation_id != id && target(other).is_some_and(|(_, to)| to == id))
        });
        let case = cases.remove(free.unwrap_or(0));
        done.push(close(case, &mut cases, context));
    }
    done
}

/// Runs one case up to its merge, if any, and hands the rest to its target.
fn close<'g, 'a>(case: Case<'g, 'a>, remaining: &mut [Case<'g, 'a>], context: &Context<'a>) -> Box<Timeline<'a>> {
    let goes_to = target(&case).and_then(|(at, to)| {
        let place = remaining.iter().position(|other| other.conversation_id == to)?;
        Some((at, place))
    });
    let Some((merge, place)) = goes_to else {
        let mut timeline = Timeline::run(case.conversation_id, &case.steps, &case.adopted, context);
        if let (Some(at), Some(_)) = (timeline.row.merged_at, target(&case)) {
            timeline.merge_away(at);
        }
        return timeline;
    };
    let merged_at = case.steps[merge].event.header.occurred_at;
    let (own, moved) = divide(&case.steps, merge);
    // A wait that reaches this case after its own merge goes on with it.
    let (adopted, passed_on): (Vec<_>, Vec<_>) = case.adopted.iter().copied().partition(|(at, _)| *at <= merged_at);
    let mut timeline = Timeline::run(case.conversation_id, &own, &adopted, context);
    let receiver = &mut remaining[place];
    receiver.adopted.extend(passed_on);
    receiver.adopted.extend(timeline.merge_away(merged_at).map(|since| (merged_at, since)));
    receiver.adopted.sort_unstable();
    let later = moved.iter().map(|step| step.event).chain(receiver.steps.iter().map(|step| step.event));
    receiver.steps = clock::in_order(later, context.settings);
    timeline
}

/// The steps that stay, and the messages after the merge, which move. What else was done to the source then (desks
/// close what they merge) says nothing of the target; only its deletion still counts, for itself.
fn divide<'g, 'a>(steps: &[Step<'g, 'a>], merge: usize) -> (Vec<Step<'g, 'a>>, Vec<Step<'g, 'a>>) {
    let (before, after) = steps.split_at(merge + 1);
    let of_kinds = |kinds: &'static [EventKind]| {
        after.iter().copied().filter(move |step| step.event.kind.is_some_and(|kind| kinds.contains(&kind)))
    };
    let stay = before.iter().copied().chain(of_kinds(&[EventKind::Deleted, EventKind::Restored]));
    (stay.collect(), of_kinds(&[EventKind::Message]).collect())
}

/// The place of the last merge among the steps, and the conversation it goes into.
fn target<'a>(case: &Case<'_, 'a>) -> Option<(usize, &'a str)> {
    let place = case.steps.iter().rposition(|step| {
        step.event.kind == Some(EventKind::Merged) && step.event.conversation_id == case.conversation_id
    })?;
    let to = case.steps[place].event.target?;
    (to != case.conversation_id).then_some((place, to))
}

//! Whose timeline an event belongs to when conversations were merged.
//!
//! Up to its merge a conversation keeps its own timeline; what comes after, and the wait that runs, goes to
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
pub(super) fn timelines<'a>(group: &Group<'_, 'a>, context: &Context<'a>) -> Vec<Timeline<'a>> {
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

fn untangle<'a>(mut cases: Vec<Case<'_, 'a>>, context: &Context<'a>) -> Vec<Timeline<'a>> {
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
fn close<'g, 'a>(case: Case<'g, 'a>, remaining: &mut [Case<'g, 'a>], context: &Context<'a>) -> Timeline<'a> {
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
    let (own, rest) = case.steps.split_at(merge + 1);
    let mut timeline = Timeline::run(case.conversation_id, own, &case.adopted, context);
    let merged_at = own[merge].event.header.occurred_at;
    let receiver = &mut remaining[place];
    if let Some(since) = timeline.merge_away(merged_at) {
        receiver.adopted.push((merged_at, since));
        receiver.adopted.sort_unstable();
    }
    let later = rest.iter().map(|step| step.event).chain(receiver.steps.iter().map(|step| step.event));
    receiver.steps = clock::in_order(later, context.settings);
    timeline
}

/// The place of the last merge among the steps, and the conversation it goes into.
fn target<'a>(case: &Case<'_, 'a>) -> Option<(usize, &'a str)> {
    let place = case.steps.iter().rposition(|step| {
        step.event.kind == Some(EventKind::Merged) && step.event.conversation_id == case.conversation_id
    })?;
    let to = case.steps[place].event.target?;
    (to != case.conversation_id).then_some((place, to))
}

//! Whose timeline an event belongs to when conversations were merged.
//!
//! Up to its merge a conversation keeps its own timeline; the messages after it, and the wait that runs, go to
//! the target. What it had before never changes the target's first response. Chains of merges are followed to
//! their last target. What would go to a target that is not there, or that closes a circle, is set aside: it is
//! no longer the source's.

use std::collections::BTreeSet;

use crate::fold::Context;
use crate::model::EventKind;
use crate::time::Instant;

use super::Group;
use super::clock::{self, Step};
use super::timeline::Timeline;

#[derive(Default)]
struct Case<'g, 'a> {
    conversation_id: &'a str,
    steps: Vec<Step<'g, 'a>>,
    /// What merged conversations brought: steps, and waits as (when, waiting since).
    received: Vec<Step<'g, 'a>>,
    adopted: Vec<(Instant, Instant)>,
}

/// One timeline a conversation of the group, merged ones before their targets.
pub(super) fn timelines<'a>(group: &Group<'_, 'a>, context: &Context<'a>) -> Vec<Box<Timeline<'a>>> {
    let Some(first) = group.events.first() else { return Vec::new() };
    let steps = clock::in_order(group.events.iter(), context.settings);
    let alone = |step: &Step<'_, 'a>| {
        step.event.conversation_id == first.conversation_id && step.event.kind != Some(EventKind::Merged)
    };
    if steps.iter().all(alone) {
        return vec![Timeline::run(first.conversation_id, &steps, &[], context)];
    }
    untangle(cases(steps), context)
}

/// The steps by conversation, in the order of ids.
fn cases<'g, 'a>(mut steps: Vec<Step<'g, 'a>>) -> Vec<Case<'g, 'a>> {
    steps.sort_by_key(|step| step.event.conversation_id);
    let of_one = |steps: &[Step<'g, 'a>]| Case {
        conversation_id: steps[0].event.conversation_id,
        steps: steps.to_vec(),
        ..Case::default()
    };
    steps.chunk_by(|one, other| one.event.conversation_id == other.event.conversation_id).map(of_one).collect()
}

/// Closes every case after those that merge into it; in a circle, the first by id before the others.
fn untangle<'a>(mut cases: Vec<Case<'_, 'a>>, context: &Context<'a>) -> Vec<Box<Timeline<'a>>> {
    let targets: Vec<Option<usize>> = cases.iter().map(|case| target(case, &cases)).collect();
    let mut awaited = vec![0; cases.len()];
    targets.iter().flatten().for_each(|target| awaited[*target] += 1);
    let mut free: BTreeSet<usize> = (0..cases.len()).filter(|case| awaited[*case] == 0).collect();
    let mut remaining: BTreeSet<usize> = (0..cases.len()).collect();
    let mut timelines = Vec::with_capacity(cases.len());
    while let Some(next) = free.pop_first().or_else(|| remaining.first().copied()) {
        remaining.remove(&next);
        let case = std::mem::take(&mut cases[next]);
        let receiver = targets[next].filter(|target| remaining.contains(target));
        timelines.push(close(case, receiver.map(|target| &mut cases[target]), context));
        if let Some(target) = receiver {
            awaited[target] -= 1;
            if awaited[target] == 0 {
                free.insert(target);
            }
        }
    }
    timelines
}

/// Runs one case up to its merge, if any, and hands the rest to its target.
fn close<'g, 'a>(
    mut case: Case<'g, 'a>,
    receiver: Option<&mut Case<'g, 'a>>,
    context: &Context<'a>,
) -> Box<Timeline<'a>> {
    if !case.received.is_empty() {
        let all = case.steps.iter().chain(&case.received).map(|step| step.event);
        case.steps = clock::in_order(all, context.settings);
    }
    case.adopted.sort_unstable();
    let Some(merge) = last_merge(&case) else {
        return Timeline::run(case.conversation_id, &case.steps, &case.adopted, context);
    };
    let merged_at = case.steps[merge].event.header.occurred_at;
    let (own, moved) = divide(&case.steps, merge);
    // A wait that reaches this case after its own merge goes on with it.
    let (adopted, passed_on): (Vec<_>, Vec<_>) = case.adopted.iter().copied().partition(|(at, _)| *at <= merged_at);
    let mut timeline = Timeline::run(case.conversation_id, &own, &adopted, context);
    let open_wait = timeline.merge_away(merged_at).map(|since| (merged_at, since));
    if let Some(receiver) = receiver {
        receiver.adopted.extend(passed_on.into_iter().chain(open_wait));
        receiver.received.extend(moved);
    }
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

/// The place of the case's own last merge among its steps.
fn last_merge(case: &Case<'_, '_>) -> Option<usize> {
    case.steps.iter().rposition(|step| {
        step.event.kind == Some(EventKind::Merged) && step.event.conversation_id == case.conversation_id
    })
}

/// The place among `cases` of the one that the case was merged into.
fn target(case: &Case<'_, '_>, cases: &[Case<'_, '_>]) -> Option<usize> {
    let into = case.steps[last_merge(case)?].event.target.filter(|into| *into != case.conversation_id)?;
    cases.binary_search_by_key(&into, |other| other.conversation_id).ok()
}

//! Fold A: the events of one conversation, with what was asked and said about it, to facts.
//!
//! `clock` puts the events in order, `timeline` advances every clock over them, and `merges` decides whose
//! timeline an event of a merged conversation belongs to. What hangs on the conversation (answers, reviews,
//! promises, complaints) is added when its timeline is known, because it reads who replied when.

mod clock;
mod complaints;
mod merges;
mod promises;
mod reviews;
mod staffing;
mod statuses;
mod surveys;
mod timeline;
mod waits;

use crate::facts::*;
use crate::fold::Context;
use crate::model;

use timeline::Timeline;

/// One conversation with everything that hangs on it; each slice in any order, identities already unique.
///
/// Conversations merged into it come with it: their events bear their own `conversation_id`.
#[derive(Clone, Copy, Default)]
pub struct Group<'g, 'a> {
    /// The conversation all others in the group were merged into; for rows that name none, their own key.
    pub key: &'a str,
    /// Events of the conversation and of those merged into it.
    pub events: &'g [model::Event<'a>],
    /// Questions sent.
    pub invitations: &'g [model::Invitation<'a>],
    /// Answers to them.
    pub answers: &'g [model::Answer<'a>],
    /// Care for the dissatisfied.
    pub follow_ups: &'g [model::FollowUp<'a>],
    /// Reviews, by criterion.
    pub ratings: &'g [model::Rating<'a>],
    /// Mentions that name this conversation: a negative one is a complaint.
    pub mentions: &'g [model::Mention<'a>],
}

/// What fold A makes of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts<'a> {
    /// One a conversation: the group's own and those merged into it.
    pub conversations: Vec<Conversation<'a>>,
    /// Stretches of being open.
    pub episodes: Vec<Episode<'a>>,
    /// Waits for a human.
    pub waits: Vec<Wait<'a>>,
    /// Waits that a reply ended.
    pub replies: Vec<Reply<'a>>,
    /// Answers that count.
    pub answers: Vec<SurveyAnswer<'a>>,
    /// Questions sent.
    pub invitations: Vec<SurveyInvitation<'a>>,
    /// Reviews.
    pub reviews: Vec<Review<'a>>,
    /// Promises.
    pub sla_targets: Vec<SlaTarget<'a>>,
    /// For fold B: `next_*` and `contact_index` are its to fill.
    pub contacts: Vec<Contact<'a>>,
}

/// Folds one group.
pub fn fold<'a>(group: &Group<'_, 'a>, context: &Context<'a>) -> Facts<'a> {
    let mut facts = Facts::default();
    fold_into(group, context, &mut facts);
    facts
}

/// Folds one group and appends to `facts`, so that many groups share their allocations.
pub fn fold_into<'a>(group: &Group<'_, 'a>, context: &Context<'a>, facts: &mut Facts<'a>) {
    let mut timelines = merges::timelines(group, context);
    let mut answers = surveys::answers(group, context, &timelines);
    for timeline in &mut timelines {
        complaints::mark(timeline, group, &answers);
        timeline.finish();
        complaints::resolve(timeline, group, &answers);
        surveys::attribute(timeline, group);
        reviews::mark(timeline, group);
    }
    surveys::dress(&mut answers, &timelines);
    facts.answers.append(&mut answers);
    surveys::invitations(group, &timelines, facts);
    reviews::reviews(group, &timelines, facts);
    for mut timeline in timelines {
        if !timeline.deleted {
            promises::promises(&timeline, group, facts);
            hand_over(&mut timeline, facts);
        }
    }
}

/// The timeline's rows, with the dimensions that are known only at its end.
fn hand_over<'a>(timeline: &mut Timeline<'a>, facts: &mut Facts<'a>) {
    let countable = timeline.row.countable;
    for mut episode in timeline.statuses.episodes.drain(..) {
        episode.countable = countable;
        episode.dimensions = timeline.row.dimensions.clone();
        facts.episodes.push(episode);
    }
    for mut wait in timeline.waits.waits.drain(..) {
        wait.dimensions = timeline.row.dimensions.clone();
        facts.waits.push(wait);
    }
    for mut reply in timeline.waits.replies.drain(..) {
        reply.dimensions = Dimensions { agent: reply.agent_id, ..timeline.row.dimensions.clone() };
        facts.replies.push(reply);
    }
    let session_id = timeline.sessions.first().copied();
    facts.contacts.push(contact(&timeline.row, session_id));
    facts.conversations.push(std::mem::take(&mut timeline.row));
}

fn contact<'a>(row: &Conversation<'a>, session_id: Option<&'a str>) -> Contact<'a> {
    Contact {
        conversation_id: row.conversation_id,
        session_id,
        opened_at: row.opened_at,
        opened_by: row.opened_by,
        first_solved_at: row.first_solved_at,
        outcome: row.outcome,
        countable: row.countable,
        reopened_at: row.reopened_at,
        bot_met: row.bot_met,
        human_met: row.human_met,
        dimensions: row.dimensions.clone(),
        ..Contact::default()
    }
}

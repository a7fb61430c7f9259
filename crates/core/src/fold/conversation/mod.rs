//! Fold A: the events of one conversation, with what was asked and said about it, to facts.

use crate::facts::*;
use crate::fold::Context;
use crate::model;

/// One conversation with everything that hangs on it; each slice in any order, identities already unique.
///
/// Conversations merged into it come with it: their events bear their own `conversation_id`.
#[derive(Clone, Copy)]
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

/// Folds one group. `events` is put into the order of the clock in place.
pub fn fold<'a>(_group: &Group<'_, 'a>, _context: &Context<'a>) -> Facts<'a> {
    Facts::default()
}

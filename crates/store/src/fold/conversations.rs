//! Fold A over stored rows: every group of one root, its rows read into the structs that the fold takes.

use mittari_core::fold::{Context, conversation};
use mittari_core::model::{Answer, Event, FollowUp, Invitation, Mention, Rating, Table};

use super::gather::{Block, Blocks, Groups, Members, Visible};
use crate::hash::{self, KeyKind};
use crate::home::keys_of;
use crate::links::Links;

/// The tables that fold A reads; mentions only where they name a conversation.
pub(crate) const TABLES: [Table; 6] =
    [Table::Event, Table::Invitation, Table::Answer, Table::FollowUp, Table::Rating, Table::Mention];

/// Folds all groups, in the order of their roots. `each` hears of every group and takes its facts away.
pub(crate) fn fold_all<'a, E>(
    members: impl Fn(Table) -> Members<'a>,
    context: &Context<'a>,
    mut each: impl FnMut(u64, &mut conversation::Facts<'a>) -> Result<(), E>,
) -> Result<(), E> {
    let mut events: Groups<'a, Event<'a>> = Groups::new(members(Table::Event));
    let mut invitations: Groups<'a, Invitation<'a>> = Groups::new(members(Table::Invitation));
    let mut answers: Groups<'a, Answer<'a>> = Groups::new(members(Table::Answer));
    let mut follow_ups: Groups<'a, FollowUp<'a>> = Groups::new(members(Table::FollowUp));
    let mut ratings: Groups<'a, Rating<'a>> = Groups::new(members(Table::Rating));
    let mut mentions: Groups<'a, Mention<'a>> = Groups::new(members(Table::Mention));
    let mut facts = conversation::Facts::default();
    loop {
        let roots =
            [events.root(), invitations.root(), answers.root(), follow_ups.root(), ratings.root(), mentions.root()];
        let Some(root) = roots.into_iter().flatten().min() else { return Ok(()) };
        events.read(root);
        invitations.read(root);
        answers.read(root);
        follow_ups.read(root);
        ratings.read(root);
        mentions.read(root);
        let only_mentions = roots[..5].iter().all(|at| *at != Some(root));
        if only_mentions {
            continue;
        }
        let mut group = conversation::Group {
            key: "",
            events: &events.group,
            invitations: &invitations.group,
            answers: &answers.group,
            follow_ups: &follow_ups.group,
            ratings: &ratings.group,
            mentions: &mentions.group,
        };
        group.key = key_of(&group, root);
        conversation::fold_into(&group, context, &mut facts);
        each(root, &mut facts)?;
        clear(&mut facts);
    }
}

fn clear(facts: &mut conversation::Facts<'_>) {
    facts.conversations.clear();
    facts.episodes.clear();
    facts.waits.clear();
    facts.replies.clear();
    facts.answers.clear();
    facts.invitations.clear();
    facts.reviews.clear();
    facts.sla_targets.clear();
    facts.contacts.clear();
}

/// The members of groups over rows in memory.
pub(crate) fn members<'a>(
    table: Table,
    blocks: &'a Blocks,
    links: &Links,
    visible: &Visible,
    revised: bool,
) -> Members<'a> {
    let blocks: &'a [Block] = blocks.get(&table).map_or(&[], Vec::as_slice);
    if table != Table::Mention {
        return Members::new(table, blocks, visible, revised, |block, row| Some(links.root(blocks[block].homes[row])));
    }
    // Mentions live with their customers; here they count where they name a conversation.
    let named: Vec<_> = blocks.iter().map(conversations_named).collect();
    Members::new(table, blocks, visible, revised, |block, row| named[block][row].map(|key| links.root(key)))
}

/// The conversations that mentions name.
pub(crate) fn conversations_named(mentions: &Block) -> Vec<Option<u64>> {
    keys_of(Table::Mention, &mentions.rows, "conversation_id", KeyKind::Conversation)
}

/// The text of a group's key: the id whose hash is the root, else what stands for it.
fn key_of<'a>(group: &conversation::Group<'_, 'a>, root: u64) -> &'a str {
    let is_root = |id: &&'a str| hash::key(KeyKind::Conversation, id) == root;
    if let Some(id) = group.events.first().map(|event| event.conversation_id).filter(is_root) {
        return id;
    }
    let events = group.events.iter().flat_map(|event| [Some(event.conversation_id), event.target]);
    let invitations = group.invitations.iter().map(|row| row.conversation_id);
    let answers = group.answers.iter().map(|row| row.conversation_id);
    let ratings = group.ratings.iter().map(|row| row.conversation_id);
    let named = events.chain(invitations).chain(answers).chain(ratings).flatten().find(is_root);
    let own = || {
        let invitation = group.invitations.iter().map(|row| row.invitation_id).next();
        let answer = || group.answers.iter().find_map(|row| row.invitation_id.or(row.answer_id));
        let follow_up = || group.follow_ups.iter().map(|row| row.answer_id).next();
        let review = || group.ratings.iter().map(|row| row.review_id).next();
        invitation.or_else(answer).or_else(follow_up).or_else(review)
    };
    named.or_else(own).unwrap_or_default()
}

//! Fold A over stored rows: every group of one root, its rows read into the structs that the fold takes.

use mittari_core::fold::{Context, conversation};
use mittari_core::model::{Answer, Event, FollowUp, Invitation, Mention, ModelTable, Rating, Table};

use super::gather::{Block, Blocks, Members, Visible};
use crate::hash::{self, KeyKind};
use crate::home::keys_of;
use crate::links::Links;

/// The tables that fold A reads; mentions only where they name a conversation.
pub(crate) const TABLES: [Table; 6] =
    [Table::Event, Table::Invitation, Table::Answer, Table::FollowUp, Table::Rating, Table::Mention];

/// The rows of one table, read group by group.
struct Rows<'a, R> {
    members: Members<'a>,
    next: usize,
    group: Vec<R>,
}

impl<'a, R: ModelTable<'a>> Rows<'a, R> {
    fn new(members: Members<'a>) -> Self {
        Rows { members, next: 0, group: Vec::new() }
    }

    fn root(&self) -> Option<u64> {
        self.members.order.get(self.next).map(|(root, ..)| *root)
    }

    /// Reads the rows of a root; the group is empty where there are none.
    fn read(&mut self, root: u64) {
        self.group.clear();
        while let Some((at, block, row)) = self.members.order.get(self.next) {
            if *at != root {
                break;
            }
            let rows = &self.members.blocks[*block as usize];
            self.group.push(R::read(&rows.row(*row as usize)));
            self.next += 1;
        }
    }
}

/// Folds all groups, in the order of their roots.
pub(crate) fn fold_all<'a, E>(
    blocks: &'a Blocks,
    links: &Links,
    visible: &Visible,
    context: &Context<'a>,
    mut each: impl FnMut(u64, conversation::Facts<'a>) -> Result<(), E>,
) -> Result<(), E> {
    let members = |table: Table| members(table, blocks, links, visible);
    let mut events: Rows<'a, Event<'a>> = Rows::new(members(Table::Event));
    let mut invitations: Rows<'a, Invitation<'a>> = Rows::new(members(Table::Invitation));
    let mut answers: Rows<'a, Answer<'a>> = Rows::new(members(Table::Answer));
    let mut follow_ups: Rows<'a, FollowUp<'a>> = Rows::new(members(Table::FollowUp));
    let mut ratings: Rows<'a, Rating<'a>> = Rows::new(members(Table::Rating));
    let mut mentions: Rows<'a, Mention<'a>> = Rows::new(members(Table::Mention));
    loop {
        let roots = [
            events.root(),
            invitations.root(),
            answers.root(),
            follow_ups.root(),
            ratings.root(),
            mentions.root(),
        ];
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
        each(root, conversation::fold(&group, context))?;
    }
}

fn members<'a>(table: Table, blocks: &'a Blocks, links: &Links, visible: &Visible) -> Members<'a> {
    let blocks: &'a [Block] = blocks.get(&table).map_or(&[], Vec::as_slice);
    if table != Table::Mention {
        return Members::new(table, blocks, visible, |block, row| Some(links.root(block.homes[row])));
    }
    // Mentions live with their customers; here they count where they name a conversation.
    let named: Vec<(*const Block, Vec<Option<u64>>)> = blocks
        .iter()
        .map(|block| (std::ptr::from_ref(block), keys_of(table, &block.rows, "conversation_id", KeyKind::Conversation)))
        .collect();
    Members::new(table, blocks, visible, |block, row| {
        let (_, keys) = named.iter().find(|(at, _)| std::ptr::eq(*at, block))?;
        keys[row].map(|key| links.root(key))
    })
}

/// The text of a group's key: the id whose hash is the root, else what stands for it.
fn key_of<'a>(group: &conversation::Group<'_, 'a>, root: u64) -> &'a str {
    let is_root = |id: &&'a str| hash::key(KeyKind::Conversation, id) == root;
    let first = group.events.first().map(|event| event.conversation_id);
    if let Some(id) = first.filter(is_root) {
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

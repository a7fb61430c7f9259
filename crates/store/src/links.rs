//! What hangs together beyond homes: answer to invitation, invitation to conversation, merged to target,
//! session to customer.
//!
//! A link says that one key belongs to another; following links from a key to the end gives its root, and all
//! keys of one root fold as one group. Where several rows link one key, the better class wins, then the later
//! row; a circle (two conversations merged into each other) has the least of its keys as root.

use std::collections::{HashMap, HashSet};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use mittari_core::model::Table;

use crate::cells::ModelRows;
use crate::hash::KeyKind::{Answer, Conversation, Customer, Invitation, Session};
use crate::home::{column, homes, keys_of};
use crate::schema::at;

/// The class of a merge: the only link by which events move.
const MERGE: i64 = 4;

/// One row's word that `child` belongs to `parent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) child: u64,
    pub(crate) parent: u64,
    pub(crate) identity: i64,
    pub(crate) revision: i64,
    pub(crate) content: i64,
    /// The larger, the better the word.
    pub(crate) class: i64,
    pub(crate) at: i64,
    pub(crate) sequence: i64,
    pub(crate) import: i64,
}

/// The links that the rows of a batch make.
pub(crate) fn links_of(table: Table, batch: &RecordBatch) -> Vec<Link> {
    let pairs = pairs_of(table, batch);
    if pairs.is_empty() {
        return Vec::new();
    }
    let (rows, homes) = (ModelRows::new(table, batch), homes(table, batch));
    let at = batch.column(at::OCCURRED_AT).as_primitive::<TimestampMicrosecondType>();
    let sequence = batch.column(at::SEQUENCE).as_primitive::<Int64Type>();
    pairs
        .into_iter()
        .map(|(row, class, child, parent)| {
            let (revision, content) = rows.precedence(row);
            Link {
                child,
                parent,
                identity: crate::hash::in_home(homes[row], rows.identity(row)),
                revision,
                content,
                class,
                at: at.value(row),
                sequence: sequence.value(row),
                import: rows.import(row),
            }
        })
        .collect()
}

/// (row, class, child, parent)
fn pairs_of(table: Table, batch: &RecordBatch) -> Vec<(usize, i64, u64, u64)> {
    let keys = |name, kind| keys_of(table, batch, name, kind);
    let has = |name| column(table, batch, name).is_some();
    let mut pairs = Vec::new();
    let mut pair = |class: i64, children: &[Option<u64>], parents: &[Option<u64>]| {
        for (row, (child, parent)) in children.iter().zip(parents).enumerate() {
            if let (Some(child), Some(parent)) = (child, parent)
                && child != parent
            {
                pairs.push((row, class, *child, *parent));
            }
        }
    };
    match table {
        Table::Invitation if has("conversation_id") => {
            pair(2, &keys("invitation_id", Invitation), &keys("conversation_id", Conversation));
        }
        Table::Answer => {
            let (conversation, invitation) = (keys("conversation_id", Conversation), keys("invitation_id", Invitation));
            pair(1, &invitation, &conversation);
            let known: Vec<_> = conversation.iter().zip(&invitation).map(|(best, next)| best.or(*next)).collect();
            pair(2, &keys("answer_id", Answer), &known);
        }
        Table::Event => {
            if has("session_id") {
                let session = keys("session_id", Session);
                pair(3, &session, &keys("customer_id", Customer));
                pair(2, &session, &keys("conversation_id", Conversation));
            }
            let merged = merged_targets(batch);
            if merged.iter().any(Option::is_some) {
                pair(MERGE, &keys("conversation_id", Conversation), &merged);
            }
        }
        Table::ArticleView | Table::Touchpoint if has("session_id") => {
            pair(1, &keys("session_id", Session), &keys("customer_id", Customer));
        }
        _ => {}
    }
    pairs
}

fn merged_targets(batch: &RecordBatch) -> Vec<Option<u64>> {
    let none = || vec![None; batch.num_rows()];
    let (Some(kinds), true) = (column(Table::Event, batch, "kind"), column(Table::Event, batch, "target").is_some())
    else {
        return none();
    };
    let mut merged = vec![false; batch.num_rows()];
    kinds.each(|word| word == "merged", |row, is| merged[row] = is == Some(true));
    if !merged.contains(&true) {
        return none();
    }
    let mut targets = keys_of(Table::Event, batch, "target", Conversation);
    targets.iter_mut().zip(merged).for_each(|(target, merged)| *target = target.filter(|_| merged));
    targets
}

/// Who belongs to whom.
#[derive(Debug, Default)]
pub(crate) struct Links {
    parents: HashMap<u64, u64>,
    merged: HashSet<u64>,
}

impl Links {
    /// The links of the rows that count: those of imports that are visible, and of these the winners.
    pub(crate) fn new<'l>(links: impl IntoIterator<Item = &'l Link>, visible: impl Fn(i64) -> bool) -> Links {
        let mut winners: HashMap<i64, (i64, i64)> = HashMap::new();
        let seen: Vec<&Link> = links.into_iter().filter(|link| visible(link.import)).collect();
        for link in &seen {
            let winner = winners.entry(link.identity).or_insert((link.revision, link.content));
            *winner = (*winner).max((link.revision, link.content));
        }
        let mut best: HashMap<u64, (i64, i64, i64, i64, u64)> = HashMap::new();
        for link in seen {
            if winners.get(&link.identity) != Some(&(link.revision, link.content)) {
                continue;
            }
            let word = (link.class, link.at, link.sequence, link.content, link.parent);
            let known = best.entry(link.child).or_insert(word);
            *known = (*known).max(word);
        }
        let merged = best.iter().filter(|(_, word)| word.0 == MERGE).map(|(child, _)| *child).collect();
        Links { parents: best.into_iter().map(|(child, word)| (child, word.4)).collect(), merged }
    }

    /// The root of a key: itself where nothing says otherwise.
    #[inline]
    pub(crate) fn root(&self, key: u64) -> u64 {
        if self.parents.is_empty() {
            return key;
        }
        self.follow(key)
    }

    fn follow(&self, key: u64) -> u64 {
        let mut path = vec![key];
        let mut last = key;
        while let Some(parent) = self.parents.get(&last) {
            if let Some(start) = path.iter().position(|seen| seen == parent) {
                return path[start..].iter().copied().min().unwrap_or(key);
            }
            path.push(*parent);
            last = *parent;
        }
        last
    }

    /// The roots that other keys lead to.
    pub(crate) fn targets(&self) -> HashSet<u64> {
        self.moved().map(|(_, root)| root).collect()
    }

    /// The conversations whose events fold elsewhere, and those that they fold with.
    pub(crate) fn merged(&self) -> HashSet<u64> {
        let moved = self.merged.iter().map(|key| (*key, self.root(*key))).filter(|(key, root)| key != root);
        moved.flat_map(|(key, root)| [key, root]).collect()
    }

    /// All keys that are not their own root, with their root.
    pub(crate) fn moved(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.parents.keys().map(|key| (*key, self.root(*key))).filter(|(key, root)| key != root)
    }

    /// All keys that have a parent or are one.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.parents.iter().map(|(child, parent)| (*child, *parent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(child: u64, parent: u64, at: i64, identity: i64) -> Link {
        Link { child, parent, identity, revision: 0, content: identity, class: 2, at, sequence: 0, import: 1 }
    }

    #[test]
    fn a_merged_conversation_belongs_to_its_last_target() {
        let links = [link(1, 2, 10, 1), link(1, 3, 20, 2), link(3, 4, 30, 3)];
        let links = Links::new(&links, |_| true);
        assert_eq!((links.root(1), links.root(2), links.root(3), links.root(9)), (4, 2, 4, 9));
    }

    #[test]
    fn two_conversations_merged_into_each_other_have_one_root() {
        let links = [link(5, 7, 10, 1), link(7, 5, 20, 2), link(8, 7, 0, 3)];
        let links = Links::new(&links, |_| true);
        assert_eq!((links.root(5), links.root(7), links.root(8)), (5, 5, 5));
    }

    #[test]
    fn the_link_of_a_replaced_row_does_not_hold() {
        let links = [link(1, 2, 10, 1), Link { revision: 1, ..link(1, 3, 5, 1) }];
        assert_eq!(Links::new(&links, |_| true).root(1), 3);
    }
}

//! Fold B over stored rows and over what fold A gave: every group of one customer.

use std::collections::{HashMap, HashSet};

use arrow::array::RecordBatch;
use mittari_core::facts::{Contact, FactRow, SurveyAnswer};
use mittari_core::fold::{Context, customer};
use mittari_core::model::{Activity, ArticleView, Mention, Order, Referral, SubscriptionEvent, Table, Touchpoint};

use super::gather::{Block, Blocks, Groups, Members, Visible};
use crate::cells::FactRows;
use crate::hash::{self, KeyKind};
use crate::links::Links;
use crate::spill::{Cell, SpilledRows};

/// The tables that fold B reads.
pub(crate) const TABLES: [Table; 7] = [
    Table::Order,
    Table::SubscriptionEvent,
    Table::ArticleView,
    Table::Activity,
    Table::Touchpoint,
    Table::Referral,
    Table::Mention,
];

/// Who has which conversation: what a session that is known only by its conversation leads to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Owners {
    /// Conversation: (when its first contact was opened, that contact's conversation, its customer).
    of_conversation: HashMap<u64, (i64, u64, u64)>,
}

impl Owners {
    /// Takes down a contact, if its conversation is one of those that links lead to.
    pub(crate) fn note(&mut self, contact: &Contact<'_>, links: &Links, targets: &HashSet<u64>) {
        if targets.is_empty() {
            return;
        }
        let (Some(conversation), Some(customer)) = (contact.conversation_id, contact.dimensions.customer_id) else {
            return;
        };
        let conversation = hash::key(KeyKind::Conversation, conversation);
        let root = links.root(conversation);
        if targets.contains(&root) {
            let opened_at = contact.opened_at.map_or(i64::MAX, |at| at.0);
            self.add(root, (opened_at, conversation, hash::key(KeyKind::Customer, customer)));
        }
    }

    fn add(&mut self, conversation: u64, claim: (i64, u64, u64)) {
        let owner = self.of_conversation.entry(conversation).or_insert(claim);
        *owner = (*owner).min(claim);
    }

    /// Takes over what another one noted.
    pub(crate) fn join(&mut self, other: Owners) {
        other.of_conversation.into_iter().for_each(|(conversation, claim)| self.add(conversation, claim));
    }

    /// The group of a key: its customer, else its conversation, else itself.
    pub(crate) fn group(&self, links: &Links, key: u64) -> u64 {
        let root = links.root(key);
        self.of_conversation.get(&root).map_or(root, |claim| claim.2)
    }
}

/// The group of a contact: its customer, else its conversation.
pub(crate) fn key_of_contact(contact: &Contact<'_>, links: &Links) -> u64 {
    key_of_row(contact.dimensions.customer_id, contact.conversation_id, links).unwrap_or_default()
}

/// The group of an answer: its customer, else its conversation, else itself.
pub(crate) fn key_of_answer(answer: &SurveyAnswer<'_>, links: &Links) -> u64 {
    let own = || {
        let at = answer.answered_at.map_or(0, |at| at.0);
        let score = answer.score.map_or(0, |score| score.0);
        let named = hash::text(1, answer.answer_id.unwrap_or_default());
        hash::own_key(hash::join(hash::join(named, hash::number(2, at)), hash::number(3, score)) as i64)
    };
    key_of_row(answer.dimensions.customer_id, answer.conversation_id, links).unwrap_or_else(own)
}

fn key_of_row(customer: Option<&str>, conversation: Option<&str>, links: &Links) -> Option<u64> {
    let of_conversation = || conversation.map(|id| links.root(hash::key(KeyKind::Conversation, id)));
    customer.map(|id| hash::key(KeyKind::Customer, id)).or_else(of_conversation)
}

/// Reads all rows of batches of one fact.
pub(crate) fn read_facts<'a, R: FactRow<'a>>(batches: &'a [RecordBatch]) -> Vec<R> {
    let mut rows = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    for batch in batches {
        let cells = FactRows::new(batch);
        rows.extend((0..batch.num_rows()).map(|row| R::read(&cells.row(row))));
    }
    rows
}

/// Rows of a fact, group by group.
pub(crate) trait Keyed<R> {
    /// The group of the next row.
    fn key(&self) -> Option<u64>;
    /// Reads the rows of a group; none where there are none.
    fn read(&mut self, key: u64, into: &mut Vec<R>);
}

/// Rows in memory.
pub(crate) struct InMemory<R> {
    rows: Vec<(u64, R)>,
    next: usize,
}

impl<R> InMemory<R> {
    pub(crate) fn new(mut rows: Vec<(u64, R)>) -> InMemory<R> {
        rows.sort_by_key(|(key, _)| *key);
        InMemory { rows, next: 0 }
    }
}

impl<R: Clone> Keyed<R> for InMemory<R> {
    fn key(&self) -> Option<u64> {
        self.rows.get(self.next).map(|(key, _)| *key)
    }

    fn read(&mut self, key: u64, into: &mut Vec<R>) {
        into.clear();
        while let Some((at, row)) = self.rows.get(self.next) {
            if *at != key {
                break;
            }
            into.push(row.clone());
            self.next += 1;
        }
    }
}

/// Rows of a part that were spilled.
pub(crate) struct Spilled<'a> {
    rows: SpilledRows<'a>,
    next: usize,
    cells: Vec<Cell<'a>>,
}

impl<'a> Spilled<'a> {
    pub(crate) fn new(rows: SpilledRows<'a>) -> Spilled<'a> {
        Spilled { rows, next: 0, cells: Vec::new() }
    }
}

impl<'a, R: FactRow<'a>> Keyed<R> for Spilled<'a> {
    #[inline]
    fn key(&self) -> Option<u64> {
        self.rows.key(self.next)
    }

    fn read(&mut self, key: u64, into: &mut Vec<R>) {
        into.clear();
        while self.rows.key(self.next) == Some(key) {
            into.push(self.rows.read(self.next, &mut self.cells));
            self.next += 1;
        }
    }
}

/// Folds all groups, in the order of their keys.
pub(crate) fn fold_all<'a, E>(
    mut contacts: impl Keyed<Contact<'a>>,
    mut answers: impl Keyed<SurveyAnswer<'a>>,
    members: impl Fn(Table) -> Members<'a>,
    context: &Context<'a>,
    mut each: impl FnMut(u64, customer::Facts<'a>) -> Result<(), E>,
) -> Result<(), E> {
    let mut orders: Groups<'a, Order<'a>> = Groups::new(members(Table::Order));
    let mut subscription_events: Groups<'a, SubscriptionEvent<'a>> = Groups::new(members(Table::SubscriptionEvent));
    let mut article_views: Groups<'a, ArticleView<'a>> = Groups::new(members(Table::ArticleView));
    let mut activities: Groups<'a, Activity<'a>> = Groups::new(members(Table::Activity));
    let mut touchpoints: Groups<'a, Touchpoint<'a>> = Groups::new(members(Table::Touchpoint));
    let mut referrals: Groups<'a, Referral<'a>> = Groups::new(members(Table::Referral));
    let mut mentions: Groups<'a, Mention<'a>> = Groups::new(members(Table::Mention));
    let (mut contact_rows, mut answer_rows) = (Vec::new(), Vec::new());
    loop {
        let keys = [
            contacts.key(),
            answers.key(),
            orders.root(),
            subscription_events.root(),
            article_views.root(),
            activities.root(),
            touchpoints.root(),
            referrals.root(),
            mentions.root(),
        ];
        let Some(key) = keys.into_iter().flatten().min() else { return Ok(()) };
        contacts.read(key, &mut contact_rows);
        answers.read(key, &mut answer_rows);
        orders.read(key);
        subscription_events.read(key);
        article_views.read(key);
        activities.read(key);
        touchpoints.read(key);
        referrals.read(key);
        mentions.read(key);
        let others = customer::Group {
            customer_id: None,
            contacts: &[],
            answers: &answer_rows,
            orders: &orders.group,
            subscription_events: &subscription_events.group,
            article_views: &article_views.group,
            activities: &activities.group,
            touchpoints: &touchpoints.group,
            referrals: &referrals.group,
            mentions: &mentions.group,
        };
        let customer_id = customer_of(&customer::Group { contacts: &contact_rows, ..others }, key);
        let group = customer::Group { customer_id, ..others };
        each(key, customer::fold_with(std::mem::take(&mut contact_rows), &group, context))?;
    }
}

/// The members of groups over rows in memory; `wanted` leaves groups out.
pub(crate) fn members<'a>(
    table: Table,
    blocks: &'a Blocks,
    links: &Links,
    owners: &Owners,
    visible: &Visible,
    revised: bool,
    wanted: impl Fn(u64) -> bool,
) -> Members<'a> {
    let blocks: &'a [Block] = blocks.get(&table).map_or(&[], Vec::as_slice);
    Members::new(table, blocks, visible, revised, |block, row| {
        Some(owners.group(links, blocks[block].homes[row])).filter(|key| wanted(*key))
    })
}

/// The customer whose hash is the group's key, where its rows name one.
fn customer_of<'a>(group: &customer::Group<'_, 'a>, key: u64) -> Option<&'a str> {
    let contacts = group.contacts.iter().filter_map(|row| row.dimensions.customer_id);
    let answers = group.answers.iter().filter_map(|row| row.dimensions.customer_id);
    let orders = group.orders.iter().map(|row| row.customer_id);
    let subscriptions = group.subscription_events.iter().map(|row| row.customer_id);
    let activities = group.activities.iter().map(|row| row.customer_id);
    let touchpoints = group.touchpoints.iter().map(|row| row.customer_id);
    let referrals = group.referrals.iter().map(|row| row.referrer_id);
    let views = group.article_views.iter().filter_map(|row| row.customer_id);
    let mentions = group.mentions.iter().filter_map(|row| row.customer_id);
    contacts
        .chain(answers)
        .chain(orders)
        .chain(subscriptions)
        .chain(activities)
        .chain(touchpoints)
        .chain(referrals)
        .chain(views)
        .chain(mentions)
        .find(|id| hash::key(KeyKind::Customer, id) == key)
}

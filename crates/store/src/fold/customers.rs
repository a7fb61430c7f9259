//! Fold B over stored rows and over what fold A gave: every group of one customer.

use std::collections::HashMap;

use arrow::array::RecordBatch;
use mittari_core::facts::{Contact, FactRow, SurveyAnswer};
use mittari_core::fold::{Context, customer};
use mittari_core::model::{
    Activity, ArticleView, Mention, ModelTable, Order, Referral, SubscriptionEvent, Table, Touchpoint,
};

use super::gather::{Block, Blocks, Members, Visible};
use crate::cells::FactRows;
use crate::hash::{self, KeyKind};
use crate::links::Links;

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
#[derive(Debug, Default)]
pub(crate) struct Owners {
    of_conversation: HashMap<u64, u64>,
}

impl Owners {
    /// Of the contacts whose conversations links lead to.
    pub(crate) fn new<'a>(contacts: impl Iterator<Item = Contact<'a>>, links: &Links) -> Owners {
        let targets: std::collections::HashSet<u64> = links.moved().map(|(_, root)| root).collect();
        let mut owners = Owners::default();
        if targets.is_empty() {
            return owners;
        }
        for contact in contacts {
            let Some(conversation) = contact.conversation_id.map(|id| hash::key(KeyKind::Conversation, id)) else {
                continue;
            };
            let root = links.root(conversation);
            if let (Some(customer), true) = (contact.dimensions.customer_id, targets.contains(&root)) {
                let customer = hash::key(KeyKind::Customer, customer);
                let owner = owners.of_conversation.entry(root).or_insert(customer);
                *owner = (*owner).min(customer);
            }
        }
        owners
    }

    /// The group of a key: its customer, else its conversation, else itself.
    pub(crate) fn group(&self, links: &Links, key: u64) -> u64 {
        let root = links.root(key);
        self.of_conversation.get(&root).copied().unwrap_or(root)
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

/// Rows of facts by group, in the order of groups.
pub(crate) struct Keyed<R> {
    rows: Vec<(u64, R)>,
    next: usize,
}

impl<R: Clone> Keyed<R> {
    pub(crate) fn new(mut rows: Vec<(u64, R)>) -> Keyed<R> {
        rows.sort_by_key(|(key, _)| *key);
        Keyed { rows, next: 0 }
    }

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

struct Rows<'a, R> {
    members: Members<'a>,
    next: usize,
    group: Vec<R>,
}

impl<'a, R: ModelTable<'a>> Rows<'a, R> {
    fn new(members: Members<'a>) -> Self {
        Rows { members, next: 0, group: Vec::new() }
    }

    fn key(&self) -> Option<u64> {
        self.members.order.get(self.next).map(|(key, ..)| *key)
    }

    fn read(&mut self, key: u64) {
        self.group.clear();
        while let Some((at, block, row)) = self.members.order.get(self.next) {
            if *at != key {
                break;
            }
            let rows = &self.members.blocks[*block as usize];
            self.group.push(R::read(&rows.row(*row as usize)));
            self.next += 1;
        }
    }
}

/// What fold B reads beside stored rows.
pub(crate) struct FromA<'a> {
    pub(crate) contacts: Vec<(u64, Contact<'a>)>,
    pub(crate) answers: Vec<(u64, SurveyAnswer<'a>)>,
}

/// Folds all groups, in the order of their keys; `wanted` leaves groups out.
#[expect(clippy::too_many_arguments, reason = "all of it is read, none of it belongs together elsewhere")]
pub(crate) fn fold_all<'a, E>(
    blocks: &'a Blocks,
    from_a: FromA<'a>,
    links: &Links,
    owners: &Owners,
    visible: &Visible,
    context: &Context<'a>,
    wanted: &dyn Fn(u64) -> bool,
    mut each: impl FnMut(u64, customer::Facts<'a>) -> Result<(), E>,
) -> Result<(), E> {
    let members = |table: Table| -> Members<'a> {
        let blocks: &'a [Block] = blocks.get(&table).map_or(&[], Vec::as_slice);
        Members::new(table, blocks, visible, |block, row| {
            Some(owners.group(links, block.homes[row])).filter(|key| wanted(*key))
        })
    };
    let mut contacts = Keyed::new(from_a.contacts);
    let mut answers = Keyed::new(from_a.answers);
    let mut orders: Rows<'a, Order<'a>> = Rows::new(members(Table::Order));
    let mut subscription_events: Rows<'a, SubscriptionEvent<'a>> = Rows::new(members(Table::SubscriptionEvent));
    let mut article_views: Rows<'a, ArticleView<'a>> = Rows::new(members(Table::ArticleView));
    let mut activities: Rows<'a, Activity<'a>> = Rows::new(members(Table::Activity));
    let mut touchpoints: Rows<'a, Touchpoint<'a>> = Rows::new(members(Table::Touchpoint));
    let mut referrals: Rows<'a, Referral<'a>> = Rows::new(members(Table::Referral));
    let mut mentions: Rows<'a, Mention<'a>> = Rows::new(members(Table::Mention));
    let (mut contact_rows, mut answer_rows) = (Vec::new(), Vec::new());
    loop {
        let keys = [
            contacts.key(),
            answers.key(),
            orders.key(),
            subscription_events.key(),
            article_views.key(),
            activities.key(),
            touchpoints.key(),
            referrals.key(),
            mentions.key(),
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
        let mut group = customer::Group {
            customer_id: None,
            contacts: &contact_rows,
            answers: &answer_rows,
            orders: &orders.group,
            subscription_events: &subscription_events.group,
            article_views: &article_views.group,
            activities: &activities.group,
            touchpoints: &touchpoints.group,
            referrals: &referrals.group,
            mentions: &mentions.group,
        };
        group.customer_id = customer_of(&group, key);
        each(key, customer::fold(&group, context))?;
    }
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

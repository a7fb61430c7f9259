//! Folds again what an import or a forgetting touched, and writes what changed: -1 the old rows, +1 the new.
//!
//! Both sides are made from events, the old from the rows that were visible before and the new from those that
//! are visible now, because folds are pure; where both are equal nothing is written. So a refresh of every
//! group of a touched key leaves exactly what a fold of everything would.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use mittari_core::facts::{Contact, FactRow, SurveyAnswer};
use mittari_core::fold::{conversation, customer, reference};
use mittari_core::model::{Cost, Revenue, Table};

use super::customers::{InMemory, Owners};
use super::gather::{self, Blocks, Members, Visible};
use super::knowledge::{Knowledge, rows};
use super::{conversations, customers};
use crate::change_rows::ChangeRows;
use crate::error::{Result, StoreError};
use crate::hash::{self, KeyKind};
use crate::home::keys_of;
use crate::links::Links;
use crate::net;
use crate::register::Snapshot;

/// How things stood before or stand after.
pub(crate) struct Side {
    pub(crate) visible: Visible,
    pub(crate) links: Links,
    pub(crate) knowledge: Knowledge,
}

/// The keys whose rows changed, and the tables.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub(crate) conversations: HashSet<u64>,
    pub(crate) customers: HashSet<u64>,
    pub(crate) reference: bool,
}

impl Touched {
    /// Adds the keys of rows that came or went.
    pub(crate) fn add(&mut self, table: Table, block: &gather::Block) {
        if conversations::TABLES.contains(&table) && table != Table::Mention {
            self.conversations.extend(&block.homes);
        }
        if customers::TABLES.contains(&table) {
            self.customers.extend(&block.homes);
        }
        if table == Table::Mention {
            let keys = keys_of(table, &block.rows, "conversation_id", KeyKind::Conversation);
            self.conversations.extend(keys.into_iter().flatten());
        }
        self.reference |= matches!(table, Table::Cost | Table::Revenue);
    }
}

/// The data folder, and what its snapshot named before and names now.
pub(crate) struct Lake<'l> {
    pub(crate) data: &'l Path,
    pub(crate) before: &'l Snapshot,
    pub(crate) after: &'l Snapshot,
}

/// Writes the changes of all facts that the touched keys have a part in.
pub(crate) fn refresh(
    lake: &Lake<'_>,
    mut touched: Touched,
    before: &Side,
    after: &Side,
    into: &mut ChangeRows,
) -> Result<()> {
    let contacts_now = net::current(lake.data, lake.before, mittari_core::facts::Fact::Contact)?;
    let contacts_now: Vec<Contact<'_>> = customers::read_facts(&contacts_now);
    touch_changed_customers(&mut touched, &contacts_now, before, after);
    for (child, _) in changed_links(before, after) {
        touched.conversations.insert(child);
        touched.customers.insert(child);
    }
    let (keys, roots) = closure(&touched.conversations, &before.links, &after.links);
    let mut blocks = Blocks::new();
    for table in conversations::TABLES {
        let keep = |home: u64| keys.contains(&home);
        let keep: Option<&dyn Fn(u64) -> bool> = if table == Table::Mention { None } else { Some(&keep) };
        blocks.insert(table, gather::load(lake.data, lake.after, table, keep)?);
    }
    let a_before = fold_conversations(&blocks, before, &roots)?;
    let a_after = fold_conversations(&blocks, after, &roots)?;
    write_conversations(&a_before, &a_after, into)?;

    let answers_now = net::current(lake.data, lake.before, mittari_core::facts::Fact::SurveyAnswer)?;
    let answers_now: Vec<SurveyAnswer<'_>> = customers::read_facts(&answers_now);
    let contacts = Swap::new(contacts_now, &a_before, &a_after, |facts| &facts.contacts);
    let answers = Swap::new(answers_now, &a_before, &a_after, |facts| &facts.answers);
    let owners_before = owners_of(contacts.before(), &before.links);
    let owners_after = owners_of(contacts.after(), &after.links);
    let mut wanted: HashSet<u64> = HashSet::new();
    for (facts, side, owners) in [(&a_before, before, &owners_before), (&a_after, after, &owners_after)] {
        for (root, facts) in facts {
            wanted.extend(facts.contacts.iter().map(|row| customers::key_of_contact(row, &side.links)));
            wanted.extend(facts.answers.iter().map(|row| customers::key_of_answer(row, &side.links)));
            wanted.insert(owners.group(&side.links, *root));
        }
        wanted.extend(touched.customers.iter().map(|key| owners.group(&side.links, *key)));
    }
    let mut blocks = Blocks::new();
    for table in customers::TABLES {
        let keep = |home: u64| {
            wanted.contains(&owners_before.group(&before.links, home))
                || wanted.contains(&owners_after.group(&after.links, home))
        };
        blocks.insert(table, gather::load(lake.data, lake.after, table, Some(&keep))?);
    }
    let from_a_before = from_a(contacts.before(), answers.before(), &before.links, &wanted);
    let b_before = fold_customers(&blocks, from_a_before, before, &owners_before, &wanted)?;
    let from_a_after = from_a(contacts.after(), answers.after(), &after.links, &wanted);
    let b_after = fold_customers(&blocks, from_a_after, after, &owners_after, &wanted)?;
    write_customers(&b_before, &b_after, into)?;
    if touched.reference { refresh_reference(lake, before, after, into) } else { Ok(()) }
}

/// A customer whose attributes changed touches all its conversations and the customer's own rows.
fn touch_changed_customers(touched: &mut Touched, contacts: &[Contact<'_>], before: &Side, after: &Side) {
    let changed: HashSet<&str> = before.knowledge.attributes.changed_customers(&after.knowledge.attributes).collect();
    if changed.is_empty() {
        return;
    }
    touched.customers.extend(changed.iter().map(|id| hash::key(KeyKind::Customer, id)));
    let theirs = contacts.iter().filter(|row| row.dimensions.customer_id.is_some_and(|id| changed.contains(id)));
    let theirs = theirs.filter_map(|row| row.conversation_id);
    touched.conversations.extend(theirs.map(|id| hash::key(KeyKind::Conversation, id)));
}

fn changed_links(before: &Side, after: &Side) -> Vec<(u64, u64)> {
    let (old, new): (HashSet<_>, HashSet<_>) = (before.links.pairs().collect(), after.links.pairs().collect());
    old.symmetric_difference(&new).copied().collect()
}

/// All keys that share a root with a touched key, before or after, and those roots.
fn closure(touched: &HashSet<u64>, before: &Links, after: &Links) -> (HashSet<u64>, HashSet<u64>) {
    let mut keys = touched.clone();
    let mut roots = HashSet::new();
    loop {
        for key in &keys {
            roots.insert(before.root(*key));
            roots.insert(after.root(*key));
        }
        let moved = before.moved().chain(after.moved());
        let drawn: Vec<u64> =
            moved.filter(|(key, root)| roots.contains(root) && !keys.contains(key)).map(|(key, _)| key).collect();
        let of_roots: Vec<u64> = roots.iter().copied().filter(|root| !keys.contains(root)).collect();
        if drawn.is_empty() && of_roots.is_empty() {
            return (keys, roots);
        }
        keys.extend(drawn);
        keys.extend(of_roots);
    }
}

type A<'a> = BTreeMap<u64, conversation::Facts<'a>>;
type B<'a> = BTreeMap<u64, customer::Facts<'a>>;

fn fold_conversations<'a>(blocks: &'a Blocks, side: &'a Side, roots: &HashSet<u64>) -> Result<A<'a>> {
    let mut folded = BTreeMap::new();
    let context = side.knowledge.context();
    let members = |table| conversations::members(table, blocks, &side.links, &side.visible, true);
    conversations::fold_all(members, &context, |root, facts| {
        if roots.contains(&root) {
            folded.insert(root, std::mem::take(facts));
        }
        Ok::<(), StoreError>(())
    })?;
    Ok(folded)
}

fn fold_customers<'a>(
    blocks: &'a Blocks,
    from_a: (InMemory<Contact<'a>>, InMemory<SurveyAnswer<'a>>),
    side: &'a Side,
    owners: &Owners,
    wanted: &HashSet<u64>,
) -> Result<B<'a>> {
    let mut folded = BTreeMap::new();
    let context = side.knowledge.context();
    let members = |table| {
        customers::members(table, blocks, &side.links, owners, &side.visible, true, |key| wanted.contains(&key))
    };
    customers::fold_all(from_a.0, from_a.1, members, &context, |key, facts| {
        folded.insert(key, facts);
        Ok::<(), StoreError>(())
    })?;
    Ok(folded)
}

fn from_a<'r, 'a: 'r>(
    contacts: impl Iterator<Item = &'r Contact<'a>>,
    answers: impl Iterator<Item = &'r SurveyAnswer<'a>>,
    links: &Links,
    wanted: &HashSet<u64>,
) -> (InMemory<Contact<'a>>, InMemory<SurveyAnswer<'a>>) {
    let contacts = contacts.map(|row| (customers::key_of_contact(row, links), row));
    let answers = answers.map(|row| (customers::key_of_answer(row, links), row));
    let contacts = contacts.filter(|(key, _)| wanted.contains(key)).map(|(key, row)| (key, row.clone())).collect();
    let answers = answers.filter(|(key, _)| wanted.contains(key)).map(|(key, row)| (key, row.clone())).collect();
    (InMemory::new(contacts), InMemory::new(answers))
}

fn owners_of<'r, 'a: 'r>(contacts: impl Iterator<Item = &'r Contact<'a>>, links: &Links) -> Owners {
    let (mut owners, targets) = (Owners::default(), links.targets());
    if !targets.is_empty() {
        contacts.for_each(|contact| owners.note(contact, links, &targets));
    }
    owners
}

/// All rows of a fact that fold B reads, with those of refolded conversations exchanged.
struct Swap<R> {
    untouched: Vec<R>,
    before: Vec<R>,
    after: Vec<R>,
}

impl<'a, R: Narrow<'a>> Swap<R> {
    fn new(
        now: Vec<R>,
        before: &A<'a>,
        after: &A<'a>,
        of: impl for<'f> Fn(&'f conversation::Facts<'a>) -> &'f Vec<R>,
    ) -> Swap<R> {
        let before: Vec<R> = before.values().flat_map(|facts| of(facts).iter().cloned()).collect();
        let after: Vec<R> = after.values().flat_map(|facts| of(facts).iter().cloned()).collect();
        let mut refolded: std::collections::HashMap<R::Key, usize> = Default::default();
        for row in &before {
            *refolded.entry(row.key()).or_default() += 1;
        }
        let untouched = now.into_iter().filter(|row| match refolded.get_mut(&row.key()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                false
            }
            _ => true,
        });
        Swap { untouched: untouched.collect(), before, after }
    }
}

impl<R> Swap<R> {
    fn before(&self) -> impl Iterator<Item = &R> {
        self.untouched.iter().chain(&self.before)
    }

    fn after(&self) -> impl Iterator<Item = &R> {
        self.untouched.iter().chain(&self.after)
    }
}

/// A row that fold B reads: what tells it from others.
trait Narrow<'a>: FactRow<'a> + Clone {
    type Key: std::hash::Hash + Eq;
    fn key(&self) -> Self::Key;
}

impl<'a> Narrow<'a> for Contact<'a> {
    type Key = Option<&'a str>;
    fn key(&self) -> Self::Key {
        self.conversation_id
    }
}

impl<'a> Narrow<'a> for SurveyAnswer<'a> {
    type Key = (Option<&'a str>, Option<&'a str>, Option<i64>, Option<&'a str>, Option<i64>, Option<&'a str>);
    fn key(&self) -> Self::Key {
        let at = self.answered_at.map(|at| at.0);
        (self.conversation_id, self.answer_id, at, self.kind, self.score.map(|score| score.0), self.question)
    }
}

fn write<'a, R: FactRow<'a>>(before: &[R], after: &[R], into: &mut ChangeRows) -> Result<()> {
    if before == after {
        return Ok(());
    }
    into.push_all(-1, before)?;
    into.push_all(1, after)
}

fn both<'m, F>(
    before: &'m BTreeMap<u64, F>,
    after: &'m BTreeMap<u64, F>,
) -> impl Iterator<Item = (Option<&'m F>, Option<&'m F>)> {
    let keys: std::collections::BTreeSet<&u64> = before.keys().chain(after.keys()).collect();
    keys.into_iter().map(|key| (before.get(key), after.get(key)))
}

fn write_conversations(before: &A<'_>, after: &A<'_>, into: &mut ChangeRows) -> Result<()> {
    let none = conversation::Facts::default();
    for (before, after) in both(before, after) {
        let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
        write(&before.conversations, &after.conversations, into)?;
        write(&before.episodes, &after.episodes, into)?;
        write(&before.waits, &after.waits, into)?;
        write(&before.replies, &after.replies, into)?;
        write(&before.answers, &after.answers, into)?;
        write(&before.invitations, &after.invitations, into)?;
        write(&before.reviews, &after.reviews, into)?;
        write(&before.sla_targets, &after.sla_targets, into)?;
    }
    Ok(())
}

fn write_customers(before: &B<'_>, after: &B<'_>, into: &mut ChangeRows) -> Result<()> {
    let none = customer::Facts::default();
    for (before, after) in both(before, after) {
        let (before, after) = (before.unwrap_or(&none), after.unwrap_or(&none));
        write(&before.contacts, &after.contacts, into)?;
        write(&before.answer_pairs, &after.answer_pairs, into)?;
        write(&before.feedback, &after.feedback, into)?;
        write(&before.subscriptions, &after.subscriptions, into)?;
        write(&before.subscription_amounts, &after.subscription_amounts, into)?;
        write(&before.orders, &after.orders, into)?;
        write(&before.customer_months, &after.customer_months, into)?;
        write(&before.active_stretches, &after.active_stretches, into)?;
        write(&before.article_sessions, &after.article_sessions, into)?;
        write(&before.mentions, &after.mentions, into)?;
        write(&before.referrals, &after.referrals, into)?;
        write(&before.activities, &after.activities, into)?;
        write(&before.stages, &after.stages, into)?;
    }
    Ok(())
}

fn refresh_reference(lake: &Lake<'_>, before: &Side, after: &Side, into: &mut ChangeRows) -> Result<()> {
    let costs = gather::load(lake.data, lake.after, Table::Cost, None)?;
    let revenues = gather::load(lake.data, lake.after, Table::Revenue, None)?;
    let by_home = |side: &Side| {
        let context = side.knowledge.context();
        let mut found: (BTreeMap<u64, Vec<_>>, BTreeMap<u64, Vec<_>>) = Default::default();
        let members =
            Members::new(Table::Cost, &costs, &side.visible, true, |block, row| Some(costs[block].homes[row]));
        for (row, (home, ..)) in rows::<Cost<'_>>(&members).zip(&members.order) {
            found.0.entry(*home).or_default().push(reference::cost(&row, &context));
        }
        let members =
            Members::new(Table::Revenue, &revenues, &side.visible, true, |block, row| Some(revenues[block].homes[row]));
        for (row, (home, ..)) in rows::<Revenue<'_>>(&members).zip(&members.order) {
            found.1.entry(*home).or_default().push(reference::revenue(&row));
        }
        found
    };
    let (before, after) = (by_home(before), by_home(after));
    let (none_cost, none_revenue) = (Vec::new(), Vec::new());
    for (before, after) in both(&before.0, &after.0) {
        write(before.unwrap_or(&none_cost), after.unwrap_or(&none_cost), into)?;
    }
    for (before, after) in both(&before.1, &after.1) {
        write(before.unwrap_or(&none_revenue), after.unwrap_or(&none_revenue), into)?;
    }
    Ok(())
}

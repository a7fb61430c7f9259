//! Folds everything: after a bulk import, for `rebuild`, for an as-of before the last full fold, for examples.

use mittari_core::facts::Contact;
use mittari_core::fold::{conversation, customer, reference};
use mittari_core::model::{Cost, Revenue, Table};

use super::gather::{Blocks, Members, Visible};
use super::knowledge::{Knowledge, rows};
use super::{conversations, customers};
use crate::change_rows::{ChangeRows, FactBuilder};
use crate::error::{Result, StoreError};
use crate::links::Links;

/// Folds all visible rows into +1 rows.
pub(crate) fn fold(
    blocks: &Blocks,
    links: &Links,
    visible: &Visible,
    knowledge: &Knowledge,
    into: &mut ChangeRows,
) -> Result<()> {
    let context = knowledge.context();
    let mut contacts = FactBuilder::new(mittari_core::facts::Fact::Contact, 0);
    let mut answers = FactBuilder::new(mittari_core::facts::Fact::SurveyAnswer, 0);
    conversations::fold_all(blocks, links, visible, &context, |_, facts| {
        push_conversation(into, 1, &facts)?;
        facts.contacts.iter().for_each(|row| contacts.push(1, row));
        facts.answers.iter().for_each(|row| answers.push(1, row));
        Ok::<(), StoreError>(())
    })?;
    let (contacts, answers) = ([contacts.finish()?], [answers.finish()?]);
    let contacts: Vec<Contact<'_>> = customers::read_facts(&contacts);
    let owners = customers::Owners::new(contacts.iter().cloned(), links);
    let from_a = customers::FromA {
        contacts: contacts.into_iter().map(|row| (customers::key_of_contact(&row, links), row)).collect(),
        answers: customers::read_facts(&answers)
            .into_iter()
            .map(|row| (customers::key_of_answer(&row, links), row))
            .collect(),
    };
    customers::fold_all(blocks, from_a, links, &owners, visible, &context, &|_| true, |_, facts| {
        push_customer(into, 1, &facts)
    })?;
    fold_reference(blocks, visible, knowledge, 1, into)
}

/// Costs and revenues, which need no group.
pub(crate) fn fold_reference(
    blocks: &Blocks,
    visible: &Visible,
    knowledge: &Knowledge,
    weight: i8,
    into: &mut ChangeRows,
) -> Result<()> {
    let context = knowledge.context();
    let members = |table: Table| -> Members<'_> {
        let blocks = blocks.get(&table).map_or(&[][..], Vec::as_slice);
        Members::new(table, blocks, visible, |block, row| Some(block.homes[row]))
    };
    for row in rows::<Cost<'_>>(&members(Table::Cost)) {
        into.push(weight, &reference::cost(&row, &context))?;
    }
    for row in rows::<Revenue<'_>>(&members(Table::Revenue)) {
        into.push(weight, &reference::revenue(&row))?;
    }
    Ok(())
}

/// The facts of one conversation, but for contacts, which fold B completes.
pub(crate) fn push_conversation(into: &mut ChangeRows, weight: i8, facts: &conversation::Facts<'_>) -> Result<()> {
    into.push_all(weight, &facts.conversations)?;
    into.push_all(weight, &facts.episodes)?;
    into.push_all(weight, &facts.waits)?;
    into.push_all(weight, &facts.replies)?;
    into.push_all(weight, &facts.answers)?;
    into.push_all(weight, &facts.invitations)?;
    into.push_all(weight, &facts.reviews)?;
    into.push_all(weight, &facts.sla_targets)
}

/// The facts of one customer.
pub(crate) fn push_customer(into: &mut ChangeRows, weight: i8, facts: &customer::Facts<'_>) -> Result<()> {
    into.push_all(weight, &facts.contacts)?;
    into.push_all(weight, &facts.answer_pairs)?;
    into.push_all(weight, &facts.feedback)?;
    into.push_all(weight, &facts.subscriptions)?;
    into.push_all(weight, &facts.subscription_amounts)?;
    into.push_all(weight, &facts.orders)?;
    into.push_all(weight, &facts.customer_months)?;
    into.push_all(weight, &facts.active_stretches)?;
    into.push_all(weight, &facts.article_sessions)?;
    into.push_all(weight, &facts.mentions)?;
    into.push_all(weight, &facts.referrals)?;
    into.push_all(weight, &facts.activities)?;
    into.push_all(weight, &facts.stages)
}

/// The tables that a full fold reads.
pub(crate) fn tables() -> impl Iterator<Item = Table> {
    let reference = [Table::Cost, Table::Revenue];
    let tables = conversations::TABLES.into_iter().chain(customers::TABLES).chain(knowledge_tables()).chain(reference);
    let mut seen = Vec::new();
    tables.filter(move |table| {
        let new = !seen.contains(table);
        seen.push(*table);
        new
    })
}

fn knowledge_tables() -> impl Iterator<Item = Table> {
    super::knowledge::TABLES.into_iter()
}

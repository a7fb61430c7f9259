//! Folds everything that is in memory: for an as-of before the last full fold, and for examples.

use mittari_core::facts::{Contact, Fact, SurveyAnswer};
use mittari_core::fold::{conversation, customer, reference};
use mittari_core::model::{Cost, Revenue, Table};

use super::customers::{InMemory, Owners};
use super::gather::{Blocks, Members, Visible};
use super::knowledge::{Knowledge, rows};
use super::{conversations, customers};
use crate::change_rows::{ChangeRows, FactBuilder};
use crate::error::{Result, StoreError};
use crate::links::Links;

/// Folds rows in memory into +1 rows.
pub(crate) fn fold(
    blocks: &Blocks,
    links: &Links,
    visible: &Visible,
    knowledge: &Knowledge,
    into: &mut ChangeRows,
) -> Result<()> {
    let context = knowledge.context();
    let mut contacts = FactBuilder::new(Fact::Contact, 0);
    let mut answers = FactBuilder::new(Fact::SurveyAnswer, 0);
    let members = |table| conversations::members(table, blocks, links, visible, true);
    conversations::fold_all(members, &context, |_, facts| {
        push_conversation(into, 1, facts)?;
        facts.contacts.iter().for_each(|row| contacts.push(1, row));
        facts.answers.iter().for_each(|row| answers.push(1, row));
        Ok::<(), StoreError>(())
    })?;
    let (contacts, answers) = ([contacts.finish()?], [answers.finish()?]);
    let contacts: Vec<Contact<'_>> = customers::read_facts(&contacts);
    let (mut owners, targets) = (Owners::default(), links.targets());
    contacts.iter().for_each(|contact| owners.note(contact, links, &targets));
    let answers: Vec<SurveyAnswer<'_>> = customers::read_facts(&answers);
    let contacts = contacts.into_iter().map(|row| (customers::key_of_contact(&row, links), row)).collect();
    let answers = answers.into_iter().map(|row| (customers::key_of_answer(&row, links), row)).collect();
    let members = |table| customers::members(table, blocks, links, &owners, visible, true, |_| true);
    let (contacts, answers) = (InMemory::new(contacts), InMemory::new(answers));
    customers::fold_all(contacts, answers, members, &context, |_, facts| push_customer(into, 1, &facts))?;
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
        Members::new(table, blocks, visible, true, |block, row| Some(blocks[block].homes[row]))
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

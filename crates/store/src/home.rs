//! Where a stored row lives: the key whose bucket it lies in, known from the row alone.
//!
//! A row's home is its conversation (fold A) or customer (fold B), else what it names instead: an invitation, an
//! answer, a session; else itself. Homes never change when other rows come; what belongs together beyond homes
//! (a follow-up with its answer's conversation, a merged conversation with its target) is said by `links`.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use mittari_core::model::Table;

use crate::hash::{self, KeyKind};
use crate::text::TextColumn;

/// The columns that a table's rows hang on, best first.
fn home_columns(table: Table) -> &'static [(&'static str, KeyKind)] {
    use KeyKind::*;
    match table {
        Table::Event => &[("conversation_id", Conversation)],
        Table::Invitation => &[("conversation_id", Conversation), ("invitation_id", Invitation)],
        Table::Answer => &[("conversation_id", Conversation), ("invitation_id", Invitation), ("answer_id", Answer)],
        Table::FollowUp => &[("answer_id", Answer)],
        Table::Rating => &[("conversation_id", Conversation), ("review_id", Review)],
        Table::SubscriptionEvent | Table::Order | Table::Activity | Table::Touchpoint | Table::Customer => {
            &[("customer_id", Customer)]
        }
        Table::ArticleView => &[("customer_id", Customer), ("session_id", Session)],
        Table::Mention => &[("customer_id", Customer), ("author", Customer)],
        Table::Referral => &[("referrer_id", Customer)],
        Table::Agent => &[("agent_id", Customer)],
        Table::Cost | Table::Revenue | Table::Article | Table::CalendarHours | Table::SlaPolicy | Table::Annotation => {
            &[]
        }
    }
}

/// The home of every row of a batch of the lake's columns.
pub(crate) fn homes(table: Table, batch: &RecordBatch) -> Vec<u64> {
    let own = batch.column_by_name("content").and_then(|content| content.as_primitive_opt::<Int64Type>());
    let mut homes: Vec<Option<u64>> = vec![None; batch.num_rows()];
    for (name, kind) in home_columns(table) {
        let Some(texts) = column(table, batch, name) else { continue };
        texts.each(
            |text| hash::key(*kind, text),
            |row, key| {
                if homes[row].is_none() {
                    homes[row] = key;
                }
            },
        );
    }
    homes
        .into_iter()
        .enumerate()
        .map(|(row, home)| home.unwrap_or_else(|| hash::own_key(own.map_or(0, |own| own.value(row)))))
        .collect()
}

/// The keys of the texts of one column, `None` where there is none.
pub(crate) fn keys_of(table: Table, batch: &RecordBatch, name: &str, kind: KeyKind) -> Vec<Option<u64>> {
    let mut keys = vec![None; batch.num_rows()];
    if let Some(texts) = column(table, batch, name) {
        texts.each(|text| hash::key(kind, text), |row, key| keys[row] = key);
    }
    keys
}

/// A text column of a table's batch, unless it holds nothing.
pub(crate) fn column<'b>(table: Table, batch: &'b RecordBatch, name: &str) -> Option<TextColumn<'b>> {
    debug_assert!(table.columns().iter().any(|column| column.name == name));
    let array = batch.column_by_name(name)?;
    if array.null_count() == array.len() {
        return None;
    }
    TextColumn::of(array)
}

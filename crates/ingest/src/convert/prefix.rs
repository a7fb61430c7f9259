//! A prefix before every id, to keep two desks apart that number their tickets alike.
//!
//! Ids are: people, every text column named `_id`, the row's own id at its source, the agent in an assignment,
//! the conversation in a merge or split. Teams, tags and other names are not.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, DictionaryArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use arrow::error::ArrowError;
use mittari_core::model::{Column, ColumnKind, Table};

use super::Columns;

/// Puts the prefix before all ids.
pub(super) fn apply(columns: &mut Columns, prefix: &str) -> Result<(), ArrowError> {
    for column in columns.table.all_columns().filter(|column| is_id(column)) {
        if let Some(array) = columns.get(column.name) {
            let prefixed = prefixed(array, prefix)?;
            columns.set(column.name, prefixed);
        }
    }
    if columns.table == Table::Event {
        prefix_by_kind(columns, "value", &["assigned"], prefix)?;
        prefix_by_kind(columns, "target", &["merged", "split"], prefix)?;
    }
    Ok(())
}

fn is_id(column: &Column) -> bool {
    match column.kind {
        ColumnKind::Person => true,
        ColumnKind::Text => column.name.ends_with("_id"),
        _ => false,
    }
}

fn prefixed(array: &ArrayRef, prefix: &str) -> Result<ArrayRef, ArrowError> {
    let put = |texts: &StringArray| -> StringArray {
        texts.iter().map(|text| text.map(|text| format!("{prefix}{text}"))).collect()
    };
    if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() {
        let values = put(dictionary.values().as_string::<i32>());
        return Ok(Arc::new(DictionaryArray::try_new(dictionary.keys().clone(), Arc::new(values))?));
    }
    Ok(Arc::new(put(array.as_string::<i32>())))
}

fn prefix_by_kind(columns: &mut Columns, name: &'static str, kinds: &[&str], prefix: &str) -> Result<(), ArrowError> {
    let (Some(kind), Some(given)) = (columns.get("kind"), columns.get(name)) else { return Ok(()) };
    let (kind, given) = (cast(kind, &DataType::Utf8)?, cast(given, &DataType::Utf8)?);
    let cells = kind.as_string::<i32>().iter().zip(given.as_string::<i32>().iter());
    let texts = cells.map(|(kind, text)| {
        let is_id = kind.is_some_and(|kind| kinds.contains(&kind));
        text.map(|text| if is_id { format!("{prefix}{text}") } else { text.to_owned() })
    });
    let texts: StringArray = texts.collect();
    columns.set(name, Arc::new(texts));
    Ok(())
}

//! Custom values: one JSON object of texts, its names sorted, so that the same values are the same bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use serde_json::Value;

use super::{as_text, parse_each};
use crate::problem::Fault;

/// Objects of texts from JSON, structures or maps.
pub(super) fn fields(array: &ArrayRef, name: &str) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
    let mut objects = StringBuilder::new();
    let faults = match array.data_type() {
        DataType::Struct(_) => {
            of_structure(array, &mut objects)?;
            Vec::new()
        }
        DataType::Map(_, _) => {
            of_map(array, &mut objects)?;
            Vec::new()
        }
        _ => {
            let read = |text: &str| canonical(text).ok_or_else(|| not_an_object(text, name));
            parse_each(array, read, |object: Option<String>| {
                objects.append_option(object.filter(|object| object != "{}"))
            })?
        }
    };
    Ok((Arc::new(objects.finish()), faults))
}

fn not_an_object(text: &str, name: &str) -> Fault {
    Fault::of(name, text, "no JSON object of values", "write {\"name\": \"value\"}")
}

fn canonical(text: &str) -> Option<String> {
    let object: BTreeMap<String, Value> = serde_json::from_str(text).ok()?;
    let texts = object.into_iter().filter_map(|(name, value)| Some((name, text_of(value)?)));
    Some(object_of(texts))
}

fn text_of(value: Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

/// The object of names and texts, names sorted.
pub(crate) fn object_of(texts: impl IntoIterator<Item = (String, String)>) -> String {
    let sorted: BTreeMap<String, Value> = texts.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
    serde_json::to_string(&sorted).unwrap_or_default()
}

fn of_structure(array: &ArrayRef, objects: &mut StringBuilder) -> Result<(), ArrowError> {
    let structure = array.as_struct();
    let columns: Vec<ArrayRef> = structure.columns().iter().map(as_text).collect::<Result<_, _>>()?;
    for row in 0..structure.len() {
        let names = structure.column_names();
        let present = names.iter().zip(&columns).filter(|(_, column)| structure.is_valid(row) && column.is_valid(row));
        let texts = present.map(|(name, column)| ((*name).to_owned(), column.as_string::<i32>().value(row).to_owned()));
        let texts: Vec<_> = texts.filter(|(_, text)| !text.is_empty()).collect();
        objects.append_option((!texts.is_empty()).then(|| object_of(texts)));
    }
    Ok(())
}

fn of_map(array: &ArrayRef, objects: &mut StringBuilder) -> Result<(), ArrowError> {
    let map = array.as_map();
    let (keys, values) = (as_text(map.keys())?, as_text(map.values())?);
    let (keys, values) = (keys.as_string::<i32>(), values.as_string::<i32>());
    for row in 0..map.len() {
        let offsets = map.value_offsets();
        let entries = (offsets[row] as usize..offsets[row + 1] as usize).filter(|_| map.is_valid(row));
        let present = entries.filter(|entry| values.is_valid(*entry) && !values.value(*entry).is_empty());
        let texts: Vec<_> =
            present.map(|entry| (keys.value(entry).to_owned(), values.value(entry).to_owned())).collect();
        objects.append_option((!texts.is_empty()).then(|| object_of(texts)));
    }
    Ok(())
}

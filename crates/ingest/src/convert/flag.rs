//! Yes and no, in the words that files use.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanBuilder};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::parse_each;
use crate::problem::Fault;

const YES: &[&str] = &[
    "true",
    "t",
    "yes",
    "y",
    "1",
    "x",
    "kyllä",
    "tosi",
    "tak",
    "prawda",
    "да",
    "истина",
    "da",
    "ja",
    "是",
    "真",
    "1.0",
];
const NO: &[&str] =
    &["false", "f", "no", "n", "0", "ei", "epätosi", "nie", "fałsz", "нет", "ложь", "ne", "nein", "否", "假", "0.0"];

/// Flags of booleans, numbers or words.
pub(super) fn flags(array: &ArrayRef, name: &str) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
    if *array.data_type() == DataType::Boolean {
        return Ok((Arc::clone(array), Vec::new()));
    }
    let mut values = BooleanBuilder::with_capacity(array.len());
    let read =
        |text: &str| flag_of(text).ok_or_else(|| Fault::of(name, text, "neither yes nor no", "write true or false"));
    let faults = parse_each(array, read, |value| values.append_option(value))?;
    Ok((Arc::new(values.finish()), faults))
}

/// Whether a word is a yes or a no.
pub(crate) fn flag_of(text: &str) -> Option<bool> {
    match text {
        "true" => return Some(true),
        "false" => return Some(false),
        _ => {}
    }
    let plain = text.trim().to_lowercase();
    if YES.contains(&plain.as_str()) {
        return Some(true);
    }
    NO.contains(&plain.as_str()).then_some(false)
}

//! Columns of closed sets of words: always a dictionary whose values are the set, so that a key is a position.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int32Array, StringArray};
use arrow::datatypes::Int32Type;
use arrow::error::ArrowError;
use mittari_core::model::{ColumnKind, Table};

use super::parse_each;
use crate::error::nearest;
use crate::problem::Fault;

/// The positions of the words; a word that is none is a fault with the nearest that is one.
pub(super) fn choices(
    array: &ArrayRef,
    words: &'static [&'static str],
    name: &str,
) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
    let mut keys: Vec<Option<i32>> = Vec::with_capacity(array.len());
    let mut seen: HashMap<String, Option<i32>> = HashMap::new();
    let read = |word: &str| {
        let position = match seen.get(word) {
            Some(known) => *known,
            None => {
                let found = position(word, words);
                // Only words are remembered: a column of texts must not fill the memory.
                if found.is_some() && seen.len() < 256 {
                    seen.insert(word.to_owned(), found);
                }
                found
            }
        };
        position.ok_or_else(|| unknown(word, words, name))
    };
    let faults = parse_each(array, read, |key| keys.push(key))?;
    Ok((dictionary(Int32Array::from(keys), words)?, faults))
}

fn unknown(word: &str, words: &'static [&'static str], name: &str) -> Fault {
    let known = words.join(", ");
    match nearest(word, words.iter().copied()) {
        Some(near) => {
            Fault::of(name, word, format!("unknown {name}"), format!("did you mean \"{near}\"? Known are {known}"))
        }
        None => Fault::of(name, word, format!("unknown {name}"), format!("known are {known}")),
    }
}

/// The position of a word, case and the separators `-`, `_` and space not minded.
pub(crate) fn position(word: &str, words: &[&str]) -> Option<i32> {
    let exact = words.iter().position(|known| *known == word);
    let found = exact.or_else(|| {
        let plain: String = word
            .trim()
            .chars()
            .map(|sign| if matches!(sign, ' ' | '-') { '_' } else { sign.to_ascii_lowercase() })
            .collect();
        words.iter().position(|known| *known == plain)
    });
    found.map(|at| at as i32)
}

/// The set of words of a table's column.
pub(super) fn words_of(table: Table, name: &str) -> &'static [&'static str] {
    match table.columns().iter().find(|column| column.name == name).map(|column| column.kind) {
        Some(ColumnKind::Choice(words)) => words,
        _ => &[],
    }
}

/// The same word in every row.
pub(super) fn constant(word: &str, words: &'static [&'static str], rows: usize) -> Result<ArrayRef, ArrowError> {
    dictionary(Int32Array::from(vec![position(word, words); rows]), words)
}

fn dictionary(keys: Int32Array, words: &'static [&'static str]) -> Result<ArrayRef, ArrowError> {
    let values = Arc::new(StringArray::from(words.to_vec()));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values)?))
}

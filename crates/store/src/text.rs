//! Reads texts from a column, whether it is plain or a dictionary.

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, Int32Array, StringArray};
use arrow::datatypes::{DataType, Int32Type};

/// A text column of a batch.
#[derive(Clone, Copy)]
pub(crate) enum TextColumn<'a> {
    /// One text a row.
    Plain(&'a StringArray),
    /// One number a row, of a text.
    Dictionary(&'a Int32Array, &'a StringArray),
}

impl<'a> TextColumn<'a> {
    pub(crate) fn of(array: &'a ArrayRef) -> Option<TextColumn<'a>> {
        match array.data_type() {
            DataType::Utf8 => Some(TextColumn::Plain(array.as_string())),
            DataType::Dictionary(key, value) if **key == DataType::Int32 && **value == DataType::Utf8 => {
                let dictionary: &DictionaryArray<Int32Type> = array.as_dictionary();
                Some(TextColumn::Dictionary(dictionary.keys(), dictionary.values().as_string()))
            }
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn value(self, row: usize) -> Option<&'a str> {
        match self {
            TextColumn::Plain(texts) => texts.is_valid(row).then(|| texts.value(row)),
            TextColumn::Dictionary(keys, texts) => {
                if keys.is_null(row) {
                    return None;
                }
                let at = keys.value(row) as usize;
                texts.is_valid(at).then(|| texts.value(at))
            }
        }
    }

    pub(crate) fn len(self) -> usize {
        match self {
            TextColumn::Plain(texts) => texts.len(),
            TextColumn::Dictionary(keys, _) => keys.len(),
        }
    }

    /// Calls `with` once a row with what `of` makes of its text; `of` is called once for each distinct text of a
    /// dictionary.
    pub(crate) fn each<T: Copy>(self, mut of: impl FnMut(&'a str) -> T, mut with: impl FnMut(usize, Option<T>)) {
        match self {
            TextColumn::Plain(texts) => {
                for row in 0..texts.len() {
                    with(row, texts.is_valid(row).then(|| of(texts.value(row))));
                }
            }
            TextColumn::Dictionary(keys, texts) => {
                let made: Vec<Option<T>> =
                    (0..texts.len()).map(|at| texts.is_valid(at).then(|| of(texts.value(at)))).collect();
                for row in 0..keys.len() {
                    with(row, if keys.is_valid(row) { made[keys.value(row) as usize] } else { None });
                }
            }
        }
    }
}

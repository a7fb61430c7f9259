//! Text columns: any type as UTF-8, an empty text as null, zero bytes refused.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanBufferBuilder, StringArray, StringBuilder};
use arrow::buffer::NullBuffer;
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Float32Type, Float64Type, Int32Type};
use arrow::error::ArrowError;

use crate::block::without_zone;
use crate::problem::Fault;

/// Texts as they are kept: no empty ones, no zero bytes.
pub(super) fn texts(array: &ArrayRef, name: &str) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
    let plain = plain(array)?;
    let mut faults = unreadable_bytes(array, &plain, name);
    let texts = plain.as_string::<i32>();
    let first = texts.value_offsets().first().map_or(0, |offset| *offset as usize);
    let last = texts.value_offsets().last().map_or(0, |offset| *offset as usize);
    let has_zero = memchr::memchr(0, texts.value_data().get(first..last).unwrap_or_default()).is_some();
    if has_zero {
        faults.extend(zero_bytes(texts, name));
    }
    if !has_empty(texts) && faults.is_empty() {
        return Ok((plain, faults));
    }
    let mut valid = BooleanBufferBuilder::new(texts.len());
    (0..texts.len()).for_each(|row| valid.append(texts.is_valid(row) && texts.value_length(row) > 0));
    for (row, _) in &faults {
        valid.set_bit(*row, false);
    }
    let (offsets, values, _) = texts.clone().into_parts();
    let cleaned = StringArray::try_new(offsets, values, Some(NullBuffer::new(valid.finish())))?;
    Ok((Arc::new(cleaned), faults))
}

fn has_empty(texts: &StringArray) -> bool {
    let empties = texts.value_offsets().windows(2).filter(|pair| pair[0] == pair[1]).count();
    empties > 0 && empties != texts.null_count() || {
        // As many empty cells as nulls: the same ones, unless a null has text under it.
        empties > 0 && (0..texts.len()).any(|row| texts.is_valid(row) && texts.value_length(row) == 0)
    }
}

fn zero_bytes<'t>(texts: &'t StringArray, name: &'t str) -> impl Iterator<Item = (usize, Fault)> + 't {
    texts.iter().enumerate().filter_map(move |(row, text)| {
        let text = text.filter(|text| text.contains('\0'))?;
        let fault = Fault::of(name, &text.replace('\0', "␀"), "a zero byte in the text", "remove it at its source");
        Some((row, fault))
    })
}

/// Bytes given as binary that are no text: null after the cast, though there was something.
fn unreadable_bytes(given: &ArrayRef, plain: &ArrayRef, name: &str) -> Vec<(usize, Fault)> {
    if !is_binary(given.data_type()) || given.null_count() == plain.null_count() {
        return Vec::new();
    }
    let lost = (0..given.len()).filter(|row| given.is_valid(*row) && plain.is_null(*row));
    lost.map(|row| (row, Fault::of(name, "", "bytes that are no UTF-8 text", "write the column as text"))).collect()
}

fn is_binary(kind: &DataType) -> bool {
    matches!(kind, DataType::Binary | DataType::LargeBinary | DataType::BinaryView)
}

/// Any column as UTF-8, not a dictionary.
pub(super) fn plain(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    match array.data_type() {
        DataType::Utf8 => Ok(Arc::clone(array)),
        DataType::Float64 | DataType::Float32 => floats(array),
        DataType::FixedSizeBinary(_) => Ok(hexadecimal(array)),
        DataType::Timestamp(_, Some(_)) => instants(array),
        kind if is_binary(kind) => {
            let lenient = CastOptions { safe: true, ..CastOptions::default() };
            cast_with_options(array, &DataType::Utf8, &lenient)
        }
        _ => match cast(array, &DataType::Utf8) {
            Ok(text) => Ok(text),
            Err(_) => Ok(as_displayed(array)),
        },
    }
}

/// Whole numbers lose the `.0` that a column with gaps got on its way through a data frame.
fn floats(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let wide = cast(array, &DataType::Float64)?;
    debug_assert!(
        array.as_primitive_opt::<Float32Type>().is_some() || array.as_primitive_opt::<Float64Type>().is_some()
    );
    let texts = wide
        .as_primitive::<Float64Type>()
        .iter()
        .map(|value| value.filter(|value| !value.is_nan()).map(|value| value.to_string()));
    Ok(Arc::new(texts.collect::<StringArray>()))
}

/// Instants with the Z that says so.
fn instants(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let (plain, _) = without_zone(array);
    let texts = cast(&plain, &DataType::Utf8)?;
    let texts = texts.as_string::<i32>().iter().map(|text| text.map(|text| format!("{text}Z")));
    Ok(Arc::new(texts.collect::<StringArray>()))
}

fn hexadecimal(array: &ArrayRef) -> ArrayRef {
    let bytes = array.as_fixed_size_binary();
    let text = |value: &[u8]| value.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Arc::new(bytes.iter().map(|value| value.map(text)).collect::<StringArray>())
}

/// Lists, structures: as they are shown.
fn as_displayed(array: &ArrayRef) -> ArrayRef {
    let mut texts = StringBuilder::new();
    for row in 0..array.len() {
        match array.is_null(row) {
            true => texts.append_null(),
            false => texts.append_value(crate::block::shown(array, row)),
        }
    }
    Arc::new(texts.finish())
}

/// The column with its gaps filled.
pub(super) fn or_else(array: &ArrayRef, value: &str) -> Result<ArrayRef, ArrowError> {
    let plain = match array.as_dictionary_opt::<Int32Type>() {
        Some(_) => cast(array, &DataType::Utf8)?,
        None => plain(array)?,
    };
    let filled = plain.as_string::<i32>().iter().map(|text| Some(text.unwrap_or(value)));
    Ok(Arc::new(filled.collect::<StringArray>()))
}

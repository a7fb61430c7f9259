//! Numbers: whole ones and decimals, with the separators of several countries.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use arrow::error::ArrowError;
use mittari_core::decimal::{Decimal, ONE};

use super::parse_each;
use crate::problem::Fault;

/// What separates whole from part in the numbers of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberForm {
    /// Not told: `1,5` is one and a half, `1,500` cannot be known.
    Unknown,
    /// Not told, but the file is from where the comma is the decimal sign: `1,500` is one and a half.
    CommaLikely,
    /// The comma, told; a point groups thousands.
    Comma,
    /// The point, told; a comma groups thousands.
    Point,
}

const SCALE: DataType = DataType::Decimal128(18, 6);

/// Decimals with six digits after the point.
pub(super) fn decimals(
    array: &ArrayRef,
    form: NumberForm,
    name: &str,
) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
    let mut values: Vec<Option<i128>> = Vec::with_capacity(array.len());
    let faults = match array.data_type() {
        kind if *kind == SCALE => return Ok((Arc::clone(array), Vec::new())),
        DataType::Float64 | DataType::Float32 | DataType::Float16 => {
            let wide = cast(array, &DataType::Float64)?;
            let mut faults = Vec::new();
            for (row, value) in wide.as_primitive::<Float64Type>().iter().enumerate() {
                let value = value.filter(|value| !value.is_nan());
                let decimal = value.and_then(Decimal::from_f64);
                if let (Some(value), None) = (value, decimal) {
                    faults.push((row, too_large(name, &value.to_string())));
                }
                values.push(decimal.map(|decimal| i128::from(decimal.0)));
            }
            faults
        }
        _ => {
            let read = |text: &str| decimal_of(text, form).map_err(|reason| fault(name, text, reason));
            parse_each(array, read, |value: Option<Decimal>| values.push(value.map(|value| i128::from(value.0))))?
        }
    };
    let decimals = Decimal128Array::from(values).with_precision_and_scale(18, 6)?;
    Ok((Arc::new(decimals), faults))
}

/// Whole numbers.
pub(super) fn integers(
    array: &ArrayRef,
    form: NumberForm,
    name: &str,
) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
    match array.data_type() {
        DataType::Int64 => return Ok((Arc::clone(array), Vec::new())),
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
            return Ok((cast(array, &DataType::Int64)?, Vec::new()));
        }
        _ => {}
    }
    let mut values: Vec<Option<i64>> = Vec::with_capacity(array.len());
    let read = |text: &str| {
        if let Ok(whole) = text.trim().parse::<i64>() {
            return Ok(whole);
        }
        let decimal = decimal_of(text, form).map_err(|reason| fault(name, text, reason))?;
        match decimal.0 % ONE {
            0 => Ok(decimal.0 / ONE),
            _ => Err(Fault::of(name, text, "not a whole number", "write a number without a part after the point")),
        }
    };
    let faults = parse_each(array, read, |value| values.push(value))?;
    Ok((Arc::new(Int64Array::from(values)), faults))
}

fn too_large(name: &str, text: &str) -> Fault {
    fault(name, text, NumberFault::TooLarge)
}

fn fault(name: &str, text: &str, reason: NumberFault) -> Fault {
    let (reason, remedy) = match reason {
        NumberFault::NotANumber => ("not a number", "write digits with a point, such as 4.5"),
        NumberFault::TooLarge => ("too large: at most 999,999,999,999.999999", "correct it at its source"),
        NumberFault::CommaOrGroup => (
            "the comma may group thousands or begin the decimals",
            "write it without a comma, or give a mapping with decimal = \",\" or decimal = \".\"",
        ),
    };
    Fault::of(name, text, reason, remedy)
}

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberFault {
    NotANumber,
    TooLarge,
    CommaOrGroup,
}

/// The number that a text stands for.
pub(crate) fn decimal_of(text: &str, form: NumberForm) -> Result<Decimal, NumberFault> {
    let text = text.trim();
    let is_plain = !text.bytes().any(|byte| matches!(byte, b',' | b' ' | b'\'' | 0x80..)) && form != NumberForm::Comma;
    let parse = |plain: &str| {
        plain.parse::<Decimal>().map_err(|error| match error {
            mittari_core::decimal::ParseDecimalError::TooLarge(_) => NumberFault::TooLarge,
            mittari_core::decimal::ParseDecimalError::NotANumber(_) => NumberFault::NotANumber,
        })
    };
    if is_plain && text.bytes().filter(|byte| *byte == b'.').count() < 2 {
        return parse(text);
    }
    let text: String = without_gaps(text);
    parse(&plain_of(&text, form)?)
}

/// Without the spaces and apostrophes that group thousands, and with the minus that keyboards have.
fn without_gaps(text: &str) -> String {
    let is_gap = |sign: &char| matches!(sign, ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '’');
    text.chars().filter(|sign| !is_gap(sign)).map(|sign| if sign == '−' { '-' } else { sign }).collect()
}

/// The number with a point for its decimals and nothing between thousands.
fn plain_of(text: &str, form: NumberForm) -> Result<String, NumberFault> {
    let (commas, points) = (text.matches(',').count(), text.matches('.').count());
    let comma_is_last = text.rfind(',') > text.rfind('.');
    let decimal = match (form, commas, points) {
        (_, 0, 0) => return Ok(text.to_owned()),
        (NumberForm::Comma, _, _) if commas == 0 && points == 1 && !is_grouped(text, '.') => '.',
        (NumberForm::Comma, _, _) => ',',
        (NumberForm::Point, _, _) => '.',
        (_, 0, 1) => '.',
        (_, 0, _) => ',',
        (_, 1, 0) if !is_grouped(text, ',') => ',',
        (NumberForm::CommaLikely, 1, 0) => ',',
        (_, 1, 0) => return Err(NumberFault::CommaOrGroup),
        (_, _, 0) => '.',
        _ if comma_is_last => ',',
        _ => '.',
    };
    let group = if decimal == ',' { '.' } else { ',' };
    let (whole, part) = text.split_once(decimal).unwrap_or((text, ""));
    if (whole.contains(group) && !is_grouped(whole, group)) || part.contains([',', '.']) {
        return Err(NumberFault::NotANumber);
    }
    let whole = whole.replace(group, "");
    Ok(if part.is_empty() { whole } else { format!("{whole}.{part}") })
}

/// Whether the sign stands where it would group thousands: `1,234,567`, not `0,123`.
fn is_grouped(text: &str, group: char) -> bool {
    let mut parts = text.trim_start_matches(['-', '+']).split(group);
    let first = parts.next().unwrap_or_default();
    let starts_well = (1..=3).contains(&first.len()) && !first.starts_with('0');
    starts_well && parts.all(|part| part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Only read where a type is known to be whole.
pub(super) fn whole_values(array: &ArrayRef) -> Option<&Int64Array> {
    array.as_primitive_opt::<Int64Type>()
}

/// Decimal values as counts of millionths.
pub(super) fn millionths(array: &ArrayRef, row: usize) -> Option<i64> {
    let decimals = array.as_primitive_opt::<Decimal128Type>()?;
    decimals.is_valid(row).then(|| decimals.value(row) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, form: NumberForm) -> Result<String, NumberFault> {
        decimal_of(text, form).map(|decimal| decimal.to_string())
    }

    #[test]
    fn numbers_are_read_as_each_country_writes_them() {
        for (text, value) in [
            ("4.5", "4.5"),
            ("4,5", "4.5"),
            ("1 234,50", "1234.5"),
            ("1.234,5", "1234.5"),
            ("1,234.5", "1234.5"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("1'234.5", "1234.5"),
            ("0,125", "0.125"),
            ("−3", "-3"),
        ] {
            assert_eq!(read(text, NumberForm::Unknown).as_deref(), Ok(value), "{text}");
        }
        assert_eq!(read("1,500", NumberForm::CommaLikely).as_deref(), Ok("1.5"));
        assert_eq!(read("1.500", NumberForm::CommaLikely).as_deref(), Ok("1.5"));
        assert_eq!(read("1.500", NumberForm::Comma).as_deref(), Ok("1500"));
        assert_eq!(read("1,500", NumberForm::Point).as_deref(), Ok("1500"));
    }

    #[test]
    fn a_comma_that_may_mean_two_things_is_not_guessed() {
        assert_eq!(read("1,500", NumberForm::Unknown), Err(NumberFault::CommaOrGroup));
        assert_eq!(read("1,50", NumberForm::Point), Err(NumberFault::NotANumber));
        assert_eq!(read("four", NumberForm::Unknown), Err(NumberFault::NotANumber));
        assert_eq!(read("1,2,3", NumberForm::Unknown), Err(NumberFault::NotANumber));
        assert_eq!(read("1234567890123", NumberForm::Unknown), Err(NumberFault::TooLarge));
    }
}

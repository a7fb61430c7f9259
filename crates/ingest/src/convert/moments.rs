//! Columns of moments and of civil dates.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Date32Array, TimestampMicrosecondArray};
use arrow::compute::{cast, max, min};
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimeUnit, TimestampMicrosecondType};
use arrow::error::ArrowError;
use mittari_core::model::Table;
use mittari_core::time::DAY;

use super::{Columns, parse_each};
use crate::block::without_zone;
use crate::moment::{Clock, MomentFault, MomentForm, epoch_by_size, in_range, instant_of, usual};
use crate::problem::Fault;

/// Instants in microseconds UTC.
pub(super) fn instants(
    array: &ArrayRef,
    form: &MomentForm,
    clock: &mut Clock,
    name: &str,
) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
    let mut values: Vec<Option<i64>> = Vec::new();
    let faults = match array.data_type() {
        DataType::Timestamp(_, zone) => {
            let is_instant = zone.is_some() || clock.is_utc();
            return timestamps(array, is_instant, clock, name);
        }
        DataType::Date32 | DataType::Date64 => return timestamps(array, false, clock, name),
        DataType::Int64 | DataType::Int32 | DataType::UInt32 | DataType::UInt64 if *form == MomentForm::Usual(None) => {
            let counts = cast(array, &DataType::Int64)?;
            let micros = counts.as_primitive::<Int64Type>().unary::<_, Int64Type>(epoch_by_size);
            return checked(TimestampMicrosecondArray::new(micros.values().clone(), micros.nulls().cloned()), name);
        }
        _ => {
            let read = |text: &str| instant_of(text, form, clock).map_err(|fault| of(name, text, fault));
            parse_each(array, read, |value| values.push(value))?
        }
    };
    Ok((Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC")), faults))
}

fn of(name: &str, text: &str, fault: MomentFault) -> Fault {
    Fault::of(name, text, fault.reason(), fault.remedy())
}

/// Timestamps of any unit; those without a zone are on the clock.
fn timestamps(
    array: &ArrayRef,
    is_instant: bool,
    clock: &mut Clock,
    name: &str,
) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
    let (plain, _) = without_zone(array);
    let micros = cast(&plain, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
    let micros = micros.as_primitive::<TimestampMicrosecondType>().clone();
    if is_instant || clock.is_utc() {
        return checked(micros, name);
    }
    let shifted = micros.iter().map(|civil| civil.and_then(|civil| clock.instant(civil)));
    checked(shifted.collect(), name)
}

/// Instants whose range is looked at once for the column.
fn checked(instants: TimestampMicrosecondArray, name: &str) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
    let is_within = |bound: Option<i64>| bound.is_none_or(|bound| in_range(bound).is_ok());
    if is_within(min(&instants)) && is_within(max(&instants)) {
        return Ok((Arc::new(instants.with_timezone("UTC")), Vec::new()));
    }
    let mut faults = Vec::new();
    let kept = instants.iter().enumerate().map(|(row, instant)| {
        let instant = instant?;
        in_range(instant).map_err(|fault| faults.push((row, of(name, &instant.to_string(), fault)))).ok()
    });
    let kept: TimestampMicrosecondArray = kept.collect();
    Ok((Arc::new(kept.with_timezone("UTC")), faults))
}

/// Civil dates.
pub(super) fn dates(
    array: &ArrayRef,
    form: &MomentForm,
    clock: &mut Clock,
    name: &str,
) -> Result<(ArrayRef, Vec<(usize, Fault)>), ArrowError> {
    match array.data_type() {
        DataType::Date32 => return Ok((Arc::clone(array), Vec::new())),
        DataType::Date64 | DataType::Timestamp(_, None) => return Ok((cast(array, &DataType::Date32)?, Vec::new())),
        _ => {}
    }
    let mut values: Vec<Option<i32>> = Vec::with_capacity(array.len());
    let read = |text: &str| date_of(text, form, clock).map_err(|fault| of(name, text, fault));
    let faults = parse_each(array, read, |value| values.push(value))?;
    Ok((Arc::new(Date32Array::from(values)), faults))
}

/// Days since 1970 of the civil date that a text names; an hour beside it does not matter.
fn date_of(text: &str, form: &MomentForm, clock: &mut Clock) -> Result<i32, MomentFault> {
    let civil = match form {
        MomentForm::Usual(day) => usual(text.trim(), *day)?.civil,
        _ => {
            let mut utc = Clock::new(jiff::tz::TimeZone::UTC);
            let _ = clock;
            instant_of(text, form, &mut utc)?
        }
    };
    i32::try_from(civil.div_euclid(DAY)).map_err(|_| MomentFault::OutOfRange)
}

/// `occurred_at` of the tables in which something else says when.
pub(super) fn fill_occurred_at(columns: &mut Columns, clock: &mut Clock) -> Result<(), ArrowError> {
    let default: TimestampMicrosecondArray = match columns.table {
        Table::Cost | Table::Revenue => {
            let starts = columns.get("period_start").and_then(|dates| dates.as_primitive_opt::<Date32Type>()).cloned();
            let start = |row: usize| {
                let day = starts.as_ref().filter(|starts| starts.is_valid(row)).map(|starts| starts.value(row));
                day.and_then(|day| clock.instant(i64::from(day) * DAY))
            };
            (0..columns.rows).map(start).collect()
        }
        Table::CalendarHours => {
            let from = columns.get("valid_from").and_then(|dates| dates.as_primitive_opt::<Date32Type>()).cloned();
            let start = |row: usize| {
                let day = from.as_ref().filter(|from| from.is_valid(row)).map(|from| from.value(row));
                Some(day.and_then(|day| clock.instant(i64::from(day) * DAY)).unwrap_or(0))
            };
            (0..columns.rows).map(start).collect()
        }
        Table::Customer | Table::Agent | Table::SlaPolicy | Table::Article => {
            let from =
                columns.get("valid_from").and_then(|from| from.as_primitive_opt::<TimestampMicrosecondType>()).cloned();
            let start =
                |row: usize| Some(from.as_ref().filter(|from| from.is_valid(row)).map_or(0, |from| from.value(row)));
            (0..columns.rows).map(start).collect()
        }
        _ => return Ok(()),
    };
    let given = columns.get("occurred_at").and_then(|given| given.as_primitive_opt::<TimestampMicrosecondType>());
    let filled: TimestampMicrosecondArray = match given {
        None => default,
        Some(given) => given.iter().zip(default.iter()).map(|(given, default)| given.or(default)).collect(),
    };
    columns.set("occurred_at", Arc::new(filled.with_timezone("UTC")));
    Ok(())
}

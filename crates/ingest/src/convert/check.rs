//! What one column cannot know: required cells, and cells that contradict each other.

use arrow::array::{Array, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int32Type};
use arrow::error::ArrowError;
use mittari_core::model::{Choice as _, Table};

use super::events::events;
use super::number::{millionths, whole_values};
use super::{Columns, Faults, choice};
use crate::problem::Fault;

/// Every row has what its table requires.
pub(super) fn required(columns: &Columns, faults: &mut Faults) {
    let own = columns.table.columns().iter().filter(|column| column.required).map(|column| column.name);
    for name in own.chain(["occurred_at"]) {
        let array = columns.get(name);
        if array.is_some_and(|array| array.null_count() == 0) {
            continue;
        }
        let lacks = |row: &usize| array.is_none_or(|array| array.is_null(*row));
        for row in (0..columns.rows).filter(lacks) {
            faults.add(row, Fault::missing(columns.name_in_file(name), columns.table.name()));
        }
    }
}

/// The cells of each row agree.
pub(super) fn rows(columns: &mut Columns, faults: &mut Faults) -> Result<(), ArrowError> {
    match columns.table {
        Table::Event => events(columns, faults),
        Table::Answer => {
            answers(columns, faults);
            Ok(())
        }
        Table::Rating => {
            ratings(columns, faults);
            Ok(())
        }
        Table::Order => {
            orders(columns, faults);
            Ok(())
        }
        Table::Mention => {
            mentions(columns, faults);
            Ok(())
        }
        Table::Cost | Table::Revenue => {
            periods(columns, faults);
            Ok(())
        }
        Table::CalendarHours => calendars(columns, faults),
        _ => Ok(()),
    }
}

fn shown_decimal(millionths: i64) -> String {
    mittari_core::decimal::Decimal(millionths).to_string()
}

/// A score outside of its scale, or a scale upside down.
fn off_scale(columns: &Columns, row: usize, default: Option<(i64, i64)>) -> Option<Fault> {
    let cell = |name: &str| columns.get(name).and_then(|array| millionths(array, row));
    let score = cell("score")?;
    let min = cell("scale_min").or(default.map(|(min, _)| min));
    let max = cell("scale_max").or(default.map(|(_, max)| max));
    if let (Some(min), Some(max)) = (min, max)
        && min >= max
    {
        let scale = format!("{}-{}", shown_decimal(min), shown_decimal(max));
        return Some(Fault::of(
            columns.name_in_file("scale_max"),
            &scale,
            "the scale ends where it begins or before",
            "give scale_min below scale_max",
        ));
    }
    let is_below = min.is_some_and(|min| score < min);
    let is_above = max.is_some_and(|max| score > max);
    if !is_below && !is_above {
        return None;
    }
    let ends = [min, max].map(|end| end.map_or("…".to_owned(), shown_decimal));
    let reason = format!("the score is outside of its scale {}-{}", ends[0], ends[1]);
    Some(Fault::of(
        columns.name_in_file("score"),
        &shown_decimal(score),
        reason,
        "correct it, or give the scale in scale_min and scale_max",
    ))
}

fn answers(columns: &Columns, faults: &mut Faults) {
    for row in 0..columns.rows {
        let has = |name: &str| columns.get(name).is_some_and(|array| array.is_valid(row));
        if !has("score") && !has("choice") && !has("comment") {
            faults.add(row, Fault::missing(columns.name_in_file("score"), columns.table.name()));
        }
        if let Some(fault) = off_scale(columns, row, None) {
            faults.add(row, fault);
        }
        if let Some(fault) = effort_without_wording(columns, row) {
            faults.add(row, fault);
        }
    }
}

/// An effort score says nothing while nobody knows whether high is good.
fn effort_without_wording(columns: &Columns, row: usize) -> Option<Fault> {
    let kind = columns.get("kind")?.as_dictionary_opt::<Int32Type>()?;
    let is_effort =
        kind.key(row) == choice::position("ces", mittari_core::model::AnswerKind::WORDS).map(|at| at as usize);
    let has_wording = columns.get("wording").is_some_and(|wording| wording.is_valid(row));
    (is_effort && !has_wording).then(|| Fault {
        column: Some(columns.name_in_file("wording").to_owned()),
        value: None,
        reason: "an effort score without its wording: high may be good or bad".to_owned(),
        remedy: "add the column \"wording\": ease where high is good, effort where high is bad".to_owned(),
    })
}

fn ratings(columns: &Columns, faults: &mut Faults) {
    let applies = |row: usize| {
        let flags = columns.get("not_applicable").and_then(|flags| flags.as_boolean_opt());
        !flags.is_some_and(|flags| flags.is_valid(row) && flags.value(row))
    };
    for row in (0..columns.rows).filter(|row| applies(*row)) {
        if let Some(fault) = off_scale(columns, row, Some((0, mittari_core::decimal::ONE))) {
            faults.add(row, fault);
        }
    }
}

fn orders(columns: &Columns, faults: &mut Faults) {
    for row in 0..columns.rows {
        let cell = |name: &str| columns.get(name).and_then(|array| millionths(array, row));
        if let Some(amount) = cell("amount").filter(|amount| *amount < 0) {
            let name = columns.name_in_file("amount");
            faults.add(
                row,
                Fault::of(
                    name,
                    &shown_decimal(amount),
                    "a negative amount",
                    "give a refund as a positive amount with refund = true",
                ),
            );
        }
        if let Some(share) = cell("margin_share").filter(|share| !(0..=mittari_core::decimal::ONE).contains(share)) {
            let name = columns.name_in_file("margin_share");
            faults.add(row, Fault::of(name, &shown_decimal(share), "a share outside of 0 to 1", "write 0.25 for 25 %"));
        }
    }
}

fn mentions(columns: &Columns, faults: &mut Faults) {
    let Some(sentiments) = columns.get("sentiment").and_then(whole_values) else { return };
    for (row, sentiment) in sentiments.iter().enumerate() {
        if let Some(sentiment) = sentiment.filter(|sentiment| !(-1..=1).contains(sentiment)) {
            let name = columns.name_in_file("sentiment");
            faults.add(
                row,
                Fault::of(name, &sentiment.to_string(), "a sentiment other than -1, 0 or 1", "write -1, 0 or 1"),
            );
        }
    }
}

fn periods(columns: &Columns, faults: &mut Faults) {
    let dates = |name: &str| columns.get(name).and_then(|dates| dates.as_primitive_opt::<Date32Type>());
    let (Some(starts), Some(ends)) = (dates("period_start"), dates("period_end")) else { return };
    for (row, (start, end)) in starts.iter().zip(ends).enumerate() {
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            let name = columns.name_in_file("period_end");
            faults.add(
                row,
                Fault::of_row(
                    "the period ends where it begins or before",
                    format!("\"{name}\" is the day after the last"),
                )
                .in_column(name),
            );
        }
    }
}

fn calendars(columns: &mut Columns, faults: &mut Faults) -> Result<(), ArrowError> {
    let text = |name: &str| -> Result<Option<StringArray>, ArrowError> {
        let array = columns.get(name).map(|array| cast(array, &DataType::Utf8)).transpose()?;
        Ok(array.map(|array| array.as_string::<i32>().clone()))
    };
    let (zones, opens, closes) = (text("zone")?, text("opens")?, text("closes")?);
    let weekdays = columns.get("weekday").and_then(whole_values);
    let holidays = columns.get("holiday");
    for row in 0..columns.rows {
        let cell = |texts: &Option<StringArray>| {
            texts.as_ref().filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row).to_owned())
        };
        if let Some(zone) = cell(&zones).filter(|zone| jiff::tz::TimeZone::get(zone).is_err()) {
            faults.add(
                row,
                Fault::of(
                    columns.name_in_file("zone"),
                    &zone,
                    "unknown time zone",
                    "name it as the zone database does: \"Europe/Helsinki\"",
                ),
            );
        }
        if holidays.is_some_and(|holidays| holidays.is_valid(row)) {
            continue;
        }
        let weekday = weekdays.filter(|days| days.is_valid(row)).map(|days| days.value(row));
        let (open, close) = (cell(&opens), cell(&closes));
        match (weekday, &open, &close) {
            (Some(1..=7), Some(open), Some(close)) => match (minute_of_day(open), minute_of_day(close)) {
                (Some(from), Some(to)) if from < to => {}
                _ => faults.add(
                    row,
                    Fault::of(
                        columns.name_in_file("closes"),
                        &format!("{open}-{close}"),
                        "no hours of a day",
                        "write opens and closes as HH:MM, closes the later; midnight is 24:00",
                    ),
                ),
            },
            (Some(day), _, _) if !(1..=7).contains(&day) => {
                faults.add(
                    row,
                    Fault::of(
                        columns.name_in_file("weekday"),
                        &day.to_string(),
                        "no weekday",
                        "write 1 for Monday to 7 for Sunday",
                    ),
                );
            }
            _ => faults.add(
                row,
                Fault::of_row("neither hours nor a holiday", "fill in weekday, opens and closes, or holiday"),
            ),
        }
    }
    Ok(())
}

/// Minutes since midnight of `HH:MM`.
fn minute_of_day(text: &str) -> Option<u32> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.get(..2)?.parse().ok()?);
    (minute < 60 && (hour < 24 || (hour == 24 && minute == 0))).then_some(hour * 60 + minute)
}

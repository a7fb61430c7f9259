//! What happened beside the numbers, and what things are called: annotations, titles of articles, calendars.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimestampMicrosecondType};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mittari_core::model::Table;
use mittari_core::time::Instant;
use mittari_store::Store;

use super::card::Mark;
use crate::failure::Done;

/// The annotations of a stretch of days, in the order of time.
pub(crate) fn between(store: &Store, zone: &TimeZone, from: Date, to: Date) -> Done<Vec<Mark>> {
    let mut marks = Vec::new();
    for batch in rows_of(store, Table::Annotation)? {
        let (kinds, names, notes) = (texts(&batch, "kind")?, texts(&batch, "name")?, texts(&batch, "note")?);
        let Some(moments) = batch.column_by_name("occurred_at") else { continue };
        let moments = moments.as_primitive::<TimestampMicrosecondType>();
        for row in 0..batch.num_rows() {
            let Some(at) = Instant(moments.value(row)).to_timestamp() else { continue };
            let on = zone.to_datetime(at).date();
            if on >= from && on < to {
                let kind = kinds[row].clone().unwrap_or_default();
                let name = names[row].clone().unwrap_or_else(|| kind.clone());
                marks.push(Mark { on, kind, name, note: notes[row].clone() });
            }
        }
    }
    marks.sort_by(|a, b| (a.on, &a.name).cmp(&(b.on, &b.name)));
    Ok(marks)
}

/// What articles are called, by id.
pub(crate) fn article_titles(store: &Store) -> Done<HashMap<String, String>> {
    let mut found = HashMap::new();
    for batch in rows_of(store, Table::Article)? {
        let ids = texts(&batch, "article_id")?.into_iter();
        found.extend(ids.zip(texts(&batch, "title")?).filter_map(|(id, title)| id.zip(title)));
    }
    Ok(found)
}

/// Whether calendars came as rows.
pub(crate) fn has_calendars(store: &Store) -> bool {
    store.row_counts().contains_key(&Table::CalendarHours)
}

fn rows_of(store: &Store, table: Table) -> Done<Vec<RecordBatch>> {
    if store.row_counts().contains_key(&table) { Ok(store.rows(table)?) } else { Ok(Vec::new()) }
}

/// A column as texts.
pub(crate) fn texts(batch: &RecordBatch, name: &str) -> Done<Vec<Option<String>>> {
    let Some(column) = batch.column_by_name(name) else { return Ok(vec![None; batch.num_rows()]) };
    let column = cast(column, &DataType::Utf8).map_err(anyhow::Error::from)?;
    let column = column.as_string::<i32>();
    Ok((0..column.len()).map(|row| column.is_valid(row).then(|| column.value(row).to_owned())).collect())
}

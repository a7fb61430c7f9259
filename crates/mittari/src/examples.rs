//! Running the worked examples of metric files: given rows through import, folds and engine, the answer compared.
//!
//! Given rows go the way of everybody's: they are written as a table file and read by `ingest`. Nothing of an
//! example touches the data folder.

use std::path::Path;

use arrow::array::RecordBatch;
use mittari_core::metric::{Catalogue, Example, ExpectedRow, GivenTable, Metric};
use mittari_core::model::{ColumnKind, Table};
use mittari_core::time::{Instant, MINUTE};
use mittari_engine::{Query, QueryText, ResultRow};
use mittari_ingest::{As, Options};
use tempfile::TempDir;

use crate::failure::{Done, Failure};
use crate::report::rows::{by_hash, name_people};

/// Where the examples of one run put their rows.
pub(crate) struct Bench {
    folder: TempDir,
    runtime: tokio::runtime::Runtime,
}

/// What became of an example.
pub(crate) struct Tried {
    pub(crate) metric: String,
    pub(crate) example: String,
    /// The metric file and line.
    pub(crate) file: String,
    pub(crate) line: u32,
    /// How the answer differs from what is expected; none: it does not.
    pub(crate) failures: Vec<String>,
}

/// 2026-01-05T09:00:00Z, a Monday: where filled-in times begin.
const FILLED_FROM: i64 = 1_767_603_600_000_000;

impl Bench {
    pub(crate) fn new() -> Done<Bench> {
        Ok(Bench { folder: TempDir::new()?, runtime: crate::runtime()? })
    }

    /// Runs one example of a metric's file.
    pub(crate) fn run(&self, catalogue: &Catalogue, metric: &Metric, example: &Example) -> Tried {
        let id = match &example.variant {
            Some(variant) => format!("{}_{variant}", metric.base),
            None => metric.id.clone(),
        };
        let failures = match self.answer(catalogue, &id, example) {
            Ok(rows) => differences(&rows, &example.expect.0),
            Err(failure) => vec![failure.to_string().replace('\n', "; ")],
        };
        Tried { metric: id, example: example.name.clone(), file: metric.file.clone(), line: example.line, failures }
    }

    fn answer(&self, catalogue: &Catalogue, id: &str, example: &Example) -> Done<Vec<ResultRow>> {
        let mut tables = Vec::new();
        for given in &example.given {
            tables.extend(self.read(given, &example.settings.zone)?);
        }
        if let Some(now) = &example.now {
            // What happened last decides what time it is; an annotation happens and counts nowhere.
            let text = format!("occurred_at,kind\n{now},release\n");
            tables.extend(self.read_text(Table::Annotation, &text, &example.settings.zone, |_| example.line)?);
        }
        let facts = mittari_store::memory::facts(tables, &example.settings)?;
        let mut query = Query::parse(&QueryText {
            metrics: vec![id.to_owned()],
            from: example.from.clone(),
            to: example.to.clone(),
            by: example.by.iter().cloned().collect(),
            filters: example.filters.clone(),
            compare: example.compare.clone(),
            as_of: None,
            attribution: example.attribution.clone(),
        })?;
        query.filters = query.filters.iter().map(|filter| by_hash(facts.people(), filter)).collect();
        let answer = mittari_engine::run(&facts, catalogue, &example.settings, &query);
        let mut rows = self.runtime.block_on(answer)?;
        rows.iter_mut().for_each(|row| name_people(facts.people(), row));
        Ok(rows)
    }

    fn read(&self, given: &GivenTable, zone: &str) -> Done<Vec<(Table, RecordBatch)>> {
        if given.columns.is_empty() || given.rows.is_empty() {
            return Ok(Vec::new());
        }
        let filled = filled_columns(given);
        let mut writer = csv::Writer::from_writer(Vec::new());
        let header = given.columns.iter().map(String::as_str).chain(filled.iter().map(|(name, _)| *name));
        writer.write_record(header).map_err(anyhow::Error::from)?;
        let mut lines = Vec::new();
        for (number, (line, cells)) in given.each_row().enumerate() {
            let own = cells.into_iter().map(Option::unwrap_or_default);
            let record: Vec<String> = own.chain(filled.iter().map(|(_, kind)| filled_cell(*kind, number))).collect();
            writer.write_record(record).map_err(anyhow::Error::from)?;
            lines.push(line);
        }
        let bytes = writer.into_inner().map_err(|error| anyhow::Error::msg(error.to_string()))?;
        let text = String::from_utf8_lossy(&bytes);
        self.read_text(given.table, &text, zone, |row| lines.get(row).copied().unwrap_or(given.line))
    }

    /// Reads rows as an import would; `line_of` tells the line in the metric file of a row's number.
    fn read_text(
        &self,
        table: Table,
        text: &str,
        zone: &str,
        line_of: impl Fn(usize) -> u32,
    ) -> Done<Vec<(Table, RecordBatch)>> {
        let path = self.folder.path().join(format!("{}.csv", table.name()));
        std::fs::write(&path, text)?;
        let options = Options { as_: Some(As::Table(table)), ..Options::default() }.with_zone(zone)?;
        let mut batches = Vec::new();
        for chunk in mittari_ingest::open(&[Path::new(&path).to_owned()], &options)? {
            let chunk = chunk?;
            if let Some(problem) = chunk.problems.first() {
                let line = line_of((problem.line as usize).saturating_sub(2));
                let value = problem.value.clone().unwrap_or_default();
                return Err(Failure::input(
                    format!("given, line {line}: {value:?}: {}", problem.reason),
                    problem.remedy.clone(),
                ));
            }
            batches.push((chunk.table, chunk.rows));
        }
        Ok(batches)
    }
}

/// Required columns that the example leaves out, and the moment where the table needs one.
fn filled_columns(given: &GivenTable) -> Vec<(&'static str, ColumnKind)> {
    let is_given = |name: &str| given.columns.iter().any(|column| column == name);
    let required = given.table.columns().iter().filter(|column| column.required && !is_given(column.name));
    let mut filled: Vec<_> = required.map(|column| (column.name, column.kind)).collect();
    let times_itself = matches!(given.table, Table::Cost | Table::Revenue)
        || given.table.columns().iter().any(|column| column.name == "valid_from");
    if !times_itself && !is_given("occurred_at") {
        filled.push(("occurred_at", ColumnKind::Instant));
    }
    filled
}

/// An id that differs by row, a time one minute after the last, the first word of a choice.
fn filled_cell(kind: ColumnKind, number: usize) -> String {
    match kind {
        ColumnKind::Instant => Instant(FILLED_FROM + number as i64 * MINUTE).to_string(),
        ColumnKind::Choice(words) => words.first().copied().unwrap_or_default().to_owned(),
        ColumnKind::Integer | ColumnKind::Decimal => "1".to_owned(),
        ColumnKind::Flag => "true".to_owned(),
        ColumnKind::Date => "2026-01-05".to_owned(),
        ColumnKind::Text | ColumnKind::Person | ColumnKind::Private | ColumnKind::Fields => {
            format!("filled-{}", number + 1)
        }
    }
}

/// How the answer differs from what is expected, row by row.
fn differences(rows: &[ResultRow], expected: &[ExpectedRow]) -> Vec<String> {
    let mut found = Vec::new();
    for (number, wanted) in expected.iter().enumerate() {
        let named = wanted.texts.contains_key("period") || !wanted.group.is_empty();
        let row = if named { rows.iter().find(|row| is_named(row, wanted)) } else { rows.get(number) };
        match row {
            Some(row) => found.extend(row_differences(row, wanted)),
            None => found.push(format!("expected a row {}, the answer has {}", described(wanted), listed(rows))),
        }
    }
    let whole =
        expected.len() > 1 || expected.first().is_some_and(|wanted| wanted.texts.is_empty() && wanted.group.is_empty());
    if whole && rows.len() > expected.len() {
        found.push(format!("expected {} rows, the answer has {}: {}", expected.len(), rows.len(), listed(rows)));
    }
    found
}

fn is_named(row: &ResultRow, wanted: &ExpectedRow) -> bool {
    let period = wanted.texts.get("period").is_none_or(|period| row.period == *period);
    period && wanted.group.iter().all(|(name, value)| row.group.get(name) == value.as_deref())
}

fn row_differences(row: &ResultRow, wanted: &ExpectedRow) -> Vec<String> {
    let known = serde_json::to_value(row).unwrap_or_default();
    let mut found = Vec::new();
    for (key, expected) in &wanted.numbers {
        let actual = known[key].as_f64();
        if !expected.is(actual) {
            let actual = actual.map_or_else(|| "no value".to_owned(), |actual| actual.to_string());
            found.push(format!("{}{key}: expected {expected}, got {actual}", of_row(row)));
        }
    }
    for (key, expected) in &wanted.texts {
        if known[key].as_str() != expected.as_deref() {
            let none = || "none".to_owned();
            let expected = expected.clone().unwrap_or_else(none);
            let actual = known[key].as_str().map_or_else(none, str::to_owned);
            found.push(format!("{}{key}: expected {expected}, got {actual}", of_row(row)));
        }
    }
    for (name, expected) in &wanted.group {
        if row.group.get(name) != expected.as_deref() {
            found.push(format!("{name}: expected {expected:?}, got {:?}", row.group.get(name)));
        }
    }
    found
}

fn of_row(row: &ResultRow) -> String {
    let groups = row.group.0.iter().map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("unknown")));
    let named: Vec<String> = row.period.clone().into_iter().chain(groups).collect();
    if named.is_empty() { String::new() } else { format!("{}: ", named.join(", ")) }
}

fn described(wanted: &ExpectedRow) -> String {
    let period = wanted.texts.get("period").cloned().flatten();
    let groups = wanted.group.iter().map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("unknown")));
    period.into_iter().chain(groups).collect::<Vec<_>>().join(", ")
}

fn listed(rows: &[ResultRow]) -> String {
    let shown = |row: &ResultRow| {
        let value = row.value.map_or_else(|| "no value".to_owned(), |value| value.to_string());
        format!("{}{value}", of_row(row))
    };
    let all: Vec<String> = rows.iter().take(8).map(shown).collect();
    if all.is_empty() { "no rows".to_owned() } else { all.join("; ") }
}

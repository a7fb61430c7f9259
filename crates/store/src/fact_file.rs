//! The change rows of one fact on their way into a file.

use std::path::Path;

use mittari_core::decimal::Decimal;
use mittari_core::facts::{CellSink, Fact, FactKind, FactRow};
use mittari_core::time::{DAY, Instant, Span};

use crate::cells::day_number;
use crate::error::Result;
use crate::files::{PageFile, Rows};
use crate::pages::{Layout, PageColumn};
use crate::register::FileRecord;
use crate::schema::{change, fact_schema};

/// Rows of a row group: what waits in memory.
const GROUP_ROWS: usize = 1 << 17;

/// Queries read facts whole: large pages.
const LAYOUT: Layout = Layout { page_rows: 1 << 15 };

/// A fact's file, begun with its first row.
pub(crate) struct FactFile {
    fact: Fact,
    recorded_at: i64,
    columns: Vec<PageColumn>,
    rows: usize,
    /// The place of the column that dates the rows.
    dated: usize,
    span: Option<(i64, i64)>,
    minus: bool,
    file: Option<PageFile>,
}

impl FactFile {
    pub(crate) fn new(fact: Fact, recorded_at: i64) -> FactFile {
        let columns = fact_schema(fact).fields().iter().map(|field| PageColumn::new(field.data_type())).collect();
        let dated = fact.columns().position(|column| column.name == fact.dated_by()).unwrap_or_default();
        FactFile {
            fact,
            recorded_at,
            columns,
            rows: 0,
            dated: change::OWN + dated,
            span: None,
            minus: false,
            file: None,
        }
    }

    /// Adds a row; the file is begun at `data` under `stem` when the first row group is full.
    #[inline]
    pub(crate) fn push<'a>(&mut self, data: &Path, stem: &str, weight: i8, row: &impl FactRow<'a>) -> Result<()> {
        let mut columns = self.columns.iter_mut();
        if let (Some(PageColumn::Ints(weights)), Some(PageColumn::Longs(moments))) = (columns.next(), columns.next()) {
            weights.push(Some(i32::from(weight)));
            moments.push(Some(self.recorded_at));
        }
        row.cells(&mut Cursor { columns });
        self.minus |= weight < 0;
        self.rows += 1;
        if self.rows >= GROUP_ROWS { self.flush(data, stem) } else { Ok(()) }
    }

    fn flush(&mut self, data: &Path, stem: &str) -> Result<()> {
        self.measure();
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let name = format!("part-{stem}.parquet");
                let folder = crate::change_rows::folder(self.fact);
                none.insert(PageFile::begin(data, &folder, name, &fact_schema(self.fact), LAYOUT)?)
            }
        };
        file.write_group(&mut self.columns, self.rows)?;
        self.rows = 0;
        Ok(())
    }

    /// Widens the span of dates by the rows that wait.
    fn measure(&mut self) {
        let is_date =
            self.fact.own_columns().get(self.dated - change::OWN).is_some_and(|column| column.kind == FactKind::Date);
        let span = match &self.columns[self.dated] {
            PageColumn::Longs(moments) => moments.span(),
            PageColumn::Ints(days) if is_date => {
                days.span().map(|(first, last)| (i64::from(first) * DAY, i64::from(last) * DAY))
            }
            _ => None,
        };
        if let Some((first, last)) = span {
            let (known_first, known_last) = self.span.unwrap_or((first, last));
            self.span = Some((known_first.min(first), known_last.max(last)));
        }
    }

    /// Writes what waits and makes the file durable; none where there was no row.
    pub(crate) fn finish(mut self, data: &Path, stem: &str) -> Result<Option<FileRecord>> {
        if self.rows > 0 {
            self.flush(data, stem)?;
        }
        let Some(file) = self.file else { return Ok(None) };
        let (first_at, last_at) = self.span.unzip();
        let rows = Rows { recorded_at: self.recorded_at, minus: self.minus, first_at, last_at, ..Rows::default() };
        file.finish(rows).map(Some)
    }
}

/// Hands one cell after the other to the columns.
struct Cursor<'c> {
    columns: std::slice::IterMut<'c, PageColumn>,
}

impl CellSink for Cursor<'_> {
    #[inline]
    fn text(&mut self, value: Option<&str>) {
        if let Some(PageColumn::Words(column)) = self.columns.next() {
            column.push(value);
        }
    }

    #[inline]
    fn instant(&mut self, value: Option<Instant>) {
        self.count(value.map(|value| value.0));
    }

    #[inline]
    fn duration(&mut self, value: Option<Span>) {
        self.count(value.map(|value| value.0));
    }

    #[inline]
    fn count(&mut self, value: Option<i64>) {
        if let Some(PageColumn::Longs(column)) = self.columns.next() {
            column.push(value);
        }
    }

    #[inline]
    fn flag(&mut self, value: Option<bool>) {
        if let Some(PageColumn::Flags(column)) = self.columns.next() {
            column.push(value);
        }
    }

    #[inline]
    fn decimal(&mut self, value: Option<Decimal>) {
        self.count(value.map(|value| value.0));
    }

    #[inline]
    fn list(&mut self, values: &[&str]) {
        if let Some(PageColumn::Lists(column)) = self.columns.next() {
            column.push(values);
        }
    }

    #[inline]
    fn date(&mut self, value: Option<jiff::civil::Date>) {
        if let Some(PageColumn::Ints(column)) = self.columns.next() {
            column.push(value.map(day_number));
        }
    }
}

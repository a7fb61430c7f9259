//! Facts from pipe tables, metrics from the tail of a metric file, and a query that answers at once.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Builder, Decimal128Builder, Int8Builder, Int64Builder, ListBuilder, RecordBatch,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::SchemaRef;
use datafusion::catalog::TableProvider;
use datafusion::datasource::MemTable;
use mittari_core::decimal::Decimal;
use mittari_core::facts::{Fact, FactKind};
use mittari_core::metric::{Catalogue, MetricSource, Origin};
use mittari_core::settings::Settings;
use mittari_core::time::{HOUR, Instant, MINUTE, SECOND};
use mittari_engine::{EngineError, Explanation, FactTables, Query, QueryText, Result, ResultRow};
use mittari_store::fact_schema;

/// Facts in memory; a row's `weight` is 1 unless it says otherwise.
#[derive(Default)]
pub struct Facts {
    batches: HashMap<Fact, Vec<RecordBatch>>,
    spans: HashMap<Fact, (Instant, Instant)>,
    now: Option<Instant>,
}

impl FactTables for Facts {
    fn table(&self, fact: Fact) -> Result<Arc<dyn TableProvider>> {
        let batches = self.batches.get(&fact).cloned().unwrap_or_default();
        Ok(Arc::new(MemTable::try_new(fact_schema(fact), vec![batches]).expect("a table")))
    }

    fn watermark(&self) -> Option<Instant> {
        self.now
    }

    fn facts_version(&self) -> &str {
        "test"
    }

    fn span(&self, fact: Fact) -> Result<Option<(Instant, Instant)>> {
        Ok(self.spans.get(&fact).copied())
    }
}

impl Facts {
    /// Reads one or more tables; now is the last moment that dates a row.
    pub fn of(text: &str) -> Facts {
        let mut facts = Facts::default();
        let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
        while let Some(name) = lines.next() {
            let fact = Fact::named(name).expect("the name of a fact");
            let mut rows = Vec::new();
            while let Some(line) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect());
            }
            facts.add(fact, rows);
        }
        facts
    }

    pub fn at(mut self, now: &str) -> Facts {
        self.now = Some(moment(now));
        self
    }

    /// Adds rows; the first one names the columns.
    pub fn add(&mut self, fact: Fact, mut rows: Vec<Vec<String>>) {
        let header = rows.remove(0);
        let dated = header.iter().position(|name| name == fact.dated_by());
        for row in &rows {
            let Some(cell) = dated.map(|at| &row[at]).filter(|cell| !cell.is_empty()) else { continue };
            let at = moment(cell);
            let span = self.spans.entry(fact).or_insert((at, at));
            *span = (span.0.min(at), span.1.max(at));
            self.now = self.now.max(Some(at));
        }
        self.batches.entry(fact).or_default().push(batch(fact, &header, &rows));
    }

    /// The same rows in other batches, last first.
    pub fn scattered(mut self) -> Facts {
        for batches in self.batches.values_mut() {
            let rows = batches.iter().flat_map(|batch| (0..batch.num_rows()).map(move |row| batch.slice(row, 1)));
            let mut rows: Vec<RecordBatch> = rows.collect();
            rows.reverse();
            *batches = rows;
        }
        self
    }
}

pub fn moment(text: &str) -> Instant {
    if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
        return timestamp.into();
    }
    let civil: jiff::civil::DateTime = match text.parse::<jiff::civil::Date>() {
        Ok(day) if text.len() == 10 => day.to_datetime(jiff::civil::Time::midnight()),
        _ => text.parse().expect("a moment"),
    };
    civil.to_zoned(jiff::tz::TimeZone::UTC).expect("in UTC").timestamp().into()
}

/// "10 min", "2 h", "30 s", or microseconds.
pub fn duration(text: &str) -> i64 {
    let (number, unit) = text.split_once(' ').unwrap_or((text, "us"));
    let unit = match unit {
        "s" => SECOND,
        "min" => MINUTE,
        "h" => HOUR,
        "us" => 1,
        other => panic!("unit {other}"),
    };
    number.parse::<i64>().expect("a number") * unit
}

fn batch(fact: Fact, header: &[String], rows: &[Vec<String>]) -> RecordBatch {
    let schema: SchemaRef = fact_schema(fact);
    for name in header {
        assert!(schema.field_with_name(name).is_ok(), "{} has no {name}", fact.name());
    }
    let cells = |name: &str| -> Vec<Option<String>> {
        let at = header.iter().position(|known| known == name);
        rows.iter().map(|row| at.map(|at| row[at].clone()).filter(|cell| !cell.is_empty())).collect()
    };
    let mut columns: Vec<ArrayRef> = Vec::new();
    let mut weights = Int8Builder::new();
    cells("weight")
        .iter()
        .for_each(|cell| weights.append_value(cell.as_ref().map_or(1, |cell| cell.parse().expect("a weight"))));
    columns.push(Arc::new(weights.finish()));
    let mut recorded = TimestampMicrosecondBuilder::new().with_timezone("UTC");
    rows.iter().for_each(|_| recorded.append_value(0));
    columns.push(Arc::new(recorded.finish()));
    columns.extend(fact.columns().map(|column| array(column.kind, &cells(column.name))));
    RecordBatch::try_new(schema, columns).expect("a batch")
}

fn array(kind: FactKind, cells: &[Option<String>]) -> ArrayRef {
    let cells = cells.iter().map(|cell| cell.as_deref());
    match kind {
        FactKind::Text => {
            let mut texts = StringBuilder::new();
            cells.for_each(|cell| texts.append_option(cell));
            Arc::new(texts.finish())
        }
        FactKind::Instant => {
            let mut moments = TimestampMicrosecondBuilder::new().with_timezone("UTC");
            cells.for_each(|cell| moments.append_option(cell.map(|cell| moment(cell).0)));
            Arc::new(moments.finish())
        }
        FactKind::Duration | FactKind::Count => {
            let mut numbers = Int64Builder::new();
            cells.for_each(|cell| numbers.append_option(cell.map(duration)));
            Arc::new(numbers.finish())
        }
        FactKind::Flag => {
            let mut flags = BooleanBuilder::new();
            cells.for_each(|cell| flags.append_option(cell.map(|cell| cell == "true")));
            Arc::new(flags.finish())
        }
        FactKind::Decimal => {
            let mut decimals = Decimal128Builder::new().with_data_type(arrow::datatypes::DataType::Decimal128(18, 6));
            let read = |cell: &str| i128::from(cell.parse::<Decimal>().expect("a decimal").0);
            cells.for_each(|cell| decimals.append_option(cell.map(read)));
            Arc::new(decimals.finish())
        }
        FactKind::List => {
            let mut lists = ListBuilder::new(StringBuilder::new());
            for cell in cells {
                cell.into_iter().flat_map(str::split_whitespace).for_each(|item| lists.values().append_value(item));
                lists.append(true);
            }
            Arc::new(lists.finish())
        }
        FactKind::Date => {
            let mut days = Date32Builder::new();
            let day = |cell: &str| {
                (cell.parse::<jiff::civil::Date>().expect("a day") - jiff::civil::date(1970, 1, 1)).get_days()
            };
            cells.for_each(|cell| days.append_option(cell.map(day)));
            Arc::new(days.finish())
        }
    }
}

const SIX: &str = "en = \"x\"\nfi = \"x\"\npl = \"x\"\nru = \"x\"\nsl = \"x\"\nzh-Hant = \"x\"\n";

/// A metric file of these keys at the top and these tables after them.
pub fn metric(id: &str, unit: &str, top: &str, formula: &str) -> String {
    format!(
        "id = \"{id}\"\nunit = \"{unit}\"\nbetter = \"higher\"\ncounts = \"rows\"\n{top}\n\
         [title]\n{SIX}[summary]\n{SIX}\n[formula]\n{formula}\n"
    )
}

/// A question about facts; settings and query can be set before it is asked.
pub struct Question {
    files: Vec<String>,
    pub settings: Settings,
    pub text: QueryText,
}

impl Question {
    /// Asks for the metrics of these files.
    pub fn about(files: &[String]) -> Question {
        let id = |file: &String| file.split('"').nth(1).expect("an id").to_owned();
        let text = QueryText { metrics: files.iter().map(id).collect(), ..QueryText::default() };
        Question { files: files.to_vec(), settings: Settings::default(), text }
    }

    /// Asks for one metric.
    pub fn of(file: &str) -> Question {
        Question::about(&[file.to_owned()])
    }

    pub fn metrics(mut self, ids: &[&str]) -> Question {
        self.text.metrics = ids.iter().map(|id| (*id).to_owned()).collect();
        self
    }

    pub fn by(mut self, by: &str) -> Question {
        self.text.by = vec![by.to_owned()];
        self
    }

    pub fn filter(mut self, filter: &str) -> Question {
        self.text.filters.push(filter.to_owned());
        self
    }

    pub fn from(mut self, from: &str, to: &str) -> Question {
        self.text.from = Some(from.to_owned());
        self.text.to = Some(to.to_owned());
        self
    }

    pub fn compare(mut self, compare: &str) -> Question {
        self.text.compare = Some(compare.to_owned());
        self
    }

    pub fn zone(mut self, zone: &str) -> Question {
        self.settings.zone = zone.to_owned();
        self
    }

    pub fn catalogue(&self) -> Catalogue {
        let names: Vec<String> = (0..self.files.len()).map(|number| format!("test/{number}.toml")).collect();
        let sources = self.files.iter().zip(&names);
        let sources = sources.map(|(text, path)| MetricSource { path, text, origin: Origin::BuiltIn });
        let (catalogue, errors) = Catalogue::read(sources);
        assert_eq!(errors, []);
        catalogue
    }

    pub fn try_ask(&self, facts: &Facts) -> std::result::Result<Vec<ResultRow>, EngineError> {
        let catalogue = self.catalogue();
        let query = Query::parse(&self.text)?;
        runtime().block_on(mittari_engine::run(facts, &catalogue, &self.settings, &query))
    }

    pub fn ask(&self, facts: &Facts) -> Vec<ResultRow> {
        match self.try_ask(facts) {
            Ok(rows) => rows,
            Err(error) => panic!("{error}\n{}", error.hint()),
        }
    }

    pub fn explain(&self, facts: &Facts, limit: usize) -> Explanation {
        let catalogue = self.catalogue();
        let query = Query::parse(&self.text).expect("a query");
        let explained = mittari_engine::explain(facts, &catalogue, &self.settings, &query, limit);
        runtime().block_on(explained).expect("an explanation")
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Each row as "period group value", with at most four digits after the point.
pub fn told(rows: &[ResultRow]) -> Vec<String> {
    rows.iter()
        .map(|row| {
            let mut words: Vec<String> = row.period.iter().cloned().collect();
            words.extend(row.group.0.iter().map(|(_, value)| value.clone().unwrap_or("?".to_owned())));
            words.push(number(row.value));
            words.join(" ")
        })
        .collect()
}

pub fn number(value: Option<f64>) -> String {
    value.map_or("none".to_owned(), |value| format!("{}", (value * 1e4).round() / 1e4))
}

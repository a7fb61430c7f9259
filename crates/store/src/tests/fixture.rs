//! Small companies in memory: rows in the model's columns, and what a store makes of them as comparable text.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{Field, Schema};
use mittari_core::facts::Fact;
use mittari_core::model::Table;

use crate::change_rows::folder;
use crate::facts::{Facts, Rows};
use crate::import::{ImportMeta, ImportSummary};
use crate::schema::{change, fact_schema, instant_type};
use crate::store::{Access, Store};
use crate::{files, net};

/// One event as a test writes it.
#[derive(Clone, Debug, Default)]
pub(super) struct Row {
    pub(super) conversation: String,
    pub(super) minute: i64,
    pub(super) kind: &'static str,
    pub(super) actor_kind: Option<&'static str>,
    pub(super) actor: Option<String>,
    pub(super) customer: Option<String>,
    pub(super) value: Option<String>,
    pub(super) target: Option<String>,
    pub(super) session: Option<String>,
    pub(super) id: Option<String>,
    pub(super) revision: i64,
}

pub(super) fn event(conversation: &str, minute: i64, kind: &'static str) -> Row {
    Row { conversation: conversation.to_owned(), minute, kind, ..Row::default() }
}

impl Row {
    pub(super) fn by(mut self, actor_kind: &'static str, actor: &str) -> Row {
        self.actor_kind = Some(actor_kind);
        self.actor = Some(actor.to_owned());
        if actor_kind == "customer" {
            self.customer = Some(actor.to_owned());
        }
        self
    }

    pub(super) fn value(mut self, value: &str) -> Row {
        self.value = Some(value.to_owned());
        self
    }

    pub(super) fn target(mut self, target: &str) -> Row {
        self.target = Some(target.to_owned());
        self
    }

    pub(super) fn id(mut self, id: &str, revision: i64) -> Row {
        self.id = Some(id.to_owned());
        self.revision = revision;
        self
    }
}

/// 2026-01-05T00:00:00Z, a Monday.
pub(super) const START: i64 = 1_767_571_200_000_000;

pub(super) fn at(minute: i64) -> i64 {
    START + minute * 60_000_000
}

pub(super) fn texts<'t>(values: impl IntoIterator<Item = Option<&'t str>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<StringArray>())
}

pub(super) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("columns of one length")
}

pub(super) fn moments(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<TimestampMicrosecondArray>().with_data_type(instant_type()))
}

pub(super) fn events(rows: &[Row]) -> RecordBatch {
    let text = |of: fn(&Row) -> Option<&str>| texts(rows.iter().map(of));
    batch(vec![
        ("external_id", text(|row| row.id.as_deref())),
        ("revision", Arc::new(rows.iter().map(|row| Some(row.revision)).collect::<Int64Array>())),
        ("occurred_at", moments(rows.iter().map(|row| Some(at(row.minute))))),
        ("conversation_id", text(|row| Some(&row.conversation))),
        ("kind", text(|row| Some(row.kind))),
        ("actor_kind", text(|row| row.actor_kind)),
        ("actor_id", text(|row| row.actor.as_deref())),
        ("customer_id", text(|row| row.customer.as_deref())),
        ("value", text(|row| row.value.as_deref())),
        ("target", text(|row| row.target.as_deref())),
        ("session_id", text(|row| row.session.as_deref())),
        ("channel", text(|row| row.conversation.starts_with('p').then_some("phone").or(Some("email")))),
    ])
}

/// Ten conversations of four customers, with replies, solves and reopenings.
pub(super) fn company() -> Vec<Row> {
    let mut rows = Vec::new();
    for number in 0..10i64 {
        let (name, customer) = (format!("c{number}"), format!("customer{}", number % 4));
        let start = number * 700;
        rows.push(event(&name, start, "opened").by("customer", &customer));
        rows.push(event(&name, start, "message").by("customer", &customer));
        rows.push(event(&name, start + 7, "assigned").value("agent1"));
        rows.push(event(&name, start + 30 + number, "message").by("agent", "agent1"));
        rows.push(event(&name, start + 60, "status").value("solved").by("agent", "agent1"));
        if number % 3 == 0 {
            rows.push(event(&name, start + 200, "status").value("open").by("customer", &customer));
            rows.push(event(&name, start + 200, "message").by("customer", &customer));
            rows.push(event(&name, start + 260, "message").by("agent", "agent2"));
            rows.push(event(&name, start + 300, "status").value("solved").by("agent", "agent2"));
        }
    }
    rows
}

pub(super) fn store(folder: &tempfile::TempDir) -> Store {
    Store::open(folder.path(), Access::Write).expect("the data folder opens")
}

/// Imports batches of tables as one file, at a fixed instant.
pub(super) fn import(store: &mut Store, at: i64, batches: &[(Table, RecordBatch)]) -> ImportSummary {
    let meta = ImportMeta { files: vec!["events.csv".to_owned()], at: Some(at), ..ImportMeta::default() };
    let mut import = store.begin_import(meta).expect("an import begins");
    for (table, batch) in batches {
        import.write(*table, batch).expect("rows are taken");
    }
    import.finish().expect("an import ends")
}

pub(super) fn import_events(store: &mut Store, rows: &[Row]) -> ImportSummary {
    import(store, at(1_000_000), &[(Table::Event, events(rows))])
}

/// Every fact's rows that hold, sorted, with people named as their vendor names them: what two stores can be
/// compared by.
pub(super) fn holding(store: &Store) -> BTreeMap<&'static str, Vec<String>> {
    of_facts(&store.facts(None).expect("facts"))
}

pub(super) fn of_facts(facts: &Facts) -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for fact in Fact::ALL {
        let batches = match &facts.rows {
            Rows::Memory(batches) => batches[*fact as usize].clone(),
            Rows::Files { data, files } => {
                let folder = folder(*fact);
                let files = files.iter().filter(|file| file.folder == folder);
                files.flat_map(|file| files::read_all(data, file, &fact_schema(*fact)).expect("a whole file")).collect()
            }
        };
        let rows = net::net(*fact, &batches).expect("rows");
        let mut lines: Vec<String> = (0..rows.num_rows()).map(|row| line(&rows, row, facts)).collect();
        lines.sort();
        all.insert(fact.name(), lines);
    }
    all
}

fn line(rows: &RecordBatch, row: usize, facts: &Facts) -> String {
    let schema = rows.schema();
    let columns = rows.columns()[change::OWN..].iter().zip(&schema.fields()[change::OWN..]);
    let cells = columns.filter_map(|(column, field)| {
        let cell = arrow::util::display::array_value_to_string(column, row).expect("a cell");
        let shown = facts.people().person(&cell).map_or(cell.clone(), |person| person.vendor_id.clone());
        (!cell.is_empty()).then(|| format!("{}={shown}", field.name()))
    });
    cells.collect::<Vec<_>>().join(" ")
}

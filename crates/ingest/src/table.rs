//! Files whose columns bear the model's names: which column is which, and which are none.
//!
//! Case, spaces and dashes in names are not minded. When something happened may be called `date`, `time` and
//! the like where no column is called `occurred_at`; a score may be called `rating`. `fields.plan` is the custom
//! value `plan`. Any other column is left out, and said to be.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use mittari_core::model::{Column, ColumnKind, Table};

use crate::IngestError;
use crate::block::Block;
use crate::convert::{CellForm, Draft, DraftColumn, NumberForm, as_text, object_of};
use crate::error::nearest;
use crate::moment::{DayPlace, MomentForm};

/// Which columns of a file are columns of a table.
#[derive(Clone, Debug)]
pub(crate) struct TablePlan {
    pub(crate) table: Table,
    names: Arc<[String]>,
    columns: Vec<Planned>,
    fields: Vec<(usize, String)>,
    /// Columns that are none of the table's, each with the nearest that is.
    pub(crate) left_out: Vec<(String, Option<&'static str>)>,
}

#[derive(Clone, Debug)]
struct Planned {
    at: usize,
    column: &'static Column,
    form: CellForm,
}

/// Names under which `occurred_at` goes elsewhere, the surest first.
const WHEN: &[&str] = &[
    "answered_at",
    "invited_at",
    "sent_at",
    "ordered_at",
    "viewed_at",
    "reviewed_at",
    "posted_at",
    "referred_at",
    "event_at",
    "timestamp",
    "datetime",
    "date_time",
    "date",
    "time",
    "created_at",
    "created",
    "päivämäärä",
    "aika",
    "data",
    "czas",
    "дата",
    "время",
    "datum",
    "čas",
    "日期",
    "時間",
];

/// Names under which `score` goes elsewhere.
const SCORE: &[&str] = &["rating", "points", "arvosana", "ocena", "оценка", "評分"];

impl TablePlan {
    /// The plan for a table; an error where it cannot do without a column that is not there.
    pub(crate) fn new(table: Table, names: &Arc<[String]>, file: &Path) -> Result<TablePlan, IngestError> {
        let mut plan = TablePlan {
            table,
            names: Arc::clone(names),
            columns: Vec::new(),
            fields: Vec::new(),
            left_out: Vec::new(),
        };
        for (at, name) in names.iter().enumerate() {
            let plain = plain_name(name);
            // A name that is there twice bears a number from its second time on.
            let bare = plain.split_once('#').map_or(plain.as_str(), |(bare, _)| bare);
            match table.all_columns().find(|column| column.name == bare) {
                Some(column) if plan.has(column.name) => {
                    return Err(IngestError::DoubleColumn { file: file.to_owned(), column: bare.to_owned() });
                }
                Some(column) => plan.columns.push(Planned { at, column, form: CellForm::default() }),
                None => plan.other_column(at, name, &plain),
            }
        }
        plan.take_alias("occurred_at", WHEN);
        if table == Table::Answer {
            plan.take_alias("score", SCORE);
        }
        plan.check_required(file)?;
        Ok(plan)
    }

    fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|planned| planned.column.name == name)
    }

    fn other_column(&mut self, at: usize, name: &str, plain: &str) {
        let takes_fields = self.table.columns().iter().any(|column| column.kind == ColumnKind::Fields);
        match plain.strip_prefix("fields.").filter(|_| takes_fields) {
            Some(_) => self.fields.push((at, name.trim()["fields.".len()..].to_owned())),
            None => self.left_out.push((name.to_owned(), None)),
        }
    }

    fn take_alias(&mut self, wanted: &'static str, aliases: &[&str]) {
        if self.has(wanted) {
            return;
        }
        let position = |alias: &&str| self.names.iter().position(|name| plain_name(name) == **alias);
        let found = aliases.iter().find_map(position);
        let column = self.table.all_columns().find(|column| column.name == wanted);
        let is_free = |at: &usize| !self.columns.iter().any(|planned| planned.at == *at);
        if let (Some(at), Some(column)) = (found.filter(is_free), column) {
            let name = self.names[at].clone();
            self.left_out.retain(|(left, _)| *left != name);
            self.columns.push(Planned { at, column, form: CellForm::default() });
        }
    }

    fn check_required(&mut self, file: &Path) -> Result<(), IngestError> {
        let names = Arc::clone(&self.names);
        let wanted = required(self.table);
        if let Some(column) = wanted.iter().find(|name| !self.has(name)) {
            let near = nearest(column, self.left_out.iter().map(|(name, _)| name.as_str()));
            let hint = match near {
                Some(near) => format!(
                    "Is it \"{near}\"? Rename that column, or map it: \"mittari import --dry-run\" proposes a mapping."
                ),
                None => format!("There are {}. \"mittari import --dry-run\" proposes a mapping.", names.join(", ")),
            };
            return Err(IngestError::MissingColumn {
                file: file.to_owned(),
                table: self.table.name(),
                column: (*column).to_owned(),
                hint,
            });
        }
        for (name, near) in &mut self.left_out {
            let free = self.table.all_columns().map(|column| column.name);
            let free = free.filter(|known| !self.columns.iter().any(|planned| planned.column.name == *known));
            *near = nearest(name, free).filter(|known| strsim::jaro_winkler(known, &plain_name(name)) > 0.85);
        }
        Ok(())
    }

    /// Settles what the first rows tell: where the day stands in `03/04/2026`.
    pub(crate) fn settle(&mut self, block: &Block, numbers: NumberForm) {
        for planned in &mut self.columns {
            planned.form.number = numbers;
            if matches!(planned.column.kind, ColumnKind::Instant | ColumnKind::Date)
                && let Some(array) = block.columns.get(planned.at)
            {
                planned.form.moment = MomentForm::Usual(day_place(array));
            }
        }
    }

    /// The block's columns as columns of the table.
    pub(crate) fn draft(&self, block: &Block) -> Draft {
        let cells = self.columns.iter().filter_map(|planned| {
            Some(DraftColumn {
                column: planned.column,
                array: Arc::clone(block.columns.get(planned.at)?),
                name: self.names[planned.at].clone(),
                form: planned.form.clone(),
            })
        });
        let mut cells: Vec<DraftColumn> = cells.collect();
        if !self.fields.is_empty()
            && !self.has("fields")
            && let Some(column) = self.table.columns().iter().find(|column| column.kind == ColumnKind::Fields)
        {
            let array = self.collected_fields(block);
            cells.push(DraftColumn { column, array, name: "fields".to_owned(), form: CellForm::default() });
        }
        Draft { table: self.table, rows: block.rows, cells, faults: Vec::new() }
    }

    fn collected_fields(&self, block: &Block) -> ArrayRef {
        let columns = self.fields.iter().filter_map(|(at, name)| {
            let texts = block.columns.get(*at).and_then(|array| as_text(array).ok())?;
            Some((name.as_str(), texts))
        });
        let columns: Vec<(&str, ArrayRef)> = columns.collect();
        let mut objects = StringBuilder::new();
        for row in 0..block.rows {
            let present = columns.iter().filter(|(_, texts)| texts.is_valid(row));
            let texts =
                present.map(|(name, texts)| ((*name).to_owned(), texts.as_string::<i32>().value(row).to_owned()));
            let texts: Vec<_> = texts.filter(|(_, text)| !text.is_empty()).collect();
            objects.append_option((!texts.is_empty()).then(|| object_of(texts)));
        }
        Arc::new(objects.finish())
    }
}

/// The columns without which a file is not of a table.
pub(crate) fn required(table: Table) -> Vec<&'static str> {
    let own = table.columns().iter().filter(|column| column.required).map(|column| column.name);
    let mut wanted: Vec<&str> = own.filter(|name| !(table == Table::Answer && *name == "kind")).collect();
    if table == Table::Answer {
        // One of score, choice and comment, which a file of open answers has alone.
        wanted.retain(|name| *name != "score");
    }
    if needs_time(table) {
        wanted.push("occurred_at");
    }
    wanted
}

/// Whether nothing else says when a row of the table happened.
pub(crate) fn needs_time(table: Table) -> bool {
    !matches!(
        table,
        Table::Cost
            | Table::Revenue
            | Table::Customer
            | Table::Agent
            | Table::Article
            | Table::CalendarHours
            | Table::SlaPolicy
    )
}

/// A name without regard to case, spaces and dashes.
pub(crate) fn plain_name(name: &str) -> String {
    let plain = name.trim().trim_start_matches('\u{feff}');
    plain.chars().map(|sign| if matches!(sign, ' ' | '-') { '_' } else { sign }).flat_map(char::to_lowercase).collect()
}

/// Where the day stands, if the values of a column tell.
pub(crate) fn day_place(array: &ArrayRef) -> Option<DayPlace> {
    let texts = array.as_string_opt::<i32>()?;
    let (mut first, mut second) = (false, false);
    for text in texts.iter().flatten().take(10_000) {
        let mut parts = text.trim().split(['/', '-']);
        let mut number = || parts.next().and_then(|part| part.parse::<u32>().ok()).filter(|number| *number <= 31);
        if let (Some(one), Some(two)) = (number(), number()) {
            first |= one > 12;
            second |= two > 12;
        }
    }
    match (first, second) {
        (true, false) => Some(DayPlace::First),
        (false, true) => Some(DayPlace::Second),
        _ => None,
    }
}

/// The table that a file is of, by its name or that of its folder, else by its columns.
pub(crate) fn table_of(path: &Path, names: &[String]) -> Option<Table> {
    by_name(path).filter(|table| fits(*table, names).is_some()).or_else(|| by_columns(names))
}

/// The table whose name begins the file's name, or is the folder's.
pub(crate) fn by_name(path: &Path) -> Option<Table> {
    let stem = path.file_name().map(|name| plain_name(&name.to_string_lossy())).unwrap_or_default();
    let folder =
        path.parent().and_then(Path::file_name).map(|name| plain_name(&name.to_string_lossy())).unwrap_or_default();
    let begins = |table: &Table| {
        stem.strip_prefix(table.name()).is_some_and(|rest| !rest.starts_with(|sign: char| sign.is_alphabetic()))
    };
    let by_stem = Table::ALL.iter().copied().filter(begins).max_by_key(|table| table.name().len());
    by_stem.or_else(|| Table::named(&folder))
}

/// How many of a file's columns are the table's, if it has all that the table needs.
fn fits(table: Table, names: &[String]) -> Option<usize> {
    let plain: Vec<String> = names.iter().map(|name| plain_name(name)).collect();
    let has = |wanted: &str| {
        plain.iter().any(|name| name == wanted)
            || (wanted == "occurred_at" && plain.iter().any(|name| WHEN.contains(&name.as_str())))
            || (wanted == "score" && table == Table::Answer && plain.iter().any(|name| SCORE.contains(&name.as_str())))
    };
    let has_answer = table != Table::Answer || has("score") || has("choice");
    let known = table.all_columns().filter(|column| has(column.name)).count();
    (required(table).into_iter().all(has) && has_answer).then_some(known)
}

fn by_columns(names: &[String]) -> Option<Table> {
    let fitting = Table::ALL.iter().filter_map(|table| Some((fits(*table, names)?, *table)));
    let mut fitting: Vec<(usize, Table)> = fitting.filter(|(known, _)| known * 5 >= names.len() * 3).collect();
    fitting.sort_by_key(|(known, table)| (std::cmp::Reverse(*known), required(*table).len() == 1));
    match fitting.as_slice() {
        [(_, table)] => Some(*table),
        [(most, table), (next, second), ..] if most > next || required(*table).len() > required(*second).len() => {
            Some(*table)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(given: &[&str]) -> Arc<[String]> {
        given.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_bare_file_of_dates_and_scores_is_answers() {
        assert_eq!(by_columns(&names(&["date", "score"])), Some(Table::Answer));
        assert_eq!(by_columns(&names(&["Date", "Rating", "Comment"])), Some(Table::Answer));
    }

    #[test]
    fn a_table_is_known_by_the_name_of_its_file_or_folder() {
        assert_eq!(by_name(Path::new("x/orders-2026.csv.gz")), Some(Table::Order));
        assert_eq!(by_name(Path::new("x/conversation_events/part-0.parquet")), Some(Table::Event));
        assert_eq!(by_name(Path::new("x/helpdesk.csv")), None);
    }

    #[test]
    fn costs_and_revenues_are_told_apart_by_name_only() {
        let columns = names(&["period_start", "period_end", "amount"]);
        assert_eq!(by_columns(&columns), None);
        assert_eq!(table_of(Path::new("revenues.csv"), &columns), Some(Table::Revenue));
    }

    #[test]
    fn a_column_that_is_none_of_the_table_is_named_with_the_nearest() {
        let plan = TablePlan::new(
            Table::Order,
            &names(&["customer_id", "amount", "date", "curency", "mood"]),
            Path::new("o.csv"),
        );
        let left_out = plan.expect("a plan").left_out;
        assert_eq!(left_out, [("curency".to_owned(), Some("currency")), ("mood".to_owned(), None)]);
    }

    #[test]
    fn a_table_without_a_column_it_needs_is_an_error_with_the_likeliest() {
        let plan = TablePlan::new(Table::Event, &names(&["conversation", "kind", "occurred_at"]), Path::new("e.csv"));
        let error = plan.expect_err("a missing column").to_string();
        assert!(error.contains("conversation_id") && error.contains("Is it \"conversation\"?"), "{error}");
    }
}

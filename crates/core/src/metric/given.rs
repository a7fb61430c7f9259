//! The tables of an example: pipe tables of model rows, as texts with their lines.

use super::Problem;
use super::node::{Read, Reader};
use crate::model::Table;

/// The rows of one model table in an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenTable {
    /// Which table.
    pub table: Table,
    /// The line of its name in the metric file.
    pub line: u32,
    /// The columns given.
    pub columns: Vec<String>,
    /// The rows as written.
    pub rows: Vec<GivenRow>,
}

/// One written row, which may stand for many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenRow {
    /// The line in the metric file.
    pub line: u32,
    /// How many rows it stands for.
    pub times: u32,
    /// The cells, in the order of the columns; none: no value.
    pub cells: Vec<Option<String>>,
}

impl GivenTable {
    /// The rows one by one: repeated as often as they say, `#` replaced by the number of the repetition.
    pub fn each_row(&self) -> impl Iterator<Item = (u32, Vec<Option<String>>)> + '_ {
        self.rows.iter().flat_map(|row| {
            (1..=row.times).map(|number| {
                let number = number.to_string();
                let cell = |cell: &Option<String>| cell.as_ref().map(|text| text.replace('#', &number));
                (row.line, row.cells.iter().map(cell).collect())
            })
        })
    }
}

/// Reads the tables of a text whose first line is `first_line` of the file.
pub(super) fn given(at: Reader<'_>, text: &str, first_line: u32) -> Read<Vec<GivenTable>> {
    let mut tables: Vec<GivenTable> = Vec::new();
    for (number, line_text) in text.lines().enumerate() {
        let line = first_line + number as u32;
        let trimmed = line_text.trim();
        if trimmed.is_empty() || is_ruler(trimmed) {
            continue;
        }
        match (trimmed.starts_with('|'), tables.last_mut()) {
            (false, _) => tables.push(named(at, trimmed, line)?),
            (true, None) => return Err(stray_row(at, trimmed, line)),
            (true, Some(table)) if table.columns.is_empty() => table.columns = header(at, table.table, trimmed, line)?,
            (true, Some(table)) => {
                let row = row(at, &table.columns, trimmed, line)?;
                table.rows.push(row);
            }
        }
    }
    for table in &mut tables {
        drop_times(table);
    }
    Ok(tables)
}

fn is_ruler(line: &str) -> bool {
    line.starts_with('|') && line.contains('-') && line.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

fn named(at: Reader<'_>, name: &str, line: u32) -> Read<GivenTable> {
    let table = Table::named(name)
        .ok_or_else(|| at.unknown_word(line, "model table", name, Table::ALL.iter().map(|table| table.name())))?;
    Ok(GivenTable { table, line, columns: Vec::new(), rows: Vec::new() })
}

fn stray_row(at: Reader<'_>, text: &str, line: u32) -> super::MetricFileError {
    at.error(
        line,
        Problem::Misplaced {
            key: text.to_owned(),
            reason: "no table is named above it".to_owned(),
            remedy: "Write the model table's name on a line of its own before its rows.".to_owned(),
        },
    )
}

fn cells(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix('|').unwrap_or(line);
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    inner.split('|').map(str::trim).collect()
}

fn header(at: Reader<'_>, table: Table, text: &str, line: u32) -> Read<Vec<String>> {
    let names = cells(text);
    for name in &names {
        if *name != "times" && !table.all_columns().any(|column| column.name == *name) {
            let known = table.all_columns().map(|column| column.name).chain(["times"]);
            return Err(at.unknown_word(line, &format!("column of {}", table.name()), name, known));
        }
    }
    Ok(names.into_iter().map(str::to_owned).collect())
}

fn row(at: Reader<'_>, columns: &[String], text: &str, line: u32) -> Read<GivenRow> {
    let cells = cells(text);
    if cells.len() != columns.len() {
        return Err(at.error(
            line,
            Problem::Misplaced {
                key: text.to_owned(),
                reason: format!("it has {} cells under {} columns", cells.len(), columns.len()),
                remedy: "Give every row one cell a column, empty where there is no value.".to_owned(),
            },
        ));
    }
    let times = columns.iter().position(|name| name == "times").map(|at| cells[at]).filter(|cell| !cell.is_empty());
    let times = match times.map(|text| text.parse::<u32>()) {
        None => 1,
        Some(Ok(times)) => times,
        Some(Err(_)) => {
            return Err(at.unknown_word(line, "number of times", times.unwrap_or_default(), ["1", "2", "100"]));
        }
    };
    let cells = cells.into_iter().map(|cell| (!cell.is_empty()).then(|| cell.to_owned())).collect();
    Ok(GivenRow { line, times, cells })
}

fn drop_times(table: &mut GivenTable) {
    let Some(at) = table.columns.iter().position(|name| name == "times") else { return };
    table.columns.remove(at);
    for row in &mut table.rows {
        row.cells.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::Node;
    use super::*;

    fn read(text: &str) -> Read<Vec<GivenTable>> {
        let node = Node::text(1, "");
        given(Reader { file: "x.toml", place: "example", node: &node }, text, 10)
    }

    #[test]
    fn several_tables_follow_each_other() {
        let tables = read("orders\n| customer_id | amount |\n|---|---|\n| a | 5 |\n\nmentions\n| network |\n| blog |")
            .expect("tables");
        assert_eq!(tables.len(), 2);
        assert_eq!(tables[0].rows, [GivenRow { line: 13, times: 1, cells: vec![Some("a".into()), Some("5".into())] }]);
        assert_eq!(tables[1].table, Table::Mention);
    }

    #[test]
    fn times_repeats_a_row_and_numbers_its_ids() {
        let tables = read("orders\n| customer_id | amount | times |\n| c# | | 2 |").expect("tables");
        let rows: Vec<_> = tables[0].each_row().map(|(_, cells)| cells).collect();
        assert_eq!(rows, [vec![Some("c1".to_owned()), None], vec![Some("c2".to_owned()), None]]);
    }

    #[test]
    fn an_unknown_column_is_refused_with_its_line_and_the_nearest() {
        let error = read("orders\n| custmer_id |\n| a |").expect_err("an error");
        assert_eq!(error.line, 11);
        assert!(error.hint().contains("customer_id"), "{}", error.hint());
    }

    #[test]
    fn a_row_with_a_cell_too_few_is_refused() {
        assert!(read("orders\n| customer_id | amount |\n| a |").is_err());
    }
}

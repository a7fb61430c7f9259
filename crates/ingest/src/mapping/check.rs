//! What can be wrong with a mapping before it has seen a file.

use mittari_core::model::{ColumnKind, Table};

use super::{CellRule, Condition, Mapping, RowRule};
use crate::csv::{BLANKS, CsvRules};
use crate::error::nearest;
use crate::input::Form;
use crate::moment::MomentForm;
use crate::options::{encoding_named, zone_named};
use crate::reader::ReadRules;
use crate::table::required;
use crate::{IngestError, Options};

/// Checks all that can be checked without a file.
pub(super) fn check(mapping: &Mapping) -> Result<(), IngestError> {
    if mapping.row.is_empty() {
        return Err(mapping.error(
            "no [[row]]: nothing says what the rows become",
            "Begin with [[row]] and table = \"conversation_events\".",
        ));
    }
    form(mapping)?;
    delimiter(mapping)?;
    decimal(mapping, mapping.file.decimal.as_deref(), "[file]")?;
    if let Some(encoding) = &mapping.file.encoding {
        encoding_named(encoding)?;
    }
    if let Some(zone) = &mapping.file.zone {
        zone_named(zone)?;
    }
    if let Some(format) = &mapping.file.time_format {
        moment_form(mapping, format, "[file]")?;
    }
    for (number, ignore) in mapping.ignore.iter().enumerate() {
        conditions(mapping, &ignore.when, &format!("[[ignore]] {}", number + 1))?;
    }
    for (number, rule) in mapping.row.iter().enumerate() {
        row(mapping, rule, number + 1)?;
    }
    Ok(())
}

fn row(mapping: &Mapping, rule: &RowRule, number: usize) -> Result<(), IngestError> {
    let place = format!("[[row]] {number}");
    let Some(table) = Table::named(&rule.table) else {
        let near = nearest(&rule.table, Table::ALL.iter().map(|table| table.name())).unwrap_or("conversation_events");
        return Err(
            mapping.error(format!("{place}: unknown table \"{}\"", rule.table), format!("Did you mean \"{near}\"?"))
        );
    };
    let place = format!("{place} ({})", table.name());
    conditions(mapping, &rule.when, &place)?;
    for (name, cell) in &rule.columns {
        let Some(column) = table.all_columns().find(|column| column.name == name) else {
            let near = nearest(name, table.all_columns().map(|column| column.name)).unwrap_or("kind");
            let reason = format!("{place}: {} has no column \"{name}\"", table.name());
            return Err(
                mapping.error(reason, format!("Did you mean \"{near}\"? Custom values belong into [row.fields]."))
            );
        };
        let place = format!("{place}, {name}");
        cell_rule(mapping, cell, &place)?;
        words(mapping, cell, column.kind, &place)?;
    }
    for (name, cell) in &rule.fields {
        cell_rule(mapping, cell, &format!("{place}, fields.{name}"))?;
    }
    let splits = rule.columns.values().chain(rule.fields.values()).filter(|cell| cell.split.is_some()).count();
    if splits > 1 {
        return Err(mapping.error(format!("{place}: two columns with split"), "Make a [[row]] for each."));
    }
    if !rule.fields.is_empty() && !table.columns().iter().any(|column| column.kind == ColumnKind::Fields) {
        return Err(mapping.error(format!("{place}: {} has no custom values", table.name()), "Leave [row.fields] out."));
    }
    let lacks = required(table).into_iter().find(|name| !rule.columns.contains_key(*name));
    match lacks {
        Some(name) => Err(mapping.error(
            format!("{place}: nothing says where \"{name}\" comes from"),
            format!("Add {name} = \"the column's name\" under [row.columns]."),
        )),
        None => Ok(()),
    }
}

fn cell_rule(mapping: &Mapping, cell: &CellRule, place: &str) -> Result<(), IngestError> {
    let given = [cell.column.is_some(), cell.constant.is_some(), cell.template.is_some()];
    if given.iter().filter(|given| **given).count() != 1 {
        return Err(mapping.error(
            format!("{place}: it needs one of column, constant and template"),
            "Write a column's name in quotes, or { constant = \"...\" }.",
        ));
    }
    if cell.split.as_deref() == Some("") {
        return Err(mapping.error(format!("{place}: split is empty"), "Write split = \",\"."));
    }
    if cell.split.is_some() && cell.column.is_none() {
        return Err(mapping
            .error(format!("{place}: only a column can be split"), "Write { column = \"Tags\", split = \",\" }."));
    }
    if let Some(template) = &cell.template
        && template.matches('{').count() != template.matches('}').count()
    {
        return Err(mapping.error(
            format!("{place}: a brace is open in \"{template}\""),
            "Write {Column} for the value of a column.",
        ));
    }
    if let Some(zone) = &cell.zone {
        zone_named(zone)?;
    }
    if let Some(format) = &cell.format {
        moment_form(mapping, format, place)?;
    }
    decimal(mapping, cell.decimal.as_deref(), place).map(|_| ())
}

/// Constants and mapped values of a closed set must be of it.
fn words(mapping: &Mapping, cell: &CellRule, kind: ColumnKind, place: &str) -> Result<(), IngestError> {
    let ColumnKind::Choice(words) = kind else { return Ok(()) };
    let given = cell.constant.iter().chain(cell.map.values()).chain(&cell.default);
    for word in given {
        if crate::convert::position(word, words).is_none() {
            let near =
                nearest(word, words.iter().copied()).map_or(String::new(), |near| format!("Did you mean \"{near}\"? "));
            return Err(
                mapping.error(format!("{place}: unknown \"{word}\""), format!("{near}Known are {}.", words.join(", ")))
            );
        }
    }
    Ok(())
}

fn conditions(mapping: &Mapping, conditions: &[Condition], place: &str) -> Result<(), IngestError> {
    for condition in conditions {
        if condition.column.is_empty() {
            return Err(mapping.error(
                format!("{place}: a condition without a column"),
                "Write when = [{ column = \"Status\", in = [\"Closed\"] }].",
            ));
        }
        let says = [
            condition.among.is_some(),
            condition.not_in.is_some(),
            condition.contains.is_some(),
            condition.present.is_some(),
            condition.first.is_some(),
        ];
        if !says.contains(&true) {
            return Err(mapping.error(
                format!("{place}: the condition on \"{}\" asks nothing", condition.column),
                "Add in, not_in, contains, present or first.",
            ));
        }
    }
    Ok(())
}

fn form(mapping: &Mapping) -> Result<Option<Form>, IngestError> {
    Ok(Some(match mapping.file.form.as_deref() {
        None => return Ok(None),
        Some("csv") => Form::Csv,
        Some("json" | "jsonl") => Form::Json,
        Some("parquet") => Form::Parquet,
        Some("xlsx") => Form::Xlsx,
        Some(other) => {
            return Err(mapping.error(format!("unknown form \"{other}\""), "Known are csv, json, parquet and xlsx."));
        }
    }))
}

fn delimiter(mapping: &Mapping) -> Result<Option<u8>, IngestError> {
    Ok(Some(match mapping.file.delimiter.as_deref() {
        None => return Ok(None),
        Some("tab" | "\t") => b'\t',
        Some("space" | " ") => BLANKS,
        Some(sign) if sign.len() == 1 && !matches!(sign, "\"" | "\n" | "\r") => {
            sign.as_bytes().first().copied().unwrap_or(b',')
        }
        Some(other) => {
            return Err(mapping.error(
                format!("the delimiter \"{other}\" is no single sign"),
                "Write \";\", \",\", \"|\", \"tab\" or \"space\".",
            ));
        }
    }))
}

fn decimal(mapping: &Mapping, sign: Option<&str>, place: &str) -> Result<Option<bool>, IngestError> {
    match sign {
        None => Ok(None),
        Some(",") => Ok(Some(true)),
        Some(".") => Ok(Some(false)),
        Some(other) => Err(mapping.error(format!("{place}: the decimal sign \"{other}\""), "Write \",\" or \".\".")),
    }
}

/// The form that a format names.
pub(super) fn moment_form(mapping: &Mapping, format: &str, place: &str) -> Result<MomentForm, IngestError> {
    use mittari_core::time::SECOND;
    Ok(match format {
        "iso" | "usual" => MomentForm::Usual(None),
        "epoch_seconds" => MomentForm::Epoch(SECOND),
        "epoch_milliseconds" => MomentForm::Epoch(1000),
        "epoch_microseconds" => MomentForm::Epoch(1),
        "excel" => MomentForm::Excel,
        _ if is_format(format) => MomentForm::Format(format.to_owned()),
        other => {
            return Err(mapping.error(
                format!("{place}: the time format \"{other}\" is not understood"),
                "Write it as strptime does, \"%d.%m.%Y %H:%M\", or iso, epoch_seconds, epoch_milliseconds, excel.",
            ));
        }
    })
}

/// Whether something can be written with the format, and a date be read from it.
fn is_format(format: &str) -> bool {
    let at = jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
    format.contains('%') && jiff::fmt::strtime::format(format, &at).is_ok()
}

impl Mapping {
    /// How a file is to be read under this mapping.
    pub(crate) fn read_rules(&self, options: &Options) -> ReadRules {
        let told = &self.file;
        let csv = CsvRules {
            encoding: options
                .encoding
                .or_else(|| told.encoding.as_deref().and_then(|label| encoding_named(label).ok())),
            delimiter: options.delimiter.or_else(|| delimiter(self).ok().flatten()),
            has_header: told.header,
            skip_lines: told.skip_lines,
        };
        let form = form(self).ok().flatten();
        ReadRules { form, csv, sheet: told.sheet.clone(), block_rows: options.chunk_rows.max(1) }
    }

    /// Whether the comma is the decimal sign in a cell, as far as is told.
    pub(crate) fn decimal_comma(&self, cell: &CellRule, options: &Options) -> Option<bool> {
        let sign = cell.decimal.as_deref().or(self.file.decimal.as_deref());
        sign.map(|sign| sign == ",").or(options.decimal_comma)
    }
}

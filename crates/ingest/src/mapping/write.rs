//! A mapping as a file to be read and edited by people: keys in a sensible order, remarks beside them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{CellRule, Condition, Mapping, Otherwise, RowRule, Sequence, Unmatched};

/// What to say beside the parts of a mapping.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Remarks {
    /// Above everything.
    pub(crate) head: Vec<String>,
    /// Above a rule, by its number.
    pub(crate) rows: BTreeMap<usize, Vec<String>>,
    /// Beside a column of a rule.
    pub(crate) columns: BTreeMap<(usize, String), String>,
    /// Below everything: what to consider.
    pub(crate) foot: Vec<String>,
}

/// The text of a mapping file.
pub(crate) fn to_toml(mapping: &Mapping, remarks: &Remarks) -> String {
    let mut text = String::new();
    comment(&mut text, &remarks.head);
    file(&mut text, mapping);
    for ignore in &mapping.ignore {
        let _ = writeln!(text, "\n[[ignore]]\nwhen = {}", conditions(&ignore.when));
    }
    for (number, rule) in mapping.row.iter().enumerate() {
        row(&mut text, rule, number, remarks);
    }
    if !remarks.foot.is_empty() {
        text.push('\n');
        comment(&mut text, &remarks.foot);
    }
    text
}

fn comment(text: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(text, "{}", format!("# {line}").trim_end());
    }
}

fn file(text: &mut String, mapping: &Mapping) {
    let rules = &mapping.file;
    text.push_str("\n[file]\n");
    let words = [
        ("form", &rules.form),
        ("delimiter", &rules.delimiter),
        ("encoding", &rules.encoding),
        ("decimal", &rules.decimal),
        ("sheet", &rules.sheet),
        ("zone", &rules.zone),
        ("time_format", &rules.time_format),
        ("source", &rules.source),
    ];
    for (key, value) in words {
        if let Some(value) = value {
            let _ = writeln!(text, "{key} = {}", quoted(value));
        }
    }
    if let Some(header) = rules.header {
        let _ = writeln!(text, "header = {header}");
    }
    if rules.skip_lines > 0 {
        let _ = writeln!(text, "skip_lines = {}", rules.skip_lines);
    }
    if !rules.empty.is_empty() {
        let _ = writeln!(text, "empty = {}", list(&rules.empty));
    }
    if rules.sequence == Some(Sequence::Row) {
        text.push_str("sequence = \"row\"  # rows of one instant happened in the order of the file\n");
    }
    if rules.unmatched == Unmatched::Ignore {
        text.push_str("unmatched = \"ignore\"\n");
    }
}

fn row(text: &mut String, rule: &RowRule, number: usize, remarks: &Remarks) {
    text.push('\n');
    comment(text, remarks.rows.get(&number).map_or(&[], Vec::as_slice));
    let _ = writeln!(text, "[[row]]\ntable = {}", quoted(&rule.table));
    if !rule.when.is_empty() {
        let _ = writeln!(text, "when = {}", conditions(&rule.when));
    }
    text.push_str("[row.columns]\n");
    for (name, cell) in &rule.columns {
        let remark =
            remarks.columns.get(&(number, name.clone())).map_or(String::new(), |remark| format!("  # {remark}"));
        let _ = writeln!(text, "{name} = {}{remark}", cell_text(cell));
    }
    if !rule.fields.is_empty() {
        text.push_str("[row.fields]\n");
        for (name, cell) in &rule.fields {
            let _ = writeln!(text, "{} = {}", key(name), cell_text(cell));
        }
    }
}

fn cell_text(cell: &CellRule) -> String {
    let plain = CellRule { column: cell.column.clone(), ..CellRule::default() };
    if let (Some(column), true) = (&cell.column, plain == *cell) {
        return quoted(column);
    }
    let words = [
        ("column", &cell.column),
        ("constant", &cell.constant),
        ("template", &cell.template),
        ("split", &cell.split),
        ("format", &cell.format),
        ("zone", &cell.zone),
        ("decimal", &cell.decimal),
        ("default", &cell.default),
    ];
    let mut parts: Vec<String> =
        words.iter().filter_map(|(key, value)| Some(format!("{key} = {}", quoted(value.as_deref()?)))).collect();
    if !cell.map.is_empty() {
        let pairs: Vec<String> =
            cell.map.iter().map(|(from, to)| format!("{} = {}", quoted(from), quoted(to))).collect();
        parts.push(format!("map = {{ {} }}", pairs.join(", ")));
    }
    match cell.otherwise {
        Otherwise::Keep => {}
        Otherwise::Reject => parts.push("otherwise = \"reject\"".to_owned()),
        Otherwise::Empty => parts.push("otherwise = \"empty\"".to_owned()),
    }
    format!("{{ {} }}", parts.join(", "))
}

fn conditions(conditions: &[Condition]) -> String {
    let one = |condition: &Condition| {
        let mut parts = vec![format!("column = {}", quoted(&condition.column))];
        let lists = [("in", &condition.among), ("not_in", &condition.not_in), ("contains", &condition.contains)];
        parts.extend(lists.iter().filter_map(|(key, values)| Some(format!("{key} = {}", list(values.as_deref()?)))));
        let flags = [("present", condition.present), ("first", condition.first)];
        parts.extend(flags.iter().filter_map(|(key, flag)| Some(format!("{key} = {}", (*flag)?))));
        format!("{{ {} }}", parts.join(", "))
    };
    format!("[{}]", conditions.iter().map(one).collect::<Vec<_>>().join(", "))
}

fn list(values: &[String]) -> String {
    format!("[{}]", values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", "))
}

fn key(name: &str) -> String {
    let is_bare =
        !name.is_empty() && name.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '-'));
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// A TOML string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

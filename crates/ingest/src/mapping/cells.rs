//! Cells by rule: which rows a condition takes, what a map, a list or a template makes of a text.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use arrow::array::{Array, StringArray, StringBuilder};

use super::{CellRule, Condition, Otherwise, RowRule};
use crate::block::Block;
use crate::problem::Fault;

/// A block with its columns as text, and what conditions made of its rows.
pub(super) struct Work<'b> {
    pub(super) block: &'b Block,
    pub(super) texts: HashMap<String, StringArray>,
    pub(super) firsts: HashMap<String, Vec<bool>>,
}

pub(super) fn holds(conditions: &[Condition], work: &Work<'_>, row: usize) -> bool {
    conditions.iter().all(|condition| {
        let text = work.texts.get(&condition.column).filter(|texts| texts.is_valid(row)).map(|texts| texts.value(row));
        let is_among = |values: &Vec<String>| text.is_some_and(|text| values.iter().any(|value| value == text));
        let contains = |parts: &Vec<String>| {
            text.is_some_and(|text| {
                let text = text.to_lowercase();
                parts.iter().any(|part| text.contains(&part.to_lowercase()))
            })
        };
        let is_first =
            || work.firsts.get(&condition.column).and_then(|firsts| firsts.get(row)).copied().unwrap_or(false);
        condition.among.as_ref().is_none_or(is_among)
            && !condition.not_in.as_ref().is_some_and(is_among)
            && condition.contains.as_ref().is_none_or(contains)
            && condition.present.is_none_or(|present| present == text.is_some())
            && condition.first.is_none_or(|first| first == is_first())
    })
}

/// Rows repeated for each part of the rule's list column, and the parts.
pub(super) fn split(rule: &RowRule, work: &Work<'_>, rows: Vec<u32>) -> (Vec<u32>, Option<Vec<String>>) {
    let lists = rule.columns.values().chain(rule.fields.values()).find(|cell| cell.split.is_some());
    let found = lists.and_then(|cell| Some((cell.split.as_deref()?, work.texts.get(cell.column.as_deref()?)?)));
    let Some((between, texts)) = found else { return (rows, None) };
    let (mut repeated, mut parts) = (Vec::new(), Vec::new());
    for row in rows.into_iter().filter(|row| texts.is_valid(*row as usize)) {
        let list = texts.value(row as usize);
        for part in list.split(between).map(str::trim).filter(|part| !part.is_empty()) {
            repeated.push(row);
            parts.push(part.to_owned());
        }
    }
    (repeated, Some(parts))
}

/// Values through the map of a rule.
pub(super) fn mapped<T: AsRef<str>>(
    cell: &CellRule,
    given: impl Iterator<Item = Option<T>>,
    faults: &mut Vec<(usize, Fault)>,
) -> StringArray {
    let mut texts = StringBuilder::new();
    for (row, text) in given.enumerate() {
        let text = text.as_ref().map(AsRef::as_ref);
        let named = text.and_then(|text| cell.map.get(text).or_else(|| cell.map.get(text.trim())).map(String::as_str));
        let value = match (named, text) {
            (Some(word), _) => Some(word),
            (None, None) => cell.default.as_deref(),
            (None, Some(text)) if cell.map.is_empty() => Some(text),
            (None, Some(text)) => match cell.otherwise {
                Otherwise::Keep => Some(text),
                Otherwise::Empty => cell.default.as_deref(),
                Otherwise::Reject => {
                    let name = cell.column.as_deref().unwrap_or_default();
                    faults.push((
                        row,
                        Fault::of(
                            name,
                            text,
                            "a value that the map does not name",
                            "add it to the map in the mapping file",
                        ),
                    ));
                    None
                }
            },
        };
        texts.append_option(value);
    }
    texts.finish()
}

/// A piece of a template.
pub(super) enum Piece<'t> {
    Plain(&'t str),
    Column(&'t str),
}

impl Piece<'_> {
    pub(super) fn column(self) -> Option<String> {
        match self {
            Piece::Plain(_) => None,
            Piece::Column(name) => Some(name.to_owned()),
        }
    }
}

pub(super) fn pieces_of(template: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = template;
    while let Some((plain, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or((after, ""));
        pieces.extend([Piece::Plain(plain), Piece::Column(name)]);
        rest = after;
    }
    pieces.push(Piece::Plain(rest));
    pieces
}

pub(super) fn hash_of(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

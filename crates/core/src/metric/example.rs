//! Worked examples: what is given and what is expected.

use std::collections::BTreeMap;

use super::given::{GivenTable, given};
use super::node::{Node, Read, Reader, Value};
use super::{Problem, Unit};
use crate::settings::Settings;

/// A worked example of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// The line in the metric file.
    pub line: u32,
    /// The model rows.
    pub given: Vec<GivenTable>,
    /// What the answer must be.
    pub expect: Expect,
    /// Which variant, as the ending of its id.
    pub variant: Option<String>,
    /// The data's watermark, where it is later than the last row.
    pub now: Option<String>,
    /// The first day.
    pub from: Option<String>,
    /// The day after the last.
    pub to: Option<String>,
    /// Grain and dimensions.
    pub by: Option<String>,
    /// Filters.
    pub filters: Vec<String>,
    /// What to compare with.
    pub compare: Option<String>,
    /// Whose agent counts.
    pub attribution: Option<String>,
    /// The settings that hold.
    pub settings: Settings,
}

/// What an example must answer: one row each.
#[derive(Clone, Debug, PartialEq)]
pub struct Expect(pub Vec<ExpectedRow>);

/// What one row of the answer must be, as far as said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedRow {
    /// Numbers by the row's key: value, n, numerator, denominator, low, high, open, previous, change ...
    pub numbers: BTreeMap<String, Expected>,
    /// Texts by the row's key: period, state, currency, verdict, interval ...
    pub texts: BTreeMap<String, Option<String>>,
    /// Group values; none: unknown.
    pub group: BTreeMap<String, Option<String>>,
}

/// An expected number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expected {
    /// No value.
    Nothing,
    /// A number, and how far it may be off: half of the last digit given, at most 0.005.
    Number {
        /// The number, durations in seconds.
        number: f64,
        /// How far off it may be.
        tolerance: f64,
    },
}

impl Expected {
    /// Whether a number is the expected one.
    pub fn is(self, found: Option<f64>) -> bool {
        match (self, found) {
            (Expected::Nothing, None) => true,
            (Expected::Number { number, tolerance }, Some(found)) => {
                (number - found).abs() <= tolerance + number.abs() * 1e-12
            }
            _ => false,
        }
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Expected::Nothing => out.write_str("no value"),
            Expected::Number { number, .. } => write!(out, "{number}"),
        }
    }
}

const NUMBERS: &[&str] = &[
    "value",
    "n",
    "numerator",
    "denominator",
    "low",
    "high",
    "open",
    "previous",
    "change",
    "change_low",
    "change_high",
];
const TEXTS: &[&str] = &["period", "state", "currency", "verdict", "interval", "calendar"];

/// Reads an example.
pub(super) fn example(at: Reader<'_>, unit: Unit) -> Read<Example> {
    at.only(&[
        "name",
        "given",
        "expect",
        "variant",
        "now",
        "from",
        "to",
        "by",
        "where",
        "compare",
        "attribution",
        "settings",
        "note",
    ])?;
    let owned = |key| at.text(key).map(|text| text.map(str::to_owned));
    let expected = at.node.get("expect").ok_or_else(|| at.missing("expect"))?;
    Ok(Example {
        name: at.required_text("name")?.to_owned(),
        line: at.node.line,
        given: given_tables(at)?,
        expect: expect(at, expected, unit)?,
        variant: owned("variant")?,
        now: owned("now")?,
        from: owned("from")?,
        to: owned("to")?,
        by: Some(at.texts("by")?.join(",")).filter(|by| !by.is_empty()),
        filters: at.texts("where")?.into_iter().map(str::to_owned).collect(),
        compare: owned("compare")?,
        attribution: owned("attribution")?,
        settings: settings(at)?,
    })
}

fn given_tables(at: Reader<'_>) -> Read<Vec<GivenTable>> {
    let text = at.required_text("given")?;
    given(at, text, at.line_of("given") + 1)
}

fn settings(at: Reader<'_>) -> Read<Settings> {
    let Some(node) = at.node.get("settings") else { return Ok(Settings::default()) };
    toml_of(node).try_into().map_err(|error: toml::de::Error| {
        at.error(
            node.line,
            Problem::Expression {
                text: "settings".to_owned(),
                message: error.message().to_owned(),
                remedy: "The keys are those of settings.toml.".to_owned(),
            },
        )
    })
}

fn toml_of(node: &Node) -> toml::Value {
    match &node.value {
        Value::Text(text) => toml::Value::String(text.clone()),
        Value::Number(number, written) => match written.parse::<i64>() {
            Ok(whole) => toml::Value::Integer(whole),
            Err(_) => toml::Value::Float(*number),
        },
        Value::Flag(flag) => toml::Value::Boolean(*flag),
        Value::List(nodes) => toml::Value::Array(nodes.iter().map(toml_of).collect()),
        Value::Table(entries) => {
            toml::Value::Table(entries.iter().map(|(key, node)| (key.clone(), toml_of(node))).collect())
        }
    }
}

fn expect(at: Reader<'_>, node: &Node, unit: Unit) -> Read<Expect> {
    match &node.value {
        Value::List(nodes) => Ok(Expect(nodes.iter().map(|node| expected_row(at, node, unit)).collect::<Read<_>>()?)),
        _ => Ok(Expect(vec![expected_row(at, node, unit)?])),
    }
}

fn expected_row(at: Reader<'_>, node: &Node, unit: Unit) -> Read<ExpectedRow> {
    let mut row = ExpectedRow::default();
    let Value::Table(entries) = &node.value else {
        row.numbers.insert("value".to_owned(), expected(at, "expect", node, unit)?);
        return Ok(row);
    };
    let at = Reader { place: "expect", node, ..at };
    let known: Vec<&str> = NUMBERS.iter().chain(TEXTS).copied().chain(["group"]).collect();
    at.only(&known)?;
    for (key, node) in entries {
        if key == "group" {
            for (name, node) in node.entries() {
                row.group.insert(name.clone(), text_or_none(at, name, node)?);
            }
        } else if TEXTS.contains(&key.as_str()) {
            row.texts.insert(key.clone(), text_or_none(at, key, node)?);
        } else {
            row.numbers.insert(key.clone(), expected(at, key, node, unit)?);
        }
    }
    Ok(row)
}

fn text_or_none(at: Reader<'_>, key: &str, node: &Node) -> Read<Option<String>> {
    match &node.value {
        Value::Text(text) if text == "none" => Ok(None),
        Value::Text(text) => Ok(Some(text.clone())),
        Value::Number(_, written) => Ok(Some(written.clone())),
        Value::Flag(flag) => Ok(Some(flag.to_string())),
        _ => Err(at.wrong_shape(key, "a text in quotes", node)),
    }
}

fn expected(at: Reader<'_>, key: &str, node: &Node, unit: Unit) -> Read<Expected> {
    let wrong = || at.wrong_shape(key, "a number, a duration such as \"2.5 min\", or \"none\"", node);
    match &node.value {
        Value::Number(number, written) => Ok(Expected::Number { number: *number, tolerance: tolerance(written) }),
        Value::Text(text) if text == "none" => Ok(Expected::Nothing),
        Value::Text(text) if unit == Unit::Duration => duration(text).ok_or_else(wrong),
        _ => Err(wrong()),
    }
}

fn tolerance(written: &str) -> f64 {
    let digits = written.split_once('.').map_or(0, |(_, fraction)| fraction.len()) as i32;
    match digits {
        0 => 1e-9,
        _ => 0.5 * 10f64.powi(-digits.max(2)),
    }
}

/// Seconds of "2.5 min", "1 h 30 min", "2 days".
fn duration(text: &str) -> Option<Expected> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (mut number, mut allowed) = (0.0, 0.0);
    for pair in words.chunks(2) {
        let [written, unit] = pair else { return None };
        let seconds = match unit.trim_end_matches('s') {
            "" | "sec" | "second" => 1.0,
            "min" | "minute" => 60.0,
            "h" | "hour" => 3600.0,
            "day" | "d" => 86_400.0,
            _ => return None,
        };
        number += written.parse::<f64>().ok()? * seconds;
        allowed = tolerance(written) * seconds;
    }
    (!words.is_empty()).then_some(Expected::Number { number, tolerance: allowed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_read_in_seconds() {
        let seconds = |text| match duration(text) {
            Some(Expected::Number { number, .. }) => Some(number),
            _ => None,
        };
        assert_eq!(seconds("2.5 min"), Some(150.0));
        assert_eq!(seconds("1 h 30 min"), Some(5400.0));
        assert_eq!(seconds("2 days"), Some(172_800.0));
        assert_eq!(seconds("soon"), None);
    }

    #[test]
    fn a_number_agrees_to_the_digits_given() {
        let expected = Expected::Number { number: 46.18, tolerance: tolerance("46.18") };
        assert!(expected.is(Some(46.1812)));
        assert!(!expected.is(Some(46.19)));
        assert!(!expected.is(None));
        assert!(!Expected::Number { number: 10.0, tolerance: tolerance("10") }.is(Some(10.1)));
    }
}

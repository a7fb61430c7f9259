//! Expressions of a metric file as texts: their parameters and names. Their meaning is checked by the engine,
//! which has a parser for them; here nothing knows SQL beyond words, quotes and braces.

use std::collections::BTreeMap;

use crate::settings::Windows;

/// An expression as written, and where.
#[derive(Clone, Debug)]
pub struct Sql {
    /// The text, parameters in braces.
    pub text: String,
    /// The line in the metric file.
    pub line: u32,
}

/// Two expressions are the same where their texts are; the line does not matter.
impl PartialEq for Sql {
    fn eq(&self, other: &Sql) -> bool {
        self.text == other.text
    }
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// A number, put into expressions as it is.
    Number(f64),
    /// A text, put into expressions as it is; quotes are the expression's.
    Text(String),
}

impl std::fmt::Display for Param {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Param::Number(number) => write!(out, "{number}"),
            Param::Text(text) => out.write_str(text),
        }
    }
}

/// Parameters by name.
pub type Params = BTreeMap<String, Param>;

impl Sql {
    /// The names in braces.
    pub fn params(&self) -> Vec<&str> {
        let mut names = Vec::new();
        let mut rest = self.text.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else { break };
            names.push(name.trim());
            rest = behind;
        }
        names
    }

    /// The text with every parameter's value in its place; a name that has none stays as it is.
    pub fn with(&self, params: &Params) -> Sql {
        let mut text = String::with_capacity(self.text.len());
        let mut rest = self.text.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            match params.get(name.trim()) {
                Some(value) => text.push_str(&value.to_string()),
                None => text.push_str(&format!("{{{name}}}")),
            }
            rest = behind;
        }
        text.push_str(rest);
        Sql { text, line: self.line }
    }

    fn without_params(&self) -> Sql {
        let gone = |name: &str| (name.to_owned(), Param::Text(String::new()));
        self.with(&self.params().into_iter().map(gone).collect())
    }

    /// The names outside of quotes and braces that are no call of a function, each once, in order of appearance.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        words(&self.without_params().text, |word, called| {
            if !called && !names.iter().any(|known| known == word) {
                names.push(word.to_owned());
            }
        });
        names
    }
}

/// Calls `each` with every word outside of single quotes, and whether a bracket opens behind it.
fn words(text: &str, mut each: impl FnMut(&str, bool)) {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for (number, outside) in text.split('\'').enumerate() {
        if number % 2 == 1 {
            continue;
        }
        let mut rest = outside;
        while let Some(start) = rest.find(|c: char| c.is_ascii_alphabetic() || c == '_') {
            let from = &rest[start..];
            let word = &from[..from.find(|c| !is_word(c)).unwrap_or(from.len())];
            let behind = &from[word.len()..];
            each(word, behind.trim_start().starts_with('('));
            rest = behind;
        }
    }
}

/// `text` with every name outside of quotes replaced where `with` says so.
pub(super) fn replace_names(text: &str, with: impl Fn(&str) -> Option<String>) -> String {
    let mut replaced = String::with_capacity(text.len());
    for (number, part) in text.split('\'').enumerate() {
        if number > 0 {
            replaced.push('\'');
        }
        if number % 2 == 1 {
            replaced.push_str(part);
            continue;
        }
        let mut word = String::new();
        for c in part.chars().chain(['\0']) {
            if c.is_ascii_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            replaced.push_str(&with(&word).unwrap_or_else(|| word.clone()));
            word.clear();
            if c != '\0' {
                replaced.push(c);
            }
        }
    }
    replaced
}

/// The declared parameters, those that are windows of the settings with the settings' values, and the windows
/// themselves.
pub(super) fn resolve(declared: &Params, windows: &Windows) -> Params {
    let mut params = declared.clone();
    for name in WINDOWS {
        if let Some(value) = windows.named(name) {
            params.insert((*name).to_owned(), Param::Number(f64::from(value)));
        }
    }
    params
}

/// The names of the windows in settings.
pub(super) const WINDOWS: &[&str] = &[
    "reopen_days",
    "transfer_hours",
    "churn_grace_days",
    "stage_days",
    "follow_up_days",
    "buyer_churn_days",
    "answer_edit_hours",
    "silent_days",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(text: &str) -> Sql {
        Sql { text: text.to_owned(), line: 1 }
    }

    #[test]
    fn a_parameter_is_put_in_even_inside_of_quotes() {
        let params = Params::from([("reopen_days".to_owned(), Param::Number(7.0))]);
        let expression = sql("reopened_at <= first_solved_at + interval '{reopen_days} days'");
        assert_eq!(expression.with(&params).text, "reopened_at <= first_solved_at + interval '7 days'");
        assert_eq!(expression.params(), ["reopen_days"]);
    }

    #[test]
    fn names_are_neither_quoted_texts_nor_functions() {
        assert_eq!(sql("lower(kind) = 'csat' and score > {least}").names(), ["kind", "and", "score"]);
    }

    #[test]
    fn replacing_a_name_leaves_quotes_and_longer_names_alone() {
        let replaced = replace_names("wait_us > 0 and x = 'wait_us' or wait_us_2 < 1", |name| {
            (name == "wait_us").then(|| "wait_business_us".to_owned())
        });
        assert_eq!(replaced, "wait_business_us > 0 and x = 'wait_us' or wait_us_2 < 1");
    }

    #[test]
    fn every_window_of_the_settings_is_a_parameter() {
        let windows = Windows::default();
        assert!(WINDOWS.iter().all(|name| windows.named(name).is_some()));
    }
}

//! A TOML file as a tree that knows its lines, so that variants can be made by changing the tree and every
//! mistake can be shown where it stands.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{MetricFileError, Problem, nearest};

/// A value and the line on which it begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) line: u32,
    pub(super) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    /// A number, also as it was written: expected values are compared to the digits given.
    Number(f64, String),
    Flag(bool),
    List(Vec<Node>),
    Table(Entries),
}

pub(super) type Entries = Vec<(String, Node)>;

impl Node {
    /// Reads a file.
    pub(super) fn parse(file: &str, text: &str) -> Result<Node, MetricFileError> {
        let root = DeTable::parse(text).map_err(|error| MetricFileError {
            file: file.to_owned(),
            line: error.span().map_or(1, |span| line_at(text, span.start)),
            problem: Box::new(Problem::Syntax { message: error.message().to_owned() }),
        })?;
        Ok(Node { line: 1, value: Value::Table(entries(root.get_ref(), text)) })
    }

    pub(super) fn text(line: u32, text: &str) -> Node {
        Node { line, value: Value::Text(text.to_owned()) }
    }

    pub(super) fn number(line: u32, number: f64) -> Node {
        Node { line, value: Value::Number(number, number.to_string()) }
    }

    /// What it is, in words.
    pub(super) fn shape(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a text",
            Value::Number(..) => "a number",
            Value::Flag(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
        }
    }

    pub(super) fn entries(&self) -> &[(String, Node)] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        match &mut self.value {
            Value::Table(entries) => entries.iter_mut().find(|(name, _)| name == key).map(|(_, node)| node),
            _ => None,
        }
    }

    pub(super) fn set(&mut self, key: &str, node: Node) {
        if let Some(known) = self.get_mut(key) {
            *known = node;
        } else if let Value::Table(entries) = &mut self.value {
            entries.push((key.to_owned(), node));
        }
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Node> {
        let Value::Table(entries) = &mut self.value else { return None };
        let at = entries.iter().position(|(name, _)| name == key)?;
        Some(entries.remove(at).1)
    }

    /// Changes every text in the tree.
    pub(super) fn map_texts(&mut self, change: &mut impl FnMut(&mut String)) {
        match &mut self.value {
            Value::Text(text) => change(text),
            Value::List(nodes) => nodes.iter_mut().for_each(|node| node.map_texts(change)),
            Value::Table(entries) => entries.iter_mut().for_each(|(_, node)| node.map_texts(change)),
            Value::Number(..) | Value::Flag(_) => {}
        }
    }

    /// The tree as one text: keys sorted, runs of white space as one; what the definition's hash is made of.
    pub(super) fn canonical(&self, into: &mut String) {
        match &self.value {
            Value::Text(text) => {
                into.push('"');
                into.push_str(&text.split_whitespace().collect::<Vec<_>>().join(" "));
                into.push('"');
            }
            Value::Number(number, _) => into.push_str(&number.to_string()),
            Value::Flag(flag) => into.push_str(&flag.to_string()),
            Value::List(nodes) => {
                into.push('[');
                nodes.iter().for_each(|node| {
                    node.canonical(into);
                    into.push(',');
                });
                into.push(']');
            }
            Value::Table(entries) => {
                let mut sorted: Vec<_> = entries.iter().collect();
                sorted.sort_by(|a, b| a.0.cmp(&b.0));
                into.push('{');
                for (key, node) in sorted {
                    into.push_str(key);
                    into.push('=');
                    node.canonical(into);
                    into.push(',');
                }
                into.push('}');
            }
        }
    }
}

fn entries(table: &DeTable<'_>, text: &str) -> Entries {
    let mut entries: Vec<(usize, (String, Node))> =
        table.iter().map(|(key, value)| (key.span().start, (key.get_ref().to_string(), node(value, text)))).collect();
    entries.sort_by_key(|(start, _)| *start);
    entries.into_iter().map(|(_, entry)| entry).collect()
}

fn node(value: &Spanned<DeValue<'_>>, text: &str) -> Node {
    let line = line_at(text, value.span().start);
    let value = match value.get_ref() {
        DeValue::String(string) => Value::Text(string.to_string()),
        DeValue::Integer(number) => number_of(number.as_str()),
        DeValue::Float(number) => number_of(number.as_str()),
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Datetime(moment) => Value::Text(moment.to_string()),
        DeValue::Array(values) => Value::List(values.iter().map(|value| node(value, text)).collect()),
        DeValue::Table(table) => Value::Table(entries(table, text)),
    };
    Node { line, value }
}

fn number_of(written: &str) -> Value {
    let plain = written.replace('_', "");
    Value::Number(plain.parse().unwrap_or(f64::NAN), plain)
}

fn line_at(text: &str, offset: usize) -> u32 {
    let before = text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count();
    u32::try_from(before + 1).unwrap_or(u32::MAX)
}

/// A table that is being read: which file it is in, and what to call it.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) file: &'a str,
    pub(super) place: &'a str,
    pub(super) node: &'a Node,
}

pub(super) type Read<T> = Result<T, MetricFileError>;

impl<'a> Reader<'a> {
    pub(super) fn error(&self, line: u32, problem: Problem) -> MetricFileError {
        MetricFileError { file: self.file.to_owned(), line, problem: Box::new(problem) }
    }

    /// Refuses keys that the form does not have.
    pub(super) fn only(&self, known: &[&str]) -> Read<()> {
        match self.node.entries().iter().find(|(key, _)| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some((key, node)) => Err(self.error(
                node.line,
                Problem::UnknownKey {
                    key: key.clone(),
                    place: self.place.to_owned(),
                    nearest: nearest(key, known.iter().copied()).map(str::to_owned),
                    known: known.iter().map(|&known| known.to_owned()).collect(),
                },
            )),
        }
    }

    pub(super) fn wrong_shape(&self, key: &str, expected: &str, found: &Node) -> MetricFileError {
        self.error(
            found.line,
            Problem::WrongShape { key: key.to_owned(), expected: expected.to_owned(), found: found.shape().to_owned() },
        )
    }

    pub(super) fn unknown_word<'k>(
        &self,
        line: u32,
        what: &str,
        word: &str,
        known: impl IntoIterator<Item = &'k str>,
    ) -> MetricFileError {
        let known: Vec<&str> = known.into_iter().collect();
        self.error(
            line,
            Problem::UnknownWord {
                what: what.to_owned(),
                word: word.to_owned(),
                nearest: nearest(word, known.iter().copied()).map(str::to_owned),
                known: known.into_iter().map(str::to_owned).collect(),
            },
        )
    }

    pub(super) fn missing(&self, key: &str) -> MetricFileError {
        self.error(self.node.line, Problem::MissingKey { key: key.to_owned(), place: self.place.to_owned() })
    }

    pub(super) fn text(&self, key: &str) -> Read<Option<&'a str>> {
        match self.node.get(key) {
            None => Ok(None),
            Some(Node { value: Value::Text(text), .. }) => Ok(Some(text)),
            Some(other) => Err(self.wrong_shape(key, "a text in quotes", other)),
        }
    }

    pub(super) fn required_text(&self, key: &str) -> Read<&'a str> {
        self.text(key)?.ok_or_else(|| self.missing(key))
    }

    pub(super) fn number(&self, key: &str) -> Read<Option<f64>> {
        match self.node.get(key) {
            None => Ok(None),
            Some(Node { value: Value::Number(number, _), .. }) => Ok(Some(*number)),
            Some(other) => Err(self.wrong_shape(key, "a number", other)),
        }
    }

    pub(super) fn flag(&self, key: &str) -> Read<Option<bool>> {
        match self.node.get(key) {
            None => Ok(None),
            Some(Node { value: Value::Flag(flag), .. }) => Ok(Some(*flag)),
            Some(other) => Err(self.wrong_shape(key, "true or false", other)),
        }
    }

    /// A list of texts; one text alone is a list of one.
    pub(super) fn texts(&self, key: &str) -> Read<Vec<&'a str>> {
        let expected = "a list of texts";
        match self.node.get(key) {
            None => Ok(Vec::new()),
            Some(Node { value: Value::Text(text), .. }) => Ok(vec![text]),
            Some(Node { value: Value::List(nodes), .. }) => nodes
                .iter()
                .map(|node| match &node.value {
                    Value::Text(text) => Ok(text.as_str()),
                    _ => Err(self.wrong_shape(key, expected, node)),
                })
                .collect(),
            Some(other) => Err(self.wrong_shape(key, expected, other)),
        }
    }

    /// The tables of `[[key]]`; a `[key]` alone is a list of one.
    pub(super) fn tables(&self, key: &'a str) -> Read<Vec<Reader<'a>>> {
        let within = |node: &'a Node| match node.value {
            Value::Table(_) => Ok(Reader { file: self.file, place: key, node }),
            _ => Err(self.wrong_shape(key, "a table", node)),
        };
        match self.node.get(key) {
            None => Ok(Vec::new()),
            Some(Node { value: Value::List(nodes), .. }) => nodes.iter().map(within).collect(),
            Some(node) => Ok(vec![within(node)?]),
        }
    }

    pub(super) fn table(&self, key: &'a str) -> Read<Option<Reader<'a>>> {
        match self.node.get(key) {
            None => Ok(None),
            Some(node @ Node { value: Value::Table(_), .. }) => Ok(Some(Reader { file: self.file, place: key, node })),
            Some(other) => Err(self.wrong_shape(key, "a table", other)),
        }
    }

    pub(super) fn line_of(&self, key: &str) -> u32 {
        self.node.get(key).map_or(self.node.line, |node| node.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_knows_its_line() {
        let root = Node::parse("x.toml", "a = 1\n\n[b]\nc = \"text\"\n").expect("toml");
        let line = root.get("b").and_then(|b| b.get("c")).map(|node| node.line);
        assert_eq!(line, Some(4));
    }

    #[test]
    fn a_syntax_error_names_its_line() {
        let error = Node::parse("x.toml", "a = 1\nb = \n").expect_err("an error");
        assert_eq!((error.line, error.file.as_str()), (2, "x.toml"));
    }

    #[test]
    fn white_space_and_the_order_of_keys_do_not_change_the_canonical_text() {
        let canonical = |text: &str| {
            let mut into = String::new();
            Node::parse("x", text).expect("toml").canonical(&mut into);
            into
        };
        assert_eq!(canonical("a = \"x  y\"\nb = 1"), canonical("b = 1.0\na = \"x\\n y\""));
    }
}

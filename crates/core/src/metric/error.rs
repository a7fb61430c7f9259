//! What can be wrong with a metric file, always with file, line and remedy.

use std::fmt;

/// A mistake in a metric file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct MetricFileError {
    /// The file, as it was named to the reader.
    pub file: String,
    /// The line, from 1 on.
    pub line: u32,
    /// What is wrong.
    pub problem: Box<Problem>,
}

/// What is wrong, without where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not TOML.
    #[error("this is not TOML: {message}")]
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// A key that the form does not have.
    #[error("unknown key \"{key}\" in {place}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The table it stands in.
        place: String,
        /// The nearest known one.
        nearest: Option<String>,
        /// All known ones.
        known: Vec<String>,
    },
    /// A key that has to be there.
    #[error("{place} has no \"{key}\"")]
    MissingKey {
        /// The key.
        key: String,
        /// The table it should stand in.
        place: String,
    },
    /// A value of another shape than the form asks for.
    #[error("\"{key}\" is {found}, not {expected}")]
    WrongShape {
        /// The key.
        key: String,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A word outside of its closed set.
    #[error("unknown {what} \"{word}\"")]
    UnknownWord {
        /// What kind of word.
        what: String,
        /// The word.
        word: String,
        /// The nearest known one.
        nearest: Option<String>,
        /// All known ones.
        known: Vec<String>,
    },
    /// A key that makes no sense beside what else is said.
    #[error("\"{key}\" cannot stand here: {reason}")]
    Misplaced {
        /// The key.
        key: String,
        /// Why not.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// An expression that cannot be read, or that does not fit the fact.
    #[error("in `{text}`: {message}")]
    Expression {
        /// The expression as written.
        text: String,
        /// What is wrong with it.
        message: String,
        /// What to do.
        remedy: String,
    },
    /// The id is another file's.
    #[error("the id \"{id}\" is already that of {other}")]
    DuplicateId {
        /// The id.
        id: String,
        /// The other file.
        other: String,
    },
}

impl Problem {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match self {
            Problem::Syntax { .. } => "Texts stand in quotes, keys without a header come first.".to_owned(),
            Problem::UnknownKey { nearest, known, .. } | Problem::UnknownWord { nearest, known, .. } => {
                suggestion(nearest.as_deref(), known)
            }
            Problem::MissingKey { key, .. } => format!("Add it; docs/metric-file.md says what \"{key}\" may be."),
            Problem::WrongShape { expected, .. } => format!("Write {expected}."),
            Problem::Misplaced { remedy, .. } | Problem::Expression { remedy, .. } => remedy.clone(),
            Problem::DuplicateId { .. } => {
                "Ids are never redefined: choose another id, or say `extends` to add variants.".to_owned()
            }
        }
    }
}

impl MetricFileError {
    /// What to do about it.
    pub fn hint(&self) -> String {
        self.problem.hint()
    }
}

/// A metric id that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown metric \"{id}\"")]
pub struct UnknownMetric {
    /// The id asked for.
    pub id: String,
    /// The nearest known one.
    pub nearest: Option<String>,
}

impl UnknownMetric {
    /// What to do about it.
    pub fn hint(&self) -> String {
        match &self.nearest {
            Some(nearest) => format!("Did you mean \"{nearest}\"? \"mittari metrics\" lists them."),
            None => "\"mittari metrics\" lists them.".to_owned(),
        }
    }
}

fn suggestion(nearest: Option<&str>, known: &[String]) -> String {
    let listed = Listed(known);
    match nearest {
        Some(nearest) => format!("Did you mean \"{nearest}\"? Known: {listed}."),
        None => format!("Known: {listed}."),
    }
}

struct Listed<'a>(&'a [String]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join(", "))
    }
}

/// The known word nearest to a mistyped one, where one is near enough to have been meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let initials_of = |name: &str| name.split('_').filter_map(|part| part.chars().next()).collect::<String>();
    let scored = known.into_iter().map(|name| {
        let close = edit_distance(&word, &name.to_lowercase());
        let short = initials_of(name) == word;
        (if short { 1 } else { close }, name)
    });
    let (distance, name) = scored.min_by_key(|(distance, name)| (*distance, name.len()))?;
    let allowed = (word.chars().count().max(name.chars().count()) / 3).max(1);
    (distance <= allowed).then_some(name)
}

/// Levenshtein's distance, two neighbours swapped counting once.
fn edit_distance(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut rows = vec![(0..=to.len()).collect::<Vec<usize>>()];
    for (i, a) in from.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in to.iter().enumerate() {
            let mut least = (rows[i][j] + usize::from(a != b)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == to[j - 1] && from[i - 1] == *b {
                least = least.min(rows[i - 1][j - 1] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[from.len()][to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_found_by_letters_or_by_initials() {
        let known = ["first_response_time", "csat", "churn_rate"];
        assert_eq!(nearest("first_respnose_time", known), Some("first_response_time"));
        assert_eq!(nearest("frt", known), Some("first_response_time"));
        assert_eq!(nearest("cast", known), Some("csat"));
        assert_eq!(nearest("weather", known), None);
    }
}

//! The metric file: one definition object that the engine, the pages, the help and the tests all read.
//!
//! A file gives one metric and its variants. Reading it checks everything that needs no SQL parser: keys, words,
//! facts, columns, parameters, examples; the engine then checks the expressions. The form is described in
//! `docs/metric-file.md`; this module is the one place where it is read.

mod catalogue;
mod error;
mod example;
mod file;
mod formula;
mod given;
mod node;
mod read_formula;
mod sql;
mod variant;
mod words;

pub use catalogue::{Catalogue, MetricSource, Origin};
pub use error::{MetricFileError, Problem, UnknownMetric, nearest};
pub use example::{Example, Expect, Expected, ExpectedRow};
pub use formula::{Dating, Formula, Matures, Measure, Part, Per, PerColumn, PerTotal, Rows, Side, StockAt, Take};
pub use given::{GivenRow, GivenTable};
pub use sql::{Param, Params, Sql};
pub use words::{Language, Words};

use crate::facts::Fact;
use crate::settings::Settings;

/// A metric, ready to be planned: one file's, or one of its variants.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// The id.
    pub id: String,
    /// The id of its file.
    pub base: String,
    /// The ending that makes the variant; none: the file's own.
    pub variant: Option<String>,
    /// The folder it lies in; for a user's own, "own" where there is none.
    pub family: String,
    /// Who wrote it.
    pub origin: Origin,
    /// The file, for messages.
    pub file: String,
    /// The unit of the value.
    pub unit: Unit,
    /// Which way is good.
    pub better: Better,
    /// What one row is.
    pub counts: Words,
    /// The title.
    pub title: Words,
    /// One sentence.
    pub summary: Words,
    /// What is computed.
    pub formula: Formula,
    /// Rows counted beside the value.
    pub open: Option<Open>,
    /// The extra key whose shares are over the total without it.
    pub split: Option<String>,
    /// Keys added by themselves where values differ.
    pub groups: Vec<String>,
    /// Which agent of a conversation counts.
    pub attribution: Attribution,
    /// Whether it is in business time.
    pub business: bool,
    /// What to use instead.
    pub deprecated: Option<String>,
    /// Parameters with their defaults.
    pub params: Params,
    /// Where known tools answer otherwise.
    pub differences: Vec<Difference>,
    /// Where the definition comes from.
    pub sources: Vec<Source>,
    /// Ids of metrics that keep this one honest.
    pub guards: Vec<String>,
    /// Published figures.
    pub bands: Vec<Band>,
    /// Worked examples of the whole file, in the metric that is the file's own.
    pub examples: Vec<Example>,
    /// What the definition's hash is made of.
    pub(crate) canonical: String,
}

/// Rows counted beside the value.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// Of which fact.
    pub fact: Fact,
    /// The moment that puts them into a period; none: as the metric's rows.
    pub dated_by: Option<String>,
    /// Which rows.
    pub filter: Sql,
}

/// Where a known tool answers otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The tool.
    pub system: String,
    /// How its answer differs.
    pub how: String,
}

/// Where a definition comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The title.
    pub title: String,
    /// Where to read it.
    pub url: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When.
    pub year: Option<i32>,
}

/// A published figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Band {
    /// Its lower end, in the metric's unit.
    pub low: Option<f64>,
    /// Its upper end; equal to `low` for one number.
    pub high: Option<f64>,
    /// Whom it is about.
    pub of: String,
    /// Who published it.
    pub source: String,
    /// For which year.
    pub year: Option<i32>,
    /// How far to trust it.
    pub grade: Grade,
    /// How it was measured.
    pub definition: Option<String>,
    /// Whether that is our definition: only then may it be drawn beside ours.
    pub comparable: bool,
    /// What else to know.
    pub note: Option<String>,
}

macro_rules! words_of {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[doc = $doc:literal])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[doc = $doc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// The words, in order.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word in files.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word),* }
            }

            /// The value of a word.
            pub fn named(word: &str) -> Option<Self> {
                match word { $($word => Some($name::$variant),)* _ => None }
            }

            pub(in crate::metric) fn read(at: node::Reader<'_>, key: &str, word: &str) -> node::Read<Self> {
                Self::named(word).ok_or_else(|| at.unknown_word(at.line_of(key), $what, word, Self::WORDS.iter().copied()))
            }
        }
    };
}

words_of! {
    /// The unit of a value.
    Unit, "unit" {
        /// 0 to 100.
        Percent = "percent",
        /// -100 to 100.
        Points = "points",
        /// On the scale of the answers.
        Score = "score",
        /// Seconds.
        Duration = "duration",
        /// How many.
        Count = "count",
        /// In the row's currency.
        Money = "money",
        /// A plain number.
        Ratio = "ratio",
    }
}

words_of! {
    /// Which way is good.
    Better, "direction" {
        /// More is better.
        Higher = "higher",
        /// Less is better.
        Lower = "lower",
        /// Neither is.
        Neither = "neither",
    }
}

words_of! {
    /// How far a published figure can be trusted.
    Grade, "grade" {
        /// From a sample.
        A = "A",
        /// A vendor's customers.
        B = "B",
        /// From second hand.
        C = "C",
    }
}

words_of! {
    /// Which agent of a conversation a metric is attributed to.
    Attribution, "attribution" {
        /// Who gave the first reply.
        FirstReply = "first_reply",
        /// Who was assigned at the last solve.
        Solve = "solve",
        /// Who replied last before the survey.
        Survey = "survey",
        /// Who replied most.
        MostReplies = "most_replies",
    }
}

impl Attribution {
    /// The column of the ledger.
    pub fn column(self) -> &'static str {
        match self {
            Attribution::FirstReply => "agent_at_first_reply",
            Attribution::Solve => "agent_at_solve",
            Attribution::Survey => "agent_at_survey",
            Attribution::MostReplies => "agent_most_replies",
        }
    }
}

impl Metric {
    /// The facts it reads itself, each once; other metrics' in a composite are not among them.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts: Vec<Fact> = self.formula.rows().iter().map(|rows| rows.fact).collect();
        facts.extend(self.open.as_ref().map(|open| open.fact));
        facts.sort_unstable();
        facts.dedup();
        facts
    }

    /// The ids of the metrics that a composite names.
    pub fn metrics_named(&self) -> Vec<String> {
        let Formula::Composite { expression, parts } = &self.formula else { return Vec::new() };
        let names = expression.names().into_iter();
        names.filter(|name| !parts.iter().any(|part| part.name == *name)).collect()
    }

    /// The values that its parameters have under these settings.
    pub fn params_with(&self, settings: &Settings) -> Params {
        sql::resolve(&self.params, &settings.windows)
    }

    /// The metric with the values of its parameters in their places.
    pub fn with(&self, settings: &Settings) -> Metric {
        let params = self.params_with(settings);
        let mut metric = self.clone();
        metric.formula = self.formula.with(&params);
        if let Some(open) = &mut metric.open {
            open.filter = open.filter.with(&params);
        }
        metric
    }

    /// `id@hash`, of the parsed form, the parameters' values and the facts' version.
    pub fn definition(&self, settings: &Settings, facts_version: &str) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.canonical.as_bytes());
        for (name, value) in self.params_in_use(settings) {
            hasher.update(format!("\n{name}={value}").as_bytes());
        }
        hasher.update(b"\n");
        hasher.update(facts_version.as_bytes());
        format!("{}@{}", self.id, &hasher.finalize().to_hex()[..12])
    }

    /// The parameters that its expressions name, with their values.
    pub fn params_in_use(&self, settings: &Settings) -> Params {
        let mut expressions = self.formula.expressions();
        expressions.extend(self.open.as_ref().map(|open| open.filter.clone()));
        let mut params = self.params_with(settings);
        params.retain(|name, _| {
            self.params.contains_key(name) || expressions.iter().any(|sql| sql.params().contains(&name.as_str()))
        });
        params
    }

    /// Whether its rows are one set of which one number is made: then its interval can be known.
    pub fn is_simple(&self) -> bool {
        matches!(self.formula, Formula::Simple { .. })
    }
}

#[cfg(test)]
mod tests;

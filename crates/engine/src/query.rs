//! The query: the same from the command line, the API and the tests.

use jiff::civil::Date;
use mittari_core::metric::Attribution;
use mittari_core::time::Instant;
use serde::{Deserialize, Serialize};

use crate::error::{EngineError, Result};

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Query {
    /// Ids of metrics, in the order of the answer.
    pub metrics: Vec<String>,
    /// The first day, in the workspace's zone; none: the data's first.
    pub from: Option<Date>,
    /// The day after the last; none: the one after the data's last.
    pub to: Option<Date>,
    /// The length of a period; none: one period.
    pub grain: Option<Grain>,
    /// Dimensions, in the order of the answer.
    pub by: Vec<String>,
    /// Which rows: all of these hold.
    pub filters: Vec<Filter>,
    /// What each period is compared with.
    pub compare: Option<Compare>,
    /// As what was known then; the caller opens the facts so.
    pub as_of: Option<Instant>,
    /// Whose agent counts; none: as the metric says.
    pub attribution: Option<Attribution>,
}

/// The same as texts, as a command line or a URL gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QueryText {
    /// Ids, comma between.
    pub metrics: Vec<String>,
    /// `2026-01-01`.
    pub from: Option<String>,
    /// `2026-11-01`.
    pub to: Option<String>,
    /// `month,channel`.
    pub by: Vec<String>,
    /// `channel=email,chat`, `team!=billing`.
    #[serde(rename = "where")]
    pub filters: Vec<String>,
    /// `previous` or `year`.
    pub compare: Option<String>,
    /// An instant.
    pub as_of: Option<String>,
    /// `first_reply`, `solve`, `survey` or `most_replies`.
    pub attribution: Option<String>,
}

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Grain {
    /// A civil day.
    Day,
    /// Monday to Sunday.
    Week,
    /// A civil month.
    Month,
    /// Three civil months.
    Quarter,
    /// A civil year.
    Year,
}

/// What a period is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compare {
    /// The period before.
    Previous,
    /// The same period a year before.
    Year,
}

/// A condition on a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The dimension.
    pub dimension: String,
    /// One of these; none: unknown.
    pub values: Vec<Option<String>>,
    /// None of these, rather.
    pub except: bool,
}

impl Grain {
    const WORDS: [(&'static str, Grain); 5] = [
        ("day", Grain::Day),
        ("week", Grain::Week),
        ("month", Grain::Month),
        ("quarter", Grain::Quarter),
        ("year", Grain::Year),
    ];

    /// The grain of a word.
    pub fn named(word: &str) -> Option<Grain> {
        Grain::WORDS.iter().find(|(known, _)| *known == word).map(|(_, grain)| *grain)
    }
}

impl Query {
    /// Reads a query from its texts.
    pub fn parse(text: &QueryText) -> Result<Query> {
        let (grain, by) = grain_and_dimensions(&text.by)?;
        Ok(Query {
            metrics: split_at_commas(&text.metrics),
            from: text.from.as_deref().map(|day| date("from", day)).transpose()?,
            to: text.to.as_deref().map(|day| date("to", day)).transpose()?,
            grain,
            by,
            filters: text.filters.iter().map(|filter| Filter::parse(filter)).collect::<Result<_>>()?,
            compare: text.compare.as_deref().map(compare).transpose()?,
            as_of: text.as_of.as_deref().map(instant).transpose()?,
            attribution: text.attribution.as_deref().map(attribution).transpose()?,
        })
    }
}

fn split_at_commas(texts: &[String]) -> Vec<String> {
    let parts = texts.iter().flat_map(|text| text.split(','));
    parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn grain_and_dimensions(texts: &[String]) -> Result<(Option<Grain>, Vec<String>)> {
    let mut grain = None;
    let mut by: Vec<String> = Vec::new();
    for word in split_at_commas(texts) {
        match Grain::named(&word) {
            Some(named) if grain.is_none() => grain = Some(named),
            Some(_) => return Err(wrong("by", &word, "One of day, week, month, quarter, year is enough.")),
            None if by.contains(&word) => {}
            None => by.push(word),
        }
    }
    Ok((grain, by))
}

fn wrong(what: &'static str, text: &str, hint: &str) -> EngineError {
    EngineError::Query { what, text: text.to_owned(), hint: hint.to_owned() }
}

fn date(what: &'static str, text: &str) -> Result<Date> {
    text.parse().map_err(|_| wrong(what, text, "Write a day as 2026-01-31."))
}

fn instant(text: &str) -> Result<Instant> {
    let read: std::result::Result<jiff::Timestamp, _> = text.parse();
    read.map(Instant::from).map_err(|_| wrong("as_of", text, "Write a moment as 2026-01-31T12:00:00Z."))
}

fn compare(text: &str) -> Result<Compare> {
    match text {
        "previous" => Ok(Compare::Previous),
        "year" => Ok(Compare::Year),
        _ => Err(wrong("compare", text, "Write previous or year.")),
    }
}

fn attribution(text: &str) -> Result<Attribution> {
    Attribution::named(text)
        .ok_or_else(|| wrong("attribution", text, &format!("Write one of {}.", Attribution::WORDS.join(", "))))
}

impl Filter {
    /// Reads `channel=email,chat` or `team!=billing`; nothing behind the sign means unknown.
    pub fn parse(text: &str) -> Result<Filter> {
        let unreadable = || wrong("where", text, "Write channel=email,chat or team!=billing.");
        let (left, values) = text.split_once('=').ok_or_else(unreadable)?;
        let (dimension, except) = match left.strip_suffix('!') {
            Some(dimension) => (dimension, true),
            None => (left, false),
        };
        if dimension.trim().is_empty() {
            return Err(unreadable());
        }
        let values = values.split(',').map(str::trim).map(|value| (!value.is_empty()).then(|| value.to_owned()));
        Ok(Filter { dimension: dimension.trim().to_owned(), values: values.collect(), except })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_from_texts() {
        let text = QueryText {
            metrics: vec!["csat,nps".into()],
            from: Some("2026-01-01".into()),
            by: vec!["month,channel".into(), "team".into()],
            filters: vec!["channel=email,chat".into(), "team!=billing".into()],
            compare: Some("previous".into()),
            ..QueryText::default()
        };
        let query = Query::parse(&text).expect("a query");
        assert_eq!(query.metrics, ["csat", "nps"]);
        assert_eq!((query.grain, query.by), (Some(Grain::Month), vec!["channel".to_owned(), "team".to_owned()]));
        assert!(query.filters[1].except);
        assert_eq!(query.filters[0].values, [Some("email".to_owned()), Some("chat".to_owned())]);
    }

    #[test]
    fn two_grains_a_bad_day_and_a_filter_without_a_sign_are_refused_with_a_hint() {
        for text in [
            QueryText { by: vec!["day,month".into()], ..QueryText::default() },
            QueryText { from: Some("31.1.2026".into()), ..QueryText::default() },
            QueryText { filters: vec!["channel".into()], ..QueryText::default() },
            QueryText { compare: Some("last".into()), ..QueryText::default() },
        ] {
            let error = Query::parse(&text).expect_err("an error");
            assert!(!error.hint().is_empty());
        }
    }

    #[test]
    fn nothing_behind_the_sign_means_unknown() {
        assert_eq!(Filter::parse("agent=").expect("a filter").values, [None]);
    }
}

//! `mittari report`: the scorecard, or the rows of a query, as a table, JSON, CSV or one HTML page.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mittari_core::metric::Language;
use mittari_engine::{Query, QueryText};
use mittari_store::{Access, Store};

use super::Place;
use crate::catalogue;
use crate::failure::{Done, Failure, Outcome};
use crate::report::gather::{Asked, Sources};
use crate::report::speech::Speech;
use crate::report::{gather, html, rows, terminal};

const EXAMPLES: &str = "\
Examples:
  mittari report                                              the scorecard of all that is there
  mittari report --from 2026-08-01 --to 2026-11-01            a quarter, compared with the one before
  mittari report --metrics csat,nps --by month,channel
  mittari report --metrics first_response_time,reopen_rate --by team --where channel=email,chat --compare previous
  mittari report --format html --lang fi --out report.html    one page, to print or to send
  mittari report --metrics csat --by agent --format csv --raw exact figures, for programs
  mittari report --as-of 2026-10-05T00:00:00Z                 what was known then";

/// Show the scorecard, or any metrics by any periods and dimensions
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Report {
    /// Ids of metrics, comma between; without: all.
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    metrics: Vec<String>,
    /// A grain (day, week, month, quarter, year) and dimensions: month,channel.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    by: Vec<String>,
    /// Which rows: channel=email,chat or team!=billing; several are all to hold.
    #[arg(long = "where", value_name = "CONDITION")]
    filters: Vec<String>,
    /// The first day.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The day after the last.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// What to compare with: previous or year.
    #[arg(long, value_name = "WITH")]
    compare: Option<String>,
    /// As it was known at a moment.
    #[arg(long, value_name = "MOMENT")]
    as_of: Option<String>,
    /// Whose agent counts: first_reply, solve, survey or most_replies.
    #[arg(long, value_name = "WHOSE")]
    attribution: Option<String>,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The language of titles and texts: en, fi, pl, ru, sl, zh-Hant.
    #[arg(long, value_name = "TAG", default_value = "en")]
    lang: String,
    /// Write into a file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// CSV exactly as it is: without the sign that keeps spreadsheets from running cells as formulas.
    #[arg(long)]
    raw: bool,
}

/// How a report is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
    Csv,
    Html,
}

impl Report {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let language = language(&self.lang)?;
        let query = Query::parse(&self.text())?;
        let store = Store::open(place.data, Access::Read)?;
        let facts = store.facts(query.as_of)?;
        let catalogue = catalogue::of(place.data)?;
        let sources = Sources { store: &store, facts: &facts, catalogue: &catalogue };
        let format = if place.console.json { Format::Json } else { self.format };
        let text = match format {
            Format::Html => html::render(&gather::card(&sources, &asked(query))?, language)?,
            Format::Table if self.by.is_empty() => {
                let card = gather::card(&sources, &asked(query))?;
                terminal::render(&card, &Speech::new(language), place.console)
            }
            _ => self.rows_text(query, &sources, format, language, place)?,
        };
        self.put(&text, place)?;
        Ok(Outcome::Fine)
    }

    fn text(&self) -> QueryText {
        QueryText {
            metrics: self.metrics.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            by: self.by.clone(),
            filters: self.filters.clone(),
            compare: self.compare.clone(),
            as_of: self.as_of.clone(),
            attribution: self.attribution.clone(),
        }
    }

    fn rows_text(
        &self,
        mut query: Query,
        sources: &Sources<'_>,
        format: Format,
        language: Language,
        place: &Place<'_>,
    ) -> Done<String> {
        if query.metrics.is_empty() {
            let shown =
                sources.catalogue.iter().filter(|metric| metric.variant.is_none() && metric.deprecated.is_none());
            query.metrics = shown.map(|metric| metric.id.clone()).collect();
        }
        let answer = rows::ask(sources, &query)?;
        Ok(match format {
            Format::Json => serde_json::to_string_pretty(&answer).map_err(anyhow::Error::from)?,
            Format::Csv => rows::csv(&answer, !self.raw)?,
            _ => rows::table(&answer, sources, &Speech::new(language), place.console),
        })
    }

    fn put(&self, text: &str, place: &Place<'_>) -> Done<()> {
        let Some(path) = &self.out else { return place.console.say(text.trim_end_matches('\n')) };
        std::fs::write(path, text).map_err(|error| {
            Failure::input(format!("{}: {error}", path.display()), "Choose a file that may be written with --out.")
        })?;
        place.console.tell(&format!("written: {}", path.display()));
        Ok(())
    }
}

/// What a card is asked for by a query.
pub(crate) fn asked(query: Query) -> Asked {
    Asked {
        metrics: query.metrics,
        from: query.from,
        to: query.to,
        filters: query.filters,
        compare: query.compare,
        as_of: query.as_of,
        attribution: query.attribution,
        grain: query.grain,
        by: query.by,
    }
}

/// The language of a tag.
pub(crate) fn language(tag: &str) -> Done<Language> {
    Language::of_tag(tag).ok_or_else(|| Failure::unknown("language", tag, Language::ALL.map(Language::tag)))
}

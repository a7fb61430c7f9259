//! `mittari metrics`: which metrics there are, what one means, and what the data at hand can answer.

use clap::Args;
use mittari_core::facts::Fact;
use mittari_core::metric::{Band, Catalogue, Formula, Measure, Metric, Origin};
use mittari_core::settings::Settings;
use mittari_store::{Access, Store};
use serde_json::{Value, json};

use super::{Place, report};
use crate::console::Tone;
use crate::failure::{Done, Failure, Outcome};
use crate::report::gather::{headline_place, place_of};
use crate::report::html::{dated_by, family};
use crate::report::shown;
use crate::report::speech::Speech;
use crate::{catalogue, needs};

/// List the metrics, or show one: definition, sources, differences, examples
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  mittari metrics                       all, by family; what has no data says what would bring it\n  mittari metrics reopen_rate           one: definition, where other tools differ, sources, examples\n  mittari metrics --variants --json     every variant, for programs"
)]
pub(crate) struct Metrics {
    /// A metric's id.
    id: Option<String>,
    /// Also list variants: means, percentiles, business time.
    #[arg(long)]
    variants: bool,
    /// How to show it.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// The language of titles and texts.
    #[arg(long, value_name = "TAG", default_value = "en")]
    lang: String,
}

/// How metrics are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    Table,
    Json,
}

/// The catalogue, and what is known of the data, where there is any.
struct Known {
    catalogue: Catalogue,
    settings: Settings,
    facts_version: String,
    facts: Option<Vec<Fact>>,
    speech: Speech,
}

impl Metrics {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let known = self.known(place)?;
        let as_json = place.console.json || self.format == Format::Json;
        let mut listed: Vec<&Metric> = match &self.id {
            Some(id) => {
                vec![known.catalogue.find(id).map_err(|unknown| Failure::input(unknown.to_string(), unknown.hint()))?]
            }
            None => known.catalogue.iter().filter(|metric| self.variants || metric.variant.is_none()).collect(),
        };
        listed.sort_by_key(|metric| (place_of(&metric.family), headline_place(&metric.base)));
        if as_json {
            place.console.say_json(&listed.iter().map(|metric| known.json(metric)).collect::<Vec<_>>())?;
        } else if self.id.is_some() {
            listed.iter().try_for_each(|metric| known.tell_one(metric, place))?;
        } else {
            known.tell_all(&listed, place)?;
        }
        Ok(Outcome::Fine)
    }

    fn known(&self, place: &Place<'_>) -> Done<Known> {
        let catalogue = catalogue::of(place.data)?;
        let speech = Speech::new(report::language(&self.lang)?);
        // The catalogue can be read without any data.
        let Ok(store) = Store::open(place.data, Access::Read) else {
            return Ok(Known {
                catalogue,
                settings: Settings::default(),
                facts_version: String::new(),
                facts: None,
                speech,
            });
        };
        let facts = store.facts(None)?;
        let present = Fact::ALL.iter().copied().filter(|fact| facts.row_count(*fact) > 0).collect();
        let facts_version = facts.facts_version().to_owned();
        Ok(Known { catalogue, settings: store.settings().clone(), facts_version, facts: Some(present), speech })
    }
}

impl Known {
    fn missing(&self, metric: &Metric) -> Vec<&'static str> {
        match &self.facts {
            Some(facts) => needs::missing(&self.catalogue, metric, |fact| facts.contains(&fact)),
            None => Vec::new(),
        }
    }

    fn json(&self, metric: &Metric) -> Value {
        let language = self.speech.language;
        let missing = self.missing(metric);
        json!({
            "id": metric.id,
            "base": metric.base,
            "variant": metric.variant,
            "family": metric.family,
            "origin": if metric.origin == Origin::Own { "own" } else { "built-in" },
            "file": metric.file,
            "title": metric.title.get(language),
            "summary": metric.summary.get(language),
            "counts": metric.counts.get(language),
            "unit": metric.unit.word(),
            "better": metric.better.word(),
            "kind": kind(&metric.formula),
            "dated_by": dated_by(metric),
            "facts": needs::facts_of(&self.catalogue, metric).into_iter().map(Fact::name).collect::<Vec<_>>(),
            "groups": metric.groups,
            "split": metric.split,
            "business": metric.business,
            "guards": metric.guards,
            "params": metric.params_in_use(&self.settings).iter().map(|(name, value)| (name.clone(), json!(value.to_string()))).collect::<serde_json::Map<_, _>>(),
            "definition": metric.definition(&self.settings, &self.facts_version),
            "deprecated": metric.deprecated,
            "differences": metric.differences.iter().map(|one| json!({"system": one.system, "how": one.how})).collect::<Vec<_>>(),
            "sources": metric.sources.iter().map(|one| json!({"title": one.title, "url": one.url, "author": one.author, "year": one.year})).collect::<Vec<_>>(),
            "bands": metric.bands.iter().map(band_json).collect::<Vec<_>>(),
            "examples": metric.examples.len(),
            "target": self.settings.targets.get(&metric.id),
            "computable": self.facts.as_ref().map(|_| missing.is_empty()),
            "needs": missing,
        })
    }

    fn tell_all(&self, metrics: &[&Metric], place: &Place<'_>) -> Done<()> {
        let console = place.console;
        let widest = metrics.iter().map(|metric| metric.id.len()).max().unwrap_or_default();
        let mut last = "";
        for metric in metrics {
            if metric.family != last {
                console.say(&format!("\n{}", console.paint(Tone::Strong, &family(&self.speech, &metric.family))))?;
                last = &metric.family;
            }
            let missing = self.missing(metric);
            let note = if missing.is_empty() { String::new() } else { format!("  needs {}", missing.join(", ")) };
            let title = metric.title.get(self.speech.language);
            console.say(&format!("  {:widest$}  {title}{}", metric.id, console.paint(Tone::Soft, &note)))?;
        }
        console.say(&format!("\n{} metrics. One of them: mittari metrics ID", metrics.len()))
    }

    fn tell_one(&self, metric: &Metric, place: &Place<'_>) -> Done<()> {
        let console = place.console;
        let language = self.speech.language;
        let strong = |text: &str| console.paint(Tone::Strong, text);
        console.say(&format!("{} ({})", strong(metric.title.get(language)), metric.id))?;
        console.say(metric.summary.get(language))?;
        console.say(&format!(
            "\n{}; {}; counted: {}; dated by {}; from {}",
            metric.unit.word(),
            self.speech.say(crate::report::card::direction_key(metric.better)),
            metric.counts.get(language),
            dated_by(metric),
            needs::facts_of(&self.catalogue, metric).into_iter().map(Fact::name).collect::<Vec<_>>().join(", "),
        ))?;
        console.say(&console.paint(
            Tone::Soft,
            &format!("{} in {}", metric.definition(&self.settings, &self.facts_version), metric.file),
        ))?;
        let missing = self.missing(metric);
        if !missing.is_empty() {
            console.say(&console.paint(Tone::Notable, &format!("no data yet: needs {}", missing.join(", "))))?;
        }
        let variants: Vec<&str> = self
            .catalogue
            .iter()
            .filter(|other| other.base == metric.base && other.id != metric.id)
            .map(|other| other.id.as_str())
            .collect();
        self.tell_list("Variants", &variants.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>(), place)?;
        let params = metric.params_in_use(&self.settings);
        self.tell_list(
            "Parameters",
            &params.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>(),
            place,
        )?;
        self.tell_list(&self.speech.say("guard-title"), &metric.guards, place)?;
        let differences: Vec<String> =
            metric.differences.iter().map(|one| format!("{}: {}", one.system, one.how)).collect();
        self.tell_list(&self.speech.say("differences"), &differences, place)?;
        let bands: Vec<String> = metric.bands.iter().map(|band| self.band(metric, band)).collect();
        self.tell_list(&self.speech.say("bands"), &bands, place)?;
        let sources: Vec<String> = metric.sources.iter().map(crate::report::html::source).collect();
        self.tell_list(&self.speech.say("sources"), &sources, place)?;
        let examples: Vec<String> = metric.examples.iter().map(|example| example.name.clone()).collect();
        self.tell_list("Worked examples (mittari check runs them)", &examples, place)
    }

    fn tell_list(&self, title: &str, items: &[String], place: &Place<'_>) -> Done<()> {
        if items.is_empty() {
            return Ok(());
        }
        place.console.say(&format!("\n{}", place.console.paint(Tone::Strong, title)))?;
        items.iter().try_for_each(|item| place.console.say(&format!("  {item}")))
    }

    fn band(&self, metric: &Metric, band: &Band) -> String {
        let write = |value: f64| shown::value(&self.speech, value, metric.unit, None);
        let ends: Vec<String> = [band.low, band.high].into_iter().flatten().map(write).collect();
        let value = if ends.first() == ends.last() {
            ends.first().cloned().unwrap_or_default()
        } else {
            ends.join(" \u{2013} ")
        };
        let comparable = if band.comparable { "" } else { "; another definition" };
        let year = band.year.map(|year| format!(" {year}")).unwrap_or_default();
        format!("{value}: {} ({}{year}, grade {}{comparable})", band.of, band.source, band.grade.word())
    }
}

fn band_json(band: &Band) -> Value {
    json!({
        "low": band.low, "high": band.high, "of": band.of, "source": band.source, "year": band.year, "grade": band.grade.word(),
        "definition": band.definition, "comparable": band.comparable, "note": band.note,
    })
}

fn kind(formula: &Formula) -> &'static str {
    match formula {
        Formula::Ratio { .. } => "ratio",
        Formula::Composite { .. } => "composite",
        Formula::Model { .. } => "model",
        Formula::Simple { measure, .. } => match measure {
            Measure::Count => "count",
            Measure::Distinct { .. } => "distinct",
            Measure::Sum { .. } => "sum",
            Measure::Mean { .. } => "mean",
            Measure::Quantile { .. } => "quantile",
            Measure::Share { .. } => "share",
            Measure::NetShare { .. } => "net_share",
        },
    }
}

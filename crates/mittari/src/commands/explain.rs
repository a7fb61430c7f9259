//! `mittari explain`: what a number means, how it was computed, and the rows and events that it was counted from.

use clap::Args;
use comfy_table::{Table, presets};
use jiff::civil::{Date, date};
use jiff::{Span, ToSpan};
use mittari_core::metric::{Formula, Language, Measure, Rows as MetricRows};
use mittari_engine::{Explanation, Query, QueryText, RowsBehind};
use mittari_store::{Access, People, Store, StoredRow};
use serde_json::{Map, Value, json};

use super::Place;
use crate::catalogue;
use crate::console::Tone;
use crate::failure::{Done, Failure, Outcome};
use crate::report::gather::Sources;
use crate::report::html::dated_by;
use crate::report::speech::Speech;
use crate::report::{rows, shown};

const EXAMPLES: &str = "\
Examples:
  mittari explain csat                                       definition, value, the first rows behind it
  mittari explain reopen_rate --period 2026-10 --where team=billing
  mittari explain reopen_rate --period 2026-10 --rows 50 --json
  mittari explain first_response_time --case 4711            one case: its rows and every event of it
  mittari explain csat --plan                                how the engine computed it";

/// Open a number: its definition, the rows behind it, and the events behind each row
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// The metric's id.
    metric: String,
    /// A day, week, month, quarter or year: 2026-10-05, 2026-W41, 2026-10, 2026-Q4, 2026.
    #[arg(long, value_name = "PERIOD", conflicts_with_all = ["from", "to"])]
    period: Option<String>,
    /// Which rows: channel=email,chat or team!=billing; several are all to hold.
    #[arg(long = "where", value_name = "CONDITION")]
    filters: Vec<String>,
    /// The first day.
    #[arg(long, value_name = "DAY")]
    from: Option<String>,
    /// The day after the last.
    #[arg(long, value_name = "DAY")]
    to: Option<String>,
    /// As it was known at a moment.
    #[arg(long, value_name = "MOMENT")]
    as_of: Option<String>,
    /// Whose agent counts: first_reply, solve, survey or most_replies.
    #[arg(long, value_name = "WHOSE")]
    attribution: Option<String>,
    /// One conversation: its row and its events.
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// How many rows to show.
    #[arg(long, value_name = "N", default_value_t = 10)]
    rows: usize,
    /// Show the plan that the engine ran.
    #[arg(long)]
    plan: bool,
}

impl Explain {
    pub(crate) fn run(&self, place: &Place<'_>) -> Done {
        let store = Store::open(place.data, Access::Read)?;
        let mut query = Query::parse(&self.text()?)?;
        let facts = store.facts(query.as_of)?;
        let catalogue = catalogue::of(place.data)?;
        let people = facts.people();
        query.filters = query.filters.iter().map(|filter| rows::by_hash(people, filter)).collect();
        let explaining = mittari_engine::explain(&facts, &catalogue, store.settings(), &query, self.rows);
        let mut explanation = crate::runtime()?.block_on(explaining)?;
        explanation.answer.iter_mut().for_each(|row| rows::name_people(people, row));
        explanation.rows.iter_mut().for_each(|behind| name_people(people, behind));
        let case = self.case.clone().or_else(|| first_case(&explanation));
        let events = case.as_deref().map(|case| store.events_of(case)).transpose()?.unwrap_or_default();
        if place.console.json {
            place.console.say_json(&self.json(&explanation, case.as_deref(), &events))?;
            return Ok(Outcome::Fine);
        }
        let sources = Sources { store: &store, facts: &facts, catalogue: &catalogue };
        self.tell(&explanation, &sources, place)?;
        if let Some(case) = case {
            tell_events(&case, &events, &store, place)?;
        }
        Ok(Outcome::Fine)
    }

    fn text(&self) -> Done<QueryText> {
        let days = self.period.as_deref().map(period).transpose()?;
        let mut filters = self.filters.clone();
        filters.extend(self.case.iter().map(|case| format!("conversation_id={case}")));
        Ok(QueryText {
            metrics: vec![self.metric.clone()],
            from: days.map(|(from, _)| from.to_string()).or_else(|| self.from.clone()),
            to: days.map(|(_, to)| to.to_string()).or_else(|| self.to.clone()),
            by: Vec::new(),
            filters,
            compare: None,
            as_of: self.as_of.clone(),
            attribution: self.attribution.clone(),
        })
    }

    fn json(&self, explanation: &Explanation, case: Option<&str>, events: &[StoredRow]) -> Value {
        let metric = &explanation.metric;
        json!({
            "metric": metric.id,
            "title": metric.title.get(Language::English),
            "summary": metric.summary.get(Language::English),
            "definition": explanation.definition,
            "file": metric.file,
            "formula": formula_lines(&metric.formula),
            "params": explanation.params.iter().map(|(name, value)| (name.clone(), json!(value.to_string()))).collect::<Map<_, _>>(),
            "answer": explanation.answer,
            "rows": explanation.rows,
            "plans": if self.plan { json!(explanation.plans) } else { Value::Null },
            "case": case,
            "events": events.iter().map(event_json).collect::<Vec<_>>(),
        })
    }

    fn tell(&self, explanation: &Explanation, sources: &Sources<'_>, place: &Place<'_>) -> Done<()> {
        let console = place.console;
        let metric = &explanation.metric;
        let strong = |text: &str| console.paint(Tone::Strong, text);
        console.say(&format!("{} ({})", strong(metric.title.get(Language::English)), metric.id))?;
        console.say(metric.summary.get(Language::English))?;
        console.say(&console.paint(
            Tone::Soft,
            &format!("{} in {}, dated by {}", explanation.definition, metric.file, dated_by(metric)),
        ))?;
        for line in formula_lines(&metric.formula) {
            console.say(&format!("  {line}"))?;
        }
        for (name, value) in &explanation.params {
            console.say(&format!("  {name} = {value}"))?;
        }
        console.say(&format!(
            "\n{}",
            rows::table(&explanation.answer, sources, &Speech::new(Language::English), console)
        ))?;
        if self.plan {
            for plan in &explanation.plans {
                console.say(&format!("\n{}\n{plan}", strong("Plan")))?;
            }
        }
        explanation.rows.iter().try_for_each(|behind| tell_rows(behind, place))
    }
}

/// The days of `2026-10-05`, `2026-W41`, `2026-10`, `2026-Q4`, `2026`.
fn period(text: &str) -> Done<(Date, Date)> {
    let wrong = || {
        Failure::input(
            format!("period \"{text}\" cannot be read"),
            "Write 2026-10-05, 2026-W41, 2026-10, 2026-Q4 or 2026.",
        )
    };
    let (year, rest) = text.split_once('-').unwrap_or((text, ""));
    let year: i16 = year.parse().map_err(|_| wrong())?;
    let number = |digits: &str| digits.parse::<i8>().map_err(|_| wrong());
    let (from, length): (Option<Date>, Span) = match rest.as_bytes() {
        [] => (Date::new(year, 1, 1).ok(), 1.year()),
        [b'Q' | b'q', ..] => {
            let quarter = number(&rest[1..])?;
            ((1..=4).contains(&quarter).then(|| date(year, quarter * 3 - 2, 1)), 3.months())
        }
        [b'W' | b'w', ..] => {
            let week = jiff::civil::ISOWeekDate::new(year, number(&rest[1..])?, jiff::civil::Weekday::Monday);
            (week.ok().map(|week| week.date()), 1.week())
        }
        _ => match rest.split_once('-') {
            None => (Date::new(year, number(rest)?, 1).ok(), 1.month()),
            Some((month, day)) => (Date::new(year, number(month)?, number(day)?).ok(), 1.day()),
        },
    };
    let from = from.ok_or_else(wrong)?;
    Ok((from, from.saturating_add(length)))
}

/// The formula in a few lines.
fn formula_lines(formula: &Formula) -> Vec<String> {
    match formula {
        Formula::Simple { rows, measure } => {
            let mut lines = vec![measure_line(measure)];
            lines.extend(rows_lines(rows));
            lines
        }
        Formula::Ratio { numerator, denominator } => {
            let side = |name: &str, rows: &MetricRows| format!("{name}: {}", rows_lines(rows).join(", "));
            vec!["one over the other".to_owned(), side("above", &numerator.rows), side("below", &denominator.rows)]
        }
        Formula::Composite { expression, parts } => {
            let mut lines = vec![format!("= {}", expression.text)];
            for part in parts {
                lines.push(format!("{}: {}", part.name, formula_lines(&part.formula).join(", ")));
            }
            lines
        }
        Formula::Model { name } => vec![format!("model {name}")],
    }
}

fn measure_line(measure: &Measure) -> String {
    match measure {
        Measure::Count => "how many rows".to_owned(),
        Measure::Distinct { key } => format!("how many different {key}"),
        Measure::Sum { value } => format!("sum of {}", value.text),
        Measure::Mean { value, .. } => format!("mean of {}", value.text),
        Measure::Quantile { value, q } => format!("quantile {q} of {}", value.text),
        Measure::Share { of } => format!("share of {}", of.as_ref().map_or("each", |of| of.text.as_str())),
        Measure::NetShare { plus, minus } => format!("share of {} less share of {}", plus.text, minus.text),
    }
}

fn rows_lines(rows: &MetricRows) -> Vec<String> {
    let mut lines = vec![format!("from {}", rows.fact.name())];
    lines.extend(rows.filter.as_ref().map(|filter| format!("where {}", filter.text)));
    lines.extend(
        rows.matures
            .as_ref()
            .map(|matures| format!("once {} after {} have passed", matures.after.text, matures.from.text)),
    );
    lines.extend(rows.per.as_ref().map(|per| format!("one row per {}", per.key)));
    lines
}

/// Gives the people of the rows their names.
fn name_people(people: &People, behind: &mut RowsBehind) {
    for row in &mut behind.rows {
        for (name, value) in row.iter_mut() {
            if let Value::String(hash) = value {
                let shown = match name.as_str() {
                    "customer_id" | "referred_id" => people.customer(hash),
                    _ if name.starts_with("agent") || matches!(name.as_str(), "reviewer_id" | "opened_agent") => {
                        people.agent(hash)
                    }
                    _ => continue,
                };
                *value = Value::String(shown.to_owned());
            }
        }
    }
}

/// The case to open: the first that makes the number what it is, else the first.
fn first_case(explanation: &Explanation) -> Option<String> {
    let of = |row: &Map<String, Value>| row.get("conversation_id")?.as_str().map(str::to_owned);
    let adds =
        |row: &&Map<String, Value>| row.get("counts").and_then(|counts| counts.get("of")) == Some(&Value::Bool(true));
    let rows = &explanation.rows.first()?.rows;
    rows.iter().filter(adds).find_map(of).or_else(|| rows.iter().find_map(of))
}

/// The columns shown of each row where it has them: what names it, when it was, whose it is.
const SHOWN: [&str; 18] = [
    "conversation_id",
    "answer_id",
    "article_id",
    "review_id",
    "order_id",
    "subscription_id",
    "opened_at",
    "first_reply_at",
    "first_solved_at",
    "answered_at",
    "replied_at",
    "opens_at",
    "closes_at",
    "waiting_since",
    "channel",
    "team",
    "agent",
    "agent_id",
];

fn tell_rows(behind: &RowsBehind, place: &Place<'_>) -> Done<()> {
    let console = place.console;
    let more = if behind.more { ", the first of more" } else { "" };
    let title = console.paint(Tone::Strong, &behind.role);
    console.say(&format!("\n{title} ({} rows of {}{more})", behind.rows.len(), behind.fact))?;
    let has = |name: &&&str| behind.rows.iter().any(|row| row.contains_key(**name));
    let columns: Vec<&str> = SHOWN.iter().filter(has).copied().collect();
    let counts = behind.rows.first().and_then(|row| row.get("counts")).and_then(Value::as_object);
    let added: Vec<String> = counts.into_iter().flatten().map(|(name, _)| name.clone()).collect();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).force_no_tty();
    table.set_header(columns.iter().map(|name| (*name).to_owned()).chain(added.iter().cloned()));
    for row in &behind.rows {
        let cell = |value: Option<&Value>| value.map(text).unwrap_or_default();
        let own = columns.iter().map(|name| cell(row.get(*name)));
        table.add_row(own.chain(added.iter().map(|name| cell(row.get("counts").and_then(|counts| counts.get(name))))));
    }
    console.say(&table.trim_fmt())
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn tell_events(case: &str, events: &[StoredRow], store: &Store, place: &Place<'_>) -> Done<()> {
    let console = place.console;
    console.say(&format!(
        "\n{} {case}: {} rows",
        console.paint(Tone::Strong, "Events of"),
        shown::count(Language::English, events.len() as i64)
    ))?;
    if let Some(url) = &store.settings().ticket_url {
        console.say(&console.paint(Tone::Soft, &url.replace("{id}", case)))?;
    }
    for event in events {
        let cells = event.cells.iter().filter(|(name, _)| !matches!(*name, "conversation_id"));
        let cells: Vec<String> = cells.map(|(name, value)| format!("{name}={value}")).collect();
        console.say(&format!("  {}  {:<18} {}", event.occurred_at, event.table.name(), cells.join(" ")))?;
    }
    Ok(())
}

fn event_json(event: &StoredRow) -> Value {
    let cells: Map<String, Value> =
        event.cells.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "table": event.table.name(), "source": event.source, "external_id": event.external_id,
        "occurred_at": event.occurred_at.to_string(), "recorded_at": event.recorded_at.to_string(), "import": event.import,
        "cells": cells,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_named_as_people_do() {
        let days = |text| period(text).map(|(from, to)| format!("{from} {to}")).unwrap_or_default();
        assert_eq!(days("2026-10-05"), "2026-10-05 2026-10-06");
        assert_eq!(days("2026-W41"), "2026-10-05 2026-10-12");
        assert_eq!(days("2026-10"), "2026-10-01 2026-11-01");
        assert_eq!(days("2026-Q4"), "2026-10-01 2027-01-01");
        assert_eq!(days("2026"), "2026-01-01 2027-01-01");
        assert!(period("October").is_err() && period("2026-13").is_err() && period("2026-Q5").is_err());
    }
}

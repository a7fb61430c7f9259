//! The rows of a query as they are: for people as a table, for spreadsheets and programs as CSV.
//!
//! Agents and customers are hashes in the lake; here, at the last step, they get their names back, and names in
//! conditions become hashes.

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Row, Table, presets};
use mittari_core::metric::{Metric, Unit};
use mittari_engine::{Filter, Query, ResultRow};
use mittari_store::People;

use super::card::{verdict_key, verdict_sign};
use super::gather::{Sources, figure, verdict_of};
use super::shown;
use super::speech::Speech;
use crate::console::Console;
use crate::failure::Done;

/// The answer to a query, people by name.
pub(crate) fn ask(sources: &Sources<'_>, query: &Query) -> Done<Vec<ResultRow>> {
    let people = sources.facts.people();
    let mut query = query.clone();
    query.filters = query.filters.iter().map(|filter| by_hash(people, filter)).collect();
    let settings = sources.store.settings();
    let answer = mittari_engine::run(sources.facts, sources.catalogue, settings, &query);
    let mut rows = crate::runtime()?.block_on(answer)?;
    rows.iter_mut().for_each(|row| name_people(people, row));
    Ok(rows)
}

/// Whether a dimension holds people.
fn holds_people(dimension: &str) -> bool {
    matches!(dimension, "agent" | "agent_id" | "customer_id" | "reviewer_id" | "referred_id")
        || dimension.starts_with("agent_")
}

/// A condition on people, said by name or vendor's id, as the lake knows them.
pub(crate) fn by_hash(people: &People, filter: &Filter) -> Filter {
    if !holds_people(&filter.dimension) {
        return filter.clone();
    }
    let hashes = |value: &Option<String>| match value {
        None => vec![None],
        Some(name) => {
            let known: Vec<Option<String>> =
                people.hashes_shown_as(name).into_iter().map(|hash| Some(hash.to_owned())).collect();
            if known.is_empty() { vec![Some(name.clone())] } else { known }
        }
    };
    Filter { values: filter.values.iter().flat_map(hashes).collect(), ..filter.clone() }
}

/// Gives the people of a row's group their names.
pub(crate) fn name_people(people: &People, row: &mut ResultRow) {
    for (dimension, value) in &mut row.group.0 {
        if !holds_people(dimension) {
            continue;
        }
        if let Some(hash) = value {
            let shown = if dimension.starts_with("customer") { people.customer(hash) } else { people.agent(hash) };
            *value = Some(shown.to_owned());
        }
    }
}

/// A table: one line a row, groups and periods first.
pub(crate) fn table(rows: &[ResultRow], sources: &Sources<'_>, speech: &Speech, console: &Console) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(console.width).unwrap_or(120));
    if console.coloured {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let keys = keys(rows);
    let grained = rows.iter().any(|row| row.period.is_some());
    let compared = rows.iter().any(|row| row.previous.is_some() || row.verdict.is_some());
    let mut header = vec![speech.say("metric")];
    header.extend(grained.then(|| speech.say("period-column")));
    header.extend(keys.iter().cloned());
    header.extend([speech.say("value"), speech.say("interval"), speech.say("rows")]);
    header.extend(compared.then(|| speech.say("change")));
    table.set_header(header.into_iter().map(|text| Cell::new(text).add_attribute(Attribute::Dim)));
    for row in rows {
        let Some(metric) = sources.catalogue.get(&row.metric) else { continue };
        table.add_row(cells(row, metric, &keys, grained, compared, speech));
    }
    table.trim_fmt()
}

/// The names of all groups, in the order in which they first appear.
fn keys(rows: &[ResultRow]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::new();
    for (name, _) in rows.iter().flat_map(|row| &row.group.0) {
        if !keys.contains(name) {
            keys.push(name.clone());
        }
    }
    keys
}

fn cells(row: &ResultRow, metric: &Metric, keys: &[String], grained: bool, compared: bool, speech: &Speech) -> Row {
    let write = |value: f64| shown::value(speech, value, metric.unit, row.currency.as_deref());
    let mut cells = vec![Cell::new(metric.title.get(speech.language))];
    if grained {
        cells.push(Cell::new(row.period.clone().unwrap_or_default()));
    }
    for key in keys {
        let has = row.group.0.iter().any(|(name, _)| name == key);
        let value = row.group.get(key).map(str::to_owned);
        cells.push(Cell::new(value.unwrap_or_else(|| if has { speech.say("unknown-group") } else { String::new() })));
    }
    let value = match row.value {
        _ if row.withheld => speech.say("withheld"),
        Some(value) => write(value),
        None => speech.say("no-data"),
    };
    cells.push(Cell::new(value).set_alignment(CellAlignment::Right).add_attribute(Attribute::Bold));
    let interval = row.low.zip(row.high).map(|(low, high)| format!("{} \u{2013} {}", write(low), write(high)));
    cells.push(Cell::new(interval.unwrap_or_default()));
    cells.push(Cell::new(rows_cell(row, speech)).set_alignment(CellAlignment::Right));
    if compared {
        cells.push(Cell::new(change_cell(row, metric.unit, speech)));
    }
    Row::from(cells)
}

fn rows_cell(row: &ResultRow, speech: &Speech) -> String {
    let mut text = row.n.map(|n| shown::count(speech.language, n)).unwrap_or_default();
    if row.open > 0 {
        let open = shown::count(speech.language, row.open);
        text.push_str(&format!(" ({})", speech.say_count("still-open", row.open, &open)));
    }
    if row.few {
        text.push_str(" *");
    }
    text
}

fn change_cell(row: &ResultRow, unit: Unit, speech: &Speech) -> String {
    let figure = figure(row, None);
    let change =
        figure.change.map(|change| shown::change(speech, change, unit, row.currency.as_deref())).unwrap_or_default();
    match verdict_of(row) {
        Some(verdict) => format!("{} {} {change}", verdict_sign(verdict), speech.say(verdict_key(verdict))),
        None => change,
    }
}

/// CSV with the result row's keys as columns; `for_people` keeps spreadsheets from running cells as formulas.
pub(crate) fn csv(rows: &[ResultRow], for_people: bool) -> Done<String> {
    let keys = keys(rows);
    let mut writer = csv::Writer::from_writer(Vec::new());
    let before = ["metric", "period"];
    let after = [
        "value",
        "unit",
        "n",
        "numerator",
        "denominator",
        "low",
        "high",
        "interval",
        "state",
        "open",
        "withheld",
        "previous",
        "change",
        "change_low",
        "change_high",
        "verdict",
        "zone",
        "calendar",
        "currency",
        "definition",
        "watermark",
    ];
    let header = before
        .iter()
        .map(|name| (*name).to_owned())
        .chain(keys.iter().cloned())
        .chain(after.iter().map(|name| (*name).to_owned()));
    writer.write_record(header.map(|name| safe(name, for_people))).map_err(anyhow::Error::from)?;
    for row in rows {
        let value = serde_json::to_value(row).map_err(anyhow::Error::from)?;
        let of = |name: &str| plain(&value[name], for_people);
        let groups = keys.iter().map(|key| safe(row.group.get(key).unwrap_or_default().to_owned(), for_people));
        let cells = before.iter().map(|name| of(name)).chain(groups).chain(after.iter().map(|name| of(name)));
        writer.write_record(cells).map_err(anyhow::Error::from)?;
    }
    let bytes = writer.into_inner().map_err(|error| anyhow::Error::msg(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn plain(value: &serde_json::Value, for_people: bool) -> String {
    match value {
        serde_json::Value::Null => String::new(),
        serde_json::Value::String(text) => safe(text.clone(), for_people),
        other => other.to_string(),
    }
}

/// A text that a spreadsheet would run as a formula gets an apostrophe before it.
fn safe(text: String, for_people: bool) -> String {
    let runs = text
        .trim_start_matches([' ', '\u{a0}'])
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}']);
    if for_people && runs { format!("'{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mittari_engine::Group;

    fn row(team: &str) -> ResultRow {
        ResultRow {
            metric: "csat".into(),
            group: Group(vec![("team".into(), Some(team.into()))]),
            value: Some(-1.5),
            ..ResultRow::default()
        }
    }

    #[test]
    fn a_formula_in_a_cell_is_neutralised_for_people_and_exact_for_programs() {
        let rows = [row("=HYPERLINK(\"http://x\",\"y\")"), row("@SUM(A1)"), row(" +1"), row("billing")];
        let for_people = csv(&rows, true).expect("csv");
        assert!(for_people.contains("\"'=HYPERLINK(") && for_people.contains("'@SUM") && for_people.contains("' +1"));
        assert!(for_people.contains(",billing,-1.5,"), "{for_people}");
        let raw = csv(&rows, false).expect("csv");
        assert!(raw.contains("\"=HYPERLINK(") && !raw.contains('\''));
    }
}

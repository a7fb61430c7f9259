//! From the text of a metric file to its metrics.

use super::example::example;
use super::formula::{Formula, Rows};
use super::node::{Node, Read, Reader, Value};
use super::read_formula::{Inherited, formula, known_column};
use super::sql::{Param, Params, Sql, WINDOWS};
use super::variant::{Shape, Statistic, shapes};
use super::words::{BUSINESS, Language, MEAN, P90, Words};
use super::{
    Attribution, Band, Better, Difference, Example, Grade, Metric, MetricFileError, Open, Origin, Problem, Source, Unit,
};
use crate::facts::{Fact, FactKind};

/// The keys of a file.
pub(super) const TOP_KEYS: &[&str] = &[
    "id",
    "unit",
    "better",
    "dated_by",
    "counts",
    "title",
    "summary",
    "formula",
    "variants",
    "variant",
    "open",
    "stock",
    "matures",
    "per",
    "whole",
    "split",
    "groups",
    "params",
    "attribution",
    "deprecated",
    "difference",
    "source",
    "guard",
    "band",
    "example",
];

/// Keys that do not change what is computed.
const PRESENTATION: &[&str] = &[
    "counts",
    "title",
    "summary",
    "variants",
    "variant",
    "deprecated",
    "difference",
    "source",
    "guard",
    "band",
    "example",
];

/// Where a file comes from.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) family: &'a str,
    pub(super) origin: Origin,
}

/// All metrics of a file, its own first.
pub(super) fn metrics(place: Place<'_>, root: &Node) -> Read<Vec<Metric>> {
    let at = Reader { file: place.file, place: "the file", node: root };
    at.only(TOP_KEYS)?;
    let id = id(at)?;
    let mut metrics = Vec::new();
    for shape in shapes(at)? {
        metrics.push(metric(place, id, &shape)?);
    }
    give_examples(at, &mut metrics)?;
    Ok(metrics)
}

fn id(at: Reader<'_>) -> Read<&str> {
    let id = at.required_text("id")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if id.starts_with(|c: char| c.is_ascii_lowercase()) && id.chars().all(plain) {
        return Ok(id);
    }
    Err(at.error(
        at.line_of("id"),
        Problem::Misplaced {
            key: id.to_owned(),
            reason: "an id has lower-case letters, digits and _ only".to_owned(),
            remedy: "Write it like first_response_time.".to_owned(),
        },
    ))
}

fn metric(place: Place<'_>, base: &str, shape: &Shape) -> Read<Metric> {
    let at = Reader { file: place.file, place: "the file", node: &shape.root };
    at.only(TOP_KEYS)?;
    let unit = Unit::read(at, "unit", at.required_text("unit")?)?;
    let formula_at = at.table("formula")?.ok_or_else(|| at.missing("formula"))?;
    let formula = formula(formula_at, inherited(at.node))?;
    let metric = Metric {
        id: if shape.ending.is_empty() { base.to_owned() } else { format!("{base}_{}", shape.ending) },
        base: base.to_owned(),
        variant: (!shape.ending.is_empty()).then(|| shape.ending.clone()),
        family: place.family.to_owned(),
        origin: place.origin,
        file: place.file.to_owned(),
        unit,
        better: Better::read(at, "better", at.required_text("better")?)?,
        counts: counts(at)?,
        title: title(at, shape)?,
        summary: words(at, "summary")?,
        open: open(at, &formula)?,
        split: split(at, &formula)?,
        groups: at.texts("groups")?.into_iter().map(str::to_owned).collect(),
        attribution: match at.text("attribution")? {
            Some(word) => Attribution::read(at, "attribution", word)?,
            None => Attribution::Solve,
        },
        business: shape.business,
        deprecated: at.text("deprecated")?.map(str::to_owned),
        params: params(at)?,
        differences: differences(at)?,
        sources: sources(at)?,
        guards: guards(at)?,
        bands: if shape.ending.is_empty() { bands(at)? } else { Vec::new() },
        examples: Vec::new(),
        canonical: canonical(&shape.root),
        formula,
    };
    check_params(at, &metric)?;
    check_groups(at, &metric)?;
    check_ages(at, &metric)?;
    Ok(metric)
}

fn inherited(root: &Node) -> Inherited<'_> {
    Inherited {
        from: None,
        dated_by: root.get("dated_by"),
        stock: root.get("stock"),
        matures: root.get("matures"),
        per: root.get("per"),
        whole: root.get("whole"),
        inner: false,
    }
}

fn canonical(root: &Node) -> String {
    let mut definition = root.clone();
    for key in PRESENTATION {
        definition.remove(key);
    }
    let mut text = String::new();
    definition.canonical(&mut text);
    text
}

fn counts(at: Reader<'_>) -> Read<Words> {
    match at.node.get("counts") {
        Some(Node { value: Value::Text(text), .. }) => Ok(Words::everywhere(text)),
        Some(_) => words(at, "counts"),
        None => Err(at.missing("counts")),
    }
}

/// A text in all six languages.
fn words<'a>(at: Reader<'a>, key: &'a str) -> Read<Words> {
    let table = at.table(key)?.ok_or_else(|| at.missing(key))?;
    table.only(&Language::ALL.map(Language::tag))?;
    let mut texts: [String; 6] = Default::default();
    for language in Language::ALL {
        texts[language as usize] = table.required_text(language.tag())?.to_owned();
    }
    Ok(Words::new(texts))
}

fn title(at: Reader<'_>, shape: &Shape) -> Read<Words> {
    let mut title = words(at, "title")?;
    if let Some(name) = &shape.untitled {
        let ending = format!(" ({})", name.replace('_', " "));
        title = title.followed_by([ending.as_str(); 6]);
    }
    title = match shape.statistic {
        Statistic::AsWritten => title,
        Statistic::Mean => title.followed_by(MEAN),
        Statistic::P90 => title.followed_by(P90),
    };
    Ok(if shape.business { title.followed_by(BUSINESS) } else { title })
}

fn open(at: Reader<'_>, formula: &Formula) -> Read<Option<Open>> {
    let Some(node) = at.node.get("open") else { return Ok(None) };
    let rows = match formula {
        Formula::Ratio { denominator, .. } => Some(&denominator.rows),
        _ => formula.rows().first().copied(),
    };
    let (filter, table) = match &node.value {
        Value::Text(text) => (text.as_str(), None),
        Value::Table(_) => {
            let table = Reader { place: "open", node, ..at };
            table.only(&["where", "dated_by", "from"])?;
            (table.required_text("where")?, Some(table))
        }
        _ => return Err(at.wrong_shape("open", "a condition in quotes", node)),
    };
    let fact = match table.map(|table| table.text("from")).transpose()?.flatten() {
        Some(name) => Fact::named(name)
            .ok_or_else(|| at.unknown_word(node.line, "fact", name, Fact::ALL.iter().map(|fact| fact.name())))?,
        None => rows.map(|rows: &Rows| rows.fact).ok_or_else(|| at.missing("formula.from"))?,
    };
    let dated_by = table.map(|table| table.text("dated_by")).transpose()?.flatten();
    if let Some(name) = dated_by {
        known_column(at, node.line, fact, name, Some(FactKind::Instant))?;
    }
    let filter = Sql { text: filter.to_owned(), line: node.line };
    Ok(Some(Open { fact, dated_by: dated_by.map(str::to_owned), filter }))
}

fn split(at: Reader<'_>, formula: &Formula) -> Read<Option<String>> {
    let Some(name) = at.text("split")? else { return Ok(None) };
    if !matches!(name, "weekday" | "hour") {
        for rows in formula.rows() {
            known_column(at, at.line_of("split"), rows.fact, name, None)?;
        }
    }
    Ok(Some(name.to_owned()))
}

fn params(at: Reader<'_>) -> Read<Params> {
    let Some(table) = at.table("params")? else { return Ok(Params::new()) };
    let value = |node: &Node| match &node.value {
        Value::Number(number, _) => Some(Param::Number(*number)),
        Value::Text(text) => Some(Param::Text(text.clone())),
        _ => None,
    };
    let entries = table.node.entries().iter();
    entries
        .map(|(name, node)| {
            let given = node.get("default").unwrap_or(node);
            let param = value(given).ok_or_else(|| at.wrong_shape(name, "a number or a text", node))?;
            Ok((name.clone(), param))
        })
        .collect()
}

fn differences(at: Reader<'_>) -> Read<Vec<Difference>> {
    let of = |table: Reader<'_>| {
        table.only(&["system", "how", "url"])?;
        Ok(Difference {
            system: table.required_text("system")?.to_owned(),
            how: table.required_text("how")?.to_owned(),
        })
    };
    at.tables("difference")?.into_iter().map(of).collect()
}

fn year(table: Reader<'_>) -> Read<Option<i32>> {
    Ok(table.number("year")?.map(|year| year as i32))
}

fn sources(at: Reader<'_>) -> Read<Vec<Source>> {
    let of = |table: Reader<'_>| {
        table.only(&["title", "url", "author", "year", "note"])?;
        Ok(Source {
            title: table.required_text("title")?.to_owned(),
            url: table.text("url")?.map(str::to_owned),
            author: table.text("author")?.map(str::to_owned),
            year: year(table)?,
        })
    };
    at.tables("source")?.into_iter().map(of).collect()
}

fn guards(at: Reader<'_>) -> Read<Vec<String>> {
    let of = |table: Reader<'_>| {
        table.only(&["metric", "why"])?;
        Ok(table.required_text("metric")?.to_owned())
    };
    at.tables("guard")?.into_iter().map(of).collect()
}

fn bands(at: Reader<'_>) -> Read<Vec<Band>> {
    let of = |table: Reader<'_>| {
        table.only(&[
            "value",
            "low",
            "high",
            "of",
            "source",
            "year",
            "grade",
            "definition",
            "comparable",
            "note",
            "url",
        ])?;
        let value = table.number("value")?;
        let grade = table.required_text("grade")?;
        Ok(Band {
            low: table.number("low")?.or(value),
            high: table.number("high")?.or(value),
            of: table.required_text("of")?.to_owned(),
            source: table.required_text("source")?.to_owned(),
            year: year(table)?,
            grade: Grade::read(table, "grade", grade)?,
            definition: table.text("definition")?.map(str::to_owned),
            comparable: table.flag("comparable")?.unwrap_or(false),
            note: table.text("note")?.map(str::to_owned),
        })
    };
    at.tables("band")?.into_iter().map(of).collect()
}

/// Every name in braces is declared, or a window of the settings.
fn check_params(at: Reader<'_>, metric: &Metric) -> Read<()> {
    let mut expressions = metric.formula.expressions();
    expressions.extend(metric.open.as_ref().map(|open| open.filter.clone()));
    for sql in &expressions {
        for name in sql.params() {
            if !metric.params.contains_key(name) && !WINDOWS.contains(&name) {
                let known = metric.params.keys().map(String::as_str).chain(WINDOWS.iter().copied());
                return Err(at.unknown_word(sql.line, "parameter", name, known));
            }
        }
    }
    Ok(())
}

fn check_groups(at: Reader<'_>, metric: &Metric) -> Read<()> {
    for name in &metric.groups {
        let rows = metric.formula.rows();
        if !rows.iter().any(|rows| rows.fact.column(name).is_some()) {
            let known = rows.iter().flat_map(|rows| rows.fact.columns()).map(|column| column.name);
            return Err(at.unknown_word(at.line_of("groups"), "column", name, known));
        }
    }
    Ok(())
}

/// Every `after` is a length of time once its parameters are put in.
fn check_ages(at: Reader<'_>, metric: &Metric) -> Read<()> {
    let metric = metric.with(&crate::settings::Settings::default());
    for rows in metric.formula.rows() {
        if let Some(matures) = &rows.matures
            && matures.age().is_none()
        {
            return Err(at.error(
                matures.after.line,
                Problem::Expression {
                    text: matures.after.text.clone(),
                    message: "this is no length of time".to_owned(),
                    remedy: "Write a number and minutes, hours, days or weeks: \"7 days\".".to_owned(),
                },
            ));
        }
    }
    Ok(())
}

/// Reads the examples, all of them to the file's first metric; each says which variant it is about.
fn give_examples(at: Reader<'_>, metrics: &mut [Metric]) -> Read<()> {
    let mut examples = Vec::new();
    for table in at.tables("example")? {
        let ending = table.text("variant")?;
        let found = metrics.iter().find(|metric| match ending {
            None => metric.variant.is_none(),
            Some(ending) => metric.variant.as_deref() == Some(ending) || metric.id == ending,
        });
        let Some(metric) = found else { return Err(unknown_variant(table, ending.unwrap_or_default(), metrics)) };
        examples.push(Example { variant: metric.variant.clone(), ..example(table, metric.unit)? });
    }
    if let Some(first) = metrics.first_mut() {
        first.examples = examples;
    }
    Ok(())
}

fn unknown_variant(at: Reader<'_>, ending: &str, metrics: &[Metric]) -> MetricFileError {
    let known = metrics.iter().filter_map(|metric| metric.variant.as_deref());
    at.unknown_word(at.line_of("variant"), "variant", ending, known)
}

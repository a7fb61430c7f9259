//! Variants: changes of the tree, named ones first, then mean and 90th percentile, then business time.

use super::Problem;
use super::node::{Node, Read, Reader, Value};
use super::sql::replace_names;
use crate::facts::Fact;

/// One of the metrics of a file, before it is read.
pub(super) struct Shape {
    /// What its id ends with, without the first `_`; empty: the file's own.
    pub(super) ending: String,
    /// The tree.
    pub(super) root: Node,
    /// The named variant, where its title is not said.
    pub(super) untitled: Option<String>,
    pub(super) statistic: Statistic,
    pub(super) business: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Statistic {
    AsWritten,
    Mean,
    P90,
}

const STANDARD: &[&str] = &["mean", "p90", "business"];

/// All metrics of a file, its own first.
pub(super) fn shapes(at: Reader<'_>) -> Read<Vec<Shape>> {
    let mut shapes = crossed(at, at.node, "", None)?;
    if let Some(named) = at.table("variant")? {
        for (name, changes) in named.node.entries() {
            if STANDARD.contains(&name.as_str()) {
                return Err(standard_name(at, name, changes));
            }
            let root = changed(at.node, changes);
            let untitled = changes.get("title").is_none().then(|| name.clone());
            shapes.extend(crossed(at, &root, name, untitled)?);
        }
    }
    Ok(shapes)
}

fn standard_name(at: Reader<'_>, name: &str, node: &Node) -> super::MetricFileError {
    at.error(
        node.line,
        Problem::Misplaced {
            key: format!("variant.{name}"),
            reason: format!("\"{name}\" is made from the formula"),
            remedy: "List it under `variants`, or choose another name.".to_owned(),
        },
    )
}

/// The tree with a variant's keys set: keys of the form at the top, all others in the formula.
fn changed(root: &Node, changes: &Node) -> Node {
    let mut root = root.clone();
    root.remove("variant");
    for (key, node) in changes.entries() {
        match (key.as_str(), root.get_mut("formula")) {
            ("formula", Some(formula)) if node.get("kind").is_none() => {
                node.entries().iter().for_each(|(key, node)| formula.set(key, node.clone()));
            }
            (key, Some(formula)) if !super::file::TOP_KEYS.contains(&key) => formula.set(key, node.clone()),
            (key, _) => root.set(key, node.clone()),
        }
    }
    root
}

/// A tree, crossed with the standard variants that apply to it.
fn crossed(at: Reader<'_>, root: &Node, name: &str, untitled: Option<String>) -> Read<Vec<Shape>> {
    let wanted = standard_variants(at, root)?;
    let mut statistics = vec![Statistic::AsWritten];
    if wanted.contains(&"mean") {
        statistics.push(Statistic::Mean);
    }
    if wanted.contains(&"p90") {
        statistics.push(Statistic::P90);
    }
    let times: &[bool] = if wanted.contains(&"business") { &[false, true] } else { &[false] };
    let mut shapes = Vec::new();
    for &business in times {
        for &statistic in &statistics {
            let mut root = root.clone();
            root.remove("variant");
            apply_statistic(&mut root, statistic);
            if business {
                apply_business(&mut root);
            }
            let ending = ending(name, statistic, business);
            shapes.push(Shape { ending, root, untitled: untitled.clone(), statistic, business });
        }
    }
    Ok(shapes)
}

fn ending(name: &str, statistic: Statistic, business: bool) -> String {
    let statistic = match statistic {
        Statistic::AsWritten => "",
        Statistic::Mean => "mean",
        Statistic::P90 => "p90",
    };
    let business = if business { "business" } else { "" };
    let parts = [name, statistic, business];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

fn standard_variants<'a>(at: Reader<'a>, root: &Node) -> Read<Vec<&'a str>> {
    let kind = root.get("formula").and_then(|formula| formula.get("kind"));
    let is_quantile = kind.is_some_and(|kind| matches!(&kind.value, Value::Text(kind) if kind == "quantile"));
    let is_duration =
        root.get("unit").is_some_and(|unit| matches!(&unit.value, Value::Text(unit) if unit == "duration"));
    if root.get("variants").is_none() {
        let mut all: Vec<&str> = if is_quantile && is_duration { vec!["mean", "p90"] } else { Vec::new() };
        if is_duration && has_business_time(root) {
            all.push("business");
        }
        return Ok(all);
    }
    let listed = at.texts("variants")?;
    for name in &listed {
        if !STANDARD.contains(name) && at.node.get("variant").and_then(|named| named.get(name)).is_none() {
            return Err(at.unknown_word(at.line_of("variants"), "variant", name, STANDARD.iter().copied()));
        }
    }
    Ok(listed.into_iter().filter(|name| *name == "business" || is_quantile).collect())
}

fn apply_statistic(root: &mut Node, statistic: Statistic) {
    let Some(formula) = root.get_mut("formula") else { return };
    let line = formula.line;
    match statistic {
        Statistic::AsWritten => {}
        Statistic::Mean => {
            formula.set("kind", Node::text(line, "mean"));
            formula.remove("q");
        }
        Statistic::P90 => formula.set("q", Node::number(line, 0.9)),
    }
}

/// `x_business_us` for a duration `x_us` that some fact stores so.
fn business_name(name: &str) -> Option<String> {
    let stem = name.strip_suffix("_us").filter(|stem| !stem.ends_with("_business"))?;
    let business = format!("{stem}_business_us");
    Fact::ALL.iter().any(|fact| fact.column(&business).is_some()).then_some(business)
}

fn has_business_time(root: &Node) -> bool {
    let mut formula = root.get("formula").cloned();
    let mut found = false;
    if let Some(formula) = &mut formula {
        formula.map_texts(&mut |text| found |= replace_names(text, business_name) != *text);
    }
    found
}

fn apply_business(root: &mut Node) {
    if let Some(formula) = root.get_mut("formula") {
        formula.map_texts(&mut |text| *text = replace_names(text, business_name));
    }
}

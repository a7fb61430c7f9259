//! Reads a formula from its TOML: every key checked, every mistake with its line and what to do.

use super::formula::*;
use super::node::{Node, Read, Reader, Value};
use super::sql::Sql;
use super::{Problem, Unit};
use crate::facts::{Fact, FactKind};
use crate::time::{DAY, HOUR, MINUTE, Span};

const KINDS: &[&str] =
    &["count", "distinct", "sum", "mean", "quantile", "share", "net_share", "ratio", "composite", "model"];

/// The keys of a formula.
pub(super) const FORMULA_KEYS: &[&str] = &[
    "kind",
    "from",
    "where",
    "of",
    "value",
    "distinct",
    "bounds",
    "cluster",
    "q",
    "plus",
    "minus",
    "numerator",
    "denominator",
    "expression",
    "part",
    "model",
    "dated_by",
    "stock",
    "matures",
    "per",
    "whole",
    "unit",
];

/// What a side or part takes over where it does not say otherwise.
#[derive(Clone, Copy, Default)]
pub(super) struct Inherited<'a> {
    pub(super) from: Option<&'a Node>,
    pub(super) dated_by: Option<&'a Node>,
    pub(super) stock: Option<&'a Node>,
    pub(super) matures: Option<&'a Node>,
    pub(super) per: Option<&'a Node>,
    pub(super) whole: Option<&'a Node>,
    /// Inside of a side or part, whose fact may have no moment of the metric's name.
    pub(super) inner: bool,
}

impl<'a> Inherited<'a> {
    fn within(self, node: &'a Node) -> Inherited<'a> {
        Inherited {
            from: node.get("from").or(self.from),
            dated_by: node.get("dated_by").or(self.dated_by),
            stock: node.get("stock").or(self.stock),
            matures: node.get("matures").or(self.matures),
            per: node.get("per").or(self.per),
            whole: node.get("whole").or(self.whole),
            inner: self.inner,
        }
    }

    fn inside(self) -> Inherited<'a> {
        Inherited { inner: true, ..self }
    }
}

/// Reads a formula.
pub(super) fn formula(at: Reader<'_>, above: Inherited<'_>) -> Read<Formula> {
    at.only(FORMULA_KEYS)?;
    let kind = at.required_text("kind")?;
    let above = above.within(at.node);
    match kind {
        "ratio" => ratio(at, above),
        "composite" => composite(at, above),
        "model" => Ok(Formula::Model { name: at.required_text("model")?.to_owned() }),
        _ if KINDS.contains(&kind) => simple(at, kind, above),
        _ => Err(at.unknown_word(at.line_of("kind"), "kind of formula", kind, KINDS.iter().copied())),
    }
}

fn simple(at: Reader<'_>, kind: &str, above: Inherited<'_>) -> Read<Formula> {
    let rows = rows(at, above)?;
    let measure = match kind {
        "count" => Measure::Count,
        "distinct" => {
            Measure::Distinct { key: column(at, rows.fact, "distinct")?.ok_or_else(|| at.missing("distinct"))? }
        }
        "sum" => Measure::Sum { value: required_sql(at, "value")? },
        "mean" => Measure::Mean {
            value: required_sql(at, "value")?,
            bounds: bounds(at)?,
            cluster: column(at, rows.fact, "cluster")?,
        },
        "quantile" => Measure::Quantile { value: required_sql(at, "value")?, q: quantile(at)? },
        "share" => Measure::Share { of: sql(at, "of")? },
        _ => Measure::NetShare { plus: required_sql(at, "plus")?, minus: required_sql(at, "minus")? },
    };
    Ok(Formula::Simple { rows, measure })
}

fn quantile(at: Reader<'_>) -> Read<f64> {
    let q = at.number("q")?.unwrap_or(0.5);
    if (0.0..=1.0).contains(&q) {
        return Ok(q);
    }
    Err(at.error(
        at.line_of("q"),
        Problem::Misplaced {
            key: "q".to_owned(),
            reason: format!("{q} is not between 0 and 1"),
            remedy: "The median is 0.5, the 90th percentile 0.9.".to_owned(),
        },
    ))
}

fn bounds(at: Reader<'_>) -> Read<Option<[Sql; 2]>> {
    let Some(node) = at.node.get("bounds") else { return Ok(None) };
    let expected = "a list of two: the worst and the best value";
    let Value::List(nodes) = &node.value else { return Err(at.wrong_shape("bounds", expected, node)) };
    let ends: Vec<Sql> = nodes.iter().map(|end| sql_of(at, "bounds", end)).collect::<Read<_>>()?;
    match <[Sql; 2]>::try_from(ends) {
        Ok(ends) => Ok(Some(ends)),
        Err(_) => Err(at.wrong_shape("bounds", expected, node)),
    }
}

fn ratio(at: Reader<'_>, above: Inherited<'_>) -> Read<Formula> {
    let side_of = |key: &'static str| {
        let place = at.table(key)?.ok_or_else(|| at.missing(key))?;
        side(place, above.inside())
    };
    Ok(Formula::Ratio { numerator: side_of("numerator")?, denominator: side_of("denominator")? })
}

fn side(at: Reader<'_>, above: Inherited<'_>) -> Read<Side> {
    at.only(&["from", "where", "value", "distinct", "dated_by", "stock", "matures", "per", "whole"])?;
    let rows = rows(at, above.within(at.node))?;
    let take = match (sql(at, "value")?, column(at, rows.fact, "distinct")?) {
        (None, None) => Take::Rows,
        (Some(value), None) => Take::Sum(value),
        (None, Some(key)) => Take::Distinct(key),
        (Some(_), Some(_)) => {
            return Err(at.error(
                at.line_of("distinct"),
                Problem::Misplaced {
                    key: "distinct".to_owned(),
                    reason: "the side already has a \"value\"".to_owned(),
                    remedy: "A side sums a value, counts keys, or counts rows: keep one.".to_owned(),
                },
            ));
        }
    };
    Ok(Side { rows, take })
}

fn composite(at: Reader<'_>, above: Inherited<'_>) -> Read<Formula> {
    let expression = required_sql(at, "expression")?;
    let mut parts = Vec::new();
    if let Some(named) = at.table("part")? {
        for (name, node) in named.node.entries() {
            let place = format!("[formula.part.{name}]");
            let reader = Reader { file: at.file, place: &place, node };
            let formula = formula(reader, above.inside())?;
            let unit = match reader.text("unit")? {
                Some(word) => Unit::read(reader, "unit", word)?,
                None => part_unit(&formula),
            };
            parts.push(Part { name: name.clone(), formula, unit });
        }
    }
    Ok(Formula::Composite { expression, parts })
}

/// The unit in which a part without one stands in the expression.
fn part_unit(formula: &Formula) -> Unit {
    let value = match formula {
        Formula::Simple { measure: Measure::Share { .. }, .. } => return Unit::Percent,
        Formula::Simple { measure: Measure::NetShare { .. }, .. } => return Unit::Points,
        Formula::Simple { measure: Measure::Count | Measure::Distinct { .. }, .. } => return Unit::Count,
        Formula::Simple {
            measure: Measure::Sum { value } | Measure::Mean { value, .. } | Measure::Quantile { value, .. },
            ..
        } => value,
        Formula::Ratio { .. } | Formula::Composite { .. } | Formula::Model { .. } => return Unit::Ratio,
    };
    if value.text.contains("_us") { Unit::Duration } else { Unit::Score }
}

fn rows(at: Reader<'_>, above: Inherited<'_>) -> Read<Rows> {
    let fact = fact(at, above)?;
    let matures = above.matures.map(|node| matures(at, node)).transpose()?;
    let per = above.per.map(|node| per(at, node, fact)).transpose()?;
    let own_date = at.node.get("dated_by").is_some() && at.node.get("stock").is_none();
    let dating = match above.stock {
        Some(node) if !own_date => stock(at, node)?,
        _ => dating(at, above, fact)?,
    };
    let whole_months = above.whole.map(|node| whole_months(at, node)).transpose()?.unwrap_or(false);
    Ok(Rows { fact, dating, filter: sql(at, "where")?, matures, per, whole_months })
}

fn fact(at: Reader<'_>, above: Inherited<'_>) -> Read<Fact> {
    let Some(node) = above.from else { return Err(at.missing("from")) };
    let Value::Text(name) = &node.value else { return Err(at.wrong_shape("from", "the name of a fact", node)) };
    Fact::named(name).ok_or_else(|| at.unknown_word(node.line, "fact", name, Fact::ALL.iter().map(|fact| fact.name())))
}

fn whole_months(at: Reader<'_>, node: &Node) -> Read<bool> {
    match &node.value {
        Value::Text(text) if text == "month" => Ok(true),
        Value::Text(text) => Err(at.unknown_word(node.line, "whole period", text, ["month"])),
        _ => Err(at.wrong_shape("whole", "\"month\"", node)),
    }
}

fn dating(at: Reader<'_>, above: Inherited<'_>, fact: Fact) -> Read<Dating> {
    let Some(node) = above.dated_by else { return Ok(default_dating(fact)) };
    let inherited = above.inner && at.node.get("dated_by").is_none();
    match &node.value {
        Value::Text(name) if inherited && fact.column(name).is_none() => Ok(default_dating(fact)),
        Value::Text(name) => {
            known_column(at, node.line, fact, name, Some(FactKind::Instant))?;
            Ok(Dating::Moment(name.clone()))
        }
        Value::List(nodes) => match nodes.as_slice() {
            [Node { value: Value::Text(start), .. }, Node { value: Value::Text(end), .. }] => {
                known_column(at, node.line, fact, start, Some(FactKind::Date))?;
                known_column(at, node.line, fact, end, Some(FactKind::Date))?;
                Ok(Dating::Whole { start: start.clone(), end: end.clone() })
            }
            _ => Err(at.wrong_shape("dated_by", "a column, or a list of two columns", node)),
        },
        _ => Err(at.wrong_shape("dated_by", "a column, or a list of two columns", node)),
    }
}

/// What dates a fact's rows unless a metric says otherwise.
fn default_dating(fact: Fact) -> Dating {
    match fact.column(fact.dated_by()).map(|column| column.kind) {
        Some(FactKind::Date) => Dating::Whole { start: "period_start".to_owned(), end: "period_end".to_owned() },
        _ => Dating::Moment(fact.dated_by().to_owned()),
    }
}

fn stock(at: Reader<'_>, node: &Node) -> Read<Dating> {
    let at = Reader { place: "stock", node, ..at };
    at.only(&["opens", "closes", "at"])?;
    let end = at.text("at")?.unwrap_or("period_end");
    let end = match end {
        "period_start" => StockAt::PeriodStart,
        "period_end" => StockAt::PeriodEnd,
        _ => return Err(at.unknown_word(at.line_of("at"), "end of a period", end, ["period_start", "period_end"])),
    };
    Ok(Dating::Stock { opens: required_sql(at, "opens")?, closes: sql(at, "closes")?, at: end })
}

fn matures(at: Reader<'_>, node: &Node) -> Read<Matures> {
    let at = Reader { place: "matures", node, ..at };
    at.only(&["from", "after"])?;
    Ok(Matures { from: required_sql(at, "from")?, after: required_sql(at, "after")? })
}

impl Matures {
    /// How old a row has to be; `None` where `after` is no length of time. Parameters must have been put in.
    pub fn age(&self) -> Option<Span> {
        let mut words = self.after.text.split_whitespace();
        let (number, unit) = (words.next()?, words.next()?);
        let unit = match unit.trim_end_matches('s') {
            "minute" | "min" => MINUTE,
            "hour" => HOUR,
            "day" => DAY,
            "week" => 7 * DAY,
            _ => return None,
        };
        let number: f64 = number.parse().ok()?;
        words.next().is_none().then_some(Span((number * unit as f64) as i64))
    }
}

fn per(at: Reader<'_>, node: &Node, fact: Fact) -> Read<Per> {
    let at = Reader { place: "per", node, ..at };
    let key = column(at, fact, "key")?.ok_or_else(|| at.missing("key"))?;
    let named = node.entries().iter().filter(|(name, _)| name != "key" && name != "where");
    let columns = named
        .map(|(name, node)| {
            let written = sql_of(at, name, node)?;
            let total = per_total(&written).ok_or_else(|| {
                at.error(
                    node.line,
                    Problem::Expression {
                        text: written.text.clone(),
                        message: "one row per key knows counts and sums only".to_owned(),
                        remedy: "Write count(), count(condition) or sum(value): they can be taken back.".to_owned(),
                    },
                )
            })?;
            Ok(PerColumn { name: name.clone(), total })
        })
        .collect::<Read<_>>()?;
    Ok(Per { key, filter: sql(at, "where")?, columns })
}

fn per_total(written: &Sql) -> Option<PerTotal> {
    let inner = |function: &str| {
        let rest = written.text.trim().strip_prefix(function)?.trim_start();
        let inner = rest.strip_prefix('(')?.strip_suffix(')')?.trim();
        Some(Sql { text: inner.to_owned(), line: written.line })
    };
    if let Some(condition) = inner("count") {
        let all = condition.text.is_empty() || condition.text == "*";
        return Some(PerTotal::Count((!all).then_some(condition)));
    }
    inner("sum").filter(|value| !value.text.is_empty()).map(PerTotal::Sum)
}

/// An expression; a number or flag is one too.
pub(super) fn sql(at: Reader<'_>, key: &str) -> Read<Option<Sql>> {
    at.node.get(key).map(|node| sql_of(at, key, node)).transpose()
}

fn required_sql(at: Reader<'_>, key: &str) -> Read<Sql> {
    sql(at, key)?.ok_or_else(|| at.missing(key))
}

fn sql_of(at: Reader<'_>, key: &str, node: &Node) -> Read<Sql> {
    let text = match &node.value {
        Value::Text(text) => text.trim().to_owned(),
        Value::Number(_, written) => written.clone(),
        Value::Flag(flag) => flag.to_string(),
        _ => return Err(at.wrong_shape(key, "an expression in quotes", node)),
    };
    Ok(Sql { text, line: node.line })
}

fn column(at: Reader<'_>, fact: Fact, key: &str) -> Read<Option<String>> {
    let Some(name) = at.text(key)? else { return Ok(None) };
    known_column(at, at.line_of(key), fact, name, None)?;
    Ok(Some(name.to_owned()))
}

/// Refuses a name that is no column of the fact, or one of another kind.
pub(super) fn known_column(at: Reader<'_>, line: u32, fact: Fact, name: &str, kind: Option<FactKind>) -> Read<()> {
    let fits = |found: FactKind| kind.is_none_or(|kind| kind == found);
    if fact.column(name).is_some_and(|column| fits(column.kind)) {
        return Ok(());
    }
    let what = format!("column of {}", fact.name());
    let known = fact.columns().filter(|column| fits(column.kind)).map(|column| column.name);
    Err(at.unknown_word(line, &what, name, known))
}

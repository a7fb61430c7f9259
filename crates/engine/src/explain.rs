//! What is behind a number: its definition, the plans that made it, and the rows that it was counted from.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int64Type, TimestampMicrosecondType};
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::{Expr, LogicalPlan, cast as cast_expr, col, lit};
use mittari_core::metric::{Catalogue, Metric, Params};
use mittari_core::settings::Settings;
use mittari_core::time::Instant;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::engine::{Asked, answer};
use crate::error::{EngineError, Result};
use crate::expression::plan_error;
use crate::facts::FactTables;
use crate::planner::{Node, Planned, Slot, TakeState};
use crate::query::Query;
use crate::row::ResultRow;
use crate::run::Run;
use crate::shape::{Number, Shape, WEIGHT, aggregate};

/// Everything that is behind the numbers of one metric.
#[derive(Debug)]
pub struct Explanation {
    /// The metric, its parameters put in.
    pub metric: Metric,
    /// Its definition's hash.
    pub definition: String,
    /// The parameters and their values.
    pub params: Params,
    /// The answer itself.
    pub answer: Vec<ResultRow>,
    /// The plans, as text.
    pub plans: Vec<String>,
    /// The rows that it was counted from, one set for each way in which facts are read.
    pub rows: Vec<RowsBehind>,
}

/// Rows of one fact behind a number.
#[derive(Clone, Debug, Serialize)]
pub struct RowsBehind {
    /// What they are for: counted, open, numerator, denominator, or a part's name.
    pub role: String,
    /// The name of the fact.
    pub fact: &'static str,
    /// The rows: columns that have a value, and under `counts` what they add to the number.
    pub rows: Vec<Map<String, Value>>,
    /// Whether there are more.
    pub more: bool,
}

/// Explains the numbers of the query's first metric, with up to `limit` rows of each set.
pub async fn explain(
    tables: &dyn FactTables,
    catalogue: &Catalogue,
    settings: &Settings,
    query: &Query,
    limit: usize,
) -> Result<Explanation> {
    let one = Query { metrics: query.metrics.iter().take(1).cloned().collect(), ..query.clone() };
    let asked = Asked::new(tables, catalogue, settings, &one)?;
    let rows = answer(&asked).await?;
    let runs = asked.runs();
    let Some(planned) = asked.planned.first() else { return Err(EngineError::NoMetric) };
    let (mut plans, mut behind) = (Vec::new(), Vec::new());
    if let Some(run) = runs.first() {
        for shape in &asked.shapes {
            plans.push(run.plan_text(shape)?);
        }
        for (role, slot) in roles(planned) {
            behind.push(rows_behind(run, &asked.shapes[slot.shape], slot, role, limit).await?);
        }
    }
    Ok(Explanation {
        definition: planned.metric.definition(settings, tables.facts_version()),
        params: planned.metric.params_in_use(settings),
        metric: planned.metric.clone(),
        answer: rows,
        plans,
        rows: behind,
    })
}

/// The slots of a metric, and what each is for.
fn roles(planned: &Planned) -> Vec<(String, &Slot)> {
    let mut roles = Vec::new();
    of_node(&planned.node, "counted", &mut roles);
    roles.extend(planned.open.iter().map(|slot| ("open".to_owned(), slot)));
    roles
}

fn of_node<'p>(node: &'p Node, role: &str, roles: &mut Vec<(String, &'p Slot)>) {
    match node {
        Node::State(slot) => roles.push((role.to_owned(), slot)),
        Node::Split { part, .. } => roles.push((role.to_owned(), part)),
        Node::Sides { numerator, denominator, .. } => {
            roles.push(("numerator".to_owned(), numerator));
            roles.push(("denominator".to_owned(), denominator));
        }
        Node::Composite { parts, metrics, .. } => {
            parts.iter().for_each(|(name, part)| of_node(part, name, roles));
            metrics.iter().for_each(|(name, part)| of_node(&part.node, name, roles));
        }
        Node::Nothing => {}
    }
}

async fn rows_behind(run: &Run<'_>, shape: &Shape, slot: &Slot, role: String, limit: usize) -> Result<RowsBehind> {
    let failed = |error| plan_error(shape.fact.name(), error);
    let plan = plan_of_rows(run, shape, slot, limit + 1).map_err(failed)?;
    let batches = run.collect(plan).await.map_err(failed)?;
    let mut rows = Vec::new();
    for batch in &batches {
        for row in 0..batch.num_rows() {
            rows.push(row_as_json(batch, row).map_err(|error| failed(error.into()))?);
        }
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    Ok(RowsBehind { role, fact: shape.fact.name(), rows, more })
}

/// What a row adds, by name: expressions over the fact's columns.
fn additions(shape: &Shape, slot: &Slot) -> (Expr, Vec<(&'static str, Expr)>) {
    let number = |at: usize| shape.numbers[at].expressions();
    let condition = |at: usize| number(at).last().map_or_else(|| lit(true), |expr| (*expr).clone());
    let value = |at: usize| number(at)[0].clone();
    match &slot.take {
        TakeState::Count(at) => (condition(*at), Vec::new()),
        TakeState::Sum(at) | TakeState::Clusters(at) => (condition(*at), vec![("value", value(*at))]),
        TakeState::Mean { sums: at, .. } | TakeState::Quantile { distribution: at, .. } => {
            (condition(*at).and(value(*at).is_not_null()), vec![("value", value(*at))])
        }
        TakeState::Share { n, k } => (condition(*n), vec![("of", condition(*k).is_true())]),
        TakeState::NetShare { n, plus, minus } => {
            (condition(*n), vec![("plus", condition(*plus).is_true()), ("minus", condition(*minus).is_true())])
        }
        TakeState::Ratio(at) => match &shape.numbers[*at] {
            Number::Sums(x, Some(y), condition) => {
                (condition.clone(), vec![("numerator", x.clone()), ("denominator", y.clone())])
            }
            other => (other.expressions().last().map_or_else(|| lit(true), |expr| (*expr).clone()), Vec::new()),
        },
    }
}

/// The fact's rows that a slot counts, changes netted, earliest first.
fn plan_of_rows(run: &Run<'_>, shape: &Shape, slot: &Slot, limit: usize) -> datafusion::error::Result<LogicalPlan> {
    let moments = run.moments(&shape.dates);
    let columns: Vec<String> = shape.fact.columns().map(|column| column.name.to_owned()).collect();
    let mut rows = shape.dated(run, &moments, columns.clone())?;
    let (condition, added) = match &shape.per {
        // Conditions see the keys' totals: here are the rows that these are made of.
        Some(per) => (per.filter.clone().unwrap_or_else(|| lit(true)), Vec::new()),
        None => additions(shape, slot),
    };
    rows = rows.filter(moments.put_into(&condition)?)?;
    let mut groups: Vec<Expr> = columns.iter().map(|name| col(name.as_str())).collect();
    for (name, expr) in added {
        groups.push(moments.put_into(&expr)?.alias(format!("{ADDED}{name}")));
    }
    let weight = aggregate(sum_udaf(), vec![cast_expr(col(WEIGHT), DataType::Int64)], None).alias("__net");
    rows.aggregate(groups, vec![weight])?
        .filter(col("__net").gt(lit(0i64)))?
        .sort([col(shape.fact.dated_by()).sort(true, true), col(columns[0].as_str()).sort(true, true)])?
        .limit(0, Some(limit))?
        .build()
}

/// What stands before the name of a column that says what a row adds.
const ADDED: &str = "__adds_";

fn row_as_json(batch: &RecordBatch, row: usize) -> std::result::Result<Map<String, Value>, arrow::error::ArrowError> {
    let (mut cells, mut added) = (Map::new(), Map::new());
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let value = cell_as_json(column, row)?;
        match field.name().strip_prefix(ADDED) {
            Some(name) => {
                added.insert(name.to_owned(), value);
            }
            None if field.name() == "__net" || value.is_null() => {}
            None => {
                cells.insert(field.name().clone(), value);
            }
        }
    }
    if !added.is_empty() {
        cells.insert("counts".to_owned(), Value::Object(added));
    }
    Ok(cells)
}

fn cell_as_json(column: &ArrayRef, row: usize) -> std::result::Result<Value, arrow::error::ArrowError> {
    if column.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match column.data_type() {
        DataType::Int64 => json!(column.as_primitive::<Int64Type>().value(row)),
        DataType::Boolean => json!(column.as_boolean().value(row)),
        DataType::Timestamp(..) => {
            json!(Instant(column.as_primitive::<TimestampMicrosecondType>().value(row)).to_string())
        }
        DataType::Decimal128(_, scale) => {
            json!(column.as_primitive::<Decimal128Type>().value(row) as f64 / 10f64.powi(i32::from(*scale)))
        }
        DataType::Date32 => json!(day(column.as_primitive::<Date32Type>().value(row))),
        DataType::List(_) => list_as_json(&column.as_list::<i32>().value(row))?,
        _ => {
            let text = cast(&column.slice(row, 1), &DataType::Utf8)?;
            json!(text.as_string::<i32>().value(0))
        }
    })
}

fn list_as_json(items: &ArrayRef) -> std::result::Result<Value, arrow::error::ArrowError> {
    let cells: std::result::Result<Vec<Value>, _> = (0..items.len()).map(|row| cell_as_json(items, row)).collect();
    match cells?.as_slice() {
        [] => Ok(Value::Null),
        cells => Ok(Value::Array(cells.to_vec())),
    }
}

fn day(days: i32) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.saturating_add(jiff::ToSpan::days(i64::from(days))).to_string()
}

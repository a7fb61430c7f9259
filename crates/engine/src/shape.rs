//! A shape: all that can be answered by one aggregate over one fact, dated one way, grouped one way.
//!
//! The plan is: scan, the query's filters and the span, the number of the period, (one row per key), conditions
//! and values once each, one aggregate with a filter for each number. Metrics that share a shape share its scan,
//! and those that share a value and a condition share the column of the answer.

use arrow::datatypes::DataType;
use datafusion::common::{Column, NullHandling, UnnestOptions};
use datafusion::error::Result;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::{max, min};
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{
    AggregateUDF, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, cast, col, lit, when,
};
use mittari_core::facts::Fact;
use mittari_core::metric::StockAt;

use crate::expression::Moments;
use crate::functions::distribution::DistributionFunction;
use crate::functions::sums::SumsFunction;
use crate::keys::{KeySource, unknown};
use crate::run::Run;

/// What one aggregate answers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shape {
    pub(crate) fact: Fact,
    pub(crate) dates: Dates,
    /// The query's filters.
    pub(crate) filters: Vec<Expr>,
    /// The names of the keys, and where they come from.
    pub(crate) keys: Vec<(String, KeySource)>,
    pub(crate) per: Option<PerKey>,
    pub(crate) inner: Inner,
    pub(crate) numbers: Vec<Number>,
}

/// What puts a row into a period.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Dates {
    /// A moment of the row.
    Moment(String),
    /// Being open at one end of the period.
    Open { opens: Expr, closes: Option<Expr>, at: StockAt },
    /// Two civil dates that the period must hold whole.
    Whole { start: String, end: String },
}

/// One row per key first.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PerKey {
    pub(crate) key: String,
    pub(crate) filter: Option<Expr>,
    pub(crate) columns: Vec<(String, PerTotal)>,
}

/// What is known of each key.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum PerTotal {
    Count(Option<Expr>),
    /// A value, and how many integers make one.
    Sum(Expr, i64),
}

/// What is netted before the last aggregate.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Inner {
    Nothing,
    /// Different keys are counted.
    Keys(String),
    /// Rows of one key belong together.
    Clusters(String),
}

/// One column of the answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Number {
    /// Rows; in a shape of keys: keys.
    Count(Expr),
    /// Sums of one or two columns; in a shape of clusters: of the clusters' sums and sizes.
    Sums(Expr, Option<Expr>, Expr),
    /// A distribution of values.
    Distribution(Expr, Expr),
    /// The least of a value.
    Least(Expr, Expr),
    /// The greatest of a value.
    Greatest(Expr, Expr),
}

pub(crate) const PERIOD: &str = "__period";
pub(crate) const WEIGHT: &str = "__weight";

/// The column of a key.
pub(crate) fn key_name(number: usize) -> String {
    format!("__key_{number}")
}

/// The rows of a shape, ready to be aggregated: conditions and values have become columns.
pub(crate) struct Prepared {
    pub(crate) plan: LogicalPlanBuilder,
    /// The argument columns of each number: values, then the condition.
    pub(crate) arguments: Vec<Vec<String>>,
}

impl Shape {
    /// Whether a number can be added to this shape for that one.
    pub(crate) fn is_like(&self, other: &Shape) -> bool {
        self.fact == other.fact
            && self.dates == other.dates
            && self.filters == other.filters
            && self.keys == other.keys
            && self.per == other.per
            && self.inner == other.inner
    }

    /// The place of a number, which is added where it is new.
    pub(crate) fn number(&mut self, number: Number) -> usize {
        match self.numbers.iter().position(|known| *known == number) {
            Some(place) => place,
            None => {
                self.numbers.push(number);
                self.numbers.len() - 1
            }
        }
    }

    /// The first pass: one row per period and group.
    pub(crate) fn plan(&self, run: &Run<'_>) -> Result<LogicalPlan> {
        let prepared = self.prepared(run)?;
        let groups = self.group_columns();
        let numbers = self.numbers.iter().zip(&prepared.arguments).enumerate();
        match &self.inner {
            Inner::Nothing => {
                let aggregates = numbers.map(|(at, (number, arguments))| direct(at, number, arguments));
                prepared.plan.aggregate(groups, aggregates.collect::<Vec<_>>())?.build()
            }
            Inner::Keys(_) => self.plan_of_keys(prepared, groups),
            Inner::Clusters(_) => self.plan_of_clusters(prepared, groups),
        }
    }

    fn group_columns(&self) -> Vec<Expr> {
        std::iter::once(col(PERIOD)).chain((0..self.keys.len()).map(|at| col(key_name(at)))).collect()
    }

    /// Conditions and values of every number as columns of the dated rows.
    pub(crate) fn prepared(&self, run: &Run<'_>) -> Result<Prepared> {
        let moments = run.moments(&self.dates);
        let mut dated = self.dated(run, &moments, self.columns())?;
        if let Some(per) = &self.per {
            dated = per.netted(dated, self.keys.len(), &moments)?;
        }
        let mut columns: Vec<(Expr, String)> = Vec::new();
        let mut arguments = Vec::new();
        for number in &self.numbers {
            let mut names = Vec::new();
            for expr in number.expressions() {
                names.push(column_of(&mut columns, moments.put_into(expr)?));
            }
            arguments.push(names);
        }
        let mut projection = self.group_columns();
        projection.push(col(WEIGHT));
        match &self.inner {
            Inner::Keys(key) | Inner::Clusters(key) => projection.push(col(key.as_str()).alias("__inner")),
            Inner::Nothing => {}
        }
        projection.extend(columns.into_iter().map(|(expr, name)| expr.alias(name)));
        Ok(Prepared { plan: dated.project(projection)?, arguments })
    }

    /// The rows in their periods: number of the period, weight, keys, and the fact's columns that are needed.
    pub(crate) fn dated(&self, run: &Run<'_>, moments: &Moments, columns: Vec<String>) -> Result<LogicalPlanBuilder> {
        let (from, to) = run.bounds();
        let mut scan = LogicalPlanBuilder::scan(self.fact.name(), run.source(self.fact)?, None)?;
        for filter in &self.filters {
            scan = scan.filter(filter.clone())?;
        }
        let mut projection: Vec<Expr> = columns.into_iter().map(col).collect();
        projection.push(col("weight").alias(WEIGHT));
        let mut lists = Vec::new();
        for (at, (_, source)) in self.keys.iter().enumerate() {
            let name = key_name(at);
            let value = match source {
                KeySource::List(list) => {
                    lists.push(name.clone());
                    col(list.as_str())
                }
                KeySource::Weekday | KeySource::Hour => self.calendar(source, run).unwrap_or_else(unknown),
                source => source.value(run.exchange()).unwrap_or_else(unknown),
            };
            projection.push(value.alias(name));
        }
        let dated = match &self.dates {
            Dates::Moment(column) => {
                let at = col(column.as_str());
                projection.push(run.period_of().call(vec![at.clone()]).alias(PERIOD));
                scan.filter(at.clone().gt_eq(from).and(at.lt(to)))?.project(projection)?
            }
            Dates::Open { opens, closes, at } => {
                let (opens, first, last) = (moments.put_into(opens)?, run.first_at(*at), run.last_at(*at));
                let closes = closes.as_ref().map(|closes| moments.put_into(closes)).transpose()?;
                let still_open = closes.clone().map(|closes| closes.clone().is_null().or(closes.gt_eq(first)));
                let passing = still_open.into_iter().fold(opens.clone().lt(last), Expr::and);
                let never = || lit(datafusion::common::ScalarValue::TimestampMicrosecond(None, Some("UTC".into())));
                let periods = run.periods_open(*at).call(vec![opens, closes.unwrap_or_else(never)]);
                projection.push(periods.alias(PERIOD));
                unnested(scan.filter(passing)?.project(projection)?, PERIOD, NullHandling::Drop)?
            }
            Dates::Whole { start, end } => {
                projection
                    .push(run.periods_overlapped().call(vec![col(start.as_str()), col(end.as_str())]).alias(PERIOD));
                unnested(scan.project(projection)?, PERIOD, NullHandling::Drop)?
            }
        };
        let dated = if run.is_seamless() { dated } else { dated.filter(col(PERIOD).is_not_null())? };
        lists.iter().try_fold(dated, |plan, list| unnested(plan, list, NullHandling::PreserveAndExpandEmpty))
    }

    /// The weekday or hour of the moment that dates a row; nothing for stocks and periods of money.
    fn calendar(&self, source: &KeySource, run: &Run<'_>) -> Option<Expr> {
        match &self.dates {
            Dates::Moment(column) => run.calendar(source, column),
            _ => None,
        }
    }

    /// The fact's columns that anything after the scan names.
    fn columns(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut need = |expr: &Expr| {
            for column in expr.column_refs() {
                if self.fact.column(column.name()).is_some() && !names.iter().any(|known| known == column.name()) {
                    names.push(column.name().to_owned());
                }
            }
        };
        match &self.per {
            Some(per) => {
                per.filter.iter().for_each(&mut need);
                need(&col(per.key.as_str()));
                for (_, total) in &per.columns {
                    match total {
                        PerTotal::Count(condition) => condition.iter().for_each(&mut need),
                        PerTotal::Sum(value, _) => need(value),
                    }
                }
            }
            None => self.numbers.iter().flat_map(Number::expressions).for_each(&mut need),
        }
        if let Inner::Keys(key) | Inner::Clusters(key) = &self.inner {
            need(&col(key.as_str()));
        }
        if let Dates::Whole { start, end } = &self.dates {
            need(&col(start.as_str()));
            need(&col(end.as_str()));
        }
        names.sort_unstable();
        names
    }

    /// Keys whose changes have not cancelled out, counted.
    fn plan_of_keys(&self, prepared: Prepared, groups: Vec<Expr>) -> Result<LogicalPlan> {
        let mut inner_groups = groups.clone();
        inner_groups.push(col("__inner"));
        let counts =
            prepared.arguments.iter().enumerate().map(|(at, names)| weight_where(names).alias(format!("__n{at}")));
        let netted =
            prepared.plan.filter(col("__inner").is_not_null())?.aggregate(inner_groups, counts.collect::<Vec<_>>())?;
        let held = (0..self.numbers.len()).map(|at| {
            let present = when(col(format!("__n{at}")).gt(lit(0i64)), lit(1i64)).otherwise(lit(0i64))?;
            Ok(aggregate(sum_udaf(), vec![present], None).alias(format!("__a{at}")))
        });
        netted.aggregate(groups, held.collect::<Result<Vec<_>>>()?)?.build()
    }

    /// Sums by cluster, then sums of these, of their squares and products.
    fn plan_of_clusters(&self, prepared: Prepared, groups: Vec<Expr>) -> Result<LogicalPlan> {
        let mut inner_groups = groups.clone();
        inner_groups.push(col("__inner"));
        let schema = prepared.plan.schema().clone();
        let mut sums = Vec::new();
        for (at, names) in prepared.arguments.iter().enumerate() {
            let (value, condition) = (col(names[0].as_str()), col(names[names.len() - 1].as_str()));
            let present = condition.and(value.clone().is_not_null());
            sums.push(exact_sum(value, &schema, Some(present.clone()))?.alias(format!("__s{at}")));
            let size = aggregate(sum_udaf(), vec![cast(col(WEIGHT), DataType::Int64)], Some(present));
            sums.push(size.alias(format!("__n{at}")));
        }
        let netted = prepared.plan.aggregate(inner_groups, sums)?;
        let function = AggregateUDF::from(SumsFunction::new());
        let outer = (0..self.numbers.len()).map(|at| {
            let size = col(format!("__n{at}"));
            let arguments = vec![col(format!("__s{at}")), size.clone(), lit(1i8)];
            aggregate(function.clone().into(), arguments, Some(size.not_eq(lit(0i64)))).alias(format!("__a{at}"))
        });
        netted.aggregate(groups, outer.collect::<Vec<_>>())?.build()
    }
}

impl Number {
    /// Its values, then its condition.
    pub(crate) fn expressions(&self) -> Vec<&Expr> {
        match self {
            Number::Count(condition) => vec![condition],
            Number::Sums(x, None, condition)
            | Number::Distribution(x, condition)
            | Number::Least(x, condition)
            | Number::Greatest(x, condition) => vec![x, condition],
            Number::Sums(x, Some(y), condition) => vec![x, y, condition],
        }
    }
}

impl PerKey {
    /// One row per period, group and key, those left out whose changes have cancelled out.
    fn netted(&self, dated: LogicalPlanBuilder, keys: usize, moments: &Moments) -> Result<LogicalPlanBuilder> {
        let mut groups: Vec<Expr> = std::iter::once(col(PERIOD)).chain((0..keys).map(|at| col(key_name(at)))).collect();
        let mut rows = dated.filter(col(self.key.as_str()).is_not_null())?;
        if let Some(filter) = &self.filter {
            rows = rows.filter(moments.put_into(filter)?)?;
        }
        let schema = rows.schema().clone();
        let weight = || cast(col(WEIGHT), DataType::Int64);
        let mut totals = vec![aggregate(sum_udaf(), vec![weight()], None).alias("__net")];
        for (name, total) in &self.columns {
            let total = match total {
                PerTotal::Count(None) => aggregate(sum_udaf(), vec![weight()], None),
                PerTotal::Count(Some(condition)) => {
                    aggregate(sum_udaf(), vec![weight()], Some(moments.put_into(condition)?))
                }
                PerTotal::Sum(value, _) => exact_sum(moments.put_into(value)?, &schema, None)?,
            };
            totals.push(total.alias(format!("__total_{name}")));
        }
        let mut kept = groups.clone();
        groups.push(col(self.key.as_str()));
        let netted = rows.aggregate(groups, totals)?.filter(col("__net").gt(lit(0i64)))?;
        kept.push(col(self.key.as_str()));
        kept.push(lit(1i8).alias(WEIGHT));
        for (name, total) in &self.columns {
            let column = col(format!("__total_{name}"));
            let column = match total {
                PerTotal::Count(_) => coalesce(vec![column, lit(0i64)]),
                PerTotal::Sum(_, 1) => cast(column, DataType::Int64),
                PerTotal::Sum(..) => cast(column, DataType::Float64),
            };
            kept.push(column.alias(name.as_str()));
        }
        netted.project(kept)
    }
}

/// The column of an expression among those made so far; a new one where there is none.
fn column_of(columns: &mut Vec<(Expr, String)>, expr: Expr) -> String {
    if let Some((_, name)) = columns.iter().find(|(known, _)| *known == expr) {
        return name.clone();
    }
    let name = format!("__c{}", columns.len());
    columns.push((expr, name.clone()));
    name
}

fn unnested(plan: LogicalPlanBuilder, column: &str, null_handling: NullHandling) -> Result<LogicalPlanBuilder> {
    let options = UnnestOptions { null_handling, ..UnnestOptions::default() };
    plan.unnest_columns_with_options(vec![Column::from_name(column)], options)
}

pub(crate) fn aggregate(function: std::sync::Arc<AggregateUDF>, arguments: Vec<Expr>, filter: Option<Expr>) -> Expr {
    let filter = filter.map(Box::new);
    Expr::AggregateFunction(AggregateFunction::new_udf(function, arguments, false, filter, Vec::new(), None))
}

/// The sum of weights where the last of the columns holds.
fn weight_where(names: &[String]) -> Expr {
    let condition = names.last().map(|name| col(name.as_str()));
    aggregate(sum_udaf(), vec![cast(col(WEIGHT), DataType::Int64)], condition)
}

/// An exact sum as a number, where another expression has to see it.
fn exact_sum(value: Expr, schema: &datafusion::common::DFSchema, filter: Option<Expr>) -> Result<Expr> {
    let scale = match value.get_type(schema)? {
        DataType::Decimal128(_, scale) => scale,
        _ => 0,
    };
    let weighted = cast(value, DataType::Decimal128(26, scale)) * cast(col(WEIGHT), DataType::Decimal128(2, 0));
    Ok(aggregate(sum_udaf(), vec![weighted], filter))
}

fn direct(at: usize, number: &Number, arguments: &[String]) -> Expr {
    let mut columns: Vec<Expr> = arguments.iter().map(|name| col(name.as_str())).collect();
    let condition = columns.pop();
    let name = format!("__a{at}");
    let double = |value: Expr| cast(value, DataType::Float64);
    let aggregated = match number {
        Number::Count(_) => weight_where(arguments),
        Number::Sums(..) => {
            columns.push(col(WEIGHT));
            aggregate(AggregateUDF::from(SumsFunction::new()).into(), columns, condition)
        }
        Number::Distribution(..) => {
            columns.push(col(WEIGHT));
            aggregate(AggregateUDF::from(DistributionFunction::new()).into(), columns, condition)
        }
        Number::Least(..) => filtered(min(double(columns.remove(0))), condition),
        Number::Greatest(..) => filtered(max(double(columns.remove(0))), condition),
    };
    aggregated.alias(name)
}

fn filtered(aggregate: Expr, filter: Option<Expr>) -> Expr {
    match aggregate {
        Expr::AggregateFunction(mut function) => {
            function.params.filter = filter.map(Box::new);
            Expr::AggregateFunction(function)
        }
        other => other,
    }
}

//! Running shapes over one set of periods: plans become cells, one a period and group.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int32Type, Int64Type};
use datafusion::common::ScalarValue;
use datafusion::datasource::provider_as_source;
use datafusion::error::DataFusionError;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{AggregateUDF, Expr, LogicalPlan, LogicalPlanBuilder, ScalarUDF, TableSource, col, lit};
use datafusion::prelude::DataFrame;
use mittari_core::facts::Fact;
use mittari_core::metric::StockAt;
use mittari_core::settings::{Exchange, Settings};
use mittari_core::time::Instant;

use crate::error::Result;
use crate::expression::{Moments, plan_error};
use crate::facts::FactTables;
use crate::functions::between::{BetweenFunction, Ranges};
use crate::functions::civil::{Offsets, hour, weekday};
use crate::functions::distribution::Distribution;
use crate::functions::field::field_of;
use crate::functions::group::{GroupKey, group_number};
use crate::functions::place::{self, Boundaries};
use crate::functions::sums::Sums;
use crate::keys::KeySource;
use crate::period::PeriodSet;
use crate::shape::{Dates, Number, PERIOD, Shape, WEIGHT, aggregate, key_name};

/// Everything that plans over one set of periods share.
pub(crate) struct Run<'a> {
    pub(crate) state: &'a SessionState,
    pub(crate) tables: &'a dyn FactTables,
    pub(crate) settings: &'a Settings,
    pub(crate) set: PeriodSet,
    pub(crate) now: Instant,
    boundaries: Arc<Boundaries>,
    offsets: Arc<Offsets>,
}

/// One number of one cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Count(i64),
    Sums(Sums),
    Distribution(Distribution),
    Bound(Option<f64>),
}

/// The numbers of each period and group.
pub(crate) type Cells = HashMap<GroupKey, Vec<Cell>>;

/// Ranges of values by number of the shape and group.
pub(crate) type Wanted = HashMap<usize, HashMap<GroupKey, Vec<(i64, i64)>>>;

/// Pairs of value and weight, by number of the shape and group.
pub(crate) type Found = HashMap<usize, HashMap<GroupKey, Vec<(i64, i64)>>>;

fn moment(at: Instant) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(at.0), Some("UTC".into())))
}

impl<'a> Run<'a> {
    pub(crate) fn new(
        state: &'a SessionState,
        tables: &'a dyn FactTables,
        settings: &'a Settings,
        set: PeriodSet,
        now: Instant,
        offsets: Arc<Offsets>,
    ) -> Run<'a> {
        let boundaries = Boundaries::new(&set);
        Run { state, tables, settings, set, now, boundaries, offsets }
    }

    pub(crate) fn source(&self, fact: Fact) -> datafusion::error::Result<Arc<dyn TableSource>> {
        let table = self.tables.table(fact).map_err(|error| DataFusionError::External(Box::new(error)))?;
        Ok(provider_as_source(table))
    }

    pub(crate) fn exchange(&self) -> Option<&Exchange> {
        self.settings.exchange.as_ref()
    }

    pub(crate) fn bounds(&self) -> (Expr, Expr) {
        let (from, to) = self.set.bounds();
        (moment(from), moment(to))
    }

    fn ends(&self, at: StockAt) -> impl Iterator<Item = Instant> + '_ {
        self.set.periods.iter().map(move |period| match at {
            StockAt::PeriodStart => period.from,
            StockAt::PeriodEnd => period.to,
        })
    }

    pub(crate) fn first_at(&self, at: StockAt) -> Expr {
        moment(self.ends(at).min().unwrap_or_default())
    }

    pub(crate) fn last_at(&self, at: StockAt) -> Expr {
        moment(self.ends(at).max().unwrap_or_default())
    }

    pub(crate) fn is_seamless(&self) -> bool {
        self.set.is_seamless()
    }

    pub(crate) fn period_of(&self) -> ScalarUDF {
        place::period_of(&self.boundaries)
    }

    pub(crate) fn periods_open(&self, at: StockAt) -> ScalarUDF {
        place::periods_open(&self.boundaries, at)
    }

    pub(crate) fn periods_overlapped(&self) -> ScalarUDF {
        place::periods_overlapped(&self.boundaries)
    }

    pub(crate) fn calendar(&self, source: &KeySource, column: &str) -> Option<Expr> {
        match source {
            KeySource::Weekday => Some(weekday(&self.offsets).call(vec![col(column)])),
            KeySource::Hour => Some(hour(&self.offsets).call(vec![col(column)])),
            _ => None,
        }
    }

    /// What `period_start`, `period_end` and `now` are: literals where there is one period.
    pub(crate) fn moments(&self, dates: &Dates) -> Moments {
        let number = || vec![col(PERIOD)];
        let (start, end) = match self.set.periods.as_slice() {
            [one] => (moment(one.from), moment(one.to)),
            _ => (
                place::period_start(&self.boundaries).call(number()),
                place::period_end(&self.boundaries).call(number()),
            ),
        };
        let held = match dates {
            Dates::Whole { start, end } => {
                let arguments = vec![col(PERIOD), col(start.as_str()), col(end.as_str())];
                place::period_holds(&self.boundaries).call(arguments)
            }
            _ => lit(true),
        };
        Moments { start, end, now: moment(self.now), held }
    }

    /// Whether a fact has any row, or any with a custom value of a name.
    pub(crate) async fn has_rows(&self, fact: Fact, field: Option<&str>) -> Result<bool> {
        let failed = |error| plan_error(fact.name(), error);
        let plan = || {
            let rows = LogicalPlanBuilder::scan(fact.name(), self.source(fact)?, None)?;
            let rows = match field {
                Some(name) => rows.filter(field_of().call(vec![col("fields"), lit(name)]).is_not_null())?,
                None => rows,
            };
            rows.limit(0, Some(1))?.build()
        };
        let batches = self.collect(plan().map_err(failed)?).await.map_err(failed)?;
        Ok(batches.iter().any(|batch| batch.num_rows() > 0))
    }

    /// The plan's text, as it will run.
    pub(crate) fn plan_text(&self, shape: &Shape) -> Result<String> {
        let failed = |error| plan_error(shape.fact.name(), error);
        let plan = self.state.optimize(&shape.plan(self).map_err(failed)?).map_err(failed)?;
        Ok(plan.display_indent().to_string())
    }

    /// The numbers of a shape in every period and group that has rows.
    pub(crate) async fn first_pass(&self, shape: &Shape) -> Result<Cells> {
        let failed = |error| plan_error(shape.fact.name(), error);
        let batches = self.collect(shape.plan(self).map_err(failed)?).await.map_err(failed)?;
        let mut cells = Cells::new();
        for batch in &batches {
            read_cells(shape, batch, &mut cells).map_err(failed)?;
        }
        Ok(cells)
    }

    pub(crate) async fn collect(&self, plan: LogicalPlan) -> datafusion::error::Result<Vec<RecordBatch>> {
        DataFrame::new(self.state.clone(), plan).collect().await
    }

    /// The values, and how often each occurs, in the wanted ranges of each group.
    pub(crate) async fn second_pass(&self, shape: &Shape, wanted: &Wanted) -> Result<Found> {
        let mut groups: Vec<GroupKey> = wanted.values().flat_map(HashMap::keys).cloned().collect();
        groups.sort_unstable();
        groups.dedup();
        let failed = |error| plan_error(shape.fact.name(), error);
        let mut numbers: Vec<usize> = wanted.keys().copied().collect();
        numbers.sort_unstable();
        let plan = self.second_plan(shape, wanted, &groups, &numbers).map_err(failed)?;
        let batches = self.collect(plan).await.map_err(failed)?;
        let mut found = Found::new();
        for batch in &batches {
            let places = batch.column(0).as_primitive::<Int32Type>();
            for (column, number) in numbers.iter().enumerate() {
                let pairs = batch.column(column + 1).as_binary::<i64>();
                let of_number = found.entry(*number).or_default();
                for row in 0..batch.num_rows() {
                    let values = BetweenFunction::pairs(pairs.value(row)).collect();
                    of_number.insert(groups[places.value(row) as usize].clone(), values);
                }
            }
        }
        Ok(found)
    }

    fn second_plan(
        &self,
        shape: &Shape,
        wanted: &Wanted,
        groups: &[GroupKey],
        numbers: &[usize],
    ) -> datafusion::error::Result<LogicalPlan> {
        let prepared = shape.prepared(self)?;
        let mut keys = vec![col(PERIOD)];
        keys.extend((0..shape.keys.len()).map(|at| col(key_name(at))));
        let mut columns = vec![group_number(groups).call(keys).alias("__group"), col(WEIGHT)];
        let mut names: Vec<&str> = numbers.iter().flat_map(|at| &prepared.arguments[*at]).map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        columns.extend(names.into_iter().map(col));
        let rows = prepared.plan.project(columns)?.filter(col("__group").is_not_null())?;
        let aggregates = numbers.iter().map(|at| {
            let ranges = groups.iter().map(|group| wanted[at].get(group).cloned().unwrap_or_default());
            let function = AggregateUDF::from(BetweenFunction::new(*at, ranges.collect::<Ranges>()));
            let arguments = &prepared.arguments[*at];
            let values = vec![col("__group"), col(arguments[0].as_str()), col(WEIGHT)];
            aggregate(function.into(), values, Some(col(arguments[1].as_str()))).alias(format!("__a{at}"))
        });
        rows.aggregate(vec![col("__group")], aggregates.collect::<Vec<_>>())?.build()
    }
}

fn read_cells(shape: &Shape, batch: &RecordBatch, cells: &mut Cells) -> datafusion::error::Result<()> {
    let periods = batch.column(0).as_primitive::<Int32Type>();
    let mut keys = Vec::new();
    for at in 0..shape.keys.len() {
        keys.push(cast(batch.column(at + 1), &DataType::Utf8)?);
    }
    for row in 0..batch.num_rows() {
        let values = keys.iter().map(|key| {
            let texts = key.as_string::<i32>();
            texts.is_valid(row).then(|| Arc::from(texts.value(row)))
        });
        let key = (periods.value(row) as u32, values.collect());
        let first = 1 + shape.keys.len();
        let numbers = shape.numbers.iter().enumerate();
        let numbers = numbers.map(|(at, number)| read_cell(shape, number, batch.column(first + at).as_ref(), row));
        cells.insert(key, numbers.collect());
    }
    Ok(())
}

fn read_cell(shape: &Shape, number: &Number, column: &dyn Array, row: usize) -> Cell {
    let bytes = || column.as_binary_opt::<i32>().filter(|_| column.is_valid(row)).map(|bytes| bytes.value(row));
    match number {
        Number::Count(_) => {
            let counts = column.as_primitive::<Int64Type>();
            Cell::Count(if counts.is_valid(row) { counts.value(row) } else { 0 })
        }
        Number::Distribution(..) if shape.inner == crate::shape::Inner::Nothing => {
            Cell::Distribution(bytes().map(Distribution::from_bytes).unwrap_or_default())
        }
        Number::Sums(..) | Number::Distribution(..) => Cell::Sums(bytes().map(Sums::from_bytes).unwrap_or_default()),
        Number::Least(..) | Number::Greatest(..) => {
            let bounds = column.as_primitive::<Float64Type>();
            Cell::Bound(bounds.is_valid(row).then(|| bounds.value(row)))
        }
    }
}

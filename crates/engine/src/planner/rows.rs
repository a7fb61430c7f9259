//! Which rows: the shape that they go into, the keys that they are grouped by, and under which condition they count.

use arrow::datatypes::{DataType, Field};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::logical_expr::{Expr, col, lit};
use mittari_core::estimate::Terms;
use mittari_core::facts::Fact;
use mittari_core::metric::{Attribution, Dating, Per, PerTotal as PerText, Rows};

use super::{Context, Planner, Slot, TakeState};
use crate::error::Result;
use crate::expression::{HELD, NOW, Reader, fact_columns, schema_of};
use crate::functions::civil::{hour, weekday};
use crate::keys::{KeySource, condition};
use crate::shape::{Dates, Inner, Number, PerKey, PerTotal, Shape};

/// Rows, read: where they go, and under which condition.
pub(super) struct ReadRows {
    pub(super) shape: usize,
    pub(super) names: Vec<String>,
    pub(super) schema: DFSchema,
    /// Which rows count.
    pub(super) condition: Expr,
    /// Which rows the period cuts.
    pub(super) cut: Option<Expr>,
    /// Which rows are too young to count.
    pub(super) young: Option<Expr>,
}

/// Which keys a set of rows is grouped by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// The query's, the split, the metric's groups.
    Whole,
    /// The same without the split.
    WithoutSplit,
    /// All rows of which a split makes shares: not even a filter on its key holds.
    Total,
}

impl Planner<'_> {
    pub(super) fn number(&mut self, read: &ReadRows, number: Number) -> usize {
        self.shapes[read.shape].number(number)
    }

    pub(super) fn slot(&mut self, read: &ReadRows, take: TakeState, terms: Terms) -> Slot {
        let cut = read.cut.clone().map(|cut| self.number(read, Number::Count(cut)));
        Slot { shape: read.shape, names: read.names.clone(), take, terms, cut }
    }

    /// Reads rows: the shape that they go into, and under which condition.
    pub(super) fn rows(
        &mut self,
        context: &Context<'_>,
        rows: &Rows,
        inner: Inner,
        grouping: Grouping,
    ) -> Result<ReadRows> {
        let reader = self.reader(context.metric);
        let columns = fact_columns(rows.fact)?;
        let dates = dates(&reader, &rows.dating, &columns)?;
        let per = rows.per.as_ref().map(|per| per_key(&reader, per, &columns)).transpose()?;
        let schema = match &per {
            Some(per) => per_columns(rows.fact, per)?,
            None => columns,
        };
        let mut condition = match &rows.filter {
            Some(filter) => reader.condition(filter, &schema)?,
            None => lit(true),
        };
        let mut young = None;
        if let (Some(matures), Some(age)) = (&rows.matures, rows.matures.as_ref().and_then(|matures| matures.age())) {
            let age = lit(ScalarValue::DurationMicrosecond(Some(age.0)));
            let ripe_at = reader.moment(&matures.from, &schema)? + age;
            young = Some(condition.clone().and(ripe_at.clone().gt(col(NOW))));
            condition = condition.and(ripe_at.lt_eq(col(NOW)));
        }
        let mut cut = None;
        if matches!(dates, Dates::Whole { .. }) {
            cut = Some(condition.clone().and(col(HELD).is_not_true()));
            condition = condition.and(col(HELD));
        }
        let keys = self.keys(context, rows.fact, grouping);
        let unfiltered = context.split.filter(|_| grouping == Grouping::Total);
        let filters = self.filters(context.metric.attribution, rows.fact, &dates, unfiltered);
        let names = keys.iter().map(|(name, _)| name.clone()).collect();
        let shape = Shape { fact: rows.fact, dates, filters, keys, per, inner, numbers: Vec::new() };
        Ok(ReadRows { shape: self.shape(shape), names, schema, condition, cut, young })
    }

    fn shape(&mut self, shape: Shape) -> usize {
        match self.shapes.iter().position(|known| known.is_like(&shape)) {
            Some(place) => place,
            None => {
                self.shapes.push(shape);
                self.shapes.len() - 1
            }
        }
    }

    fn attribution(&self, metric: Attribution) -> Attribution {
        self.query.attribution.unwrap_or(metric)
    }

    fn keys(&self, context: &Context<'_>, fact: Fact, grouping: Grouping) -> Vec<(String, KeySource)> {
        let split = context.split.into_iter();
        let groups = context.groups.iter().map(String::as_str).filter(|name| fact.column(name).is_some());
        let mut names: Vec<&str> = self.query.by.iter().map(String::as_str).collect();
        match grouping {
            Grouping::Whole => names.extend(split),
            Grouping::WithoutSplit | Grouping::Total => names.retain(|name| Some(*name) != context.split),
        }
        names.extend(groups);
        let mut keys: Vec<(String, KeySource)> = Vec::new();
        for name in names {
            if !keys.iter().any(|(known, _)| known == name) {
                let attribution = self.attribution(context.metric.attribution);
                keys.push((name.to_owned(), KeySource::of(fact, name, attribution)));
            }
        }
        keys
    }

    fn filters(&self, attribution: Attribution, fact: Fact, dates: &Dates, unfiltered: Option<&str>) -> Vec<Expr> {
        let calendar = |source: &KeySource| match (source, dates) {
            (KeySource::Weekday, Dates::Moment(column)) => {
                Some(weekday(&self.offsets).call(vec![col(column.as_str())]))
            }
            (KeySource::Hour, Dates::Moment(column)) => Some(hour(&self.offsets).call(vec![col(column.as_str())])),
            _ => None,
        };
        let filters = self.query.filters.iter().filter(|filter| Some(filter.dimension.as_str()) != unfiltered);
        filters
            .map(|filter| {
                let source = KeySource::of(fact, &filter.dimension, self.attribution(attribution));
                condition(filter, &source, self.settings.exchange.as_ref(), calendar)
            })
            .collect()
    }
}

fn dates(reader: &Reader<'_>, dating: &Dating, columns: &DFSchema) -> Result<Dates> {
    Ok(match dating {
        Dating::Moment(column) => Dates::Moment(column.clone()),
        Dating::Whole { start, end } => Dates::Whole { start: start.clone(), end: end.clone() },
        Dating::Stock { opens, closes, at } => Dates::Open {
            opens: reader.moment(opens, columns)?,
            closes: closes.as_ref().map(|closes| reader.moment(closes, columns)).transpose()?,
            at: *at,
        },
    })
}

fn per_key(reader: &Reader<'_>, per: &Per, columns: &DFSchema) -> Result<PerKey> {
    let filter = per.filter.as_ref().map(|filter| reader.condition(filter, columns)).transpose()?;
    let mut totals = Vec::new();
    for column in &per.columns {
        let total = match &column.total {
            PerText::Count(condition) => {
                let condition = condition.as_ref().map(|condition| reader.condition(condition, columns));
                PerTotal::Count(condition.transpose()?)
            }
            PerText::Sum(value) => {
                let value = reader.value(value, columns)?;
                PerTotal::Sum(value.expr, value.unit)
            }
        };
        totals.push((column.name.clone(), total));
    }
    Ok(PerKey { key: per.key.clone(), filter, columns: totals })
}

/// What conditions and values see after one row per key.
fn per_columns(fact: Fact, per: &PerKey) -> Result<DFSchema> {
    let key = fact_columns(fact)?;
    let key_type = key.field_with_unqualified_name(&per.key).map(|field| field.data_type().clone());
    let mut fields = vec![Field::new(&per.key, key_type.unwrap_or(DataType::Utf8), true)];
    for (name, total) in &per.columns {
        let data_type = match total {
            PerTotal::Count(_) | PerTotal::Sum(_, 1) => DataType::Int64,
            PerTotal::Sum(..) => DataType::Float64,
        };
        fields.push(Field::new(name, data_type, true));
    }
    schema_of(fields)
}

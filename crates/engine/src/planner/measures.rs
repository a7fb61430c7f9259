//! What is made of rows: for each kind of formula, the numbers that its state needs.

use arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, cast, lit};
use mittari_core::estimate::Terms;
use mittari_core::metric::{Measure, Rows, Side, Sql, Take, Unit};

use super::rows::{Grouping, ReadRows};
use super::{Context, Node, Planner, Slot, TakeState};
use crate::error::Result;
use crate::expression::Value;
use crate::shape::{Inner, Number};

impl Planner<'_> {
    pub(super) fn simple(&mut self, context: &Context<'_>, rows: &Rows, measure: &Measure, unit: Unit) -> Result<Node> {
        if let (Measure::Share { of }, Some(_)) = (measure, context.split) {
            return self.split(context, rows, of.as_ref(), unit);
        }
        let inner = match measure {
            Measure::Distinct { key } => Inner::Keys(key.clone()),
            Measure::Mean { cluster: Some(key), .. } => Inner::Clusters(key.clone()),
            _ => Inner::Nothing,
        };
        let read = self.rows(context, rows, inner, Grouping::Whole)?;
        let (take, terms) = self.measure(context, &read, measure, unit)?;
        Ok(Node::State(self.slot(&read, take, terms)))
    }

    fn measure(
        &mut self,
        context: &Context<'_>,
        read: &ReadRows,
        measure: &Measure,
        unit: Unit,
    ) -> Result<(TakeState, Terms)> {
        let reader = self.reader(context.metric);
        let counted = read.condition.clone();
        let such = |sql: &Sql| -> Result<Number> {
            Ok(Number::Count(counted.clone().and(reader.condition(sql, &read.schema)?)))
        };
        let value = |sql: &Sql| reader.value(sql, &read.schema);
        Ok(match measure {
            Measure::Count | Measure::Distinct { .. } => {
                (TakeState::Count(self.number(read, Number::Count(counted))), Terms::default())
            }
            Measure::Sum { value: sql } => {
                let value = value(sql)?;
                (
                    TakeState::Sum(self.number(read, Number::Sums(value.expr.clone(), None, counted))),
                    terms_of(&value, unit),
                )
            }
            Measure::Mean { value: sql, cluster: Some(_), .. } => {
                let value = value(sql)?;
                let sums = Number::Sums(value.expr.clone(), None, counted);
                (TakeState::Clusters(self.number(read, sums)), terms_of(&value, unit))
            }
            Measure::Mean { value: sql, bounds, cluster: None } => {
                let value = value(sql)?;
                let mut terms = terms_of(&value, unit);
                terms.clip = bounds.as_ref().and_then(constant);
                let bounds = match bounds.as_ref().filter(|_| terms.clip.is_none()) {
                    Some([least, greatest]) => {
                        let least = Number::Least(plain(reader.value(least, &read.schema)?), counted.clone());
                        let greatest = Number::Greatest(plain(reader.value(greatest, &read.schema)?), counted);
                        Some((self.number(read, least), self.number(read, greatest)))
                    }
                    None => None,
                };
                (TakeState::Mean { sums: self.mean(read, &value), bounds }, terms)
            }
            Measure::Quantile { value: sql, q } => {
                let value = value(sql)?;
                let distribution = self.number(read, Number::Distribution(value.expr.clone(), counted));
                (TakeState::Quantile { distribution, q: *q }, terms_of(&value, unit))
            }
            Measure::Share { of } => {
                let such = of.as_ref().map_or_else(|| Ok(Number::Count(counted.clone())), such)?;
                let n = self.number(read, Number::Count(counted));
                (TakeState::Share { n, k: self.number(read, such) }, share_terms(unit))
            }
            Measure::NetShare { plus, minus } => {
                let (plus, minus) = (such(plus)?, such(minus)?);
                let n = self.number(read, Number::Count(counted));
                let (plus, minus) = (self.number(read, plus), self.number(read, minus));
                (TakeState::NetShare { n, plus, minus }, share_terms(unit))
            }
        })
    }

    /// A mean shares the distribution of the same value, where a quantile needs one anyway.
    fn mean(&mut self, read: &ReadRows, value: &Value) -> usize {
        let distribution = Number::Distribution(value.expr.clone(), read.condition.clone());
        match self.shapes[read.shape].numbers.iter().position(|known| *known == distribution) {
            Some(place) => place,
            None => self.number(read, Number::Sums(value.expr.clone(), None, read.condition.clone())),
        }
    }

    fn split(&mut self, context: &Context<'_>, rows: &Rows, of: Option<&Sql>, unit: Unit) -> Result<Node> {
        let read = self.rows(context, rows, Inner::Nothing, Grouping::Whole)?;
        let such = match of {
            Some(of) => read.condition.clone().and(self.reader(context.metric).condition(of, &read.schema)?),
            None => read.condition.clone(),
        };
        let k = self.number(&read, Number::Count(such));
        let part = self.slot(&read, TakeState::Count(k), share_terms(unit));
        let all = self.rows(context, rows, Inner::Nothing, Grouping::Total)?;
        let n = self.number(&all, Number::Count(all.condition.clone()));
        let total = self.slot(&all, TakeState::Count(n), share_terms(unit));
        Ok(Node::Split { part, total })
    }

    pub(super) fn ratio(
        &mut self,
        context: &Context<'_>,
        numerator: &Side,
        denominator: &Side,
        unit: Unit,
    ) -> Result<Node> {
        let counts_keys = |side: &Side| matches!(side.take, Take::Distinct(_));
        if numerator.rows == denominator.rows && !counts_keys(numerator) && !counts_keys(denominator) {
            return self.paired(context, numerator, denominator, unit);
        }
        let (numerator, above) = self.side(context, numerator)?;
        let (denominator, below) = self.side(context, denominator)?;
        let terms = ratio_terms(above, below, unit);
        Ok(Node::Sides { numerator, denominator, terms })
    }

    /// Both sides of the same rows: each row is a cluster of its own.
    fn paired(&mut self, context: &Context<'_>, numerator: &Side, denominator: &Side, unit: Unit) -> Result<Node> {
        let read = self.rows(context, &numerator.rows, Inner::Nothing, Grouping::Whole)?;
        let reader = self.reader(context.metric);
        let value = |side: &Side| match &side.take {
            Take::Sum(value) => reader.value(value, &read.schema),
            Take::Rows | Take::Distinct(_) => Ok(Value { expr: lit(1i64), unit: 1 }),
        };
        let (above, below) = (value(numerator)?, value(denominator)?);
        let number = Number::Sums(above.expr, Some(below.expr), read.condition.clone());
        let ratio = self.number(&read, number);
        let slot = self.slot(&read, TakeState::Ratio(ratio), ratio_terms(above.unit, below.unit, unit));
        Ok(Node::State(slot))
    }

    /// One side of a ratio, and how many integers of its sums make one.
    fn side(&mut self, context: &Context<'_>, side: &Side) -> Result<(Slot, i64)> {
        let inner = match &side.take {
            Take::Distinct(key) => Inner::Keys(key.clone()),
            Take::Rows | Take::Sum(_) => Inner::Nothing,
        };
        let read = self.rows(context, &side.rows, inner, Grouping::Whole)?;
        let (take, unit) = match &side.take {
            Take::Sum(value) => {
                let value = self.reader(context.metric).value(value, &read.schema)?;
                let number = Number::Sums(value.expr, None, read.condition.clone());
                (TakeState::Sum(self.number(&read, number)), value.unit)
            }
            Take::Rows | Take::Distinct(_) => {
                (TakeState::Count(self.number(&read, Number::Count(read.condition.clone()))), 1)
            }
        };
        let slot = self.slot(&read, take, Terms::default());
        Ok((slot, unit))
    }
}

/// Bounds that are numbers as written.
fn constant([least, greatest]: &[Sql; 2]) -> Option<(f64, f64)> {
    least.text.parse().ok().zip(greatest.text.parse().ok())
}

/// A value in its own unit, as a double: for bounds, where nothing is summed.
fn plain(value: Value) -> Expr {
    cast(value.expr, DataType::Float64)
}

fn times(unit: Unit) -> i64 {
    if matches!(unit, Unit::Percent | Unit::Points) { 100 } else { 1 }
}

fn share_terms(unit: Unit) -> Terms {
    Terms { times: times(unit), ..Terms::default() }
}

/// Whole numbers of a duration are microseconds.
fn terms_of(value: &Value, unit: Unit) -> Terms {
    Terms { unit: if unit == Unit::Duration { 1_000_000 } else { value.unit }, ..Terms::default() }
}

fn ratio_terms(above: i64, below: i64, unit: Unit) -> Terms {
    let above = if unit == Unit::Duration { 1_000_000 } else { above };
    Terms { times: times(unit), unit: above, denominator_unit: below, ..Terms::default() }
}

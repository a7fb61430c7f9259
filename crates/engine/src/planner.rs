//! From metrics to shapes: which numbers each metric needs, of which rows, grouped how.
//!
//! A metric becomes a tree whose leaves are slots: places in the answers of shapes. Metrics whose rows are alike
//! share a shape, so that each fact is read once for each way of dating and grouping it.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field};
use datafusion::common::{DFSchema, ScalarValue};
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, col, lit};
use mittari_core::estimate::Terms;
use mittari_core::facts::Fact;
use mittari_core::metric::{
    Attribution, Catalogue, Dating, Formula, Measure, Metric, Per, PerTotal as PerText, Rows, Side, Sql, Take, Unit,
};
use mittari_core::settings::Settings;

use crate::arithmetic::Arithmetic;
use crate::error::Result;
use crate::expression::{HELD, NOW, Reader, Value, fact_columns, schema_of};
use crate::functions::civil::{Offsets, hour, weekday};
use crate::keys::{KeySource, condition};
use crate::query::Query;
use crate::shape::{Dates, Inner, Number, PerKey, PerTotal, Shape};

/// A metric with the places of its numbers.
pub(crate) struct Planned {
    /// With its parameters put in.
    pub(crate) metric: Metric,
    pub(crate) node: Node,
    /// Counts that are added up to what is open.
    pub(crate) open: Vec<Slot>,
    /// The names of a row's keys: the query's, the split's, the metric's groups.
    pub(crate) names: Vec<String>,
    /// How many of the names are the query's.
    pub(crate) by: usize,
    /// Every fact that it or its parts read.
    pub(crate) facts: Vec<Fact>,
    /// A key of the query that one side has and the other has not: no group has a value.
    pub(crate) torn: bool,
    /// Whether only whole civil months have a value.
    pub(crate) whole_months: bool,
}

impl Planned {
    /// Whether it looks at what is open at one end of a period.
    pub(crate) fn has_stock(&self) -> bool {
        let own = self.metric.formula.rows().iter().any(|rows| matches!(rows.dating, Dating::Stock { .. }));
        let parts = match &self.node {
            Node::Composite { metrics, .. } => metrics.iter().any(|(_, part)| part.has_stock()),
            _ => false,
        };
        own || parts
    }
}

/// How a value is made.
pub(crate) enum Node {
    /// From one state.
    State(Slot),
    /// A key's rows over those of all keys.
    Split { part: Slot, total: Slot },
    /// Two sums over different rows.
    Sides { numerator: Slot, denominator: Slot, terms: Terms },
    /// Arithmetic over parts and other metrics.
    Composite { arithmetic: Arithmetic, parts: Vec<(String, Node)>, metrics: Vec<(String, Planned)> },
    /// Not computed here.
    Nothing,
}

/// A place in the answers of a shape, and what is made of what stands there.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) shape: usize,
    /// For each key of the shape, its name.
    pub(crate) names: Vec<String>,
    pub(crate) take: TakeState,
    pub(crate) terms: Terms,
    /// The number that counts rows which the period cuts.
    pub(crate) cut: Option<usize>,
}

/// Which state, of which numbers of the shape.
#[derive(Clone, Debug)]
pub(crate) enum TakeState {
    Count(usize),
    Sum(usize),
    Mean { sums: usize, bounds: Option<(usize, usize)> },
    Clusters(usize),
    Quantile { distribution: usize, q: f64 },
    Share { n: usize, k: usize },
    NetShare { n: usize, plus: usize, minus: usize },
    Ratio(usize),
}

/// Makes plans of metrics.
pub(crate) struct Planner<'a> {
    state: &'a SessionState,
    catalogue: &'a Catalogue,
    settings: &'a Settings,
    query: &'a Query,
    offsets: Arc<Offsets>,
    pub(crate) shapes: Vec<Shape>,
}

/// What is the same for every part of one metric.
struct Context<'m> {
    metric: &'m Metric,
    groups: Vec<String>,
    split: Option<&'m str>,
}

/// Rows, read: where they go, and under which condition.
struct ReadRows {
    shape: usize,
    names: Vec<String>,
    schema: DFSchema,
    /// Which rows count.
    condition: Expr,
    /// Which rows the period cuts.
    cut: Option<Expr>,
    /// Which rows are too young to count.
    young: Option<Expr>,
}

/// Which keys a set of rows is grouped by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Grouping {
    /// The query's, the split, the metric's groups.
    Whole,
    /// The same without the split.
    WithoutSplit,
    /// All rows of which a split makes shares: not even a filter on its key holds.
    Total,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(
        state: &'a SessionState,
        catalogue: &'a Catalogue,
        settings: &'a Settings,
        query: &'a Query,
        offsets: &Arc<Offsets>,
    ) -> Planner<'a> {
        Planner { state, catalogue, settings, query, offsets: Arc::clone(offsets), shapes: Vec::new() }
    }

    /// Plans one metric and everything that it is made of.
    pub(crate) fn plan(&mut self, metric: &Metric) -> Result<Planned> {
        let metric = metric.with(self.settings);
        let context = Context { metric: &metric, groups: groups_of(&metric), split: metric.split.as_deref() };
        let node = self.node(&context, &metric.formula, metric.unit)?;
        let open = self.open(&context)?;
        let mut names = self.query.by.clone();
        let by = names.len();
        let mut facts = metric.facts();
        let add = |name: &String, names: &mut Vec<String>| {
            if !names.contains(name) {
                names.push(name.clone());
            }
        };
        metric.split.iter().chain(&context.groups).for_each(|name| add(name, &mut names));
        if let Node::Composite { metrics, .. } = &node {
            for (_, part) in metrics {
                part.names.iter().for_each(|name| add(name, &mut names));
                facts.extend(&part.facts);
            }
        }
        facts.sort_unstable();
        facts.dedup();
        let torn = self.is_torn(&facts, metric.attribution);
        let whole_months = metric.formula.rows().iter().any(|rows| rows.whole_months);
        Ok(Planned { node, open, names, by, facts, torn, whole_months, metric })
    }

    fn is_torn(&self, facts: &[Fact], attribution: Attribution) -> bool {
        self.query.by.iter().any(|name| {
            let known = |fact: &Fact| KeySource::of(*fact, name, attribution).is_known();
            facts.iter().any(known) && !facts.iter().all(known)
        })
    }

    fn reader<'m>(&self, metric: &'m Metric) -> Reader<'m>
    where
        'a: 'm,
    {
        Reader { state: self.state, file: &metric.file, exchange: self.settings.exchange.as_ref() }
    }

    fn node(&mut self, context: &Context<'_>, formula: &Formula, unit: Unit) -> Result<Node> {
        match formula {
            Formula::Simple { rows, measure } => self.simple(context, rows, measure, unit),
            Formula::Ratio { numerator, denominator } => self.ratio(context, numerator, denominator, unit),
            Formula::Composite { expression, parts } => {
                let mut planned = Vec::new();
                for part in parts {
                    planned.push((part.name.clone(), self.node(context, &part.formula, part.unit)?));
                }
                let mut metrics = Vec::new();
                for id in context.metric.metrics_named() {
                    let named = self.catalogue.find(&id)?.clone();
                    metrics.push((id, self.plan(&named)?));
                }
                let names = planned.iter().map(|(name, _)| name).chain(metrics.iter().map(|(name, _)| name));
                let arithmetic = Arithmetic::read(&self.reader(context.metric), expression, names.cloned().collect())?;
                Ok(Node::Composite { arithmetic, parts: planned, metrics })
            }
            Formula::Model { .. } => Ok(Node::Nothing),
        }
    }

    fn simple(&mut self, context: &Context<'_>, rows: &Rows, measure: &Measure, unit: Unit) -> Result<Node> {
        if let (Measure::Share { of }, Some(_)) = (measure, context.split) {
            return self.split(context, rows, of.as_ref(), unit);
        }
        let inner = match measure {
            Measure::Distinct { key } => Inner::Keys(key.clone()),
            Measure::Mean { cluster: Some(key), .. } => Inner::Clusters(key.clone()),
            _ => Inner::Nothing,
        };
        let read = self.rows(context, rows, inner, Grouping::Whole)?;
        let reader = self.reader(context.metric);
        let cond = |planner: &Planner<'_>, sql: &Sql| planner.reader(context.metric).condition(sql, &read.schema);
        let (take, terms) = match measure {
            Measure::Count | Measure::Distinct { .. } => {
                (TakeState::Count(self.number(&read, Number::Count(read.condition.clone()))), Terms::default())
            }
            Measure::Sum { value } => {
                let value = reader.value(value, &read.schema)?;
                let sums = self.number(&read, Number::Sums(value.expr.clone(), None, read.condition.clone()));
                (TakeState::Sum(sums), terms_of(&value, unit))
            }
            Measure::Mean { value, bounds, cluster } => {
                let value = reader.value(value, &read.schema)?;
                let numbers = bounds.as_ref().filter(|_| cluster.is_none()).map(|[least, greatest]| {
                    let double = |sql: &Sql| reader.value(sql, &read.schema).map(plain);
                    Ok::<_, crate::error::EngineError>((double(least)?, double(greatest)?))
                });
                let bounds = numbers.transpose()?.map(|(least, greatest)| {
                    let least = self.number(&read, Number::Least(least, read.condition.clone()));
                    (least, self.number(&read, Number::Greatest(greatest, read.condition.clone())))
                });
                let take = if cluster.is_some() {
                    let number = Number::Sums(value.expr.clone(), None, read.condition.clone());
                    TakeState::Clusters(self.number(&read, number))
                } else {
                    TakeState::Mean { sums: self.mean(&read, &value), bounds }
                };
                (take, terms_of(&value, unit))
            }
            Measure::Quantile { value, q } => {
                let value = reader.value(value, &read.schema)?;
                let number = Number::Distribution(value.expr.clone(), read.condition.clone());
                let distribution = self.number(&read, number);
                (TakeState::Quantile { distribution, q: *q }, terms_of(&value, unit))
            }
            Measure::Share { of } => {
                let such = match of {
                    Some(of) => read.condition.clone().and(cond(self, of)?),
                    None => read.condition.clone(),
                };
                let n = self.number(&read, Number::Count(read.condition.clone()));
                (TakeState::Share { n, k: self.number(&read, Number::Count(such)) }, share_terms(unit))
            }
            Measure::NetShare { plus, minus } => {
                let plus = read.condition.clone().and(cond(self, plus)?);
                let minus = read.condition.clone().and(cond(self, minus)?);
                let n = self.number(&read, Number::Count(read.condition.clone()));
                let (plus, minus) = (self.number(&read, Number::Count(plus)), self.number(&read, Number::Count(minus)));
                (TakeState::NetShare { n, plus, minus }, share_terms(unit))
            }
        };
        let slot = self.slot(&read, take, terms);
        Ok(Node::State(slot))
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

    fn ratio(&mut self, context: &Context<'_>, numerator: &Side, denominator: &Side, unit: Unit) -> Result<Node> {
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

    /// What is counted beside the value: the metric's own condition, and rows that are too young.
    fn open(&mut self, context: &Context<'_>) -> Result<Vec<Slot>> {
        let mut slots = Vec::new();
        let main = match &context.metric.formula {
            Formula::Simple { rows, .. } => Some(rows),
            Formula::Ratio { denominator, .. } => Some(&denominator.rows),
            Formula::Composite { .. } | Formula::Model { .. } => None,
        };
        if let Some(rows) = main.filter(|rows| rows.matures.is_some()) {
            let read = self.rows(context, rows, Inner::Nothing, Grouping::WithoutSplit)?;
            if let Some(young) = read.young.clone() {
                let number = self.number(&read, Number::Count(young));
                slots.push(self.slot(&read, TakeState::Count(number), Terms::default()));
            }
        }
        if let Some(open) = &context.metric.open {
            let dating = match (&open.dated_by, main) {
                (Some(moment), _) => Dating::Moment(moment.clone()),
                (None, Some(rows)) if rows.fact == open.fact => rows.dating.clone(),
                (None, _) => Dating::Moment(open.fact.dated_by().to_owned()),
            };
            let filter = Some(open.filter.clone());
            let rows = Rows { fact: open.fact, dating, filter, matures: None, per: None, whole_months: false };
            let read = self.rows(context, &rows, Inner::Nothing, Grouping::WithoutSplit)?;
            let number = self.number(&read, Number::Count(read.condition.clone()));
            slots.push(self.slot(&read, TakeState::Count(number), Terms::default()));
        }
        Ok(slots)
    }

    fn number(&mut self, read: &ReadRows, number: Number) -> usize {
        self.shapes[read.shape].number(number)
    }

    fn slot(&mut self, read: &ReadRows, take: TakeState, terms: Terms) -> Slot {
        let cut = read.cut.clone().map(|cut| self.number(read, Number::Count(cut)));
        Slot { shape: read.shape, names: read.names.clone(), take, terms, cut }
    }

    /// Reads rows: the shape that they go into, and under which condition.
    fn rows(&mut self, context: &Context<'_>, rows: &Rows, inner: Inner, grouping: Grouping) -> Result<ReadRows> {
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
            (KeySource::Weekday, Dates::Moment(column)) => Some(weekday(&self.offsets).call(vec![col(column.as_str())])),
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

/// The metric's own keys; money is never added across currencies.
fn groups_of(metric: &Metric) -> Vec<String> {
    let mut groups = metric.groups.clone();
    let has_currency = metric.formula.rows().iter().any(|rows| rows.fact.column("currency").is_some());
    if metric.unit == Unit::Money && has_currency && !groups.iter().any(|name| name == "currency") {
        groups.push("currency".to_owned());
    }
    groups
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

/// A value in its own unit, as a double: for bounds, where nothing is summed.
fn plain(value: Value) -> Expr {
    datafusion::logical_expr::cast(value.expr, DataType::Float64)
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

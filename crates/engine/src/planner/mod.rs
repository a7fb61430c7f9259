//! From metrics to shapes: which numbers each metric needs, of which rows, grouped how.
//!
//! A metric becomes a tree whose leaves are slots: places in the answers of shapes. Metrics whose rows are alike
//! share a shape, so that each fact is read once for each way of dating and grouping it.

mod measures;
mod rows;

use std::sync::Arc;

use datafusion::execution::SessionState;
use mittari_core::estimate::Terms;
use mittari_core::facts::Fact;
use mittari_core::metric::{Attribution, Catalogue, Dating, Formula, Metric, Rows, Unit};
use mittari_core::settings::Settings;

use self::rows::Grouping;
use crate::arithmetic::Arithmetic;
use crate::error::Result;
use crate::expression::Reader;
use crate::functions::civil::Offsets;
use crate::keys::KeySource;
use crate::query::Query;
use crate::shape::{Inner, Number, Shape};

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

//! A query from beginning to end: metrics to shapes, shapes to cells, cells to rows.

use std::collections::HashMap;
use std::sync::Arc;

use datafusion::execution::SessionState;
use datafusion::logical_expr::lit;
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mittari_core::estimate::Level;
use mittari_core::facts::{DIMENSIONS, Fact, FactKind};
use mittari_core::metric::{Attribution, Catalogue, Formula, Measure, Metric, nearest};
use mittari_core::settings::Settings;
use mittari_core::time::Instant;

use crate::answer::{Answering, Days, groups, slots};
use crate::error::{EngineError, Result};
use crate::facts::FactTables;
use crate::functions::civil::Offsets;
use crate::keys::KeySource;
use crate::lookup::{Assignment, Lookup};
use crate::period::{Period, PeriodSet, compared, day_of, periods, sets_of};
use crate::planner::{Node, Planned, Planner, TakeState};
use crate::query::{Grain, Query};
use crate::row::ResultRow;
use crate::run::{Cells, Run, Wanted};
use crate::session::state;
use crate::shape::{Dates, Inner, Number, Shape};

/// How many plans run at one time: each already uses all cores, but small ones wait for files.
const PLANS_AT_ONCE: usize = 2;

/// More days than this tell no more of how counts vary.
const DAYS_MAX: usize = 2_000;

/// Answers a query: the rows of each metric in the order asked, by period, then by group.
pub async fn run(
    tables: &dyn FactTables,
    catalogue: &Catalogue,
    settings: &Settings,
    query: &Query,
) -> Result<Vec<ResultRow>> {
    answer(&Asked::new(tables, catalogue, settings, query)?).await
}

/// A query, planned: what is known before any row is read.
pub(crate) struct Asked<'a> {
    tables: &'a dyn FactTables,
    settings: &'a Settings,
    query: &'a Query,
    zone: TimeZone,
    state: SessionState,
    offsets: Arc<Offsets>,
    pub(crate) planned: Vec<Planned>,
    pub(crate) shapes: Vec<Shape>,
    now: Instant,
    spans: Spans,
    periods: Vec<Period>,
    counterparts: Option<Vec<Period>>,
    sets: Vec<PeriodSet>,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(
        tables: &'a dyn FactTables,
        catalogue: &Catalogue,
        settings: &'a Settings,
        query: &'a Query,
    ) -> Result<Asked<'a>> {
        let zone = zone(settings)?;
        let metrics = query.metrics.iter().map(|id| catalogue.find(id)).collect::<std::result::Result<Vec<_>, _>>()?;
        let (state, offsets) = (state(), Offsets::new(&zone));
        let mut planner = Planner::new(&state, catalogue, settings, query, &offsets);
        let planned = plan_all(&mut planner, &metrics)?;
        let shapes = planner.shapes;
        let now = tables.watermark().unwrap_or_default();
        let spans = Spans::of(tables, &planned, now)?;
        let (mut all, mut counterparts) = (Vec::new(), None);
        if let Some((from, to)) = days(query, spans.whole(), now, &zone) {
            all = periods(from, to, query.grain, &zone)?;
            let compare = query.compare.map(|compare| compared(&all, query.grain, compare, now, &zone));
            counterparts = compare.transpose()?;
        }
        let sets = sets_of(all.iter().chain(counterparts.iter().flatten()).copied());
        Ok(Asked {
            tables,
            settings,
            query,
            zone,
            state,
            offsets,
            planned,
            shapes,
            now,
            spans,
            periods: all,
            counterparts,
            sets,
        })
    }

    /// One for each set of periods.
    pub(crate) fn runs(&self) -> Vec<Run<'_>> {
        self.sets.iter().map(|set| self.run_over(set.clone())).collect()
    }

    fn run_over(&self, set: PeriodSet) -> Run<'_> {
        Run::new(&self.state, self.tables, self.settings, set, self.now, Arc::clone(&self.offsets))
    }

    /// A name that is no column of any fact and no custom value of any row is a mistake.
    async fn refuse_unknown_dimensions(&self) -> Result<()> {
        let mut facts: Vec<Fact> = self.planned.iter().flat_map(|planned| &planned.facts).copied().collect();
        facts.sort_unstable();
        facts.dedup();
        let filtered = self.query.filters.iter().map(|filter| &filter.dimension);
        for name in self.query.by.iter().chain(filtered) {
            let is_column = |fact: &Fact| KeySource::of(*fact, name, Attribution::Solve).is_known();
            if facts.is_empty() || facts.iter().any(is_column) {
                continue;
            }
            let run = self.run_over(PeriodSet::default());
            let mut found = (false, false);
            for fact in &facts {
                found.0 |= run.has_rows(*fact, None).await?;
                found.1 = found.1 || run.has_rows(*fact, Some(name)).await?;
            }
            if found == (true, false) {
                return Err(unknown_dimension(name, &facts));
            }
        }
        Ok(())
    }

    /// Counts by day of everything that is counted and compared.
    async fn count_days(&self) -> Result<Days> {
        let mut counted: HashMap<usize, Shape> = HashMap::new();
        for planned in self.planned.iter().filter(|_| self.counterparts.is_some()) {
            let Node::State(slot) = &planned.node else { continue };
            let shape = &self.shapes[slot.shape];
            let is_dated = matches!(shape.dates, Dates::Moment(_)) && shape.inner == Inner::Nothing;
            if let (TakeState::Count(_), true) = (&slot.take, is_dated) {
                let counts = shape.numbers.iter().map(|number| match number {
                    Number::Count(condition) => Number::Count(condition.clone()),
                    _ => Number::Count(lit(false)),
                });
                counted.insert(slot.shape, Shape { numbers: counts.collect(), ..shape.clone() });
            }
        }
        let days = if counted.is_empty() { Vec::new() } else { days_of(&self.sets, self.now, &self.zone)? };
        if days.is_empty() || days.len() > DAYS_MAX {
            return Ok(Days::default());
        }
        let run = self.run_over(PeriodSet { periods: days.clone() });
        let mut cells = HashMap::new();
        for (place, shape) in &counted {
            cells.insert(*place, run.first_pass(shape).await?);
        }
        Ok(Days { periods: days, cells })
    }
}

/// Answers a planned query.
pub(crate) async fn answer(asked: &Asked<'_>) -> Result<Vec<ResultRow>> {
    let Asked { planned, shapes, settings, query, .. } = asked;
    asked.refuse_unknown_dimensions().await?;
    let runs = asked.runs();
    let mut lookup = Lookup::new(&asked.sets);
    for run in &runs {
        lookup.add_run(first_passes(run, shapes).await?);
    }
    let groups: Vec<Vec<Assignment>> = planned.iter().map(|planned| groups(planned, &lookup)).collect();
    let level = match asked.counterparts {
        Some(_) => Level::USUAL.corrected(comparisons(planned, &groups, asked.periods.len())),
        None => Level::USUAL,
    };
    second_passes(&mut lookup, &runs, shapes, planned, level).await?;
    let days = asked.count_days().await?;
    // Without data and without days in the query there are no periods: one row a metric says so.
    let nothing = [Period::NONE];
    let answering = Answering {
        lookup: &lookup,
        settings,
        now: asked.now,
        watermark: asked.tables.watermark(),
        facts_version: asked.tables.facts_version(),
        grained: query.grain.is_some() && !asked.periods.is_empty(),
        periods: if asked.periods.is_empty() { &nothing } else { &asked.periods },
        counterparts: asked.counterparts.as_deref(),
        spans: &asked.spans.by_metric,
        of_agents: is_of_agents(query),
        days: &days,
    };
    let mut rows = Vec::new();
    for (planned, groups) in planned.iter().zip(&groups) {
        rows.extend(answering.rows(planned, groups, level)?);
    }
    Ok(rows)
}

/// Every mistake in the expressions of metric files that only the SQL parser can see.
pub fn check(catalogue: &Catalogue, settings: &Settings) -> Vec<EngineError> {
    let (state, query) = (state(), Query::default());
    let offsets = Offsets::new(&TimeZone::UTC);
    let mut planner = Planner::new(&state, catalogue, settings, &query, &offsets);
    let mut seen = Vec::new();
    for metric in catalogue.iter() {
        if let Err(error) = planner.plan(metric) {
            // Variants repeat the mistakes of their file.
            let told = error.to_string();
            if !seen.iter().any(|known: &EngineError| known.to_string() == told) {
                seen.push(error);
            }
        }
    }
    seen
}

/// The workspace's zone.
pub(crate) fn zone(settings: &Settings) -> Result<TimeZone> {
    TimeZone::get(&settings.zone).map_err(|_| EngineError::UnknownZone { zone: settings.zone.clone() })
}

/// Plans quantiles first, so that means find the distributions that they can share; gives the order asked back.
fn plan_all(planner: &mut Planner<'_>, metrics: &[&Metric]) -> Result<Vec<Planned>> {
    let is_quantile =
        |metric: &Metric| matches!(metric.formula, Formula::Simple { measure: Measure::Quantile { .. }, .. });
    let mut order: Vec<usize> = (0..metrics.len()).collect();
    order.sort_by_key(|place| !is_quantile(metrics[*place]));
    let mut planned: Vec<Option<Planned>> = metrics.iter().map(|_| None).collect();
    for place in order {
        planned[place] = Some(planner.plan(metrics[place])?);
    }
    Ok(planned.into_iter().flatten().collect())
}

/// The first and last moments of facts.
struct Spans {
    by_metric: HashMap<String, (Instant, Instant)>,
}

impl Spans {
    /// What is open is open until now, however long ago it opened.
    fn of(tables: &dyn FactTables, planned: &[Planned], now: Instant) -> Result<Spans> {
        let mut by_fact: HashMap<Fact, Option<(Instant, Instant)>> = HashMap::new();
        let mut by_metric = HashMap::new();
        for planned in planned {
            let mut whole: Option<(Instant, Instant)> = None;
            for fact in &planned.facts {
                if !by_fact.contains_key(fact) {
                    by_fact.insert(*fact, tables.span(*fact)?);
                }
                whole = joined(whole, by_fact[fact]);
            }
            if let Some((first, last)) = whole {
                let last = if planned.has_stock() { last.max(now) } else { last };
                by_metric.insert(planned.metric.id.clone(), (first, last));
            }
        }
        Ok(Spans { by_metric })
    }

    fn whole(&self) -> Option<(Instant, Instant)> {
        self.by_metric.values().fold(None, |whole, span| joined(whole, Some(*span)))
    }
}

fn joined(left: Option<(Instant, Instant)>, right: Option<(Instant, Instant)>) -> Option<(Instant, Instant)> {
    match (left, right) {
        (Some(left), Some(right)) => Some((left.0.min(right.0), left.1.max(right.1))),
        (one, None) | (None, one) => one,
    }
}

/// The query's days; where it names none, from the first day of the metrics' facts to the watermark's.
fn days(query: &Query, span: Option<(Instant, Instant)>, now: Instant, zone: &TimeZone) -> Option<(Date, Date)> {
    let from = query.from.or_else(|| span.map(|(first, _)| day_of(first, zone)));
    let to = query.to.or_else(|| span.map(|_| day_of(now, zone).saturating_add(jiff::ToSpan::day(1))));
    match (from, to) {
        (Some(from), Some(to)) if from < to => Some((from, to)),
        (Some(from), Some(_)) => Some((from, from.saturating_add(jiff::ToSpan::day(1)))),
        _ => None,
    }
}

async fn first_passes(run: &Run<'_>, shapes: &[Shape]) -> Result<Vec<Cells>> {
    stream::iter(shapes).map(|shape| run.first_pass(shape)).buffered(PLANS_AT_ONCE).try_collect().await
}

/// Brings the values that quantiles of many rows still need.
async fn second_passes(
    lookup: &mut Lookup,
    runs: &[Run<'_>],
    shapes: &[Shape],
    planned: &[Planned],
    level: Level,
) -> Result<()> {
    let mut quantiles: HashMap<usize, Vec<(usize, f64)>> = HashMap::new();
    for slot in planned.iter().flat_map(slots) {
        if let TakeState::Quantile { distribution, q } = slot.take {
            quantiles.entry(slot.shape).or_default().push((distribution, q));
        }
    }
    let mut passes: Vec<(usize, usize, Wanted)> = Vec::new();
    for run in 0..runs.len() {
        for (shape, quantiles) in &quantiles {
            let wanted = lookup.wanted(run, *shape, quantiles, &[Level::USUAL, level]);
            if !wanted.is_empty() {
                passes.push((run, *shape, wanted));
            }
        }
    }
    let found: Vec<_> = stream::iter(&passes)
        .map(|(run, shape, wanted)| runs[*run].second_pass(&shapes[*shape], wanted))
        .buffered(PLANS_AT_ONCE)
        .try_collect()
        .await?;
    for ((run, shape, _), found) in passes.iter().zip(found) {
        lookup.add_found(*run, *shape, found);
    }
    Ok(())
}

/// How many verdicts the answer will hold.
fn comparisons(planned: &[Planned], groups: &[Vec<Assignment>], periods: usize) -> usize {
    let judged = planned.iter().zip(groups).filter(|(planned, _)| match &planned.node {
        Node::State(slot) => !matches!(slot.take, TakeState::Sum(_)),
        Node::Split { .. } => true,
        Node::Sides { .. } | Node::Composite { .. } | Node::Nothing => false,
    });
    judged.map(|(_, groups)| groups.len() * periods).sum()
}

fn unknown_dimension(name: &str, facts: &[Fact]) -> EngineError {
    let columns = facts.iter().flat_map(|fact| fact.columns()).filter(|column| column.kind == FactKind::Text);
    let calendar = ["weekday", "hour", "tags", "themes"];
    let known: Vec<&str> = columns.map(|column| column.name).chain(calendar).filter(|name| *name != "fields").collect();
    let dimensions =
        DIMENSIONS.iter().map(|column| column.name).filter(|name| *name != "fields").chain(["weekday", "hour"]);
    let listed = dimensions.collect::<Vec<_>>().join(", ");
    let hint = match nearest(name, known) {
        Some(nearest) => format!("Did you mean \"{nearest}\"? Dimensions are {listed}, and custom values."),
        None => format!("Dimensions are {listed}, and the custom values of your rows."),
    };
    EngineError::UnknownDimension { name: name.to_owned(), hint }
}

fn days_of(sets: &[PeriodSet], now: Instant, zone: &TimeZone) -> Result<Vec<Period>> {
    let all = || sets.iter().flat_map(|set| &set.periods);
    let (Some(first), Some(end)) = (all().map(|period| period.first).min(), all().map(|period| period.end).max())
    else {
        return Ok(Vec::new());
    };
    let end = end.min(day_of(now, zone).saturating_add(jiff::ToSpan::day(1)));
    if end <= first { Ok(Vec::new()) } else { periods(first, end, Some(Grain::Day), zone) }
}

fn is_of_agents(query: &Query) -> bool {
    query.by.iter().any(|name| name == "agent")
        || query.filters.iter().any(|filter| filter.dimension == "agent" && !filter.except)
}

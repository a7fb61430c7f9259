//! A query from beginning to end: metrics to shapes, shapes to cells, cells to rows.

use std::collections::HashMap;

use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use mittari_core::estimate::Level;
use mittari_core::facts::Fact;
use mittari_core::metric::{Catalogue, Formula, Measure, Metric};
use mittari_core::settings::Settings;
use mittari_core::time::Instant;

use crate::answer::{Answering, Days, groups, slots};
use crate::error::{EngineError, Result};
use crate::facts::FactTables;
use crate::functions::civil::Offsets;
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
    let zone = zone(settings)?;
    let metrics = query.metrics.iter().map(|id| catalogue.find(id)).collect::<std::result::Result<Vec<_>, _>>()?;
    let state = state();
    let offsets = Offsets::new(&zone);
    let shapes = Vec::new();
    let mut planner = Planner { state: &state, catalogue, settings, query, offsets: offsets.clone(), shapes };
    let planned = plan_all(&mut planner, &metrics)?;
    let shapes = planner.shapes;

    let watermark = tables.watermark();
    let now = watermark.unwrap_or_default();
    let spans = Spans::of(tables, &planned, now)?;
    let Some((from, to)) = days(query, spans.whole(), now, &zone) else {
        return without_data(&planned, settings, tables, &zone);
    };
    let periods = periods(from, to, query.grain, &zone)?;
    let counterparts = query.compare.map(|compare| compared(&periods, query.grain, compare, now, &zone)).transpose()?;
    let sets = sets_of(periods.iter().chain(counterparts.iter().flatten()).copied());
    let runs: Vec<Run<'_>> = sets
        .iter()
        .map(|set| Run::new(&state, tables, settings, set.clone(), now, offsets.clone()))
        .collect();

    let mut lookup = Lookup::new(&sets);
    for run in &runs {
        lookup.add_run(first_passes(run, &shapes).await?);
    }
    let groups: Vec<Vec<Assignment>> = planned.iter().map(|planned| groups(planned, &lookup)).collect();
    let level = match counterparts {
        Some(_) => Level::USUAL.corrected(comparisons(&planned, &groups, periods.len())),
        None => Level::USUAL,
    };
    second_passes(&mut lookup, &runs, &shapes, &planned, level).await?;
    let days = match &counterparts {
        Some(_) => count_days(&state, tables, settings, &shapes, &planned, &sets, now, &zone).await?,
        None => Days::default(),
    };

    let answering = Answering {
        lookup: &lookup,
        settings,
        now,
        watermark,
        facts_version: tables.facts_version(),
        grained: query.grain.is_some(),
        periods: &periods,
        counterparts: counterparts.as_deref(),
        spans: &spans.by_metric,
        of_agents: is_of_agents(query),
        days: &days,
    };
    let mut rows = Vec::new();
    for (planned, groups) in planned.iter().zip(&groups) {
        rows.extend(answering.rows(planned, groups, level)?);
    }
    Ok(rows)
}

/// The workspace's zone.
pub(crate) fn zone(settings: &Settings) -> Result<TimeZone> {
    TimeZone::get(&settings.zone).map_err(|_| EngineError::UnknownZone { zone: settings.zone.clone() })
}

/// Plans quantiles first, so that means find the distributions that they can share; gives the order asked back.
fn plan_all(planner: &mut Planner<'_>, metrics: &[&Metric]) -> Result<Vec<Planned>> {
    let is_quantile = |metric: &Metric| {
        matches!(metric.formula, Formula::Simple { measure: Measure::Quantile { .. }, .. })
    };
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

/// Without any data and without days in the query there are no periods: one row a metric says so.
fn without_data(
    planned: &[Planned],
    settings: &Settings,
    tables: &dyn FactTables,
    zone: &TimeZone,
) -> Result<Vec<ResultRow>> {
    let epoch = jiff::civil::date(1970, 1, 1);
    let periods = periods(epoch, epoch.saturating_add(jiff::ToSpan::day(1)), None, zone)?;
    let lookup = Lookup::new(&[]);
    let (spans, days) = (HashMap::new(), Days::default());
    let answering = Answering {
        lookup: &lookup,
        settings,
        now: Instant::default(),
        watermark: tables.watermark(),
        facts_version: tables.facts_version(),
        grained: false,
        periods: &periods,
        counterparts: None,
        spans: &spans,
        of_agents: false,
        days: &days,
    };
    let mut rows = Vec::new();
    for planned in planned.iter().filter(|planned| planned.by == 0) {
        rows.extend(answering.rows(planned, &[vec![None; planned.names.len()]], Level::USUAL)?);
    }
    Ok(rows)
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

/// Counts by day of everything that is counted and compared.
#[expect(clippy::too_many_arguments, reason = "all of a query is needed once more, by days")]
async fn count_days(
    state: &datafusion::execution::SessionState,
    tables: &dyn FactTables,
    settings: &Settings,
    shapes: &[Shape],
    planned: &[Planned],
    sets: &[PeriodSet],
    now: Instant,
    zone: &TimeZone,
) -> Result<Days> {
    let mut counted: HashMap<usize, Shape> = HashMap::new();
    for planned in planned {
        let Node::State(slot) = &planned.node else { continue };
        let shape = &shapes[slot.shape];
        let is_dated = matches!(shape.dates, Dates::Moment(_)) && shape.inner == Inner::Nothing;
        if let (TakeState::Count(_), true) = (&slot.take, is_dated) {
            let counts = shape.numbers.iter().map(|number| match number {
                Number::Count(condition) => Number::Count(condition.clone()),
                _ => Number::Count(datafusion::logical_expr::lit(false)),
            });
            counted.insert(slot.shape, Shape { numbers: counts.collect(), ..shape.clone() });
        }
    }
    let days = if counted.is_empty() { Vec::new() } else { days_of(sets, now, zone)? };
    if days.is_empty() || days.len() > DAYS_MAX {
        return Ok(Days::default());
    }
    let run = Run::new(state, tables, settings, PeriodSet { periods: days.clone() }, now, Offsets::new(zone));
    let mut cells = HashMap::new();
    for (place, shape) in &counted {
        cells.insert(*place, run.first_pass(shape).await?);
    }
    Ok(Days { periods: days, cells })
}

fn days_of(sets: &[PeriodSet], now: Instant, zone: &TimeZone) -> Result<Vec<Period>> {
    let all = || sets.iter().flat_map(|set| &set.periods);
    let (Some(first), Some(end)) = (all().map(|period| period.first).min(), all().map(|period| period.end).max()) else {
        return Ok(Vec::new());
    };
    let end = end.min(day_of(now, zone).saturating_add(jiff::ToSpan::day(1)));
    if end <= first { Ok(Vec::new()) } else { periods(first, end, Some(Grain::Day), zone) }
}

fn is_of_agents(query: &Query) -> bool {
    query.by.iter().any(|name| name == "agent")
        || query.filters.iter().any(|filter| filter.dimension == "agent" && !filter.except)
}

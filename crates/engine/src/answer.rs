//! From cells to rows: every period and group of a metric, its estimate, and what changed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use mittari_core::estimate::{self, DayCount, Estimate, Level, Share, Sides, State, Terms, change, verdict};
use mittari_core::metric::Better;
use mittari_core::settings::Settings;
use mittari_core::time::Instant;

use crate::error::{EngineError, Result};
use crate::lookup::{Assignment, Lookup};
use crate::period::Period;
use crate::planner::{Node, Planned, Slot};
use crate::row::{Group, ResultRow};
use crate::run::{Cell, Cells};

/// What rows of all metrics share.
pub(crate) struct Answering<'a> {
    pub(crate) lookup: &'a Lookup,
    pub(crate) settings: &'a Settings,
    pub(crate) now: Instant,
    pub(crate) watermark: Option<Instant>,
    pub(crate) facts_version: &'a str,
    /// Whether periods have a grain, and so a name.
    pub(crate) grained: bool,
    pub(crate) periods: &'a [Period],
    /// What each is compared with.
    pub(crate) counterparts: Option<&'a [Period]>,
    /// The first and last moment of each metric's own facts.
    pub(crate) spans: &'a HashMap<String, (Instant, Instant)>,
    /// Whether single agents are looked at.
    pub(crate) of_agents: bool,
    pub(crate) days: &'a Days,
}

/// Counts by day, for the dispersion of counts.
#[derive(Default)]
pub(crate) struct Days {
    pub(crate) periods: Vec<Period>,
    /// By shape.
    pub(crate) cells: HashMap<usize, Cells>,
}

/// A value twice: at the usual level, and at the one that is corrected for the comparisons of the answer.
struct Evaluated {
    shown: Estimate,
    usual: Estimate,
    corrected: Estimate,
}

impl Evaluated {
    fn alone(estimate: Estimate) -> Evaluated {
        Evaluated { shown: estimate, usual: estimate, corrected: estimate }
    }
}

/// The groups of a metric's rows.
pub(crate) fn groups(planned: &Planned, lookup: &Lookup) -> Vec<Assignment> {
    let mut slots: Vec<(&Slot, &[String])> = Vec::new();
    gather(planned, &mut slots);
    slots.extend(planned.open.iter().map(|slot| (slot, planned.names.as_slice())));
    let mut whole: BTreeSet<Assignment> = BTreeSet::new();
    let mut partial: Vec<(Vec<usize>, Assignment)> = Vec::new();
    for (slot, _) in slots {
        let places: Vec<usize> = planned
            .names
            .iter()
            .enumerate()
            .filter(|(_, name)| slot.names.contains(name))
            .map(|(place, _)| place)
            .collect();
        for values in lookup.groups(slot) {
            let mut assignment: Assignment = vec![None; planned.names.len()];
            for (name, value) in slot.names.iter().zip(values) {
                if let Some(place) = planned.names.iter().position(|known| known == name) {
                    assignment[place] = value;
                }
            }
            if places.len() == planned.names.len() {
                whole.insert(assignment);
            } else {
                partial.push((places.clone(), assignment));
            }
        }
    }
    complete(planned, &mut whole, partial);
    if whole.is_empty() && planned.by == 0 {
        whole.insert(vec![None; planned.names.len()]);
    }
    whole.into_iter().collect()
}

/// Gives groups that one side has without the other's keys every value that these keys have there.
fn complete(planned: &Planned, whole: &mut BTreeSet<Assignment>, partial: Vec<(Vec<usize>, Assignment)>) {
    let known = whole.clone();
    let has_split = matches!(planned.node, Node::Split { .. });
    for (places, assignment) in partial {
        let missing: Vec<usize> = (0..planned.names.len()).filter(|place| !places.contains(place)).collect();
        let agrees = |other: &&Assignment| places.iter().all(|place| other[*place] == assignment[*place]);
        if has_split || known.iter().any(|other| agrees(&other)) {
            continue;
        }
        let values: BTreeSet<Assignment> =
            known.iter().map(|other| missing.iter().map(|place| other[*place].clone()).collect()).collect();
        let mut filled: Vec<Assignment> = values
            .into_iter()
            .map(|values| {
                let mut filled = assignment.clone();
                missing.iter().zip(values).for_each(|(place, value)| filled[*place] = value);
                filled
            })
            .collect();
        if filled.is_empty() {
            filled.push(assignment);
        }
        whole.extend(filled);
    }
}

fn gather<'p>(planned: &'p Planned, slots: &mut Vec<(&'p Slot, &'p [String])>) {
    gather_node(&planned.node, &planned.names, slots);
}

fn gather_node<'p>(node: &'p Node, names: &'p [String], slots: &mut Vec<(&'p Slot, &'p [String])>) {
    match node {
        Node::State(slot) => slots.push((slot, names)),
        Node::Split { part, total } => slots.extend([(part, names), (total, names)]),
        Node::Sides { numerator, denominator, .. } => slots.extend([(numerator, names), (denominator, names)]),
        Node::Composite { parts, metrics, .. } => {
            parts.iter().for_each(|(_, part)| gather_node(part, names, slots));
            metrics.iter().for_each(|(_, part)| gather(part, slots));
        }
        Node::Nothing => {}
    }
}

/// Every slot of a metric.
pub(crate) fn slots(planned: &Planned) -> Vec<&Slot> {
    let mut found = Vec::new();
    gather(planned, &mut found);
    found.into_iter().map(|(slot, _)| slot).collect()
}

impl Answering<'_> {
    /// The rows of one metric: by period, then by group.
    pub(crate) fn rows(&self, planned: &Planned, groups: &[Assignment], level: Level) -> Result<Vec<ResultRow>> {
        let shown = shown_names(planned, groups);
        let definition = planned.metric.definition(self.settings, self.facts_version);
        let mut rows = Vec::new();
        for (place, period) in self.periods.iter().enumerate() {
            let counterpart = self.counterparts.map(|counterparts| &counterparts[place]);
            for group in groups {
                let mut row = self.row(planned, period, counterpart, group, level)?;
                row.group = group_of(planned, group, &shown);
                row.definition.clone_from(&definition);
                rows.push(row);
            }
        }
        Ok(rows)
    }

    fn row(
        &self,
        planned: &Planned,
        period: &Period,
        counterpart: Option<&Period>,
        group: &Assignment,
        level: Level,
    ) -> Result<ResultRow> {
        let metric = &planned.metric;
        let currency = planned.names.iter().position(|name| name == "currency").and_then(|place| group[place].clone());
        let mut row = ResultRow {
            metric: metric.id.clone(),
            period: self.grained.then(|| period.label.to_string()),
            unit: metric.unit.word().to_owned(),
            state: "final".to_owned(),
            zone: self.settings.zone.clone(),
            calendar: metric.business.then(|| self.calendar()).flatten(),
            currency: currency.map(|currency| currency.to_string()),
            watermark: self.watermark.map(|at| at.to_string()),
            ..ResultRow::default()
        };
        if !self.is_in_span(metric, period) {
            return Ok(row);
        }
        row.open = planned.open.iter().map(|slot| self.lookup.count(slot, period, &planned.names, group)).sum();
        if row.open > 0 || (self.grained && self.now < period.full_to) {
            row.state = "running".to_owned();
        }
        let current = self.evaluated(planned, period, counterpart.map(|before| (before, 0)), group, level)?;
        let estimate = current.shown;
        row.n = Some(estimate.n);
        row.few = estimate.n < i64::from(self.settings.n_min);
        row.withheld = self.of_agents && row.few && estimate.value.is_some();
        if row.withheld {
            return Ok(row);
        }
        row.value = estimate.value;
        (row.numerator, row.denominator) = (estimate.numerator, estimate.denominator);
        (row.low, row.high) = (estimate.low, estimate.high);
        row.interval = estimate.interval.map(str::to_owned);
        if let Some(before) = counterpart {
            self.compared(&mut row, planned, &current, (before, period), group, level)?;
        }
        Ok(row)
    }

    fn compared(
        &self,
        row: &mut ResultRow,
        planned: &Planned,
        current: &Evaluated,
        (before, period): (&Period, &Period),
        group: &Assignment,
        level: Level,
    ) -> Result<()> {
        if !self.is_in_span(&planned.metric, before) {
            return Ok(());
        }
        let previous = self.evaluated(planned, before, Some((period, 1)), group, level)?;
        let difference = change(&current.usual, &previous.usual);
        row.previous = previous.shown.value;
        (row.change, row.change_low, row.change_high) = (difference.change, difference.low, difference.high);
        let better = match planned.metric.better {
            Better::Higher => estimate::Better::Higher,
            Better::Lower => estimate::Better::Lower,
            Better::Neither => estimate::Better::Neither,
        };
        let judged = verdict(&current.corrected, &previous.corrected, better, self.settings.n_min);
        row.verdict = judged.map(|verdict| verdict.as_str().to_owned());
        Ok(())
    }

    fn calendar(&self) -> Option<String> {
        let only = match self.settings.calendars.len() {
            1 if self.settings.team_calendars.is_empty() => self.settings.calendars.keys().next().cloned(),
            _ => None,
        };
        self.settings.calendar.clone().or(only)
    }

    fn is_in_span(&self, metric: &mittari_core::metric::Metric, period: &Period) -> bool {
        let span = self.spans.get(&metric.id);
        span.is_some_and(|(first, last)| period.from <= *last && *first < period.to)
    }

    /// The value in a period; `other` is the period that it is compared with, and its place in the pair.
    fn evaluated(
        &self,
        planned: &Planned,
        period: &Period,
        other: Option<(&Period, usize)>,
        group: &Assignment,
        level: Level,
    ) -> Result<Evaluated> {
        if planned.torn || planned.whole_months && !period.is_whole_months() {
            return Ok(Evaluated::alone(Estimate::default()));
        }
        let evaluated = self.node(&planned.node, planned, period, other, group, level);
        evaluated.map_err(|source| EngineError::Estimate { metric: planned.metric.id.clone(), source })
    }

    fn node(
        &self,
        node: &Node,
        planned: &Planned,
        period: &Period,
        other: Option<(&Period, usize)>,
        group: &Assignment,
        level: Level,
    ) -> std::result::Result<Evaluated, estimate::EstimateError> {
        let names = planned.names.as_slice();
        Ok(match node {
            Node::State(slot) => {
                let stated = self.lookup.state(slot, period, names, group);
                if self.lookup.is_cut(slot, period, names, group) || slot.cut.is_some() && is_empty(&stated.state) {
                    return Ok(Evaluated::alone(Estimate::default()));
                }
                let mut terms = stated.terms;
                if let (State::Count(_), Some((other, place))) = (&stated.state, other) {
                    terms.dispersion = self.dispersion(slot, names, group, [period, other], place);
                }
                both(&stated.state, &terms, level)?
            }
            Node::Split { part, total } => {
                let n = self.lookup.count(total, period, names, group);
                let k = self.lookup.count(part, period, names, group);
                both(&State::Share(Share { n, k }), &part.terms, level)?
            }
            Node::Sides { numerator, denominator, terms } => {
                let above = self.lookup.side(numerator, period, names, group);
                let below = self.lookup.side(denominator, period, names, group);
                Evaluated::alone(match (above, below) {
                    (Some((_, numerator)), Some((n, denominator))) => {
                        State::Sides(Sides { n, numerator, denominator }).estimate(terms)?
                    }
                    _ => Estimate { n: below.map_or(0, |(n, _)| n), ..Estimate::default() },
                })
            }
            Node::Composite { arithmetic, parts, metrics } => {
                let mut values: HashMap<&str, Estimate> = HashMap::new();
                for (name, part) in parts {
                    values.insert(name, self.node(part, planned, period, other, group, level)?.shown);
                }
                for (name, part) in metrics {
                    values.insert(name, self.part(part, planned, period, group, level)?);
                }
                let n = values.values().map(|estimate| estimate.n).min().unwrap_or(0);
                let value = arithmetic.value(|name| values.get(name).and_then(|estimate| estimate.value));
                Evaluated::alone(Estimate::composite(value, n))
            }
            Node::Nothing => Evaluated::alone(Estimate::default()),
        })
    }

    /// Another metric that this one is made of, in the same period and group.
    fn part(
        &self,
        part: &Planned,
        whole: &Planned,
        period: &Period,
        group: &Assignment,
        level: Level,
    ) -> std::result::Result<Estimate, estimate::EstimateError> {
        if part.whole_months && !period.is_whole_months() {
            return Ok(Estimate::default());
        }
        let value = |name: &String| {
            let place = whole.names.iter().position(|known| known == name);
            place.and_then(|place| group[place].clone())
        };
        let own: Assignment = part.names.iter().map(value).collect();
        Ok(self.node(&part.node, part, period, None, &own, level)?.shown)
    }

    /// How much more than by chance the days of both periods vary.
    fn dispersion(&self, slot: &Slot, names: &[String], group: &Assignment, pair: [&Period; 2], first: usize) -> f64 {
        let (Some(cells), crate::planner::TakeState::Count(number)) = (self.days.cells.get(&slot.shape), &slot.take)
        else {
            return 1.0;
        };
        let value = |name: &String| names.iter().position(|known| known == name).and_then(|place| group[place].clone());
        let key: Vec<Option<Arc<str>>> = slot.names.iter().map(value).collect();
        let mut days = Vec::new();
        for (place, day) in self.days.periods.iter().enumerate() {
            let holds = |period: &&Period| period.from <= day.from && day.to <= period.to && day.to <= self.now;
            if let Some(of) = pair.iter().position(|period| holds(period)) {
                let cell = cells.get(&(place as u32, key.clone())).map(|cells| &cells[*number]);
                let n = if let Some(Cell::Count(n)) = cell { *n } else { 0 };
                // Both estimates of a pair number its periods alike, so that both see the same dispersion.
                let period = if first == 0 { of } else { 1 - of };
                days.push(DayCount { period, weekday: day.first.weekday().to_monday_zero_offset() as u8, n });
            }
        }
        estimate::dispersion(&days)
    }
}

fn is_empty(state: &State) -> bool {
    match state {
        State::Count(count) => count.n == 0,
        State::Sum(sum) => sum.n == 0,
        State::Mean(mean) => mean.n == 0,
        State::Share(share) => share.n == 0,
        State::NetShare(share) => share.n == 0,
        State::Ratio(ratio) => ratio.n == 0,
        State::Sides(sides) => sides.n == 0,
        State::Quantile(quantile) => quantile.histogram.n() == 0,
    }
}

fn both(state: &State, terms: &Terms, level: Level) -> std::result::Result<Evaluated, estimate::EstimateError> {
    Ok(Evaluated {
        shown: state.estimate(terms)?,
        usual: state.for_change(terms)?,
        corrected: state.for_change(&terms.at(level))?,
    })
}

/// The names that rows show: the query's and the split always, a metric's groups where their values differ.
fn shown_names(planned: &Planned, groups: &[Assignment]) -> Vec<bool> {
    let names = planned.names.iter().enumerate();
    names
        .map(|(place, name)| {
            let asked = place < planned.by || planned.metric.split.as_ref() == Some(name);
            let mut values: Vec<_> = groups.iter().map(|group| &group[place]).collect();
            values.sort();
            values.dedup();
            let found = groups.len() > 1 || values.iter().any(|value| value.is_some());
            if asked { place < planned.by || found } else { values.len() > 1 }
        })
        .collect()
}

fn group_of(planned: &Planned, values: &Assignment, shown: &[bool]) -> Group {
    let names = planned.names.iter().zip(values).zip(shown).filter(|(_, shown)| **shown);
    Group(names.map(|((name, value), _)| (name.clone(), value.as_deref().map(str::to_owned))).collect())
}

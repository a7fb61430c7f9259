//! The cells of all shapes and periods, and the states that slots make of them.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use mittari_core::estimate::{
    Count, Histogram, Level, Mean, NetShare, Quantile, Ratio, Share, State, Sum, Terms, Values, histogram,
};
use mittari_core::time::Instant;

use crate::functions::distribution::{Body, Distribution};
use crate::functions::group::GroupKey;
use crate::functions::sums::Sums;
use crate::period::{Period, PeriodSet};
use crate::planner::{Slot, TakeState};
use crate::run::{Cell, Cells, Found, Wanted};

/// The values of a row's keys, in the order of the metric's names.
pub(crate) type Assignment = Vec<Option<Arc<str>>>;

/// All answers of one query.
#[derive(Default)]
pub(crate) struct Lookup {
    /// For each set of periods and each shape.
    runs: Vec<Vec<Cells>>,
    found: Vec<Vec<Found>>,
    places: HashMap<(Instant, Instant), (usize, u32)>,
}

/// What a slot says of a period and group.
pub(crate) struct Stated {
    pub(crate) state: State,
    pub(crate) terms: Terms,
}

impl Lookup {
    pub(crate) fn new(sets: &[PeriodSet]) -> Lookup {
        let mut places = HashMap::new();
        for (run, set) in sets.iter().enumerate() {
            for (place, period) in set.periods.iter().enumerate() {
                places.insert((period.from, period.to), (run, place as u32));
            }
        }
        Lookup { runs: Vec::new(), found: Vec::new(), places }
    }

    pub(crate) fn add_run(&mut self, cells: Vec<Cells>) {
        self.found.push(cells.iter().map(|_| Found::new()).collect());
        self.runs.push(cells);
    }

    pub(crate) fn add_found(&mut self, run: usize, shape: usize, found: Found) {
        self.found[run][shape] = found;
    }

    /// The key of a slot's cell for an assignment of the metric's names; none where a period has none.
    fn key(&self, slot: &Slot, period: &Period, names: &[String], values: &Assignment) -> Option<(usize, GroupKey)> {
        let (run, place) = *self.places.get(&(period.from, period.to))?;
        let value = |name: &String| {
            let at = names.iter().position(|known| known == name);
            at.and_then(|at| values[at].clone())
        };
        Some((run, (place, slot.names.iter().map(value).collect())))
    }

    /// The state of a slot; that of no rows where there are none.
    pub(crate) fn state(&self, slot: &Slot, period: &Period, names: &[String], values: &Assignment) -> Stated {
        let at = self.key(slot, period, names, values);
        let cells = at.as_ref().and_then(|(run, key)| self.runs[*run][slot.shape].get(key));
        let mut terms = slot.terms;
        if let (TakeState::Mean { bounds: Some((least, greatest)), .. }, Some(cells)) = (&slot.take, cells) {
            terms.clip = bound(&cells[*least]).zip(bound(&cells[*greatest]));
        }
        let state = match &slot.take {
            TakeState::Quantile { distribution, q } => {
                let more = at.as_ref().and_then(|(run, key)| self.found[*run][slot.shape].get(distribution)?.get(key));
                quantile(cells.map(|cells| &cells[*distribution]), more, *q)
            }
            take => plain_state(take, cells),
        };
        Stated { state, terms }
    }

    /// How many rows a slot counts.
    pub(crate) fn count(&self, slot: &Slot, period: &Period, names: &[String], values: &Assignment) -> i64 {
        match self.state(slot, period, names, values).state {
            State::Count(count) => count.n,
            _ => 0,
        }
    }

    /// The rows and the sum of a side of a ratio; none where the period cuts a row, or has none that it must have.
    pub(crate) fn side(
        &self,
        slot: &Slot,
        period: &Period,
        names: &[String],
        values: &Assignment,
    ) -> Option<(i64, i128)> {
        let state = self.state(slot, period, names, values).state;
        let (n, sum) = match state {
            State::Count(count) => (count.n, i128::from(count.n)),
            State::Sum(sum) => (sum.n, sum.sum),
            _ => return None,
        };
        match slot.cut {
            Some(_) if n == 0 || self.is_cut(slot, period, names, values) => None,
            _ => Some((n, sum)),
        }
    }

    /// Whether the period cuts a row that it would have to hold whole.
    pub(crate) fn is_cut(&self, slot: &Slot, period: &Period, names: &[String], values: &Assignment) -> bool {
        let Some(cut) = slot.cut else { return false };
        let at = self.key(slot, period, names, values);
        let cells = at.as_ref().and_then(|(run, key)| self.runs[*run][slot.shape].get(key));
        cells.is_some_and(|cells| !matches!(cells[cut], Cell::Count(0)))
    }

    /// The values of a slot's keys that occur anywhere.
    pub(crate) fn groups(&self, slot: &Slot) -> BTreeSet<Assignment> {
        let cells = self.runs.iter().flat_map(|run| run[slot.shape].iter());
        cells.filter(|(_, cells)| slot.has_rows(cells)).map(|((_, values), _)| values.clone()).collect()
    }

    /// The ranges that second passes must bring, by run and shape.
    pub(crate) fn wanted(&self, run: usize, shape: usize, quantiles: &[(usize, f64)], levels: &[Level]) -> Wanted {
        let mut wanted = Wanted::new();
        for (key, cells) in &self.runs[run][shape] {
            for &(number, q) in quantiles {
                let Cell::Distribution(Distribution { body: Body::Bins(bins), .. }) = &cells[number] else { continue };
                let histogram: Histogram = bins.iter().copied().collect();
                let quantile = Quantile { q, histogram, values: Values::default() };
                let bins = quantile.wanted_bins(levels);
                if !bins.is_empty() {
                    let ranges = wanted.entry(number).or_default().entry(key.clone()).or_default();
                    ranges.extend(bins.iter().map(|bin| (histogram::bin_low(*bin), histogram::bin_high(*bin))));
                    join(ranges);
                }
            }
        }
        wanted
    }
}

/// Sorts ranges and joins those that touch.
fn join(ranges: &mut Vec<(i64, i64)>) {
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let touches = next.0 <= kept.1.saturating_add(1);
        if touches {
            kept.1 = kept.1.max(next.1);
        }
        touches
    });
}

impl Slot {
    /// Whether a cell has rows of this slot: other metrics of the shape have rows of their own.
    fn has_rows(&self, cells: &[Cell]) -> bool {
        let some = |number: usize| match &cells[number] {
            Cell::Count(n) => *n != 0,
            Cell::Sums(sums) => sums.n != 0,
            Cell::Distribution(distribution) => distribution.sums.n != 0,
            Cell::Bound(_) => false,
        };
        let own = match &self.take {
            TakeState::Count(number)
            | TakeState::Sum(number)
            | TakeState::Clusters(number)
            | TakeState::Ratio(number) => some(*number),
            TakeState::Mean { sums, .. } => some(*sums),
            TakeState::Quantile { distribution, .. } => some(*distribution),
            TakeState::Share { n, .. } | TakeState::NetShare { n, .. } => some(*n),
        };
        own || self.cut.is_some_and(some)
    }
}

fn bound(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Bound(bound) => *bound,
        _ => None,
    }
}

fn plain_state(take: &TakeState, cells: Option<&Vec<Cell>>) -> State {
    let cell = |number: usize| cells.map(|cells| &cells[number]);
    let count = |number: usize| match cell(number) {
        Some(Cell::Count(n)) => *n,
        _ => 0,
    };
    let sums = |number: usize| match cell(number) {
        Some(Cell::Sums(sums)) => *sums,
        Some(Cell::Distribution(distribution)) => distribution.sums,
        _ => Sums::default(),
    };
    match take {
        TakeState::Count(number) => State::Count(Count { n: count(*number) }),
        TakeState::Sum(number) => {
            let sums = sums(*number);
            State::Sum(Sum { n: sums.n, sum: sums.x })
        }
        TakeState::Mean { sums: number, .. } => {
            let sums = sums(*number);
            State::Mean(Mean { n: sums.n, sum: sums.x, squares: sums.xx })
        }
        TakeState::Share { n, k } => State::Share(Share { n: count(*n), k: count(*k) }),
        TakeState::NetShare { n, plus, minus } => {
            State::NetShare(NetShare { n: count(*n), plus: count(*plus), minus: count(*minus) })
        }
        TakeState::Ratio(number) => State::Ratio(ratio(sums(*number), None)),
        TakeState::Clusters(number) => {
            let sums = sums(*number);
            State::Ratio(ratio(sums, i64::try_from(sums.y).ok()))
        }
        TakeState::Quantile { q, .. } => State::Quantile(Quantile { q: *q, ..Quantile::default() }),
    }
}

/// Sums over clusters; `rows` where a cluster is more than one.
fn ratio(sums: Sums, rows: Option<i64>) -> Ratio {
    Ratio {
        n: rows.unwrap_or(sums.n),
        clusters: sums.n,
        numerator: sums.x,
        denominator: sums.y,
        numerator_squares: sums.xx,
        denominator_squares: sums.yy,
        products: sums.xy,
    }
}

fn quantile(cell: Option<&Cell>, more: Option<&Vec<(i64, i64)>>, q: f64) -> State {
    let quantile = match cell {
        Some(Cell::Distribution(Distribution { body: Body::Values(values), .. })) => {
            Quantile::of_values(q, values.iter().copied().collect())
        }
        Some(Cell::Distribution(Distribution { body: Body::Bins(bins), .. })) => Quantile {
            q,
            histogram: bins.iter().copied().collect(),
            values: more.into_iter().flatten().copied().collect(),
        },
        _ => Quantile { q, ..Quantile::default() },
    };
    State::Quantile(quantile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_become_one() {
        let mut ranges = vec![(10, 19), (0, 4), (20, 29), (15, 16), (40, 50)];
        join(&mut ranges);
        assert_eq!(ranges, [(0, 4), (10, 29), (40, 50)]);
    }
}

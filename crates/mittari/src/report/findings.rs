//! What stands out on a card: pairs of speed and quality that part ways, detectable changes, peaks, articles.
//!
//! Only what the engine's verdicts call a change is told, the strongest first; a verdict is corrected for the
//! number of comparisons, so that looking everywhere does not find what is not there.

use std::collections::HashSet;

use mittari_core::estimate::Verdict;
use mittari_core::metric::{Catalogue, Metric};
use mittari_engine::ResultRow;

use super::card::{Finding, Line, Mark, Place, Point};
use super::gather::{figure, verdict_of};

/// What is looked through.
pub(crate) struct Material<'m> {
    pub(crate) catalogue: &'m Catalogue,
    pub(crate) lines: &'m [Line],
    pub(crate) changes: &'m [ResultRow],
    pub(crate) by_dimension: &'m [(String, Vec<ResultRow>)],
    /// Titles of articles, with the share of readers whom they send to support.
    pub(crate) articles: &'m [(String, ResultRow)],
    pub(crate) marks: &'m [Mark],
    pub(crate) grain: &'static str,
}

/// At most so many single changes are told.
const CHANGES_MAX: usize = 5;
/// A period with this many times the usual is a peak.
const PEAK: f64 = 1.5;
/// An article stands out with this many times the share of all, at the low end of its interval.
const ARTICLE_TIMES: f64 = 1.6;

/// Everything that stands out, the most telling first.
pub(crate) fn all(material: &Material<'_>) -> Vec<Finding> {
    let mut findings = pairs(material);
    findings.extend(peaks(material));
    findings.extend(article(material));
    let told: HashSet<String> = findings.iter().flat_map(metrics_of).collect();
    findings.extend(changes(material, &told));
    findings
}

fn metrics_of(finding: &Finding) -> Vec<String> {
    match finding {
        Finding::Pair { speed, quality, .. } => vec![speed.0.id.clone(), quality.0.id.clone()],
        Finding::Change { metric, .. } | Finding::Article { metric, .. } | Finding::Peak { metric, .. } => {
            vec![metric.id.clone()]
        }
    }
}

/// Rows of one place: overall, or one value of one dimension.
struct Spot<'s> {
    place: Option<Place>,
    rows: Vec<&'s ResultRow>,
}

fn spots<'m>(material: &Material<'m>) -> Vec<Spot<'m>> {
    let mut spots = vec![Spot { place: None, rows: material.changes.iter().collect() }];
    for (dimension, rows) in material.by_dimension {
        for row in rows {
            let place = Place { dimension: dimension.clone(), value: row.group.get(dimension).map(str::to_owned) };
            match spots.iter_mut().find(|spot| spot.place.as_ref() == Some(&place)) {
                Some(spot) => spot.rows.push(row),
                None => spots.push(Spot { place: Some(place), rows: vec![row] }),
            }
        }
    }
    spots
}

/// Where speed got better and what keeps it honest got worse; told once for each place, the strongest first.
fn pairs(material: &Material<'_>) -> Vec<Finding> {
    let mut found: Vec<(f64, Finding)> = Vec::new();
    for spot in spots(material) {
        let row_of = |id: &str| spot.rows.iter().copied().find(|row| row.metric == id);
        let is = |row: &ResultRow, verdict| verdict_of(row) == Some(verdict);
        let better = spot.rows.iter().copied().filter(|row| is(row, Verdict::Better));
        let mut here: Vec<(f64, Finding)> = better
            .filter_map(|row| Some((row, material.catalogue.get(&row.metric)?)))
            .flat_map(|(row, metric)| metric.guards.iter().map(move |guard| (row, metric, guard)))
            .filter_map(|(row, metric, guard)| {
                let worse = row_of(guard).filter(|worse| is(worse, Verdict::Worse))?;
                let quality = Box::new((material.catalogue.get(guard)?.clone(), figure(worse, None)));
                let speed = Box::new((metric.clone(), figure(row, None)));
                Some((strength(row).min(strength(worse)), Finding::Pair { place: spot.place.clone(), speed, quality }))
            })
            .collect();
        here.sort_by(|a, b| b.0.total_cmp(&a.0));
        found.extend(here.into_iter().take(1));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    // One story shows in many places: it is told where it is clearest.
    let mut told: HashSet<String> = HashSet::new();
    let fresh = |(_, finding): &(f64, Finding)| match finding {
        Finding::Pair { quality, .. } => told.insert(quality.0.id.clone()),
        _ => true,
    };
    found.into_iter().filter(fresh).map(|(_, finding)| finding).take(3).collect()
}

/// How far a change lies from none, in widths of its interval.
fn strength(row: &ResultRow) -> f64 {
    let width = row.change_high.zip(row.change_low).map(|(high, low)| high - low);
    match (row.change, width) {
        (Some(change), Some(width)) if width > 0.0 => change.abs() / width,
        _ => 0.0,
    }
}

/// Single changes: of each metric the strongest place.
fn changes(material: &Material<'_>, told: &HashSet<String>) -> Vec<Finding> {
    let mut found: Vec<(f64, Finding)> = Vec::new();
    let mut seen: HashSet<&str> = HashSet::new();
    let mut candidates: Vec<(f64, Option<Place>, &ResultRow)> = Vec::new();
    for spot in spots(material) {
        let changed =
            spot.rows.iter().copied().filter(|row| matches!(verdict_of(row), Some(Verdict::Better | Verdict::Worse)));
        candidates.extend(changed.filter(|row| large_enough(row)).map(|row| (strength(row), spot.place.clone(), row)));
    }
    candidates.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (strength, place, row) in candidates {
        if told.contains(&row.metric) || !seen.insert(&row.metric) {
            continue;
        }
        if let Some(metric) = material.catalogue.get(&row.metric) {
            found.push((strength, Finding::Change { place, metric: metric.clone(), figure: figure(row, None) }));
        }
    }
    found.into_iter().map(|(_, finding)| finding).take(CHANGES_MAX).collect()
}

/// A change of a twentieth is detectable in much data, and still no news.
fn large_enough(row: &ResultRow) -> bool {
    let (Some(change), Some(previous)) = (row.change, row.previous) else { return false };
    change.abs() >= previous.abs() * 0.05
}

/// Periods in which far more was asked than in those around.
fn peaks(material: &Material<'_>) -> Option<Finding> {
    let line = material.lines.iter().find(|line| line.metric.id == "request_volume")?;
    let known: Vec<(&Point, f64)> = line
        .trend
        .iter()
        .filter(|point| !point.figure.running)
        .filter_map(|point| Some((point, point.figure.value?)))
        .collect();
    let usual = |at: usize| {
        let around = known[at.saturating_sub(6)..(at + 7).min(known.len())].iter().map(|(_, value)| *value);
        median(around.collect())
    };
    let times = (0..known.len()).filter_map(|at| Some((at, known[at].1, usual(at).filter(|usual| *usual > 0.0)?)));
    let (at, value, usual) = times.max_by(|a, b| (a.1 / a.2).total_cmp(&(b.1 / b.2)))?;
    if known.len() < 6 || value < usual * PEAK {
        return None;
    }
    let starts = known[at].0.starts;
    let ends = known.get(at + 1).map(|(point, _)| point.starts);
    let mark = material.marks.iter().find(|mark| mark.on >= starts && ends.is_none_or(|ends| mark.on < ends));
    Some(Finding::Peak {
        starts,
        grain: material.grain,
        metric: line.metric.clone(),
        value,
        usual,
        mark: mark.cloned(),
    })
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The article that sends the largest share of its readers to support, where it is far above the rest.
fn article(material: &Material<'_>) -> Option<Finding> {
    let metric: &Metric = material.catalogue.get("article_transfer_rate_last")?;
    let line = material.lines.iter().find(|line| line.metric.id == metric.id)?;
    let all = line.figure.value?;
    let worst = material.articles.iter().max_by(|a, b| low(&a.1).total_cmp(&low(&b.1)))?;
    let stands_out = low(&worst.1) > all * ARTICLE_TIMES && worst.1.n.is_some_and(|n| n >= 30);
    let finding = || Finding::Article {
        title: worst.0.clone(),
        metric: metric.clone(),
        figure: figure(&worst.1, None),
        all: Some(all),
    };
    stands_out.then(finding)
}

fn low(row: &ResultRow) -> f64 {
    row.low.unwrap_or(0.0)
}

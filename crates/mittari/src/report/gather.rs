//! From a question to a card: the engine's rows for the whole, the course, the change and the parts.
//!
//! A card asks the engine a handful of times: every metric over the whole, by grain, over the days that are
//! compared, and by channel and team. Nothing is computed here beyond choosing which days and which rows.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use mittari_core::estimate::Verdict;
use mittari_core::facts::Fact;
use mittari_core::metric::{Attribution, Catalogue, Metric};
use mittari_core::settings::Settings;
use mittari_core::time::Instant;
use mittari_engine::{Compare, Filter, Grain, Query, ResultRow};
use mittari_store::{Facts, Store};

use super::card::*;
use super::{findings, marks};
use crate::failure::{Done, Failure};
use crate::needs;

/// What a card is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    /// Which metrics; none: all.
    pub(crate) metrics: Vec<String>,
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    pub(crate) filters: Vec<Filter>,
    pub(crate) compare: Option<Compare>,
    pub(crate) as_of: Option<Instant>,
    pub(crate) attribution: Option<Attribution>,
    /// The grain of the course; none: what fits.
    pub(crate) grain: Option<Grain>,
    /// Dimensions by which each metric is shown; none: channel and team.
    pub(crate) by: Vec<String>,
}

/// What a card is made of.
pub(crate) struct Sources<'s> {
    pub(crate) store: &'s Store,
    pub(crate) facts: &'s Facts,
    pub(crate) catalogue: &'s Catalogue,
}

/// Dimensions by which every metric is looked at, unless others are named.
const USUAL_BY: [&str; 2] = ["channel", "team"];
/// Parts of a split beyond this many are left to `mittari report`.
const PARTS_MAX: usize = 12;

/// The card; an error where there is no data at all.
pub(crate) fn card(sources: &Sources<'_>, asked: &Asked) -> Done<Card> {
    let maker = Gathering::new(sources, asked)?;
    let metrics = maker.metrics()?;
    let ids: Vec<String> = metrics.iter().map(|metric| metric.id.clone()).collect();
    let whole = maker.ask(&ids, (maker.from, maker.to), None, &[], None)?;
    let grain = asked.grain.unwrap_or_else(|| grain_of(maker.from, maker.to));
    let trend = maker.ask(&ids, (maker.from, maker.to), Some(grain), &[], None)?;
    let compared = maker.compared();
    let changes = match compared {
        Some(compared) => maker.ask(&ids, compared.now, None, &[], Some(maker.compare()))?,
        None => Vec::new(),
    };
    let (mut parts, mut changed_parts) = (Vec::new(), Vec::new());
    for dimension in maker.dimensions() {
        if let Some(compared) = compared {
            let rows = maker.ask(&ids, compared.now, None, &[&dimension], Some(maker.compare()))?;
            changed_parts.push((dimension.clone(), rows));
        }
        parts.push(
            match changed_parts
                .last()
                .filter(|_| compared.is_some_and(|compared| compared.now == (maker.from, maker.to)))
            {
                Some(same) => same.clone(),
                None => (dimension.clone(), maker.ask(&ids, (maker.from, maker.to), None, &[&dimension], None)?),
            },
        );
    }
    let marks = marks::between(sources.store, &maker.zone, maker.from, maker.to)?;
    let lines: Vec<Line> = metrics
        .iter()
        .flat_map(|metric| maker.lines(metric, &Rows { whole: &whole, trend: &trend, changes: &changes, by: &parts }))
        .collect();
    let articles = maker.articles(&ids)?;
    let findings = findings::all(&findings::Material {
        catalogue: sources.catalogue,
        lines: &lines,
        changes: &changes,
        by_dimension: &changed_parts,
        articles: &articles,
        marks: &marks,
        grain: grain_word(grain),
    });
    Ok(maker.card(lines, findings, marks, compared, grain))
}

/// The engine's answers that lines are made of.
struct Rows<'r> {
    whole: &'r [ResultRow],
    trend: &'r [ResultRow],
    changes: &'r [ResultRow],
    by: &'r [(String, Vec<ResultRow>)],
}

struct Gathering<'g> {
    sources: &'g Sources<'g>,
    asked: &'g Asked,
    settings: &'g Settings,
    zone: TimeZone,
    runtime: tokio::runtime::Runtime,
    from: Date,
    to: Date,
    first_known: Date,
}

impl<'g> Gathering<'g> {
    fn new(sources: &'g Sources<'g>, asked: &'g Asked) -> Done<Gathering<'g>> {
        let settings = sources.store.settings();
        let zone = TimeZone::get(&settings.zone).map_err(|_| {
            Failure::input(format!("unknown time zone \"{}\"", settings.zone), "Correct it in settings.toml.")
        })?;
        let (first, last) = span(sources.facts)?.ok_or_else(|| {
            Failure::input(
                "there is nothing to report on yet",
                "\"mittari import FILE...\" brings data; \"mittari demo\" makes some up.",
            )
        })?;
        let day = |at: Instant| at.to_timestamp().map(|at| zone.to_datetime(at).date()).unwrap_or_default();
        let first_known = day(first);
        let from = asked.from.unwrap_or(first_known);
        let to = asked.to.unwrap_or_else(|| day(last).saturating_add(1.day()));
        if from >= to {
            return Err(Failure::input(
                format!("the period from {from} to {to} is empty"),
                "--to is the day after the last.",
            ));
        }
        let runtime = crate::runtime()?;
        Ok(Gathering { sources, asked, settings, zone, runtime, from, to, first_known })
    }

    /// All metrics asked for; a user who names none gets the first of each file.
    fn metrics(&self) -> Done<Vec<Metric>> {
        if !self.asked.metrics.is_empty() {
            let find = |id: &String| self.sources.catalogue.find(id).cloned();
            let found: Result<Vec<_>, _> = self.asked.metrics.iter().map(find).collect();
            return found.map_err(|unknown| Failure::input(unknown.to_string(), unknown.hint()));
        }
        let shown = |metric: &&Metric| metric.variant.is_none() && metric.deprecated.is_none();
        Ok(self.sources.catalogue.iter().filter(shown).cloned().collect())
    }

    fn ask(
        &self,
        metrics: &[String],
        (from, to): (Date, Date),
        grain: Option<Grain>,
        by: &[&str],
        compare: Option<Compare>,
    ) -> Done<Vec<ResultRow>> {
        let query = Query {
            metrics: metrics.to_vec(),
            from: Some(from),
            to: Some(to),
            grain,
            by: by.iter().map(|name| (*name).to_owned()).collect(),
            filters: self.asked.filters.clone(),
            compare,
            as_of: self.asked.as_of,
            attribution: self.asked.attribution,
        };
        let answer = mittari_engine::run(self.sources.facts, self.sources.catalogue, self.settings, &query);
        Ok(self.runtime.block_on(answer)?)
    }

    fn dimensions(&self) -> Vec<String> {
        if self.asked.by.is_empty() { USUAL_BY.map(str::to_owned).to_vec() } else { self.asked.by.clone() }
    }

    fn compare(&self) -> Compare {
        self.asked.compare.unwrap_or(Compare::Previous)
    }

    /// What is compared: the days asked for with those before; without days, the last whole months or weeks.
    fn compared(&self) -> Option<Compared> {
        let named = self.asked.from.is_some() || self.asked.to.is_some() || self.asked.compare.is_some();
        let now = if named { (self.from, self.to) } else { latest(self.from, self.to)? };
        let before = match self.compare() {
            Compare::Year => (now.0.saturating_sub(1.year()), now.1.saturating_sub(1.year())),
            Compare::Previous => (now.0.saturating_sub(i64::from((now.1 - now.0).get_days()).days()), now.0),
        };
        (before.1 > self.first_known).then_some(Compared { now, before })
    }

    /// The shares of readers of each article who turn to support, where articles are known.
    fn articles(&self, ids: &[String]) -> Done<Vec<(String, ResultRow)>> {
        let metric = "article_transfer_rate_last".to_owned();
        if !ids.contains(&metric) || self.sources.facts.row_count(Fact::ArticleSession) == 0 {
            return Ok(Vec::new());
        }
        let rows = self.ask(&[metric], (self.from, self.to), None, &["article_id"], None)?;
        let titles = marks::article_titles(self.sources.store)?;
        let titled = |row: ResultRow| {
            let id = row.group.get("article_id")?.to_owned();
            Some((titles.get(&id).cloned().unwrap_or(id), row))
        };
        Ok(rows.into_iter().filter_map(titled).collect())
    }

    /// The lines of a metric: one, or one a currency or scale.
    fn lines(&self, metric: &Metric, rows: &Rows<'_>) -> Vec<Line> {
        let own = || rows.whole.iter().filter(|row| row.metric == metric.id);
        let mut labels: Vec<Option<String>> = Vec::new();
        for row in own() {
            let label = label(metric, row, &[]);
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        labels.into_iter().filter_map(|label| self.line(metric, label, rows)).collect()
    }

    fn line(&self, metric: &Metric, label: Option<String>, rows: &Rows<'_>) -> Option<Line> {
        let is_own = |row: &&ResultRow, by: &[&str]| row.metric == metric.id && self::label(metric, row, by) == label;
        let whole: Vec<&ResultRow> = rows.whole.iter().filter(|row| is_own(row, &[])).collect();
        let first = whole.first()?;
        let split = metric.split.as_deref();
        let figure = if split.is_some() { Figure::default() } else { figure(first, None) };
        let mut trend: Vec<Point> = Vec::new();
        if split.is_none() {
            trend.extend(rows.trend.iter().filter(|row| is_own(row, &[])).filter_map(point));
        }
        let change =
            rows.changes.iter().find(|row| is_own(row, &[]) && split.is_none()).map(|row| self::figure(row, None));
        let mut parts: Vec<Figure> =
            split.map_or_else(Vec::new, |key| whole.iter().map(|row| self::figure(row, Some(key))).collect());
        parts.retain(|part| part.value.is_some());
        parts.sort_by(|a, b| b.value.unwrap_or_default().total_cmp(&a.value.unwrap_or_default()));
        parts.truncate(PARTS_MAX);
        if figure.value.is_none() && parts.is_empty() && trend.iter().all(|point| point.figure.value.is_none()) {
            return None;
        }
        let by = |(dimension, rows): &(String, Vec<ResultRow>)| breakdown(metric, label.as_deref(), dimension, rows);
        Some(Line {
            metric: metric.clone(),
            definition: first.definition.clone(),
            figure,
            change,
            trend,
            parts,
            breakdowns: if split.is_some() { Vec::new() } else { rows.by.iter().filter_map(by).collect() },
            guards: self.guards(metric, rows.changes),
            target: self.settings.targets.get(&metric.id).copied(),
            label,
        })
    }

    fn guards(&self, metric: &Metric, changes: &[ResultRow]) -> Vec<Guard> {
        let verdict = |id: &str| changes.iter().find(|row| row.metric == id).and_then(verdict_of);
        let known = metric.guards.iter().filter_map(|id| self.sources.catalogue.get(id));
        known.map(|guard| Guard { metric: guard.clone(), verdict: verdict(&guard.id) }).collect()
    }

    fn card(
        &self,
        lines: Vec<Line>,
        findings: Vec<Finding>,
        marks: Vec<Mark>,
        compared: Option<Compared>,
        grain: Grain,
    ) -> Card {
        let shown: BTreeSet<String> = lines.iter().map(|line| line.metric.id.clone()).collect();
        let mut sections: Vec<Section> = Vec::new();
        for line in lines {
            match sections.iter_mut().find(|section| section.family == line.metric.family) {
                Some(section) => section.lines.push(line),
                None => sections.push(Section { family: line.metric.family.clone(), lines: vec![line] }),
            }
        }
        sections.sort_by_key(|section| place_of(&section.family));
        for section in &mut sections {
            section.lines.sort_by_key(|line| headline_place(&line.metric.id));
        }
        let known_until = self.sources.facts.watermark().and_then(|at| self.shown(at));
        Card {
            company: self.settings.company.clone(),
            from: self.from,
            to: self.to,
            compared,
            grain: grain_word(grain),
            zone: self.settings.zone.clone(),
            calendar: self.calendar(),
            known_until,
            as_of: self.asked.as_of.and_then(|at| self.shown(at)),
            filters: self.asked.filters.iter().map(filter_text).collect(),
            n_min: self.settings.n_min,
            sections,
            findings,
            marks,
            absent: self.absent(&shown),
        }
    }

    fn shown(&self, at: Instant) -> Option<String> {
        at.to_timestamp().map(|at| self.zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string())
    }

    fn calendar(&self) -> CalendarShown {
        if !self.settings.team_calendars.is_empty() {
            return CalendarShown::ByTeam;
        }
        let only = || self.settings.calendars.keys().next().filter(|_| self.settings.calendars.len() == 1);
        match self.settings.calendar.as_ref().or_else(only) {
            Some(name) => CalendarShown::One(name.clone()),
            None if marks::has_calendars(self.sources.store) => CalendarShown::ByTeam,
            None => CalendarShown::None,
        }
    }

    fn absent(&self, shown: &BTreeSet<String>) -> Vec<Absent> {
        if !self.asked.metrics.is_empty() {
            return Vec::new();
        }
        let has = |fact: Fact| self.sources.facts.row_count(fact) > 0;
        let unseen =
            self.sources.catalogue.iter().filter(|metric| metric.variant.is_none() && !shown.contains(&metric.id));
        let missing = |metric: &Metric| {
            needs::missing(self.sources.catalogue, metric, has).into_iter().map(str::to_owned).collect()
        };
        unseen.map(|metric| Absent { metric: metric.clone(), tables: missing(metric) }).collect()
    }
}

/// From the first conversation, or without any the first of everything, to the end of what is known: cases that
/// were opened before may be solved until then.
fn span(facts: &Facts) -> Done<Option<(Instant, Instant)>> {
    let mut whole = facts.span(Fact::Conversation)?;
    if whole.is_none() {
        for fact in Fact::ALL {
            if let Some((first, last)) = facts.span(*fact)? {
                whole = Some(whole.map_or((first, last), |(from, to)| (from.min(first), to.max(last))));
            }
        }
    }
    Ok(whole.map(|(first, last)| (first, facts.watermark().unwrap_or(last).max(first))))
}

/// The last whole stretch worth comparing: three months of a long course, a month, a week.
fn latest(from: Date, to: Date) -> Option<(Date, Date)> {
    let days = (to - from).get_days();
    let last_month = to.first_of_month();
    let back = |end: Date, span: Span| (end.saturating_sub(span), end);
    match days {
        270.. => Some(back(last_month, 3.months())),
        62.. => Some(back(last_month, 1.month())),
        14.. => Some(back(to, 1.week())),
        _ => None,
    }
}

fn grain_of(from: Date, to: Date) -> Grain {
    match (to - from).get_days() {
        ..=45 => Grain::Day,
        46..=200 => Grain::Week,
        201..=2_000 => Grain::Month,
        2_001..=4_500 => Grain::Quarter,
        _ => Grain::Year,
    }
}

/// The word of a grain.
pub(crate) fn grain_word(grain: Grain) -> &'static str {
    match grain {
        Grain::Day => "day",
        Grain::Week => "week",
        Grain::Month => "month",
        Grain::Quarter => "quarter",
        Grain::Year => "year",
    }
}

/// The metrics that are asked for first, in their order.
pub(crate) const HEADLINES: [&str; 12] = [
    "csat",
    "nps",
    "first_response_time",
    "resolution_time",
    "sla_attainment",
    "first_contact_resolution_touch",
    "reopen_rate",
    "request_volume",
    "backlog",
    "internal_quality_score",
    "churn_rate",
    "cost_per_ticket",
];

/// The place of a metric among those asked for first.
pub(crate) fn headline_place(id: &str) -> usize {
    HEADLINES.iter().position(|known| *known == id).unwrap_or(HEADLINES.len())
}

/// What sets a row apart from others of its metric: all of its group but the split and what was asked for.
fn label(metric: &Metric, row: &ResultRow, by: &[&str]) -> Option<String> {
    let own = row
        .group
        .0
        .iter()
        .filter(|(name, _)| Some(name.as_str()) != metric.split.as_deref() && !by.contains(&name.as_str()));
    let values: Vec<&str> = own.filter_map(|(_, value)| value.as_deref()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn breakdown(metric: &Metric, label: Option<&str>, dimension: &str, rows: &[ResultRow]) -> Option<Breakdown> {
    let own = |row: &&ResultRow| row.metric == metric.id && self::label(metric, row, &[dimension]).as_deref() == label;
    let mut bars: Vec<Figure> = rows.iter().filter(own).map(|row| figure(row, Some(dimension))).collect();
    bars.retain(|bar| bar.value.is_some());
    bars.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.group.cmp(&b.group)));
    bars.truncate(PARTS_MAX);
    (bars.len() > 1).then(|| Breakdown { dimension: dimension.to_owned(), bars })
}

/// The engine's row as a figure; `key` names the dimension that the figure is a group of.
pub(crate) fn figure(row: &ResultRow, key: Option<&str>) -> Figure {
    Figure {
        group: key.and_then(|key| row.group.get(key)).map(str::to_owned),
        value: row.value.filter(|_| !row.withheld),
        n: row.n,
        numerator: row.numerator,
        denominator: row.denominator,
        low: row.low,
        high: row.high,
        open: row.open,
        running: row.state == "running",
        withheld: row.withheld,
        currency: row.currency.clone(),
        previous: row.previous,
        change: row.change,
        verdict: verdict_of(row),
    }
}

/// The verdict of the engine's words.
pub(crate) fn verdict_of(row: &ResultRow) -> Option<Verdict> {
    let all = [
        Verdict::Better,
        Verdict::Worse,
        Verdict::Higher,
        Verdict::Lower,
        Verdict::NoDetectableChange,
        Verdict::TooLittleData,
    ];
    let words = row.verdict.as_deref()?;
    all.into_iter().find(|verdict| verdict.as_str() == words)
}

fn point(row: &ResultRow) -> Option<Point> {
    let starts = row.period.as_deref()?.parse().ok()?;
    Some(Point { starts, figure: figure(row, None) })
}

fn filter_text(filter: &Filter) -> String {
    let values: Vec<&str> = filter.values.iter().map(|value| value.as_deref().unwrap_or("")).collect();
    let sign = if filter.except { "!=" } else { "=" };
    format!("{}{sign}{}", filter.dimension, values.join(","))
}

/// Families in the order in which a reader asks.
pub(crate) fn place_of(family: &str) -> (usize, String) {
    const ORDER: [&str; 11] = [
        "satisfaction",
        "speed",
        "resolution",
        "volume",
        "self_service",
        "quality",
        "agents",
        "customers",
        "money",
        "social",
        "journey",
    ];
    (ORDER.iter().position(|known| *known == family).unwrap_or(ORDER.len()), family.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_long_course_is_compared_by_its_last_three_whole_months() {
        assert_eq!(latest(date(2024, 11, 1), date(2026, 11, 1)), Some((date(2026, 8, 1), date(2026, 11, 1))));
        assert_eq!(latest(date(2024, 11, 1), date(2026, 11, 20)), Some((date(2026, 8, 1), date(2026, 11, 1))));
        assert_eq!(latest(date(2026, 1, 1), date(2026, 4, 10)), Some((date(2026, 3, 1), date(2026, 4, 1))));
        assert_eq!(latest(date(2026, 1, 1), date(2026, 1, 10)), None);
    }

    #[test]
    fn the_grain_fits_the_course() {
        assert_eq!(grain_of(date(2026, 1, 1), date(2026, 2, 1)), Grain::Day);
        assert_eq!(grain_of(date(2026, 1, 1), date(2026, 6, 1)), Grain::Week);
        assert_eq!(grain_of(date(2024, 11, 1), date(2026, 11, 1)), Grain::Month);
    }
}

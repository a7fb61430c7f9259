//! The page's texts and drawings, metric by metric: everything rounded and in one language, ready for the template.

use jiff::civil::Date;
use mittari_core::estimate::Verdict;
use mittari_core::metric::{Band, Dating, Metric, Rows, StockAt};

use super::svg::{self, Bar, Flag, Frame, Spot};
use crate::report::card::{
    Breakdown, CalendarShown, Card, Figure, Line, Mark, Point, direction_key, verdict_key, verdict_sign,
};
use crate::report::findings_text;
use crate::report::gather::HEADLINES;
use crate::report::shown;
use crate::report::speech::Speech;

/// The whole page.
pub(crate) struct Page {
    pub(crate) language: &'static str,
    pub(crate) title: String,
    pub(crate) period: String,
    pub(crate) compared: Option<String>,
    pub(crate) facts: Vec<String>,
    pub(crate) say: Words,
    pub(crate) tiles: Vec<Tile>,
    pub(crate) findings: Vec<FindingShown>,
    pub(crate) marks: Vec<MarkShown>,
    pub(crate) sections: Vec<SectionShown>,
    pub(crate) absent: Vec<AbsentShown>,
    pub(crate) about: Vec<String>,
    pub(crate) made_with: String,
}

/// Headings and labels that the template names itself.
pub(crate) struct Words {
    pub(crate) findings: String,
    pub(crate) findings_none: String,
    pub(crate) marks: String,
    pub(crate) contents: String,
    pub(crate) absent: String,
    pub(crate) absent_intro: String,
    pub(crate) about: String,
    pub(crate) definition: String,
    pub(crate) differences: String,
    pub(crate) sources: String,
    pub(crate) bands: String,
    pub(crate) guard: String,
    pub(crate) values: String,
    pub(crate) value: String,
    pub(crate) low: String,
    pub(crate) high: String,
    pub(crate) rows: String,
}

/// A headline number.
pub(crate) struct Tile {
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) value: String,
    pub(crate) verdict: Option<VerdictShown>,
    pub(crate) sparkline: String,
    pub(crate) warns: bool,
}

/// A verdict: a class for its colour, a sign and words for those who do not see it.
pub(crate) struct VerdictShown {
    pub(crate) class: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) words: String,
    pub(crate) before: String,
}

pub(crate) struct FindingShown {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

pub(crate) struct MarkShown {
    pub(crate) letter: String,
    pub(crate) on: String,
    pub(crate) text: String,
}

pub(crate) struct SectionShown {
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) metrics: Vec<MetricShown>,
}

/// One metric.
pub(crate) struct MetricShown {
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) value: String,
    pub(crate) empty: bool,
    pub(crate) interval: Option<String>,
    pub(crate) counted: String,
    pub(crate) notes: Vec<String>,
    pub(crate) verdict: Option<VerdictShown>,
    pub(crate) guards: Vec<GuardShown>,
    pub(crate) warning: Option<String>,
    pub(crate) charts: Vec<ChartShown>,
    pub(crate) how: String,
    pub(crate) definition: String,
    pub(crate) differences: Vec<(String, String)>,
    pub(crate) sources: Vec<String>,
    pub(crate) bands: Vec<String>,
}

pub(crate) struct GuardShown {
    pub(crate) class: &'static str,
    pub(crate) text: String,
}

/// A drawing with its table.
pub(crate) struct ChartShown {
    pub(crate) heading: Option<String>,
    pub(crate) drawing: String,
    pub(crate) first_column: String,
    pub(crate) rows: Vec<[String; 5]>,
}

pub(crate) struct AbsentShown {
    pub(crate) title: String,
    pub(crate) needs: String,
}

impl Page {
    /// The page of a card in a language.
    pub(crate) fn new(card: &Card, speech: &Speech) -> Page {
        let maker = Maker { card, speech };
        let title = match &card.company {
            Some(company) => speech.say_with("report-of", &[("company", company)]),
            None => speech.say("report-title"),
        };
        Page {
            language: speech.language.tag(),
            title,
            period: maker.span("period", card.from, card.to),
            compared: maker.compared(),
            facts: maker.facts(),
            say: Words::new(speech),
            tiles: maker.tiles(),
            findings: card.findings.iter().map(|finding| maker.finding(finding)).collect(),
            marks: card.marks.iter().enumerate().map(|(number, mark)| maker.mark(number, mark)).collect(),
            sections: card
                .sections
                .iter()
                .map(|section| SectionShown {
                    anchor: anchor("family", &section.family),
                    title: family(speech, &section.family),
                    metrics: section.lines.iter().map(|line| maker.metric(line)).collect(),
                })
                .collect(),
            absent: card.absent.iter().map(|absent| maker.absent(&absent.metric, &absent.tables)).collect(),
            about: ["about-interval", "about-verdict", "about-empty", "about-guard"]
                .map(|key| speech.say(key))
                .to_vec(),
            made_with: speech.say_with("made-with", &[("version", env!("CARGO_PKG_VERSION"))]),
        }
    }
}

impl Words {
    fn new(speech: &Speech) -> Words {
        Words {
            findings: speech.say("findings-title"),
            findings_none: speech.say("findings-none"),
            marks: speech.say("marks-title"),
            contents: speech.say("contents"),
            absent: speech.say("absent-title"),
            absent_intro: speech.say("absent-intro"),
            about: speech.say("about-title"),
            definition: speech.say("definition"),
            differences: speech.say("differences"),
            sources: speech.say("sources"),
            bands: speech.say("bands"),
            guard: speech.say("guard-title"),
            values: speech.say("chart-values"),
            value: speech.say("value"),
            low: speech.say("low"),
            high: speech.say("high"),
            rows: speech.say("rows"),
        }
    }
}

/// The title of a family; a user's own is called by its folder's name.
pub(crate) fn family(speech: &Speech, family: &str) -> String {
    speech.find(&format!("family-{family}")).unwrap_or_else(|| family.replace('_', " "))
}

fn anchor(kind: &str, name: &str) -> String {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    format!("{kind}-{plain}")
}

struct Maker<'m> {
    card: &'m Card,
    speech: &'m Speech,
}

impl Maker<'_> {
    /// From the first day to the last, both in it.
    fn span(&self, key: &str, from: Date, to: Date) -> String {
        let last = to.yesterday().unwrap_or(to);
        self.speech.say_with(key, &[("from", &shown::date(self.speech, from)), ("to", &shown::date(self.speech, last))])
    }

    fn compared(&self) -> Option<String> {
        let compared = self.card.compared?;
        if compared.now == (self.card.from, self.card.to) {
            return Some(self.span("compared-with", compared.before.0, compared.before.1));
        }
        let now = self.span("period", compared.now.0, compared.now.1);
        let before = self.span("period", compared.before.0, compared.before.1);
        Some(self.speech.say_with("changes-between", &[("now", &now), ("before", &before)]))
    }

    fn facts(&self) -> Vec<String> {
        let (card, speech) = (self.card, self.speech);
        let calendar = match &card.calendar {
            CalendarShown::None => speech.say("calendar-none"),
            CalendarShown::One(name) => speech.say_with("calendar", &[("calendar", name)]),
            CalendarShown::ByTeam => speech.say("calendar-teams"),
        };
        let mut facts = vec![speech.say_with("zone", &[("zone", &card.zone)]), calendar];
        facts.extend(card.known_until.as_ref().map(|at| speech.say_with("known-until", &[("at", at)])));
        facts.extend(card.as_of.as_ref().map(|at| speech.say_with("recorded-as-of", &[("at", at)])));
        if !card.filters.is_empty() {
            facts.push(speech.say_with("filters", &[("filters", &card.filters.join(", "))]));
        }
        facts
    }

    fn tiles(&self) -> Vec<Tile> {
        let lines = || self.card.sections.iter().flat_map(|section| &section.lines);
        let headline = |id: &&str| lines().find(|line| line.metric.id == **id);
        HEADLINES
            .iter()
            .filter_map(headline)
            .filter(|line| line.figure.value.is_some())
            .map(|line| self.tile(line))
            .collect()
    }

    fn tile(&self, line: &Line) -> Tile {
        Tile {
            anchor: line_anchor(line),
            title: self.title(line),
            value: self.value(line, &line.figure),
            verdict: self.verdict(line),
            sparkline: svg::sparkline(line.metric.unit, &self.spots(line)),
            warns: line.broken_guard().is_some(),
        }
    }

    fn finding(&self, finding: &crate::report::card::Finding) -> FindingShown {
        FindingShown { class: findings_text::class(finding), text: findings_text::text(self.speech, finding) }
    }

    fn mark(&self, number: usize, mark: &Mark) -> MarkShown {
        let kind = self.speech.find(&format!("mark-{}", mark.kind)).unwrap_or_else(|| mark.kind.clone());
        let note =
            mark.note.as_ref().filter(|note| !note.is_empty()).map(|note| format!(". {note}")).unwrap_or_default();
        MarkShown {
            letter: letter(number),
            on: shown::date(self.speech, mark.on),
            text: format!("{kind}: {}{note}", mark.name),
        }
    }

    fn absent(&self, metric: &Metric, tables: &[String]) -> AbsentShown {
        AbsentShown {
            title: metric.title.get(self.speech.language).to_owned(),
            needs: self.speech.say_with("absent-needs", &[("tables", &tables.join(", "))]),
        }
    }

    fn metric(&self, line: &Line) -> MetricShown {
        let (metric, speech) = (&line.metric, self.speech);
        let broken = line.broken_guard();
        MetricShown {
            anchor: line_anchor(line),
            title: self.title(line),
            summary: metric.summary.get(speech.language).to_owned(),
            value: if line.parts.is_empty() { self.value(line, &line.figure) } else { String::new() },
            empty: line.figure.value.is_none(),
            interval: self.interval(line, &line.figure),
            counted: self.counted(line),
            notes: self.notes(line),
            verdict: self.verdict(line),
            guards: line.guards.iter().map(|guard| self.guard(guard)).collect(),
            warning: broken
                .map(|guard| speech.say_with("guard-warning", &[("metric", guard.metric.title.get(speech.language))])),
            charts: self.charts(line),
            how: format!(
                "{}; {}",
                speech.say_with("how-to-read", &[("id", &metric.id), ("dated_by", &dated_by(metric))]),
                speech.say(direction_key(metric.better)),
            ),
            definition: line.definition.clone(),
            differences: metric.differences.iter().map(|one| (one.system.clone(), one.how.clone())).collect(),
            sources: metric.sources.iter().map(source).collect(),
            bands: metric.bands.iter().map(|band| self.band(line, band)).collect(),
        }
    }

    fn title(&self, line: &Line) -> String {
        let title = line.metric.title.get(self.speech.language);
        line.label.as_ref().map_or_else(|| title.to_owned(), |label| format!("{title} ({label})"))
    }

    fn write(&self, line: &Line, value: f64) -> String {
        shown::value(self.speech, value, line.metric.unit, line.figure.currency.as_deref())
    }

    fn value(&self, line: &Line, figure: &Figure) -> String {
        match figure.value {
            _ if figure.withheld => self.speech.say("withheld"),
            Some(value) => self.write(line, value),
            None => self.speech.say("no-data"),
        }
    }

    fn interval(&self, line: &Line, figure: &Figure) -> Option<String> {
        let (low, high) = figure.low.zip(figure.high)?;
        Some(self.speech.say_with("interval-of", &[("low", &self.write(line, low)), ("high", &self.write(line, high))]))
    }

    fn counted(&self, line: &Line) -> String {
        super::super::counted(self.speech, &line.metric, &line.figure)
    }

    fn notes(&self, line: &Line) -> Vec<String> {
        let (speech, figure) = (self.speech, &line.figure);
        let mut notes = Vec::new();
        if figure.is_of_few(self.card.n_min) {
            notes.push(speech.say("few-rows"));
        }
        if figure.open > 0 {
            notes.push(speech.say_count("still-open", figure.open, &shown::count(speech.language, figure.open)));
        }
        if let Some(target) = line.target {
            notes.push(speech.say_with("target-is", &[("value", &self.write(line, target))]));
        }
        notes
    }

    fn verdict(&self, line: &Line) -> Option<VerdictShown> {
        let change = line.change.as_ref()?;
        let (verdict, previous) = (change.verdict?, change.previous?);
        let before = self.write(line, previous);
        let before = match change.value.filter(|_| change.value != line.figure.value) {
            Some(now) => format!("{before} \u{2192} {}", self.write(line, now)),
            None => self.speech.say_with("from-before", &[("before", &before)]),
        };
        Some(VerdictShown {
            class: verdict_class(verdict),
            sign: verdict_sign(verdict),
            words: self.speech.say(verdict_key(verdict)),
            before,
        })
    }

    fn guard(&self, guard: &crate::report::card::Guard) -> GuardShown {
        let words = guard
            .verdict
            .map_or_else(|| self.speech.say("no-verdict"), |verdict| self.speech.say(verdict_key(verdict)));
        let title = guard.metric.title.get(self.speech.language);
        GuardShown {
            class: guard.verdict.map_or("same", verdict_class),
            text: self.speech.say_with("guard-fine", &[("metric", title), ("verdict", &words)]),
        }
    }

    fn charts(&self, line: &Line) -> Vec<ChartShown> {
        let mut charts = Vec::new();
        if line.trend.iter().filter(|point| point.figure.value.is_some()).count() > 1 {
            charts.push(self.trend(line));
        }
        if !line.parts.is_empty() {
            charts.push(self.bars(line, &self.speech.say("parts"), "parts", &line.parts));
        }
        for Breakdown { dimension, bars } in &line.breakdowns {
            let heading = self.speech.find(&format!("by-{dimension}")).unwrap_or_else(|| dimension.clone());
            charts.push(self.bars(line, &heading, dimension, bars));
        }
        charts
    }

    fn trend(&self, line: &Line) -> ChartShown {
        let (card, speech) = (self.card, self.speech);
        let title = self.title(line);
        let grain = speech.say(&format!("grain-{}", card.grain));
        let period = |point: &Point| shown::period(speech, point.starts, card.grain);
        let (first, last) =
            (line.trend.first().map(period).unwrap_or_default(), line.trend.last().map(period).unwrap_or_default());
        let heading =
            speech.say_with("chart-of", &[("metric", &title), ("grain", &grain), ("from", &first), ("to", &last)]);
        let known: Vec<&Figure> =
            line.trend.iter().map(|point| &point.figure).filter(|figure| figure.value.is_some()).collect();
        let at = |figure: Option<&&Figure>| figure.map(|figure| self.value(line, figure)).unwrap_or_default();
        let description =
            speech.say_with("chart-first-last", &[("first", &at(known.first())), ("last", &at(known.last()))]);
        let frame = Frame {
            id: &line_anchor(line),
            title: &heading,
            description: &description,
            unit: line.metric.unit,
            target: line.target,
            ticks: ticks(line, period),
        };
        let drawing = svg::trend(&frame, &self.spots(line), &self.flags(line), |value| self.write(line, value));
        let rows = line.trend.iter().map(|point| self.row(line, period(point), &point.figure)).collect();
        ChartShown { heading: None, drawing, first_column: speech.say("period-column"), rows }
    }

    fn spots(&self, line: &Line) -> Vec<Spot> {
        let last = line.trend.len().saturating_sub(1).max(1) as f64;
        let spot = |(number, point): (usize, &Point)| Spot {
            at: number as f64 / last,
            value: point.figure.value,
            low: point.figure.low,
            high: point.figure.high,
            running: point.figure.running,
            says: format!(
                "{}: {}",
                shown::period(self.speech, point.starts, self.card.grain),
                self.value(line, &point.figure)
            ),
        };
        line.trend.iter().enumerate().map(spot).collect()
    }

    /// What happened, where the trend shows it: at its share of the way between the periods around it.
    fn flags(&self, line: &Line) -> Vec<Flag> {
        let starts: Vec<Date> = line.trend.iter().map(|point| point.starts).collect();
        let last = starts.len().saturating_sub(1).max(1) as f64;
        let place = |on: Date| {
            let before = starts.partition_point(|start| *start <= on).checked_sub(1)?;
            let from = *starts.get(before)?;
            let Some(to) = starts.get(before + 1) else { return Some(before as f64 / last) };
            let share = f64::from((on - from).get_days()) / f64::from((*to - from).get_days().max(1));
            Some((before as f64 + share) / last)
        };
        let flag = |(number, mark): (usize, &Mark)| {
            let says = format!("{}: {}", shown::date(self.speech, mark.on), mark.name);
            place(mark.on).map(|at| Flag { at, letter: letter(number), says })
        };
        self.card.marks.iter().enumerate().filter_map(flag).collect()
    }

    fn bars(&self, line: &Line, heading: &str, name: &str, figures: &[Figure]) -> ChartShown {
        let speech = self.speech;
        let label = |figure: &Figure| figure.group.clone().unwrap_or_else(|| speech.say("unknown-group"));
        let bar = |figure: &Figure| Bar {
            label: label(figure),
            value: figure.value,
            low: figure.low,
            high: figure.high,
            shown: self.value(line, figure),
            class: figure.verdict.map_or("same", verdict_class),
        };
        let title = speech.say_with("bars-of", &[("metric", &self.title(line)), ("by", heading)]);
        let description = figures
            .iter()
            .map(|figure| format!("{} {}", label(figure), self.value(line, figure)))
            .collect::<Vec<_>>()
            .join("; ");
        let id = anchor(&line_anchor(line), name);
        let drawing = svg::bars(&id, &title, &description, &figures.iter().map(bar).collect::<Vec<_>>());
        let rows = figures.iter().map(|figure| self.row(line, label(figure), figure)).collect();
        ChartShown { heading: Some(heading.to_owned()), drawing, first_column: speech.say("group"), rows }
    }

    /// A row of the table beside a drawing.
    fn row(&self, line: &Line, first: String, figure: &Figure) -> [String; 5] {
        let end = |value: Option<f64>| value.map_or_else(|| "\u{2013}".to_owned(), |value| self.write(line, value));
        let rows = figure.n.map_or_else(|| "\u{2013}".to_owned(), |n| shown::count(self.speech.language, n));
        [first, self.value(line, figure), end(figure.low), end(figure.high), rows]
    }

    fn band(&self, line: &Line, band: &Band) -> String {
        let value = match (band.low, band.high) {
            (Some(low), Some(high)) if low == high => self.write(line, low),
            (Some(low), Some(high)) => format!("{} \u{2013} {}", self.write(line, low), self.write(line, high)),
            (Some(low), None) => format!("\u{2265} {}", self.write(line, low)),
            (None, Some(high)) => format!("\u{2264} {}", self.write(line, high)),
            (None, None) => "\u{2013}".to_owned(),
        };
        let year = band.year.map(|year| format!(" {year}")).unwrap_or_default();
        format!("{value}: {} ({}{year}, {})", band.of, band.source, band.grade.word())
    }
}

fn line_anchor(line: &Line) -> String {
    let label = line.label.as_ref().map(|label| format!("-{label}")).unwrap_or_default();
    anchor("metric", &format!("{}{label}", line.metric.id))
}

fn verdict_class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Better => "better",
        Verdict::Worse => "worse",
        Verdict::Higher | Verdict::Lower => "changed",
        Verdict::NoDetectableChange | Verdict::TooLittleData => "same",
    }
}

fn letter(number: usize) -> String {
    char::from_u32('A' as u32 + number as u32 % 26).map(String::from).unwrap_or_default()
}

/// The first period, the last, and one between where there is room.
fn ticks(line: &Line, period: impl Fn(&Point) -> String) -> Vec<(f64, String)> {
    let last = line.trend.len().saturating_sub(1);
    let places = if last >= 6 { vec![0, last / 2, last] } else { vec![0, last] };
    let share = |place: usize| place as f64 / last.max(1) as f64;
    places.into_iter().filter_map(|place| line.trend.get(place).map(|point| (share(place), period(point)))).collect()
}

/// The moments that put rows of a metric into a period.
pub(crate) fn dated_by(metric: &Metric) -> String {
    let moment = |rows: &&Rows| match &rows.dating {
        Dating::Moment(column) => column.clone(),
        Dating::Whole { start, end } => format!("{start}, {end}"),
        Dating::Stock { at: StockAt::PeriodStart, .. } => "period_start".to_owned(),
        Dating::Stock { at: StockAt::PeriodEnd, .. } => "period_end".to_owned(),
    };
    let mut moments: Vec<String> = metric.formula.rows().iter().map(moment).collect();
    moments.dedup();
    moments.join(" / ")
}

/// A source in one line.
pub(crate) fn source(source: &mittari_core::metric::Source) -> String {
    let mut text = source.author.as_ref().map(|author| format!("{author}: ")).unwrap_or_default();
    text.push_str(&source.title);
    if let Some(year) = source.year {
        text.push_str(&format!(" ({year})"));
    }
    if let Some(url) = &source.url {
        text.push_str(&format!(", {url}"));
    }
    text
}

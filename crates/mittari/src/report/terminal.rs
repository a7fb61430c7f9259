//! The scorecard on a terminal: families as sections, a metric a line, what stands out first.

use comfy_table::{Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement, Row, Table, Width, presets};
use mittari_core::estimate::Verdict;

use super::card::{CalendarShown, Card, Figure, Finding, Line, Section, verdict_key, verdict_sign};
use super::html::family;
use super::speech::Speech;
use super::{counted, findings_text, shown};
use crate::console::{Console, Tone};

/// Letters of a course.
const COURSE: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Periods of a course that are drawn.
const COURSE_MAX: usize = 24;

/// The whole card as text.
pub(crate) fn render(card: &Card, speech: &Speech, console: &Console) -> String {
    let drawing = Drawing { card, speech, console };
    let mut parts = vec![drawing.head(), drawing.findings()];
    parts.extend(card.sections.iter().map(|section| drawing.section(section)));
    parts.extend(drawing.absent());
    parts.join("\n")
}

struct Drawing<'d> {
    card: &'d Card,
    speech: &'d Speech,
    console: &'d Console,
}

impl Drawing<'_> {
    fn head(&self) -> String {
        let (card, speech) = (self.card, self.speech);
        let title = match &card.company {
            Some(company) => speech.say_with("report-of", &[("company", company)]),
            None => speech.say("report-title"),
        };
        let mut lines = vec![self.console.paint(Tone::Strong, &title), self.span("period", card.from, card.to)];
        if let Some(compared) = card.compared {
            let now = self.span("period", compared.now.0, compared.now.1);
            let before = self.span("period", compared.before.0, compared.before.1);
            lines.push(speech.say_with("changes-between", &[("now", &now), ("before", &before)]));
        }
        let calendar = match &card.calendar {
            CalendarShown::None => speech.say("calendar-none"),
            CalendarShown::One(name) => speech.say_with("calendar", &[("calendar", name)]),
            CalendarShown::ByTeam => speech.say("calendar-teams"),
        };
        let grain = speech.say(&format!("grain-{}", card.grain));
        let mut facts = vec![speech.say_with("zone", &[("zone", &card.zone)]), calendar, speech.say_with("trend-by", &[("grain", &grain)])];
        facts.extend(card.known_until.as_ref().map(|at| speech.say_with("known-until", &[("at", at)])));
        facts.extend(card.as_of.as_ref().map(|at| speech.say_with("recorded-as-of", &[("at", at)])));
        if !card.filters.is_empty() {
            facts.push(speech.say_with("filters", &[("filters", &card.filters.join(", "))]));
        }
        lines.push(self.console.paint(Tone::Soft, &facts.join(" · ")));
        lines.join("\n")
    }

    fn span(&self, key: &str, from: jiff::civil::Date, to: jiff::civil::Date) -> String {
        let last = to.yesterday().unwrap_or(to);
        self.speech.say_with(key, &[("from", &shown::date(self.speech, from)), ("to", &shown::date(self.speech, last))])
    }

    fn findings(&self) -> String {
        let mut lines = vec![String::new(), self.console.paint(Tone::Strong, &self.speech.say("findings-title"))];
        if self.card.findings.is_empty() {
            lines.push(format!("  {}", self.speech.say("findings-none")));
        }
        for finding in &self.card.findings {
            let (sign, tone) = match findings_text::class(finding) {
                "better" => ("\u{2713}", Tone::Good),
                "worse" => ("!", Tone::Bad),
                _ => ("\u{2022}", Tone::Notable),
            };
            lines.push(self.wrapped(&self.console.paint(tone, sign), &self.finding(finding)));
        }
        lines.push(String::new());
        lines.join("\n")
    }

    fn finding(&self, finding: &Finding) -> String {
        findings_text::text(self.speech, finding)
    }

    /// A sign and a text beside it, broken between words; texts without spaces are broken anywhere.
    fn wrapped(&self, sign: &str, text: &str) -> String {
        let room = self.console.width.saturating_sub(4).max(20);
        let mut lines: Vec<String> = vec![String::new()];
        for word in text.split(' ') {
            let last = lines.len() - 1;
            if !lines[last].is_empty() && letters(&lines[last]) + 1 + letters(word) > room {
                lines.push(word.to_owned());
            } else {
                if !lines[last].is_empty() {
                    lines[last].push(' ');
                }
                lines[last].push_str(word);
            }
        }
        format!("  {sign} {}", lines.join("\n    "))
    }

    fn section(&self, section: &Section) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(self.console.width).unwrap_or(120));
        if self.console.coloured {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        let title = family(self.speech, &section.family);
        table.set_header(self.header(&title));
        let narrow = self.is_narrow();
        for line in section.lines.iter().filter(|line| line.parts.is_empty()) {
            table.add_row(self.row(line));
        }
        if let Some(column) = table.column_mut(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let widths: &[u16] = if narrow { &[34, 18, 40] } else { &[30, 16, 22, 26, 26, 34] };
        for (number, width) in widths.iter().enumerate() {
            if let Some(column) = table.column_mut(number) {
                column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(*width)));
            }
        }
        let mut text = table.trim_fmt();
        for line in section.lines.iter().filter(|line| !line.parts.is_empty()) {
            text.push('\n');
            text.push_str(&self.parts(line));
        }
        text.push('\n');
        text
    }

    fn is_narrow(&self) -> bool {
        self.console.width < 110
    }

    fn header(&self, title: &str) -> Row {
        let soft = |key: &str| Cell::new(self.speech.say(key)).add_attribute(Attribute::Dim);
        let mut cells = vec![Cell::new(title).add_attribute(Attribute::Bold), soft("value").set_alignment(CellAlignment::Right)];
        if !self.is_narrow() {
            cells.extend([soft("interval"), soft("counted"), soft("trend")]);
        }
        cells.push(soft("change"));
        Row::from(cells)
    }

    fn row(&self, line: &Line) -> Row {
        let figure = &line.figure;
        let mut value = Cell::new(self.value(line, figure)).set_alignment(CellAlignment::Right);
        value = if figure.value.is_none() { value.add_attribute(Attribute::Dim) } else { value.add_attribute(Attribute::Bold) };
        let mut cells = vec![Cell::new(self.title(line)), value];
        if !self.is_narrow() {
            cells.push(Cell::new(self.interval(line)).add_attribute(Attribute::Dim));
            cells.push(Cell::new(self.counted(line)).add_attribute(Attribute::Dim));
            cells.push(Cell::new(course(line)));
        }
        cells.push(self.change(line));
        Row::from(cells)
    }

    fn title(&self, line: &Line) -> String {
        let title = line.metric.title.get(self.speech.language);
        line.label.as_ref().map_or_else(|| title.to_owned(), |label| format!("{title} ({label})"))
    }

    fn value(&self, line: &Line, figure: &Figure) -> String {
        match figure.value {
            _ if figure.withheld => self.speech.say("withheld"),
            Some(value) => self.write(line, value),
            None => self.speech.say("no-data"),
        }
    }

    fn write(&self, line: &Line, value: f64) -> String {
        shown::value(self.speech, value, line.metric.unit, line.figure.currency.as_deref())
    }

    fn interval(&self, line: &Line) -> String {
        let ends = line.figure.low.zip(line.figure.high);
        ends.map(|(low, high)| format!("{} \u{2013} {}", self.write(line, low), self.write(line, high))).unwrap_or_default()
    }

    fn counted(&self, line: &Line) -> String {
        let mut text = counted(self.speech, &line.metric, &line.figure);
        let figure = &line.figure;
        if figure.open > 0 {
            let open = shown::count(self.speech.language, figure.open);
            text.push_str(&format!("; {}", self.speech.say_count("still-open", figure.open, &open)));
        }
        if figure.is_of_few(self.card.n_min) {
            text.push_str(&format!("; {}", self.speech.say("few-rows")));
        }
        text
    }

    /// The verdict with both values; beside a speed metric what keeps it honest.
    fn change(&self, line: &Line) -> Cell {
        let mut text = String::new();
        let verdict = line.change.as_ref().and_then(|change| change.verdict);
        if let (Some(change), Some(verdict)) = (&line.change, verdict) {
            text = format!("{} {}", verdict_sign(verdict), self.speech.say(verdict_key(verdict)));
            if let (Some(before), Some(now)) = (change.previous, change.value) {
                text.push_str(&format!("\n  {} \u{2192} {}", self.write(line, before), self.write(line, now)));
            }
        }
        let guards: Vec<String> = line
            .guards
            .iter()
            .filter_map(|guard| Some(format!("{} {}", guard.metric.title.get(self.speech.language), verdict_sign(guard.verdict?))))
            .collect();
        if let Some(guard) = line.broken_guard() {
            let title = guard.metric.title.get(self.speech.language);
            text.push_str(&format!("\n! {}", self.speech.say_with("guard-warning", &[("metric", title)])));
        } else if !guards.is_empty() {
            text.push_str(&format!("\n  {}: {}", self.speech.say("guard-title"), guards.join(", ")));
        }
        let cell = Cell::new(text.trim_start_matches('\n'));
        match verdict {
            _ if line.broken_guard().is_some() => cell.fg(Color::Red),
            Some(Verdict::Better) => cell.fg(Color::Green),
            Some(Verdict::Worse) => cell.fg(Color::Red),
            Some(Verdict::Higher | Verdict::Lower) => cell.fg(Color::Yellow),
            _ => cell.add_attribute(Attribute::Dim),
        }
    }

    /// A split: its shares, the largest first.
    fn parts(&self, line: &Line) -> String {
        let part = |part: &Figure| {
            let label = part.group.clone().unwrap_or_else(|| self.speech.say("unknown-group"));
            format!("{label}\u{a0}{}", self.value(line, part))
        };
        let shares: Vec<String> = line.parts.iter().map(part).collect();
        self.wrapped("", &format!("{}: {}", self.title(line), shares.join(" · "))).replacen("   ", " ", 1)
    }

    fn absent(&self) -> Option<String> {
        if self.card.absent.is_empty() {
            return None;
        }
        let mut lines = vec![self.console.paint(Tone::Strong, &self.speech.say("absent-title"))];
        for absent in &self.card.absent {
            let needs = if absent.tables.is_empty() {
                self.speech.say("no-data")
            } else {
                self.speech.say_with("absent-needs", &[("tables", &absent.tables.join(", "))])
            };
            let title = absent.metric.title.get(self.speech.language);
            lines.push(format!("  {title}: {}", self.console.paint(Tone::Soft, &needs)));
        }
        Some(lines.join("\n"))
    }
}

fn letters(text: &str) -> usize {
    text.chars().count()
}

/// The course as a row of bars; a period without data is a gap, one that still runs is a dot.
fn course(line: &Line) -> String {
    let skipped = line.trend.len().saturating_sub(COURSE_MAX);
    let points = &line.trend[skipped..];
    let values = || points.iter().filter_map(|point| point.figure.value);
    let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    if !least.is_finite() {
        return String::new();
    }
    let bar = |value: f64| {
        let share = if most > least { (value - least) / (most - least) } else { 0.5 };
        COURSE[((share * 7.0).round() as usize).min(7)]
    };
    let letter = |figure: &Figure| figure.value.map_or(' ', bar);
    points.iter().map(|point| letter(&point.figure)).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::Colour;
    use crate::report::sample;
    use mittari_core::metric::Language;

    fn drawn(language: Language) -> String {
        let console = Console::new(false, Colour::Never);
        render(&sample::card(), &Speech::new(language), &console)
    }

    #[test]
    fn a_line_says_value_interval_rows_course_and_verdict() {
        let text = drawn(Language::English).replace('\u{a0}', " ");
        for part in ["First response time", "1 h 52 min", "1 h 51 min – 1 h 54 min", "better", "2 h 45 min → 1 h 52 min"] {
            assert!(text.contains(part), "{part} is missing in:\n{text}");
        }
    }

    #[test]
    fn a_worse_guard_stands_beside_the_speed() {
        let text: String = drawn(Language::English).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("Reopen rate"), "{text}");
        assert!(text.contains('!'));
    }

    #[test]
    fn a_period_without_data_is_a_gap_in_the_course() {
        let card = sample::card();
        assert_eq!(course(&card.sections[0].lines[0]).chars().filter(|letter| *letter == ' ').count(), 1);
        assert_eq!(course(&card.sections[0].lines[1]), "");
    }

    #[test]
    fn there_is_no_colour_without_a_terminal() {
        assert!(Language::ALL.into_iter().all(|language| !drawn(language).contains('\u{1b}')));
    }
}

//! The scorecard on a terminal: families as sections, a metric a line, what stands out first.

use mittari_core::estimate::Verdict;
use unicode_width::UnicodeWidthStr;

use super::card::{CalendarShown, Card, Figure, Finding, Line, Section, verdict_key, verdict_sign};
use super::html::family;
use super::speech::Speech;
use super::{counted, findings_text, shown};
use crate::console::{Console, Tone};

/// Letters of a course.
const COURSE: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Periods of a course that are drawn.
const COURSE_MAX: usize = 24;
/// Places for a title and for a value.
const TITLE: usize = 32;
const VALUE: usize = 14;

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
            let legend = [Verdict::Better, Verdict::Worse, Verdict::NoDetectableChange, Verdict::TooLittleData]
                .map(|verdict| format!("{} {}", verdict_sign(verdict), speech.say(verdict_key(verdict))));
            lines.push(self.console.paint(Tone::Soft, &legend.join("   ")));
        }
        let calendar = match &card.calendar {
            CalendarShown::None => speech.say("calendar-none"),
            CalendarShown::One(name) => speech.say_with("calendar", &[("calendar", name)]),
            CalendarShown::ByTeam => speech.say("calendar-teams"),
        };
        let grain = speech.say(&format!("grain-{}", card.grain));
        let mut facts = vec![
            speech.say_with("zone", &[("zone", &card.zone)]),
            calendar,
            speech.say_with("trend-by", &[("grain", &grain)]),
        ];
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
        let title = family(self.speech, &section.family);
        let mut lines = vec![self.console.paint(Tone::Strong, &title)];
        for line in &section.lines {
            if line.parts.is_empty() {
                lines.extend(self.metric(line));
            } else {
                lines.push(self.parts(line));
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }

    /// One metric: title, value, course and change; under it how far to trust it, and what keeps it honest.
    fn metric(&self, line: &Line) -> Vec<String> {
        let title = self.title(line);
        let value = self.value(line, &line.figure);
        let tone = if line.figure.value.is_none() { Tone::Soft } else { Tone::Strong };
        let room = TITLE.saturating_sub(letters(&title));
        let padded =
            format!("{}{}", " ".repeat(VALUE.saturating_sub(letters(&value))), self.console.paint(tone, &value));
        let course = course(line);
        let (change, change_tone) = self.change(line);
        let first = if letters(&title) > TITLE {
            format!("  {title}\n  {}", " ".repeat(TITLE))
        } else {
            format!("  {title}{}", " ".repeat(room))
        };
        let mut head = format!("{first} {padded}  {course:<COURSE_MAX$}");
        let mut lines = Vec::new();
        let used = 2 + TITLE + 1 + VALUE + 2 + COURSE_MAX + 2;
        if !change.is_empty() && used + letters(&change) <= self.console.width {
            head.push_str(&format!("  {}", self.console.paint(change_tone, &change)));
            lines.push(head.trim_end().to_owned());
        } else {
            lines.push(head.trim_end().to_owned());
            lines.extend((!change.is_empty()).then(|| format!("    {}", self.console.paint(change_tone, &change))));
        }
        let trust = self.trust(line);
        lines.extend((!trust.is_empty()).then(|| self.soft(&trust)));
        lines.extend(self.guards(line));
        lines
    }

    fn soft(&self, text: &str) -> String {
        self.wrapped("", text).lines().map(|line| self.console.paint(Tone::Soft, line)).collect::<Vec<_>>().join("\n")
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

    fn trust(&self, line: &Line) -> String {
        let figure = &line.figure;
        let mut parts = Vec::new();
        if let Some((low, high)) = figure.low.zip(figure.high) {
            let (low, high) = (self.write(line, low), self.write(line, high));
            parts.push(self.speech.say_with("interval-of", &[("low", &low), ("high", &high)]));
        }
        let counted = counted(self.speech, &line.metric, figure);
        parts.extend((!counted.is_empty()).then_some(counted));
        if figure.open > 0 {
            let open = shown::count(self.speech.language, figure.open);
            parts.push(self.speech.say_count("still-open", figure.open, &open));
        }
        if figure.is_of_few(self.card.n_min) {
            parts.push(self.speech.say("few-rows"));
        }
        if let Some(target) = line.target {
            parts.push(self.speech.say_with("target-is", &[("value", &self.write(line, target))]));
        }
        parts.join(" \u{b7} ")
    }

    /// The verdict, and what was and is.
    fn change(&self, line: &Line) -> (String, Tone) {
        let Some(change) = &line.change else { return (String::new(), Tone::Soft) };
        let Some(verdict) = change.verdict else { return (String::new(), Tone::Soft) };
        let mut text = verdict_sign(verdict).to_owned();
        if !matches!(verdict, Verdict::NoDetectableChange) {
            text.push_str(&format!(" {}", self.speech.say(verdict_key(verdict))));
        }
        if let (Some(before), Some(now)) = (change.previous, change.value) {
            text.push_str(&format!(" {} \u{2192} {}", self.write(line, before), self.write(line, now)));
        }
        let tone = match verdict {
            _ if line.broken_guard().is_some() => Tone::Bad,
            Verdict::Better => Tone::Good,
            Verdict::Worse => Tone::Bad,
            Verdict::Higher | Verdict::Lower => Tone::Notable,
            Verdict::NoDetectableChange | Verdict::TooLittleData => Tone::Soft,
        };
        (text, tone)
    }

    /// What keeps a speed metric honest, always; of other metrics only where it broke.
    fn guards(&self, line: &Line) -> Vec<String> {
        if let Some(guard) = line.broken_guard() {
            let title = guard.metric.title.get(self.speech.language);
            let warning = self.speech.say_with("guard-warning", &[("metric", title)]);
            return vec![self.wrapped(&self.console.paint(Tone::Bad, "!"), &warning)];
        }
        if line.metric.family != "speed" {
            return Vec::new();
        }
        let shown = |guard: &super::card::Guard| {
            Some(format!("{} {}", guard.metric.title.get(self.speech.language), verdict_sign(guard.verdict?)))
        };
        let guards: Vec<String> = line.guards.iter().filter_map(shown).collect();
        if guards.is_empty() {
            return Vec::new();
        }
        vec![self.soft(&format!("{}: {}", self.speech.say("guard-title"), guards.join(", ")))]
    }

    /// A split: its shares, the largest first.
    fn parts(&self, line: &Line) -> String {
        let part = |part: &Figure| {
            let label = part.group.clone().unwrap_or_else(|| self.speech.say("unknown-group"));
            format!("{label}\u{a0}{}", self.value(line, part))
        };
        let shares: Vec<String> = line.parts.iter().map(part).collect();
        let text = format!("{}: {}", self.title(line), shares.join(" \u{b7} "));
        self.wrapped("", &text)
            .trim_start()
            .lines()
            .map(|line| format!("  {}", line.replacen("  ", "", 1)))
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn absent(&self) -> Option<String> {
        if self.card.absent.is_empty() {
            return None;
        }
        let mut by_need: Vec<(String, Vec<&str>)> = Vec::new();
        for absent in &self.card.absent {
            let needs = if absent.tables.is_empty() {
                self.speech.say("no-data")
            } else {
                self.speech.say_with("absent-needs", &[("tables", &absent.tables.join(", "))])
            };
            let title = absent.metric.title.get(self.speech.language);
            match by_need.iter_mut().find(|(known, _)| *known == needs) {
                Some((_, titles)) => titles.push(title),
                None => by_need.push((needs, vec![title])),
            }
        }
        let mut lines = vec![self.console.paint(Tone::Strong, &self.speech.say("absent-title"))];
        lines.extend(
            by_need.iter().map(|(needs, titles)| self.wrapped("", &format!("{needs}: {}", titles.join(" \u{b7} ")))),
        );
        Some(lines.join("\n"))
    }
}

/// How wide a text is on a terminal: Chinese letters take two places.
fn letters(text: &str) -> usize {
    text.width()
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
        let level = if most == 0.0 { 0.0 } else { 0.5 };
        let share = if most > least { (value - least) / (most - least) } else { level };
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
        for part in
            ["First response time", "1 h 52 min", "1 h 51 min to 1 h 54 min", "better", "2 h 45 min → 1 h 52 min"]
        {
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

//! Drawings as text: trend lines with their intervals, sparklines, bars. No script, no style of their own:
//! classes take their colours from the page, so that light, dark and print need one drawing.
//!
//! Every text that comes from data goes through [`escape`].

use std::fmt::Write;

use mittari_core::metric::Unit;

/// One point of a drawing; all in the metric's unit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spot {
    /// Where on the axis of time, 0 to 1.
    pub(crate) at: f64,
    pub(crate) value: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// Still running: drawn hollow.
    pub(crate) running: bool,
    /// What a pointer over it says.
    pub(crate) says: String,
}

/// Something on the axis of time.
#[derive(Clone, Debug)]
pub(crate) struct Flag {
    pub(crate) at: f64,
    /// The letter above the line.
    pub(crate) letter: String,
    pub(crate) says: String,
}

/// What a trend needs beside its points.
#[derive(Clone, Debug)]
pub(crate) struct Frame<'f> {
    pub(crate) id: &'f str,
    pub(crate) title: &'f str,
    pub(crate) description: &'f str,
    pub(crate) unit: Unit,
    pub(crate) target: Option<f64>,
    /// Texts under the axis: where, and what.
    pub(crate) ticks: Vec<(f64, String)>,
}

/// One bar.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    /// The value as it is written.
    pub(crate) shown: String,
    /// better, worse or nothing: a class.
    pub(crate) class: &'static str,
}

const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 138.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 22.0;

/// A trend: ribbon, line, points, flags, two labelled lines of the scale.
pub(crate) fn trend(frame: &Frame<'_>, spots: &[Spot], flags: &[Flag], written: impl Fn(f64) -> String) -> String {
    let scale = Scale::of(frame.unit, spots, frame.target);
    let x = |at: f64| LEFT + at * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| TOP + (1.0 - scale.share(value)) * (HEIGHT - TOP - BOTTOM);
    let mut out = opening(frame.id, frame.title, frame.description, WIDTH, HEIGHT, "trend");
    for value in scale.lines() {
        let at = y(value);
        put(
            &mut out,
            format_args!(
                "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>",
                WIDTH - RIGHT
            ),
        );
        put(
            &mut out,
            format_args!(
                "<text class=\"scale\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                LEFT - 6.0,
                at + 3.5,
                escape(&written(value))
            ),
        );
    }
    if let Some(target) = frame.target.filter(|target| scale.holds(*target)) {
        let at = y(target);
        put(
            &mut out,
            format_args!(
                "<line class=\"target\" x1=\"{LEFT}\" x2=\"{:.1}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>",
                WIDTH - RIGHT
            ),
        );
    }
    for flag in flags {
        let at = x(flag.at);
        put(
            &mut out,
            format_args!(
                "<g class=\"flag\"><title>{}</title><line x1=\"{at:.1}\" x2=\"{at:.1}\" y1=\"{TOP}\" y2=\"{:.1}\"/><text x=\"{at:.1}\" y=\"{:.1}\">{}</text></g>",
                escape(&flag.says),
                HEIGHT - BOTTOM,
                TOP - 4.0,
                escape(&flag.letter),
            ),
        );
    }
    for run in runs(spots) {
        ribbon(&mut out, run, x, y);
        line(&mut out, run, x, y);
    }
    points(&mut out, spots, x, y);
    for (at, text) in &frame.ticks {
        let anchor = if *at < 0.05 {
            "start"
        } else if *at > 0.95 {
            "end"
        } else {
            "middle"
        };
        put(
            &mut out,
            format_args!(
                "<text class=\"tick\" text-anchor=\"{anchor}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                x(*at),
                HEIGHT - 6.0,
                escape(text)
            ),
        );
    }
    out.push_str("</svg>");
    out
}

/// A trend without axes, for beside a number; hidden from readers of the page by ear, who have the number.
pub(crate) fn sparkline(unit: Unit, spots: &[Spot]) -> String {
    let (width, height) = (170.0, 30.0);
    let scale = Scale::of(unit, spots, None);
    let x = |at: f64| 2.0 + at * (width - 4.0);
    let y = |value: f64| 3.0 + (1.0 - scale.share(value)) * (height - 6.0);
    let mut out = format!(
        "<svg class=\"sparkline\" viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"xMinYMid meet\" aria-hidden=\"true\" focusable=\"false\">"
    );
    for run in runs(spots) {
        ribbon(&mut out, run, x, y);
        line(&mut out, run, x, y);
    }
    if let Some((spot, value)) = spots.iter().rev().find_map(|spot| spot.value.map(|value| (spot, value))) {
        let class = if spot.running { "dot running" } else { "dot" };
        put(
            &mut out,
            format_args!("<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.2\"/>", x(spot.at), y(value)),
        );
    }
    out.push_str("</svg>");
    out
}

/// Bars, one under the other, each with its interval and its value.
pub(crate) fn bars(id: &str, title: &str, description: &str, bars: &[Bar]) -> String {
    let (row, label, shown) = (22.0, 108.0, 84.0);
    let height = row * bars.len() as f64 + 4.0;
    let known = || bars.iter().flat_map(|bar| [bar.value, bar.low, bar.high]).flatten();
    let (least, most) = (known().fold(0.0_f64, f64::min), known().fold(0.0_f64, f64::max));
    let span = if most > least { most - least } else { 1.0 };
    let x = |value: f64| label + (value - least) / span * (WIDTH - label - shown);
    let mut out = opening(id, title, description, WIDTH, height, "bars");
    for (number, bar) in bars.iter().enumerate() {
        let top = 2.0 + row * number as f64;
        let middle = top + row / 2.0;
        put(
            &mut out,
            format_args!(
                "<text class=\"label\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                label - 8.0,
                middle + 3.8,
                escape(&shortened(&bar.label, 16))
            ),
        );
        if let Some(value) = bar.value {
            let (from, to) = (x(value.min(0.0)), x(value.max(0.0)));
            put(
                &mut out,
                format_args!(
                    "<rect class=\"bar {}\" x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"2\"/>",
                    bar.class,
                    top + 4.0,
                    (to - from).max(1.0),
                    row - 8.0
                ),
            );
        }
        if let (Some(low), Some(high)) = (bar.low, bar.high) {
            put(
                &mut out,
                format_args!(
                    "<line class=\"whisker\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{middle:.1}\" y2=\"{middle:.1}\"/>",
                    x(low),
                    x(high)
                ),
            );
        }
        put(
            &mut out,
            format_args!(
                "<text class=\"shown\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                WIDTH - 2.0,
                middle + 3.8,
                escape(&bar.shown)
            ),
        );
    }
    out.push_str("</svg>");
    out
}

/// Text for HTML and SVG, in elements and in attributes.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            // No character that XML does not know may end a drawing.
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => safe.push(c),
        }
    }
    safe
}

fn shortened(text: &str, letters: usize) -> String {
    if text.chars().count() <= letters {
        return text.to_owned();
    }
    let kept: String = text.chars().take(letters - 1).collect();
    format!("{}\u{2026}", kept.trim_end())
}

fn opening(id: &str, title: &str, description: &str, width: f64, height: f64, class: &str) -> String {
    let (id, title, description) = (escape(id), escape(title), escape(description));
    format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\"><title id=\"{id}-t\">{title}</title><desc id=\"{id}-d\">{description}</desc>"
    )
}

/// Writing into a `String` cannot fail.
fn put(out: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(what);
}

/// Stretches of points that have a value.
fn runs(spots: &[Spot]) -> impl Iterator<Item = &[Spot]> {
    spots.split(|spot| spot.value.is_none()).filter(|run| !run.is_empty())
}

fn ribbon(out: &mut String, run: &[Spot], x: impl Fn(f64) -> f64, y: impl Fn(f64) -> f64) {
    for run in run.split(|spot| spot.low.is_none() || spot.high.is_none()).filter(|run| run.len() > 1) {
        let edge = |spot: &Spot, value: Option<f64>| format!("{:.1},{:.1}", x(spot.at), y(value.unwrap_or_default()));
        let above = run.iter().map(|spot| edge(spot, spot.high));
        let below = run.iter().rev().map(|spot| edge(spot, spot.low));
        let path: Vec<String> = above.chain(below).collect();
        put(out, format_args!("<polygon class=\"ribbon\" points=\"{}\"/>", path.join(" ")));
    }
}

fn line(out: &mut String, run: &[Spot], x: impl Fn(f64) -> f64, y: impl Fn(f64) -> f64) {
    if run.len() > 1 {
        let path: Vec<String> =
            run.iter().map(|spot| format!("{:.1},{:.1}", x(spot.at), y(spot.value.unwrap_or_default()))).collect();
        put(out, format_args!("<polyline class=\"line\" points=\"{}\"/>", path.join(" ")));
    }
}

fn points(out: &mut String, spots: &[Spot], x: impl Fn(f64) -> f64, y: impl Fn(f64) -> f64) {
    for spot in spots {
        let Some(value) = spot.value else { continue };
        let class = if spot.running { "dot running" } else { "dot" };
        put(
            out,
            format_args!(
                "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.4\"><title>{}</title></circle>",
                x(spot.at),
                y(value),
                escape(&spot.says),
            ),
        );
    }
}

/// The scale of values: from zero where nothing is a natural beginning, else around what there is.
struct Scale {
    low: f64,
    high: f64,
    /// Seconds: round are minutes, hours and days.
    of_time: bool,
}

/// Round lengths of time, in seconds.
const ROUND_TIMES: [f64; 22] = [
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    432_000.0,
    864_000.0,
    1_728_000.0,
];

impl Scale {
    fn of(unit: Unit, spots: &[Spot], target: Option<f64>) -> Scale {
        let values = || spots.iter().flat_map(|spot| [spot.value, spot.low, spot.high]).flatten().chain(target);
        let (mut low, mut high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
        if !low.is_finite() || !high.is_finite() {
            return Scale { low: 0.0, high: 1.0, of_time: false };
        }
        let from_zero = matches!(unit, Unit::Count | Unit::Money | Unit::Duration | Unit::Ratio);
        if from_zero && low > 0.0 {
            low = 0.0;
        }
        let room = if high > low { (high - low) * 0.08 } else { high.abs().max(1.0) * 0.1 };
        high += room;
        if !(from_zero && low == 0.0) {
            low -= room;
        }
        let (least, most) = match unit {
            Unit::Percent => (0.0, 100.0),
            Unit::Points => (-100.0, 100.0),
            _ => (f64::NEG_INFINITY, f64::INFINITY),
        };
        Scale {
            low: low.max(least.min(low + room)),
            high: high.min(most.max(high - room)),
            of_time: unit == Unit::Duration,
        }
    }

    fn share(&self, value: f64) -> f64 {
        if self.high > self.low { (value - self.low) / (self.high - self.low) } else { 0.5 }
    }

    fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Two or three round values to draw lines at.
    fn lines(&self) -> Vec<f64> {
        let rough = (self.high - self.low) / 3.0;
        let size = 10.0_f64.powf(rough.abs().max(1e-12).log10().floor());
        let round_time = ROUND_TIMES.into_iter().find(|step| self.of_time && *step >= rough);
        let round = || [1.0, 2.0, 2.5, 5.0, 10.0].map(|times| times * size).into_iter().find(|step| *step >= rough);
        let step = round_time.or_else(round);
        let step = step.unwrap_or(size * 10.0);
        let first = (self.low / step).ceil() as i64;
        (0..5).map(|number| (first + number) as f64 * step).take_while(|value| *value <= self.high).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spots(values: &[Option<f64>]) -> Vec<Spot> {
        let last = (values.len() - 1).max(1) as f64;
        let spot = |(number, value): (usize, &Option<f64>)| Spot {
            at: number as f64 / last,
            value: *value,
            low: value.map(|value| value - 1.0),
            high: value.map(|value| value + 1.0),
            ..Spot::default()
        };
        values.iter().enumerate().map(spot).collect()
    }

    #[test]
    fn a_period_without_data_leaves_a_gap_in_the_line() {
        let drawn = sparkline(Unit::Percent, &spots(&[Some(50.0), Some(51.0), None, Some(52.0), Some(53.0)]));
        assert_eq!(drawn.matches("<polyline").count(), 2);
        assert!(!drawn.contains("NaN"));
    }

    #[test]
    fn nothing_to_draw_draws_nothing_but_a_frame() {
        let drawn = sparkline(Unit::Count, &spots(&[None, None]));
        assert!(!drawn.contains("polyline") && !drawn.contains("NaN") && !drawn.contains("inf"));
    }

    #[test]
    fn a_script_in_a_label_is_text() {
        let bar = Bar { label: "<script>x</script>".into(), value: Some(1.0), shown: "\"1\"".into(), ..Bar::default() };
        let drawn = bars("b", "a \"title\"", "</desc><script>", &[bar]);
        assert!(!drawn.contains("<script"));
        assert!(drawn.contains("&lt;script&gt;"));
    }

    #[test]
    fn a_share_of_all_is_not_drawn_past_a_hundred() {
        let scale = Scale::of(Unit::Percent, &spots(&[Some(99.0), Some(98.0)]), None);
        assert!(scale.high <= 100.0 && scale.low > 90.0);
    }
}

//! A made-up card, for tests of what the terminal and the page make of one.

use jiff::civil::{Date, date};
use mittari_core::estimate::Verdict;
use mittari_core::metric::{Catalogue, Metric, MetricSource, Origin};

use super::card::*;

fn catalogue() -> Catalogue {
    let files = [
        ("satisfaction/csat.toml", include_str!("../../../../catalogue/satisfaction/csat.toml")),
        ("satisfaction/nps.toml", include_str!("../../../../catalogue/satisfaction/nps.toml")),
        ("speed/first_response_time.toml", include_str!("../../../../catalogue/speed/first_response_time.toml")),
        ("resolution/reopen_rate.toml", include_str!("../../../../catalogue/resolution/reopen_rate.toml")),
        ("volume/request_volume.toml", include_str!("../../../../catalogue/volume/request_volume.toml")),
        ("volume/channel_share.toml", include_str!("../../../../catalogue/volume/channel_share.toml")),
        ("money/cost_per_ticket.toml", include_str!("../../../../catalogue/money/cost_per_ticket.toml")),
    ];
    Catalogue::read(files.map(|(path, text)| MetricSource { path, text, origin: Origin::BuiltIn })).0
}

fn months() -> impl Iterator<Item = (usize, Date)> {
    date(2025, 11, 1).series(jiff::Span::new().months(1)).take(12).enumerate()
}

fn figure(value: f64, half: f64, n: i64) -> Figure {
    Figure { value: Some(value), low: Some(value - half), high: Some(value + half), n: Some(n), ..Figure::default() }
}

fn changed(figure: Figure, previous: f64, verdict: Verdict) -> Figure {
    let change = figure.value.map(|value| value - previous);
    Figure { previous: Some(previous), change, verdict: Some(verdict), ..figure }
}

fn line(metric: &Metric, figure: Figure, course: impl Fn(usize) -> Option<f64>, half: f64) -> Line {
    let point = |(number, starts)| {
        let of = course(number).map(|value| self::figure(value, half, 900)).unwrap_or_default();
        Point { starts, figure: Figure { running: number == 11, ..of } }
    };
    let change = figure.verdict.map(|_| figure.clone());
    Line {
        metric: metric.clone(),
        change,
        definition: format!("{}@4f2c19d0aa31", metric.id),
        label: None,
        figure,
        trend: months().map(point).collect(),
        parts: Vec::new(),
        breakdowns: Vec::new(),
        guards: Vec::new(),
        target: None,
    }
}

/// A card with a bit of everything.
pub(crate) fn card() -> Card {
    let catalogue = catalogue();
    let metric = |id: &str| catalogue.get(id).cloned().unwrap_or_else(|| panic!("no metric {id}"));
    let named =
        |group: &str, value: f64, half: f64| Figure { group: Some(group.to_owned()), ..figure(value, half, 700) };

    let share = Figure { numerator: Some(4010.0), denominator: Some(4821.0), ..figure(83.2, 1.1, 4821) };
    let mut csat = line(
        &metric("csat"),
        changed(share, 84.0, Verdict::NoDetectableChange),
        |at| (at != 4).then_some(80.0 + at as f64 * 0.4),
        1.4,
    );
    csat.breakdowns = vec![Breakdown {
        dimension: "channel".into(),
        bars: vec![named("email", 79.1, 2.0), named("chat", 88.0, 1.5), named("<b>phone</b>", 84.0, 3.0)],
    }];
    csat.target = Some(82.0);
    let mut nps = line(&metric("nps"), Figure { n: Some(3), ..figure(33.3, 40.0, 3) }, |_| None, 0.0);
    nps.trend.clear();
    let mut speed = line(
        &metric("first_response_time"),
        Figure { open: 41, running: true, ..changed(figure(6720.0, 90.0, 31_204), 9900.0, Verdict::Better) },
        |at| Some(9000.0 - at as f64 * 210.0),
        160.0,
    );
    speed.guards = vec![
        Guard { metric: metric("reopen_rate"), verdict: Some(Verdict::Worse) },
        Guard { metric: metric("csat"), verdict: Some(Verdict::NoDetectableChange) },
    ];
    let reopen = line(
        &metric("reopen_rate"),
        changed(figure(9.4, 0.4, 28_000), 6.1, Verdict::Worse),
        |at| Some(6.0 + at as f64 * 0.3),
        0.6,
    );
    let volume = line(
        &metric("request_volume"),
        Figure { low: None, high: None, ..changed(figure(48_211.0, 0.0, 48_211), 41_000.0, Verdict::Higher) },
        |at| Some(if at == 4 { 8200.0 } else { 3900.0 + at as f64 * 40.0 }),
        0.0,
    );
    let mut channels = line(&metric("channel_share"), Figure::default(), |_| None, 0.0);
    channels.parts = vec![
        named("email", 36.2, 0.4),
        named("chat", 22.0, 0.4),
        named("phone", 17.1, 0.3),
        Figure { group: None, ..figure(0.4, 0.1, 10) },
    ];
    let cost = Figure {
        currency: Some("EUR".into()),
        low: None,
        high: None,
        ..changed(figure(6.42, 0.0, 48_211), 6.31, Verdict::NoDetectableChange)
    };
    let mut cost =
        line(&metric("cost_per_ticket"), Figure { verdict: None, ..cost }, |at| Some(6.0 + (at % 3) as f64 * 0.2), 0.0);
    cost.label = Some("EUR".into());

    let pair = Finding::Pair {
        place: Some(Place { dimension: "team".into(), value: Some("billing".into()) }),
        speed: Box::new((metric("first_response_time"), changed(figure(4200.0, 60.0, 900), 9100.0, Verdict::Better))),
        quality: Box::new((metric("reopen_rate"), changed(figure(16.4, 1.0, 900), 6.2, Verdict::Worse))),
    };
    Card {
        company: Some("Lamps & <Sons>".into()),
        from: date(2025, 11, 1),
        to: date(2026, 11, 1),
        compared: Some(Compared {
            now: (date(2026, 8, 1), date(2026, 11, 1)),
            before: (date(2026, 5, 1), date(2026, 8, 1)),
        }),
        grain: "month",
        zone: "Europe/Helsinki".into(),
        calendar: CalendarShown::ByTeam,
        known_until: Some("2026-10-31 23:58".into()),
        as_of: None,
        filters: Vec::new(),
        n_min: 5,
        sections: vec![
            Section { family: "satisfaction".into(), lines: vec![csat, nps] },
            Section { family: "speed".into(), lines: vec![speed] },
            Section { family: "resolution".into(), lines: vec![reopen] },
            Section { family: "volume".into(), lines: vec![volume, channels] },
            Section { family: "money".into(), lines: vec![cost] },
        ],
        findings: vec![
            pair,
            Finding::Change {
                place: None,
                metric: metric("request_volume"),
                figure: changed(figure(48_211.0, 0.0, 48_211), 41_000.0, Verdict::Higher),
            },
        ],
        marks: vec![
            Mark {
                on: date(2026, 3, 10),
                kind: "release".into(),
                name: "App 5.0".into(),
                note: Some("New look".into()),
            },
            Mark {
                on: date(2026, 5, 4),
                kind: "campaign".into(),
                name: "<script>alert(1)</script>".into(),
                note: None,
            },
        ],
        absent: vec![Absent { metric: metric("cost_per_ticket"), tables: vec!["costs".into()] }],
    }
}

//! A made-up desk: conversations written as lines, folded, and read back.
//!
//! A line is `WHEN KIND [ACTOR [ID]] [key=value ...] [private] [automatic]`; WHEN is an offset such as `30m`,
//! `2h`, `3d` from a Monday, 2026-03-02 09:00 UTC.

use mittari_core::calendar::Calendars;
use mittari_core::decimal::Decimal;
use mittari_core::fold::conversation::{Facts, Group, fold};
use mittari_core::fold::customer::Months;
use mittari_core::fold::{Attributes, Context};
use mittari_core::model::*;
use mittari_core::settings::Settings;
use mittari_core::time::{Instant, Span};

/// 2026-03-02T09:00:00Z, a Monday.
pub(crate) const MONDAY: i64 = 1_772_442_000_000_000;

/// What a desk knows beside its events.
pub(crate) struct Desk {
    pub(crate) settings: Settings,
    pub(crate) calendars: Calendars,
    pub(crate) attributes: Attributes,
    pub(crate) months: Months,
}

impl Default for Desk {
    fn default() -> Desk {
        Desk::with(Settings::default())
    }
}

impl Desk {
    pub(crate) fn with(settings: Settings) -> Desk {
        let calendars = Calendars::new(&settings, &[]).expect("calendars");
        let months = Months::new(&settings.zone).expect("a zone");
        Desk { settings, calendars, attributes: Attributes::default(), months }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            settings: &self.settings,
            calendars: &self.calendars,
            attributes: &self.attributes,
            months: &self.months,
        }
    }

    /// The facts of conversation `c`.
    pub(crate) fn fold<'a>(&'a self, lines: &[&'a str]) -> Facts<'a> {
        self.fold_group(&Group { key: "c", events: &events("c", lines), ..Group::default() })
    }

    pub(crate) fn fold_group<'a>(&'a self, group: &Group<'_, 'a>) -> Facts<'a> {
        fold(group, &self.context())
    }
}

/// `30m` as a span.
pub(crate) fn span(text: &str) -> Span {
    let (digits, unit) = text.split_at(text.len() - 1);
    let unit = match unit {
        "s" => 1_000_000,
        "m" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        other => panic!("no unit {other}"),
    };
    Span(digits.parse::<i64>().expect("a number") * unit)
}

/// The moment of an offset.
pub(crate) fn at(offset: &str) -> Instant {
    Instant(MONDAY).plus(span(offset))
}

pub(crate) fn header(at: Instant, number: usize) -> Header<'static> {
    Header {
        source: "test",
        external_id: None,
        identity: number as i64,
        revision: 0,
        occurred_at: at,
        recorded_at: at,
        sequence: 0,
    }
}

/// Events of one conversation, numbered in the order given.
pub(crate) fn events<'a>(conversation_id: &'a str, lines: &[&'a str]) -> Vec<Event<'a>> {
    lines.iter().enumerate().map(|(number, line)| event(conversation_id, number, line)).collect()
}

fn event<'a>(conversation_id: &'a str, number: usize, line: &'a str) -> Event<'a> {
    let mut words = line.split_whitespace();
    let occurred_at = at(words.next().expect("when"));
    let kind = EventKind::parse(words.next().expect("a kind")).expect("a known kind");
    let mut event = Event {
        header: header(occurred_at, number),
        conversation_id,
        kind: Some(kind),
        actor_kind: None,
        actor_id: None,
        customer_id: None,
        public: None,
        automated: None,
        channel: None,
        value: None,
        target: None,
        session_id: None,
        url: None,
        fields: None,
    };
    for word in words {
        match word.split_once('=') {
            Some(("value", value)) => event.value = Some(value),
            Some(("target", value)) => event.target = Some(value),
            Some(("channel", value)) => event.channel = Some(value),
            Some(("customer", value)) => event.customer_id = Some(value),
            Some(("session", value)) => event.session_id = Some(value),
            Some(("fields", value)) => event.fields = Some(value),
            Some((key, _)) => panic!("no key {key}"),
            None if word == "private" => event.public = Some(false),
            None if word == "automatic" => event.automated = Some(true),
            None => match ActorKind::parse(word) {
                Some(actor) => event.actor_kind = Some(actor),
                None => event.actor_id = Some(word),
            },
        }
    }
    event
}

pub(crate) fn answer<'a>(offset: &str, conversation_id: &'a str, kind: AnswerKind, score: i64) -> Answer<'a> {
    let occurred_at = at(offset);
    Answer {
        header: header(occurred_at, occurred_at.0 as usize),
        kind: Some(kind),
        score: Some(Decimal::whole(score)),
        choice: None,
        question: None,
        theme: None,
        answer_id: None,
        invitation_id: None,
        survey: None,
        survey_version: None,
        scale_min: None,
        scale_max: None,
        satisfied_from: None,
        wording: None,
        moment: None,
        comment: false,
        language: None,
        conversation_id: Some(conversation_id),
        order_id: None,
        customer_id: None,
        agent_id: None,
        channel: None,
        replied_at: None,
        fields: None,
    }
}

pub(crate) fn invitation<'a>(offset: &str, invitation_id: &'a str, conversation_id: &'a str) -> Invitation<'a> {
    Invitation {
        header: header(at(offset), 0),
        invitation_id,
        kind: Some(AnswerKind::Csat),
        survey: None,
        question: None,
        conversation_id: Some(conversation_id),
        order_id: None,
        customer_id: None,
        channel: None,
        moment: None,
        shown_at: None,
        fields: None,
    }
}

pub(crate) fn rating<'a>(review_id: &'a str, criterion: &'a str, score: i64, scale_max: i64) -> Rating<'a> {
    Rating {
        header: header(at("1d"), 0),
        review_id,
        criterion,
        score: Decimal::whole(score),
        conversation_id: Some("c"),
        agent_id: None,
        reviewer_id: None,
        scorecard: None,
        weight: None,
        scale_min: Some(Decimal::whole(0)),
        scale_max: Some(Decimal::whole(scale_max)),
        critical: None,
        not_applicable: None,
    }
}

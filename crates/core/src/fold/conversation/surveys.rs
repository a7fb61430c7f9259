//! Surveys: which answers count, what they say, and whom they rate.

use crate::decimal::Decimal;
use crate::facts::{Dimensions, SurveyAnswer, SurveyInvitation};
use crate::fold::Context;
use crate::model::{Answer, AnswerKind, Choice, FollowUp, Invitation, Wording};
use crate::settings::{Settings, scale_name};
use crate::time::{Instant, Span};

use super::timeline::Timeline;
use super::{Facts, Group};

/// The answers that count, in the order given; [`dress`] adds who and where when the timelines are finished.
pub(super) fn answers<'a>(
    group: &Group<'_, 'a>,
    context: &Context<'a>,
    timelines: &[Box<Timeline<'a>>],
) -> Vec<SurveyAnswer<'a>> {
    if group.answers.is_empty() {
        return Vec::new();
    }
    counting(group.answers, context.settings).into_iter().map(|answer| row(answer, group, context, timelines)).collect()
}

/// Of several answers to one invitation and question, the last within the edit window of the first.
fn counting<'g, 'a>(answers: &'g [Answer<'a>], settings: &Settings) -> Vec<&'g Answer<'a>> {
    let window = Span::hours(i64::from(settings.windows.answer_edit_hours));
    let mut sorted: Vec<&Answer<'a>> = answers.iter().collect();
    sorted.sort_by_key(|answer| {
        let header = &answer.header;
        (answer.invitation_id, answer.kind, answer.question, header.occurred_at, header.sequence, header.tie_break())
    });
    let same = |one: &&Answer<'_>, next: &&Answer<'_>| {
        one.invitation_id.is_some()
            && (one.invitation_id, one.kind, one.question) == (next.invitation_id, next.kind, next.question)
    };
    let last_in_window = |run: &[&'g Answer<'a>]| {
        let until = run[0].header.occurred_at.plus(window);
        run.iter().rev().find(|answer| answer.header.occurred_at <= until).copied()
    };
    sorted.chunk_by(same).filter_map(last_in_window).collect()
}

fn row<'a>(
    answer: &Answer<'a>,
    group: &Group<'_, 'a>,
    context: &Context<'a>,
    timelines: &[Box<Timeline<'a>>],
) -> SurveyAnswer<'a> {
    let invitation = invitation_of(answer, group.invitations);
    let kind = answer.kind.unwrap_or(AnswerKind::Csat);
    let scale = Scale::of(answer, kind, context.settings);
    let answered_at = answer.header.occurred_at;
    let (followed_up_at, agreed_due_at) = care(answer, group.follow_ups);
    let dissatisfied = scale.as_ref().map(|scale| scale.dissatisfied);
    let usual_due_at = answered_at.plus(Span::days(i64::from(context.settings.windows.follow_up_days)));
    let conversation_id = answer
        .conversation_id
        .or(invitation.and_then(|invitation| invitation.conversation_id))
        .or_else(|| timelines.iter().map(|timeline| timeline.conversation_id).find(|id| *id == group.key));
    SurveyAnswer {
        conversation_id,
        order_id: answer.order_id.or(invitation.and_then(|invitation| invitation.order_id)),
        answer_id: answer.answer_id,
        answered_at: Some(answered_at),
        invited_at: invitation.map(|invitation| invitation.header.occurred_at),
        kind: Some(kind.word()),
        survey: answer.survey.or(invitation.and_then(|invitation| invitation.survey)),
        question: answer.question.or(invitation.and_then(|invitation| invitation.question)),
        choice: answer.choice,
        theme: answer.theme,
        score: answer.score,
        scale_min: scale.as_ref().map(|scale| scale.min),
        scale_max: scale.as_ref().map(|scale| scale.max),
        scale: scale.as_ref().map(|scale| scale_name(scale.min, scale.max)),
        satisfied: match kind {
            AnswerKind::OneContact => Some(says_yes(answer)),
            _ => scale.as_ref().map(|scale| scale.satisfied),
        },
        band: scale.as_ref().map(|scale| scale.band),
        wording: answer.wording.map(Choice::word),
        moment: answer.moment.or(invitation.and_then(|invitation| invitation.moment)).map(Choice::word),
        has_comment: Some(answer.comment),
        survey_channel: answer.channel.or(invitation.and_then(|invitation| invitation.channel)),
        dissatisfied,
        followed_up_at,
        due_at: agreed_due_at.or(if dissatisfied == Some(true) { Some(usual_due_at) } else { None }),
        replied_at: answer.replied_at,
        dimensions: Dimensions {
            customer_id: answer.customer_id.or(invitation.and_then(|invitation| invitation.customer_id)),
            agent: answer.agent_id,
            language: answer.language,
            fields: answer.fields.map(Into::into),
            ..Dimensions::default()
        },
    }
}

fn invitation_of<'g, 'a>(answer: &Answer<'a>, invitations: &'g [Invitation<'a>]) -> Option<&'g Invitation<'a>> {
    let wanted = answer.invitation_id?;
    invitations
        .iter()
        .filter(|invitation| invitation.invitation_id == wanted)
        .min_by_key(|invitation| (invitation.header.occurred_at, invitation.header.identity))
}

/// (done, due) of the follow-ups of an answer: the first of each.
fn care(answer: &Answer<'_>, follow_ups: &[FollowUp<'_>]) -> (Option<Instant>, Option<Instant>) {
    let own = || follow_ups.iter().filter(|follow_up| Some(follow_up.answer_id) == answer.answer_id);
    (own().filter_map(|follow_up| follow_up.done_at).min(), own().filter_map(|follow_up| follow_up.due_at).min())
}

fn says_yes(answer: &Answer<'_>) -> bool {
    let by_word = answer
        .choice
        .is_some_and(|choice| ["yes", "true", "one", "1", "first"].iter().any(|yes| choice.eq_ignore_ascii_case(yes)));
    by_word || answer.score == Some(Decimal::whole(1))
}

/// A score on its scale.
struct Scale {
    min: Decimal,
    max: Decimal,
    satisfied: bool,
    dissatisfied: bool,
    band: &'static str,
}

impl Scale {
    fn of(answer: &Answer<'_>, kind: AnswerKind, settings: &Settings) -> Option<Scale> {
        let score = answer.score?;
        let (usual_min, usual_max) = match kind {
            AnswerKind::Csat => (1, 5),
            AnswerKind::Nps => (0, 10),
            AnswerKind::Ces => (1, 7),
            AnswerKind::OneContact | AnswerKind::ChannelPreference | AnswerKind::Open => return None,
        };
        let min = answer.scale_min.unwrap_or(Decimal::whole(usual_min));
        let max = answer.scale_max.unwrap_or(Decimal::whole(usual_max));
        // Where high is bad, the scale is looked at from its other end.
        let high_is_bad = answer.wording == Some(Wording::Effort);
        let good = if high_is_bad { Decimal(min.0 + max.0 - score.0) } else { score };
        let (satisfied, dissatisfied) = match kind {
            AnswerKind::Nps => (good >= Decimal::whole(9), good <= Decimal::whole(6)),
            _ => {
                let from = answer.satisfied_from.unwrap_or_else(|| settings.satisfied_from(min, max));
                (good >= from, good <= settings.dissatisfied_to(min, max))
            }
        };
        Some(Scale { min, max, satisfied, dissatisfied, band: band(good, min, max) })
    }
}

/// Which fifth of the scale; for 1 to 5, one for each score.
fn band(score: Decimal, min: Decimal, max: Decimal) -> &'static str {
    const BANDS: [&str; 5] = ["very poor", "poor", "neutral", "positive", "very positive"];
    if max <= min {
        return BANDS[2];
    }
    let fifth = i128::from(score.0 - min.0) * 5 / i128::from(max.0 - min.0);
    BANDS[fifth.clamp(0, 4) as usize]
}

/// Who and where: the conversation's values, the agent of the last public reply before the invitation.
pub(super) fn dress<'a>(answers: &mut [SurveyAnswer<'a>], timelines: &[Box<Timeline<'a>>]) {
    for answer in answers {
        let Some(timeline) = find(timelines, answer.conversation_id) else {
            answer.dimensions.channel = answer.survey_channel;
            continue;
        };
        let own = std::mem::take(&mut answer.dimensions);
        let asked_at = answer.invited_at.or(answer.answered_at);
        let rated = own.agent.or_else(|| asked_at.and_then(|at| timeline.waits.last_agent_before(at)));
        let of_case = timeline.dimensions();
        answer.dimensions = Dimensions {
            customer_id: own.customer_id.or(of_case.customer_id),
            agent: rated,
            language: of_case.language.or(own.language),
            channel: of_case.channel.or(answer.survey_channel),
            fields: own.fields.or(of_case.fields),
            ..of_case
        };
    }
}

fn find<'t, 'a>(timelines: &'t [Box<Timeline<'a>>], conversation_id: Option<&str>) -> Option<&'t Timeline<'a>> {
    timelines.iter().map(|timeline| &**timeline).find(|timeline| Some(timeline.conversation_id) == conversation_id)
}

/// The ledger's entry: who replied last before the conversation's survey invitation.
pub(super) fn attribute<'a>(timeline: &mut Timeline<'a>, group: &Group<'_, 'a>) {
    let about_it =
        |invitation: &&Invitation<'_>| invitation.conversation_id.is_none_or(|id| id == timeline.conversation_id);
    let invited_at = group.invitations.iter().filter(about_it).map(|invitation| invitation.header.occurred_at).max();
    timeline.row.agent_at_survey = invited_at.and_then(|at| timeline.waits.last_agent_before(at));
}

/// One row an invitation, with when it was answered.
pub(super) fn invitations<'a>(group: &Group<'_, 'a>, timelines: &[Box<Timeline<'a>>], facts: &mut Facts<'a>) {
    for invitation in group.invitations {
        let answered_at = group
            .answers
            .iter()
            .filter(|answer| answer.invitation_id == Some(invitation.invitation_id))
            .map(|answer| answer.header.occurred_at)
            .min();
        let timeline = find(timelines, invitation.conversation_id);
        let of_case = timeline.map_or_else(Dimensions::default, Timeline::dimensions);
        let asked = timeline.and_then(|timeline| timeline.waits.last_agent_before(invitation.header.occurred_at));
        facts.invitations.push(SurveyInvitation {
            invitation_id: Some(invitation.invitation_id),
            conversation_id: invitation.conversation_id,
            kind: invitation.kind.map(Choice::word),
            survey: invitation.survey,
            question: invitation.question,
            moment: invitation.moment.map(Choice::word),
            survey_channel: invitation.channel,
            invited_at: Some(invitation.header.occurred_at),
            shown_at: invitation.shown_at,
            answered_at,
            dimensions: Dimensions {
                customer_id: invitation.customer_id.or(of_case.customer_id),
                channel: of_case.channel.or(invitation.channel),
                agent: asked.or(of_case.agent),
                fields: invitation.fields.map(Into::into).or(of_case.fields),
                ..of_case
            },
        });
    }
    let from = facts.invitations.len() - group.invitations.len();
    facts.invitations[from..].sort_by_key(|row| (row.invitation_id, row.invited_at, row.question));
}

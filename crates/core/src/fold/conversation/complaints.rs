//! Complaints: the first evidence starts the clock, the next solve or the follow-up done stops it.

use crate::facts::SurveyAnswer;
use crate::time::Instant;

use super::Group;
use super::timeline::Timeline;

/// Evidence beside the events: dissatisfied answers, negative mentions that name the conversation.
pub(super) fn mark<'a>(timeline: &mut Timeline<'a>, group: &Group<'_, 'a>, answers: &[SurveyAnswer<'a>]) {
    for (at, _) in evidence(timeline.conversation_id, answers) {
        timeline.complained(at);
    }
    for mention in group.mentions {
        let names_it = mention.conversation_id == Some(timeline.conversation_id);
        if names_it && mention.sentiment.is_some_and(|sentiment| sentiment < 0) {
            timeline.complained(mention.header.occurred_at);
        }
    }
}

/// When the complaint was over.
pub(super) fn resolve<'a>(timeline: &mut Timeline<'a>, _group: &Group<'_, 'a>, answers: &[SurveyAnswer<'a>]) {
    let Some(complaint_at) = timeline.complaint_at else { return };
    let solves = timeline.statuses.solves.iter().copied();
    let follow_ups = evidence(timeline.conversation_id, answers).filter_map(|(_, followed_up_at)| followed_up_at);
    let Some(over_at) = solves.chain(follow_ups).filter(|at| *at >= complaint_at).min() else { return };
    timeline.row.complaint_resolution_us = Some(over_at.since(complaint_at));
    timeline.row.complaint_resolution_business_us =
        timeline.staffing.calendar.map(|calendar| calendar.business_time(complaint_at, over_at));
}

/// (answered, followed up) of dissatisfied customers of a conversation.
fn evidence<'s>(
    conversation_id: &'s str,
    answers: &'s [SurveyAnswer<'_>],
) -> impl Iterator<Item = (Instant, Option<Instant>)> + 's {
    let about_it = move |answer: &&SurveyAnswer<'_>| {
        answer.conversation_id == Some(conversation_id)
            && answer.kind == Some("csat")
            && answer.dissatisfied == Some(true)
    };
    answers.iter().filter(about_it).filter_map(|answer| answer.answered_at.map(|at| (at, answer.followed_up_at)))
}

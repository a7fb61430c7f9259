//! Answers of a customer: each with the next one of its kind, and what was said in words, with whether it was
//! answered.
//!
//! Answers of one instant are one sitting and do not follow each other; where the next sitting has several of the
//! kind, the one to the same question is the next.

use crate::decimal::Decimal;
use crate::facts::{AnswerPair, Dimensions, Feedback, SocialMention, SurveyAnswer};
use crate::time::Instant;

/// Every answer with the customer's next of the same kind.
pub(super) fn pairs<'a>(answers: &[SurveyAnswer<'a>], customer_id: Option<&'a str>) -> Vec<AnswerPair<'a>> {
    let mut ordered: Vec<&SurveyAnswer<'a>> = answers.iter().collect();
    ordered.sort_by(|a, b| place(a).cmp(&place(b)));
    let of_one_kind = ordered.chunk_by(|a, b| a.kind == b.kind);
    of_one_kind
        .flat_map(|answers| answers.iter().enumerate().map(|(at, answer)| (*answer, &answers[at..])))
        .map(|(answer, rest)| pair(answer, customer_id.and_then(|_| next_of(answer, rest)), customer_id))
        .collect()
}

/// What customers said in words: answers with a comment, and mentions, which are reviews where they rate.
pub(super) fn feedback<'a>(
    answers: &[SurveyAnswer<'a>],
    mentions: &[SocialMention<'a>],
    customer_id: Option<&'a str>,
) -> Vec<Feedback<'a>> {
    let mut commented: Vec<&SurveyAnswer<'a>> =
        answers.iter().filter(|answer| answer.has_comment == Some(true)).collect();
    commented.sort_by(|a, b| place(a).cmp(&place(b)));
    let comments = commented.into_iter().map(|answer| Feedback {
        received_at: answer.answered_at,
        origin: Some("answer"),
        replied_at: answer.replied_at,
        theme: answer.theme,
        network: None,
        dimensions: of_customer(&answer.dimensions, customer_id),
    });
    comments.chain(mentions.iter().map(of_mention)).collect()
}

fn of_mention<'a>(mention: &SocialMention<'a>) -> Feedback<'a> {
    Feedback {
        received_at: mention.mentioned_at,
        origin: Some(if mention.rating.is_some() { "review" } else { "mention" }),
        replied_at: mention.replied_at,
        theme: mention.theme,
        network: mention.network,
        dimensions: mention.dimensions.clone(),
    }
}

fn pair<'a>(
    answer: &SurveyAnswer<'a>,
    next: Option<&SurveyAnswer<'a>>,
    customer_id: Option<&'a str>,
) -> AnswerPair<'a> {
    AnswerPair {
        answer_id: answer.answer_id,
        answered_at: answer.answered_at,
        kind: answer.kind,
        satisfied: answer.satisfied,
        dissatisfied: answer.dissatisfied,
        followed_up_at: answer.followed_up_at,
        next_answered_at: next.and_then(|next| next.answered_at),
        next_satisfied: next.and_then(|next| next.satisfied),
        dimensions: of_customer(&answer.dimensions, customer_id),
    }
}

/// The next of `answers`, which begin with `answer` and are in order.
fn next_of<'n, 'a>(answer: &SurveyAnswer<'a>, answers: &[&'n SurveyAnswer<'a>]) -> Option<&'n SurveyAnswer<'a>> {
    let first_later = answers.partition_point(|later| later.answered_at <= answer.answered_at);
    let sitting = answers.get(first_later..)?.chunk_by(|a, b| a.answered_at == b.answered_at).next()?;
    sitting.iter().find(|next| next.question == answer.question).or(sitting.first()).copied()
}

fn of_customer<'a>(dimensions: &Dimensions<'a>, customer_id: Option<&'a str>) -> Dimensions<'a> {
    Dimensions { customer_id: dimensions.customer_id.or(customer_id), ..dimensions.clone() }
}

type Place<'a> = (Option<&'a str>, Option<Instant>, [Option<&'a str>; 6], Option<Decimal>, [Option<Instant>; 3]);

/// A total order of answers by kind and moment; the rest only keeps equal moments in one order.
fn place<'a>(answer: &SurveyAnswer<'a>) -> Place<'a> {
    let texts =
        [answer.answer_id, answer.conversation_id, answer.order_id, answer.survey, answer.question, answer.choice];
    let moments = [answer.invited_at, answer.replied_at, answer.followed_up_at];
    (answer.kind, answer.answered_at, texts, answer.score, moments)
}

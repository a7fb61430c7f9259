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

#[cfg(test)]
mod tests {
    use crate::decimal::Decimal;
    use crate::facts::SurveyAnswer;
    use crate::fold::customer::Group;
    use crate::fold::customer::fixture::{Workspace, ann, answer, at, mention};
    use crate::model::Mention;

    #[test]
    fn an_answer_is_paired_with_the_next_of_its_kind() {
        let nps = SurveyAnswer { kind: Some("nps"), ..answer("a2", "2026-01-06", false) };
        let answers = [answer("a3", "2026-01-09", true), nps, answer("a1", "2026-01-05", false)];
        let workspace = Workspace::default();
        let pairs = workspace.fold(Group { answers: &answers, ..ann() }).answer_pairs;
        let of = |id| pairs.iter().find(|pair| pair.answer_id == Some(id)).expect("the answer");
        assert_eq!((of("a1").next_answered_at, of("a1").next_satisfied), (Some(at("2026-01-09")), Some(true)));
        assert_eq!((of("a2").next_answered_at, of("a3").next_answered_at), (None, None));
    }

    #[test]
    fn answers_of_one_sitting_do_not_follow_each_other_and_the_same_question_follows() {
        let about =
            |id, question, when, satisfied| SurveyAnswer { question: Some(question), ..answer(id, when, satisfied) };
        let answers = [
            about("a1", "speed", "2026-01-05", false),
            about("a2", "tone", "2026-01-05", true),
            about("a3", "price", "2026-01-07", true),
            about("a4", "speed", "2026-01-07", false),
        ];
        let workspace = Workspace::default();
        let pairs = workspace.fold(Group { answers: &answers, ..ann() }).answer_pairs;
        assert_eq!(pairs[0].next_answered_at, Some(at("2026-01-07")));
        assert_eq!(pairs[0].next_satisfied, Some(false), "speed is asked again");
        assert_eq!(pairs[1].next_satisfied, Some(true), "tone is not: the first of the sitting");
    }

    #[test]
    fn an_answer_of_nobody_has_no_next() {
        let answers = [answer("a1", "2026-01-05", false), answer("a2", "2026-01-06", true)];
        let workspace = Workspace::default();
        let pairs = workspace.fold(Group { answers: &answers, ..Group::default() }).answer_pairs;
        assert_eq!(pairs.iter().filter(|pair| pair.next_answered_at.is_some()).count(), 0);
    }

    #[test]
    fn feedback_is_an_answer_with_words_or_a_mention_and_a_rated_mention_is_a_review() {
        let said = SurveyAnswer { has_comment: Some(true), ..answer("a1", "2026-01-05", true) };
        let answers = [said, answer("a2", "2026-01-06", true)];
        let replied_at = Some(at("2026-01-08"));
        let review = Mention { rating: Some(Decimal::whole(4)), replied_at, ..mention("m2", "2026-01-07") };
        let mentions = [review, mention("m1", "2026-01-06")];
        let workspace = Workspace::default();
        let feedback = workspace.fold(Group { answers: &answers, mentions: &mentions, ..ann() }).feedback;
        let rows: Vec<_> = feedback.iter().map(|row| (row.origin, row.received_at, row.replied_at)).collect();
        assert_eq!(
            rows,
            [
                (Some("answer"), Some(at("2026-01-05")), None),
                (Some("mention"), Some(at("2026-01-06")), None),
                (Some("review"), Some(at("2026-01-07")), replied_at),
            ]
        );
    }
}

//! Rules 22 to 27 and 33: answers, invitations, whom they rate, reviews.

use mittari_core::decimal::Decimal;
use mittari_core::fold::conversation::Group;
use mittari_core::model::{AnswerKind, Wording};

use crate::desk::*;

#[test]
fn a_neutral_answer_counts_and_is_not_satisfied() {
    let desk = Desk::default();
    let answers = [answer("1h", "c", AnswerKind::Csat, 3), answer("2h", "c", AnswerKind::Csat, 4)];
    let facts = desk.fold_group(&Group { key: "c", answers: &answers, ..Group::default() });
    let mut satisfied: Vec<_> = facts.answers.iter().map(|row| (row.answered_at, row.satisfied, row.band)).collect();
    satisfied.sort();
    let expected = [(Some(at("1h")), Some(false), Some("neutral")), (Some(at("2h")), Some(true), Some("positive"))];
    assert_eq!(satisfied, expected);
}

#[test]
fn an_answer_may_say_from_where_it_is_satisfied() {
    let desk = Desk::default();
    let lenient = mittari_core::model::Answer {
        satisfied_from: Some(Decimal::whole(3)),
        ..answer("1h", "c", AnswerKind::Csat, 3)
    };
    let facts = desk.fold_group(&Group { key: "c", answers: &[lenient], ..Group::default() });
    assert_eq!(facts.answers[0].satisfied, Some(true));
}

#[test]
fn wording_decides_which_end_of_an_effort_scale_is_good() {
    let desk = Desk::default();
    let effort =
        mittari_core::model::Answer { wording: Some(Wording::Effort), ..answer("1h", "c", AnswerKind::Ces, 7) };
    let ease = mittari_core::model::Answer { wording: Some(Wording::Ease), ..answer("2h", "c", AnswerKind::Ces, 7) };
    let facts = desk.fold_group(&Group { key: "c", answers: &[effort, ease], ..Group::default() });
    let by_wording =
        |wording| facts.answers.iter().find(|row| row.wording == Some(wording)).and_then(|row| row.satisfied);
    assert_eq!((by_wording("effort"), by_wording("ease")), (Some(false), Some(true)));
}

#[test]
fn of_two_answers_to_one_invitation_the_last_within_its_window_counts() {
    let desk = Desk::default();
    let to = |offset, score| mittari_core::model::Answer {
        invitation_id: Some("i"),
        ..answer(offset, "c", AnswerKind::Csat, score)
    };
    let answers = [to("3d", 1), to("1h", 2), to("2h", 5)];
    let invitations = [invitation("0m", "i", "c")];
    let facts = desk.fold_group(&Group { key: "c", answers: &answers, invitations: &invitations, ..Group::default() });
    assert_eq!(facts.answers.len(), 1);
    assert_eq!(facts.answers[0].score, Some(Decimal::whole(5)));
    assert_eq!(facts.invitations[0].answered_at, Some(at("1h")));
}

#[test]
fn an_answer_rates_the_agent_of_the_last_public_reply_before_its_invitation() {
    let desk = Desk::default();
    let lines = [
        "0m opened channel=email",
        "5m message agent ann",
        "10m message customer",
        "20m message agent bob",
        "30m message agent ann private",
        "3h message agent cid",
    ];
    let events = events("c", &lines);
    let asked = mittari_core::model::Answer { invitation_id: Some("i"), ..answer("4h", "c", AnswerKind::Csat, 5) };
    let invitations = [invitation("1h", "i", "c")];
    let group = Group { key: "c", events: &events, answers: &[asked], invitations: &invitations, ..Group::default() };
    let facts = desk.fold_group(&group);
    assert_eq!(facts.answers[0].dimensions.agent, Some("bob"));
    assert_eq!(facts.answers[0].dimensions.channel, Some("email"));
    assert_eq!(facts.conversations[0].agent_at_survey, Some("bob"));
    assert_eq!(facts.conversations[0].agent_at_first_reply, Some("ann"));
}

#[test]
fn an_answer_without_a_conversation_stands_alone() {
    let desk = Desk::default();
    let alone = mittari_core::model::Answer { conversation_id: None, ..answer("1h", "", AnswerKind::Nps, 9) };
    let facts = desk.fold_group(&Group { key: "answer 1", answers: &[alone], ..Group::default() });
    assert_eq!((facts.answers.len(), facts.conversations.len()), (1, 0));
    assert_eq!(facts.answers[0].scale.as_deref(), Some("0-10"));
    assert_eq!(facts.answers[0].conversation_id, None);
}

#[test]
fn a_review_is_the_weighted_mean_of_what_applied() {
    let desk = Desk::default();
    let heavy = mittari_core::model::Rating { weight: Some(Decimal::whole(3)), ..rating("r", "tone", 5, 5) };
    let light = rating("r", "grammar", 1, 5);
    let absent = mittari_core::model::Rating { not_applicable: Some(true), ..rating("r", "upsell", 0, 5) };
    let ratings = [light, absent, heavy];
    let facts = desk.fold_group(&Group { key: "c", ratings: &ratings, ..Group::default() });
    assert_eq!(facts.reviews[0].score, Some("0.8".parse().expect("a number")));
    assert_eq!(facts.reviews[0].criterion_count, Some(2));
}

#[test]
fn a_failed_critical_criterion_makes_the_review_zero() {
    let desk = Desk::default();
    let fatal = mittari_core::model::Rating { critical: Some(true), ..rating("r", "privacy", 0, 1) };
    let facts = desk.fold_group(&Group { key: "c", ratings: &[fatal, rating("r", "tone", 5, 5)], ..Group::default() });
    assert_eq!(facts.reviews[0].score, Some(Decimal(0)));
}

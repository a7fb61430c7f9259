//! Reviews of conversations: the weighted mean of the criteria that applied, 0 where a critical one failed.

use crate::decimal::{Decimal, ONE};
use crate::facts::{Dimensions, Review};
use crate::model::Rating;

use super::timeline::Timeline;
use super::{Facts, Group};

/// When the conversation was first reviewed.
pub(super) fn mark<'a>(timeline: &mut Timeline<'a>, group: &Group<'_, 'a>) {
    let about_it = |rating: &&Rating<'_>| rating.conversation_id.is_none_or(|id| id == timeline.conversation_id);
    timeline.row.reviewed_at = group.ratings.iter().filter(about_it).map(|rating| rating.header.occurred_at).min();
}

/// One row a review.
pub(super) fn reviews<'a>(group: &Group<'_, 'a>, timelines: &[Box<Timeline<'a>>], facts: &mut Facts<'a>) {
    let mut ratings: Vec<&Rating<'a>> = group.ratings.iter().collect();
    ratings.sort_by_key(|rating| {
        (rating.header.source, rating.review_id, rating.header.occurred_at, rating.criterion, rating.header.identity)
    });
    for review in
        ratings.chunk_by(|one, next| one.review_id == next.review_id && one.header.source == next.header.source)
    {
        facts.reviews.push(row(review, timelines));
    }
}

fn row<'a>(ratings: &[&Rating<'a>], timelines: &[Box<Timeline<'a>>]) -> Review<'a> {
    let first = ratings[0];
    let last_at = ratings.iter().map(|rating| rating.header.occurred_at).max();
    let timeline = timelines
        .iter()
        .map(|timeline| &**timeline)
        .find(|timeline| Some(timeline.conversation_id) == first.conversation_id);
    let dimensions = timeline.map_or_else(Dimensions::default, Timeline::dimensions);
    Review {
        review_id: Some(first.review_id),
        conversation_id: first.conversation_id,
        reviewed_at: last_at,
        score: score(ratings),
        criterion_count: Some(ratings.iter().filter(|rating| applies(rating)).count() as i64),
        scorecard: first.scorecard,
        reviewer_id: first.reviewer_id,
        critical_failed: Some(ratings.iter().any(|rating| failed_critical(rating))),
        dimensions: Dimensions { agent: first.agent_id.or(dimensions.agent), ..dimensions },
    }
}

fn applies(rating: &Rating<'_>) -> bool {
    rating.not_applicable != Some(true)
}

fn scale(rating: &Rating<'_>) -> (Decimal, Decimal) {
    (rating.scale_min.unwrap_or_default(), rating.scale_max.unwrap_or(Decimal::whole(1)))
}

fn failed_critical(rating: &Rating<'_>) -> bool {
    applies(rating) && rating.critical == Some(true) && rating.score <= scale(rating).0
}

/// sum(weight * (score - min) / (max - min)) / sum(weight) over what applied; none where nothing did.
fn score(ratings: &[&Rating<'_>]) -> Option<Decimal> {
    const FINE: i128 = 1_000_000_000_000;
    let (mut points, mut weights) = (0i128, 0i128);
    for rating in ratings.iter().filter(|rating| applies(rating)) {
        let (min, max) = scale(rating);
        if max <= min {
            continue;
        }
        let weight = i128::from(rating.weight.unwrap_or(Decimal::whole(1)).0);
        points += weight * i128::from(rating.score.0 - min.0) * FINE / i128::from(max.0 - min.0);
        weights += weight;
    }
    if weights == 0 {
        return None;
    }
    if ratings.iter().any(|rating| failed_critical(rating)) {
        return Some(Decimal(0));
    }
    let share = points / weights;
    let step = FINE / i128::from(ONE);
    Some(Decimal(((share + step / 2).div_euclid(step)) as i64))
}

//! Mentions, recommendations and acts of engagement: as they came, with who the customer was.
//!
//! A reply dated before its mention is a fault of the source: it stays a reply, its time is unknown.

use crate::decimal::Decimal;
use crate::facts::{Dimensions, Engagement, Recommendation, SocialMention};
use crate::fold::Context;
use crate::fold::customer::Group;
use crate::fold::customer::order::{in_order, who};
use crate::model::{Choice, Mention};
use crate::time::{Instant, Span};

/// The mentions, with how long each waited for a reply, in time and in the workspace's business time.
pub(super) fn mentions<'a>(group: &Group<'_, 'a>, context: &Context<'a>) -> Vec<SocialMention<'a>> {
    in_order(group.mentions, |row| &row.header).into_iter().map(|row| mention(row, group, context)).collect()
}

/// The recommendations that the customer made.
pub(super) fn referrals<'a>(group: &Group<'_, 'a>, context: &Context<'a>) -> Vec<Recommendation<'a>> {
    let rows = in_order(group.referrals, |row| &row.header);
    let recommendation = |row: &crate::model::Referral<'a>| Recommendation {
        referred_at: Some(row.header.occurred_at),
        program: row.program.map(Choice::word),
        referred_id: row.referred_id,
        converted_at: row.converted_at,
        revenue: row.revenue,
        reward: row.reward,
        currency: row.currency,
        dimensions: who(group.customer_id.or(Some(row.referrer_id)), row.header.occurred_at, context),
    };
    rows.into_iter().map(recommendation).collect()
}

/// The acts of engagement; one without a quantity is one.
pub(super) fn activities<'a>(group: &Group<'_, 'a>, context: &Context<'a>) -> Vec<Engagement<'a>> {
    let rows = in_order(group.activities, |row| &row.header);
    let engagement = |row: &crate::model::Activity<'a>| Engagement {
        acted_at: Some(row.header.occurred_at),
        kind: Some(row.kind),
        name: row.name,
        quantity: Some(row.quantity.unwrap_or(Decimal::whole(1))),
        dimensions: who(group.customer_id.or(Some(row.customer_id)), row.header.occurred_at, context),
    };
    rows.into_iter().map(engagement).collect()
}

fn mention<'a>(row: &Mention<'a>, group: &Group<'_, 'a>, context: &Context<'a>) -> SocialMention<'a> {
    let at = row.header.occurred_at;
    let replied_at = row.replied_at.filter(|replied_at| *replied_at >= at);
    let known = who(group.customer_id.or(row.customer_id), at, context);
    SocialMention {
        mentioned_at: Some(at),
        network: Some(row.network),
        sentiment: row.sentiment,
        asks: row.asks,
        technical: row.technical,
        suggests: row.suggests,
        competitor: row.competitor,
        opportunity: row.opportunity,
        theme: row.theme,
        article_id: row.article_id,
        rating: row.rating,
        replied_at: row.replied_at,
        reply_us: replied_at.map(|replied_at| replied_at.since(at)),
        reply_business_us: replied_at.and_then(|replied_at| business_time(at, replied_at, context)),
        dimensions: Dimensions {
            language: row.language.or(known.language),
            themes: row.theme.into_iter().collect(),
            ..known
        },
    }
}

fn business_time(from: Instant, to: Instant, context: &Context<'_>) -> Option<Span> {
    context.calendars.for_team(None).map(|calendar| calendar.business_time(from, to))
}

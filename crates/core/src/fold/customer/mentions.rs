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

#[cfg(test)]
mod tests {
    use crate::decimal::Decimal;
    use crate::fold::customer::Group;
    use crate::fold::customer::fixture::{Workspace, activity, ann, at, attributes, mention, referral};
    use crate::model::{Activity, Mention, Referral};
    use crate::settings::{CalendarSettings, Settings};
    use crate::time::{HOUR, Span};

    fn replied<'a>(id: &'a str, when: &str, replied_at: &str) -> Mention<'a> {
        Mention { replied_at: Some(at(replied_at)), ..mention(id, when) }
    }

    #[test]
    fn a_mention_waits_until_its_reply_in_time_and_in_the_hours_of_the_workspace() {
        let office = CalendarSettings {
            hours: [("mon-fri".to_owned(), vec!["09:00-17:00".to_owned()])].into(),
            ..CalendarSettings::default()
        };
        let calendars = [("office".to_owned(), office)].into();
        let workspace =
            Workspace::of(Settings { calendar: Some("office".to_owned()), calendars, ..Settings::default() });
        let mentions = [replied("m", "2026-01-05 16:00", "2026-01-06 10:00")];
        let rows = workspace.fold(Group { mentions: &mentions, ..ann() }).mentions;
        assert_eq!(rows[0].reply_us, Some(Span(18 * HOUR)));
        assert_eq!(rows[0].reply_business_us, Some(Span(2 * HOUR)));
    }

    #[test]
    fn without_a_calendar_business_time_is_unknown_and_not_zero() {
        let mentions = [replied("m", "2026-01-05 16:00", "2026-01-06 10:00")];
        let workspace = Workspace::default();
        let rows = workspace.fold(Group { mentions: &mentions, ..ann() }).mentions;
        assert_eq!((rows[0].reply_us, rows[0].reply_business_us), (Some(Span(18 * HOUR)), None));
    }

    #[test]
    fn a_reply_dated_before_its_mention_has_no_time() {
        let mentions = [replied("m", "2026-01-05 16:00", "2026-01-05 15:00")];
        let workspace = Workspace::default();
        let rows = workspace.fold(Group { mentions: &mentions, ..ann() }).mentions;
        assert_eq!((rows[0].replied_at, rows[0].reply_us), (Some(at("2026-01-05 15:00")), None));
    }

    #[test]
    fn a_mention_by_nobody_known_bears_no_customer() {
        let mentions = [Mention { theme: Some("billing"), ..mention("m", "2026-01-05") }];
        let workspace = Workspace::default();
        let rows = workspace.fold(Group { mentions: &mentions, ..Group::default() }).mentions;
        assert_eq!((rows[0].dimensions.customer_id, rows[0].dimensions.themes.as_slice()), (None, &["billing"][..]));
    }

    #[test]
    fn an_act_without_a_quantity_is_one() {
        let five = Activity { quantity: Some(Decimal::whole(5)), ..activity("a2", "usage", "2026-01-06") };
        let activities = [five, activity("a1", "login", "2026-01-05")];
        let workspace = Workspace::default();
        let rows = workspace.fold(Group { activities: &activities, ..ann() }).activities;
        let quantities: Vec<_> = rows.iter().map(|row| (row.kind, row.quantity)).collect();
        assert_eq!(quantities, [(Some("login"), Some(Decimal::whole(1))), (Some("usage"), Some(Decimal::whole(5)))]);
    }

    #[test]
    fn a_recommendation_is_of_who_made_it_as_they_were_then() {
        let workspace =
            Workspace::default().with_customers(vec![attributes("free", None), attributes("pro", Some("2026-02-01"))]);
        let referrals = [Referral { revenue: Some(Decimal::whole(30)), ..referral("r", "2026-01-05") }];
        let rows = workspace.fold(Group { referrals: &referrals, ..ann() }).referrals;
        let row = &rows[0];
        assert_eq!(
            (row.referred_at, row.program, row.revenue),
            (Some(at("2026-01-05")), Some("organic"), Some(Decimal::whole(30)))
        );
        assert_eq!((row.dimensions.customer_id, row.dimensions.plan), (Some("ann"), Some("free")));
    }
}

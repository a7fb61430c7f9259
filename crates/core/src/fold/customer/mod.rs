//! Fold B: the rows of one customer to facts.
//!
//! What needs the whole customer is decided here: the next contact, answer and order, stretches of being
//! subscribed and of being active, the article before a contact, the journey. Each has its file. As fold A, it
//! never asks what time it is: what runs has no end, and the query decides what that means at its moment.

mod active;
mod amounts;
mod answers;
mod articles;
mod civil;
mod contacts;
#[cfg(test)]
mod fixture;
mod mentions;
mod months;
mod order;
mod orders;
#[cfg(test)]
mod properties;
mod stages;
mod subscriptions;
mod terms;

pub use civil::{Months, ZoneError};
pub use contacts::follow;

use crate::facts::*;
use crate::fold::Context;
use crate::model;

/// The rows of one customer, or of one person or session not known as a customer; each slice in any order.
#[derive(Clone, Copy, Default)]
pub struct Group<'g, 'a> {
    /// The customer; none where the rows could not be linked with one.
    pub customer_id: Option<&'a str>,
    /// From fold A: the customer's conversations, `next_*` and `contact_index` not filled.
    pub contacts: &'g [Contact<'a>],
    /// From fold A: the customer's answers.
    pub answers: &'g [SurveyAnswer<'a>],
    /// Orders and refunds.
    pub orders: &'g [model::Order<'a>],
    /// Changes of subscriptions.
    pub subscription_events: &'g [model::SubscriptionEvent<'a>],
    /// Help pages seen.
    pub article_views: &'g [model::ArticleView<'a>],
    /// Acts of engagement.
    pub activities: &'g [model::Activity<'a>],
    /// Steps of the journey.
    pub touchpoints: &'g [model::Touchpoint<'a>],
    /// Recommendations by this customer.
    pub referrals: &'g [model::Referral<'a>],
    /// Mentions by this customer or author.
    pub mentions: &'g [model::Mention<'a>],
}

/// What fold B makes of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts<'a> {
    /// Filled contacts.
    pub contacts: Vec<Contact<'a>>,
    /// Answers with their next.
    pub answer_pairs: Vec<AnswerPair<'a>>,
    /// Answers with comments, mentions, reviews.
    pub feedback: Vec<Feedback<'a>>,
    /// Stretches of being subscribed.
    pub subscriptions: Vec<Subscription<'a>>,
    /// Stretches of one amount.
    pub subscription_amounts: Vec<SubscriptionAmount<'a>>,
    /// Orders and refunds.
    pub orders: Vec<Purchase<'a>>,
    /// Months with anything in them.
    pub customer_months: Vec<CustomerMonth<'a>>,
    /// Stretches of months with a subscription, order, activity or conversation in each.
    pub active_stretches: Vec<ActiveStretch<'a>>,
    /// Articles by session.
    pub article_sessions: Vec<ArticleSession<'a>>,
    /// Mentions.
    pub mentions: Vec<SocialMention<'a>>,
    /// Recommendations.
    pub referrals: Vec<Recommendation<'a>>,
    /// Acts of engagement.
    pub activities: Vec<Engagement<'a>>,
    /// Stages of the journey.
    pub stages: Vec<StageVisit<'a>>,
}

/// Folds one customer.
pub fn fold<'a>(group: &Group<'_, 'a>, context: &Context<'a>) -> Facts<'a> {
    fold_with(group.contacts.to_vec(), group, context)
}

/// Folds one customer, whose contacts are given away: those of the group are not read, nor copied.
pub fn fold_with<'a>(mut contacts: Vec<Contact<'a>>, group: &Group<'_, 'a>, context: &Context<'a>) -> Facts<'a> {
    follow(&mut contacts, group.customer_id);
    let (subscriptions, subscription_amounts) = subscriptions::subscriptions(group, context);
    let mentions = mentions::mentions(group, context);
    let mut facts = Facts {
        answer_pairs: answers::pairs(group.answers, group.customer_id),
        feedback: answers::feedback(group.answers, &mentions, group.customer_id),
        subscriptions,
        subscription_amounts,
        orders: orders::orders(group, context),
        article_sessions: articles::article_sessions(group, &contacts, context),
        mentions,
        referrals: mentions::referrals(group, context),
        activities: mentions::activities(group, context),
        stages: stages::stages(group, context),
        contacts,
        ..Facts::default()
    };
    if let Some(customer_id) = group.customer_id {
        facts.customer_months = months::customer_months(&facts, customer_id, context);
        facts.active_stretches = active::active_stretches(&facts, customer_id, context);
    }
    facts
}

//! What a metric needs of the data: which model tables, or columns, feed the facts that it reads.

use std::collections::BTreeSet;

use mittari_core::facts::Fact;
use mittari_core::metric::{Catalogue, Metric};
use mittari_core::model::Table;

/// What would bring rows of a fact; `events` says whether there are conversations already.
fn bringer(fact: Fact, events: bool) -> &'static str {
    match fact {
        Fact::Wait | Fact::Reply if events => "messages in conversation_events",
        Fact::SlaTarget if events => "sla_target events, or [[sla]] in settings.toml",
        Fact::Contact | Fact::CustomerMonth | Fact::ActiveStretch if events => "customer_id in conversation_events",
        Fact::Conversation | Fact::Episode | Fact::Wait | Fact::Reply | Fact::SlaTarget | Fact::Contact => {
            Table::Event.name()
        }
        Fact::CustomerMonth | Fact::ActiveStretch => Table::Event.name(),
        Fact::SurveyAnswer | Fact::AnswerPair => Table::Answer.name(),
        Fact::SurveyInvitation => Table::Invitation.name(),
        Fact::Review => Table::Rating.name(),
        Fact::Feedback => "survey_answers or mentions",
        Fact::Subscription | Fact::SubscriptionAmount => Table::SubscriptionEvent.name(),
        Fact::Purchase => Table::Order.name(),
        Fact::ArticleSession => Table::ArticleView.name(),
        Fact::SocialMention => Table::Mention.name(),
        Fact::Recommendation => Table::Referral.name(),
        Fact::Engagement => Table::Activity.name(),
        Fact::PeriodCost => Table::Cost.name(),
        Fact::PeriodRevenue => Table::Revenue.name(),
        Fact::StageVisit => Table::Touchpoint.name(),
    }
}

/// The facts that a metric reads, itself and through the metrics that it is made of.
pub(crate) fn facts_of(catalogue: &Catalogue, metric: &Metric) -> BTreeSet<Fact> {
    let open = metric.open.as_ref().map(|open| open.fact);
    let parts = catalogue.with_parts(metric);
    let facts: BTreeSet<Fact> = parts.iter().flat_map(|part| part.formula.rows()).map(|rows| rows.fact).collect();
    // What only the open rows are counted from is no need.
    if facts.is_empty() { open.into_iter().collect() } else { facts }
}

/// What would make a metric computable, where `has` says which facts have rows; nothing: it is.
pub(crate) fn missing(catalogue: &Catalogue, metric: &Metric, has: impl Fn(Fact) -> bool) -> Vec<&'static str> {
    let events = has(Fact::Conversation);
    let absent = facts_of(catalogue, metric).into_iter().filter(|fact| !has(*fact));
    let mut names: Vec<&str> = absent.map(|fact| bringer(fact, events)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

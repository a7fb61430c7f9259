//! What a metric needs of the data: which model tables feed the facts that it reads.

use std::collections::BTreeSet;

use mittari_core::facts::Fact;
use mittari_core::metric::{Catalogue, Metric};
use mittari_core::model::Table;

/// The tables whose rows make a fact.
pub(crate) fn tables_of(fact: Fact) -> &'static [Table] {
    match fact {
        Fact::Conversation | Fact::Episode | Fact::Wait | Fact::Reply | Fact::SlaTarget | Fact::Contact => &[Table::Event],
        Fact::SurveyAnswer | Fact::AnswerPair => &[Table::Answer],
        Fact::SurveyInvitation => &[Table::Invitation],
        Fact::Review => &[Table::Rating],
        Fact::Feedback => &[Table::Answer, Table::Mention],
        Fact::Subscription | Fact::SubscriptionAmount => &[Table::SubscriptionEvent],
        Fact::Purchase => &[Table::Order],
        Fact::CustomerMonth | Fact::ActiveStretch => &[Table::Event, Table::Order, Table::SubscriptionEvent, Table::Activity],
        Fact::ArticleSession => &[Table::ArticleView],
        Fact::SocialMention => &[Table::Mention],
        Fact::Recommendation => &[Table::Referral],
        Fact::Engagement => &[Table::Activity],
        Fact::PeriodCost => &[Table::Cost],
        Fact::PeriodRevenue => &[Table::Revenue],
        Fact::StageVisit => &[Table::Touchpoint],
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

/// The tables that would make a metric computable, where `has` says which facts have rows; none: it is.
pub(crate) fn missing(catalogue: &Catalogue, metric: &Metric, has: impl Fn(Fact) -> bool) -> Vec<&'static str> {
    let absent = facts_of(catalogue, metric).into_iter().filter(|fact| !has(*fact));
    let mut names: Vec<&str> = absent.map(|fact| either(tables_of(fact))).collect();
    names.dedup();
    names
}

fn either(tables: &'static [Table]) -> &'static str {
    match tables {
        [one] => one.name(),
        [Table::Answer, Table::Mention] => "survey_answers or mentions",
        _ => "conversation_events, orders, subscription_events or customer_activities",
    }
}

//! Who a customer or an agent was at a moment: attributes with validity.
//!
//! A customer's row holds from its `valid_from` until the next one of the same customer; the value at the
//! event's time counts, so moving a customer to another plan rewrites nothing that happened before.

use std::collections::HashMap;

use crate::model::{Agent, Customer};
use crate::time::{Instant, Span};

/// Histories of customers and agents.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attributes {
    customers: HashMap<Box<str>, Vec<CustomerAttributes>>,
    agents: HashMap<Box<str>, Vec<AgentAttributes>>,
}

/// What is known of a customer since a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomerAttributes {
    since: Option<Instant>,
    /// the country
    pub country: Option<String>,
    /// the language
    pub language: Option<String>,
    /// the plan
    pub plan: Option<String>,
    /// the segment
    pub segment: Option<String>,
    /// the product used
    pub product: Option<String>,
    /// since when a customer
    pub signed_up_at: Option<Instant>,
}

/// What is known of an agent since a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AgentAttributes {
    since: Option<Instant>,
    /// the team
    pub team: Option<String>,
    /// the role
    pub role: Option<String>,
}

impl Attributes {
    /// Histories of the rows, in whatever order they come.
    pub fn new<'a>(
        customers: impl IntoIterator<Item = Customer<'a>>,
        agents: impl IntoIterator<Item = Agent<'a>>,
    ) -> Attributes {
        let mut attributes = Attributes::default();
        for row in customers {
            attributes.customers.entry(row.customer_id.into()).or_default().push(CustomerAttributes {
                since: row.valid_from,
                country: row.country.map(str::to_owned),
                language: row.language.map(str::to_owned),
                plan: row.plan.map(str::to_owned),
                segment: row.segment.map(str::to_owned),
                product: row.product.map(str::to_owned),
                signed_up_at: row.signed_up_at,
            });
        }
        for row in agents {
            attributes.agents.entry(row.agent_id.into()).or_default().push(AgentAttributes {
                since: row.valid_from,
                team: row.team.map(str::to_owned),
                role: row.role.map(str::to_owned),
            });
        }
        attributes.customers.values_mut().for_each(|history| history.sort());
        attributes.agents.values_mut().for_each(|history| history.sort());
        attributes
    }

    /// What was known of a customer at a moment; before the first row, what the first row says.
    pub fn customer_at(&self, customer_id: &str, at: Instant) -> Option<&CustomerAttributes> {
        let history = self.customers.get(customer_id)?;
        let known = history.partition_point(|row| row.since.is_none_or(|since| since <= at));
        history.get(known.saturating_sub(1))
    }

    /// The moments at which something known of a customer becomes another: a new row, a step of age.
    pub fn customer_changes(&self, customer_id: &str) -> Vec<Instant> {
        let history = self.customers.get(customer_id).map(Vec::as_slice).unwrap_or_default();
        let steps = |signed_up_at: Instant| AGE_STEPS.iter().map(move |(age, _)| signed_up_at.plus(*age));
        let ages = history.iter().filter_map(|row| row.signed_up_at).flat_map(steps);
        history.iter().filter_map(|row| row.since).chain(ages).collect()
    }

    /// What was known of an agent at a moment; before the first row, what the first row says.
    pub fn agent_at(&self, agent_id: &str, at: Instant) -> Option<&AgentAttributes> {
        let history = self.agents.get(agent_id)?;
        let known = history.partition_point(|row| row.since.is_none_or(|since| since <= at));
        history.get(known.saturating_sub(1))
    }

    /// The customers whose history differs between the two.
    pub fn changed_customers<'a>(&'a self, other: &'a Attributes) -> impl Iterator<Item = &'a str> {
        let gone = other.customers.keys().filter(|id| !self.customers.contains_key(*id));
        let changed = self.customers.iter().filter(|(id, history)| other.customers.get(*id) != Some(history));
        changed.map(|(id, _)| &**id).chain(gone.map(|id| &**id))
    }

    /// Whether the two know the same of every agent.
    pub fn same_agents(&self, other: &Attributes) -> bool {
        self.agents == other.agents
    }
}

impl CustomerAttributes {
    /// The step of the customer's age at a moment, from when it signed up.
    pub fn age_at(&self, at: Instant) -> Option<&'static str> {
        let age = at.since(self.signed_up_at?);
        AGE_STEPS.iter().rev().find(|(from, _)| age >= *from).map(|(_, step)| *step)
    }
}

/// The steps of a customer's age, each with the age at which it begins.
const AGE_STEPS: [(Span, &str); 4] = [
    (Span::days(0), "under 30 days"),
    (Span::days(30), "30 to 90 days"),
    (Span::days(90), "90 days to 1 year"),
    (Span::days(365), "over 1 year"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Header;

    fn customer<'a>(id: &'a str, since: Option<i64>, plan: &'a str) -> Customer<'a> {
        let header = Header {
            source: "file",
            external_id: None,
            identity: 0,
            revision: 0,
            occurred_at: Instant(0),
            recorded_at: Instant(0),
            sequence: 0,
        };
        Customer {
            header,
            customer_id: id,
            name: false,
            email: false,
            valid_from: since.map(Instant),
            country: None,
            language: None,
            plan: Some(plan),
            segment: None,
            product: None,
            signed_up_at: Some(Instant(0)),
        }
    }

    #[test]
    fn the_value_at_the_time_of_the_event_counts() {
        let rows = [customer("a", Some(100), "pro"), customer("a", None, "free"), customer("a", Some(200), "team")];
        let attributes = Attributes::new(rows, []);
        let plan_at = |at| attributes.customer_at("a", Instant(at)).and_then(|row| row.plan.as_deref());
        assert_eq!(plan_at(99), Some("free"));
        assert_eq!(plan_at(100), Some("pro"));
        assert_eq!(plan_at(500), Some("team"));
    }

    #[test]
    fn a_customer_of_31_days_is_in_the_second_step() {
        let attributes = Attributes::new([customer("a", None, "pro")], []);
        let row = attributes.customer_at("a", Instant(0)).expect("known");
        assert_eq!(row.age_at(Instant(0).plus(Span::days(29))), Some("under 30 days"));
        assert_eq!(row.age_at(Instant(0).plus(Span::days(31))), Some("30 to 90 days"));
        assert_eq!(row.age_at(Instant(-1)), None);
    }
}

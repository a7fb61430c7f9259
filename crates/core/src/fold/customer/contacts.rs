//! The conversations of a customer, each with the next one: who had to come back. Rule 19.
//!
//! The next contact is the next conversation that the customer opened and that is no spam, opened later than this
//! one was; what an agent or a rule opened is no contact of the customer, but has a next one all the same. A
//! duplicate and a conversation merged away were contacts. Conversations of one instant do not follow each
//! other. Without a customer nothing follows: such cases are left out, and counted, by the metric.
//!
//! A channel that no source names is one channel: a desk that names none repeats on it.

use crate::facts::Contact;
use crate::time::Instant;

/// Puts the contacts of one customer into their order, each once, and fills in index and next contacts.
pub fn follow<'a>(contacts: &mut Vec<Contact<'a>>, customer_id: Option<&'a str>) {
    if !contacts.is_sorted_by(|a, b| place(a) < place(b)) {
        contacts.sort_by(|a, b| place(a).cmp(&place(b)));
        contacts.dedup();
    }
    if let Some(customer_id) = customer_id {
        for (index, contact) in (1..).zip(contacts.iter_mut()) {
            contact.contact_index = Some(index);
            contact.dimensions.customer_id.get_or_insert(customer_id);
        }
        look_ahead(contacts);
    }
}

/// Whether the customer came by itself: what counts as contacting support.
pub(super) fn by_customer(contact: &Contact<'_>) -> bool {
    contact.opened_by == Some("customer") && contact.outcome != Some("spam")
}

fn place<'c>(contact: &'c Contact<'_>) -> (Option<Instant>, Option<&'c str>) {
    (contact.opened_at, contact.conversation_id)
}

/// From the last instant back to the first, so that what comes next is known.
fn look_ahead(contacts: &mut [Contact<'_>]) {
    let mut next = None;
    let mut next_by_channel: Vec<(Option<&str>, Instant)> = Vec::new();
    for instant in contacts.chunk_by_mut(|a, b| a.opened_at == b.opened_at).rev() {
        for contact in instant.iter_mut() {
            let channel = contact.dimensions.channel;
            let same = next_by_channel.iter().find(|(known, _)| *known == channel);
            contact.next_contact_at = next;
            contact.next_contact_same_channel_at = same.map(|(_, at)| *at);
        }
        for contact in instant.iter().filter(|contact| by_customer(contact)) {
            let Some(at) = contact.opened_at else { continue };
            next = Some(at);
            let channel = contact.dimensions.channel;
            match next_by_channel.iter_mut().find(|(known, _)| *known == channel) {
                Some((_, known_at)) => *known_at = at,
                None => next_by_channel.push((channel, at)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::{Contact, Dimensions};
    use crate::fold::customer::Group;
    use crate::fold::customer::fixture::{Workspace, ann, at, contact};

    fn check(contacts: &[Contact<'static>], expected: impl Fn(&[Contact<'_>])) {
        expected(&Workspace::default().fold(Group { contacts, ..ann() }).contacts);
    }

    fn opened_by<'a>(opener: &'a str, contact: Contact<'a>) -> Contact<'a> {
        Contact { opened_by: Some(opener), ..contact }
    }

    fn that_is<'a>(outcome: &'a str, contact: Contact<'a>) -> Contact<'a> {
        Contact { outcome: Some(outcome), ..contact }
    }

    fn by_phone<'a>(contact: Contact<'a>) -> Contact<'a> {
        let dimensions = Dimensions { channel: Some("phone"), ..contact.dimensions.clone() };
        Contact { dimensions, ..contact }
    }

    #[test]
    fn the_next_contact_is_the_next_conversation_that_the_customer_opened() {
        let contacts =
            [contact("c3", "2026-01-08"), opened_by("agent", contact("c2", "2026-01-06")), contact("c1", "2026-01-05")];
        check(&contacts, |rows| {
            let next: Vec<_> = rows.iter().map(|row| row.next_contact_at).collect();
            assert_eq!(next, [Some(at("2026-01-08")), Some(at("2026-01-08")), None]);
            assert_eq!(rows.iter().map(|row| row.contact_index).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
        });
    }

    #[test]
    fn what_a_rule_opened_is_no_contact_of_the_customer() {
        check(&[contact("c1", "2026-01-05"), opened_by("automation", contact("c2", "2026-01-06"))], |rows| {
            assert_eq!(rows[0].next_contact_at, None);
        });
    }

    #[test]
    fn spam_is_no_next_contact_but_has_one() {
        let contacts =
            [contact("c1", "2026-01-05"), that_is("spam", contact("c2", "2026-01-06")), contact("c3", "2026-01-07")];
        check(&contacts, |rows| {
            assert_eq!(rows[0].next_contact_at, Some(at("2026-01-07")));
            assert_eq!(rows[1].next_contact_at, Some(at("2026-01-07")));
        });
    }

    #[test]
    fn who_asks_the_same_again_has_come_back_even_if_the_case_is_a_duplicate() {
        check(&[contact("c1", "2026-01-05"), that_is("duplicate", contact("c2", "2026-01-06"))], |rows| {
            assert_eq!(rows[0].next_contact_at, Some(at("2026-01-06")));
        });
    }

    #[test]
    fn on_another_channel_it_is_a_repeat_on_any_channel_only() {
        let contacts = [
            contact("c1", "2026-01-05"),
            by_phone(contact("c2", "2026-01-06")),
            contact("c3", "2026-01-09"),
            by_phone(contact("c4", "2026-01-10")),
        ];
        check(&contacts, |rows| {
            assert_eq!(rows[0].next_contact_at, Some(at("2026-01-06")));
            assert_eq!(rows[0].next_contact_same_channel_at, Some(at("2026-01-09")));
            assert_eq!(rows[1].next_contact_same_channel_at, Some(at("2026-01-10")));
            assert_eq!(rows[2].next_contact_same_channel_at, None);
        });
    }

    #[test]
    fn a_desk_that_names_no_channel_has_one() {
        let unnamed = |id, when| Contact { dimensions: Dimensions::default(), ..contact(id, when) };
        check(&[unnamed("c1", "2026-01-05"), unnamed("c2", "2026-01-06")], |rows| {
            assert_eq!(rows[0].next_contact_same_channel_at, Some(at("2026-01-06")));
        });
    }

    #[test]
    fn conversations_of_one_instant_do_not_follow_each_other() {
        let contacts = [contact("c1", "2026-01-05"), contact("c2", "2026-01-05"), contact("c3", "2026-01-05 00:00:01")];
        check(&contacts, |rows| {
            assert_eq!(rows[0].next_contact_at, Some(at("2026-01-05 00:00:01")));
            assert_eq!(rows[1].next_contact_at, Some(at("2026-01-05 00:00:01")));
        });
    }

    #[test]
    fn without_a_customer_nothing_follows() {
        let workspace = Workspace::default();
        let contacts = [contact("c1", "2026-01-05"), contact("c2", "2026-01-06")];
        let facts = workspace.fold(Group { contacts: &contacts, ..Group::default() });
        assert!(facts.contacts.iter().all(|row| row.next_contact_at.is_none() && row.contact_index.is_none()));
        assert!(facts.customer_months.is_empty() && facts.active_stretches.is_empty());
    }

    #[test]
    fn a_case_linked_late_bears_the_customer_it_was_linked_with() {
        let workspace = Workspace::default();
        let contacts = [Contact { dimensions: Dimensions::default(), ..contact("c1", "2026-01-05") }];
        let facts = workspace.fold(Group { contacts: &contacts, ..ann() });
        assert_eq!(facts.contacts[0].dimensions.customer_id, Some("ann"));
    }
}

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
    contacts.sort_by(|a, b| place(a).cmp(&place(b)));
    contacts.dedup();
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

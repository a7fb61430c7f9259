//! Comments: messages to the customer, or notes that only agents see. The ticket's description is the first one.

use mittari_core::model::Table;

use super::Stage;
use super::lookup::Lookup;
use super::sheet::{Making, Sheet};
use crate::IngestError;

/// Reads the table `ticket_comment`.
pub(super) struct Comments;

impl Stage for Comments {
    fn table(&self) -> &'static str {
        "ticket_comment"
    }

    fn rows_of(&self) -> Table {
        Table::Event
    }

    fn take(&mut self, sheet: &Sheet<'_>, lookup: &mut Lookup) -> Result<Vec<Making>, IngestError> {
        let (ids, tickets) = (sheet.needed("id", "ticket_comment")?, sheet.needed("ticket_id", "ticket_comment")?);
        let (users, public) = (sheet.texts("user_id"), sheet.texts("public"));
        // Fivetran calls it `created`; some warehouses have Zendesk's own name.
        let (created, created_at) = (sheet.texts("created"), sheet.texts("created_at"));
        let mut messages = Making::new(
            Table::Event,
            &[
                ("external_id", "id"),
                ("conversation_id", "ticket_id"),
                ("kind", "id"),
                ("occurred_at", "created"),
                ("actor_kind", "user_id"),
                ("actor_id", "user_id"),
                ("public", "public"),
            ],
        );
        for row in 0..sheet.rows() {
            let external_id = ids.get(row).map(|id| format!("comment:{id}"));
            let ticket = tickets.get(row);
            let actor_kind = lookup.actor_kind(users.get(row), ticket.unwrap_or_default());
            messages.push(
                row,
                &[
                    external_id.as_deref(),
                    ticket,
                    Some("message"),
                    created.get(row).or_else(|| created_at.get(row)),
                    actor_kind,
                    users.get(row),
                    public.get(row),
                ],
            );
        }
        Ok(vec![messages])
    }
}

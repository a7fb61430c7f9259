//! Users: customers and agents with their names.

use mittari_core::model::Table;

use super::Stage;
use super::lookup::{Lookup, Role};
use super::sheet::{Making, Sheet, revision};
use crate::IngestError;

/// Reads the table `user`.
pub(super) struct People;

impl Stage for People {
    fn table(&self) -> &'static str {
        "user"
    }

    fn rows_of(&self) -> Table {
        Table::Customer
    }

    fn take(&mut self, sheet: &Sheet<'_>, lookup: &mut Lookup) -> Result<Vec<Making>, IngestError> {
        let (ids, names, emails) = (sheet.needed("id", "user")?, sheet.texts("name"), sheet.texts("email"));
        let (roles, locales, created) = (sheet.texts("role"), sheet.texts("locale"), sheet.texts("created_at"));
        let (organizations, updated) = (sheet.texts("organization_id"), sheet.texts("updated_at"));
        let mut customers = Making::new(
            Table::Customer,
            &[
                ("external_id", "id"),
                ("revision", "updated_at"),
                ("customer_id", "id"),
                ("name", "name"),
                ("email", "email"),
                ("language", "locale"),
                ("segment", "tag"),
                ("signed_up_at", "created_at"),
            ],
        );
        let mut agents = Making::new(
            Table::Agent,
            &[
                ("external_id", "id"),
                ("revision", "updated_at"),
                ("agent_id", "id"),
                ("name", "name"),
                ("email", "email"),
                ("role", "role"),
            ],
        );
        for row in 0..sheet.rows() {
            let id = ids.get(row);
            let external_id = id.map(|id| format!("user:{id}"));
            let revision = revision(updated.get(row));
            let head = [external_id.as_deref(), Some(revision.as_str()), id, names.get(row), emails.get(row)];
            match roles.get(row).map(Role::of) {
                Some(Role::Agent) => {
                    let cells: Vec<Option<&str>> = head.into_iter().chain([roles.get(row)]).collect();
                    agents.push(row, &cells);
                }
                Some(Role::Customer) | None => {
                    let segment = segment(id, organizations.get(row), lookup);
                    let own = [locales.get(row), segment.as_deref(), created.get(row)];
                    let cells: Vec<Option<&str>> = head.into_iter().chain(own).collect();
                    customers.push(row, &cells);
                }
            }
        }
        Ok(vec![customers, agents])
    }
}

/// A customer's segment: its own tags, else its organization's.
fn segment(user: Option<&str>, organization: Option<&str>, lookup: &Lookup) -> Option<String> {
    let own = user.and_then(|user| lookup.user_tags.get(user));
    let tags = own.or_else(|| organization.and_then(|organization| lookup.organization_tags.get(organization)))?;
    Some(tags.join(", "))
}

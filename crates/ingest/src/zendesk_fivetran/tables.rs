//! Which file of a folder holds which table: `ticket.csv`, `ticket_data.csv`, `ticket/part-0.parquet`, `TICKET_0_1.csv.gz`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::IngestError;
use crate::detect::files_under;
use crate::table::plain_name;

/// Tables that are read; other names for one follow it.
const KNOWN: &[&[&str]] = &[
    &["ticket"],
    &["ticket_comment"],
    &["ticket_field_history"],
    &["ticket_tag"],
    &["satisfaction_rating"],
    &["user", "users"],
    &["user_tag"],
    &["group", "groups"],
    &["organization"],
    &["organization_tag"],
    &["brand"],
    &["ticket_form_history", "ticket_form"],
    &["schedule"],
    &["schedule_holiday", "holiday"],
    &["time_zone"],
    &["sla_policy_metric_history"],
    &["ticket_sla_policy"],
];

/// Tables that Fivetran lays there and that say nothing that is asked here, each with why.
const NOT_USED: &[(&str, &str)] = &[
    ("daylight_time", "zones come from the zone database, which knows all changes"),
    ("domain_name", "domains of organizations are no attribute"),
    ("audit_log", "changes of settings"),
    ("ticket_schedule", "calendars go by team"),
    ("ticket_chat", "chats are read as their tickets and comments"),
    ("ticket_chat_event", "chats are read as their tickets and comments"),
    ("ticket_link", "links of problems and incidents"),
    ("group_membership", "teams come from tickets"),
];

/// The files of each table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tables {
    files: BTreeMap<&'static str, Vec<PathBuf>>,
    /// Files that are not read, each with why.
    pub(super) not_used: Vec<(PathBuf, String)>,
}

/// Tables that one folder lays over another as a whole: two half calendars make none.
const LAID_OVER: &[&str] = &["schedule", "schedule_holiday", "time_zone"];

impl Tables {
    /// The tables of several folders; calendars are those of the last folder that has them.
    pub(super) fn of(folders: &[PathBuf]) -> Result<Tables, IngestError> {
        let mut tables = Tables::default();
        for folder in folders {
            let own = Tables::of_one(folder)?;
            if LAID_OVER.iter().any(|name| own.files.contains_key(name)) {
                LAID_OVER.iter().for_each(|name| drop(tables.files.remove(name)));
            }
            for (name, files) in own.files {
                tables.files.entry(name).or_default().extend(files);
            }
            tables.not_used.extend(own.not_used);
        }
        Ok(tables)
    }

    fn of_one(folder: &Path) -> Result<Tables, IngestError> {
        let mut tables = Tables::default();
        for path in files_under(folder, 1)? {
            let own_folder = path.parent().filter(|parent| *parent != folder);
            let by_folder = own_folder.and_then(Path::file_name).map(|name| plain_name(&name.to_string_lossy()));
            let stem = stem_of(&path);
            match by_folder.as_deref().and_then(known).or_else(|| known(&stem)) {
                Some(name) => tables.files.entry(name).or_default().push(path),
                None => {
                    let why = NOT_USED.iter().find(|(name, _)| *name == stem);
                    tables.not_used.push((path, why.map_or("no table that is known", |(_, why)| why).to_owned()));
                }
            }
        }
        Ok(tables)
    }

    /// The files of a table.
    pub(super) fn files(&self, name: &str) -> &[PathBuf] {
        self.files.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether there is such a table.
    pub(super) fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// All files that are read.
    pub(super) fn all_files(&self) -> impl Iterator<Item = &PathBuf> {
        self.files.values().flatten()
    }

    /// Whether these are Zendesk's: tickets with what belongs to them, or calendars to lay over others.
    pub(super) fn is_export(&self) -> bool {
        let has_tickets = self.has("ticket") && (self.has("ticket_comment") || self.has("ticket_field_history"));
        let has_calendars = self.has("schedule") && (self.has("time_zone") || self.has("schedule_holiday"));
        has_tickets || has_calendars
    }
}

fn known(name: &str) -> Option<&'static str> {
    KNOWN.iter().find(|names| names.contains(&name)).and_then(|names| names.first()).copied()
}

/// The table's name in a file's: without ending, vendor, `_data` and numbers of parts.
fn stem_of(path: &Path) -> String {
    let name = path.file_name().map(|name| plain_name(&name.to_string_lossy())).unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.strip_prefix("zendesk_").unwrap_or(stem).trim_matches('_');
    let stem = stem.trim_end_matches(|sign: char| sign.is_ascii_digit() || sign == '_');
    let stem = stem.strip_suffix("_part").unwrap_or(stem);
    let stem = stem.split_once("_data").map_or(stem, |(stem, _)| stem);
    stem.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_found_under_the_names_that_exports_give_it() {
        for name in [
            "ticket.csv",
            "ticket_data.csv",
            "TICKET_0_1_2.csv.gz",
            "zendesk_ticket.parquet",
            "ticket-part-0001.parquet",
        ] {
            assert_eq!(known(&stem_of(Path::new(name))), Some("ticket"), "{name}");
        }
        assert_eq!(known(&stem_of(Path::new("holiday.csv"))), Some("schedule_holiday"));
        assert_eq!(known(&stem_of(Path::new("ticket_field_history_data.csv"))), Some("ticket_field_history"));
        assert_eq!(known(&stem_of(Path::new("brand_data_postgres.csv"))), Some("brand"));
    }
}

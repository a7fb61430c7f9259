//! What holds for all groups: settings with people hashed, calendars, and who customers and agents were.

use mittari_core::calendar::Calendars;
use mittari_core::fold::customer::Months;
use mittari_core::fold::{Attributes, Context, RULES_VERSION};
use mittari_core::model::{Agent, CalendarHours, Customer, ModelTable, Table};
use mittari_core::settings::Settings;

use super::gather::{Blocks, Members, Visible};
use crate::error::{Result, StoreError};
use crate::people::PersonHasher;

/// The tables that are read whole before any fold.
pub(crate) const TABLES: [Table; 3] = [Table::Customer, Table::Agent, Table::CalendarHours];

/// Everything that a fold knows beside its group.
#[derive(Clone, Debug)]
pub(crate) struct Knowledge {
    pub(crate) settings: Settings,
    pub(crate) calendars: Calendars,
    pub(crate) attributes: Attributes,
    pub(crate) months: Months,
    /// The rules, settings and calendars that facts were folded with.
    pub(crate) facts_version: String,
}

impl Knowledge {
    /// Of settings as they are written, and the visible rows of [`TABLES`].
    pub(crate) fn new(
        settings: &Settings,
        hasher: &PersonHasher,
        blocks: &Blocks,
        visible: &Visible,
    ) -> Result<Knowledge> {
        let (customers, agents, hours) = (
            members(blocks, visible, Table::Customer),
            members(blocks, visible, Table::Agent),
            members(blocks, visible, Table::CalendarHours),
        );
        let hours: Vec<CalendarHours<'_>> = rows(&hours).collect();
        let calendars = Calendars::new(settings, &hours).map_err(|source| StoreError::Calendar { source })?;
        let attributes = Attributes::new(rows::<Customer<'_>>(&customers), rows::<Agent<'_>>(&agents));
        let facts_version = facts_version(settings, &calendars)?;
        let months = Months::new(&settings.zone).map_err(|source| StoreError::Zone { source })?;
        let settings = with_hashed_people(settings, hasher);
        Ok(Knowledge { settings, calendars, attributes, months, facts_version })
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context {
            settings: &self.settings,
            calendars: &self.calendars,
            attributes: &self.attributes,
            months: &self.months,
        }
    }
}

fn members<'a>(blocks: &'a Blocks, visible: &Visible, table: Table) -> Members<'a> {
    let blocks = blocks.get(&table).map_or(&[][..], Vec::as_slice);
    Members::new(table, blocks, visible, true, |block, row| Some(blocks[block].homes[row]))
}

/// The rows of a table that count, as structs.
pub(crate) fn rows<'m, 'a: 'm, R: ModelTable<'a> + 'm>(members: &'m Members<'a>) -> impl Iterator<Item = R> + 'm {
    members.order.iter().map(|(_, block, row)| R::read(&members.blocks[*block as usize].row(*row as usize)))
}

/// The settings that folds compare with people in the lake name them by their hashes.
fn with_hashed_people(settings: &Settings, hasher: &PersonHasher) -> Settings {
    let hashed = |ids: &[String]| ids.iter().map(|id| hasher.hash(id).as_str().to_owned()).collect();
    Settings {
        bot_ids: hashed(&settings.bot_ids),
        automation_ids: hashed(&settings.automation_ids),
        ..settings.clone()
    }
}

/// Names rules, settings and calendars; two folds of one version give the same facts.
fn facts_version(settings: &Settings, calendars: &Calendars) -> Result<String> {
    // What only the display and the planner use folds nothing again.
    let folded = Settings {
        company: None,
        ticket_url: None,
        competitors: Vec::new(),
        exchange: None,
        n_min: 0,
        targets: Default::default(),
        ..settings.clone()
    };
    let json = serde_json::to_string(&folded);
    let settings = json.map_err(|source| StoreError::Record { what: "setting", source })?;
    let hash = blake3::hash(format!("{settings}\n{}", calendars.definition()).as_bytes());
    Ok(format!("{RULES_VERSION}-{}", &hash.to_hex()[..12]))
}

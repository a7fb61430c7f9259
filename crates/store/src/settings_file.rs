//! settings.toml in the data folder: only what differs from the defaults.

use std::path::Path;

use mittari_core::settings::Settings;

use crate::error::{Result, StoreError};
use crate::files::{sync, sync_folder};

const NAME: &str = "settings.toml";

/// Reads the settings; where there is no file, the defaults.
pub(crate) fn read(data: &Path) -> Result<Settings> {
    let path = data.join(NAME);
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            toml::from_str(&text).map_err(|error| StoreError::Settings { file: path, reason: error.to_string() })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(StoreError::io(&path)(error)),
    }
}

/// Writes the settings beside the old ones and then exchanges them, so that there is always a whole file.
pub(crate) fn write(data: &Path, settings: &Settings) -> Result<()> {
    let path = data.join(NAME);
    let reason = |error: toml::ser::Error| StoreError::Settings { file: path.clone(), reason: error.to_string() };
    let (text, default) = (toml::Table::try_from(settings), toml::Table::try_from(Settings::default()));
    let (mut table, default) = (text.map_err(reason)?, default.map_err(reason)?);
    table.retain(|key, value| default.get(key) != Some(value));
    let text = toml::to_string_pretty(&table).map_err(reason)?;
    let beside = data.join("settings.toml.new");
    std::fs::write(&beside, text).map_err(StoreError::io(&beside))?;
    sync(&std::fs::File::open(&beside).map_err(StoreError::io(&beside))?, &beside);
    std::fs::rename(&beside, &path).map_err(StoreError::io(&path))?;
    sync_folder(data)
}

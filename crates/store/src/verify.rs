//! Checks every file of the snapshot against what was recorded when it was written.

use std::path::PathBuf;

use crate::error::{Result, StoreError};
use crate::files;
use crate::store::Store;

/// What `verify` found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many files were read.
    pub files: u64,
    /// How many bytes were read.
    pub bytes: u64,
    /// Files that are missing, short, or have other bytes than were written.
    pub damaged: Vec<Damage>,
}

/// One damaged file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub file: PathBuf,
    /// How it differs.
    pub reason: String,
    /// Whether `rebuild` makes it anew; else it must come from a backup, or its import be brought again.
    pub derived: bool,
}

impl Store {
    /// Reads every file of the snapshot and compares sizes and checksums.
    pub fn verify(&self) -> Result<Verified> {
        let mut verified = Verified::default();
        for record in &self.snapshot().files {
            let file = self.data().join(&record.folder).join(&record.name);
            let reason = match files::checksum(&file) {
                Ok((size, _)) if size != record.size => Some(format!("it has {size} bytes of {}", record.size)),
                Ok((_, checksum)) if checksum != record.checksum => Some("its bytes have changed".to_owned()),
                Ok(_) => None,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some("it is missing".to_owned()),
                Err(source) => return Err(StoreError::Io { path: file, source }),
            };
            verified.files += 1;
            verified.bytes += record.size.unsigned_abs();
            if let Some(reason) = reason {
                verified.damaged.push(Damage { file, reason, derived: record.folder.starts_with("facts/") });
            }
        }
        Ok(verified)
    }
}

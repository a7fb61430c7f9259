//! One writer at a time: an operating system's lock on the file LOCK, which names its holder.
//!
//! The system drops the lock when its holder dies, however it dies, so a killed import never blocks the next.
//! Readers take no lock: they read what the snapshot names, and files that a snapshot named stay for a while.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::error::{Result, StoreError};

/// The right to write, held until it is dropped.
#[derive(Debug)]
pub(crate) struct WriterLock(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

impl WriterLock {
    /// Takes the lock or says at once who has it.
    pub(crate) fn take(folder: &Path) -> Result<WriterLock> {
        let path = folder.join("LOCK");
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(StoreError::io(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder =
                    if holder.trim().is_empty() { "another process".to_owned() } else { holder.trim().to_owned() };
                return Err(StoreError::Locked { folder: folder.to_owned(), holder });
            }
            Err(TryLockError::Error(source)) => return Err(StoreError::Io { path, source }),
        }
        let told = file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0)));
        told.and_then(|_| file.write_all(holder().as_bytes())).map_err(StoreError::io(&path))?;
        Ok(WriterLock(file))
    }
}

/// Only the program's name and verb: arguments may hold what nobody else should read.
fn holder() -> String {
    let mut words = std::env::args().take(2);
    let program = words.next().unwrap_or_default();
    let program = Path::new(&program).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let verb = words.next().filter(|word| !word.starts_with('-')).unwrap_or_default();
    format!("process {} ({program} {verb}) since {}", std::process::id(), jiff::Timestamp::now())
}

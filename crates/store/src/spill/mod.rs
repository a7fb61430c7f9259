//! What does not fit in memory waits on disk, cut by key: the parts of a key range come back together.
//!
//! A spill is a file without a name in the data folder's scratch folder; it is gone when it is dropped or its
//! process dies. Blocks are compressed with lz4 and found again by their offsets.

mod batches;
mod rows;

pub(crate) use batches::BatchSpill;
pub(crate) use rows::{Cell, RowSpill, SpilledRows};

use std::fs::File;
use std::io::Write;
#[cfg(not(unix))]
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::error::{Result, StoreError};

/// How keys are cut into parts: by their highest bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    bits: u32,
}

impl Cut {
    /// Parts of about `rows_each` of `rows` rows.
    pub(crate) fn new(rows: u64, rows_each: u64) -> Cut {
        let parts = (rows / rows_each.max(1)).max(2).next_power_of_two().min(1 << 12);
        Cut { bits: parts.trailing_zeros() }
    }

    /// How many parts there are; at least two.
    pub(crate) fn parts(self) -> usize {
        1 << self.bits
    }

    /// The part of a key.
    #[inline]
    pub(crate) fn part(self, key: u64) -> usize {
        (key >> (64 - self.bits)) as usize
    }

    /// The largest key of a part.
    pub(crate) fn last_key(self, part: usize) -> u64 {
        let next = (part as u64 + 1) << (64 - self.bits);
        if part + 1 == self.parts() { u64::MAX } else { next - 1 }
    }
}

/// A file without a name.
#[derive(Debug)]
struct Scratch {
    path: PathBuf,
    file: Option<File>,
    end: u64,
}

/// Where a block lies in a scratch file.
#[derive(Clone, Copy, Debug)]
struct Place {
    offset: u64,
    packed: u32,
    size: u32,
}

impl Scratch {
    fn new(data: &Path) -> Scratch {
        Scratch { path: data.join("scratch"), file: None, end: 0 }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<Place> {
        let packed = lz4_flex::block::compress(bytes);
        let path = &self.path;
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(nameless(path)?),
        };
        file.write_all(&packed).map_err(StoreError::io(path))?;
        let place = Place { offset: self.end, packed: packed.len() as u32, size: bytes.len() as u32 };
        self.end += packed.len() as u64;
        Ok(place)
    }

    fn read(&self, place: Place, into: &mut Vec<u8>) -> Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut file = file.try_clone().map_err(StoreError::io(&self.path))?;
        let mut packed = vec![0; place.packed as usize];
        read_at(&mut file, place.offset, &mut packed).map_err(StoreError::io(&self.path))?;
        let from = into.len();
        into.resize(from + place.size as usize, 0);
        let unpacked = lz4_flex::block::decompress_into(&packed, &mut into[from..]);
        let wrong = |error: lz4_flex::block::DecompressError| std::io::Error::other(error);
        unpacked.map_err(wrong).map_err(StoreError::io(&self.path))?;
        Ok(())
    }
}

#[cfg(unix)]
fn read_at(file: &mut File, offset: u64, into: &mut [u8]) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, into, offset)
}

#[cfg(not(unix))]
fn read_at(file: &mut File, offset: u64, into: &mut [u8]) -> std::io::Result<()> {
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(into)
}

/// A file that is removed as soon as it is open.
fn nameless(folder: &Path) -> Result<File> {
    static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    std::fs::create_dir_all(folder).map_err(StoreError::io(folder))?;
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let path = folder.join(format!("{}-{number}", std::process::id()));
    let options = std::fs::OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path);
    let file = options.map_err(StoreError::io(&path))?;
    std::fs::remove_file(&path).map_err(StoreError::io(&path))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_part_and_parts_are_in_the_order_of_keys() {
        let cut = Cut::new(1_000_000, 100_000);
        assert_eq!(cut.parts(), 16);
        for key in [0, 1, u64::MAX / 3, u64::MAX / 2, u64::MAX - 1, u64::MAX] {
            let part = cut.part(key);
            assert!(key <= cut.last_key(part) && (part == 0 || key > cut.last_key(part - 1)), "{key}");
        }
    }

    #[test]
    fn blocks_come_back_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut scratch = Scratch::new(folder.path());
        let blocks = [b"one".to_vec(), vec![7; 100_000], Vec::new()];
        let places = blocks.each_ref().map(|block| scratch.write(block).expect("written"));
        for (block, place) in blocks.iter().zip(places).rev() {
            let mut read = Vec::new();
            scratch.read(place, &mut read).expect("read");
            assert_eq!(&read, block);
        }
        let left = std::fs::read_dir(folder.path().join("scratch")).expect("a folder").count();
        assert_eq!(left, 0);
    }
}

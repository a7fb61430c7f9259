//! Columns of texts: numbers of a dictionary while texts repeat, the texts themselves when they do not.
//!
//! The dictionary is asked by address first: a cell that points at the same bytes as one before it is the same
//! word. The bytes are compared all the same, because a buffer may have been given back and used again.

use parquet::basic::Encoding;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::schema::types::ColumnDescPtr;

use super::bits::{Validity, hybrid, run, width_of};
use super::chunk::{Chunk, DataPage};

/// A column of texts.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    validity: Validity,
    dictionary: Dictionary,
    /// Of rows with a value: the number of the word; empty once the column is plain.
    keys: Vec<u32>,
    /// Plain texts, each after its length, and where each ends.
    plain: Option<(Vec<u8>, Vec<u32>)>,
    /// What the row group before was like: most columns never change.
    begins_plain: bool,
}

/// After so many values a column of nearly as many words gives its dictionary up.
const TRIAL: usize = 4096;

/// No dictionary grows beyond this.
const DICTIONARY_BYTES: usize = 8 << 20;

impl Default for Words {
    fn default() -> Self {
        Words {
            validity: Validity::default(),
            dictionary: Dictionary::default(),
            keys: Vec::new(),
            plain: None,
            begins_plain: false,
        }
    }
}

impl Words {
    #[inline]
    pub(crate) fn push(&mut self, text: Option<&str>) {
        self.validity.push(text.is_some());
        if let Some(text) = text {
            self.push_value(text);
        }
    }

    /// A value without a row of its own: an element of a list.
    #[inline]
    pub(crate) fn push_value(&mut self, text: &str) {
        match &mut self.plain {
            Some((bytes, ends)) => {
                bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
                bytes.extend_from_slice(text.as_bytes());
                ends.push(bytes.len() as u32);
            }
            None => {
                let key = self.dictionary.key(text);
                self.keys.push(key);
                if self.keys.len().is_multiple_of(TRIAL) {
                    self.judge();
                }
            }
        }
    }

    /// A dictionary pays while words come at least twice.
    #[cold]
    fn judge(&mut self) {
        let words = self.dictionary.len();
        if words * 10 > self.keys.len() * 6 || self.dictionary.bytes.len() > DICTIONARY_BYTES {
            self.give_up();
        }
    }

    fn give_up(&mut self) {
        let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(self.keys.len()));
        for key in self.keys.drain(..) {
            let text = self.dictionary.text(key);
            bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
            bytes.extend_from_slice(text);
            ends.push(bytes.len() as u32);
        }
        self.dictionary.clear();
        self.plain = Some((bytes, ends));
        self.begins_plain = true;
    }

    pub(crate) fn len(&self) -> usize {
        self.validity.len()
    }

    /// Whether no value came yet.
    #[inline]
    pub(crate) fn is_empty_values(&self) -> bool {
        self.keys.is_empty() && self.plain.as_ref().is_none_or(|(_, ends)| ends.is_empty())
    }

    pub(crate) fn is_dictionary(&self) -> bool {
        self.plain.is_none()
    }

    /// Writes the rows so far and empties the column.
    pub(crate) fn finish(
        &mut self,
        column: ColumnDescPtr,
        page_rows: usize,
    ) -> Result<(bytes::Bytes, ColumnCloseResult)> {
        let required = column.max_def_level() == 0;
        let mut chunk = Chunk::new();
        if self.plain.is_none() {
            self.write_dictionary(&mut chunk)?;
        }
        let (mut from, mut first) = (0, 0);
        let (mut definition, mut encoded) = (Vec::new(), Vec::new());
        while from < self.validity.len() {
            let to = (from + page_rows).min(self.validity.len());
            let count = self.validity.count(from, to);
            definition.clear();
            encoded.clear();
            if !required {
                self.validity.levels(from, to, &mut definition);
            }
            self.write_values(first, count, &mut encoded);
            chunk.data(&DataPage {
                rows: to - from,
                levels: to - from,
                nulls: to - from - count,
                repetition: &[],
                definition: &definition,
                values: &encoded,
                encoding: self.encoding(),
                compress: self.plain.is_some(),
            })?;
            (from, first) = (to, first + count);
        }
        self.clear();
        chunk.close(column, None)
    }

    pub(crate) fn encoding(&self) -> Encoding {
        if self.plain.is_some() { Encoding::PLAIN } else { Encoding::RLE_DICTIONARY }
    }

    pub(crate) fn write_dictionary(&self, chunk: &mut Chunk) -> Result<()> {
        chunk.dictionary(self.dictionary.page(), self.dictionary.len())
    }

    /// The encoded values from `first` on, in the column's encoding.
    pub(crate) fn write_values(&self, first: usize, count: usize, into: &mut Vec<u8>) {
        if let Some((bytes, ends)) = &self.plain {
            let at = |place: usize| if place == 0 { 0 } else { ends[place - 1] as usize };
            into.extend_from_slice(&bytes[at(first)..at(first + count)]);
            return;
        }
        let width = width_of(self.dictionary.len().saturating_sub(1) as u32);
        into.push(width as u8);
        if width == 0 {
            run(0, count, 0, into);
        } else {
            hybrid(&self.keys[first..first + count], width, into);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.validity.clear();
        self.dictionary.clear();
        self.keys.clear();
        self.plain = self.begins_plain.then(|| (Vec::new(), Vec::new()));
    }
}

/// The different texts of a column, each with its number.
#[derive(Clone, Debug, Default)]
struct Dictionary {
    bytes: Vec<u8>,
    ends: Vec<u32>,
    /// Open addressing; 0 is free, else a number + 1. Its length is a power of two.
    slots: Vec<u32>,
    /// By address and length: the number last found there.
    recent: Vec<u32>,
}

const RECENT: usize = 1 << 10;

impl Dictionary {
    fn len(&self) -> usize {
        self.ends.len()
    }

    #[inline]
    fn text(&self, key: u32) -> &[u8] {
        let from = if key == 0 { 0 } else { self.ends[key as usize - 1] as usize };
        &self.bytes[from..self.ends[key as usize] as usize]
    }

    #[inline]
    fn key(&mut self, text: &str) -> u32 {
        if self.recent.is_empty() {
            self.recent = vec![u32::MAX; RECENT];
        }
        let address = text.as_ptr() as usize;
        let recent = (address.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) % RECENT;
        let known = self.recent[recent];
        if (known as usize) < self.ends.len() && self.text(known) == text.as_bytes() {
            return known;
        }
        let key = self.find(text.as_bytes());
        self.recent[recent] = key;
        key
    }

    fn find(&mut self, text: &[u8]) -> u32 {
        if self.ends.len() * 2 >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash(text) as usize & mask;
        loop {
            match self.slots[slot] {
                0 => {
                    self.bytes.extend_from_slice(text);
                    self.ends.push(self.bytes.len() as u32);
                    self.slots[slot] = self.ends.len() as u32;
                    return self.ends.len() as u32 - 1;
                }
                held if self.text(held - 1) == text => return held - 1,
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    #[cold]
    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(64);
        self.slots = vec![0; size];
        for key in 0..self.ends.len() as u32 {
            let mut slot = hash(self.text(key)) as usize & (size - 1);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            self.slots[slot] = key + 1;
        }
    }

    /// The texts, each after its length.
    fn page(&self) -> Vec<u8> {
        let mut page = Vec::with_capacity(self.bytes.len() + 4 * self.ends.len());
        for key in 0..self.ends.len() as u32 {
            let text = self.text(key);
            page.extend_from_slice(&(text.len() as u32).to_le_bytes());
            page.extend_from_slice(text);
        }
        page
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.slots.fill(0);
        self.recent.fill(u32::MAX);
    }
}

/// Quick and good enough for a table that compares what it finds.
#[inline]
fn hash(text: &[u8]) -> u64 {
    let mut state = text.len() as u64 ^ 0x9fb2_1c65_1e98_df25;
    let mut chunks = text.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().unwrap_or_default());
        state = (state.rotate_left(29) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
    let mut last = [0u8; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    state = (state.rotate_left(29) ^ u64::from_le_bytes(last)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    state ^ (state >> 31)
}

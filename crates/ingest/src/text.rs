//! A text file as a window of UTF-8 that slides: unpacked, decoded, with the places of broken bytes known.
//!
//! CSV and JSON lines are read from here. The window grows only as far as the longest row may be
//! ([`ROW_BYTES_MAX`]); a reader that meets a longer one skips it, so memory stays flat whatever comes.

use std::collections::VecDeque;
use std::path::Path;

use encoding_rs::{Decoder, Encoding, UTF_8};

use crate::IngestError;
use crate::encoding::{WINDOW, by_mark, guess, unmarked_utf16};
use crate::input::Input;

/// The longest row that is read; a ticket's whole text is far below.
pub(crate) const ROW_BYTES_MAX: usize = 16 << 20;

/// Bytes read at once.
const STEP: usize = 256 << 10;

const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// The sliding window.
pub(crate) struct Text {
    input: Input,
    window: Vec<u8>,
    start: usize,
    /// Bytes that have left the window before `window[0]`.
    gone: u64,
    raw: Vec<u8>,
    ended: bool,
    decoding: Decoding,
    checked: usize,
    /// Stretches of bytes that are no characters: from, to.
    broken: VecDeque<(u64, u64)>,
}

enum Decoding {
    /// Only ASCII so far.
    Open,
    Utf8,
    Page(Box<Decoder>),
}

impl Text {
    /// Opens a text file; `told` overrules what its bytes say.
    pub(crate) fn open(path: &Path, told: Option<&'static Encoding>) -> Result<Text, IngestError> {
        let mut text = Text {
            input: Input::open(path)?,
            window: Vec::new(),
            start: 0,
            gone: 0,
            raw: Vec::new(),
            ended: false,
            decoding: Decoding::Open,
            checked: 0,
            broken: VecDeque::new(),
        };
        text.read_raw(STEP)?;
        let marked = by_mark(&text.raw);
        if let Some((_, length)) = marked {
            text.raw.drain(..length);
        }
        let known = marked.map(|(encoding, _)| encoding).or(told).or_else(|| unmarked_utf16(&text.raw));
        if let Some(encoding) = known {
            text.decide(encoding);
        }
        text.decode()?;
        Ok(text)
    }

    /// The file's path.
    pub(crate) fn path(&self) -> &Path {
        self.input.path()
    }

    /// Bytes of the file read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.input.bytes_read()
    }

    /// What is decoded and not yet consumed.
    pub(crate) fn window(&self) -> &[u8] {
        &self.window[self.start..]
    }

    /// Whether the window holds the rest of the file.
    pub(crate) fn is_last(&self) -> bool {
        self.ended && self.raw.is_empty()
    }

    /// The encoding as far as it is known; plain ASCII is UTF-8.
    pub(crate) fn encoding(&self) -> &'static Encoding {
        match &self.decoding {
            Decoding::Open | Decoding::Utf8 => UTF_8,
            Decoding::Page(decoder) => decoder.encoding(),
        }
    }

    /// Makes the window longer; false at the end of the file.
    pub(crate) fn grow(&mut self) -> Result<bool, IngestError> {
        if self.is_last() {
            return Ok(false);
        }
        if self.start > 0 {
            self.window.drain(..self.start);
            self.gone += self.start as u64;
            self.checked -= self.start.min(self.checked);
            self.start = 0;
        }
        let step = STEP.max(self.window.len());
        self.read_raw(step)?;
        self.decode()?;
        Ok(true)
    }

    /// Leaves `count` bytes behind.
    pub(crate) fn consume(&mut self, count: usize) {
        self.start = (self.start + count).min(self.window.len());
        let passed = self.gone + self.start as u64;
        while self.broken.front().is_some_and(|(_, to)| *to <= passed) {
            self.broken.pop_front();
        }
    }

    /// Whether the first `count` bytes of the window hold a byte that is no character.
    #[inline]
    pub(crate) fn is_broken(&self, count: usize) -> bool {
        self.broken.front().is_some_and(|(from, _)| *from < self.gone + (self.start + count) as u64)
    }

    fn read_raw(&mut self, count: usize) -> Result<(), IngestError> {
        let before = self.raw.len();
        self.raw.resize(before + count, 0);
        let read = self.input.read_full(&mut self.raw[before..])?;
        self.raw.truncate(before + read);
        self.ended |= read < count;
        Ok(())
    }

    fn decide(&mut self, encoding: &'static Encoding) {
        self.decoding = match encoding == UTF_8 {
            true => Decoding::Utf8,
            false => Decoding::Page(Box::new(encoding.new_decoder_without_bom_handling())),
        };
    }

    /// Moves what has been read into the window, as UTF-8.
    fn decode(&mut self) -> Result<(), IngestError> {
        if matches!(self.decoding, Decoding::Open) {
            let plain = match self.raw.is_ascii() {
                true => self.raw.len(),
                false => self.raw.iter().position(|byte| *byte >= 0x80).unwrap_or(self.raw.len()),
            };
            self.window.extend_from_slice(&self.raw[..plain]);
            self.raw.drain(..plain);
            self.checked = self.window.len();
            if self.raw.is_empty() {
                return Ok(());
            }
            if self.raw.len() < WINDOW && !self.ended {
                self.read_raw(WINDOW)?;
            }
            let encoding = guess(&self.sample(), self.ended && self.raw.len() <= WINDOW);
            self.decide(encoding);
        }
        match &mut self.decoding {
            Decoding::Open | Decoding::Utf8 => {
                self.window.append(&mut self.raw);
                self.check_utf8();
            }
            Decoding::Page(decoder) => {
                let before = self.window.len();
                let room = decoder.max_utf8_buffer_length(self.raw.len()).unwrap_or(self.raw.len() * 4);
                self.window.resize(before + room, 0);
                let (_, _, written, _) = decoder.decode_to_utf8(&self.raw, &mut self.window[before..], self.ended);
                self.window.truncate(before + written);
                self.raw.clear();
                let base = self.gone + before as u64;
                let marks: Vec<u64> =
                    memchr::memmem::find_iter(&self.window[before..], REPLACEMENT).map(|at| base + at as u64).collect();
                marks.into_iter().for_each(|at| self.mark_broken(at, at + REPLACEMENT.len() as u64));
                self.checked = self.window.len();
            }
        }
        Ok(())
    }

    /// What decides the encoding: a few signs before the first byte beyond ASCII, and what follows it.
    fn sample(&self) -> Vec<u8> {
        let before = self.window.len().saturating_sub(16);
        let mut sample = self.window[before..].to_vec();
        sample.extend_from_slice(&self.raw[..self.raw.len().min(WINDOW)]);
        sample
    }

    fn check_utf8(&mut self) {
        while self.checked < self.window.len() {
            let Err(error) = std::str::from_utf8(&self.window[self.checked..]) else {
                self.checked = self.window.len();
                return;
            };
            self.checked += error.valid_up_to();
            match error.error_len() {
                None if !self.ended => return,
                length => {
                    let end = length.map_or(self.window.len(), |length| self.checked + length);
                    self.mark_broken(self.gone + self.checked as u64, self.gone + end as u64);
                    self.checked = end;
                }
            }
        }
    }

    fn mark_broken(&mut self, from: u64, to: u64) {
        match self.broken.back_mut() {
            Some((_, end)) if *end == from => *end = to,
            _ => self.broken.push_back((from, to)),
        }
    }
}

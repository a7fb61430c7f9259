//! Fact rows between the folds, as bytes: what fold A hands to fold B, by customer.

use std::path::Path;

use mittari_core::decimal::Decimal;
use mittari_core::facts::{CellSink, Fact, FactCells, FactKind, FactRow};
use mittari_core::time::{Instant, Span};

use super::{Cut, Place, Scratch};
use crate::cells::{civil_date, day_number};
use crate::error::Result;

/// Bytes of a part that wait in memory.
const BUFFER: usize = 64 << 10;

/// Rows of one fact by the part of their key.
#[derive(Debug)]
pub(crate) struct RowSpill {
    cut: Cut,
    parts: Vec<Part>,
    scratch: Scratch,
}

#[derive(Clone, Debug, Default)]
struct Part {
    buffer: Vec<u8>,
    places: Vec<Place>,
}

impl RowSpill {
    pub(crate) fn new(data: &Path, cut: Cut) -> RowSpill {
        RowSpill { cut, parts: vec![Part::default(); cut.parts()], scratch: Scratch::new(data) }
    }

    /// Adds a row under a key.
    pub(crate) fn push<'a>(&mut self, key: u64, row: &impl FactRow<'a>) -> Result<()> {
        let part = &mut self.parts[self.cut.part(key)];
        let begin = part.buffer.len();
        part.buffer.extend_from_slice(&[0; 4]);
        part.buffer.extend_from_slice(&key.to_le_bytes());
        row.cells(&mut Writer(&mut part.buffer));
        let size = (part.buffer.len() - begin) as u32;
        part.buffer[begin..begin + 4].copy_from_slice(&size.to_le_bytes());
        if part.buffer.len() >= BUFFER {
            part.places.push(self.scratch.write(&part.buffer)?);
            part.buffer.clear();
        }
        Ok(())
    }

    /// Appends the rows of a part.
    pub(crate) fn read(&self, part: usize, into: &mut Vec<u8>) -> Result<()> {
        let part = &self.parts[part];
        for place in &part.places {
            self.scratch.read(*place, into)?;
        }
        into.extend_from_slice(&part.buffer);
        Ok(())
    }
}

struct Writer<'w>(&'w mut Vec<u8>);

impl Writer<'_> {
    #[inline]
    fn length(&mut self, length: usize) {
        match u8::try_from(length) {
            Ok(short) if short < u8::MAX => self.0.push(short),
            _ => {
                self.0.push(u8::MAX);
                self.0.extend_from_slice(&(length as u32).to_le_bytes());
            }
        }
    }
}

impl CellSink for Writer<'_> {
    #[inline]
    fn text(&mut self, value: Option<&str>) {
        match value {
            None => self.0.push(0),
            Some(text) => {
                self.length(text.len() + 1);
                self.0.extend_from_slice(text.as_bytes());
            }
        }
    }

    fn instant(&mut self, value: Option<Instant>) {
        self.count(value.map(|value| value.0));
    }

    fn duration(&mut self, value: Option<Span>) {
        self.count(value.map(|value| value.0));
    }

    #[inline]
    fn count(&mut self, value: Option<i64>) {
        match value {
            None => self.0.push(0),
            Some(value) => {
                self.0.push(1);
                self.0.extend_from_slice(&value.to_le_bytes());
            }
        }
    }

    fn flag(&mut self, value: Option<bool>) {
        self.0.push(value.map_or(0, |value| 1 + u8::from(value)));
    }

    fn decimal(&mut self, value: Option<Decimal>) {
        self.count(value.map(|value| value.0));
    }

    fn list(&mut self, values: &[&str]) {
        self.length(values.len());
        values.iter().for_each(|value| self.text(Some(value)));
    }

    fn date(&mut self, value: Option<jiff::civil::Date>) {
        self.count(value.map(|value| i64::from(day_number(value))));
    }
}

/// The rows of one part, in the order of their keys.
pub(crate) struct SpilledRows<'a> {
    bytes: &'a [u8],
    kinds: Vec<FactKind>,
    /// (key, where the cells begin)
    order: Vec<(u64, usize)>,
}

impl<'a> SpilledRows<'a> {
    pub(crate) fn new(fact: Fact, bytes: &'a [u8]) -> SpilledRows<'a> {
        let (mut order, mut at) = (Vec::new(), 0);
        while let Some((size, key)) = bytes.get(at..at + 12).and_then(|head| head.split_first_chunk::<4>()) {
            let key = u64::from_le_bytes(key.try_into().unwrap_or_default());
            order.push((key, at + 12));
            at += (u32::from_le_bytes(*size) as usize).max(12);
        }
        order.sort_unstable();
        SpilledRows { bytes, kinds: fact.columns().map(|column| column.kind).collect(), order }
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The key of a row.
    pub(crate) fn key(&self, row: usize) -> Option<u64> {
        self.order.get(row).map(|(key, _)| *key)
    }

    /// One row; `cells` is room that is used again.
    pub(crate) fn read<R: FactRow<'a>>(&self, row: usize, cells: &mut Vec<Cell<'a>>) -> R {
        cells.clear();
        let mut reader = Reader { bytes: self.bytes, at: self.order[row].1 };
        cells.extend(self.kinds.iter().map(|kind| reader.cell(*kind)));
        R::read(&Cells(cells))
    }
}

/// One cell as it lies in the bytes.
#[derive(Clone, Debug)]
pub(crate) enum Cell<'a> {
    Null,
    Text(&'a str),
    Number(i64),
    Flag(bool),
    List(Vec<&'a str>),
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    #[inline]
    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        byte
    }

    #[inline]
    fn length(&mut self) -> usize {
        match self.byte() {
            u8::MAX => {
                let long = self.bytes.get(self.at..self.at + 4).and_then(|bytes| bytes.try_into().ok());
                self.at += 4;
                u32::from_le_bytes(long.unwrap_or_default()) as usize
            }
            short => usize::from(short),
        }
    }

    #[inline]
    fn text(&mut self) -> Option<&'a str> {
        let length = self.length().checked_sub(1)?;
        let text = self.bytes.get(self.at..self.at + length)?;
        self.at += length;
        std::str::from_utf8(text).ok()
    }

    #[inline]
    fn cell(&mut self, kind: FactKind) -> Cell<'a> {
        match kind {
            FactKind::Text => self.text().map_or(Cell::Null, Cell::Text),
            FactKind::Flag => match self.byte() {
                0 => Cell::Null,
                value => Cell::Flag(value == 2),
            },
            FactKind::List => match self.length() {
                0 => Cell::Null,
                count => Cell::List((0..count).filter_map(|_| self.text()).collect()),
            },
            _ => match self.byte() {
                0 => Cell::Null,
                _ => {
                    let value = self.bytes.get(self.at..self.at + 8).and_then(|bytes| bytes.try_into().ok());
                    self.at += 8;
                    Cell::Number(i64::from_le_bytes(value.unwrap_or_default()))
                }
            },
        }
    }
}

struct Cells<'c, 'a>(&'c [Cell<'a>]);

impl<'a> FactCells<'a> for Cells<'_, 'a> {
    #[inline]
    fn text(&self, column: usize) -> Option<&'a str> {
        match self.0[column] {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    #[inline]
    fn instant(&self, column: usize) -> Option<Instant> {
        self.count(column).map(Instant)
    }

    #[inline]
    fn duration(&self, column: usize) -> Option<Span> {
        self.count(column).map(Span)
    }

    #[inline]
    fn count(&self, column: usize) -> Option<i64> {
        match self.0[column] {
            Cell::Number(number) => Some(number),
            _ => None,
        }
    }

    #[inline]
    fn flag(&self, column: usize) -> Option<bool> {
        match self.0[column] {
            Cell::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    fn decimal(&self, column: usize) -> Option<Decimal> {
        self.count(column).map(Decimal)
    }

    fn list(&self, column: usize) -> Vec<&'a str> {
        match &self.0[column] {
            Cell::List(texts) => texts.clone(),
            _ => Vec::new(),
        }
    }

    fn date(&self, column: usize) -> Option<jiff::civil::Date> {
        self.count(column).and_then(|days| civil_date(days as i32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mittari_core::facts::{Contact, Dimensions};

    #[test]
    fn rows_come_back_by_part_in_the_order_of_keys() {
        let folder = tempfile::tempdir().expect("a folder");
        let cut = Cut::new(100, 25);
        let mut spill = RowSpill::new(folder.path(), cut);
        let long = "x".repeat(300);
        let contact = |number: u64| Contact {
            conversation_id: Some(if number % 2 == 0 { "even" } else { &long }),
            opened_at: Some(Instant(number as i64)),
            countable: Some(number % 3 == 0),
            dimensions: Dimensions { tags: vec!["a", "", "c"], ..Dimensions::default() },
            ..Contact::default()
        };
        let keys: Vec<u64> = (0..2000).map(|n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        keys.iter().enumerate().for_each(|(n, key)| spill.push(*key, &contact(n as u64)).expect("kept"));
        let mut seen = 0;
        for part in 0..cut.parts() {
            let mut bytes = Vec::new();
            spill.read(part, &mut bytes).expect("read");
            let rows = SpilledRows::new(Fact::Contact, &bytes);
            let (mut cells, mut last) = (Vec::new(), 0);
            for row in 0..rows.len() {
                let key = rows.key(row).expect("a key");
                assert!(key >= last && cut.part(key) == part);
                last = key;
                let read: Contact<'_> = rows.read(row, &mut cells);
                let number = read.opened_at.expect("a moment").0;
                assert_eq!((keys[number as usize], &read), (key, &contact(number as u64)));
                seen += 1;
            }
        }
        assert_eq!(seen, 2000);
    }
}

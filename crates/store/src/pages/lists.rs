//! Columns of lists of texts: tags and themes.

use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::schema::types::ColumnDescPtr;

use super::bits::{hybrid, run};
use super::chunk::{Chunk, DataPage};
use super::words::Words;

/// A column of lists; an empty list is null.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lists {
    rows: usize,
    /// Where each row begins among the levels, kept from the first list on.
    begins: Vec<u32>,
    repetition: Vec<u32>,
    definition: Vec<u32>,
    words: Words,
}

/// The list is there, the element is there, the text is there.
const PRESENT: u32 = 3;

impl Lists {
    #[inline]
    pub(crate) fn push(&mut self, texts: &[&str]) {
        if self.words.is_empty_values() && texts.is_empty() {
            self.rows += 1;
            return;
        }
        self.push_levels(texts);
    }

    fn push_levels(&mut self, texts: &[&str]) {
        if self.begins.is_empty() {
            self.begins = (0..self.rows as u32).collect();
            self.repetition = vec![0; self.rows];
            self.definition = vec![0; self.rows];
        }
        self.begins.push(self.repetition.len() as u32);
        self.rows += 1;
        if texts.is_empty() {
            self.repetition.push(0);
            self.definition.push(0);
        }
        for (place, text) in texts.iter().enumerate() {
            self.repetition.push(u32::from(place > 0));
            self.definition.push(PRESENT);
            self.words.push_value(text);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// Writes the rows so far and empties the column.
    pub(crate) fn finish(
        &mut self,
        column: ColumnDescPtr,
        page_rows: usize,
    ) -> Result<(bytes::Bytes, ColumnCloseResult)> {
        let mut chunk = Chunk::new();
        if self.words.is_dictionary() {
            self.words.write_dictionary(&mut chunk)?;
        }
        let (mut from, mut first) = (0, 0);
        while from < self.rows {
            let to = (from + page_rows).min(self.rows);
            first += self.write_page(from, to, first, &mut chunk)?;
            from = to;
        }
        self.rows = 0;
        self.begins.clear();
        self.repetition.clear();
        self.definition.clear();
        self.words.clear();
        chunk.close(column, None)
    }

    fn write_page(&self, from: usize, to: usize, first: usize, chunk: &mut Chunk) -> Result<usize> {
        let (mut repetition, mut definition, mut values) = (Vec::new(), Vec::new(), Vec::new());
        let (levels, count) = if self.begins.is_empty() {
            run(0, to - from, 1, &mut repetition);
            run(0, to - from, 2, &mut definition);
            (to - from, 0)
        } else {
            let end = self.begins.get(to).map_or(self.repetition.len(), |end| *end as usize);
            let begin = self.begins[from] as usize;
            hybrid(&self.repetition[begin..end], 1, &mut repetition);
            hybrid(&self.definition[begin..end], 2, &mut definition);
            (end - begin, self.definition[begin..end].iter().filter(|level| **level == PRESENT).count())
        };
        self.words.write_values(first, count, &mut values);
        chunk.data(&DataPage {
            rows: to - from,
            levels,
            nulls: levels - count,
            repetition: &repetition,
            definition: &definition,
            values: &values,
            encoding: self.words.encoding(),
            compress: false,
        })?;
        Ok(count)
    }
}

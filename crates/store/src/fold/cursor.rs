//! Streams the rows of data files in the order of their homes, part by part, each row group decoded once.
//!
//! Columns that hold nothing in a row group are not read, nor what only bookkeeping needs.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use mittari_core::model::Table;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::file::statistics::Statistics;

use super::gather::{Block, Visible};
use crate::error::{Result, StoreError};
use crate::files;
use crate::hash;
use crate::register::FileRecord;
use crate::schema::{at, model_schema};

/// The place in one file.
pub(crate) struct FileCursor {
    table: Table,
    path: PathBuf,
    file: File,
    metadata: ArrowReaderMetadata,
    schema: SchemaRef,
    wanted: Vec<bool>,
    next_group: usize,
    current: Option<Block>,
    row: usize,
}

impl FileCursor {
    /// Stands before the first row whose home is not before `first_key`.
    pub(crate) fn open(
        data: &Path,
        record: &FileRecord,
        table: Table,
        visible: &Visible,
        revised: bool,
        first_key: u64,
    ) -> Result<FileCursor> {
        let schema = model_schema(table);
        let (file, metadata) = files::open_metadata(data, record, &schema)?;
        let path = data.join(&record.folder).join(&record.name);
        let wanted = wanted_columns(table, visible, revised);
        let mut cursor =
            FileCursor { table, path, file, metadata, schema, wanted, next_group: 0, current: None, row: 0 };
        let first_bucket = hash::bucket(first_key);
        while cursor.last_bucket(cursor.next_group).is_some_and(|last| last < first_bucket) {
            cursor.next_group += 1;
        }
        if first_key > 0 {
            cursor.skip_to(first_key)?;
        }
        Ok(cursor)
    }

    fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The largest bucket of a row group.
    fn last_bucket(&self, group: usize) -> Option<i32> {
        if group >= self.groups() {
            return None;
        }
        match self.metadata.metadata().row_group(group).column(at::BUCKET).statistics() {
            Some(Statistics::Int32(buckets)) => buckets.max_opt().copied(),
            _ => None,
        }
    }

    fn first_bucket(&self, group: usize) -> i32 {
        match self.metadata.metadata().row_group(group).column(at::BUCKET).statistics() {
            Some(Statistics::Int32(buckets)) => buckets.min_opt().copied().unwrap_or(i32::MIN),
            _ => i32::MIN,
        }
    }

    fn skip_to(&mut self, first_key: u64) -> Result<()> {
        while self.fill()? {
            let Some(block) = &self.current else { return Ok(()) };
            self.row = block.homes.partition_point(|home| *home < first_key);
            if self.row < block.homes.len() {
                return Ok(());
            }
            self.current = None;
        }
        Ok(())
    }

    /// Makes sure that there is a current block with rows left, unless the file is at its end.
    fn fill(&mut self) -> Result<bool> {
        loop {
            if self.current.as_ref().is_some_and(|block| self.row < block.homes.len()) {
                return Ok(true);
            }
            if self.next_group >= self.groups() {
                self.current = None;
                return Ok(false);
            }
            self.current = Some(self.read_group(self.next_group)?);
            self.next_group += 1;
            self.row = 0;
        }
    }

    /// The rows up to a home, that one included.
    pub(crate) fn take(&mut self, last_key: u64, into: &mut Vec<Block>) -> Result<()> {
        loop {
            let waiting = self.current.as_ref().is_some_and(|block| self.row < block.homes.len());
            if !waiting
                && self.next_group < self.groups()
                && self.first_bucket(self.next_group) > hash::bucket(last_key)
            {
                return Ok(());
            }
            if !self.fill()? {
                return Ok(());
            }
            let Some(block) = &self.current else { return Ok(()) };
            let rest = &block.homes[self.row..];
            let count = rest.partition_point(|home| *home <= last_key);
            if count > 0 {
                let homes = rest[..count].to_vec();
                into.push(Block { rows: block.rows.slice(self.row, count), homes });
                self.row += count;
            }
            if count < rest.len() {
                return Ok(());
            }
        }
    }

    fn read_group(&self, group: usize) -> Result<Block> {
        let damaged = |reason: String| StoreError::Damaged { file: self.path.clone(), reason };
        let row_group = self.metadata.metadata().row_group(group);
        let present = |place: &usize| {
            let nulls = row_group.column(*place).statistics().and_then(Statistics::null_count_opt);
            self.wanted[*place] && nulls != Some(row_group.num_rows() as u64)
        };
        let places: Vec<usize> = (0..self.schema.fields().len()).filter(present).collect();
        let mask = ProjectionMask::roots(row_group.schema_descr(), places);
        let file = self.file.try_clone().map_err(StoreError::io(&self.path))?;
        let mut reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(mask)
            .with_batch_size(row_group.num_rows() as usize)
            .build()
            .map_err(|error| damaged(error.to_string()))?;
        let rows = reader.next().ok_or_else(|| damaged("a row group is empty".to_owned()))?;
        Ok(Block::new(self.table, rows.map_err(|error| damaged(error.to_string()))?))
    }
}

/// What a fold reads of a table.
fn wanted_columns(table: Table, visible: &Visible, revised: bool) -> Vec<bool> {
    let schema = model_schema(table);
    let mut wanted = vec![true; schema.fields().len()];
    wanted[at::BUCKET] = false;
    wanted[at::IMPORT] = !visible.hidden.is_empty();
    wanted[at::RECORDED_AT] = visible.as_of.is_some();
    wanted[at::REVISION] = revised;
    wanted
}

/// All files of a table, streamed side by side.
pub(crate) struct TableCursor {
    files: Vec<FileCursor>,
}

impl TableCursor {
    pub(crate) fn open<'f>(
        data: &Path,
        files: impl Iterator<Item = &'f FileRecord>,
        table: Table,
        visible: &Visible,
        revised: bool,
        first_key: u64,
    ) -> Result<TableCursor> {
        let open = |file| FileCursor::open(data, file, table, visible, revised, first_key);
        Ok(TableCursor { files: files.map(open).collect::<Result<_>>()? })
    }

    /// The rows up to a home, that one included: each block in the order of homes.
    pub(crate) fn take(&mut self, last_key: u64) -> Result<Vec<Block>> {
        let mut blocks = Vec::new();
        self.files.iter_mut().try_for_each(|file| file.take(last_key, &mut blocks))?;
        Ok(blocks)
    }
}

//! Encodes columns into Parquet pages, straight from the cells.
//!
//! The usual way to Parquet (builders to arrays, arrays to the writer, the writer's own dictionary) touches every
//! cell three or four times; a fold of ten million conversations makes two thousand million cells, most of them
//! words that repeat, zeros and nulls. Here a cell is written once into the column that becomes the page:
//! words as numbers of a dictionary that is looked up by address first, validity as the very bits of the page,
//! columns without any value not at all. The file around the pages is parquet's own writer's.

mod bits;
mod chunk;
mod flags;
mod lists;
mod numbers;
mod table;
mod words;

pub(crate) use table::{Layout, PageColumn, TableFile};
pub(crate) use words::Words;

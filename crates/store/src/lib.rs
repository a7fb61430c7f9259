//! The data folder: model rows and facts in Delta tables, people and bookkeeping in SQLite, one writer.
//!
//! An [`Import`] takes rows in the model's columns, stores each once, folds what they touch, and makes all of it
//! the truth by one transaction of the register; [`Store::facts`] gives the change rows that queries run on.
//! Everything in `facts/` can be made again from `lake/` (`rebuild`), everything in `lake/` is readable by other
//! tools. What is not here: reading files of other programs (`ingest`), metrics (`engine`).

mod blocking;
mod cells;
mod change_rows;
mod delta;
mod error;
mod fact_file;
mod facts;
mod files;
mod fold;
mod forget;
mod hash;
mod home;
mod import;
mod links;
mod lock;
pub mod memory;
mod model_file;
mod net;
mod pages;
mod people;
mod prepare;
mod register;
mod rows;
mod schema;
mod settings_file;
mod spill;
mod store;
#[cfg(test)]
mod tests;
mod text;
mod verify;

pub use error::{Result, StoreError};
pub use facts::{Facts, instant_literal};
pub use import::{Import, ImportMeta, ImportSummary};
pub use people::{People, Person};
pub use register::{ImportRecord, Rejected, TableCounts};
pub use rows::{Conflict, StoredRow};
pub use schema::{fact_schema, model_schema};
pub use store::{Access, Store};
pub use verify::{Damage, Verified};

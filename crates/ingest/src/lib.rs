//! What others export, as rows of the model: files in, checked Arrow batches out, bad rows told one by one.
//!
//! Nothing here knows where the rows go: no lake, no people database, no facts. A file is unpacked, split into
//! columns ([`Options`] and mapping files say how where it cannot be found out), converted column by column, and
//! handed on as [`Chunk`]s. A bad row is a [`Problem`] beside its chunk, never a crash and never a silent drop;
//! an [`IngestError`] means that a file as a whole is not what it is said to be.

mod answers;
mod block;
mod convert;
mod csv;
mod detect;
mod dialect;
mod encoding;
mod error;
mod guard;
mod guess;
mod input;
mod jsonl;
mod mapping;
mod moment;
mod opened;
mod options;
mod parquet;
mod problem;
mod reader;
mod table;
mod text;
mod xlsx;
mod zendesk_fivetran;

pub use detect::{Detected, Recognised, detect};
pub use error::IngestError;
pub use guess::{Guess, guess};
pub use mapping::{CellRule, Condition, FileRules, IgnoreRule, Mapping, Otherwise, RowRule, Sequence, Unmatched};
pub use opened::{Chunk, Note, Opened, open};
pub use options::{As, Options, Source};
pub use problem::{Problem, ROW_KEPT_MAX};

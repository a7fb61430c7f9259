//! What Mittari knows about customer service, as pure functions: rows in, facts out, numbers with intervals.
//!
//! Nothing here opens a file, asks a clock, talks to a network, or knows Arrow, SQL or async; so nothing here
//! can fail for reasons of the machine, and everything can be tested by calling it. `clippy.toml` beside this
//! crate bans what would break that, and `tests/architecture.rs` of the program holds the dependency table.

pub mod calendar;
pub mod decimal;
pub mod estimate;
pub mod facts;
pub mod fold;
pub mod metric;
pub mod model;
pub mod settings;
pub mod time;

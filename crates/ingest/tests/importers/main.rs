//! Importers from outside: files in, rows and problems out.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking, wherever its lines stand")]

mod guessing;
mod hostile;
mod mapping;
mod problems;
mod support;
mod tables;
mod written;
mod zendesk_fivetran;

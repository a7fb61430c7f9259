//! Golden queries: made-up fact rows, small metric files, and answers worked out by hand.
//!
//! Fact rows are written as pipe tables and go straight into the engine; the folds have tests of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]
#![expect(unreachable_pub, reason = "modules of one test program")]

mod compare;
mod dimensions;
mod explain;
mod kinds;
mod mistakes;
mod money;
mod periods;
mod quantiles;
mod support;

//! The rules of the folds, each a sentence that runs: what starts and stops a clock, and who counts.

#![expect(clippy::expect_used, clippy::panic, reason = "a made-up desk that cannot be read is a mistake in the test")]

mod conversations;
mod corner_cases;
mod desk;
mod episodes;
mod merges;
mod properties;
mod responses;
mod surveys;

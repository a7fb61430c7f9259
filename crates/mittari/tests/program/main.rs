//! Whole-program tests: the program on folders of its own, as people and scripts run it.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on ends")]

mod demo;
mod desk;
mod faults;
mod first_day;

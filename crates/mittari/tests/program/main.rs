//! Whole-program tests: the program on folders of its own, as people and scripts run it.

mod demo;
mod desk;
mod faults;
mod first_day;

//! wip
use clap::Args;
use super::Place;
use crate::failure::{Done, Outcome};
/// Doctor
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  mittari doctor")]
pub(crate) struct Doctor {}
impl Doctor {
    pub(crate) fn run(&self, _place: &Place<'_>) -> Done {
        Ok(Outcome::Fine)
    }
}

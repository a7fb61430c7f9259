//! wip
use clap::Args;
use super::Place;
use crate::failure::{Done, Outcome};
/// Explain a number
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  mittari explain csat")]
pub(crate) struct Explain {}
impl Explain {
    pub(crate) fn run(&self, _place: &Place<'_>) -> Done {
        Ok(Outcome::Fine)
    }
}

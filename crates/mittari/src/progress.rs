//! How far an import has come: bytes, rows a second and what is left, on a terminal and nowhere else.

use std::cell::Cell;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::console::Console;

/// The bar of one import.
pub(crate) struct Progress {
    bar: ProgressBar,
    rows: Cell<u64>,
}

impl Progress {
    /// A bar of so many bytes; hidden where nobody looks.
    pub(crate) fn new(console: &Console, bytes: u64) -> Progress {
        let bar = if console.shows_progress() { ProgressBar::new(bytes) } else { ProgressBar::hidden() };
        let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {msg}  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Progress { bar, rows: Cell::new(0) }
    }

    /// So many more bytes and rows were read.
    pub(crate) fn advance(&self, bytes: u64, rows: u64) {
        self.rows.set(self.rows.get() + rows);
        self.bar.inc(bytes);
        let rate = self.rows.get() as f64 / self.bar.elapsed().as_secs_f64().max(0.001);
        self.bar.set_message(format!("{} rows, {rate:.0} rows/s", self.rows.get()));
    }

    /// All is read; what it means is being worked out.
    pub(crate) fn folding(&self) {
        let spinner = ProgressStyle::with_template("{spinner} {msg}");
        self.bar.set_style(spinner.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        self.bar.set_message(format!("{} rows read; storing and folding", self.rows.get()));
        self.bar.enable_steady_tick(Duration::from_millis(120));
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}

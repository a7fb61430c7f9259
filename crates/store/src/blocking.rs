//! Runs what is asynchronous underneath (SQLite, Delta) for callers that are not.
//!
//! The store's own functions block: folding and encoding are work for a processor, and a caller that is
//! asynchronous runs them on a thread of its own. Work is driven from a fresh scoped thread, so that calling from
//! inside another runtime does not abort the program.

use std::future::Future;

use crate::error::{Result, StoreError};

/// A small runtime that lives as long as the store.
#[derive(Debug)]
pub(crate) struct Blocking(Option<tokio::runtime::Runtime>);

impl Blocking {
    pub(crate) fn new() -> Result<Blocking> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(StoreError::io(std::path::Path::new("runtime")))?;
        Ok(Blocking(Some(runtime)))
    }

    /// Drives a future to its end.
    pub(crate) fn run<T: Send>(&self, future: impl Future<Output = Result<T>> + Send) -> Result<T> {
        let runtime = self.0.as_ref().ok_or(StoreError::Thread)?;
        std::thread::scope(|scope| scope.spawn(|| runtime.block_on(future)).join().unwrap_or(Err(StoreError::Thread)))
    }
}

impl Drop for Blocking {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

//! Other people's readers, held: a panic inside of them on hostile bytes becomes a damaged file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::IngestError;
use crate::input::Form;

/// Runs a reader of a binary form; its errors and its panics are errors of the file.
pub(crate) fn guarded<T, E: std::fmt::Display>(
    file: &Path,
    form: Form,
    read: impl FnOnce() -> Result<T, E>,
) -> Result<T, IngestError> {
    let damaged = |detail: String| IngestError::Damaged { file: file.to_owned(), form: form.name(), detail };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(damaged(error.to_string())),
        Err(_) => Err(damaged("its parts contradict each other".to_owned())),
    }
}

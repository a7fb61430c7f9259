//! Runs the folds of core over stored rows: rows to groups, groups to facts, facts to change rows.

pub(crate) mod conversations;
pub(crate) mod cursor;
pub(crate) mod customers;
pub(crate) mod full;
pub(crate) mod gather;
pub(crate) mod knowledge;
pub(crate) mod refresh;
pub(crate) mod stream;

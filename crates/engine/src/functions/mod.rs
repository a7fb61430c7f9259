//! The functions that plans use beside DataFusion's own: where a moment lies, and exact sums and distributions.
//!
//! They are made for one query: boundaries and zone are part of the function, so a plan needs no join.

pub(crate) mod between;
pub(crate) mod civil;
pub(crate) mod distribution;
pub(crate) mod field;
pub(crate) mod group;
pub(crate) mod place;
pub(crate) mod sums;
pub(crate) mod values;

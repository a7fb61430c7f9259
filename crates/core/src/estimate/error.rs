//! Why states cannot be combined, or no estimate be made of them: always a mistake in a plan, never in data.

/// Why states cannot be combined, or no estimate be made of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EstimateError {
    /// Two states that do not count the same thing.
    #[error("a state of kind {left} cannot be combined with one of kind {right}")]
    DifferentKinds {
        /// The kind of the one.
        left: &'static str,
        /// The kind of the other.
        right: &'static str,
    },
    /// A sum left the range of 128 bits.
    #[error("a sum is too large for 128 bits")]
    TooLarge,
    /// The second pass of a quantile did not bring the values that lie between two bounds.
    #[error("the values from {low} to {high} are needed for a quantile, and {found} of {wanted} are there")]
    ValuesMissing {
        /// The least value of the bin.
        low: i64,
        /// The greatest value of the bin.
        high: i64,
        /// How many values the second pass brought.
        found: i64,
        /// How many the histogram counted.
        wanted: i64,
    },
}

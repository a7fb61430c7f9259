//! Whole numbers until the last division: where they become floats, and how states of them are combined.

/// `numerator / denominator`, rounded once where both fit into 53 bits, else to the last digit or two.
pub(super) fn divide(numerator: i128, denominator: i128) -> f64 {
    const EXACT: u128 = 1 << 53;
    if numerator.unsigned_abs() <= EXACT && denominator.unsigned_abs() <= EXACT {
        return numerator as f64 / denominator as f64;
    }
    let (whole, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
    whole as f64 + rest as f64 / denominator as f64
}

/// `numerator * times / (denominator * unit)`, in floats only where 128 bits are not enough.
pub(super) fn quotient(numerator: i128, times: i128, denominator: i128, unit: i128) -> f64 {
    match (numerator.checked_mul(times), denominator.checked_mul(unit)) {
        (Some(numerator), Some(denominator)) => divide(numerator, denominator),
        _ => divide(numerator, denominator) * (times as f64 / unit as f64),
    }
}

/// A state whose fields are all integers that add up: gives it `merge` and `subtract`, which never wrap.
macro_rules! additive {
    ($state:ident { $($field:ident),+ }) => {
        impl $state {
            /// Adds what another part counted.
            pub fn merge(&mut self, other: &$state) -> Result<(), $crate::estimate::EstimateError> {
                $(self.$field = self.$field.checked_add(other.$field)
                    .ok_or($crate::estimate::EstimateError::TooLarge)?;)+
                Ok(())
            }

            /// Takes out what another part counted.
            pub fn subtract(&mut self, other: &$state) -> Result<(), $crate::estimate::EstimateError> {
                $(self.$field = self.$field.checked_sub(other.$field)
                    .ok_or($crate::estimate::EstimateError::TooLarge)?;)+
                Ok(())
            }
        }
    };
}
pub(super) use additive;

#[cfg(test)]
mod tests {
    use super::{divide, quotient};

    #[test]
    fn a_quotient_of_large_integers_keeps_its_digits() {
        assert_eq!(divide(1, 3), 1.0 / 3.0);
        assert_eq!(divide(10i128.pow(30) + 10i128.pow(14), 10i128.pow(30)), 1.0000000000000001);
        assert_eq!(divide(3 * 10i128.pow(25), 2 * 10i128.pow(25)), 1.5);
        assert_eq!(divide(-3 * 10i128.pow(25), 2 * 10i128.pow(25)), -1.5);
        assert_eq!(quotient(i128::MAX, 100, i128::MAX, 1), 100.0);
    }
}

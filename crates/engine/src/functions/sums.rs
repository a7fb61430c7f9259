//! Exact sums of one or two columns, of their squares and of their product, in 128 bits.
//!
//! DataFusion's sum of BIGINT wraps silently, and its decimals cost a checked multiplication a row. Here a row
//! costs a few instructions, and what would not fit into 128 bits is an error.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, BooleanArray};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility};

use super::values::{Numbers, rows, weights};

/// Sums over the rows of one group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    /// The rows.
    pub(crate) n: i64,
    /// The first column's.
    pub(crate) x: i128,
    /// Of its squares.
    pub(crate) xx: i128,
    /// The second column's.
    pub(crate) y: i128,
    /// Of its squares.
    pub(crate) yy: i128,
    /// Of the products.
    pub(crate) xy: i128,
}

const BYTES: usize = 8 + 5 * 16;

impl Sums {
    fn terms(&self) -> [i128; 5] {
        [self.x, self.xx, self.y, self.yy, self.xy]
    }

    fn of_terms(n: i64, [x, xx, y, yy, xy]: [i128; 5]) -> Sums {
        Sums { n, x, xx, y, yy, xy }
    }

    /// What the aggregate hands out.
    pub(crate) fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[..8].copy_from_slice(&self.n.to_le_bytes());
        for (slot, term) in bytes[8..].chunks_exact_mut(16).zip(self.terms()) {
            slot.copy_from_slice(&term.to_le_bytes());
        }
        bytes
    }

    /// The inverse of [`Sums::to_bytes`]; nothing of no bytes.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Sums {
        let mut n = [0; 8];
        if bytes.len() < BYTES {
            return Sums::default();
        }
        n.copy_from_slice(&bytes[..8]);
        let mut terms = [0i128; 5];
        for (term, slot) in terms.iter_mut().zip(bytes[8..].chunks_exact(16)) {
            let mut word = [0; 16];
            word.copy_from_slice(slot);
            *term = i128::from_le_bytes(word);
        }
        Sums::of_terms(i64::from_le_bytes(n), terms)
    }

    #[inline]
    pub(crate) fn add_one(&mut self, x: i128, weight: i64) {
        let weighted = x * i128::from(weight);
        self.n += weight;
        self.x += weighted;
        self.xx += weighted * x;
    }

    #[inline]
    fn add_two(&mut self, x: i128, y: i128, weight: i64) {
        let weight = i128::from(weight);
        self.n += weight as i64;
        self.x += x * weight;
        self.xx += x * x * weight;
        self.y += y * weight;
        self.yy += y * y * weight;
        self.xy += x * y * weight;
    }

    pub(crate) fn merge(&mut self, other: &Sums) -> Result<()> {
        let mut terms = self.terms();
        for (term, more) in terms.iter_mut().zip(other.terms()) {
            *term = term.checked_add(more).ok_or_else(too_large)?;
        }
        *self = Sums::of_terms(self.n + other.n, terms);
        Ok(())
    }
}

/// Of a value this large, squares of many rows do not fit: nothing that is measured is.
const VALUE_MAX: u128 = 1 << 60;

pub(crate) fn too_large() -> DataFusionError {
    DataFusionError::Execution("a value is too large to be summed exactly".to_owned())
}

pub(crate) fn checked(value: i128) -> Result<i128> {
    if value.unsigned_abs() <= VALUE_MAX { Ok(value) } else { Err(too_large()) }
}

/// `mittari_sums(x, weight)` or `mittari_sums(x, y, weight)`: [`Sums`] as bytes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct SumsFunction {
    signature: Signature,
}

impl SumsFunction {
    pub(crate) fn new() -> SumsFunction {
        SumsFunction { signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for SumsFunction {
    fn name(&self) -> &str {
        "mittari_sums"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[sums]", args.name), DataType::Binary, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        only_grouped(self.name())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(SumsOfGroups::default()))
    }
}

/// Every plan groups by period, so the ungrouped form is never asked for.
pub(crate) fn only_grouped(name: &str) -> Result<Box<dyn Accumulator>> {
    Err(DataFusionError::NotImplemented(format!("{name} without GROUP BY")))
}

#[derive(Default)]
struct SumsOfGroups {
    groups: Vec<Sums>,
}

impl GroupsAccumulator for SumsOfGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.groups.resize(total, Sums::default());
        let groups = &mut self.groups;
        let mut failed = Ok(());
        match values {
            [x, weight] => {
                let (x, weight) = (Numbers::of(x)?, weights(weight)?);
                rows(group_indices.len(), &[&x], filter, |row| match checked(x.at(row)) {
                    Ok(x) => groups[group_indices[row]].add_one(x, i64::from(weight.value(row))),
                    Err(error) => failed = Err(error),
                });
            }
            [x, y, weight] => {
                let (x, y, weight) = (Numbers::of(x)?, Numbers::of(y)?, weights(weight)?);
                rows(group_indices.len(), &[&x, &y], filter, |row| match (checked(x.at(row)), checked(y.at(row))) {
                    (Ok(x), Ok(y)) => groups[group_indices[row]].add_two(x, y, i64::from(weight.value(row))),
                    (Err(error), _) | (_, Err(error)) => failed = Err(error),
                });
            }
            _ => return Err(DataFusionError::Internal("mittari_sums takes one or two values and a weight".to_owned())),
        }
        failed
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let groups = emit_to.take_needed(&mut self.groups);
        let mut bytes = BinaryBuilder::with_capacity(groups.len(), groups.len() * BYTES);
        groups.iter().for_each(|sums| bytes.append_value(sums.to_bytes()));
        Ok(Arc::new(bytes.finish()))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(emit_to)?])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total: usize) -> Result<()> {
        self.groups.resize(total, Sums::default());
        let states = values[0].as_binary::<i32>();
        for (row, group) in group_indices.iter().enumerate() {
            if states.is_valid(row) {
                self.groups[*group].merge(&Sums::from_bytes(states.value(row)))?;
            }
        }
        Ok(())
    }

    fn convert_to_state(&self, _: &[ArrayRef], _: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        Err(DataFusionError::NotImplemented("states of single rows".to_owned()))
    }

    fn size(&self) -> usize {
        self.groups.capacity() * size_of::<Sums>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_survive_the_way_through_bytes() {
        let mut sums = Sums::default();
        sums.add_two(-5, 7, 3);
        sums.add_one(i128::from(i64::MAX / 16), -1);
        assert_eq!(Sums::from_bytes(&sums.to_bytes()), sums);
    }

    #[test]
    fn a_row_taken_back_leaves_nothing() {
        let mut sums = Sums::default();
        sums.add_two(11, -4, 1);
        sums.add_two(11, -4, -1);
        assert_eq!(sums, Sums::default());
    }
}

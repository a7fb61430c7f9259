//! The second pass of a quantile: how often each value occurs in the bins that hold the wanted order statistics.
//!
//! Which bins those are differs by group, so the plan groups by the group's number, which this aggregate also
//! takes as an argument.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, LargeBinaryBuilder};
use arrow::datatypes::{DataType, Field, FieldRef, Int32Type};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility};

use super::distribution::net;
use super::sums::only_grouped;
use super::values::{Numbers, rows, weights};

/// For each group, by number: ranges of values, ends included, in order.
pub(crate) type Ranges = Vec<Vec<(i64, i64)>>;

/// `mittari_between(group, value, weight)`: pairs of value and weight as bytes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct BetweenFunction {
    signature: Signature,
    ranges: Arc<Ranges>,
    /// Two columns of one plan may have equal ranges: the name keeps them apart.
    name: String,
}

impl BetweenFunction {
    pub(crate) fn new(number: usize, ranges: Ranges) -> BetweenFunction {
        BetweenFunction {
            signature: Signature::any(3, Volatility::Immutable),
            ranges: Arc::new(ranges),
            name: format!("mittari_between_{number}"),
        }
    }

    /// The pairs that the aggregate has handed out.
    pub(crate) fn pairs(bytes: &[u8]) -> impl Iterator<Item = (i64, i64)> + '_ {
        let long = |bytes: &[u8]| <[u8; 8]>::try_from(bytes).map(i64::from_le_bytes).unwrap_or_default();
        bytes.chunks_exact(16).map(move |pair| (long(&pair[..8]), long(&pair[8..])))
    }
}

impl AggregateUDFImpl for BetweenFunction {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::LargeBinary)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[between]", args.name), DataType::LargeBinary, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        only_grouped(self.name())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(ValuesOfGroups { ranges: Arc::clone(&self.ranges), groups: Vec::new() }))
    }
}

struct ValuesOfGroups {
    ranges: Arc<Ranges>,
    groups: Vec<Kept>,
}

/// Values and weights, netted whenever they have doubled.
#[derive(Default)]
struct Kept {
    values: Vec<(i64, i64)>,
    net_at: usize,
}

const NET_FROM: usize = 4096;

impl Kept {
    #[inline]
    fn add(&mut self, value: i64, weight: i64) {
        if self.values.len() >= self.net_at.max(NET_FROM) {
            net(&mut self.values);
            self.net_at = self.values.len() * 2;
        }
        self.values.push((value, weight));
    }
}

impl GroupsAccumulator for ValuesOfGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.groups.resize_with(total, Kept::default);
        let numbers = values[0].as_primitive::<Int32Type>();
        let (value, weight) = (Numbers::of(&values[1])?, weights(&values[2])?);
        let (groups, ranges) = (&mut self.groups, &self.ranges);
        rows(group_indices.len(), &[&value], filter, |row| {
            let Some(ranges) = ranges.get(numbers.value(row) as usize) else { return };
            let value = value.at(row) as i64;
            if ranges.iter().any(|(low, high)| *low <= value && value <= *high) {
                groups[group_indices[row]].add(value, i64::from(weight.value(row)));
            }
        });
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let groups = emit_to.take_needed(&mut self.groups);
        let mut builder = LargeBinaryBuilder::new();
        let mut bytes = Vec::new();
        for mut group in groups {
            bytes.clear();
            net(&mut group.values);
            for (value, weight) in &group.values {
                bytes.extend_from_slice(&value.to_le_bytes());
                bytes.extend_from_slice(&weight.to_le_bytes());
            }
            builder.append_value(&bytes);
        }
        Ok(Arc::new(builder.finish()))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(emit_to)?])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total: usize) -> Result<()> {
        self.groups.resize_with(total, Kept::default);
        let states = values[0].as_binary::<i64>();
        for (row, group) in group_indices.iter().enumerate() {
            if states.is_valid(row) {
                let kept = &mut self.groups[*group];
                BetweenFunction::pairs(states.value(row)).for_each(|(value, weight)| kept.add(value, weight));
            }
        }
        Ok(())
    }

    fn convert_to_state(&self, _: &[ArrayRef], _: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        Err(DataFusionError::NotImplemented("states of single rows".to_owned()))
    }

    fn size(&self) -> usize {
        self.groups.iter().map(|kept| kept.values.capacity() * 16 + size_of::<Kept>()).sum()
    }
}

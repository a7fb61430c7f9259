//! The one aggregate behind every mean and quantile of a column: its sums, and either all its values, while they
//! are few, or how many lie in each bin of the histogram of `core::estimate`.
//!
//! A row costs a lookup in a page of bins that the processor's cache holds. Memory depends on how many groups and
//! bins there are, never on how many rows.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BinaryBuilder, BooleanArray};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility};
use mittari_core::estimate::histogram::bin;

use super::sums::{Sums, checked, only_grouped};
use super::values::{Numbers, rows, weights};

/// A group with no more changes than this keeps its values, and needs no second pass.
const FEW: usize = 256;

/// Bins to a page.
const PAGE_BITS: u32 = 5;
const PAGE: usize = 1 << PAGE_BITS;

/// The values of one group.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Distribution {
    /// Their sums.
    pub(crate) sums: Sums,
    /// What is known of the single values.
    pub(crate) body: Body,
}

/// What is known of the single values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Body {
    /// Each value, and how often.
    Values(Vec<(i64, i64)>),
    /// How many values lie in each bin.
    Bins(Vec<(i32, i64)>),
}

impl Default for Body {
    fn default() -> Self {
        Body::Values(Vec::new())
    }
}

impl Distribution {
    fn to_bytes(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.sums.to_bytes());
        match &self.body {
            Body::Values(values) => {
                into.push(0);
                for (value, weight) in values {
                    into.extend_from_slice(&value.to_le_bytes());
                    into.extend_from_slice(&weight.to_le_bytes());
                }
            }
            Body::Bins(bins) => {
                into.push(1);
                for (bin, count) in bins {
                    into.extend_from_slice(&bin.to_le_bytes());
                    into.extend_from_slice(&count.to_le_bytes());
                }
            }
        }
    }

    /// What the aggregate has handed out.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Distribution {
        let head = Sums::default().to_bytes().len();
        let Some((kind, rest)) = bytes.get(head..).and_then(<[u8]>::split_first) else {
            return Distribution::default();
        };
        let long = |bytes: &[u8]| <[u8; 8]>::try_from(bytes).map(i64::from_le_bytes).unwrap_or_default();
        let body = if *kind == 0 {
            Body::Values(rest.chunks_exact(16).map(|pair| (long(&pair[..8]), long(&pair[8..]))).collect())
        } else {
            let int = |bytes: &[u8]| <[u8; 4]>::try_from(bytes).map(i32::from_le_bytes).unwrap_or_default();
            Body::Bins(rest.chunks_exact(12).map(|pair| (int(&pair[..4]), long(&pair[4..]))).collect())
        };
        Distribution { sums: Sums::from_bytes(&bytes[..head]), body }
    }
}

/// `mittari_distribution(value, weight)`: a [`Distribution`] as bytes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct DistributionFunction {
    signature: Signature,
}

impl DistributionFunction {
    pub(crate) fn new() -> DistributionFunction {
        DistributionFunction { signature: Signature::any(2, Volatility::Immutable) }
    }
}

impl AggregateUDFImpl for DistributionFunction {
    fn name(&self) -> &str {
        "mittari_distribution"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![Arc::new(Field::new(format!("{}[distribution]", args.name), DataType::Binary, true))])
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        only_grouped(self.name())
    }

    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }

    fn create_groups_accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Distributions::default()))
    }
}

/// One group while it grows.
#[derive(Debug, Default)]
struct Growing {
    sums: Sums,
    few: Vec<(i64, i64)>,
    pages: Option<Box<Pages>>,
}

/// Counts by bin, in pages that exist where a value has been.
#[derive(Debug, Default)]
struct Pages {
    /// The page number of the first page held.
    first: i32,
    pages: Vec<Option<Box<[i64; PAGE]>>>,
}

impl Pages {
    #[inline]
    fn add(&mut self, bin: i32, weight: i64) {
        let number = bin >> PAGE_BITS;
        let place = number.wrapping_sub(self.first) as usize;
        match self.pages.get_mut(place) {
            Some(Some(page)) => page[(bin as usize) & (PAGE - 1)] += weight,
            _ => self.add_on_new_page(bin, number, weight),
        }
    }

    #[cold]
    fn add_on_new_page(&mut self, bin: i32, number: i32, weight: i64) {
        if self.pages.is_empty() {
            self.first = number;
        }
        if number < self.first {
            let missing = (self.first - number) as usize;
            self.pages.splice(0..0, std::iter::repeat_with(|| None).take(missing));
            self.first = number;
        }
        let place = (number - self.first) as usize;
        if place >= self.pages.len() {
            self.pages.resize_with(place + 1, || None);
        }
        let page = self.pages[place].get_or_insert_with(|| Box::new([0; PAGE]));
        page[(bin as usize) & (PAGE - 1)] += weight;
    }

    fn bins(&self) -> Vec<(i32, i64)> {
        let pages = self.pages.iter().enumerate().filter_map(|(place, page)| Some((place, page.as_ref()?)));
        pages
            .flat_map(|(place, page)| {
                let base = (self.first + place as i32) << PAGE_BITS;
                page.iter().enumerate().map(move |(at, count)| (base + at as i32, *count))
            })
            .filter(|(_, count)| *count != 0)
            .collect()
    }

    fn size(&self) -> usize {
        self.pages.capacity() * 8 + self.pages.iter().flatten().count() * PAGE * 8
    }
}

impl Growing {
    #[inline]
    fn add(&mut self, value: i64, weight: i64) {
        self.sums.add_one(i128::from(value), weight);
        match &mut self.pages {
            Some(pages) => pages.add(bin(value), weight),
            None => self.keep(value, weight),
        }
    }

    fn keep(&mut self, value: i64, weight: i64) {
        self.few.push((value, weight));
        if self.few.len() > FEW {
            net(&mut self.few);
            if self.few.len() > FEW / 2 {
                self.spread();
            }
        }
    }

    /// From values to bins.
    fn spread(&mut self) -> &mut Pages {
        let pages = self.pages.get_or_insert_with(Box::default);
        self.few.drain(..).for_each(|(value, weight)| pages.add(bin(value), weight));
        self.few.shrink_to_fit();
        pages
    }

    fn merge(&mut self, other: Distribution) -> Result<()> {
        self.sums.merge(&other.sums)?;
        match other.body {
            Body::Bins(bins) => {
                let pages = self.spread();
                bins.into_iter().for_each(|(bin, count)| pages.add(bin, count));
            }
            Body::Values(values) => match &mut self.pages {
                Some(pages) => values.into_iter().for_each(|(value, weight)| pages.add(bin(value), weight)),
                None => values.into_iter().for_each(|(value, weight)| self.keep_or_add(value, weight)),
            },
        }
        Ok(())
    }

    fn keep_or_add(&mut self, value: i64, weight: i64) {
        match &mut self.pages {
            Some(pages) => pages.add(bin(value), weight),
            None => self.keep(value, weight),
        }
    }

    fn finish(mut self) -> Distribution {
        let body = match &self.pages {
            Some(pages) => Body::Bins(pages.bins()),
            None => {
                net(&mut self.few);
                Body::Values(std::mem::take(&mut self.few))
            }
        };
        Distribution { sums: self.sums, body }
    }

    fn size(&self) -> usize {
        size_of::<Growing>() + self.few.capacity() * 16 + self.pages.as_ref().map_or(0, |pages| pages.size())
    }
}

/// Equal values become one, those taken back disappear.
pub(crate) fn net(values: &mut Vec<(i64, i64)>) {
    values.sort_unstable_by_key(|(value, _)| *value);
    values.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    values.retain(|(_, weight)| *weight != 0);
}

#[derive(Default)]
struct Distributions {
    groups: Vec<Growing>,
}

impl GroupsAccumulator for Distributions {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.groups.resize_with(total, Growing::default);
        let (value, weight) = (Numbers::of(&values[0])?, weights(&values[1])?);
        let groups = &mut self.groups;
        let mut failed = Ok(());
        rows(group_indices.len(), &[&value], filter, |row| match checked(value.at(row)) {
            Ok(value) => groups[group_indices[row]].add(value as i64, i64::from(weight.value(row))),
            Err(error) => failed = Err(error),
        });
        failed
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let groups = emit_to.take_needed(&mut self.groups);
        let mut builder = BinaryBuilder::new();
        let mut bytes = Vec::new();
        for group in groups {
            bytes.clear();
            group.finish().to_bytes(&mut bytes);
            builder.append_value(&bytes);
        }
        Ok(Arc::new(builder.finish()))
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        Ok(vec![self.evaluate(emit_to)?])
    }

    fn merge_batch(&mut self, values: &[ArrayRef], group_indices: &[usize], total: usize) -> Result<()> {
        self.groups.resize_with(total, Growing::default);
        let states = values[0].as_binary::<i32>();
        for (row, group) in group_indices.iter().enumerate() {
            if states.is_valid(row) {
                self.groups[*group].merge(Distribution::from_bytes(states.value(row)))?;
            }
        }
        Ok(())
    }

    fn convert_to_state(&self, _: &[ArrayRef], _: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        Err(DataFusionError::NotImplemented("states of single rows".to_owned()))
    }

    fn size(&self) -> usize {
        self.groups.iter().map(Growing::size).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = (i64, i64)>) -> Distribution {
        let mut growing = Growing::default();
        values.into_iter().for_each(|(value, weight)| growing.add(value, weight));
        growing.finish()
    }

    #[test]
    fn few_values_are_kept_and_many_become_bins() {
        assert_eq!(of([(5, 1), (3, 1), (5, 1)]).body, Body::Values(vec![(3, 1), (5, 2)]));
        assert!(matches!(of((0..1000).map(|value| (value * 1000, 1))).body, Body::Bins(_)));
    }

    #[test]
    fn many_equal_values_stay_few() {
        assert_eq!(of((0..10_000).map(|_| (60_000_000, 1))).body, Body::Values(vec![(60_000_000, 10_000)]));
    }

    #[test]
    fn parts_merge_into_the_whole_whatever_their_form() {
        let all: Vec<(i64, i64)> = (0..2000).map(|value: i64| (value * value - 500, 1)).collect();
        for cut in [0, 100, 1000, 1990] {
            let mut merged = Growing::default();
            for part in [&all[..cut], &all[cut..]] {
                let mut bytes = Vec::new();
                of(part.iter().copied()).to_bytes(&mut bytes);
                merged.merge(Distribution::from_bytes(&bytes)).expect("merged");
            }
            assert_eq!(merged.finish(), of(all.iter().copied()));
        }
    }

    #[test]
    fn what_is_taken_back_is_gone_from_sums_and_bins() {
        let put = (0..1000).map(|value| (value * 977, 1));
        let taken = (0..1000).map(|value| (value * 977, -1));
        let left = of(put.chain(taken).chain([(7, 1)]));
        assert_eq!(left.sums.n, 1);
        assert_eq!(left.body, Body::Bins(vec![(7, 1)]));
    }
}

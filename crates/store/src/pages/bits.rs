//! Bits as Parquet wants them: validity, and numbers of a few bits in runs.

/// Which rows have a value. As long as all or none have one, only counts are kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Validity {
    len: usize,
    valid: usize,
    bits: Vec<u8>,
}

impl Validity {
    #[inline]
    pub(crate) fn push(&mut self, valid: bool) {
        if self.bits.is_empty() {
            let uniform = if valid { self.valid == self.len } else { self.valid == 0 };
            if uniform {
                self.len += 1;
                self.valid += usize::from(valid);
                return;
            }
            self.spread();
        }
        if self.len.is_multiple_of(8) {
            self.bits.push(u8::from(valid));
        } else if valid && let Some(last) = self.bits.last_mut() {
            *last |= 1 << (self.len % 8);
        }
        self.len += 1;
        self.valid += usize::from(valid);
    }

    /// The first row that differs from those before it: from here on every row has its bit.
    #[cold]
    fn spread(&mut self) {
        let byte = if self.valid > 0 { 0xff } else { 0 };
        self.bits = vec![byte; self.len.div_ceil(8)];
        let tail = self.len % 8;
        if tail != 0
            && let Some(last) = self.bits.last_mut()
        {
            *last &= (1 << tail) - 1;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn valid(&self) -> usize {
        self.valid
    }

    pub(crate) fn clear(&mut self) {
        *self = Validity { bits: std::mem::take(&mut self.bits), ..Validity::default() };
        self.bits.clear();
    }

    /// How many of the rows have a value; `from` is a multiple of 8.
    pub(crate) fn count(&self, from: usize, to: usize) -> usize {
        if self.bits.is_empty() {
            return if self.valid == 0 { 0 } else { to - from };
        }
        let whole: usize = self.bits[from / 8..to / 8].iter().map(|byte| byte.count_ones() as usize).sum();
        let tail = to % 8;
        let rest = if tail == 0 { 0 } else { self.bits[to / 8] & ((1 << tail) - 1) };
        whole + rest.count_ones() as usize
    }

    /// The definition levels of the rows: 1 has a value, 0 has none; `from` is a multiple of 8.
    pub(crate) fn levels(&self, from: usize, to: usize, into: &mut Vec<u8>) {
        if self.bits.is_empty() {
            run(u64::from(self.valid > 0), to - from, 1, into);
            return;
        }
        let groups = (to - from).div_ceil(8);
        varint((groups as u64) << 1 | 1, into);
        into.extend_from_slice(&self.bits[from / 8..from / 8 + groups]);
    }
}

/// Unsigned LEB128.
pub(crate) fn varint(mut value: u64, into: &mut Vec<u8>) {
    while value >= 0x80 {
        into.push(value as u8 | 0x80);
        value >>= 7;
    }
    into.push(value as u8);
}

/// `count` times the same number of `width` bits.
pub(crate) fn run(value: u64, count: usize, width: u32, into: &mut Vec<u8>) {
    varint((count as u64) << 1, into);
    into.extend_from_slice(&value.to_le_bytes()[..width.div_ceil(8) as usize]);
}

/// How many bits a number up to `largest` needs.
pub(crate) fn width_of(largest: u32) -> u32 {
    32 - largest.leading_zeros()
}

/// Long repetitions are written as runs; what lies between them is packed.
const RUN: usize = 64;

/// Parquet's hybrid of runs and packed numbers.
pub(crate) fn hybrid(values: &[u32], width: u32, into: &mut Vec<u8>) {
    let mut packed_from = 0;
    let mut at = 0;
    while at < values.len() {
        let value = values[at];
        let mut end = at + 1;
        while end < values.len() && values[end] == value {
            end += 1;
        }
        // A packed stretch has a multiple of eight numbers unless it is the last: the run gives up what is missing.
        let lent = (8 - (at - packed_from) % 8) % 8;
        if end - at >= RUN + lent || (packed_from == at && end == values.len()) {
            if packed_from < at {
                pack(&values[packed_from..at + lent], width, into);
                run(u64::from(value), end - at - lent, width, into);
            } else {
                run(u64::from(value), end - at, width, into);
            }
            packed_from = end;
        }
        at = end;
    }
    if packed_from < values.len() {
        pack(&values[packed_from..], width, into);
    }
}

fn pack(values: &[u32], width: u32, into: &mut Vec<u8>) {
    let groups = values.len().div_ceil(8);
    varint((groups as u64) << 1 | 1, into);
    into.reserve(groups * width as usize + 8);
    let (mut bits, mut held) = (0u64, 0u32);
    let end = into.len() + groups * width as usize;
    for value in values {
        bits |= u64::from(*value) << held;
        held += width;
        if held >= 32 {
            into.extend_from_slice(&(bits as u32).to_le_bytes());
            bits >>= 32;
            held -= 32;
        }
    }
    while held > 0 {
        into.push(bits as u8);
        bits >>= 8;
        held = held.saturating_sub(8);
    }
    into.resize(end, 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validity_counts_and_keeps_every_row() {
        let pattern = [true, true, true, false, true, false, false, true, true, true, false];
        let mut validity = Validity::default();
        pattern.iter().for_each(|valid| validity.push(*valid));
        assert_eq!((validity.len(), validity.valid()), (11, 7));
        assert_eq!((validity.count(0, 8), validity.count(8, 11)), (5, 2));
        let mut levels = Vec::new();
        validity.levels(0, 11, &mut levels);
        assert_eq!(levels, [2 << 1 | 1, 0b1001_0111, 0b011]);
    }

    #[test]
    fn rows_that_all_have_a_value_are_one_run() {
        let mut validity = Validity::default();
        (0..1000).for_each(|_| validity.push(true));
        let mut levels = Vec::new();
        validity.levels(0, 1000, &mut levels);
        assert_eq!(levels, [0xd0, 0x0f, 1]);
    }
}

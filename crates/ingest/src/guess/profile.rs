//! What the values of a column look like: moments, numbers, words that repeat, ids that do not.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use arrow::array::{Array, AsArray};

use crate::IngestError;
use crate::convert::{NumberForm, as_text, decimal_of};
use crate::moment::{MomentFault, usual};
use crate::reader::Reader;
use crate::table::{day_place, plain_name};

/// Rows looked at.
const ROWS_MAX: usize = 300_000;
/// Different values kept with their counts.
const VALUES_MAX: usize = 400;
/// Values whose form is tried.
const TRIED_MAX: usize = 2_000;

/// What was seen of one column.
#[derive(Clone, Debug, Default)]
pub(super) struct Profile {
    /// As in the file.
    pub(super) name: String,
    /// Small, underscores for spaces.
    pub(super) plain: String,
    pub(super) filled: usize,
    /// Each value and how often it occurs, while there are few.
    pub(super) values: HashMap<String, usize>,
    seen: HashSet<u64>,
    tried: usize,
    moments: usize,
    undecided: usize,
    numbers: usize,
    wholes: usize,
    pub(super) least: f64,
    pub(super) most: f64,
    letters: usize,
    lists: usize,
    /// Whether some value shows where the day stands.
    has_day_place: bool,
}

/// What was seen of a file.
pub(super) struct Profiles {
    pub(super) columns: Vec<Profile>,
    pub(super) rows: usize,
}

impl Profiles {
    /// Looks through the beginning of a file.
    pub(super) fn of(reader: &mut Reader) -> Result<Profiles, IngestError> {
        let mut columns: Vec<Profile> = reader.names()?.iter().map(|name| Profile::new(name)).collect();
        let mut rows = 0;
        while rows < ROWS_MAX {
            let Some(block) = reader.next_block()? else { break };
            columns.extend(block.names.iter().skip(columns.len()).map(|name| Profile::new(name)));
            for (profile, array) in columns.iter_mut().zip(&block.columns) {
                let plain = match array.data_type() {
                    arrow::datatypes::DataType::Dictionary(_, _) => {
                        arrow::compute::cast(array, &arrow::datatypes::DataType::Utf8).ok()
                    }
                    _ => as_text(array).ok(),
                };
                let Some(texts) = plain else { continue };
                profile.has_day_place |= day_place(&texts).is_some();
                texts.as_string::<i32>().iter().flatten().for_each(|text| profile.take(text));
            }
            rows += block.rows;
        }
        Ok(Profiles { columns, rows })
    }
}

impl Profile {
    fn new(name: &str) -> Profile {
        let bare = name.split_once('#').map_or(name, |(bare, _)| bare);
        Profile {
            name: name.to_owned(),
            plain: plain_name(bare),
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
            ..Profile::default()
        }
    }

    fn take(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        self.filled += 1;
        if self.values.len() < VALUES_MAX || self.values.contains_key(text) {
            *self.values.entry(text.to_owned()).or_default() += 1;
        }
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        self.seen.insert(hasher.finish());
        if self.tried >= TRIED_MAX {
            return;
        }
        self.tried += 1;
        match usual(text, None) {
            Ok(_) if !is_short_number(text) => self.moments += 1,
            Err(MomentFault::DayOrMonth) => self.undecided += 1,
            _ => {}
        }
        if let Ok(number) = decimal_of(text, NumberForm::CommaLikely) {
            self.numbers += 1;
            self.wholes += usize::from(number.0 % mittari_core::decimal::ONE == 0);
            self.least = self.least.min(number.to_f64());
            self.most = self.most.max(number.to_f64());
        }
        self.letters += usize::from(text.chars().any(char::is_alphabetic));
        self.lists += usize::from(text.contains([',', ';', '|']) && text.len() < 200);
    }

    fn share(&self, count: usize) -> f64 {
        if self.tried == 0 { 0.0 } else { count as f64 / self.tried as f64 }
    }

    /// Different values.
    pub(super) fn distinct(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn is_time(&self) -> bool {
        self.share(self.moments + self.undecided) > 0.8
    }

    /// Whether nothing shows which number of `03/04/2026` is the day.
    pub(super) fn day_is_unknown(&self) -> bool {
        self.undecided > 0 && !self.has_day_place
    }

    pub(super) fn is_number(&self) -> bool {
        self.share(self.numbers) > 0.9
    }

    /// Whether numbers have digits after the point.
    pub(super) fn has_parts(&self) -> bool {
        self.wholes * 2 < self.numbers
    }

    /// Few different whole numbers on a scale that surveys use.
    pub(super) fn is_score(&self) -> bool {
        self.is_number() && self.least >= 0.0 && self.most <= 100.0 && self.distinct() <= 21 && self.most <= 10.0
            || self.is_number()
                && self.least >= 0.0
                && self.most <= 100.0
                && self.distinct() <= 101
                && self.wholes == self.numbers
    }

    /// Words of a small set.
    pub(super) fn is_category(&self) -> bool {
        self.filled > 0
            && self.distinct() <= 200
            && (self.distinct() * 3 < self.filled || self.filled < 30)
            && !self.is_time()
    }

    pub(super) fn is_words(&self) -> bool {
        self.share(self.letters) > 0.8
    }

    pub(super) fn is_list(&self) -> bool {
        self.share(self.lists) > 0.05
    }

    /// Values by how often they occur, most first.
    pub(super) fn by_count(&self) -> Vec<(&str, usize)> {
        let mut values: Vec<(&str, usize)> =
            self.values.iter().map(|(value, count)| (value.as_str(), *count)).collect();
        values.sort_by(|(a, a_count), (b, b_count)| b_count.cmp(a_count).then(a.cmp(b)));
        values
    }

    /// Whether not all different values were kept.
    pub(super) fn has_more_values(&self) -> bool {
        self.distinct() > self.values.len()
    }
}

/// A number that is a moment only by accident: `20240101` is one, `5` and `1349794217` in a column of amounts are not told apart.
fn is_short_number(text: &str) -> bool {
    text.len() < 8 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

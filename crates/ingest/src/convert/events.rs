//! What an event's kind asks of its value and target.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use arrow::error::ArrowError;
use mittari_core::model::{Choice as _, EventKind, Outcome, Status};

use super::{Columns, Faults};
use crate::error::nearest;
use crate::moment::{Clock, MomentForm, instant_of};
use crate::problem::Fault;

/// Keys of the kinds whose value or target is checked; built once a column, so that a row costs one look.
pub(super) fn events(columns: &mut Columns, faults: &mut Faults) -> Result<(), ArrowError> {
    let Some(kinds) = columns.get("kind").and_then(|kind| kind.as_dictionary_opt::<Int32Type>()).cloned() else {
        return Ok(());
    };
    let needs = Needs::of_kinds();
    let present: Vec<bool> = {
        let mut present = vec![false; EventKind::WORDS.len()];
        for key in kinds.keys().values() {
            if let Some(slot) = present.get_mut(*key as usize) {
                *slot = true;
            }
        }
        present
    };
    let is_present = |of: fn(&Needs) -> bool| needs.iter().zip(&present).any(|(needs, present)| *present && of(needs));
    if is_present(|needs| needs.target) {
        let target = columns.get("target").cloned();
        each(
            &kinds,
            &needs,
            |needs| needs.target,
            |row, kind| {
                if target.as_ref().is_none_or(|target| target.is_null(row)) {
                    faults.add(row, missing_for(columns.name_in_file("target"), kind));
                }
            },
        );
    }
    if is_present(|needs| needs.value.is_some()) {
        values_of_events(columns, &kinds, &needs, faults)?;
    }
    Ok(())
}

type Kinds = arrow::array::DictionaryArray<Int32Type>;

/// What an event's kind asks of its other cells.
#[derive(Clone, Copy)]
struct Needs {
    target: bool,
    value: Option<ValueForm>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ValueForm {
    Status,
    Outcome,
    Instant,
    Any,
}

impl Needs {
    fn of_kinds() -> Vec<Needs> {
        let of = |position: usize| match EventKind::at(position as u8) {
            Some(EventKind::Status) => Needs { target: false, value: Some(ValueForm::Status) },
            Some(EventKind::Outcome) => Needs { target: false, value: Some(ValueForm::Outcome) },
            Some(EventKind::SlaTarget) => Needs { target: true, value: Some(ValueForm::Instant) },
            Some(EventKind::Tagged | EventKind::Untagged | EventKind::Theme) => {
                Needs { target: false, value: Some(ValueForm::Any) }
            }
            Some(EventKind::Field | EventKind::Merged | EventKind::Split) => Needs { target: true, value: None },
            _ => Needs { target: false, value: None },
        };
        (0..EventKind::WORDS.len()).map(of).collect()
    }
}

fn each(kinds: &Kinds, needs: &[Needs], wanted: fn(&Needs) -> bool, mut visit: impl FnMut(usize, usize)) {
    for row in 0..kinds.len() {
        if let Some(kind) = kinds.key(row)
            && needs.get(kind).is_some_and(wanted)
        {
            visit(row, kind);
        }
    }
}

fn missing_for(column: &str, kind: usize) -> Fault {
    let kind = EventKind::WORDS.get(kind).copied().unwrap_or_default();
    Fault {
        column: Some(column.to_owned()),
        value: None,
        reason: format!("\"{column}\" is empty; an event of kind {kind} needs it"),
        remedy: format!("fill in \"{column}\", or leave the row out"),
    }
}

/// Statuses, outcomes and due instants, read and written as the model spells them.
fn values_of_events(
    columns: &mut Columns,
    kinds: &Kinds,
    needs: &[Needs],
    faults: &mut Faults,
) -> Result<(), ArrowError> {
    let name = columns.name_in_file("value").to_owned();
    let Some(values) = columns.get("value").cloned() else {
        each(kinds, needs, |needs| needs.value.is_some(), |row, kind| faults.add(row, missing_for(&name, kind)));
        return Ok(());
    };
    let mut spelled: Vec<(usize, String)> = Vec::new();
    let mut known = KnownValues::new(&values);
    each(
        kinds,
        needs,
        |needs| needs.value.is_some(),
        |row, kind| {
            let Some(form) = needs.get(kind).and_then(|needs| needs.value) else { return };
            let Some(text) = known.text(row) else { return faults.add(row, missing_for(&name, kind)) };
            match canonical(text, form) {
                Some(word) if word == text => {}
                Some(word) => spelled.push((row, word)),
                None => faults.add(row, unknown_value(&name, text, form)),
            }
        },
    );
    if !spelled.is_empty() {
        columns.set("value", respelled(&values, &spelled)?);
    }
    Ok(())
}

/// Texts of a plain or dictionary column by row.
struct KnownValues<'v> {
    plain: Option<&'v StringArray>,
    dictionary: Option<(&'v Kinds, &'v StringArray)>,
}

impl<'v> KnownValues<'v> {
    fn new(values: &'v ArrayRef) -> KnownValues<'v> {
        let dictionary = values.as_dictionary_opt::<Int32Type>();
        KnownValues {
            plain: values.as_string_opt::<i32>(),
            dictionary: dictionary
                .and_then(|dictionary| Some((dictionary, dictionary.values().as_string_opt::<i32>()?))),
        }
    }

    #[inline]
    fn text(&mut self, row: usize) -> Option<&'v str> {
        if let Some(plain) = self.plain {
            return plain.is_valid(row).then(|| plain.value(row));
        }
        let (dictionary, texts) = self.dictionary?;
        dictionary.key(row).filter(|key| texts.is_valid(*key)).map(|key| texts.value(key))
    }
}

fn canonical(text: &str, form: ValueForm) -> Option<String> {
    match form {
        ValueForm::Status if Status::WORDS.contains(&text) => Some(text.to_owned()),
        ValueForm::Status => Status::parse(text).map(|status| status.word().to_owned()),
        ValueForm::Outcome => Outcome::parse(text).map(|outcome| outcome.word().to_owned()),
        ValueForm::Any => Some(text.to_owned()),
        ValueForm::Instant => {
            let mut utc = Clock::new(jiff::tz::TimeZone::UTC);
            let instant = instant_of(text, &MomentForm::Usual(None), &mut utc).ok()?;
            Some(jiff::Timestamp::from_microsecond(instant).ok()?.to_string())
        }
    }
}

fn unknown_value(name: &str, text: &str, form: ValueForm) -> Fault {
    let words = match form {
        ValueForm::Status => Status::WORDS,
        ValueForm::Outcome => Outcome::WORDS,
        ValueForm::Instant | ValueForm::Any => {
            return Fault::of(
                name,
                text,
                "not a moment, and an SLA target's value is when it is due",
                "write 2026-03-01T14:30:00Z",
            );
        }
    };
    let of = if form == ValueForm::Status { "status" } else { "outcome" };
    let near = nearest(text, words.iter().copied()).map_or(String::new(), |near| format!("did you mean \"{near}\"? "));
    Fault::of(name, text, format!("unknown {of}"), format!("{near}Known are {}", words.join(", ")))
}

fn respelled(values: &ArrayRef, spelled: &[(usize, String)]) -> Result<ArrayRef, ArrowError> {
    let plain = cast(values, &DataType::Utf8)?;
    let mut next = spelled.iter().peekable();
    let texts =
        plain.as_string::<i32>().iter().enumerate().map(|(row, text)| match next.next_if(|(at, _)| *at == row) {
            Some((_, word)) => Some(word.as_str()),
            None => text,
        });
    let texts: StringArray = texts.collect();
    Ok(Arc::new(texts))
}

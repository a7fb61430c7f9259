//! Satisfaction scores without a scale: the whole file is looked through before its first row goes in.

use std::path::Path;

use arrow::array::{Array, AsArray};
use mittari_core::decimal::Decimal;
use mittari_core::model::Table;

use crate::convert::{Scale, as_text, decimal_of};
use crate::reader::{ReadRules, Reader};
use crate::table::plain_name;
use crate::{IngestError, Note, Options};

/// The scale of a file of answers that names none; none where it does, or where no usual scale fits.
pub(crate) fn scale_of_file(
    path: &Path,
    rules: &ReadRules,
    options: &Options,
    notes: &mut Vec<Note>,
) -> Result<Option<Scale>, IngestError> {
    let mut reader = Reader::open(path, rules)?;
    let names: Vec<String> = reader.names()?.iter().map(|name| plain_name(name)).collect();
    if names.iter().any(|name| matches!(name.as_str(), "scale_min" | "scale_max")) {
        return Ok(None);
    }
    let is_score = |name: &&String| {
        matches!(name.as_str(), "score" | "rating" | "points" | "arvosana" | "ocena" | "оценка" | "評分")
    };
    let Some(name) = names.iter().find(is_score).cloned() else { return Ok(None) };
    let numbers = reader.number_form(options.decimal_comma);
    let mut bounds: Option<(Decimal, Decimal)> = None;
    while let Some(block) = reader.next_block()? {
        let at = block.names.iter().position(|given| plain_name(given) == name);
        let kind = block.names.iter().position(|given| plain_name(given) == "kind");
        let texts = |at: Option<usize>| at.and_then(|at| block.columns.get(at)).and_then(|column| as_text(column).ok());
        let (Some(scores), kinds) = (texts(at), texts(kind)) else { continue };
        for row in 0..block.rows {
            let is_csat = kinds.as_ref().is_none_or(|kinds| {
                kinds.is_valid(row) && kinds.as_string::<i32>().value(row).eq_ignore_ascii_case("csat")
            });
            let score = scores.is_valid(row).then(|| scores.as_string::<i32>().value(row));
            if let Some(score) = score.filter(|_| is_csat).and_then(|score| decimal_of(score, numbers).ok()) {
                let (least, most) = bounds.unwrap_or((score, score));
                bounds = Some((least.min(score), most.max(score)));
            }
        }
    }
    let Some((least, most)) = bounds else { return Ok(None) };
    let scale = Scale::of_scores(least, most);
    let text = match scale {
        Some(scale) => format!(
            "{} name no scale; the scores go from {least} to {most} and are taken as {}; add scale_min and scale_max to say otherwise",
            Table::Answer.name(),
            scale.name()
        ),
        None => format!(
            "{} name no scale, and the scores go from {least} to {most}: add scale_min and scale_max",
            Table::Answer.name()
        ),
    };
    notes.push(Note { file: path.display().to_string(), text });
    Ok(scale)
}

//! Where the fields of one row lie in a window of bytes; nothing is copied.

pub(super) const QUOTE: u8 = b'"';

/// Where a field lies in its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Whether doubled quotes in it stand for one.
    pub(crate) doubled: bool,
}

/// What stands at the beginning of the window.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// A whole row: its length with the line end, and how many lines it covers.
    Row { length: usize, lines: u64 },
    /// The row may go on after the window.
    Unfinished,
    /// Something follows a closing quote; the row ends here all the same.
    Garbled { length: usize, lines: u64 },
}

/// Stands for any run of blanks between fields.
pub(crate) const BLANKS: u8 = b' ';

/// Splits the row at the beginning of `window` into `fields`.
pub(crate) fn scan_row(window: &[u8], is_last: bool, delimiter: u8, fields: &mut Vec<Field>) -> Scan {
    fields.clear();
    if delimiter == BLANKS {
        return scan_words(window, is_last, fields);
    }
    let (mut at, mut lines, mut is_garbled) = (0, 1, false);
    if window.is_empty() {
        return Scan::Unfinished;
    }
    loop {
        let end = if window.get(at) == Some(&QUOTE) {
            let Some((end, doubled)) = closing_quote(window, at + 1) else { return Scan::Unfinished };
            lines += memchr::memchr_iter(b'\n', &window[at..end]).count() as u64;
            fields.push(Field { start: at as u32 + 1, end: end as u32, doubled });
            match window.get(end + 1) {
                None if !is_last => return Scan::Unfinished,
                None => end + 1,
                Some(byte) if *byte == delimiter || matches!(byte, b'\r' | b'\n') => end + 1,
                Some(_) => {
                    is_garbled = true;
                    field_end(window, end + 1, delimiter)
                }
            }
        } else {
            let end = field_end(window, at, delimiter);
            fields.push(Field { start: at as u32, end: end as u32, doubled: false });
            end
        };
        let length = match window.get(end) {
            Some(byte) if *byte == delimiter => {
                at = end + 1;
                if at == window.len() && !is_last {
                    return Scan::Unfinished;
                }
                continue;
            }
            Some(b'\n') => end + 1,
            Some(_) => match window.get(end + 1) {
                Some(b'\n') => end + 2,
                None if !is_last => return Scan::Unfinished,
                _ => end + 1,
            },
            None if is_last => end,
            None => return Scan::Unfinished,
        };
        return if is_garbled { Scan::Garbled { length, lines } } else { Scan::Row { length, lines } };
    }
}

/// A row of columns held apart by blanks only, as printed tables are; there are no quotes and no empty fields.
fn scan_words(window: &[u8], is_last: bool, fields: &mut Vec<Field>) -> Scan {
    let (end, length) = match memchr::memchr(b'\n', window) {
        Some(end) => (end, end + 1),
        None if is_last && !window.is_empty() => (window.len(), window.len()),
        None => return Scan::Unfinished,
    };
    let mut start = None;
    for (at, byte) in window[..end].iter().chain([&b' ']).enumerate() {
        match (matches!(byte, b' ' | b'\t' | b'\r'), start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                fields.push(Field { start: from as u32, end: at as u32, doubled: false });
                start = None;
            }
            _ => {}
        }
    }
    Scan::Row { length, lines: 1 }
}

fn field_end(window: &[u8], from: usize, delimiter: u8) -> usize {
    let rest = window.get(from..).unwrap_or_default();
    memchr::memchr3(delimiter, b'\n', b'\r', rest).map_or(window.len(), |at| from + at)
}

/// Where the quoted field that begins at `from` closes, and whether quotes are doubled in it.
fn closing_quote(window: &[u8], from: usize) -> Option<(usize, bool)> {
    let (mut at, mut doubled) = (from, false);
    loop {
        let end = at + memchr::memchr(QUOTE, window.get(at..)?)?;
        if window.get(end + 1) != Some(&QUOTE) {
            return Some((end, doubled));
        }
        doubled = true;
        at = end + 2;
    }
}

//! From a batch as an importer gives it to the lake's columns: defaults, content hash, people hashed, texts apart.
//!
//! The content hash is over the row as given, before people are hashed and defaults filled in, so that the same
//! row has the same hash in every data folder; how a column is encoded, and whether an empty column is there at
//! all, makes no difference.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, DictionaryArray, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, new_null_array,
};
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int32Type, Int64Type, TimestampMicrosecondType};
use mittari_core::model::{Column, ColumnKind, HEADER, Table};

use crate::error::{Result, StoreError};
use crate::hash;
use crate::people::{PersonHash, PersonHasher};
use crate::schema::{self, at, words_type};
use crate::text::TextColumn;

/// What holds for all rows of an import.
pub(crate) struct Preparing<'p> {
    pub(crate) hasher: &'p PersonHasher,
    pub(crate) import: i32,
    /// When rows became known that do not say so themselves.
    pub(crate) recorded_at: i64,
    /// The source of rows that name none.
    pub(crate) source: &'p str,
}

/// A text that the lake does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PrivateText {
    pub(crate) content: i64,
    pub(crate) column: &'static str,
    pub(crate) text: String,
}

/// A name or address of a person, as a row of `customers` or `agents` gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonName {
    pub(crate) hash: String,
    pub(crate) role: &'static str,
    pub(crate) revision: i64,
    pub(crate) since: i64,
    pub(crate) content: i64,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
}

/// A batch in the lake's columns, with what goes elsewhere.
pub(crate) struct Prepared {
    /// `copy` is 0 everywhere: it is known once all rows of the file are together.
    pub(crate) rows: RecordBatch,
    pub(crate) texts: Vec<PrivateText>,
    pub(crate) names: Vec<PersonName>,
    /// The vendor's ids behind the hashes.
    pub(crate) people: HashMap<PersonHash, String>,
}

/// Brings a batch into the lake's columns.
pub(crate) fn prepare(table: Table, batch: &RecordBatch, with: &Preparing<'_>) -> Result<Prepared> {
    let rows = batch.num_rows();
    let given = given_columns(table, batch)?;
    let content = content_hashes(table, &given, rows);
    let mut people = HashMap::new();
    let mut columns: Vec<ArrayRef> = header(&given, &content, rows, with);
    for (number, column) in table.columns().iter().enumerate() {
        let array = given[HEADER.len() + number].clone();
        columns.push(match (column.kind, array) {
            (_, None) => new_null_array(&schema::column_type(column.kind), rows),
            (ColumnKind::Person, Some(array)) => hash_people(&array, with.hasher, &mut people)?,
            (ColumnKind::Private, Some(array)) => Arc::new(presence(&array)),
            (_, Some(array)) => array,
        });
    }
    if table == Table::Event {
        hash_assignees(&mut columns, with.hasher, &mut people)?;
    }
    let texts = private_texts(table, &given, &content);
    let names = names(table, &given, &content, with.hasher);
    let rows = RecordBatch::try_new(schema::model_schema(table), columns)?;
    let buckets = crate::home::homes(table, &rows).into_iter().map(hash::bucket);
    let mut columns = rows.columns().to_vec();
    columns[at::BUCKET] = Arc::new(Int32Array::from_iter_values(buckets));
    let rows = RecordBatch::try_new(schema::model_schema(table), columns)?;
    Ok(Prepared { rows, texts, names, people })
}

/// The batch's columns in the order of the model, each in the type that the lake uses, private texts as texts.
fn given_columns(table: Table, batch: &RecordBatch) -> Result<Vec<Option<ArrayRef>>> {
    table
        .all_columns()
        .map(|column| {
            let Some(array) = batch.column_by_name(column.name) else { return Ok(None) };
            if array.null_count() == array.len() {
                return Ok(None);
            }
            as_lake_type(table, column, array).map(Some)
        })
        .collect()
}

fn as_lake_type(table: Table, column: &Column, array: &ArrayRef) -> Result<ArrayRef> {
    let wanted = match column.kind {
        ColumnKind::Private => DataType::Utf8,
        ColumnKind::Text if column.name == "external_id" => DataType::Utf8,
        kind => schema::column_type(kind),
    };
    if *array.data_type() == wanted {
        return Ok(Arc::clone(array));
    }
    let is_number = |data_type: &DataType| data_type.is_numeric() || data_type.is_temporal();
    let wrong = || StoreError::ColumnType {
        table: table.name(),
        column: HEADER
            .iter()
            .chain(table.columns())
            .find(|known| known.name == column.name)
            .map_or("", |known| known.name),
        found: array.data_type().to_string(),
    };
    if is_number(&wanted) != is_number(array.data_type()) {
        return Err(wrong());
    }
    cast(array, &wanted).map_err(|_| wrong())
}

/// One hash a row, over all that the source gave.
fn content_hashes(table: Table, given: &[Option<ArrayRef>], rows: usize) -> Vec<i64> {
    let mut hashes = vec![hash::number(0, table as i64); rows];
    for (number, array) in given.iter().enumerate() {
        let Some(array) = array else { continue };
        let column = number as u64 + 1;
        let mut add = |row: usize, cell: Option<u64>| {
            if let Some(cell) = cell {
                hashes[row] = hash::join(hashes[row], cell);
            }
        };
        if let Some(texts) = TextColumn::of(array) {
            texts.each(|text| hash::text(column, text), add);
            continue;
        }
        for row in 0..rows {
            let value = number_at(array, row);
            add(row, value.map(|value| hash::number(column, value)));
        }
    }
    hashes.into_iter().map(|hash| hash as i64).collect()
}

/// The cell of a column that is no text, as a number.
fn number_at(array: &ArrayRef, row: usize) -> Option<i64> {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row),
        DataType::Timestamp(..) => array.as_primitive::<TimestampMicrosecondType>().value(row),
        DataType::Decimal128(..) => array.as_primitive::<Decimal128Type>().value(row) as i64,
        DataType::Date32 => i64::from(array.as_primitive::<Date32Type>().value(row)),
        DataType::Boolean => i64::from(array.as_boolean().value(row)),
        _ => return None,
    })
}

fn header(given: &[Option<ArrayRef>], content: &[i64], rows: usize, with: &Preparing<'_>) -> Vec<ArrayRef> {
    let number = |place: usize, default: i64| -> Int64Array {
        match &given[place] {
            Some(array) => {
                array.as_primitive::<Int64Type>().iter().map(|value| Some(value.unwrap_or(default))).collect()
            }
            None => Int64Array::from_value(default, rows),
        }
    };
    let moment = |place: usize, default: i64| -> ArrayRef {
        let moments: TimestampMicrosecondArray = match &given[place] {
            Some(array) if array.null_count() == 0 => array.as_primitive::<TimestampMicrosecondType>().clone(),
            Some(array) => {
                let moments = array.as_primitive::<TimestampMicrosecondType>();
                moments.iter().map(|value| Some(value.unwrap_or(default))).collect()
            }
            None => TimestampMicrosecondArray::from_value(default, rows),
        };
        Arc::new(moments.with_timezone("UTC"))
    };
    let source = match &given[0] {
        Some(array) if array.null_count() == 0 => Arc::clone(array),
        Some(array) => with_default_text(array, with.source),
        None => one_word(with.source, rows),
    };
    vec![
        Arc::new(Int32Array::from_value(0, rows)),
        source,
        given[1].clone().unwrap_or_else(|| new_null_array(&DataType::Utf8, rows)),
        Arc::new(number(2, 0)),
        moment(3, 0),
        moment(4, with.recorded_at),
        Arc::new(number(5, 0)),
        Arc::new(Int32Array::from_value(with.import, rows)),
        Arc::new(Int64Array::from(content.to_vec())),
        Arc::new(Int32Array::from_value(0, rows)),
    ]
}

fn one_word(word: &str, rows: usize) -> ArrayRef {
    let words = Arc::new(StringArray::from(vec![word]));
    Arc::new(DictionaryArray::<Int32Type>::new(Int32Array::from_value(0, rows), words))
}

fn with_default_text(array: &ArrayRef, default: &str) -> ArrayRef {
    let Some(texts) = TextColumn::of(array) else { return Arc::clone(array) };
    let filled: DictionaryArray<Int32Type> = (0..texts.len()).map(|row| texts.value(row).or(Some(default))).collect();
    Arc::new(filled)
}

/// Replaces every id by its person's hash; an empty id is nobody.
fn hash_people(array: &ArrayRef, hasher: &PersonHasher, people: &mut HashMap<PersonHash, String>) -> Result<ArrayRef> {
    let words = cast(array, &words_type())?;
    let dictionary = words.as_dictionary::<Int32Type>();
    let ids = dictionary.values().as_string::<i32>();
    let hashed: StringArray = ids
        .iter()
        .map(|id| {
            let id = id.filter(|id| !id.is_empty())?;
            let hash = hasher.hash(id);
            people.entry(hash).or_insert_with(|| id.to_owned());
            Some(hash)
        })
        .map(|hash| hash.map(|hash| hash.as_str().to_owned()))
        .collect();
    Ok(Arc::new(dictionary.with_values(Arc::new(hashed))))
}

/// The value of an `assigned` event is an agent's id: a person like those in `actor_id`.
fn hash_assignees(
    columns: &mut [ArrayRef],
    hasher: &PersonHasher,
    people: &mut HashMap<PersonHash, String>,
) -> Result<()> {
    let place =
        |name: &str| Table::Event.columns().iter().position(|column| column.name == name).map(|at| at + at::OWN);
    let (Some(kind), Some(value)) = (place("kind"), place("value")) else { return Ok(()) };
    let Some(kinds) = TextColumn::of(&columns[kind]) else { return Ok(()) };
    let mut assigned = vec![false; kinds.len()];
    kinds.each(|word| word == "assigned", |row, is| assigned[row] = is == Some(true));
    if !assigned.contains(&true) || columns[value].null_count() == columns[value].len() {
        return Ok(());
    }
    let values = columns[value].as_dictionary::<Int32Type>();
    let (keys, texts) = (values.keys(), values.values());
    let mut used = vec![false; texts.len()];
    for row in 0..keys.len() {
        if assigned[row] && keys.is_valid(row) {
            used[keys.value(row) as usize] = true;
        }
    }
    let used_at: Vec<i32> = (0..texts.len() as i32).filter(|at| used[*at as usize]).collect();
    let mut hashed_place = vec![0i32; texts.len()];
    for (nth, at) in used_at.iter().enumerate() {
        hashed_place[*at as usize] = (texts.len() + nth) as i32;
    }
    let names = arrow::compute::take(texts, &Int32Array::from(used_at), None)?;
    let hashed = hash_people(&names, hasher, people)?;
    let hashed = cast(&hashed, &DataType::Utf8)?;
    let texts = concat(&[texts.as_ref(), hashed.as_ref()])?;
    let keys: Int32Array = keys
        .iter()
        .enumerate()
        .map(|(row, key)| key.map(|key| if assigned[row] { hashed_place[key as usize] } else { key }))
        .collect();
    columns[value] = Arc::new(DictionaryArray::<Int32Type>::new(keys, texts));
    Ok(())
}

fn presence(array: &ArrayRef) -> BooleanArray {
    let Some(texts) = TextColumn::of(array) else { return BooleanArray::from(vec![false; array.len()]) };
    (0..texts.len()).map(|row| Some(texts.value(row).is_some_and(|text| !text.trim().is_empty()))).collect()
}

fn private_columns(table: Table) -> impl Iterator<Item = (usize, &'static str)> {
    let own = table.columns().iter().enumerate();
    own.filter(|(_, column)| column.kind == ColumnKind::Private)
        .map(|(number, column)| (HEADER.len() + number, column.name))
}

/// Comments and the like; names go into the people's own records.
fn private_texts(table: Table, given: &[Option<ArrayRef>], content: &[i64]) -> Vec<PrivateText> {
    if matches!(table, Table::Customer | Table::Agent) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (place, column) in private_columns(table) {
        let Some(texts) = given[place].as_ref().and_then(TextColumn::of) else { continue };
        for (row, content) in content.iter().enumerate() {
            if let Some(text) = texts.value(row).filter(|text| !text.trim().is_empty()) {
                found.push(PrivateText { content: *content, column, text: text.to_owned() });
            }
        }
    }
    found
}

fn names(table: Table, given: &[Option<ArrayRef>], content: &[i64], hasher: &PersonHasher) -> Vec<PersonName> {
    let (role, id_column) = match table {
        Table::Customer => ("customer", "customer_id"),
        Table::Agent => ("agent", "agent_id"),
        _ => return Vec::new(),
    };
    let array = |name: &str| {
        let place = table.all_columns().position(|column| column.name == name)?;
        given[place].as_ref()
    };
    let texts = |name: &str| array(name).and_then(TextColumn::of);
    let (id, name, email) = (texts(id_column), texts("name"), texts("email"));
    let number = |name: &str, row: usize| array(name).and_then(|array| number_at(array, row));
    let mut found = Vec::new();
    for (row, content) in content.iter().enumerate() {
        let cell = |texts: Option<TextColumn<'_>>| texts.and_then(|texts| texts.value(row)).map(str::to_owned);
        let (Some(id), name, email) = (cell(id), cell(name), cell(email)) else { continue };
        if name.is_some() || email.is_some() {
            found.push(PersonName {
                hash: hasher.hash(&id).as_str().to_owned(),
                role,
                revision: number("revision", row).unwrap_or_default(),
                since: number("valid_from", row).unwrap_or(i64::MIN),
                content: *content,
                name,
                email,
            });
        }
    }
    found
}

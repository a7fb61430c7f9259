//! A Parquet file written row group by row group from page columns.

use std::io::Write;
use std::sync::Arc;

use arrow::datatypes::{DataType, Schema};
use parquet::arrow::ArrowSchemaConverter;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnDescPtr;

use super::flags::Flags;
use super::lists::Lists;
use super::numbers::Numbers;
use super::words::Words;

/// How rows are cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Rows of a page: what a reader of single rows decodes.
    pub(crate) page_rows: usize,
}

/// A column by what it holds.
#[derive(Clone, Debug)]
pub(crate) enum PageColumn {
    /// Texts.
    Words(Words),
    /// Moments, durations, counts, decimals.
    Longs(Numbers<i64>),
    /// Days, weights, buckets.
    Ints(Numbers<i32>),
    /// true and false.
    Flags(Flags),
    /// Lists of texts.
    Lists(Lists),
}

impl PageColumn {
    /// An empty column of a type.
    pub(crate) fn new(data_type: &DataType) -> PageColumn {
        match data_type {
            DataType::Boolean => PageColumn::Flags(Flags::default()),
            DataType::Int8 | DataType::Int32 | DataType::Date32 => PageColumn::Ints(Numbers::default()),
            DataType::Int64 | DataType::Timestamp(..) | DataType::Decimal128(..) => {
                PageColumn::Longs(Numbers::default())
            }
            DataType::List(_) => PageColumn::Lists(Lists::default()),
            _ => PageColumn::Words(Words::default()),
        }
    }

    /// How many rows are waiting.
    pub(crate) fn len(&self) -> usize {
        match self {
            PageColumn::Words(column) => column.len(),
            PageColumn::Longs(column) => column.len(),
            PageColumn::Ints(column) => column.len(),
            PageColumn::Flags(column) => column.len(),
            PageColumn::Lists(column) => column.len(),
        }
    }

    fn finish(
        &mut self,
        column: ColumnDescPtr,
        layout: Layout,
        with_statistics: bool,
    ) -> Result<(bytes::Bytes, ColumnCloseResult)> {
        match self {
            PageColumn::Words(words) => words.finish(column, layout.page_rows),
            PageColumn::Longs(numbers) => numbers.finish(column, layout.page_rows, with_statistics),
            PageColumn::Ints(numbers) => numbers.finish(column, layout.page_rows, with_statistics),
            PageColumn::Flags(flags) => flags.finish(column, layout.page_rows),
            PageColumn::Lists(lists) => lists.finish(column, layout.page_rows),
        }
    }
}

/// A file being written.
pub(crate) struct TableFile<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    statistics: Vec<bool>,
    layout: Layout,
}

impl<W: Write + Send> TableFile<W> {
    /// Begins a file of an Arrow schema; moments, weights and buckets get statistics, nothing about people does.
    pub(crate) fn begin(sink: W, schema: &Schema, layout: Layout) -> Result<TableFile<W>> {
        let parquet_schema = ArrowSchemaConverter::new().convert(schema)?;
        let properties = WriterProperties::builder().set_created_by("mittari".to_owned()).build();
        let writer = SerializedFileWriter::new(sink, parquet_schema.root_schema_ptr(), Arc::new(properties))?;
        let statistics = schema.fields().iter().map(|field| {
            matches!(field.data_type(), DataType::Timestamp(..) | DataType::Date32 | DataType::Int8)
                || field.name() == "bucket"
        });
        Ok(TableFile { statistics: statistics.collect(), writer, layout })
    }

    /// Writes the rows that wait in `columns` as one row group and empties them.
    pub(crate) fn write_group<'c>(&mut self, columns: impl IntoIterator<Item = &'c mut PageColumn>) -> Result<()> {
        let descriptors = self.writer.schema_descr().columns().to_vec();
        let mut group = self.writer.next_row_group()?;
        for ((column, descriptor), statistics) in columns.into_iter().zip(descriptors).zip(&self.statistics) {
            let (bytes, close) = column.finish(descriptor, self.layout, *statistics)?;
            group.append_column(&bytes, close)?;
        }
        group.close()?;
        Ok(())
    }

    /// Writes the footer.
    pub(crate) fn finish(self) -> Result<W> {
        self.writer.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray, RecordBatch};
    use arrow::datatypes::{Field, Int64Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use proptest::prelude::*;

    use super::*;

    fn list_type() -> DataType {
        DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true)))
    }

    type Row = (Option<String>, Option<i64>, Option<bool>, Vec<String>, i64);

    fn row() -> impl Strategy<Value = Row> {
        let word = prop_oneof!["[a-c]{0,2}", "[a-z]{0,20}"];
        (
            prop::option::weighted(0.8, word),
            prop::option::weighted(0.7, prop_oneof![Just(0i64), 0..3i64, any::<i64>()]),
            any::<Option<bool>>(),
            prop::collection::vec("[a-c]{1,2}", 0..3),
            prop_oneof![9 => Just(7i64), 1 => any::<i64>()],
        )
    }

    fn written(groups: &[Vec<Row>], page_rows: usize) -> Vec<RecordBatch> {
        let schema = Schema::new(vec![
            Field::new("word", DataType::Utf8, true),
            Field::new("number", DataType::Int64, true),
            Field::new("flag", DataType::Boolean, true),
            Field::new("list", list_type(), true),
            Field::new("required", DataType::Int64, false),
            Field::new("nothing", DataType::Utf8, true),
            Field::new("no_list", list_type(), true),
        ]);
        let mut columns: Vec<PageColumn> =
            schema.fields().iter().map(|field| PageColumn::new(field.data_type())).collect();
        let mut file = TableFile::begin(Vec::new(), &schema, Layout { page_rows }).expect("a file");
        for rows in groups {
            for (word, number, flag, list, required) in rows {
                let list: Vec<&str> = list.iter().map(String::as_str).collect();
                for (place, column) in columns.iter_mut().enumerate() {
                    match (column, place) {
                        (PageColumn::Words(column), 0) => column.push(word.as_deref()),
                        (PageColumn::Words(column), _) => column.push(None),
                        (PageColumn::Longs(column), 1) => column.push(*number),
                        (PageColumn::Longs(column), _) => column.push(Some(*required)),
                        (PageColumn::Flags(column), _) => column.push(*flag),
                        (PageColumn::Lists(column), 3) => column.push(&list),
                        (PageColumn::Lists(column), _) => column.push(&[]),
                        (PageColumn::Ints(_), _) => {}
                    }
                }
            }
            file.write_group(&mut columns).expect("a row group");
        }
        let bytes = bytes::Bytes::from(file.finish().expect("a footer"));
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("a footer").build().expect("a reader");
        reader.map(|batch| batch.expect("rows")).collect()
    }

    fn read(batches: &[RecordBatch]) -> Vec<Row> {
        let mut rows = Vec::new();
        for batch in batches {
            for row in 0..batch.num_rows() {
                let list = batch.column(3).as_list::<i32>();
                let texts = if list.is_valid(row) {
                    list.value(row).as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_owned()).collect()
                } else {
                    Vec::new()
                };
                let (word, number) = (batch.column(0).as_string::<i32>(), batch.column(1).as_primitive::<Int64Type>());
                let flag = batch.column(2).as_boolean();
                assert!(batch.column(5).is_null(row) && batch.column(6).is_null(row));
                rows.push((
                    word.is_valid(row).then(|| word.value(row).to_owned()),
                    number.is_valid(row).then(|| number.value(row)),
                    flag.is_valid(row).then(|| flag.value(row)),
                    texts,
                    batch.column(4).as_primitive::<Int64Type>().value(row),
                ));
            }
        }
        rows
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(groups in prop::collection::vec(prop::collection::vec(row(), 1..200), 1..4)) {
            let all: Vec<Row> = groups.iter().flatten().cloned().collect();
            prop_assert_eq!(read(&written(&groups, 64)), all);
        }
    }

    #[test]
    fn a_column_of_words_that_never_repeat_is_read_as_written() {
        let rows: Vec<Row> = (0..20_000).map(|n| (Some(format!("word {n}")), Some(n), None, Vec::new(), n)).collect();
        let groups = [rows[..12_000].to_vec(), rows[12_000..].to_vec()];
        assert_eq!(read(&written(&groups, 4096)), rows);
    }

    #[test]
    fn long_runs_and_mixed_stretches_are_read_as_written() {
        let word = |n: i64| if n % 1000 < 700 { "same".to_owned() } else { format!("w{}", n % 13) };
        let rows: Vec<Row> =
            (0..9_000).map(|n| (Some(word(n)), Some(n % 5), Some(n % 3 == 0), Vec::new(), 1)).collect();
        assert_eq!(read(&written(&[rows.clone()], 2048)), rows);
    }
}

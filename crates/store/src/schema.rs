//! The columns of the lake: what a model table and a fact look like in Arrow, Parquet and Delta.
//!
//! A model row is its header, the columns that the store adds (bucket, import, content hash, number among equal
//! rows), and its own columns. Texts about people are not in the lake: of a private column the lake says only
//! whether there is a text. A fact row is a change: weight and instant before the fact's own columns.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use deltalake::kernel::{ArrayType, DataType as DeltaType, PrimitiveType, StructField};
use mittari_core::facts::{Fact, FactKind};
use mittari_core::model::{ColumnKind, Table};

/// Positions of the columns that every model table has in the lake.
pub(crate) mod at {
    pub(crate) const BUCKET: usize = 0;
    pub(crate) const SOURCE: usize = 1;
    pub(crate) const EXTERNAL_ID: usize = 2;
    pub(crate) const REVISION: usize = 3;
    pub(crate) const OCCURRED_AT: usize = 4;
    pub(crate) const RECORDED_AT: usize = 5;
    pub(crate) const SEQUENCE: usize = 6;
    pub(crate) const IMPORT: usize = 7;
    pub(crate) const CONTENT: usize = 8;
    pub(crate) const COPY: usize = 9;
    /// The first of the table's own columns.
    pub(crate) const OWN: usize = 10;
}

/// Positions of the columns that every fact has before its own.
pub(crate) mod change {
    pub(crate) const WEIGHT: usize = 0;
    pub(crate) const RECORDED_AT: usize = 1;
    /// The first of the fact's own columns.
    pub(crate) const OWN: usize = 2;
}

/// A moment in the lake.
pub(crate) fn instant_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// A number with six digits after the point in the lake.
pub(crate) const DECIMAL: DataType = DataType::Decimal128(18, 6);

/// Repeated texts: one number a row.
pub(crate) fn words_type() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The Arrow type of a model column in the lake.
pub(crate) fn column_type(kind: ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text | ColumnKind::Choice(_) | ColumnKind::Person | ColumnKind::Fields => words_type(),
        ColumnKind::Integer => DataType::Int64,
        ColumnKind::Decimal => DECIMAL,
        ColumnKind::Flag | ColumnKind::Private => DataType::Boolean,
        ColumnKind::Instant => instant_type(),
        ColumnKind::Date => DataType::Date32,
    }
}

fn model_schema_of(table: Table) -> SchemaRef {
    let mut fields = vec![
        Field::new("bucket", DataType::Int32, false),
        Field::new("source", words_type(), false),
        Field::new("external_id", DataType::Utf8, true),
        Field::new("revision", DataType::Int64, false),
        Field::new("occurred_at", instant_type(), false),
        Field::new("recorded_at", instant_type(), false),
        Field::new("sequence", DataType::Int64, false),
        Field::new("import_id", DataType::Int32, false),
        Field::new("content", DataType::Int64, false),
        Field::new("copy", DataType::Int32, false),
    ];
    fields.extend(table.columns().iter().map(|column| Field::new(column.name, column_type(column.kind), true)));
    Arc::new(Schema::new(fields))
}

fn fact_schema_of(fact: Fact) -> SchemaRef {
    let mut fields =
        vec![Field::new("weight", DataType::Int8, false), Field::new("recorded_at", instant_type(), false)];
    fields.extend(fact.columns().map(|column| {
        let data_type = match column.kind {
            FactKind::Text => DataType::Utf8,
            FactKind::Instant => instant_type(),
            FactKind::Duration | FactKind::Count => DataType::Int64,
            FactKind::Flag => DataType::Boolean,
            FactKind::Decimal => DECIMAL,
            FactKind::List => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
            FactKind::Date => DataType::Date32,
        };
        Field::new(column.name, data_type, true)
    }));
    Arc::new(Schema::new(fields))
}

/// The schema of a model table in the lake.
pub fn model_schema(table: Table) -> SchemaRef {
    static SCHEMAS: LazyLock<Vec<SchemaRef>> =
        LazyLock::new(|| Table::ALL.iter().map(|t| model_schema_of(*t)).collect());
    let place = Table::ALL.iter().position(|known| *known == table).unwrap_or_default();
    Arc::clone(&SCHEMAS[place])
}

/// The schema of a fact's change rows.
pub fn fact_schema(fact: Fact) -> SchemaRef {
    static SCHEMAS: LazyLock<Vec<SchemaRef>> = LazyLock::new(|| Fact::ALL.iter().map(|f| fact_schema_of(*f)).collect());
    let place = Fact::ALL.iter().position(|known| *known == fact).unwrap_or_default();
    Arc::clone(&SCHEMAS[place])
}

/// The same columns as Delta declares them.
pub(crate) fn delta_fields(schema: &Schema) -> Vec<StructField> {
    schema
        .fields()
        .iter()
        .map(|field| StructField::new(field.name(), delta_type(field.data_type()), field.is_nullable()))
        .collect()
}

fn delta_type(data_type: &DataType) -> DeltaType {
    let primitive = match data_type {
        DataType::Int8 => PrimitiveType::Byte,
        DataType::Int32 => PrimitiveType::Integer,
        DataType::Int64 => PrimitiveType::Long,
        DataType::Boolean => PrimitiveType::Boolean,
        DataType::Date32 => PrimitiveType::Date,
        DataType::Timestamp(..) => PrimitiveType::Timestamp,
        DataType::Decimal128(precision, scale) => {
            return DeltaType::decimal(*precision, *scale as u8).unwrap_or(DeltaType::STRING);
        }
        DataType::List(of) => return ArrayType::new(delta_type(of.data_type()), true).into(),
        _ => PrimitiveType::String,
    };
    DeltaType::Primitive(primitive)
}

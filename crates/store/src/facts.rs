//! The facts as queries see them: change rows of one snapshot, as tables of DataFusion.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Int8Type, SchemaRef, TimestampMicrosecondType};
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::ScalarValue;
use datafusion::datasource::MemTable;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::{DataFusionError, Result as QueryResult};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use mittari_core::facts::Fact;
use mittari_core::time::{DAY, Instant};

use crate::change_rows::{dates, folder};
use crate::error::Result;
use crate::files;
use crate::people::People;
use crate::register::FileRecord;
use crate::schema::fact_schema;

/// All facts as known at one moment.
#[derive(Clone, Debug)]
pub struct Facts {
    pub(crate) rows: Rows,
    pub(crate) watermark: Option<Instant>,
    pub(crate) facts_version: String,
    pub(crate) people: Arc<People>,
}

/// Where the change rows are.
#[derive(Clone, Debug)]
pub(crate) enum Rows {
    Files { data: PathBuf, files: Arc<Vec<FileRecord>> },
    Memory(Arc<Vec<Vec<RecordBatch>>>),
}

impl Facts {
    /// The change rows of a fact: `weight`, `recorded_at`, then the fact's own columns.
    pub fn provider(&self, fact: Fact) -> Result<Arc<dyn TableProvider>> {
        Ok(match &self.rows {
            Rows::Memory(batches) => {
                Arc::new(MemTable::try_new(fact_schema(fact), vec![batches[fact as usize].clone()])?)
            }
            Rows::Files { data, files } => {
                let folder = folder(fact);
                let files = files.iter().filter(|file| file.folder == folder).cloned().collect();
                Arc::new(ChangeTable { data: data.clone(), schema: fact_schema(fact), files })
            }
        })
    }

    /// The largest moment that is not after its own recording: "now" to every metric. None without rows.
    pub fn watermark(&self) -> Option<Instant> {
        self.watermark
    }

    /// The rules, settings and calendars that the facts were folded with.
    pub fn facts_version(&self) -> &str {
        &self.facts_version
    }

    /// Who stands behind the hashes.
    pub fn people(&self) -> &People {
        &self.people
    }

    /// How many change rows a fact has; none means that the data for it is not there.
    pub fn row_count(&self, fact: Fact) -> u64 {
        match &self.rows {
            Rows::Memory(batches) => batches[fact as usize].iter().map(|batch| batch.num_rows() as u64).sum(),
            Rows::Files { files, .. } => {
                let folder = folder(fact);
                files.iter().filter(|file| file.folder == folder).map(|file| file.rows.unsigned_abs()).sum()
            }
        }
    }

    /// The first and last moment by which the rows of a fact are dated, rows taken back left out; None without
    /// rows. Facts of whole periods are dated by their first day at midnight UTC.
    pub fn span(&self, fact: Fact) -> Result<Option<(Instant, Instant)>> {
        let (first, last) = match &self.rows {
            Rows::Memory(batches) => net_span(fact, &batches[fact as usize]),
            Rows::Files { data, files } => {
                let folder = folder(fact);
                let files: Vec<&FileRecord> = files.iter().filter(|file| file.folder == folder).collect();
                if files.iter().any(|file| file.minus) {
                    let mut batches = Vec::new();
                    for file in files {
                        batches.extend(files::read_all(data, file, &fact_schema(fact))?);
                    }
                    net_span(fact, &batches)
                } else {
                    let first = files.iter().filter_map(|file| file.first_at).min();
                    (first, files.iter().filter_map(|file| file.last_at).max())
                }
            }
        };
        Ok(first.zip(last).map(|(first, last)| (Instant(first), Instant(last))))
    }
}

/// The least and largest moment whose weights do not cancel out.
fn net_span(fact: Fact, batches: &[RecordBatch]) -> (Option<i64>, Option<i64>) {
    let minus =
        |batch: &RecordBatch| batch.column(0).as_primitive::<Int8Type>().values().iter().any(|weight| *weight < 0);
    if !batches.iter().any(minus) {
        let spans = || batches.iter().map(|batch| dates(fact, batch));
        return (spans().filter_map(|span| span.0).min(), spans().filter_map(|span| span.1).max());
    }
    let mut weights: HashMap<i64, i64> = HashMap::new();
    for batch in batches {
        let Some(column) = batch.column_by_name(fact.dated_by()) else { continue };
        let weight = batch.column(0).as_primitive::<Int8Type>();
        if let Some(moments) = column.as_primitive_opt::<TimestampMicrosecondType>() {
            for (row, at) in moments.iter().enumerate() {
                at.into_iter().for_each(|at| *weights.entry(at).or_default() += i64::from(weight.value(row)));
            }
        } else if let Some(days) = column.as_primitive_opt::<Date32Type>() {
            for (row, day) in days.iter().enumerate() {
                let at = day.map(|day| i64::from(day) * DAY);
                at.into_iter().for_each(|at| *weights.entry(at).or_default() += i64::from(weight.value(row)));
            }
        }
    }
    let held = || weights.iter().filter(|(_, weight)| **weight > 0).map(|(at, _)| *at);
    (held().min(), held().max())
}

/// Change rows in exactly the files of a snapshot.
#[derive(Debug)]
struct ChangeTable {
    data: PathBuf,
    schema: SchemaRef,
    files: Vec<FileRecord>,
}

#[async_trait::async_trait]
impl TableProvider for ChangeTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> QueryResult<Vec<TableProviderFilterPushDown>> {
        // Row groups are skipped by what their statistics rule out; the rows that are left are filtered after.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> QueryResult<Arc<dyn ExecutionPlan>> {
        if self.files.is_empty() {
            let schema = match projection {
                Some(columns) => Arc::new(self.schema.project(columns)?),
                None => Arc::clone(&self.schema),
            };
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let mut source = ParquetSource::new(Arc::clone(&self.schema));
        if let Some(filter) = conjunction(filters.to_vec()) {
            let schema = datafusion::common::DFSchema::try_from(Arc::clone(&self.schema))?;
            source = source.with_predicate(state.create_physical_expr(filter, &schema)?);
        }
        let files = self.files.iter().map(|file| {
            let path = self.data.join(&file.folder).join(&file.name);
            let path = std::path::absolute(&path).unwrap_or(path);
            let location = object_store_path(&path)?;
            Ok(PartitionedFile::new(location, file.size.unsigned_abs()))
        });
        let group = FileGroup::new(files.collect::<QueryResult<Vec<_>>>()?);
        let groups = group.split_files(state.config().target_partitions());
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(source))
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// A path as object stores write it: without the leading slash.
fn object_store_path(path: &std::path::Path) -> QueryResult<String> {
    let text =
        path.to_str().ok_or_else(|| DataFusionError::Execution("the data folder's name is not text".to_owned()))?;
    Ok(text.trim_start_matches('/').to_owned())
}

/// A literal of a moment, for filters on change rows.
pub fn instant_literal(at: Instant) -> ScalarValue {
    ScalarValue::TimestampMicrosecond(Some(at.0), Some("UTC".into()))
}

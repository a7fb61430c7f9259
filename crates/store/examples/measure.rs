//! Times an import, a rebuild and a refresh of Parquet files of events. Not part of the product.
use std::time::Instant;

use arrow::datatypes::Schema;
use mittari_core::model::Table;
use mittari_store::{Access, ImportMeta, Store};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

fn files(path: &str) -> Vec<std::path::PathBuf> {
    let path = std::path::Path::new(path);
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut files: Vec<_> = std::fs::read_dir(path)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "parquet"))
        .collect();
    files.sort();
    files
}

fn import(store: &mut Store, path: &str) {
    let began = Instant::now();
    let mut import = store.begin_import(ImportMeta::default()).unwrap();
    let mut rows = 0;
    for file in files(path) {
        let opened = std::fs::File::open(&file).unwrap();
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(
            opened,
            ArrowReaderOptions::new().with_skip_arrow_metadata(true),
        )
        .unwrap();
        let schema: &Schema = builder.schema();
        let _ = schema;
        let reader = builder.with_batch_size(1 << 16).build().unwrap();
        for batch in reader {
            let batch = batch.unwrap();
            rows += batch.num_rows();
            import.write(Table::Event, &batch).unwrap();
        }
        import.next_file();
    }
    println!("written {rows} rows {:.2} s", began.elapsed().as_secs_f64());
    let summary = import.finish().unwrap();
    println!("imported {:?} {:.2} s", summary.tables, began.elapsed().as_secs_f64());
}

fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    status.lines().filter(|l| l.starts_with("VmHWM")).collect::<Vec<_>>().join(" ")
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let data = &args[1];
    for command in &args[2..] {
        let began = Instant::now();
        let mut store = Store::open(data, Access::Write).unwrap();
        println!("open {:.3} s", began.elapsed().as_secs_f64());
        let began = Instant::now();
        match command.as_str() {
            "rebuild" => store.rebuild(|_| ()).unwrap(),
            path => import(&mut store, path),
        }
        println!("{command} {:.3} s {}", began.elapsed().as_secs_f64(), memory());
    }
}

//! The metrics known: the built-in ones, embedded, and the user's own in the data folder's `catalogue/`.

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use mittari_core::metric::{Catalogue, MetricFileError, MetricSource, Origin};

use crate::failure::{Done, Failure};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../catalogue");

/// All metrics; a mistake in the user's own file stops the command, with its place and what to do.
pub(crate) fn of(data: &Path) -> Done<Catalogue> {
    let (catalogue, errors) = with_errors(data)?;
    match errors.first() {
        None => Ok(catalogue),
        Some(error) => Err(Failure::input(error.to_string(), error.hint())),
    }
}

/// All metrics that can be read, and the mistakes in the others.
pub(crate) fn with_errors(data: &Path) -> Done<(Catalogue, Vec<MetricFileError>)> {
    let own = own_files(&data.join("catalogue"))?;
    let own_sources = own.iter().map(|(path, text)| MetricSource { path, text, origin: Origin::Own });
    Ok(Catalogue::read(built_in().chain(own_sources)))
}

fn built_in<'a>() -> impl Iterator<Item = MetricSource<'a>> {
    let folders = BUILT_IN.dirs().flat_map(Dir::files);
    BUILT_IN.files().chain(folders).filter_map(|file| {
        let path = file.path().to_str().filter(|path| is_metric(Path::new(path)))?;
        Some(MetricSource { path, text: file.contents_utf8()?, origin: Origin::BuiltIn })
    })
}

/// Files of metrics; those whose name begins with `_` hold other data.
fn is_metric(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    path.extension().is_some_and(|extension| extension == "toml") && !name.starts_with(['_', '.'])
}

/// (path below the folder, text) of every metric file in it and its folders.
fn own_files(folder: &Path) -> Done<Vec<(String, String)>> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else { continue };
        for entry in entries {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if is_metric(&path) {
                let below = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
                files.push((below, std::fs::read_to_string(&path)?));
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_metric_can_be_read() {
        let (catalogue, errors) = Catalogue::read(built_in());
        assert!(errors.is_empty(), "{errors:#?}");
        assert!(catalogue.get("csat").is_some() && catalogue.get("reopen_rate").is_some());
    }

    #[test]
    fn a_folder_without_metrics_of_its_own_has_the_built_in_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(of(folder.path()).is_ok_and(|catalogue| catalogue.get("csat").is_some()));
    }

    #[test]
    fn a_mistake_in_an_own_file_names_file_and_line() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("catalogue/own")).expect("made");
        std::fs::write(folder.path().join("catalogue/own/mine.toml"), "id = \"mine\"\nunti = \"percent\"\n")
            .expect("written");
        let failure = of(folder.path()).expect_err("a mistake").to_string();
        assert!(failure.contains("own/mine.toml:2"), "{failure}");
    }
}

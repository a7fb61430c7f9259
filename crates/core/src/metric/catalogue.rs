//! All metrics known: the built-in ones and the user's own.

use std::collections::BTreeMap;

use super::error::nearest;
use super::file::{Place, metrics};
use super::node::{Node, Value};
use super::{Metric, MetricFileError, Problem, UnknownMetric};

/// Who wrote a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// It comes with the program.
    BuiltIn,
    /// It lies in the data folder.
    Own,
}

/// The text of a metric file, and where it was found.
#[derive(Clone, Debug)]
pub struct MetricSource<'a> {
    /// The path below its `catalogue/`: the folder is the family.
    pub path: &'a str,
    /// The text.
    pub text: &'a str,
    /// Who wrote it.
    pub origin: Origin,
}

/// All metrics known.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    metrics: Vec<Metric>,
    by_id: BTreeMap<String, usize>,
    trees: BTreeMap<String, (Node, String)>,
}

impl Catalogue {
    /// Reads files, built-in ones first. A file with a mistake gives errors and no metric; the others stand.
    pub fn read<'a>(files: impl IntoIterator<Item = MetricSource<'a>>) -> (Catalogue, Vec<MetricFileError>) {
        let mut files: Vec<_> = files.into_iter().collect();
        files.sort_by(|a, b| (a.origin, a.path).cmp(&(b.origin, b.path)));
        let mut catalogue = Catalogue::default();
        let mut errors = Vec::new();
        for file in &files {
            if let Err(error) = catalogue.add(file) {
                errors.push(error);
            }
        }
        catalogue.check_references(&mut errors);
        (catalogue, errors)
    }

    /// All metrics, by family, file and variant.
    pub fn iter(&self) -> impl Iterator<Item = &Metric> {
        self.metrics.iter()
    }

    /// How many there are, variants counted.
    pub fn len(&self) -> usize {
        self.metrics.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.metrics.is_empty()
    }

    /// The metric of an id.
    pub fn get(&self, id: &str) -> Option<&Metric> {
        self.by_id.get(id).map(|&at| &self.metrics[at])
    }

    /// The metric of an id, or the nearest one in an error.
    pub fn find(&self, id: &str) -> Result<&Metric, UnknownMetric> {
        self.get(id).ok_or_else(|| UnknownMetric {
            id: id.to_owned(),
            nearest: nearest(id, self.by_id.keys().map(String::as_str)).map(str::to_owned),
        })
    }

    /// A metric and all metrics that it is computed from, those first.
    pub fn with_parts<'a>(&'a self, metric: &'a Metric) -> Vec<&'a Metric> {
        let mut found: Vec<&Metric> = Vec::new();
        self.gather(metric, &mut found, 0);
        found
    }

    fn gather<'a>(&'a self, metric: &'a Metric, found: &mut Vec<&'a Metric>, depth: usize) {
        if depth > 16 || found.iter().any(|known| known.id == metric.id) {
            return;
        }
        for id in metric.metrics_named() {
            if let Some(part) = self.get(&id) {
                self.gather(part, found, depth + 1);
            }
        }
        found.push(metric);
    }

    fn add(&mut self, file: &MetricSource<'_>) -> Result<(), MetricFileError> {
        let mut root = Node::parse(file.path, file.text)?;
        let family =
            file.path.rsplit_once('/').map_or("own", |(folder, _)| folder.rsplit('/').next().unwrap_or(folder));
        let place = Place { file: file.path, family, origin: file.origin };
        let read = match root.get("extends") {
            Some(_) => self.extended(place, &root)?,
            None => {
                let read = metrics(place, &root)?;
                root.remove("example");
                if let Some(first) = read.first() {
                    self.trees.insert(first.base.clone(), (root, family.to_owned()));
                }
                read
            }
        };
        self.refuse_known_ids(file.path, &read)?;
        for metric in read {
            self.by_id.insert(metric.id.clone(), self.metrics.len());
            self.metrics.push(metric);
        }
        Ok(())
    }

    /// New variants of a metric that is there: the base's tree with other variants.
    fn extended(&self, place: Place<'_>, root: &Node) -> Result<Vec<Metric>, MetricFileError> {
        let at = super::node::Reader { file: place.file, place: "the file", node: root };
        at.only(&["extends", "variant", "example", "params"])?;
        let id = at.required_text("extends")?;
        let Some((base, family)) = self.trees.get(id) else {
            return Err(at.unknown_word(at.line_of("extends"), "metric", id, self.trees.keys().map(String::as_str)));
        };
        let mut tree = base.clone();
        for key in ["variant", "example", "params"] {
            if let Some(node) = root.get(key) {
                tree.set(key, node.clone());
            }
        }
        if root.get("variant").is_none_or(|node| !matches!(node.value, Value::Table(_))) {
            return Err(at.missing("variant"));
        }
        let mut read = metrics(Place { family, ..place }, &tree)?;
        let examples = read.first_mut().map(|first| std::mem::take(&mut first.examples)).unwrap_or_default();
        read.retain(|metric| !self.by_id.contains_key(&metric.id) || named_in(root, metric));
        if let Some(first) = read.first_mut() {
            first.examples = examples;
        }
        Ok(read)
    }

    fn refuse_known_ids(&self, file: &str, read: &[Metric]) -> Result<(), MetricFileError> {
        for metric in read {
            if let Some(known) = self.get(&metric.id) {
                let problem = Problem::DuplicateId { id: metric.id.clone(), other: known.file.clone() };
                return Err(MetricFileError { file: file.to_owned(), line: 1, problem: Box::new(problem) });
            }
        }
        Ok(())
    }

    /// Guards and composites name metrics that are there, and no composite is made of itself.
    fn check_references(&self, errors: &mut Vec<MetricFileError>) {
        for metric in &self.metrics {
            let names = metric.metrics_named().into_iter().map(|id| (id, "metric in the expression"));
            let guards = metric.guards.iter().map(|id| (id.clone(), "guard"));
            let first_only = metric.variant.is_none();
            for (id, what) in names.chain(guards.filter(|_| first_only)) {
                if self.get(&id).is_none() {
                    errors.push(self.unknown_reference(metric, &id, what));
                }
            }
            if self.reaches_itself(metric) {
                errors.push(self.circle(metric));
            }
        }
    }

    fn unknown_reference(&self, metric: &Metric, id: &str, what: &str) -> MetricFileError {
        let known: Vec<String> = self.trees.keys().cloned().collect();
        let line = match &metric.formula {
            super::Formula::Composite { expression, .. } => expression.line,
            _ => 1,
        };
        let problem = Problem::UnknownWord {
            what: what.to_owned(),
            word: id.to_owned(),
            nearest: nearest(id, self.by_id.keys().map(String::as_str)).map(str::to_owned),
            known,
        };
        MetricFileError { file: metric.file.clone(), line, problem: Box::new(problem) }
    }

    fn reaches_itself(&self, metric: &Metric) -> bool {
        let mut waiting = metric.metrics_named();
        let mut seen: Vec<String> = Vec::new();
        while let Some(id) = waiting.pop() {
            if id == metric.id {
                return true;
            }
            if !seen.contains(&id) {
                waiting.extend(self.get(&id).map(Metric::metrics_named).unwrap_or_default());
                seen.push(id);
            }
        }
        false
    }

    fn circle(&self, metric: &Metric) -> MetricFileError {
        let problem = Problem::Misplaced {
            key: "expression".to_owned(),
            reason: format!("\"{}\" would be made of itself", metric.id),
            remedy: "Break the circle.".to_owned(),
        };
        MetricFileError { file: metric.file.clone(), line: 1, problem: Box::new(problem) }
    }
}

/// Whether the metric is one of the variants that the file names itself.
fn named_in(root: &Node, metric: &Metric) -> bool {
    let Some(ending) = &metric.variant else { return false };
    root.get("variant").is_some_and(|named| {
        named.entries().iter().any(|(name, _)| ending == name || ending.starts_with(&format!("{name}_")))
    })
}

//! Files that define packages which no attribute of the tree leads to: they are read alone.
//!
//! A flake or a `default.nix` leads to packages through functions of other trees; where one of these is not known, the
//! files behind it still say what their packages state. Invariant: a license binding is stated by the packages of the
//! tree itself or by those of its file read alone, never by both.

use std::collections::{BTreeMap, BTreeSet};

use crate::declared::{Bindings, Row, Stated, account};
use crate::text::RelPath;
use crate::tree::{AloneFile, Checkout, Form, Layout, LicenseBinding, Package, names_of};

use super::Watch;
use super::evaluation::evaluated;
use super::request::Request;

/// Adds to `rows` of `checkout` the packages of files that none of them reaches, and accounts for its license bindings.
pub(super) fn complete(checkout: &Checkout, request: &Request, rows: &mut Vec<Row>, watch: &Watch) -> Bindings {
    let stated = Stated::by(&*rows);
    let bindings = checkout.license_bindings(|file| stated.values_in(file));
    // Attributes of a package set that leave their package out on purpose ("not supported") keep their rows.
    if is_reached_whole(checkout, rows) {
        let failed = failed_namesakes(&bindings, rows);
        return account(&bindings, rows, &failed);
    }
    let mut failed = BTreeMap::new();
    adopt_outputs(rows);
    for reading in [Reading::Value, Reading::Calls] {
        let files = unreached(&bindings, rows, reading);
        if !files.is_empty() {
            let found = evaluated(checkout, request, Some(&files), watch).rows;
            failed.extend(add(rows, in_order(found, &files), &bindings, reading));
        }
    }
    account(&bindings, rows, &failed)
}

/// Why the packages that the files of `bindings`, or their folders, are named after could not be evaluated, by file.
fn failed_namesakes(bindings: &[LicenseBinding], rows: &[Row]) -> BTreeMap<RelPath, String> {
    let failed: BTreeMap<&str, &str> = rows
        .iter()
        .filter_map(|row| match row {
            Row::Failed { attr, why } => Some((last(attr), why.as_str())),
            _ => None,
        })
        .collect();
    let why = |file: &RelPath| {
        let folder = file.parent().join("default.nix").into_iter().flat_map(|file| names_of(&file).into_iter().next());
        let mut names = names_of(file).into_iter().take(1).chain(folder);
        names.find_map(|name| failed.get(name.as_str()).map(|why| format!("`{name}`: {why}")))
    };
    bindings.iter().filter_map(|binding| Some((binding.file.clone(), why(&binding.file)?))).collect()
}

/// How a file is read alone.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Its value.
    Value,
    /// Calls that are written in it, whatever leads to them: packages that only others of the file use.
    Calls,
}

/// The files with bindings that no package states.
fn unreached(bindings: &[LicenseBinding], rows: &[Row], reading: Reading) -> Vec<AloneFile> {
    let stated = Stated::by(rows);
    let is_read = |form: Form| form != Form::Test && (reading == Reading::Value || form != Form::Module);
    let mut files: Vec<AloneFile> = Vec::new();
    for binding in bindings.iter().filter(|binding| is_read(binding.form) && !stated.holds(binding)) {
        if files.last().is_none_or(|last| last.file != binding.file) {
            files.push(AloneFile { file: binding.file.clone(), places: Vec::new() });
        }
        if let (Reading::Calls, Some(last)) = (reading, files.last_mut()) {
            last.places.push(binding.span.start);
        }
    }
    files
}

/// Gives packages that are called after their files the attribute paths of outputs of that name of which nothing else
/// is known, and leaves out the rows of the latter.
fn adopt_outputs(rows: &mut Vec<Row>) {
    let mut names = Names::of(rows);
    for row in rows.iter_mut() {
        if let Row::Package(package, _) = row
            && package.is_named_by_file()
            && let Some(attr) = names.adopt(&package.attr.0)
        {
            package.attr.0 = attr;
        }
    }
    names.leave_out_given(rows);
}

/// True for a nixpkgs whose package set can be evaluated: what that does not lead to is no package.
fn is_reached_whole(checkout: &Checkout, rows: &[Row]) -> bool {
    checkout.layout == Layout::PackageSet && rows.iter().any(|row| matches!(row, Row::Package(..)))
}

/// A row of a file that was read alone.
struct AloneRow {
    file: RelPath,
    /// The attribute path inside of what the file gives; `None` where it gives one package.
    inner: Option<String>,
    row: Row,
}

/// The rows with their files, which are numbered; packages that have a name of their own come first.
fn in_order(rows: Vec<Row>, files: &[AloneFile]) -> Vec<AloneRow> {
    let of_file = |row: Row| {
        let attr = row.attr();
        let (number, inner) = attr.split_once('.').map_or((attr, None), |(number, inner)| (number, Some(inner)));
        let file = files.get(number.parse::<usize>().ok()?)?.file.clone();
        Some(AloneRow { file, inner: inner.map(str::to_owned), row })
    };
    let mut rows: Vec<AloneRow> = rows.into_iter().filter_map(of_file).collect();
    rows.sort_by(|a, b| (a.inner.is_none(), &a.file, &a.inner).cmp(&(b.inner.is_none(), &b.file, &b.inner)));
    rows
}

/// Adds the packages of `alone` to those of the tree, `rows`; gives why files could not be evaluated.
fn add(
    rows: &mut Vec<Row>,
    alone: Vec<AloneRow>,
    bindings: &[LicenseBinding],
    reading: Reading,
) -> BTreeMap<RelPath, String> {
    let mut failed = BTreeMap::new();
    let mut names = Names::of(rows);
    let of_tree = Stated::by(&*rows);
    let mut of_all = Stated::by(&*rows);
    for AloneRow { file, inner, mut row } in alone {
        let stated = Stated::by([&row]);
        match &mut row {
            Row::Package(package, _) => {
                // Several packages of one set may share a binding; a file that such a set reads adds nothing to it.
                let is_set = inner.is_some() && reading == Reading::Value;
                let others = if is_set { &of_tree } else { &of_all };
                if bindings.iter().any(|binding| stated.holds(binding) && !others.holds(binding)) {
                    package.attr.0 = names.give(&file, inner.as_deref(), package, reading);
                    of_all.add(&row);
                    rows.push(row);
                }
            }
            // A call that is no package says nothing of those that are.
            _ if reading == Reading::Calls => {}
            Row::Failed { why, .. } | Row::Repeated { why, .. } | Row::Skipped { why, .. } => {
                failed.entry(file).or_insert_with(|| std::mem::take(why));
            }
        }
    }
    names.leave_out_given(rows);
    failed
}

/// The outputs of a flake in the order in which a name is looked for among them.
const ORDER: [&str; 3] = ["packages.", "legacyPackages.", "overlays."];

/// The attribute paths of a tree.
struct Names {
    /// Those of packages.
    taken: BTreeSet<String>,
    /// Those of which nothing is known, by their last names.
    open: BTreeMap<String, Vec<String>>,
    /// Those of the latter that are known by their files now.
    given: BTreeSet<String>,
}

impl Names {
    fn of(rows: &[Row]) -> Names {
        let mut names = Names { taken: BTreeSet::new(), open: BTreeMap::new(), given: BTreeSet::new() };
        for row in rows {
            let attr = row.attr().to_owned();
            match row {
                Row::Package(..) => drop(names.taken.insert(attr)),
                _ => names.open.entry(last(&attr).to_owned()).or_default().push(attr),
            }
        }
        let rank = |attr: &String| ORDER.iter().position(|start| attr.starts_with(start)).unwrap_or(ORDER.len());
        names.open.values_mut().for_each(|attrs| attrs.sort_by_key(rank));
        names
    }

    /// The attribute path that ends in `name` and of which nothing is known: it is, now.
    fn adopt(&mut self, name: &str) -> Option<String> {
        let attrs = self.open.remove(name)?;
        let attr = attrs.first()?.clone();
        self.given.extend(attrs);
        self.taken.insert(attr.clone());
        Some(attr)
    }

    /// Leaves out the rows without a package whose attribute paths were given to packages.
    fn leave_out_given(&self, rows: &mut Vec<Row>) {
        rows.retain(|row| matches!(row, Row::Package(..)) || !self.given.contains(row.attr()));
    }

    /// The attribute path of `package`, which `file` gives as `inner`: one of which nothing else is known, else what
    /// the file or the package is called.
    fn give(&mut self, file: &RelPath, inner: Option<&str>, package: &Package, reading: Reading) -> String {
        let of_file: Vec<String> = names_of(file).into_iter().filter(|name| !name.is_empty()).collect();
        let short: Vec<&str> = match inner {
            // A name of a `let` is no attribute.
            Some(_) if reading == Reading::Calls => Vec::new(),
            Some(inner) => vec![last(inner)],
            None => of_file.first().map(String::as_str).into_iter().chain(package.pname.as_deref()).collect(),
        };
        if let Some(attr) = short.iter().find_map(|name| self.adopt(name)) {
            return attr;
        }
        let below = |name: &String| inner.map_or(name.clone(), |inner| format!("{name}.{inner}"));
        let long = of_file.iter().map(below);
        let candidates: Vec<String> = match inner {
            Some(_) if reading == Reading::Calls => long.collect(),
            Some(inner) => std::iter::once(inner.to_owned()).chain(long).collect(),
            None => short.iter().map(|name| (*name).to_owned()).chain(long).collect(),
        };
        let counted = (2..).map(|number| format!("{}-{number}", candidates.last().map_or("package", String::as_str)));
        let mut all = candidates.iter().cloned().chain(counted);
        let attr = all.find(|attr| !self.taken.contains(attr)).unwrap_or_default();
        self.taken.insert(attr.clone());
        attr
    }
}

/// The last name of an attribute path.
fn last(attr: &str) -> &str {
    match attr.strip_suffix('"').and_then(|attr| attr.rsplit_once('"')) {
        Some((_, name)) => name,
        None => attr.rsplit('.').next().unwrap_or(attr),
    }
}

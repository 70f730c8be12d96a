//! The imports of `src/`, file by file, resolved to the file that defines the imported item.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// An absolute module path without `crate`: `["evidence", "text"]`.
pub type ModulePath = Vec<String>;

/// One file below `src/`.
pub struct Module {
    /// Relative to `src/`.
    pub file: PathBuf,
    /// First segments of all paths that leave the crate or stay in it, with their line: `rayon`, `crate`.
    pub roots: Vec<(String, usize)>,
    /// Absolute paths of what the file names inside of the crate, with their line.
    named: Vec<(ModulePath, usize)>,
    /// Local name of every `use` to the absolute path that it stands for.
    uses: BTreeMap<String, ModulePath>,
}

/// The files of the library by module path, without those that only tests compile.
pub struct Library {
    pub modules: BTreeMap<ModulePath, Module>,
}

impl Library {
    /// Reads `src/`.
    pub fn read() -> Library {
        let mut library = Library { modules: BTreeMap::new() };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        library.add(&root, Path::new("lib.rs"), Vec::new());
        library
    }

    fn add(&mut self, root: &Path, file: &Path, path: ModulePath) {
        let text = fs::read_to_string(root.join(file)).expect("source files are UTF-8");
        let syntax = syn::parse_file(&text).expect("Rust");
        let mut reader = ImportReader::new(path.clone());
        reader.visit_file(&syntax);
        for child in std::mem::take(&mut reader.children) {
            let folder = if file.ends_with("mod.rs") || file.ends_with("lib.rs") {
                file.parent().expect("a folder").to_owned()
            } else {
                file.with_extension("")
            };
            let mut inner = path.clone();
            inner.push(child.clone());
            let flat = folder.join(format!("{child}.rs"));
            let nested = folder.join(&child).join("mod.rs");
            let file = if root.join(&flat).is_file() { flat } else { nested };
            self.add(root, &file, inner);
        }
        let module = Module { file: file.to_owned(), roots: reader.roots, named: reader.named, uses: reader.uses };
        self.modules.insert(path, module);
    }

    /// The module path of the file that defines what `path` names: re-exports are followed.
    fn definition(&self, path: &[String], depth: usize) -> Option<ModulePath> {
        let known = (0..=path.len()).rev().find(|len| self.modules.contains_key(&path[..*len]))?;
        let (home, rest) = path.split_at(known);
        let target = rest.first().and_then(|item| self.modules[home].uses.get(item)).filter(|_| depth > 0);
        match target {
            Some(target) if *target != path => self.definition(target, depth - 1),
            _ => Some(home.to_vec()),
        }
    }

    /// The files that each file imports from. The `mod.rs` of a folder is the face of the files below it: what passes
    /// between a file and the folders that it stands in is no arrow.
    pub fn graph(&self) -> BTreeMap<&ModulePath, BTreeSet<ModulePath>> {
        let targets = |own: &ModulePath, module: &Module| -> BTreeSet<ModulePath> {
            let all = module.named.iter().filter_map(|(path, _)| self.definition(path, 8));
            all.filter(|target| !own.starts_with(target) && !target.starts_with(own)).collect()
        };
        self.modules.iter().map(|(path, module)| (path, targets(path, module))).collect()
    }

    /// The absolute paths that a file names inside of the crate, with their line.
    pub fn named(module: &Module) -> impl Iterator<Item = (&[String], usize)> {
        module.named.iter().map(|(path, line)| (path.as_slice(), *line))
    }
}

/// Sets of files that import each other, directly or through others.
pub fn circles(graph: &BTreeMap<&ModulePath, BTreeSet<ModulePath>>) -> Vec<BTreeSet<ModulePath>> {
    let reach: BTreeMap<&ModulePath, BTreeSet<ModulePath>> =
        graph.keys().map(|start| (*start, reachable(graph, start))).collect();
    let mut found: Vec<BTreeSet<ModulePath>> = Vec::new();
    for (start, targets) in &reach {
        let same = |other: &&ModulePath| reach.get(*other).is_some_and(|back| back.contains(*start));
        let circle: BTreeSet<ModulePath> = targets.iter().filter(same).cloned().collect();
        if !circle.is_empty() && !found.contains(&circle) {
            found.push(circle);
        }
    }
    found
}

fn reachable(graph: &BTreeMap<&ModulePath, BTreeSet<ModulePath>>, start: &ModulePath) -> BTreeSet<ModulePath> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![start.clone()]);
    while let Some(next) = open.pop() {
        for target in graph.get(&next).into_iter().flatten() {
            if seen.insert(target.clone()) {
                open.push(target.clone());
            }
        }
    }
    seen
}

/// Collects the imports of one file.
struct ImportReader {
    path: ModulePath,
    children: Vec<String>,
    roots: Vec<(String, usize)>,
    named: Vec<(ModulePath, usize)>,
    uses: BTreeMap<String, ModulePath>,
}

impl ImportReader {
    fn new(path: ModulePath) -> ImportReader {
        ImportReader { path, children: Vec::new(), roots: Vec::new(), named: Vec::new(), uses: BTreeMap::new() }
    }

    /// The absolute path of `segments`, where they stay in the crate.
    fn absolute(&self, segments: &[String]) -> Option<ModulePath> {
        let first = segments.first()?;
        let (mut base, mut rest) = match first.as_str() {
            "crate" => (Vec::new(), &segments[1..]),
            "self" => (self.path.clone(), &segments[1..]),
            "super" => (self.path.clone(), segments),
            name if self.children.iter().any(|child| child == name) => (self.path.clone(), segments),
            _ => return None,
        };
        while rest.first().is_some_and(|segment| segment == "super") {
            base.pop();
            rest = &rest[1..];
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }

    fn name(&mut self, segments: &[String], span: Span) {
        let line = span.start().line;
        if let Some(first) = segments.first() {
            self.roots.push((first.clone(), line));
        }
        if let Some(path) = self.absolute(segments) {
            self.named.push((path, line));
        }
    }

    /// Paths inside of a macro's arguments, which syn leaves as tokens.
    fn tokens(&mut self, tokens: TokenStream) {
        let (mut segments, mut colons, mut span) = (Vec::new(), 0, Span::call_site());
        for token in tokens {
            match token {
                TokenTree::Ident(ident) if colons == 2 && !segments.is_empty() => segments.push(ident.to_string()),
                TokenTree::Ident(ident) => {
                    self.path_of_tokens(&segments, span);
                    (segments, span) = (vec![ident.to_string()], ident.span());
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => self.tokens(group.stream()),
                _ => self.path_of_tokens(&std::mem::take(&mut segments), span),
            }
            colons = 0;
        }
        self.path_of_tokens(&segments, span);
    }

    fn path_of_tokens(&mut self, segments: &[String], span: Span) {
        if segments.len() > 1 {
            self.name(segments, span);
        }
    }

    fn use_tree(&mut self, before: &mut Vec<String>, tree: &syn::UseTree) {
        match tree {
            syn::UseTree::Path(path) => {
                before.push(path.ident.to_string());
                self.use_tree(before, &path.tree);
                before.pop();
            }
            syn::UseTree::Group(group) => group.items.iter().for_each(|item| self.use_tree(before, item)),
            syn::UseTree::Name(name) => self.import(before, &name.ident, &name.ident),
            syn::UseTree::Rename(rename) => self.import(before, &rename.ident, &rename.rename),
            syn::UseTree::Glob(glob) => self.name(before, glob.star_token.spans[0]),
        }
    }

    fn import(&mut self, before: &[String], item: &syn::Ident, local: &syn::Ident) {
        let mut segments = before.to_vec();
        if item != "self" {
            segments.push(item.to_string());
        }
        self.name(&segments, item.span());
        let local = if item == "self" { before.last().cloned().unwrap_or_default() } else { local.to_string() };
        if let Some(path) = self.absolute(&segments) {
            self.uses.insert(local, path);
        }
    }
}

fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    let is_test = |attribute: &syn::Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    };
    attributes.iter().any(is_test)
}

fn attributes(item: &syn::Item) -> &[syn::Attribute] {
    match item {
        syn::Item::Fn(item) => &item.attrs,
        syn::Item::Impl(item) => &item.attrs,
        syn::Item::Mod(item) => &item.attrs,
        syn::Item::Use(item) => &item.attrs,
        syn::Item::Const(item) => &item.attrs,
        syn::Item::Struct(item) => &item.attrs,
        syn::Item::Enum(item) => &item.attrs,
        _ => &[],
    }
}

impl<'ast> Visit<'ast> for ImportReader {
    fn visit_file(&mut self, file: &'ast syn::File) {
        let modules = file.items.iter().filter_map(|item| match item {
            syn::Item::Mod(module) if module.content.is_none() && !is_for_tests(&module.attrs) => Some(module),
            _ => None,
        });
        self.children = modules.map(|module| module.ident.to_string()).collect();
        visit::visit_file(self, file);
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        if !is_for_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.use_tree(&mut Vec::new(), &item.tree);
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.name(&segments, path.segments[0].ident.span());
        }
        visit::visit_path(self, path);
    }
}

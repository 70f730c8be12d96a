//! The documentation as a book in the layout of mdBook, written from the same tables as the program itself.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::Context;
use clap::{CommandFactory, ValueEnum};

use super::pages::{PAGES, checks_page, section};
use crate::check::{AUDITS, CHECKS, Check};
use crate::cli::schema;
use crate::config::{self, Key};
use crate::report::{FORMATS, Format};

/// The book: pages by their path below `src`, in the order of the table of contents.
#[derive(Default)]
struct Book {
    pages: Vec<(String, String)>,
    contents: String,
}

/// Where the reader of a page finds the examples of keys: the page that has a file with every key.
const EVERY_KEY: &str = include_str!("config.md");

const BOOK: &str = "\
[book]
title = \"clarity\"
description = \"Makes the license metadata of nixpkgs true\"
language = \"en\"
src = \"src\"
";

/// Writes the book to `folder`, which is made where it is not there.
pub(super) fn write(folder: &Path) -> anyhow::Result<()> {
    let book = book()?;
    put(folder, "book.toml", BOOK)?;
    put(folder, "src/SUMMARY.md", &format!("# Summary\n\n{}", book.contents))?;
    book.pages.iter().try_for_each(|(path, text)| put(folder, &format!("src/{path}"), text))
}

fn put(folder: &Path, path: &str, text: &str) -> anyhow::Result<()> {
    let file = folder.join(path);
    let failed = || format!("{}: cannot be written; name a folder of your own", file.display());
    file.parent().map_or(Ok(()), fs::create_dir_all).with_context(failed)?;
    fs::write(&file, text).with_context(failed)
}

fn book() -> anyhow::Result<Book> {
    let mut book = Book::default();
    book.add(0, "Introduction", "introduction.md", INTRODUCTION.to_owned());
    for (name, _, text) in PAGES {
        book.add(0, &title(text), &format!("{name}.md"), (*text).to_owned());
        if *name == "config" {
            config::keys()
                .iter()
                .for_each(|key| book.add(1, &key.name, &format!("config/{}.md", key.name), key_page(key)));
        }
    }
    book.add(0, "Checks", "checks.md", checks_page());
    for check in CHECKS.iter().copied().chain(AUDITS) {
        book.add(1, &format!("{} {}", check.id, check.name), &format!("checks/{}.md", check.id), check_page(check));
    }
    book.add(0, "Formats", "formats.md", formats_page());
    for format in FORMATS {
        book.add(1, format.name, &format!("formats/{}.md", format.name), format_page(format)?);
    }
    book.add(0, "Schemas", "schemas.md", "# Schemas\n\n`clarity schema NAME` prints each of these.\n".to_owned());
    for name in schema::Name::value_variants() {
        book.add(1, &name.name(), &format!("schemas/{}.md", name.name()), schema_page(*name)?);
    }
    book.add(0, "Commands", "commands.md", "# Commands\n\nThe help of each command.\n".to_owned());
    let mut program = crate::cli::Args::command();
    program.build();
    for command in program.get_subcommands_mut() {
        let name = command.get_name().to_owned();
        let help = command.render_long_help().to_string();
        book.add(
            1,
            &name,
            &format!("commands/{name}.md"),
            format!("# clarity {name}\n\n```text\n{}\n```\n", help.trim_end()),
        );
    }
    Ok(book)
}

const INTRODUCTION: &str = "\
# clarity

clarity compares the license that nixpkgs declares for a package with the licenses found in the source that it is built
from. Every statement names its evidence, its confidence and its place; what cannot be told is said to be so.

```sh
clarity scan ripgrep hello --fetch    # what is declared against what the sources say
clarity explain ripgrep --fetch       # all evidence for one package
clarity fix ripgrep --fetch           # the edit, as a diff
```

This book is written by `clarity docs --out DIR` from the tables of the program.
";

impl Book {
    fn add(&mut self, depth: usize, title: &str, path: &str, text: String) {
        let _ = writeln!(self.contents, "{}- [{title}]({path})", "  ".repeat(depth));
        self.pages.push((path.to_owned(), text));
    }
}

fn title(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_start_matches("# ").to_owned()
}

fn check_page(check: &Check) -> String {
    let mut out = Vec::new();
    section(check, &mut out).expect("memory takes everything");
    let text = String::from_utf8_lossy(&out).trim_start().replacen("## ", "# ", 1);
    let source = if check.metadata_only { "no source" } else { "the source of the package" };
    let silence = format!("[severity]\n{} = \"off\"", check.id);
    format!("{text}Severity: {}. It needs {source}.\n\n```toml\n{silence}\n```\n", check.severity)
}

fn formats_page() -> String {
    let mut out = "# Formats\n\n| name | what it is |\n|---|---|\n".to_owned();
    for format in FORMATS {
        let _ = writeln!(out, "| [`{0}`](formats/{0}.md) | {1} |", format.name, format.what);
    }
    out
}

fn format_page(format: &Format) -> anyhow::Result<String> {
    let mut out = format!("# {0}\n\n`clarity scan --format {0}`: {1}.\n", format.name, format.what);
    let endings: Vec<String> = format.endings().iter().map(|ending| format!("`{ending}`")).collect();
    if !endings.is_empty() {
        let _ = writeln!(out, "\nFile names that mean it, with `--output`: {}.", endings.join(", "));
    }
    let own = schema::Name::value_variants().iter().find(|name| name.name() == format.name);
    match own {
        Some(name) => {
            let _ = writeln!(out, "\nSchema (`clarity schema {}`):\n\n{}", format.name, in_json(*name)?);
        }
        None => {
            let _ = writeln!(out, "\nSchema: {}", format.schema);
        }
    }
    Ok(out)
}

fn schema_page(name: schema::Name) -> anyhow::Result<String> {
    Ok(format!("# {}\n\n{}\n\n{}\n", name.name(), name.about(), in_json(name)?))
}

fn in_json(name: schema::Name) -> anyhow::Result<String> {
    Ok(format!("```json\n{}\n```", serde_json::to_string_pretty(&schema::published(name))?))
}

fn key_page(key: &Key) -> String {
    let mut out = format!("# {}\n\n{}\n\n", key.name, key.about);
    if let Some(example) = example(&key.name) {
        let _ = writeln!(out, "```toml\n{example}```\n");
    }
    let _ = writeln!(out, "Who may set it: {}", key.right);
    out
}

/// The value of the key in the file that has every key.
fn example(name: &str) -> Option<String> {
    let file = EVERY_KEY.split("```toml\n").nth(1)?.split("```").next()?;
    let mut value: toml::Value = toml::from_str(file).ok()?;
    let mut path: Vec<&str> = name.split('.').collect();
    let last = path.pop()?;
    let mut head = String::new();
    for part in &path {
        value = value.get(part)?.clone();
        head = match value {
            toml::Value::Array(members) => {
                value = members.into_iter().next()?;
                format!("[[{}]]\n", path.join("."))
            }
            _ => format!("[{}]\n", path.join(".")),
        };
    }
    let one = toml::Table::from_iter([(last.to_owned(), value.get(last)?.clone())]);
    Some(head + &toml::to_string(&one).ok()?)
}

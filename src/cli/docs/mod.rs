//! `clarity docs`: the documentation that is made from the program itself, as Markdown.

mod book;
mod pages;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use crate::report::Style;
use crate::text::Escape;

use super::slip::no_such;
use super::stream;
use crate::check::{self, Check};
use pages::{PAGES, Page, checks_page, formats_table, section};

/// Arguments of `clarity docs`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A page, or a check such as LIC010 [default: checks].
    ///
    /// The pages are checks, decides, config, fix, editor, ci, sources, scale and security.
    #[arg(value_name = "PAGE|CHECK", value_parser = subject, default_value = "checks", hide_default_value = true)]
    subject: Subject,
    /// Write all of it to this folder instead, as a book in the layout of mdBook.
    #[arg(long, value_name = "DIR", conflicts_with = "subject")]
    out: Option<PathBuf>,
}

/// Content to print.
#[derive(Clone, Copy, Debug)]
enum Subject {
    Page(Page),
    Check(&'static Check),
}

fn subject(name: &str) -> Result<Subject, String> {
    if let Some(check) = check::documented(name) {
        return Ok(Subject::Check(check));
    }
    let pages = Page::value_variants().iter().filter_map(|page| page.to_possible_value());
    let pages: Vec<String> = pages.map(|page| page.get_name().to_owned()).collect();
    let checks = check::CHECKS.iter().copied().chain(check::AUDITS).map(|check| check.id);
    let known = pages.iter().map(String::as_str).chain(checks);
    Page::from_str(name, true).map(Subject::Page).map_err(|_| no_such("page or check", name, known))
}

/// Runs the subcommand.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(folder) = &args.out {
        book::write(folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    stream::to_stdout(Escape::Text, Style::default(), |out| match args.subject {
        Subject::Check(check) => section(check, out),
        Subject::Page(page) => out.write_all(text(page).as_bytes()),
    })?;
    Ok(ExitCode::SUCCESS)
}

fn text(wanted: Page) -> String {
    let written = PAGES.iter().find(|(_, page, _)| *page == wanted).map(|(_, _, text)| (*text).to_owned());
    written.unwrap_or_else(|| checks_page() + &formats_table())
}

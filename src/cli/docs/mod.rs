//! `clarity docs`: the documentation that is made from the program itself, as Markdown.

mod book;
mod pages;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::report::Style;
use crate::text::Escape;

use super::stream;
use pages::{PAGES, Page, checks_page, formats_table};

/// Arguments of `clarity docs`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which page.
    #[arg(value_enum, default_value_t = Page::Checks)]
    page: Page,
    /// Write all of it to this folder instead, as a book in the layout of mdBook.
    #[arg(long, value_name = "DIR", conflicts_with = "page")]
    out: Option<PathBuf>,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    if let Some(folder) = &args.out {
        book::write(folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    let written = PAGES.iter().find(|(_, page, _)| *page == args.page).map(|(_, _, text)| (*text).to_owned());
    let text = written.unwrap_or_else(|| checks_page() + &formats_table());
    stream::to_stdout(Escape::Text, Style::default(), |out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

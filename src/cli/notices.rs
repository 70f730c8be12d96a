//! `clarity notices`: the notices that have to be shipped with a package.

use std::process::ExitCode;

use clap::ValueEnum;

use super::names::Names;
use super::what::{What, configuration, request_by};
use super::{INCOMPLETE, INTERRUPTED, Output, USAGE, interrupt, stream};
use crate::engine::{self, Watch};
use crate::report::{self, Ending, NoticeForm};
use crate::text::Escape;

/// Arguments of `clarity notices`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    names: Names,
    #[command(flatten)]
    what: What,
    /// How the notices are written.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Plain text.
    Text,
    /// Markdown.
    Markdown,
    /// One page for a browser, without a script.
    Html,
    /// A draft of `debian/copyright` (DEP-5); of several packages each has a folder.
    Dep5,
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    let (path, mut attrs) = args.names.split()?;
    attrs.extend_from_slice(&args.what.attr);
    let mut request = request_by(&path, &args.what, &attrs, &configuration(&path, &args.what, None)?)?;
    request.keep_evidence = true;
    request.quotes = false;
    let watch = Watch::new(stream::watched() && !output.quiet);
    interrupt::begin(&watch, args.what.time_left())?;
    let report = engine::scan(&request, &watch)?;
    watch.finish();
    let form = match args.format {
        Form::Text => NoticeForm::Text,
        Form::Markdown => NoticeForm::Markdown,
        Form::Html => NoticeForm::Html,
        Form::Dep5 => NoticeForm::Dep5,
    };
    stream::to_stdout(Escape::Text, output.style(), |out| report::notices(&report, form, out))?;
    report::open(&report).iter().chain(&report::unmatched(&report)).for_each(|line| stream::remark(line));
    // Findings are not what was asked for; a package without notices is.
    Ok(ExitCode::from(match report.ending() {
        Ending::Clean | Ending::Found if report.gap().is_none() => 0,
        Ending::Interrupted => INTERRUPTED,
        Ending::NothingMatched => USAGE,
        _ => INCOMPLETE,
    }))
}

//! `clarity explain`: all evidence for and against of one package; or what a check does.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::bail;
use clap::parser::ValueSource;
use clap::{ArgMatches, ValueEnum};

use crate::check::{self, Check};
use crate::engine::{self, Watch};
use crate::report::{self, Style};

use super::names::TreeArg;
use super::slip::no_such;
use super::what::{self, What};
use super::{Output, stream};
use crate::text::Escape;

/// Arguments of `clarity explain`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// An attribute path, or the id of a check such as LIC010.
    subject: String,
    #[command(flatten)]
    tree: TreeArg,
    #[command(flatten)]
    what: What,
    /// How the page is written.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// List every place in the source that names a license.
    #[arg(long)]
    all: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For the terminal.
    Text,
    /// One page for a browser, without a script.
    Html,
}

/// An option that is given beside the id of a check and is about packages.
pub(super) fn idle_option(command: &clap::Command, given: &ArgMatches) -> Option<String> {
    if command.get_name() != "explain" {
        return None;
    }
    check::documented(given.get_one::<String>("subject")?)?;
    let is_idle = |arg: &&clap::Arg| {
        let id = arg.get_id().as_str();
        !arg.is_global_set()
            && !["subject", "format"].contains(&id)
            && given.value_source(id) == Some(ValueSource::CommandLine)
    };
    command.get_arguments().find(is_idle).and_then(|arg| Some(format!("--{}", arg.get_long()?)))
}

/// Runs the subcommand.
pub(super) fn run(args: &Args, output: &Output) -> anyhow::Result<ExitCode> {
    match check::documented(&args.subject) {
        Some(_) if args.format == Form::Html => {
            bail!("--format html: of packages; `clarity docs --out DIR` writes a book of checks")
        }
        Some(check) => {
            let style = stream::for_terminal(output);
            stream::to_stdout(Escape::Text, style, |out| report::wrapped(style, out, |out| describe(check, out)))?
        }
        None if is_like_a_check(&args.subject) => {
            let known = check::CHECKS.iter().copied().chain(check::AUDITS).map(|check| check.id);
            bail!("{}: {}", args.subject, no_such("check", &args.subject, known));
        }
        None => explain_package(args, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn explain_package(args: &Args, output: &Output) -> anyhow::Result<()> {
    let mut request = what::request(&args.tree.path(), &args.what)?;
    request.selection = crate::declared::Selection::new(std::slice::from_ref(&args.subject))?;
    request.keep_evidence = true;
    request.compare_texts = true;
    let checkout = request.checkout()?;
    let report = engine::scan_and_offer(&checkout, &request, &Watch::new(stream::watched() && !output.quiet))?;
    if report.packages.is_empty() && report.rest.is_empty() {
        bail!("{}: {}", report.tree, report::unmatched(&report).join("; "));
    }
    let style = Style { verbose: true, quiet: true, all: args.all, ..stream::for_terminal(output) };
    match args.format {
        Form::Text => stream::page_to_stdout(&args.tree.path(), style, |out| report::explain(&report, style, out)),
        Form::Html => stream::to_stdout(Escape::Text, style, |out| report::explain_page(&report, out)),
    }
}

/// e.g. `LIC999`
fn is_like_a_check(subject: &str) -> bool {
    let digits = subject.to_ascii_uppercase().strip_prefix("LIC").map(str::to_owned);
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()))
}

fn describe(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} {} ({} by default)\n", check.id, check.name, check.severity)?;
    let sections =
        [("What", check.what), ("Why", check.why), ("Example", check.example), ("When it is wrong", check.wrong_when)];
    sections.iter().try_for_each(|(title, text)| writeln!(out, "{title}\n    {text}\n"))
}

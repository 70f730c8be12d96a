//! The formats of a report: one row each.

use std::io::{self, BufWriter, Write};

use super::{Report, Style};
use super::{
    concise, diff, github, gitlab, grouped, html, json, junit, listing, markdown, package_sheet, reviewdog, sarif,
    sbom, sheet, table, terminal,
};
use crate::text::{Escape, EscapingWriter};

/// So many bytes of a report are looked at together.
const PIECE: usize = 1 << 16;

/// A format.
#[derive(Debug)]
pub struct Format {
    /// Its name on the command line.
    pub name: &'static str,
    /// Purpose.
    pub what: &'static str,
    /// The form that its readers expect, where `clarity schema` has none of its own.
    pub schema: &'static str,
    /// True where it shows the lines that findings are about.
    pub quotes: bool,
    /// True where it names the holders of copyright, for which all evidence is kept.
    pub evidence: bool,
    /// Endings of file names that mean it, the longest first where one ends like another.
    endings: &'static [&'static str],
    /// How it writes characters that must not reach a terminal or a runner.
    pub escape: Escape,
    render: fn(&Report, Style, &mut dyn Write) -> io::Result<()>,
}

impl Format {
    /// Endings of file names that mean it.
    pub fn endings(&self) -> &'static [&'static str] {
        self.endings
    }

    /// True where it is text that people read on a terminal.
    pub fn is_read_on_a_terminal(&self) -> bool {
        self.endings.is_empty() && self.escape == Escape::Text
    }

    /// Writes `report` to `out`, without anything that a terminal or a CI runner obeys.
    pub fn write(&self, report: &Report, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let escaping = EscapingWriter::new(out, self.escape, style.colors());
        // A report is written in many small pieces; each would be looked at alone.
        let mut out = BufWriter::with_capacity(PIECE, escaping);
        (self.render)(report, style, &mut out)?;
        out.flush()
    }
}

/// All formats.
pub const FORMATS: &[Format] = &[
    Format {
        name: "terminal",
        what: "for people: every finding with its place and its witnesses",
        schema: "none, it is for people and may change.",
        quotes: true,
        evidence: false,
        endings: &[],
        escape: Escape::Text,
        render: terminal::render,
    },
    Format {
        name: "concise",
        what: "`file:line:column: LIC010 attribute: message`, for editors and grep",
        schema: "one finding a line: `file:line:column: LIC010 attribute: message`; lines at the end that begin with `#` or a word tell about the run.",
        quotes: false,
        evidence: false,
        endings: &[],
        escape: Escape::Text,
        render: concise::render,
    },
    Format {
        name: "grouped",
        what: "the findings by file, in order of lines",
        schema: "none, it is for people and may change.",
        quotes: false,
        evidence: false,
        endings: &[],
        escape: Escape::Text,
        render: grouped::render,
    },
    Format {
        name: "table",
        what: "declared beside concluded, one line a package that does not agree; all of them with -v",
        schema: "none, it is for people and may change.",
        quotes: false,
        evidence: false,
        endings: &[],
        escape: Escape::Text,
        render: table::render,
    },
    Format {
        name: "diff",
        what: "declared against concluded of every drifting package, to read and to grep",
        schema: "a line with place and attribute, one with `- ` and the declared license, one with `+ ` and the concluded one.",
        quotes: false,
        evidence: false,
        endings: &[],
        escape: Escape::Text,
        render: diff::render,
    },
    Format {
        name: "json",
        what: "one document",
        schema: "that of `clarity schema json`.",
        quotes: false,
        evidence: false,
        endings: &[".json"],
        escape: Escape::Json,
        render: json::render,
    },
    Format {
        name: "jsonl",
        what: "one line a package, finding or skipped thing, and a summary at the end",
        schema: "that of `clarity schema jsonl`.",
        quotes: false,
        evidence: false,
        endings: &[".jsonl", ".ndjson"],
        escape: Escape::Json,
        render: json::render_lines,
    },
    Format {
        name: "sarif",
        what: "SARIF 2.1.0, for code scanning",
        schema: "SARIF 2.1.0 of OASIS.",
        quotes: true,
        evidence: false,
        endings: &[".sarif", ".sarif.json"],
        escape: Escape::Json,
        render: sarif::render,
    },
    Format {
        name: "github",
        what: "GitHub workflow commands: annotations",
        schema: "the workflow commands of GitHub Actions.",
        quotes: false,
        evidence: false,
        endings: &[],
        escape: Escape::Commands,
        render: github::render,
    },
    Format {
        name: "github-summary",
        what: "the work list, as long as GitHub takes for a step summary",
        schema: "Markdown as GitHub shows it.",
        quotes: false,
        evidence: false,
        endings: &[],
        escape: Escape::Text,
        render: markdown::render_summary,
    },
    Format {
        name: "markdown",
        what: "a work list with check boxes",
        schema: "Markdown with check boxes.",
        quotes: false,
        evidence: false,
        endings: &[".md"],
        escape: Escape::Text,
        render: markdown::render,
    },
    Format {
        name: "rdjson",
        what: "the diagnostic format of reviewdog, for comments in pull requests",
        schema: "`DiagnosticResult` of reviewdog.",
        quotes: true,
        evidence: false,
        endings: &[".rdjson"],
        escape: Escape::Json,
        render: reviewdog::render,
    },
    Format {
        name: "gitlab",
        what: "GitLab code quality",
        schema: "the code quality report of GitLab.",
        quotes: false,
        evidence: false,
        endings: &[],
        escape: Escape::Json,
        render: gitlab::render,
    },
    Format {
        name: "junit",
        what: "JUnit XML, a test case a package",
        schema: "JUnit XML as Jenkins reads it.",
        quotes: false,
        evidence: false,
        endings: &[".xml"],
        escape: Escape::Xml,
        render: junit::render,
    },
    Format {
        name: "csv",
        what: "one row a finding, for spreadsheets",
        schema: "RFC 4180 with a head; `clarity schema csv` types the columns, which stay; new ones come at the end.",
        quotes: false,
        evidence: false,
        endings: &[".csv"],
        escape: Escape::Text,
        render: sheet::render,
    },
    Format {
        name: "csv-packages",
        what: "one row a package, for data frames",
        schema: "RFC 4180 with a head; `clarity schema csv-packages` types the columns, which stay; new ones come at the end.",
        quotes: false,
        evidence: false,
        endings: &[".packages.csv"],
        escape: Escape::Text,
        render: package_sheet::render,
    },
    Format {
        name: "html",
        what: "one page with charts, a filter and every package, for a browser; works from the disk",
        schema: "HTML 5; its data is that of `jsonl`.",
        quotes: false,
        evidence: false,
        endings: &[".html"],
        escape: Escape::Json,
        render: html::render,
    },
    Format {
        name: "cyclonedx",
        what: "a bill of materials: CycloneDX 1.6, JSON",
        schema: "CycloneDX 1.6 of OWASP, JSON.",
        quotes: false,
        evidence: true,
        endings: &[".cdx.json"],
        escape: Escape::Json,
        render: sbom::render_1_6,
    },
    Format {
        name: "cyclonedx-1.7",
        what: "a bill of materials: CycloneDX 1.7, JSON, declared and concluded side by side",
        schema: "CycloneDX 1.7 of OWASP, JSON.",
        quotes: false,
        evidence: true,
        endings: &[],
        escape: Escape::Json,
        render: sbom::render_1_7,
    },
    Format {
        name: "spdx",
        what: "a bill of materials: SPDX 2.3, JSON",
        schema: "SPDX 2.3 of the Linux Foundation, JSON.",
        quotes: false,
        evidence: true,
        endings: &[".spdx.json"],
        escape: Escape::Json,
        render: sbom::render_spdx2,
    },
    Format {
        name: "spdx-tv",
        what: "a bill of materials: SPDX 2.3, tags and values",
        schema: "SPDX 2.3 of the Linux Foundation, tags and values.",
        quotes: false,
        evidence: true,
        endings: &[".spdx"],
        escape: Escape::Text,
        render: sbom::render_tag_value,
    },
    Format {
        name: "spdx-3",
        what: "a bill of materials: SPDX 3.0.1, JSON-LD",
        schema: "SPDX 3.0.1 of the Linux Foundation, JSON-LD.",
        quotes: false,
        evidence: true,
        endings: &[".spdx3.json", ".jsonld"],
        escape: Escape::Json,
        render: sbom::render_spdx3,
    },
];

/// The lines of `clarity list`.
pub const LISTING: Format = Format {
    name: "list",
    what: "attribute, state, license and place of each package",
    schema: "none, it is for people and may change.",
    quotes: false,
    evidence: false,
    endings: &[],
    escape: Escape::Text,
    render: listing::render,
};

/// The format with this name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The format that the name of a file means: `x.sarif`, `x.csv`.
pub fn by_file_name(name: &str) -> Option<&'static Format> {
    let means = |ending: &&str| name.to_ascii_lowercase().ends_with(ending);
    let length = |format: &&Format| format.endings.iter().copied().filter(means).map(str::len).max().unwrap_or(0);
    FORMATS.iter().filter(|format| length(format) > 0).max_by_key(length)
}

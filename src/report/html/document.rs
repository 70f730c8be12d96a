//! Pages without a script: tags are the program's own, every text is set as text.

use std::io::{self, Write};

use super::{LOOK, escaped};
use crate::text::one_line;

/// A page that is being written. Has to be finished.
pub(in crate::report) struct Document<'o> {
    out: &'o mut dyn Write,
}

impl<'o> Document<'o> {
    /// The head of a page and its title.
    pub(in crate::report) fn begin(title: &str, out: &'o mut dyn Write) -> io::Result<Document<'o>> {
        let title = escaped(&one_line(title));
        write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>\n{LOOK}\n</style>\n</head>\n<body>\n\
             <header><h1>{title}</h1></header>\n<main>\n"
        )?;
        Ok(Document { out })
    }

    /// The end of the page, with `lines` about the run.
    pub(in crate::report) fn finish(mut self, lines: impl Iterator<Item = String>) -> io::Result<()> {
        self.out.write_all(b"</main>\n<footer>\n")?;
        self.leaf("p", &format!("Written by clarity {}.", env!("CARGO_PKG_VERSION")))?;
        for line in lines {
            self.leaf("p", &line)?;
        }
        self.out.write_all(b"</footer>\n</body>\n</html>\n")?;
        self.out.flush()
    }

    /// Opens an element; `tag` has its attributes, e.g. `div class="card"`.
    pub(in crate::report) fn open(&mut self, tag: &'static str) -> io::Result<()> {
        write!(self.out, "<{tag}>")
    }

    /// Closes the element `name`.
    pub(in crate::report) fn close(&mut self, name: &'static str) -> io::Result<()> {
        writeln!(self.out, "</{name}>")
    }

    /// Text in one line.
    pub(in crate::report) fn text(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(escaped(&one_line(text)).as_bytes())
    }

    /// An element that holds one line of text.
    pub(in crate::report) fn leaf(&mut self, tag: &'static str, text: &str) -> io::Result<()> {
        self.open(tag)?;
        self.text(text)?;
        self.close(tag.split(' ').next().unwrap_or(tag))
    }

    /// Text whose lines stay as they are.
    pub(in crate::report) fn lines(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(b"<pre tabindex=\"0\">")?;
        for line in text.lines() {
            self.text(line)?;
            self.out.write_all(b"\n")?;
        }
        self.out.write_all(b"</pre>\n")
    }

    /// A list of lines; nothing where there are none.
    pub(in crate::report) fn list(&mut self, lines: impl Iterator<Item = String>) -> io::Result<()> {
        let mut lines = lines.peekable();
        if lines.peek().is_none() {
            return Ok(());
        }
        self.open("ul")?;
        for line in lines {
            self.leaf("li", &line)?;
        }
        self.close("ul")
    }

    /// A bar of `share` of 1,000.
    pub(in crate::report) fn bar(&mut self, share: usize) -> io::Result<()> {
        let (whole, tenth) = (share / 10, share % 10);
        write!(
            self.out,
            "<div class=\"track\" aria-hidden=\"true\"><div class=\"fill\" style=\"width:{whole}.{tenth}%\"></div></div>"
        )
    }

    /// A curve through points in a picture of 600 by 160, in the color of a kind: `good`, `bad`, `warn` or `none`.
    pub(in crate::report) fn curve(&mut self, points: &[(usize, usize)], kind: &'static str) -> io::Result<()> {
        let path: Vec<String> = points.iter().map(|(x, y)| format!("{x},{y}")).collect();
        write!(
            self.out,
            "<polyline class=\"{kind}\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" points=\"{}\"/>",
            path.join(" ")
        )?;
        for (x, y) in points {
            write!(self.out, "<circle class=\"{kind}\" fill=\"currentColor\" r=\"3\" cx=\"{x}\" cy=\"{y}\"/>")?;
        }
        writeln!(self.out)
    }
}

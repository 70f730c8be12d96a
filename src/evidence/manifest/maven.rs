//! `pom.xml` (`<licenses><license><name>`), and `*.nuspec` (`<license type="expression">`).

use quick_xml::Reader;
use quick_xml::events::Event;

use super::claim::claim;
use crate::evidence::detection::{Detection, Note, Seen};
use crate::evidence::page::Page;
use crate::license::LicenseExpr;
use crate::text::LineRange;

pub(super) fn read(page: &Page<'_>, seen: &mut Seen) {
    let (mut urls, mut names) = (Vec::new(), Vec::new());
    for (path, text) in texts(page.text) {
        match path.as_str() {
            "project/licenses/license/name" => names.push(text),
            "project/licenses/license/url" => urls.push(text),
            "package/metadata/license" if !text.contains("LICENSE") => names.push(text),
            _ => {}
        }
    }
    let before = seen.detections.len();
    for (index, name) in names.iter().enumerate() {
        let named = claim(page, seen, "manifest/maven", "icense", name);
        if let Some(url) = urls.get(index).filter(|_| !named) {
            claim(page, seen, "manifest/maven", "icense", url);
        }
    }
    join(seen, before);
}

/// The POM reference: of several licenses the user can select any.
fn join(seen: &mut Seen, before: usize) {
    let several = seen.detections.split_off(before);
    let lines = several
        .iter()
        .map(|one| one.lines)
        .reduce(|all, one| LineRange::new(all.first.min(one.first), all.last.max(one.last)));
    let notes: Vec<Note> = several.iter().filter_map(|one| one.note.clone()).collect();
    let quotes: Vec<&str> = several.iter().map(|one| one.quote.as_str()).collect();
    let joined = several.first().cloned().zip(LicenseExpr::any(several.iter().map(|one| one.expr.clone()))).zip(lines);
    seen.detections.extend(joined.map(|((first, expr), lines)| Detection {
        expr,
        lines,
        quote: quotes.join(", "),
        note: Note::join(notes),
        ..first
    }));
}

/// Names of elements that lead to a field; deeper elements and longer names are of no manifest.
const MOST_DEPTH: usize = 16;
const LONGEST_NAME: usize = 64;

/// The texts of all elements with their paths of local names; what comes before a syntax error is kept.
pub(super) fn texts(xml: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(xml);
    let (mut path, mut found): (Path, Vec<(String, String)>) = (Path::default(), Vec::new());
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => path.open(start.local_name().as_ref()),
            Ok(Event::End(_)) => path.close(),
            Ok(Event::Text(text)) => {
                let text = String::from_utf8_lossy(&text).trim().to_owned();
                found.extend(path.joined().filter(|_| !text.is_empty()).map(|path| (path, text)));
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}

/// The open elements of a document.
#[derive(Default)]
struct Path {
    names: Vec<String>,
    /// Open elements below those, which lead to nothing that is wanted.
    beyond: usize,
}

impl Path {
    fn open(&mut self, name: &[u8]) {
        if self.beyond > 0 || self.names.len() == MOST_DEPTH || name.len() > LONGEST_NAME {
            self.beyond += 1;
        } else {
            self.names.push(String::from_utf8_lossy(name).into_owned());
        }
    }

    fn close(&mut self) {
        match self.beyond {
            0 => drop(self.names.pop()),
            _ => self.beyond -= 1,
        }
    }

    /// The names with slashes between them; `None` below the elements that count.
    fn joined(&self) -> Option<String> {
        (self.beyond == 0).then(|| self.names.join("/"))
    }
}

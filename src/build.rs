//! Builds the index of license texts: which runs of words occur in which texts of the SPDX list; and the table of the
//! addresses that the list gives for its licenses.
//!
//! Also names the state of everything that decides what is seen in a source, the key of kept evidence, and that of the
//! whole program, the key of kept facts.
//!
//! The texts stay where they are, in the `spdx` crate; what is written here is hashes. The tables are laid out as they
//! are searched, so that a run which needs no license text reads none of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

#[path = "evidence/text/words.rs"]
#[expect(dead_code, reason = "words are only read here, not compared")]
mod words;

#[path = "kept/state.rs"]
mod state;

#[path = "evidence/notice/compile.rs"]
mod compile;
#[path = "evidence/notice/key.rs"]
mod key;
#[path = "evidence/notice/pattern.rs"]
#[expect(dead_code, reason = "patterns are only checked here, not matched")]
mod pattern;
#[path = "evidence/notice/script.rs"]
mod script;

use words::{SHINGLE, shingle, words_of_license};

/// Texts of more words than this give only every third shingle: enough to find them, and most of the index otherwise.
const LONG_TEXT: usize = 500;

struct Text {
    id: String,
    is_exception: bool,
    /// Better known texts win where two are equally near: approved by OSI or FSF.
    is_known: bool,
    words: Vec<u32>,
}

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", state::SOURCES);
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?);
    println!("cargo::rustc-env=CLARITY_DETECTION={}", state::of_detection(Path::new("."))?);
    println!("cargo::rustc-env=CLARITY_PROGRAM={}", state::of_program(Path::new("."))?);
    println!("cargo::rerun-if-changed={}", state::LOCK);
    let texts = distinct(licenses().chain(exceptions()));
    write_entries(&out, &texts)?;
    write_references(&out)?;
    write_rows(&out)?;
    write_index(&out, &texts)
}

/// The tables of the rows that say what sentences mean.
fn write_rows(out: &Path) -> io::Result<()> {
    for name in ["frames", "choices", "exceptions"] {
        let path = format!("src/evidence/notice/{name}.toml");
        let table = compile::table(&fs::read_to_string(&path)?);
        let table = table.map_err(|error| io::Error::other(format!("{path}: {error}")))?;
        fs::write(out.join(format!("{name}.rows")), table)?;
    }
    for path in ["src/evidence/restriction/restrictions.toml", "src/evidence/role/roles.toml"] {
        let path = Path::new(path);
        let rows = without_examples(&fs::read_to_string(path)?);
        let rows = rows.map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
        fs::write(out.join(path.with_extension("rows").file_name().unwrap_or_default()), rows)?;
    }
    Ok(())
}

/// A file of rows without what only its readers and tests need.
fn without_examples(file: &str) -> Result<String, String> {
    let mut file: toml::Table = file.parse().map_err(|error| format!("{error}"))?;
    for row in file.get_mut("row").and_then(toml::Value::as_array_mut).into_iter().flatten() {
        let Some(row) = row.as_table_mut() else { continue };
        if row.remove("yes").is_none() || row.remove("no").is_none() {
            return Err("a row needs an example for it and one against it".to_owned());
        }
        row.remove("seen");
    }
    toml::to_string(&file).map_err(|error| error.to_string())
}

/// The addresses of the list, sorted by key: the license each names, and whether the address itself says so.
fn write_references(out: &Path) -> io::Result<()> {
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in spdx::identifiers::LICENSES {
        let Some(id) = name_of_text(entry.name) else { continue };
        let Ok(license) = entry.name.parse::<&dyn license::License>() else { continue };
        if !license.is_deprecated() {
            license.see_also().iter().for_each(|url| _ = named.entry(key::key(url)).or_default().insert(id.clone()));
        }
    }
    let mut code = String::from("pub static REFERENCES: &[(&str, &str, bool)] = &[\n");
    for (key, ids) in &named {
        if let Some(id) = in_common(ids).filter(|id| key::is_lasting(key, id)) {
            writeln!(code, "({key:?}, {id:?}, {}),", key::says_license(key, id)).map_err(io::Error::other)?;
        }
    }
    code.push_str("];\n");
    fs::write(out.join("references.rs"), code)
}

/// The one id of which all others are variants: `OFL-1.1` of `OFL-1.1-RFN` and `OFL-1.1-no-RFN`.
fn in_common(ids: &BTreeSet<String>) -> Option<&String> {
    let is_base = |base: &&String| {
        ids.iter().all(|id| id == *base || id.strip_prefix(base.as_str()).is_some_and(|rest| rest.starts_with('-')))
    };
    ids.iter().find(is_base)
}

fn licenses() -> impl Iterator<Item = Text> {
    spdx::identifiers::LICENSES.iter().filter_map(|entry| spdx::license_id(entry.name)).filter_map(|license| {
        let id = name_of_text(license.name)?;
        let is_known = (license.is_osi_approved() || license.is_fsf_free_libre()) && !license.is_deprecated();
        Some(Text { id, is_exception: false, is_known, words: hashes(license.text()) })
    })
}

fn exceptions() -> impl Iterator<Item = Text> {
    spdx::identifiers::EXCEPTIONS.iter().filter_map(|entry| spdx::exception_id(entry.name)).map(|exception| Text {
        id: exception.name.to_owned(),
        is_exception: true,
        is_known: !exception.is_deprecated(),
        words: hashes(exception.text()),
    })
}

/// The id under which a text is reported; `None` for combinations of a license and an exception, and placeholders.
fn name_of_text(id: &str) -> Option<String> {
    if id == "NOASSERTION" || id.contains("-with-") || id.ends_with('+') || matches!(id, "eCos-2.0" | "wxWindows") {
        return None;
    }
    let is_gnu = ["AGPL-", "GFDL-", "GPL-", "LGPL-"].iter().any(|family| id.starts_with(family));
    let base = id.strip_suffix("-only").or_else(|| id.strip_suffix("-or-later")).filter(|_| is_gnu);
    Some(base.unwrap_or(id).to_owned())
}

fn hashes(text: &str) -> Vec<u32> {
    words_of_license(text).iter().map(|word| word.hash).collect()
}

/// One entry for all ids that share a text: the known one, then the shortest id.
fn distinct(texts: impl Iterator<Item = Text>) -> Vec<Text> {
    let mut by_words: BTreeMap<Vec<u32>, Text> = BTreeMap::new();
    for text in texts.filter(|text| text.words.len() >= SHINGLE) {
        let rank = |text: &Text| (!text.is_known, text.id.len(), text.id.clone());
        let better = by_words.get(&text.words).is_none_or(|have| rank(&text) < rank(have));
        if better {
            by_words.insert(text.words.clone(), text);
        }
    }
    let mut texts: Vec<Text> = by_words.into_values().collect();
    texts.sort_by(|a, b| (a.is_exception, &a.id).cmp(&(b.is_exception, &b.id)));
    texts
}

fn shingles(words: &[u32]) -> BTreeSet<u32> {
    let all = words.windows(SHINGLE).map(shingle);
    if words.len() > LONG_TEXT { all.filter(|hash| hash % 3 == 0).collect() } else { all.collect() }
}

fn write_entries(out: &Path, texts: &[Text]) -> io::Result<()> {
    let mut code = String::from("pub static ENTRIES: &[Entry] = &[\n");
    for text in texts {
        let Text { id, is_exception, is_known, words } = text;
        let (length, shingles) = (words.len(), shingles(words).len());
        writeln!(
            code,
            "Entry {{ id: {id:?}, is_exception: {is_exception}, is_known: {is_known}, words: {length}, shingles: {shingles} }},"
        )
        .map_err(io::Error::other)?;
    }
    code.push_str("];\n");
    fs::write(out.join("entries.rs"), code)
}

/// Hashes sorted and cut in buckets by their upper half; each names a set of texts; equal sets are stored once.
fn write_index(out: &Path, texts: &[Text]) -> io::Result<()> {
    let mut holders: BTreeMap<u32, Vec<u16>> = BTreeMap::new();
    for (index, text) in texts.iter().enumerate() {
        for hash in shingles(&text.words) {
            holders.entry(hash).or_default().push(index as u16);
        }
    }
    let sets: BTreeSet<&Vec<u16>> = holders.values().collect();
    let numbers: BTreeMap<&Vec<u16>, u16> = sets.iter().enumerate().map(|(at, set)| (*set, at as u16)).collect();
    assert!(sets.len() < usize::from(u16::MAX), "the sets of texts are numbered in 16 bits");
    let mut bucket_ends = vec![0_u32; 1 << 16];
    holders.keys().for_each(|hash| bucket_ends[(hash >> 16) as usize] += 1);
    let mut total = 0;
    for end in &mut bucket_ends {
        total += *end;
        *end = total;
    }
    let mut items: Vec<u16> = Vec::new();
    let mut set_ends: Vec<u32> = Vec::new();
    for set in sets {
        items.extend(set);
        set_ends.push(items.len() as u32);
    }
    fs::write(out.join("bucket_ends.bin"), bytes_of_u32(&bucket_ends))?;
    fs::write(out.join("lower_halves.bin"), bytes_of_u16(holders.keys().map(|hash| *hash as u16)))?;
    fs::write(out.join("set_numbers.bin"), bytes_of_u16(holders.values().map(|set| numbers[set])))?;
    fs::write(out.join("set_ends.bin"), bytes_of_u32(&set_ends))?;
    fs::write(out.join("set_items.bin"), bytes_of_u16(items.into_iter()))
}

fn bytes_of_u32(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn bytes_of_u16(numbers: impl Iterator<Item = u16>) -> Vec<u8> {
    numbers.flat_map(u16::to_le_bytes).collect()
}

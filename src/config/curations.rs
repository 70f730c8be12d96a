//! Statements of several files as one file: each once, and none that another contradicts.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use super::{Config, ConfigError, load};
use crate::evidence::{Curation, Curations, RoleRule, Signature};
use crate::source::FixedHash;
use crate::triage::{Suppression, in_quotes};

/// `[[role]]`, `[[curate]]` and `[[suppress]]` blocks as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements {
    /// By what each is about; in order of the files.
    blocks: Vec<Block>,
}

/// One block: what it is about, what it says of that, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    table: &'static str,
    /// The keys that select files or findings.
    about: String,
    /// Hashes of the sources that it is pinned to; of any source where there is none.
    sources: Vec<String>,
    /// The keys that decide.
    says: String,
    /// The keys for people.
    notes: String,
    /// Its file.
    file: String,
}

/// Two files say different things of the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    first: Block,
    second: Block,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Conflict { first, second } = self;
        let flat = |text: &str| text.trim_end().replace('\n', ", ");
        let about = flat(&first.about);
        write!(
            f,
            "[[{}]] {about}: {} says {}, {} says {}",
            first.table,
            first.file,
            flat(&first.says),
            second.file,
            flat(&second.says)
        )
    }
}

impl Statements {
    /// The blocks of `file` and of the files that it includes; those of repositories stay where they are.
    pub fn of(file: &Path) -> Result<Statements, ConfigError> {
        let Config { curations, suppressions, .. } = load(file)?;
        Ok(Statements::named(&file.display().to_string(), &curations, &suppressions))
    }

    /// The blocks of the file that reports call `name`.
    pub(super) fn named(name: &str, curations: &Curations, suppressions: &[Suppression]) -> Statements {
        let roles = curations.roles.iter().map(role);
        let findings = curations.findings.iter().map(curation);
        let suppressions = suppressions.iter().map(suppression);
        let blocks = roles.chain(findings).chain(suppressions).map(|block| Block { file: name.to_owned(), ..block });
        Statements { blocks: blocks.collect() }
    }

    /// These and then `others`.
    pub(super) fn followed_by(mut self, others: Statements) -> Statements {
        self.blocks.extend(others.blocks);
        self
    }

    /// The first contradiction among these that `decided` says nothing about.
    pub(super) fn contradiction(&self, decided: &Statements) -> Option<Conflict> {
        let is_decided = |conflict: &Conflict| decided.blocks.iter().any(|block| block.is_about_same(&conflict.first));
        let conflicts = Statements::default().merged(self.clone()).err().unwrap_or_default();
        conflicts.into_iter().find(|conflict| !is_decided(conflict))
    }

    /// These and `others`, each once; where they contradict each other, all contradictions.
    pub fn merged(self, others: Statements) -> Result<Statements, Vec<Conflict>> {
        let mut by_subject: BTreeMap<(&'static str, String), Vec<usize>> = BTreeMap::new();
        let (mut blocks, mut conflicts): (Vec<Block>, Vec<Conflict>) = (Vec::new(), Vec::new());
        for block in self.blocks.into_iter().chain(others.blocks) {
            let places = by_subject.entry((block.table, block.about.clone())).or_default();
            let known = || places.iter().map(|at| &blocks[*at]).filter(|known| known.is_about_same(&block));
            if let Some(rival) = known().find(|known| known.says != block.says) {
                conflicts.push(Conflict { first: rival.clone(), second: block });
            } else if known().all(|known| known.sources != block.sources) {
                places.push(blocks.len());
                blocks.push(block);
            }
        }
        if conflicts.is_empty() { Ok(Statements { blocks }) } else { Err(conflicts) }
    }
}

impl Block {
    /// True where both are about the same files of a source that both are pinned to, or of any source.
    fn is_about_same(&self, other: &Block) -> bool {
        let share = || self.sources.iter().any(|hash| other.sources.contains(hash));
        (self.table, &self.about) == (other.table, &other.about) && (self.sources == other.sources || share())
    }
}

impl fmt::Display for Statements {
    /// The text of a file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_table = |table: &'static str| self.blocks.iter().filter(move |block| block.table == table);
        for (number, block) in ["role", "curate", "suppress"].into_iter().flat_map(of_table).enumerate() {
            let Block { table, about, sources, says, notes, .. } = block;
            let (space, sources) = (if number == 0 { "" } else { "\n" }, list("source", sources));
            write!(f, "{space}[[{table}]]\n{about}{sources}{says}{notes}")?;
        }
        Ok(())
    }
}

fn role(rule: &RoleRule) -> Block {
    let attr = rule.attr.as_ref().map(|glob| line("attr", glob.glob().glob())).unwrap_or_default();
    Block {
        table: "role",
        about: attr + &line("glob", rule.glob.glob().glob()),
        sources: hashes(&rule.sources),
        says: line("role", &rule.role.to_string()),
        notes: signature(&rule.signature),
        file: String::new(),
    }
}

fn curation(one: &Curation) -> Block {
    let attr = one.attr.as_ref().map(|glob| line("attr", glob.glob().glob())).unwrap_or_default();
    let detected = one.detected.as_ref().map(|expr| line("detected", &expr.to_string())).unwrap_or_default();
    let concluded = one.concluded.as_ref().map_or_else(|| "NONE".to_owned(), ToString::to_string);
    Block {
        table: "curate",
        about: attr + &line("path", one.path.glob().glob()) + &detected,
        sources: hashes(&one.sources),
        says: line("concluded", &concluded),
        notes: line("reason", &one.reason.to_string()) + &line("comment", &one.comment) + &signature(&one.signature),
        file: String::new(),
    }
}

/// Suppressions say one thing of a finding: that it is silent. Their pins are a part of what they are about.
fn suppression(one: &Suppression) -> Block {
    let pins: Vec<String> = one.evidence.iter().cloned().collect();
    Block {
        table: "suppress",
        about: line("attr", one.attr.glob().glob()) + &line("check", one.check.id) + &list("evidence", &pins),
        sources: Vec::new(),
        says: String::new(),
        notes: line("reason", &one.reason) + &signature(&one.signature),
        file: String::new(),
    }
}

fn line(key: &str, value: &str) -> String {
    format!("{key} = {}\n", in_quotes(value))
}

fn list(key: &str, values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| in_quotes(value)).collect();
    if values.is_empty() { String::new() } else { format!("{key} = [{}]\n", values.join(", ")) }
}

fn hashes(all: &[FixedHash]) -> Vec<String> {
    let mut all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.sort();
    all
}

fn signature(signature: &Signature) -> String {
    let Signature { author, date } = signature;
    let of = |key, value: &Option<String>| value.as_ref().map(|value| line(key, value)).unwrap_or_default();
    of("author", author) + &of("date", date)
}

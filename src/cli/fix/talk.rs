//! The conversation: what is shown, which keys there are, and what each does.

use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use console::{Key, Term};

use crate::check::{Finding, Safety};
use crate::conclusion::{Concluded, Conclusion};
use crate::config;
use crate::engine::{Session, Watch};
use crate::fix::{self, Choice, Dirty, Joint, Plan};
use crate::license::Suffix;
use crate::report::{self, Located, Outcome, Style};
use crate::text::{Escape, EscapingWriter, RelPath};

use super::memory::Memory;

/// A person's decision is wanted, however sure the program is.
const ALL: fix::Options = fix::Options { safety: Safety::Unsafe, limit: None };

/// Action.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) fixed: usize,
    pub(super) skipped: usize,
    pub(super) suppressed: usize,
    pub(super) refused: usize,
}

/// One conversation.
pub(super) struct Talk {
    term: Term,
    session: Session,
    style: Style,
    dirty: Dirty,
    config: PathBuf,
    watch: Watch,
    /// Files that were written here: their changes are our own.
    own: BTreeSet<RelPath>,
    /// Packages whose license was changed: what was found about them is of yesterday.
    settled: BTreeSet<String>,
    tally: Tally,
}

/// Whether there is a next finding.
enum Next {
    Finding,
    End,
}

/// Decision about one finding so far.
#[derive(Clone, Copy, Default)]
struct Decided {
    suffix: Option<Suffix>,
    joint: Option<Joint>,
}

impl Decided {
    fn applied(self, choice: &Choice) -> Choice {
        let suffixed = self.suffix.map_or_else(|| choice.clone(), |suffix| choice.with_suffix(suffix));
        self.joint.map_or_else(|| suffixed.clone(), |joint| suffixed.joined(joint))
    }
}

impl Talk {
    /// A conversation about what `session` found.
    pub(super) fn new(session: Session, style: Style, dirty: Dirty, config: PathBuf, watch: Watch) -> Talk {
        let (own, settled, tally) = (BTreeSet::new(), BTreeSet::new(), Tally::default());
        Talk { term: Term::stdout(), session, style, dirty, config, watch, own, settled, tally }
    }

    /// Goes through `findings` until they or the person's patience end.
    pub(super) fn through(&mut self, findings: &[Located], memory: &mut Memory) -> anyhow::Result<Tally> {
        for (index, located) in findings.iter().enumerate() {
            if self.settled.contains(&located.finding.attr.0) {
                continue;
            }
            self.show(index + 1, findings.len(), located)?;
            if let Next::End = self.about(&located.finding, memory)? {
                break;
            }
        }
        Ok(std::mem::take(&mut self.tally))
    }

    /// The finding with its place and the words of its witnesses.
    fn show(&mut self, number: usize, total: usize, located: &Located) -> anyhow::Result<()> {
        let finding = &located.finding;
        self.say(&format!("\n({number} of {total}) {}", report::finding_block(located, self.style)))?;
        let mut out = self.out();
        report::witnesses("evidence", &finding.evidence, &mut out)?;
        report::witnesses("against", &finding.against, &mut out)?;
        out.flush()?;
        Ok(())
    }

    fn about(&mut self, finding: &Finding, memory: &mut Memory) -> anyhow::Result<Next> {
        let open = Choice::of(finding, self.concluded(finding));
        let mut decided = Decided::default();
        self.propose(finding, open.as_ref())?;
        loop {
            let now = open.as_ref().map(|open| decided.applied(open));
            let key = self.ask(open.as_ref(), now.as_ref())?;
            match (key, &open, &now) {
                ('a', Some(_), Some(now)) if now.is_settled() => {
                    if self.accept(finding, now)? {
                        return Ok(Next::Finding);
                    }
                }
                ('o' | 'l', Some(open), _) if open.suffix_is_open => {
                    decided.suffix = Some(if key == 'o' { Suffix::Only } else { Suffix::OrLater });
                    self.propose(finding, Some(&decided.applied(open)))?;
                }
                ('r' | 'n', Some(open), _) if open.operator_is_open => {
                    decided.joint = Some(if key == 'r' { Joint::Or } else { Joint::And });
                    self.propose(finding, Some(&decided.applied(open)))?;
                }
                ('s', ..) => {
                    memory.skip(finding)?;
                    self.tally.skipped += 1;
                    return Ok(Next::Finding);
                }
                ('x', ..) => {
                    if self.suppress(finding)? {
                        return Ok(Next::Finding);
                    }
                }
                ('q', ..) => return Ok(Next::End),
                _ => self.say("keys: a accept, s skip, x suppress, q quit")?,
            }
            if self.watch.is_ended() {
                return Ok(Next::End);
            }
        }
    }

    /// Proposed text, or the decision that it needs.
    fn propose(&mut self, finding: &Finding, choice: Option<&Choice>) -> anyhow::Result<()> {
        let Some(choice) = choice else {
            return match finding.check.id {
                "LIC040" | "LIC041" => {
                    let attr = &finding.attr;
                    self.say(&format!(
                        "nothing to write; `clarity fix --for-upstream {attr}` words a question to upstream"
                    ))
                }
                _ => self.say("no automatic fix"),
            };
        };
        if choice.suffix_is_open {
            self.say("open: nothing says whether later versions are granted")?;
        }
        if choice.operator_is_open {
            self.say("open: nothing says whether all of these apply, or one at choice")?;
        }
        if choice.is_settled() {
            let plan = self.draft(finding, choice);
            let mut out = self.out();
            report::fixes(&plan, self.style, &mut out)?;
            out.flush()?;
            self.say_all(&report::left(&plan))?;
        }
        Ok(())
    }

    /// The edits for `choice`: all that was found about the same value and leaves the same to decide is decided with it.
    fn draft(&self, finding: &Finding, choice: &Choice) -> Plan {
        let open = |finding: &Finding| Choice::of(finding, self.concluded(finding));
        let asked = open(finding);
        let alike = |other: &&Finding| {
            other.attr != finding.attr && other.place == finding.place && other.place.is_some() && open(other) == asked
        };
        let others = self.session.counting().map(|located| &located.finding).filter(alike);
        let wanted: Vec<Finding> = std::iter::once(finding).chain(others).map(|one| choice.decided(one)).collect();
        self.session.plan(&wanted, &ALL)
    }

    fn concluded(&self, finding: &Finding) -> Option<&Concluded> {
        let report = self.session.report.packages.iter().find(|report| report.package.attr == finding.attr)?;
        match &report.outcome {
            Outcome::Audited(Some(judged)) => match &judged.conclusion {
                Conclusion::Concluded(concluded) => Some(concluded),
                _ => None,
            },
            _ => None,
        }
    }

    /// Evaluates and writes. True where it was done.
    fn accept(&mut self, finding: &Finding, choice: &Choice) -> anyhow::Result<bool> {
        let plan = self.draft(finding, choice);
        let is_own = plan.fixes.iter().all(|fix| self.own.contains(&fix.place.file));
        let plan = self.session.write(plan, if is_own { Dirty::Allow } else { self.dirty })?;
        for fix in &plan.fixes {
            self.say(&format!("written: {}", fix.place.file))?;
            self.own.insert(fix.place.file.clone());
            self.settled.extend(fix.packages.iter().map(|package| package.attr.0.clone()));
        }
        self.tally.fixed += plan.fixes.len();
        self.tally.refused += usize::from(!plan.refused.is_empty());
        self.say_all(&report::left(&plan))?;
        Ok(!plan.fixes.is_empty())
    }

    /// Writes the block that silences `finding`. True where it was done.
    fn suppress(&mut self, finding: &Finding) -> anyhow::Result<bool> {
        let question = format!("Reason to suppress this (saved in {}; empty = cancel): ", self.config.display());
        self.write(&question)?;
        let reason = self.heard(|term| term.read_line())?.unwrap_or_default();
        let reason = reason.trim();
        if reason.is_empty() {
            return Ok(false);
        }
        config::suppress(&self.config, finding, reason)?;
        self.tally.suppressed += 1;
        Ok(true)
    }

    /// The key of an answer, in lower case; the end of the terminal is an end too.
    fn ask(&mut self, open: Option<&Choice>, now: Option<&Choice>) -> anyhow::Result<char> {
        let mut keys = Vec::new();
        if now.is_some_and(Choice::is_settled) {
            keys.push("[a]ccept");
        }
        if open.is_some_and(|open| open.suffix_is_open) {
            keys.extend(["[o]nly", "or [l]ater"]);
        }
        if open.is_some_and(|open| open.operator_is_open) {
            keys.extend(["any of them: O[r]", "all of them: A[n]d"]);
        }
        keys.extend(["[s]kip", "[x] suppress", "[q]uit"]);
        self.write(&format!("{} ? ", keys.join(", ")))?;
        let key = self.heard(|term| term.read_key())?;
        let letter = match key {
            Some(Key::Char(letter)) => letter.to_ascii_lowercase(),
            Some(_) => '?',
            None => 'q',
        };
        self.say(&letter.to_string())?;
        Ok(letter)
    }

    /// The next key from `read`; `None` where Ctrl-C was pressed or the terminal has gone.
    fn heard<T>(&self, read: impl FnOnce(&Term) -> io::Result<T>) -> io::Result<Option<T>> {
        match read(&self.term) {
            Ok(heard) => Ok(Some(heard)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {
                self.watch.end();
                Ok(None)
            }
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn say(&mut self, text: &str) -> anyhow::Result<()> {
        self.write(&format!("{text}\n"))
    }

    fn write(&self, text: &str) -> anyhow::Result<()> {
        let mut out = self.out();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }

    /// The terminal, for text of others.
    fn out(&self) -> EscapingWriter<&Term> {
        EscapingWriter::new(&self.term, Escape::Text, self.style.colors())
    }

    fn say_all(&mut self, lines: &[String]) -> anyhow::Result<()> {
        lines.iter().try_for_each(|line| self.say(line))
    }
}

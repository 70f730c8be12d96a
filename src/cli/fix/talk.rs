//! The conversation: what is shown, which keys there are, and what each does.

use std::collections::BTreeSet;
use std::fs;
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
use super::undo::{Effect, Step, Tally};

/// A person's decision is wanted, however sure the program is.
const ALL: fix::Options = fix::Options { safety: Safety::Unsafe, limit: None };

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
    /// The answers so far.
    steps: Vec<Step>,
}

/// The finding that comes next.
enum Next {
    Finding,
    /// The one with this number once more.
    Back(usize),
    End,
}

/// The keys, one a line.
const HELP: &str = "\
keys: a accept: write the change that is shown, where it evaluates to what it says
      s skip: remember the finding and do not ask again; --again does
      x suppress: write a block with a reason to the configuration
      k ask upstream: the words of a question, where only upstream can tell
      u undo: take the last answer back
      q quit: what was written stays";

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
        let (own, settled, tally, steps) = (BTreeSet::new(), BTreeSet::new(), Tally::default(), Vec::new());
        Talk { term: Term::stdout(), session, style, dirty, config, watch, own, settled, tally, steps }
    }

    /// Goes through `findings` until they or the person's patience end.
    pub(super) fn through(&mut self, findings: &[Located], memory: &mut Memory) -> anyhow::Result<Tally> {
        let mut index = 0;
        while let Some(located) = findings.get(index) {
            if self.settled.contains(&located.finding.attr.0) {
                index += 1;
                continue;
            }
            self.show(index + 1, findings.len(), located)?;
            match self.about(index, &located.finding, memory)? {
                Next::Finding => index += 1,
                Next::Back(to) => index = to,
                Next::End => break,
            }
        }
        Ok(self.tally)
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

    fn about(&mut self, index: usize, finding: &Finding, memory: &mut Memory) -> anyhow::Result<Next> {
        let open = Choice::of(finding, self.concluded(finding));
        let mut decided = Decided::default();
        self.propose(finding, open.as_ref())?;
        loop {
            let now = open.as_ref().map(|open| decided.applied(open));
            let key = self.ask(open.as_ref(), now.as_ref())?;
            match (key, &open, &now) {
                ('a', Some(_), Some(now)) if now.is_settled() => {
                    if self.accept(index, finding, now)? {
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
                    let before = memory.skipped.clone();
                    memory.skip(finding)?;
                    self.remember(index, Effect::Skipped(before));
                    self.tally.skipped += 1;
                    return Ok(Next::Finding);
                }
                ('x', ..) => {
                    if self.suppress(index, finding)? {
                        return Ok(Next::Finding);
                    }
                }
                ('k', ..) => self.word_a_question(finding)?,
                ('u', ..) => {
                    if let Some(to) = self.undo(memory)? {
                        return Ok(Next::Back(to));
                    }
                }
                ('q', ..) => return Ok(Next::End),
                _ => self.say(HELP)?,
            }
            if self.watch.is_ended() {
                return Ok(Next::End);
            }
        }
    }

    fn remember(&mut self, index: usize, effect: Effect) {
        let (tally, settled) = (self.tally, self.settled.clone());
        self.steps.push(Step { index, tally, settled, effect });
    }

    /// Takes the last answer back: the number of the finding that it was about.
    fn undo(&mut self, memory: &mut Memory) -> anyhow::Result<Option<usize>> {
        let Some(step) = self.steps.pop() else {
            self.say("nothing to undo")?;
            return Ok(None);
        };
        let left = step.effect.take_back(&mut self.session, memory, &self.config)?;
        if !left.is_empty() {
            self.say_all(&left)?;
            self.say("not taken back; `git diff` shows what is written")?;
            return Ok(None);
        }
        (self.tally, self.settled) = (step.tally, step.settled);
        self.say("taken back")?;
        Ok(Some(step.index))
    }

    fn word_a_question(&mut self, finding: &Finding) -> anyhow::Result<()> {
        let question = self.session.question(&finding.attr.0)?;
        let none = || format!("{}: nothing is open that upstream would have to tell", finding.attr);
        self.say(&question.unwrap_or_else(none))
    }

    /// Proposed text, or the decision that it needs.
    fn propose(&mut self, finding: &Finding, choice: Option<&Choice>) -> anyhow::Result<()> {
        let Some(choice) = choice else {
            return match finding.check.id {
                "LIC040" | "LIC041" => {
                    let attr = &finding.attr;
                    self.say(&format!(
                        "nothing to write; k, or `clarity fix --for-upstream {attr}`, words a question to upstream"
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
            Outcome::Audited(Some(judged)) => match &*judged.conclusion {
                Conclusion::Concluded(concluded) => Some(concluded),
                _ => None,
            },
            _ => None,
        }
    }

    /// Evaluates and writes. True where it was done.
    fn accept(&mut self, index: usize, finding: &Finding, choice: &Choice) -> anyhow::Result<bool> {
        let plan = self.draft(finding, choice);
        let is_own = plan.fixes.iter().all(|fix| self.own.contains(&fix.place.file));
        let plan = self.session.write(plan, if is_own { Dirty::Allow } else { self.dirty })?;
        let is_written = !plan.fixes.is_empty();
        if is_written {
            self.remember(index, Effect::Written(plan.clone()));
        }
        for fix in &plan.fixes {
            self.say(&format!("written: {}", fix.place.file))?;
            self.own.insert(fix.place.file.clone());
            self.settled.extend(fix.packages.iter().map(|package| package.attr.0.clone()));
        }
        self.tally.fixed += plan.fixes.len();
        self.tally.refused += usize::from(!plan.refused.is_empty());
        self.say_all(&report::left(&plan))?;
        Ok(is_written)
    }

    /// Writes the block that silences `finding`. True where it was done.
    fn suppress(&mut self, index: usize, finding: &Finding) -> anyhow::Result<bool> {
        let question = format!("Reason to suppress this (saved in {}; empty = cancel): ", self.config.display());
        self.write(&question)?;
        let reason = self.heard(|term| term.read_line())?.unwrap_or_default();
        let reason = reason.trim();
        if reason.is_empty() {
            return Ok(false);
        }
        let before = fs::read_to_string(&self.config).ok();
        config::suppress(&self.config, finding, reason)?;
        let after = fs::read_to_string(&self.config).unwrap_or_default();
        self.remember(index, Effect::Suppressed { before, after });
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
        keys.extend(["[s]kip", "[x] suppress", "as[k] upstream"]);
        if !self.steps.is_empty() {
            keys.push("[u]ndo");
        }
        keys.extend(["[?] help", "[q]uit"]);
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

//! Progress of a run on the terminal, and its early end.

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// The lines: numbers first, and words that are cut where a terminal is narrow; a line that wraps leaves parts behind.
const STAGE: &str = "{spinner} {wide_msg}";
const COUNTED_STAGE: &str = "{spinner} {human_pos} {packages}: {wide_msg}";
const PACKAGES: &str = "{pos}/{len} [{wide_bar}] {eta}";
const FILES: &str = "{human_pos} {files}";
const BYTES: &str = "{bytes} {wide_msg}";

/// Progress and cancellation of a run. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Watch {
    ended: Arc<AtomicBool>,
    late: Arc<AtomicBool>,
    bars: MultiProgress,
    stage: ProgressBar,
    packages: ProgressBar,
    files: ProgressBar,
    bytes: ProgressBar,
    received: ProgressBar,
}

impl Watch {
    /// A watch that shows bars on stderr where `visible`.
    pub fn new(visible: bool) -> Self {
        let target = if visible { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let bars = MultiProgress::with_draw_target(target);
        let unseen = || ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        Watch {
            ended: Arc::default(),
            late: Arc::default(),
            stage: bars.add(ProgressBar::no_length().with_style(style(STAGE))),
            packages: unseen().with_style(style(PACKAGES)),
            files: unseen().with_style(style(FILES)),
            bytes: unseen().with_style(style(BYTES)).with_message("read"),
            received: unseen().with_style(style(BYTES)),
            bars,
        }
    }

    /// Asks the run to end; what is done until then is reported.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    /// Asks the run to end `time` from now.
    pub fn end_after(&self, time: Duration) -> std::io::Result<()> {
        let watch = self.clone();
        let wait = move || {
            std::thread::sleep(time);
            if !watch.is_ended() {
                watch.late.store(true, Ordering::Relaxed);
                watch.end();
            }
        };
        std::thread::Builder::new().name("deadline".to_owned()).spawn(wait).map(drop)
    }

    /// True where the run was asked to end because its time was over.
    pub fn is_late(&self) -> bool {
        self.late.load(Ordering::Relaxed)
    }

    /// True once the run was asked to end.
    pub fn is_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// The flag that [`Watch::end`] sets, for whoever waits.
    pub(super) fn cancel(&self) -> Arc<AtomicBool> {
        self.ended.clone()
    }

    /// Begins a stage of the run: what was counted before is not counted on.
    pub(super) fn stage(&self, what: &str) {
        for bar in [&self.packages, &self.files, &self.bytes] {
            bar.finish_and_clear();
            self.bars.remove(bar);
        }
        self.stage.set_style(style(STAGE));
        self.stage.set_position(0);
        self.stage.set_message(what.to_owned());
        self.stage.enable_steady_tick(Duration::from_millis(120));
    }

    /// One more of a number that is not known before the stage ends.
    pub(super) fn counted(&self) {
        if self.stage.position() == 0 {
            self.stage.set_style(style(COUNTED_STAGE));
        }
        self.stage.inc(1);
    }

    pub(super) fn expect_packages(&self, count: usize) {
        self.packages.reset();
        self.packages.set_length(count as u64);
        for bar in [&self.packages, &self.files, &self.bytes] {
            self.bars.add(bar.clone());
        }
    }

    pub(super) fn package_done(&self) {
        self.packages.inc(1);
    }

    pub(super) fn file_done(&self, bytes: u64) {
        self.files.inc(1);
        self.bytes.inc(bytes);
    }

    /// `bytes` came over the network so far, now from `hosts`. A run that needs no network shows no such line.
    pub(super) fn received(&self, bytes: u64, hosts: &[String]) {
        if bytes == 0 {
            return;
        }
        if self.received.position() == 0 {
            self.bars.add(self.received.clone());
        }
        self.received.set_position(bytes);
        let from = if hosts.is_empty() { String::new() } else { format!(" from {}", hosts.join(", ")) };
        self.received.set_message(format!("received{from}"));
    }

    /// Takes the bars away.
    pub fn finish(&self) {
        for bar in [&self.stage, &self.packages, &self.files, &self.bytes, &self.received] {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("=> ").with_key("packages", noun("package")).with_key("files", noun("file"))
}

/// Writes the noun of a count in the singular or the plural.
fn noun(noun: &'static str) -> impl Fn(&ProgressState, &mut dyn Write) + Clone {
    move |state, out| {
        let plural = if state.pos() == 1 { "" } else { "s" };
        // A line of progress that cannot be written is drawn again.
        let _ = write!(out, "{noun}{plural}");
    }
}

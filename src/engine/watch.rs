//! Progress of a run on the terminal, and its early end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Progress and cancellation of a run. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Watch {
    ended: Arc<AtomicBool>,
    late: Arc<AtomicBool>,
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
        let add = |template: &str| {
            let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bars.add(ProgressBar::new(0).with_style(style.progress_chars("=> ")))
        };
        Watch {
            ended: Arc::default(),
            late: Arc::default(),
            stage: add("{spinner} {msg}"),
            packages: add("packages [{bar:30}] {pos}/{len}  {eta} left"),
            files: add("files    {pos} ({per_sec})"),
            bytes: add("bytes    {bytes} ({bytes_per_sec})"),
            received: add("received {bytes} ({bytes_per_sec})"),
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

    pub(super) fn stage(&self, what: &str) {
        self.stage.set_message(what.to_owned());
        self.stage.enable_steady_tick(Duration::from_millis(120));
    }

    pub(super) fn expect_packages(&self, count: usize) {
        self.packages.set_length(count as u64);
    }

    pub(super) fn package_done(&self) {
        self.packages.inc(1);
    }

    pub(super) fn file_done(&self, bytes: u64) {
        self.files.inc(1);
        self.bytes.inc(bytes);
    }

    /// `bytes` came over the network so far. A run that needs no network shows no such line.
    pub(super) fn received(&self, bytes: u64) {
        if bytes > 0 {
            self.received.set_position(bytes);
        }
    }

    /// Takes the bars away.
    pub fn finish(&self) {
        for bar in [&self.stage, &self.packages, &self.files, &self.bytes, &self.received] {
            bar.finish_and_clear();
        }
    }
}

//! A program that is watched while it runs: it ends with its time, with the run, and with clarity.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When a program is ended before it ends itself.
pub struct Watch<'a> {
    /// The moment at which its time is over.
    pub deadline: Instant,
    /// Set when the run is cancelled.
    pub cancel: &'a AtomicBool,
    /// Asked now and then: why the program must not go on, where it must not.
    pub is_over: &'a (dyn Fn() -> Option<String> + Sync),
}

/// Why a program gave no answer.
#[derive(Debug)]
pub enum Ended {
    /// Its time was over.
    Late,
    /// The run was cancelled.
    Cancelled,
    /// Who watched it or read its output ended it, and why.
    Over(String),
    /// It could not be started.
    Io(io::Error),
}

/// The end of a program.
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// The last bytes of its complaints.
    pub stderr: Vec<u8>,
}

/// Longest pause between two looks at a program that runs; short commands are looked at more often.
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
const MOST_COMPLAINTS: usize = 1 << 16;

/// Runs `command`, which has its stdin already, to its end and shows its output piece by piece; an error of `see` ends the program.
pub fn run(
    command: &mut Command,
    watch: &Watch<'_>,
    see: &mut (dyn FnMut(&[u8]) -> Result<(), String> + Send),
) -> Result<Output, Ended> {
    own_group(command);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(Ended::Io)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let mut group = Group { guardian: Guardian::of(&child), child };
    let refused = Mutex::new(None);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            if let Some(Err(why)) = stdout.map(|out| show(out, see)) {
                *refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
            }
        });
        let complaints = threads.spawn(|| stderr.map(last_bytes).unwrap_or_default());
        let status = group.wait(watch, &refused);
        // The pipes close only when all of the group are gone.
        group.kill();
        let stderr = complaints.join().unwrap_or_default();
        Ok(Output { status: status?, stderr })
    })
    .and_then(|output| match refused.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(why) => Err(Ended::Over(why)),
        None => Ok(output),
    })
}

fn show(mut out: impl Read, see: &mut (dyn FnMut(&[u8]) -> Result<(), String> + Send)) -> Result<(), String> {
    let mut buffer = vec![0; 1 << 16];
    loop {
        match out.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(count) => see(&buffer[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

fn last_bytes(mut out: impl Read) -> Vec<u8> {
    let (mut kept, mut buffer) = (Vec::new(), [0; 1 << 12]);
    while let Ok(count @ 1..) = out.read(&mut buffer) {
        kept.extend_from_slice(&buffer[..count]);
        let excess = kept.len().saturating_sub(MOST_COMPLAINTS);
        kept.drain(..excess);
    }
    kept
}

/// A program and all that it started; they end with this value.
struct Group {
    child: Child,
    guardian: Option<Guardian>,
}

impl Group {
    fn wait(&mut self, watch: &Watch<'_>, refused: &Mutex<Option<String>>) -> Result<ExitStatus, Ended> {
        let mut pause = Duration::from_millis(1);
        loop {
            if let Some(status) = self.child.try_wait().map_err(Ended::Io)? {
                return Ok(status);
            }
            if watch.cancel.load(Ordering::Relaxed) {
                return Err(Ended::Cancelled);
            }
            if Instant::now() >= watch.deadline {
                return Err(Ended::Late);
            }
            let why = refused.lock().unwrap_or_else(PoisonError::into_inner).take().or_else(watch.is_over);
            if let Some(why) = why {
                return Err(Ended::Over(why));
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn kill(&mut self) {
        kill_group(&self.child);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        if let Some(guardian) = self.guardian.take() {
            guardian.dismiss();
        }
    }
}

/// A shell that waits for clarity to vanish and then ends the group: nothing else is left to do it after a SIGKILL.
/// It reads from a pipe that only clarity holds.
struct Guardian {
    shell: Child,
    pipe: ChildStdin,
}

impl Guardian {
    #[cfg(unix)]
    fn of(child: &Child) -> Option<Guardian> {
        let mut command = Command::new("sh");
        command.args(["-c", r#"read -r word || kill -9 "-$1""#, "guardian"]).arg(child.id().to_string());
        own_group(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Without a shell the group still ends with this value, only not after a SIGKILL.
        let mut shell = command.spawn().ok()?;
        let pipe = shell.stdin.take()?;
        Some(Guardian { shell, pipe })
    }

    #[cfg(not(unix))]
    fn of(_child: &Child) -> Option<Guardian> {
        None
    }

    fn dismiss(mut self) {
        let _ = self.pipe.write_all(b"done\n");
        drop(self.pipe);
        let _ = self.shell.wait();
    }
}

#[cfg(unix)]
fn own_group(command: &mut Command) {
    use std::os::unix::process::CommandExt;
    command.process_group(0);
}

#[cfg(not(unix))]
fn own_group(_command: &mut Command) {}

#[cfg(unix)]
fn kill_group(child: &Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // Where all of it ended already there is nothing to end.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(not(unix))]
fn kill_group(_child: &Child) {}

//! The real `nix-env`, asked for all metadata. It runs the code of the tree: only on request.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use super::Evaluated;
use super::read::{MetaError, read};

/// The tool on PATH.
const TOOL: &str = "nix-env";

/// So that unfree, broken, insecure and foreign packages have metadata too.
const ALLOW: [&str; 4] =
    ["NIXPKGS_ALLOW_UNFREE", "NIXPKGS_ALLOW_BROKEN", "NIXPKGS_ALLOW_INSECURE", "NIXPKGS_ALLOW_UNSUPPORTED_SYSTEM"];

/// The metadata of `tree` as `nix-env` on PATH evaluates it, read while it prints.
pub fn run(tree: &Path, system: &str) -> Result<Evaluated, MetaError> {
    let mut child = Command::new(TOOL)
        .args(["-qaP", "--json", "--meta", "--argstr", "system", system, "-f"])
        .arg(tree)
        .envs(ALLOW.map(|name| (name, "1")))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(format!("{error}; install Nix or leave out --eval")))?;
    let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(failed("its output is not connected".to_owned()));
    };
    // Warnings would fill their pipe and stop the tool if nobody read them.
    let complaints = thread::spawn(move || last_words(err));
    let all = read(out, TOOL);
    let status = child.wait().map_err(|error| failed(error.to_string()))?;
    let complaints = complaints.join().unwrap_or_default();
    if !status.success() {
        return Err(failed(format!("{status}: {complaints}")));
    }
    all
}

fn failed(why: String) -> MetaError {
    MetaError::Tool { tool: TOOL, why }
}

/// The last line of what the tool complained about.
fn last_words(mut from: impl Read) -> String {
    let mut bytes = Vec::new();
    // Statements before a syntax error still count.
    let _ = from.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let error = text.lines().rev().find(|line| line.trim_start().starts_with("error"));
    error.or_else(|| text.lines().last()).unwrap_or("no reason given").trim().to_owned()
}

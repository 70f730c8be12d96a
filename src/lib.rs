//! clarity makes the license metadata of nixpkgs true.
//!
//! The modules stand in the order in which data flows through them, and a module imports only from modules above it:
//!
//! | module | owns | verb |
//! |---|---|---|
//! | [`text`] | spans, lines, edits, relative paths, digests, the end of work | |
//! | [`git`] | the `git` program, in which no repository commands | `command` |
//! | [`store`] | a content-addressed folder on disk | `open` |
//! | [`license`] | license expressions and how two of them relate | `parse` |
//! | [`nix`] | the evaluator of the Nix language: values with the spans that made them | `eval` |
//! | [`table`] | nixpkgs' license table: records, spellings, flaws | `spell` |
//! | [`tree`] | which packages a checkout defines | `discover` |
//! | [`declared`] | what nixpkgs says | `resolve` |
//! | [`source`] | the exact source a package is built from | `acquire` |
//! | [`evidence`] | what detectors saw in that source | `detect` |
//! | [`kept`] | evidence between runs | `load` |
//! | [`conclusion`] | our judgement from all evidence | `conclude` |
//! | [`verdict`] | declared against concluded | `compare` |
//! | [`check`] | the rules that turn a verdict into findings | `run` |
//! | [`triage`] | what is already known or silenced | `sort` |
//! | [`fix`] | edits and patches: what a remedy comes to, or why not | `plan` |
//! | [`report`] | the formats | `render` |
//! | [`config`] | `clarity.toml` | `load` |
//! | [`engine`] | the run: parallelism, progress, limits | `scan` |
//! | [`cli`] | the command line | `run` |
//!
//! Seven ideas decide everything: data flows one way; a module is the noun it owns; foreign crates stay behind walls;
//! stages are total (what could not be known is a value that says why); evidence comes before conclusion; a remedy is
//! an intent and not a text; no stage sees the config. `tests/architecture.rs` holds the first and the third.

pub mod text;
pub mod git;
pub mod store;
pub mod license;
pub mod nix;
pub mod table;
pub mod tree;
pub mod declared;
pub mod source;
pub mod evidence;
pub mod kept;
pub mod conclusion;
pub mod verdict;
pub mod check;
pub mod triage;
pub mod fix;
pub mod report;
pub mod config;
pub mod engine;
pub mod cli;

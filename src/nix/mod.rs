//! The evaluator of the Nix language: from text to values that know where they come from.
//!
//! Lazy and partial: what is not known is a value that says why, and never a guess. Nothing is executed, fetched or
//! read outside of the checkout; steps, depth and memory are bounded. It knows no license and no layout of packages.

mod builtins;
mod calls;
mod compare;
mod disk;
mod environment;
mod eval;
mod fallback;
mod files;
mod import;
mod known;
mod limits;
mod make;
mod opaque;
mod ops;
mod origin;
mod parsed;
pub mod rewrite;
mod symbol;
mod syntax;
mod text;
mod value;
mod written;

pub use builtins::parse_name;
pub use disk::{Disk, Kind, PathOverlay};
pub use eval::Eval;
pub use fallback::fallback_lib;
pub use files::{File, FileError, Files, GIT, MAX_FILE, Root};
pub use limits::{Limits, STACK};
pub use parsed::Held;
pub use symbol::{Interner, OwnNames, Sym};
pub use syntax::Bound;
pub use syntax::ast::Loc;
pub use value::{Attr, Env, Error, ErrorKind, Loss, Opaque, Prim, PrimFn, R, Shape, State, Thunk, Value, Why, lookup};
pub use written::WrittenCall;

//! License expressions in one normal form, and how two of them relate.
//!
//! Knows SPDX and nothing of nixpkgs or of files. Two ways to write one license are one value: deprecated ids
//! (`GPL-2.0+`, `GPL-2.0-with-classpath-exception`) become their present form when parsed.
//!
//! ```
//! use clarity::license::{covers, equivalent, parse};
//!
//! let offered = parse("MIT OR Apache-2.0")?;
//! assert!(covers(&parse("MIT")?, &offered), "whoever states one side of a choice is right");
//! assert!(!covers(&parse("ISC")?, &offered));
//! assert!(equivalent(&parse("GPL-2.0+")?, &parse("GPL-2.0-or-later")?));
//! # Ok::<(), clarity::license::ParseError>(())
//! ```

mod accepted;
mod expr;
mod family;
mod parse;
mod relation;
mod spdx_list;
mod term;

pub use accepted::{Accepted, IdPattern};
pub use expr::LicenseExpr;
pub use family::{are_variants, are_wordings, refines};
pub use parse::{ParseError, parse, parse_lenient};
pub use relation::{Difference, alternatives, covers, difference, equivalent};
pub use spdx_list::{
    ExceptionInfo, LicenseInfo, exception, exceptions, is_known_unfree, license, license_ignoring_case, licenses,
    list_version,
};
pub use term::{LicenseName, Suffix, Term};

//! nixpkgs' license table, `lib.licenses`: its records, how it spells a license, its flaws, and how often a name is used.
//!
//! Imports nothing of the tree: which `lib` a checkout means is decided there.

mod audit;
mod read;
mod record;
mod spelling;
mod usage;

pub use audit::{Flaw, Remark, audit};
pub(crate) use read::{Read, read};
pub use record::{LicenseRecord, LicenseTable, TableOrigin};
pub use spelling::{All, HOME, is_list_by_custom};
pub use usage::Usage;

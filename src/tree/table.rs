//! The license table: nixpkgs' own ids and what each stands for.

use std::collections::BTreeMap;

/// Where a license table came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableOrigin {
    /// `lib.licenses` of the checkout (or of the tree that `--nixpkgs` names): the file it was read from.
    Checkout(String),
    /// The facts that clarity carries, because there is no `lib` to read.
    Embedded,
}

/// `lib.licenses` as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseTable {
    /// Where it came from.
    pub origin: TableOrigin,
    /// By attribute name, e.g. `gpl2Plus`.
    pub records: BTreeMap<String, LicenseRecord>,
    /// True where the table has `OR`, `AND` and `WITH`.
    pub has_operators: bool,
}

/// One entry of the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LicenseRecord {
    /// `shortName`, the attribute name where there is none.
    pub short_name: String,
    /// `spdxId`.
    pub spdx_id: Option<String>,
    /// `fullName`.
    pub full_name: Option<String>,
    /// `url`.
    pub url: Option<String>,
    /// `free`; true where it is not stated.
    pub free: bool,
    /// `redistributable`; `free` where it is not stated.
    pub redistributable: bool,
    /// `deprecated`; false where it is not stated.
    pub deprecated: bool,
}

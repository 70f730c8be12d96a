//! Paths: a source that is a part of the checkout.

use super::{Fetcher, Plan};
use crate::tree::SourceRef;

pub(super) const FETCHER: Fetcher = Fetcher { names: &["path"], what: "a file or folder of the checkout", plan };

fn plan(source: &SourceRef) -> Plan {
    match &source.local {
        Some(path) => Plan::Local(path.clone()),
        None => Plan::Never("is a path outside of the checkout; pass --sources DIR".to_owned()),
    }
}

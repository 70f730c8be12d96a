//! Fetchers that clarity does not do: by their nature, or for want of a tool.

use super::{Fetcher, Plan};
use crate::tree::SourceRef;

pub(super) const FETCHER: Fetcher = Fetcher {
    names: &[
        "requireFile",
        "fetchsvn",
        "fetchsvnrevision",
        "fetchsvnssh",
        "fetchhg",
        "fetchMercurial",
        "fetchcvs",
        "fetchbzr",
        "fetchdarcs",
        "fetchfossil",
        "fetchmtn",
        "fetchipfs",
        "fetchtorrent",
        "fetchdocker",
        "dockerTools.pullImage",
        "fetchpijul",
        "fetchpatch",
        "fetchpatch2",
        "fetchDebianPatch",
    ],
    what: "what only its user, or another tool, can get",
    plan,
};

fn plan(source: &SourceRef) -> Plan {
    let why = match source.fetcher.as_str() {
        "requireFile" => "asks its user to get the file by hand; put it into a folder for --sources",
        name if name.ends_with("Patch") || name.contains("fetchpatch") => {
            "rewrites the patch that it gets, and clarity executes nothing; use --nix"
        }
        _ => "needs a tool that clarity does not run; pass --sources DIR or use --nix",
    };
    Plan::Never(why.to_owned())
}

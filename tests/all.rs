//! One test binary; cases by behaviour.

mod alone;
mod architecture;
mod attacks;
#[path = "bench/metadata.rs"]
mod bench_metadata;
#[path = "bench/formats.rs"]
mod bench_formats;
mod behind;
mod book;
mod changed;
mod calls;
mod cases;
#[cfg(unix)]
mod closure;
mod commands;
mod checks;
mod curations;
mod declared;
mod diff;
mod differential;
mod elsewhere;
mod evaluator;
mod evidence_text;
mod expressions;
mod fallback_lib;
mod findings;
mod fix;
mod formats;
mod front;
mod functions;
#[path = "fuzz/total.rs"]
mod fuzz_total;
mod gate;
mod golden;
mod hostile;
mod hostile_output;
mod hostile_patches;
mod identifiers;
#[cfg(unix)]
mod inputs;
mod interactive;
mod html;
mod kept;
mod license;
mod links;
mod loose;
mod lsp;
mod meta;
mod odd;
mod parsers;
mod patches;
mod placeless;
mod pitfalls;
mod license_policy;
mod platforms;
mod policy;
mod pull_requests;
mod racing;
mod readme;
mod sbom;
mod scan;
mod seen;
mod sets;
mod sharing;
mod snapshots;
mod source;
mod upstream;
mod whole_tree;
mod worklist;
mod stats;
mod stop;
mod stories;
mod suggest;
mod terminal;
mod trust;
mod verified;

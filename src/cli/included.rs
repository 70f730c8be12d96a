//! Files of repositories that the configuration includes.

use std::time::Duration;

use anyhow::Context;

use super::stream;
use crate::config::{Config, MOST_BYTES};
use crate::engine::{self, Watch};
use crate::report::{Rest, RestKind};
use crate::source::{self, Network};

/// `config` with the files of its repositories that are at hand by `sources`, and a row for each repository that is not,
/// which is also remarked: its curations do not apply. An error of `sources` is the reason of each.
pub(super) fn with_repositories(
    config: &Config,
    sources: Result<&source::Options, &anyhow::Error>,
    time_left: Option<Duration>,
) -> anyhow::Result<(Config, Vec<Rest>)> {
    let (mut config, mut missed) = (config.clone(), Vec::new());
    if config.repositories.is_empty() {
        return Ok((config, missed));
    }
    let watch = Watch::new(stream::watched() && sources.is_ok_and(|sources| sources.network == Network::Fetch));
    time_left.map_or(Ok(()), |time| watch.end_after(time)).context("--deadline needs a thread, and there is none")?;
    for one in std::mem::take(&mut config.repositories) {
        let name = one.to_string();
        let files = sources.map_err(|error| format!("{error:#}")).and_then(|sources| {
            let files = engine::included((&name, &one.source), (&one.files, MOST_BYTES), sources, &watch);
            files.map_err(|why| why.to_string())
        });
        match files {
            Ok(files) => {
                for (file, bytes) in one.files.iter().zip(files) {
                    let text = String::from_utf8(bytes).with_context(|| format!("{file} of {name} is no text"))?;
                    config = config.with_file(&one, file, &text)?;
                }
            }
            Err(why) => missed.push(Rest { name: format!("include {name}"), failed: true, kind: RestKind::Input, why }),
        }
    }
    watch.finish();
    for Rest { name, why, .. } in &missed {
        stream::remark(&format!("{name}: {why}; its curations do not apply"));
    }
    Ok((config, missed))
}

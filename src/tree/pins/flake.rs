//! `flake.lock`: a graph of inputs, some of which are those of others.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value as Json;

use super::{Lock, MOST_PINS, Pin, Pins, archive, revision, text};
use crate::text::RelPath;
use crate::tree::SourceRef;

/// An input that is that of another input is looked for so many steps far.
const MOST_STEPS: usize = 32;

/// Reads every input that the flake or one of its inputs has into `pins`.
pub(super) fn read(lock: &Json, root: &Path, pins: &mut Pins) {
    let Some(nodes) = lock.get("nodes") else { return };
    let lock = Graph { nodes, root: text(lock, "root").unwrap_or("root") };
    pins.roots = lock.inputs(lock.root);
    let mut open: Vec<String> = pins.roots.values().cloned().collect();
    while let Some(key) = open.pop() {
        if pins.all.contains_key(&key) || pins.all.len() >= MOST_PINS {
            continue;
        }
        let Some(node) = nodes.get(&key) else { continue };
        let inputs = lock.inputs(&key);
        open.extend(inputs.values().cloned());
        pins.all.insert(key.clone(), pin(&key, node, inputs, root));
    }
}

struct Graph<'j> {
    nodes: &'j Json,
    root: &'j str,
}

impl Graph<'_> {
    /// Inputs of the node `key`, with the keys of theirs; one that leads nowhere is left out.
    fn inputs(&self, key: &str) -> BTreeMap<String, String> {
        let inputs = self.nodes.get(key).and_then(|node| node.get("inputs")?.as_object());
        let found = inputs.into_iter().flatten();
        found.filter_map(|(name, at)| Some((name.clone(), self.target(at, MOST_STEPS)?))).collect()
    }

    /// The key that an input leads to: a key, or a path of names from the root.
    fn target(&self, at: &Json, steps: usize) -> Option<String> {
        let steps = steps.checked_sub(1)?;
        match at {
            Json::String(key) => Some(key.clone()),
            Json::Array(path) if path.len() <= MOST_STEPS => path.iter().try_fold(self.root.to_owned(), |key, name| {
                self.target(self.nodes.get(&key)?.get("inputs")?.get(name.as_str()?)?, steps)
            }),
            _ => None,
        }
    }
}

fn pin(key: &str, node: &Json, inputs: BTreeMap<String, String>, root: &Path) -> Pin {
    let nothing = Json::Null;
    let locked = node.get("locked").unwrap_or(&nothing);
    let local = local(locked, node, root);
    let source = match local {
        Some(_) => Err("a folder of the tree".to_owned()),
        None => source(locked),
    };
    Pin {
        revision: text(locked, "rev").map(str::to_owned),
        is_flake: node.get("flake").and_then(Json::as_bool).unwrap_or(true),
        flake_folder: text(locked, "dir").and_then(RelPath::new).unwrap_or_default(),
        inputs,
        last_modified: locked.get("lastModified").and_then(Json::as_i64),
        folder: local,
        ..Pin::new(Lock::Flake, key, source)
    }
}

/// The folder of an input that is a part of the tree itself.
fn local(locked: &Json, node: &Json, root: &Path) -> Option<std::path::PathBuf> {
    let path = text(locked, "path").filter(|path| text(locked, "type") == Some("path") && !path.starts_with('/'))?;
    // The path of an input's input is below that one.
    let is_of_tree = node.get("parent").and_then(Json::as_array).is_none_or(Vec::is_empty);
    let folder = root.join(path).canonicalize().ok()?;
    (is_of_tree && folder.starts_with(root) && folder.is_dir()).then_some(folder)
}

fn source(locked: &Json) -> Result<SourceRef, String> {
    let kind = text(locked, "type").unwrap_or("unknown");
    let hash = text(locked, "narHash");
    if hash.is_none() {
        return Err("the lock has no narHash for it".to_owned());
    }
    let url = match kind {
        "github" => forge(locked, "github.com", |repository, _, rev| format!("{repository}/archive/{rev}.tar.gz")),
        "gitlab" => forge(locked, "gitlab.com", |repository, repo, rev| {
            format!("{repository}/-/archive/{rev}/{repo}-{rev}.tar.gz")
        }),
        "sourcehut" => forge(locked, "git.sr.ht", |repository, _, rev| format!("{repository}/archive/{rev}.tar.gz")),
        "tarball" => text(locked, "url").map(str::to_owned),
        "git" => {
            let (url, rev) = (text(locked, "url"), text(locked, "rev"));
            let has_submodules = locked.get("submodules").and_then(Json::as_bool).unwrap_or(false);
            let found = url.zip(rev).map(|(url, rev)| revision(url, rev, hash, has_submodules));
            return found.ok_or_else(|| "the lock has no address or no revision for it".to_owned());
        }
        // Its files may be in the Nix store; they are nowhere to be fetched from.
        "path" => return Ok(SourceRef { urls: Vec::new(), ..archive(String::new(), hash) }),
        other => return Err(format!("an input of the kind `{other}` is not got; name a folder with --input")),
    };
    url.map(|url| archive(url, hash)).ok_or_else(|| "the lock has no usable address for it".to_owned())
}

/// The address of a revision's archive at a forge; `None` where a part of it is none that a forge would have.
fn forge(locked: &Json, host: &str, url: impl Fn(&str, &str, &str) -> String) -> Option<String> {
    let is_plain = |part: &&str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        !part.is_empty() && part.bytes().all(allowed) && part.bytes().any(|byte| byte != b'.')
    };
    let part = |name| text(locked, name).filter(is_plain);
    let host = match text(locked, "host") {
        Some(host) => Some(host).filter(is_plain)?,
        None => host,
    };
    // Groups inside of groups are written in one name.
    let owner = text(locked, "owner")?.replace("%2F", "/");
    let (repo, rev) = (part("repo")?, part("rev")?);
    let repository = format!("https://{host}/{owner}/{repo}");
    owner.split('/').all(|part| is_plain(&part)).then(|| url(&repository, repo, rev))
}

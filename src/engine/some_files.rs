//! Single files of a source.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use crate::source::{Event, SourceError, SourceTree};
use crate::text::RelPath;

/// The first `limit` bytes of the files of `tree` that `name` gives a name, by these names.
pub(super) fn some_files(
    tree: &SourceTree,
    limit: u64,
    name: impl Fn(&RelPath) -> Option<RelPath>,
) -> Result<BTreeMap<RelPath, Vec<u8>>, SourceError> {
    let mut files = BTreeMap::new();
    tree.for_each_file(&mut |event| {
        match event {
            Event::File(mut entry) => {
                let read = name(&entry.path).and_then(|name| Some((name, entry.read(limit).ok()?.bytes)));
                files.extend(read);
            }
            Event::Forget(path) => drop(name(&path).and_then(|name| files.remove(&name))),
            Event::StartOver => files.clear(),
            Event::Note(_) => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok(files)
}

//! Folders of this machine, which reports do not name: a row reads the same wherever the run was.

use std::path::Path;

use super::request::Request;

/// Absolute paths and what stands for them in a report.
pub(super) struct Places(Vec<(String, String)>);

impl Places {
    /// The checkout at `root`, the folders with sources, and the cache.
    pub(super) fn of(request: &Request, root: &Path) -> Places {
        let mut all = Vec::new();
        let mut add = |path: &Path, name: String| {
            let real = path.canonicalize();
            let both = [Some(path.to_owned()), real.ok()].into_iter().flatten();
            all.extend(
                both.filter(|path| path.is_absolute() && path.parent().is_some()).map(|path| (path, name.clone())),
            );
        };
        add(root, ".".to_owned());
        if let Some(options) = &request.sources {
            for folder in &options.folders {
                let name = folder.file_name().map_or_else(|| "sources".into(), |name| name.to_string_lossy());
                add(folder, name.into_owned());
            }
            add(options.store.root(), "cache".to_owned());
        }
        let mut all: Vec<(String, String)> =
            all.into_iter().map(|(path, name)| (path.to_string_lossy().into_owned(), name)).collect();
        // The inner ones first: a folder with sources may lie in the checkout.
        all.sort_by_key(|(path, _)| std::cmp::Reverse(path.len()));
        Places(all)
    }

    /// `text` with their names in the place of these paths.
    pub(super) fn hide(&self, text: &mut String) {
        for (path, name) in &self.0 {
            if text.contains(path.as_str()) {
                *text = text.replace(path.as_str(), name);
            }
        }
    }
}

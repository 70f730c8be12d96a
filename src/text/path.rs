//! A path below a root, with `/` between its parts on every system.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A relative path without `.` and `..` parts. Bytes that are not UTF-8 are shown as U+FFFD.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RelPath(Arc<str>);

/// A path outside of the program.
#[derive(Deserialize)]
struct Written<'w>(#[serde(borrow)] Cow<'w, str>);

impl Serialize for RelPath {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(&self.0)
    }
}

thread_local! {
    /// The path that was read last: what is read together is mostly about one file, which is then in memory once.
    static LAST: RefCell<RelPath> = RefCell::default();
}

impl<'de> Deserialize<'de> for RelPath {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<RelPath, D::Error> {
        let Written(path) = Written::deserialize(reader)?;
        Ok(LAST.with_borrow_mut(|last| {
            if *last.0 != *path {
                *last = RelPath(path.into());
            }
            last.clone()
        }))
    }
}

impl Default for RelPath {
    /// The root itself.
    fn default() -> Self {
        RelPath("".into())
    }
}

impl RelPath {
    /// The path with its `.` and empty parts removed; `None` where it is absolute or leaves the root by `..`.
    pub fn new(path: impl AsRef<Path>) -> Option<Self> {
        let mut parts: Vec<Cow<'_, str>> = Vec::new();
        for component in path.as_ref().components() {
            match component {
                Component::Normal(part) => parts.push(part.to_string_lossy()),
                Component::CurDir => {}
                Component::ParentDir => {
                    parts.pop()?;
                }
                Component::RootDir | Component::Prefix(_) => return None,
            }
        }
        Some(RelPath(parts.join("/").into()))
    }

    /// The path of `file` below `root`; `None` where it lies elsewhere.
    pub fn below(root: &Path, file: &Path) -> Option<Self> {
        RelPath::new(file.strip_prefix(root).ok()?)
    }

    /// The path as text; the root itself is the empty string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last part; empty for the root.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or("")
    }

    /// The folder the path lies in; the root is its own parent.
    pub fn parent(&self) -> RelPath {
        RelPath(self.0.rsplit_once('/').map_or("", |(parent, _)| parent).into())
    }

    /// The path of `name` in this folder; `None` where it leaves the root.
    pub fn join(&self, name: &str) -> Option<RelPath> {
        RelPath::new(Path::new(&*self.0).join(name))
    }

    /// The parts, from the root down.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/').filter(|part| !part.is_empty())
    }

    /// True where this path is `folder` or lies below it.
    pub fn is_below(&self, folder: &RelPath) -> bool {
        folder.0.is_empty()
            || self.0.strip_prefix(&*folder.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The place on disk, below `root`.
    pub fn under(&self, root: &Path) -> PathBuf {
        root.join(&*self.0)
    }
}

impl fmt::Display for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &*self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leaves_the_root_is_refused() {
        assert_eq!(RelPath::new("a/../../b"), None);
        assert_eq!(RelPath::new("/etc/passwd"), None);
        assert_eq!(RelPath::new("a/./b/../c").map(|path| path.to_string()), Some("a/c".to_owned()));
    }

    #[test]
    fn paths_are_read_as_they_were_written() {
        let paths = ["a/b", "a/b", "", "a/c", "a/b"].map(|path| RelPath::new(path).expect("relative"));
        let bytes = postcard::to_stdvec(&paths).expect("plain");
        assert_eq!(postcard::from_bytes::<[RelPath; 5]>(&bytes).as_ref(), Ok(&paths));
    }

    #[test]
    fn a_name_that_only_begins_like_the_folder_is_not_below_it() {
        let path = |text| RelPath::new(text).expect("relative");
        assert!(path("vendor/a.c").is_below(&path("vendor")));
        assert!(!path("vendored/a.c").is_below(&path("vendor")));
    }
}

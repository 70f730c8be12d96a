//! Lists of which many files have the same: kept once.
//!
//! A large source repeats itself: hundreds of thousands of files carry one header. What is said of each file would take
//! more memory than clarity may have; what is said in all takes next to nothing.

use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::detection::{Detection, FileEvidence, Pointer, Shared};

/// The lists seen so far.
#[derive(Debug, Default)]
pub struct Sharing {
    detections: FxHashSet<Arc<Vec<Detection>>>,
    pointers: FxHashSet<Arc<Vec<Pointer>>>,
    copyrights: FxHashSet<Arc<Vec<String>>>,
}

impl Sharing {
    /// Puts in place of the lists of `file` those seen earlier that are equal to them.
    pub fn share(&mut self, file: &mut FileEvidence) {
        one_of(&mut self.detections, &mut file.detections);
        one_of(&mut self.pointers, &mut file.pointers);
        one_of(&mut self.copyrights, &mut file.copyrights);
    }
}

fn one_of<T: Eq + Hash>(seen: &mut FxHashSet<Arc<Vec<T>>>, list: &mut Shared<T>) {
    let Some(own) = &mut list.0 else { return };
    match seen.get(own) {
        Some(known) => *own = Arc::clone(known),
        None => drop(seen.insert(Arc::clone(own))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Detector;
    use crate::text::RelPath;

    #[test]
    fn equal_lists_are_kept_once_and_changed_apart() {
        let detector = Detector::usual();
        let read = |path: &str| {
            let path = RelPath::new(path).expect("relative");
            detector.read(&path, b"// SPDX-License-Identifier: MIT\n// Copyright 2020 Ada\n")
        };
        let (mut sharing, mut files) = (Sharing::default(), [read("a.c"), read("b.c")]);
        files.iter_mut().for_each(|file| sharing.share(file));
        assert_eq!(files[0].detections.as_ptr(), files[1].detections.as_ptr());
        assert_eq!(files[0].copyrights.as_ptr(), files[1].copyrights.as_ptr());
        files[0].detections.edit().clear();
        assert_eq!((files[0].detections.len(), files[1].detections.len()), (0, 1));
    }
}

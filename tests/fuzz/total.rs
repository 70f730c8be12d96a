//! Detection is total: any bytes under any name give an answer, and the same one twice.
//!
//! What the fuzzer runs, and the tests on the fuzzer's seeds. The first line of the input is the name of the file, so that
//! manifests and license files are reached as well.

use std::sync::LazyLock;

use clarity::evidence::{Detector, Options, assemble};
use clarity::text::RelPath;

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| Detector::new(&Options::default()));

/// Panics where detection does.
pub fn total(bytes: &[u8]) {
    let cut = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let name = String::from_utf8_lossy(&bytes[..cut.min(80)]).into_owned();
    let path = RelPath::new(&name).filter(|path| !path.as_str().is_empty()).or_else(|| RelPath::new("file.c"));
    let path = path.expect("the second name is relative");
    let seen = DETECTOR.read(&path, &bytes[cut..]);
    assert_eq!(seen, DETECTOR.read(&path, &bytes[cut..]));
    assemble(vec![seen]);
}

//! Parsers of foreign bytes are total: a short run of what the fuzzer does, on its seeds.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::fuzz_total as total;

/// The seeds of one target of the fuzzer, by file name.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
    let mut paths: Vec<_> = walkdir::WalkDir::new(folder).into_iter().filter_map(Result::ok).collect();
    paths.sort_by(|a, b| a.path().cmp(b.path()));
    paths.iter().filter(|one| one.file_type().is_file()).map(|one| std::fs::read(one.path()).expect("a seed")).collect()
}

/// Place, byte and kind of one change.
type Change = (usize, u8, u8);

/// Two seeds behind each other with bytes inserted, cut off, repeated and flipped.
fn damaged(target: &str, pair: (usize, usize), changes: &[Change]) -> Vec<u8> {
    let seeds = seeds(target);
    let mut bytes = [seeds[pair.0 % seeds.len()].as_slice(), &seeds[pair.1 % seeds.len()]].concat();
    for &(at, byte, kind) in changes {
        let at = at % (bytes.len() + 1);
        match kind {
            0 => bytes.insert(at, byte),
            1 => bytes.truncate(at.max(8)),
            2 => bytes.extend_from_within(at.saturating_sub(usize::from(byte))..at),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|one| *one ^= byte),
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec((any::<usize>(), any::<u8>(), 0..4_u8), 0..12)
}

proptest! {
    #![proptest_config(Config { cases: 200, ..Config::default() })]

    #[test]
    fn detection_is_total(pair in (any::<usize>(), any::<usize>()), changes in changes()) {
        total::detect(&damaged("detect", pair, &changes));
    }

    #[test]
    fn evaluation_is_total(pair in (any::<usize>(), any::<usize>()), changes in changes()) {
        total::nix(&damaged("nix", pair, &changes));
    }

    #[test]
    fn unpacking_is_total(pair in (any::<usize>(), any::<usize>()), changes in changes()) {
        total::archive(&damaged("archive", pair, &changes));
    }

    #[test]
    fn reading_listings_is_total(pair in (any::<usize>(), any::<usize>()), changes in changes()) {
        total::listing(&damaged("listing", pair, &changes));
    }

    #[test]
    fn reading_headers_is_total(pair in (any::<usize>(), any::<usize>()), changes in changes()) {
        total::headers(&damaged("headers", pair, &changes));
    }

    #[test]
    fn reading_input_files_is_total(pair in (any::<usize>(), any::<usize>()), changes in changes()) {
        total::input(&damaged("input", pair, &changes));
    }
}

//! 7z: read as it was packed, and refused where it lies.

use std::fs;
use std::process::Command;

use clarity::source::ArchiveError;
use sevenz_rust2::encoder_options::Lzma2Options;
use sevenz_rust2::{ArchiveEntry, ArchiveWriter};

use super::archives::{read, unpacks};

/// A file, a program, a link or a folder, as packers on Unix state them.
fn entry(name: &str, mode: u32, has_stream: bool) -> ArchiveEntry {
    ArchiveEntry {
        name: name.to_owned(),
        has_stream,
        is_directory: mode & 0o170_000 == 0o040_000,
        has_windows_attributes: true,
        windows_attributes: mode << 16 | 0x8000,
        ..ArchiveEntry::default()
    }
}

/// A 7z with each of these packed alone.
fn packed(entries: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut writer = ArchiveWriter::new(std::io::Cursor::new(Vec::new())).expect("in memory");
    writer.set_content_methods(vec![Lzma2Options::from_level(1).into()]);
    for (name, mode, bytes) in entries {
        let body = (!bytes.is_empty()).then_some(*bytes);
        writer.push_archive_entry(entry(name, *mode, body.is_some()), body).expect("in memory");
    }
    writer.finish().expect("in memory").into_inner()
}

/// `archive` with the LZMA2 dictionary that its list states replaced by the largest one, sums right.
fn with_largest_window(mut archive: Vec<u8>) -> Vec<u8> {
    let word = |at: usize| u64::from_le_bytes(archive[at..at + 8].try_into().expect("eight bytes")) as usize;
    let (start, len) = (32 + word(12), word(20));
    let list = &mut archive[start..start + len];
    // One method with properties, its id 0x21, one byte of them.
    let at = list.windows(3).position(|bytes| bytes == [0x21, 0x21, 1]).expect("the list states LZMA2");
    list[at + 3] = 40;
    let sum = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    let of_list = sum(list);
    archive[28..32].copy_from_slice(&of_list);
    let of_start = sum(&archive[12..32]);
    archive[8..12].copy_from_slice(&of_start);
    archive
}

const FILE: u32 = 0o100_644;

#[test]
fn files_programs_links_folders_and_empty_files_are_read() {
    let archive = packed(&[
        ("pkg-1.0/LICENSE", FILE, b"MIT"),
        ("pkg-1.0/bin/run", 0o100_755, b"#!/bin/sh"),
        ("pkg-1.0/doc", 0o040_755, b""),
        ("pkg-1.0/empty", FILE, b""),
        ("pkg-1.0/license", 0o120_777, b"LICENSE"),
    ]);
    assert_eq!(read("pkg-1.0.7z", &archive).expect("a 7z"), ["LICENSE", "bin/run", "empty"]);
    let folder = unpacks("pkg-1.0.7z", &archive).expect("unpacks");
    let root = folder.path().join("room/pkg-1.0");
    assert_eq!(fs::read(root.join("license")).expect("the link leads to it"), b"MIT");
    assert!(root.join("doc").is_dir());
}

#[test]
fn a_7z_that_leaves_its_root_is_too_large_or_broken_is_refused() {
    for name in ["../out", "/tmp/clarity-escape-7z", "a/../../out"] {
        let error = unpacks("p.7z", &packed(&[(name, FILE, b"x")])).expect_err(name);
        assert!(matches!(error, ArchiveError::Escape(_)), "{name}: {error}");
    }
    let through_link = packed(&[("p/up", 0o120_777, b"/tmp"), ("p/up/clarity-escape-7z", FILE, b"x")]);
    unpacks("p.7z", &through_link).expect_err("goes through a link");
    let bomb = packed(&[("p/zeros", FILE, &vec![0; 400 << 20])]);
    let error = unpacks("p.7z", &bomb).expect_err("a bomb");
    assert!(bomb.len() < 4 << 20 && matches!(error, ArchiveError::Limit(_)), "{error}");
    let window = with_largest_window(packed(&[("p/a", FILE, b"some bytes")]));
    let error = unpacks("p.7z", &window).expect_err("a window of 4 GiB");
    assert!(matches!(error, ArchiveError::Limit(_)), "{error}");
    let long = "n".repeat(100);
    let many: Vec<_> = (0..6000).map(|number| format!("p/{number}{long}")).collect();
    let many = packed(&many.iter().map(|name| (name.as_str(), FILE, &b""[..])).collect::<Vec<_>>());
    let error = unpacks("p.7z", &many).expect_err("a long list");
    assert!(many.len() < 1 << 20 && matches!(error, ArchiveError::Limit(_)), "{error}");
    let whole = packed(&[("p/a", FILE, b"some bytes that are packed"), ("p/b", FILE, b"and more of them")]);
    for len in [6, 31, 40, whole.len() - 1] {
        let error = read("p.7z", &whole[..len]).expect_err("cut off").to_string();
        assert!(error.contains("the archive") && !error.contains('\n'), "{error}");
    }
    assert!(!std::path::Path::new("/tmp/clarity-escape-7z").exists());
}

#[test]
#[ignore = "needs 7z"]
fn what_7z_packs_with_each_of_its_methods_is_read_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("pkg-1.0");
    fs::create_dir_all(root.join("src/empty")).expect("made");
    for number in 0..50 {
        fs::write(root.join(format!("src/{number}.c")), format!("int a{number};\n").repeat(100 * number)).expect("ok");
    }
    let wanted = clarity::source::hash_nar(&root, clarity::source::Algo::Sha256).expect("readable");
    for method in ["LZMA", "LZMA2", "PPMd", "BZip2", "Copy", "BCJ2"] {
        let archive = folder.path().join(format!("{method}.7z"));
        let chain = if method == "BCJ2" { "-mf=BCJ2".to_owned() } else { format!("-m0={method}") };
        let mut command = Command::new("7z");
        command.args(["a", "-bd", "-ms=on", &chain]).arg(&archive).arg("pkg-1.0").current_dir(folder.path());
        assert!(command.output().expect("7z is on PATH").status.success(), "{method}");
        let unpacked =
            unpacks("pkg.7z", &fs::read(&archive).expect("written")).unwrap_or_else(|error| panic!("{error}"));
        let got = clarity::source::hash_nar(&unpacked.path().join("room/pkg-1.0"), clarity::source::Algo::Sha256);
        assert_eq!(got.expect("readable"), wanted, "{method}");
    }
}

//! Archives of every kind: read as a stream, unpacked, and refused where they lie.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use clarity::source::{Algo, ArchiveError, Limits, SourceError, SourceTree, hash_nar, unpack, write_nar};

use super::{acquire, files, flat, names, options, sha256, sources};

/// One entry of a made archive.
#[derive(Clone)]
enum Entry {
    File(&'static str, &'static str),
    Program(&'static str, &'static str),
    Folder(&'static str),
    Link(&'static str, &'static str),
    HardLink(&'static str, &'static str),
    Device(&'static str),
}

use Entry::{Device, File, Folder, HardLink, Link, Program};

const USUAL: [Entry; 5] = [
    Folder("pkg-1.0/"),
    File("pkg-1.0/LICENSE", "MIT"),
    Program("pkg-1.0/bin/run", "#!/bin/sh"),
    File("pkg-1.0/src/a.c", "int a;"),
    Link("pkg-1.0/link", "src/a.c"),
];
const USUAL_NAMES: [&str; 3] = ["LICENSE", "bin/run", "src/a.c"];

/// A tar whose names are written as they are, also bad ones.
fn tar_of(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        let (kind, name, target, body, mode) = match entry {
            File(name, body) => (b'0', name, "", *body, 0o644),
            Program(name, body) => (b'0', name, "", *body, 0o755),
            Folder(name) => (b'5', name, "", "", 0o755),
            Link(name, target) => (b'2', name, *target, "", 0o777),
            HardLink(name, target) => (b'1', name, *target, "", 0o644),
            Device(name) => (b'3', name, "", "", 0o644),
        };
        out.extend(header(kind, name.as_bytes(), target.as_bytes(), body.len() as u64, mode));
        out.extend(pad(body.as_bytes()));
    }
    out.extend([0; 1024]);
    out
}

fn header(kind: u8, name: &[u8], target: &[u8], size: u64, mode: u32) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_size(size);
    header.set_mode(mode);
    header.set_entry_type(tar::EntryType::new(kind));
    let raw = header.as_mut_bytes();
    raw[..name.len()].copy_from_slice(name);
    raw[157..157 + target.len()].copy_from_slice(target);
    header.set_cksum();
    header.as_bytes().to_vec()
}

fn pad(body: &[u8]) -> Vec<u8> {
    let mut body = body.to_vec();
    body.resize(body.len().div_ceil(512) * 512, 0);
    body
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("in memory")
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("in memory")
}

fn lzma(bytes: &[u8]) -> Vec<u8> {
    let options = liblzma::stream::LzmaOptions::new_preset(1).expect("a preset");
    let stream = liblzma::stream::Stream::new_lzma_encoder(&options).expect("a stream");
    let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("in memory")
}

/// An lzip member around a raw LZMA stream with an end mark, as the lzip manual describes it.
fn lzip(bytes: &[u8]) -> Vec<u8> {
    let alone = lzma(bytes);
    // `alone` states properties, dictionary and size (unknown: an end mark follows); lzip has the dictionary coded.
    let dictionary = u32::from_le_bytes(alone[1..5].try_into().expect("four bytes"));
    let mut out = b"LZIP\x01".to_vec();
    out.push(dictionary.ilog2() as u8);
    out.extend(&alone[13..]);
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    out.extend(crc.sum().to_le_bytes());
    out.extend((bytes.len() as u64).to_le_bytes());
    let member = out.len() as u64 + 8;
    out.extend(member.to_le_bytes());
    out
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("in memory")
}

fn zip_of(entries: &[Entry]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let mode = |mode| zip::write::SimpleFileOptions::default().unix_permissions(mode);
    for entry in entries {
        match entry {
            File(name, body) => {
                writer.start_file(*name, mode(0o644)).expect("in memory");
                writer.write_all(body.as_bytes()).expect("in memory");
            }
            Program(name, body) => {
                writer.start_file(*name, mode(0o755)).expect("in memory");
                writer.write_all(body.as_bytes()).expect("in memory");
            }
            Folder(name) => writer.add_directory(*name, mode(0o755)).expect("in memory"),
            Link(name, target) => writer.add_symlink(*name, *target, mode(0o777)).expect("in memory"),
            HardLink(..) | Device(_) => unreachable!("zip has none"),
        }
    }
    writer.finish().expect("in memory").into_inner()
}

fn ar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = b"!<arch>\n".to_vec();
    for (name, body) in members {
        out.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, body.len()).bytes());
        out.extend(*body);
        out.extend(vec![b'\n'; body.len() % 2]);
    }
    out
}

fn cpio_of(entries: &[Entry]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut add = |name: &str, mode: u32, body: &str| {
        let numbers = [0, mode, 0, 0, 1, 0, body.len() as u32, 0, 0, 0, 0, name.len() as u32 + 1, 0];
        let start = out.len();
        out.extend(b"070701");
        numbers.iter().for_each(|number| out.extend(format!("{number:08x}").bytes()));
        out.extend(name.bytes().chain([0]));
        out.resize(start + (out.len() - start).div_ceil(4) * 4, 0);
        out.extend(body.bytes());
        out.resize(start + (out.len() - start).div_ceil(4) * 4, 0);
    };
    for entry in entries {
        match entry {
            File(name, body) => add(name, 0o100_644, body),
            Program(name, body) => add(name, 0o100_755, body),
            Folder(name) => add(name, 0o040_755, ""),
            Link(name, target) => add(name, 0o120_777, target),
            Device(name) => add(name, 0o020_644, ""),
            HardLink(..) => unreachable!("not made here"),
        }
    }
    add("TRAILER!!!", 0, "");
    out
}

fn rpm_of(payload: &[u8]) -> Vec<u8> {
    let section = |data: usize| {
        let mut section = vec![0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
        section.extend(1_u32.to_be_bytes());
        section.extend((data as u32).to_be_bytes());
        section.extend(vec![0; 16 + data]);
        section
    };
    let mut out = vec![0xed, 0xab, 0xee, 0xdb];
    out.resize(96, 0);
    out.extend(section(3));
    out.resize(out.len().div_ceil(8) * 8, 0);
    out.extend(section(5));
    out.extend(payload);
    out
}

/// A `.tar.gz` with these files below one folder.
pub(super) fn packed(root: &str, files: &[(&str, &str)]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, text) in files {
        out.extend(header(b'0', format!("{root}/{name}").as_bytes(), b"", text.len() as u64, 0o644));
        out.extend(pad(text.as_bytes()));
    }
    out.extend([0; 1024]);
    gzip(&out)
}

/// The tree of an archive in a `--sources` folder, that is named `name` and whose hash is right.
fn tree_in(folder: &Path, name: &str, bytes: &[u8]) -> SourceTree {
    fs::create_dir_all(folder.join("sources")).expect("made");
    fs::write(folder.join("sources").join(name), bytes).expect("written");
    let mut options = options(folder);
    options.folders = vec![folder.join("sources")];
    acquire(&sources(options), &flat(&format!("https://h.example/{name}"), &sha256(bytes))).expect("at hand")
}

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Vec<String>, SourceError> {
    let folder = tempfile::tempdir().expect("a folder");
    files(&tree_in(folder.path(), name, bytes)).map(|(files, _)| files.into_keys().collect())
}

pub(super) fn unpacks(name: &str, bytes: &[u8]) -> Result<tempfile::TempDir, ArchiveError> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join(name), bytes).expect("written");
    unpack(&folder.path().join(name), name, &folder.path().join("room"), &Limits::default())?;
    Ok(folder)
}

#[test]
fn every_compression_of_tar_is_read() {
    let tar = tar_of(&USUAL);
    let mut brotli = Vec::new();
    brotli_stored(&tar, &mut brotli);
    let all: [(&str, Vec<u8>); 9] = [
        ("pkg-1.0.tar", tar.clone()),
        ("pkg-1.0.tar.gz", gzip(&tar)),
        ("pkg-1.0.tar.bz2", bzip2(&tar)),
        ("pkg-1.0.tar.xz", xz(&tar)),
        ("pkg-1.0.tar.lzma", lzma(&tar)),
        ("pkg-1.0.tar.lz", lzip(&tar)),
        ("pkg-1.0.tar.zst", zstd::encode_all(&*tar, 1).expect("in memory")),
        ("pkg-1.0.tar.br", brotli),
        ("pkg-1.0.crate", gzip(&tar)),
    ];
    for (name, bytes) in all {
        assert_eq!(read(name, &bytes).unwrap_or_else(|error| panic!("{name}: {error}")), USUAL_NAMES, "{name}");
    }
}

/// A brotli stream of uncompressed pieces (RFC 7932, section 9.2), so that no encoder is needed.
pub fn brotli_stored(bytes: &[u8], out: &mut Vec<u8>) {
    let mut bits: Vec<bool> = Vec::new();
    let put = |bits: &mut Vec<bool>, value: u32, count: u32| (0..count).for_each(|at| bits.push(value >> at & 1 == 1));
    // WBITS = 16: a single zero bit.
    put(&mut bits, 0, 1);
    let flush = |bits: &mut Vec<bool>, out: &mut Vec<u8>| {
        bits.resize(bits.len().div_ceil(8) * 8, false);
        for byte in bits.chunks(8) {
            out.push(byte.iter().enumerate().fold(0, |sum, (at, bit)| sum | u8::from(*bit) << at));
        }
        bits.clear();
    };
    for piece in bytes.chunks(60_000) {
        // ISLAST = 0, MNIBBLES = 4, MLEN - 1, ISUNCOMPRESSED = 1.
        put(&mut bits, 0, 1);
        put(&mut bits, 0, 2);
        put(&mut bits, piece.len() as u32 - 1, 16);
        put(&mut bits, 1, 1);
        flush(&mut bits, out);
        out.extend(piece);
    }
    // ISLAST = 1, ISLASTEMPTY = 1.
    put(&mut bits, 3, 2);
    flush(&mut bits, out);
}

#[test]
fn every_other_kind_of_archive_is_read() {
    let (tar, inner) = (tar_of(&USUAL), [File("lib/a.rb", "puts 1"), File("README.md", "# a")]);
    assert_eq!(read("pkg-1.0.zip", &zip_of(&USUAL)).expect("a zip"), USUAL_NAMES);
    let wheel = zip_of(&[File("pkg/__init__.py", ""), File("pkg-1.0.dist-info/METADATA", "Name: pkg")]);
    assert_eq!(
        read("pkg-1.0-py3-none-any.whl", &wheel).expect("a wheel"),
        ["pkg-1.0.dist-info/METADATA", "pkg/__init__.py"]
    );
    let deb = ar_of(&[
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", &gzip(&tar_of(&[File("./control", "Package: pkg")]))),
        ("data.tar.xz", &xz(&tar_of(&[File("./usr/share/doc/pkg/copyright", "GPL")]))),
    ]);
    let want = ["DEBIAN/control", "debian-binary", "usr/share/doc/pkg/copyright"];
    assert_eq!(read("pkg_1.0_all.deb", &deb).expect("a deb"), want);
    assert_eq!(read("pkg-1.0.cpio", &cpio_of(&USUAL)).expect("a cpio"), USUAL_NAMES);
    let rpm = rpm_of(&gzip(&cpio_of(&[File("./usr/bin/x", "x"), File("./usr/share/licenses/pkg/COPYING", "GPL")])));
    assert_eq!(read("pkg-1.0.rpm", &rpm).expect("an rpm"), ["usr/bin/x", "usr/share/licenses/pkg/COPYING"]);
    let data = gzip(&tar_of(&inner));
    let mut gem = header(b'0', b"metadata.gz", b"", gzip(b"--- gemspec").len() as u64, 0o644);
    gem.extend(pad(&gzip(b"--- gemspec")));
    gem.extend(header(b'0', b"data.tar.gz", b"", data.len() as u64, 0o644));
    gem.extend(pad(&data));
    gem.extend([0; 1024]);
    assert_eq!(read("pkg-1.0.gem", &gem).expect("a gem"), ["README.md", "lib/a.rb", "metadata"]);
    let folder = unpacks("pkg.tar", &tar).expect("a tar");
    let mut nar = Vec::new();
    write_nar(&folder.path().join("room"), &mut nar).expect("readable");
    assert_eq!(read("pkg-1.0.nar", &nar).expect("a nar"), USUAL_NAMES.map(|name| format!("pkg-1.0/{name}")));
}

#[test]
fn a_file_that_is_no_archive_is_itself() {
    assert_eq!(read("font-1.0.ttf", b"\0\x01\0\0").expect("a file"), ["font-1.0.ttf"]);
    assert_eq!(read("a.c.gz", &gzip(b"int a;")).expect("a file"), ["a.c"]);
    assert_eq!(read("empty.txt", b"").expect("a file"), ["empty.txt"]);
}

#[test]
fn an_archive_of_a_kind_that_is_not_read_says_so() {
    for (magic, kind) in
        [(&b"MSCF\0\0\0\0"[..], "cabinet"), (b"Rar!\x1a\x07\x01\0", "RAR"), (b"hsqs\x09\0", "SquashFS")]
    {
        let error = read("pkg-1.0", magic).expect_err("not read").to_string();
        assert!(error.contains(kind) && error.contains("--sources"), "{error}");
    }
    let beside = tar_of(&[File("pkg/data.7z", "7z\u{bc}")]);
    assert_eq!(read("pkg-1.0.tar", &beside).expect("a tar"), ["data.7z"]);
}

#[test]
fn only_a_folder_that_is_alone_is_stripped() {
    let two = [File("a/x", "1"), File("b/y", "2"), File("z", "3")];
    assert_eq!(read("p.tar.gz", &gzip(&tar_of(&two))).expect("a tar"), ["a/x", "b/y", "z"]);
    let beside = [File("package.xml", "1"), File("a/x", "2"), File("a/b/y", "3")];
    assert_eq!(read("p.tgz", &gzip(&tar_of(&beside))).expect("a tar"), ["b/y", "package.xml", "x"]);
}

#[test]
fn long_names_of_gnu_and_pax_and_sparse_files_are_read() {
    let long = format!("pkg-1.0/{}/file", "d".repeat(90).repeat(3).as_str().get(..200).expect("ascii"));
    let gnu = {
        let mut out = header(b'L', b"././@LongLink", b"", long.len() as u64 + 1, 0);
        out.extend(pad(&[long.as_bytes(), b"\0"].concat()));
        out.extend(header(b'0', b"cut", b"", 2, 0o644));
        out.extend(pad(b"ok"));
        out
    };
    let pax = {
        let record = |text: &str| {
            let len = (1..).find(|len| format!("{len} {text}\n").len() == *len).expect("a length");
            format!("{len} {text}\n")
        };
        let records = record(&format!("path={long}")) + &record("size=2");
        let mut out = header(b'g', b"pax_global_header", b"", 0, 0);
        out.extend(header(b'x', b"pax", b"", records.len() as u64, 0));
        out.extend(pad(records.as_bytes()));
        out.extend(header(b'0', b"cut", b"", 0, 0o644));
        out.extend(pad(b"ok"));
        out
    };
    for bytes in [gnu, pax] {
        assert_eq!(read("p.tar", &bytes).expect("a tar"), [long.split_once('/').expect("below").1]);
    }
}

#[test]
#[ignore = "needs GNU tar"]
fn sparse_files_of_every_format_unpack_to_what_they_were() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = folder.path().join("pkg");
    fs::create_dir(&source).expect("made");
    let mut file = fs::File::create(source.join("holes")).expect("made");
    for (at, text) in [(0, "begin"), (100_000, "middle"), (5_000_000, "late")] {
        std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(at)).expect("seeks");
        file.write_all(text.as_bytes()).expect("written");
    }
    file.set_len(9_000_000).expect("longer");
    let want = hash_nar(&source, Algo::Sha256).expect("readable");
    let formats: [&[&str]; 4] = [
        &["--format=gnu"],
        &["--format=pax", "--sparse-version=0.0"],
        &["--format=pax", "--sparse-version=0.1"],
        &["--format=pax", "--sparse-version=1.0"],
    ];
    for (number, format) in formats.iter().enumerate() {
        let archive = folder.path().join(format!("{number}.tar"));
        let mut command = Command::new("tar");
        command.args(*format).args(["--sparse", "--create", "--file"]).arg(&archive).arg("-C").arg(folder.path());
        assert!(command.arg("pkg").status().expect("tar is installed").success());
        assert!(fs::metadata(&archive).expect("made").len() < 100_000, "it is sparse");
        let room = folder.path().join(format!("room{number}"));
        unpack(&archive, "p.tar", &room, &Limits::default()).expect("unpacks");
        assert_eq!(hash_nar(&room.join("pkg"), Algo::Sha256).expect("readable"), want, "{format:?}");
    }
}

/// Escapes of each kind: nothing but an error may come of them, and nothing may lie outside of the room.
#[test]
fn entries_that_leave_the_root_are_refused() {
    let bad: [&[Entry]; 9] = [
        &[File("/tmp/clarity-escape", "x")],
        &[File("../escape", "x")],
        &[File("a/../../escape", "x")],
        &[Link("a", ".."), File("a/escape", "x")],
        &[Link("a", "/tmp"), File("a/clarity-escape", "x")],
        &[Folder("d/"), Link("d/e", "../.."), File("d/e/escape", "x")],
        &[Link("a", "b"), Link("b", ".."), File("a/escape", "x")],
        &[HardLink("passwd", "/etc/passwd")],
        &[HardLink("passwd", "../../../../etc/passwd")],
    ];
    for entries in bad {
        let error = unpacks("bad.tar", &tar_of(entries)).expect_err("must be refused");
        assert!(matches!(error, ArchiveError::Escape(_)), "{error}");
    }
    let through_link: &[Entry] = &[Link("a", "/etc"), HardLink("b", "a/passwd")];
    assert!(matches!(unpacks("bad.tar", &tar_of(through_link)), Err(ArchiveError::Corrupt(_))));
    let over_link =
        unpacks("p.tar", &tar_of(&[Link("a", "../outside"), File("a", "mine")])).expect("replaces the link");
    assert_eq!(fs::read(over_link.path().join("room/a")).expect("a file"), b"mine");
    assert!(!over_link.path().join("outside").exists());
    for name in ["/tmp/clarity-escape", "../escape", "a/../../escape"] {
        let error = read("bad.zip", &zip_of(&[File(name, "x")])).expect_err("must be refused");
        assert!(error.to_string().contains("leaves its root"), "{error}");
        assert!(read("bad.cpio", &cpio_of(&[File(name, "x")])).is_err() || name.starts_with('/'));
        assert!(read("bad.deb", &ar_of(&[("data.tar", &tar_of(&[File(name, "x")]))])).is_err());
    }
    assert!(!Path::new("/tmp/clarity-escape").exists());
}

#[test]
fn devices_are_named_and_not_made() {
    let tar = tar_of(&[Device("p/null"), File("p/a", "x")]);
    let folder = tempfile::tempdir().expect("a folder");
    let (files, notes) = files(&tree_in(folder.path(), "p.tar", &tar)).expect("readable");
    assert_eq!(files.into_keys().collect::<Vec<_>>(), ["a"]);
    assert_eq!(notes, ["null: a character device; it is not read"]);
    assert!(!unpacks("p.tar", &tar).expect("unpacks").path().join("room/p/null").exists());
}

fn zeros(len: u64) -> impl std::io::Read {
    std::io::Read::take(std::io::repeat(0), len)
}

fn copy_into(mut encoder: impl Write, len: u64) {
    std::io::copy(&mut zeros(len), &mut encoder).expect("in memory");
}

/// 400 MB of zeros in a tar in each compression, a sparse file that states a petabyte, a zip whose entries share bytes.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    const LEN: u64 = 400 << 20;
    let start = header(b'0', b"p/zeros", b"", LEN, 0o644);
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gz.write_all(&start).expect("in memory");
    copy_into(&mut gz, LEN);
    let once = gz.finish().expect("in memory");
    let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 0);
    xz.write_all(&start).expect("in memory");
    copy_into(&mut xz, LEN);
    let mut zst = zstd::Encoder::new(Vec::new(), 1).expect("in memory");
    zst.write_all(&start).expect("in memory");
    copy_into(&mut zst, LEN);
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("p/zeros", zip::write::SimpleFileOptions::default()).expect("in memory");
    copy_into(&mut zip, LEN);
    let mut sparse = header(b'S', b"p/sparse", b"", 0, 0o644);
    sparse[483..495].copy_from_slice(&[0x80, 0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0]);
    let sum: u32 =
        sparse.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u32::from(*byte) }).sum();
    sparse[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let twice = gzip(&once);
    vec![
        ("bomb.tar.gz", once),
        ("bomb.tar.xz", xz.finish().expect("in memory")),
        ("bomb.tar.zst", zst.finish().expect("in memory")),
        ("bomb.zip", zip.finish().expect("in memory").into_inner()),
        ("sparse.tar", sparse),
        ("twice.tar.gz.gz", twice),
    ]
}

#[test]
fn bombs_end_at_a_limit() {
    for (name, bytes) in bombs() {
        assert!(bytes.len() < 4 << 20, "{name} is a bomb");
        let error = unpacks(name, &bytes).expect_err(name);
        assert!(matches!(error, ArchiveError::Limit(_)), "{name}: {error}");
    }
    let error = unpacks("overlap.zip", &overlapping_zip()).expect_err("overlaps");
    assert!(matches!(error, ArchiveError::Limit(_)), "{error}");
}

/// A zip whose central directory names the same bytes many times under other names.
fn overlapping_zip() -> Vec<u8> {
    let one =
        zip_of(&[File("aaa", "some bytes that all entries share, and that are long enough not to be nothing at all")]);
    let end = one.len() - 22;
    let directory = u32::from_le_bytes(one[end + 16..end + 20].try_into().expect("four bytes")) as usize;
    let entry = &one[directory..end];
    let mut out = one[..directory].to_vec();
    for number in 0..500 {
        let mut entry = entry.to_vec();
        entry[46..49].copy_from_slice(format!("{number:03}").as_bytes());
        out.extend(entry);
    }
    let mut tail = one[end..].to_vec();
    tail[8..10].copy_from_slice(&500_u16.to_le_bytes());
    tail[10..12].copy_from_slice(&500_u16.to_le_bytes());
    tail[12..16].copy_from_slice(&(500 * entry.len() as u32).to_le_bytes());
    out.extend(tail);
    out
}

#[test]
fn each_limit_says_what_it_is() {
    let says = |limits: Limits, tar: Vec<u8>, words: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let path: PathBuf = folder.path().join("p.tar");
        fs::write(&path, tar).expect("written");
        let error = unpack(&path, "p.tar", &folder.path().join("room"), &limits).expect_err(words).to_string();
        assert!(error.contains(words), "{error}");
    };
    let usual = || tar_of(&USUAL);
    says(Limits { entries: 2, ..Limits::default() }, usual(), "more than 2 entries");
    says(Limits { bytes: 5, ..Limits::default() }, usual(), "more than 5 bytes");
    says(Limits { depth: 2, ..Limits::default() }, usual(), "2 folders deep");
    says(Limits { path: 10, ..Limits::default() }, usual(), "longer than 10 bytes");
    let mut huge = header(b'L', b"././@LongLink", b"", 1 << 40, 0);
    huge.extend([0; 512]);
    says(Limits::default(), huge, "a tar header of");
}

#[test]
fn a_damaged_archive_is_one_clear_line() {
    let tar = tar_of(&USUAL);
    let mut wrong_sum = tar.clone();
    wrong_sum[1540] ^= 1;
    let cut = |bytes: Vec<u8>| bytes[..bytes.len() / 2].to_vec();
    let many: Vec<Entry> = (0..50).flat_map(|_| USUAL).collect();
    let big = tar_of(&many);
    for (name, bytes) in [
        ("p.tar", tar[..700].to_vec()),
        ("p.tar", wrong_sum),
        ("p.tar.gz", cut(gzip(&big))),
        ("p.tar.bz2", cut(bzip2(&big))),
        ("p.tar.xz", cut(xz(&big))),
        ("p.tar.zst", cut(zstd::encode_all(&*big, 1).expect("in memory"))),
        ("p.zip", cut(zip_of(&USUAL))),
        ("p.deb", ar_of(&[("data.tar", &tar)])[..900].to_vec()),
    ] {
        let error = read(name, &bytes).map(drop).expect_err(name);
        let line = error.to_string();
        assert!(!error.is_skipped() && !line.contains('\n') && line.contains("the archive"), "{name}: {line}");
    }
}

mod random {
    use super::{USUAL, ar_of, cpio_of, gzip, rpm_of, tar_of, xz, zip_of};
    use proptest::prelude::{any, prop};
    use std::ops::ControlFlow;

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(60))]
        /// Whatever the bytes, reading ends, and ends in a value.
        #[test]
        fn changed_archives_never_panic(which in 0..7_usize, changes in prop::collection::vec((any::<u16>(), any::<u8>()), 1..8)) {
            let tar = tar_of(&USUAL);
            let kinds = [
                tar.clone(), gzip(&tar), zip_of(&USUAL), cpio_of(&USUAL), xz(&tar),
                rpm_of(&cpio_of(&USUAL)), ar_of(&[("data.tar", &tar)]),
            ];
            let mut bytes = kinds[which].clone();
            for (at, byte) in changes {
                let at = usize::from(at) % bytes.len();
                bytes[at] = byte;
            }
            let folder = tempfile::tempdir().expect("a folder");
            let tree = super::tree_in(folder.path(), "p.bin", &bytes);
            let _ = tree.for_each_file(&mut |event| {
                if let clarity::source::Event::File(mut file) = event {
                    let _ = file.read(1 << 16);
                }
                ControlFlow::Continue(())
            });
            let _ = tree.unpack_into(&folder.path().join("room"));
        }
    }
}

mod trees {
    use super::{Entry, hash_nar, options, tar_of, tree_in};
    use clarity::source::Algo;
    use proptest::prelude::prop;

    const NAMES: [&str; 10] = ["p", "p/a", "p/a.c", "p/a-b", "p/a/b", "p/a/b/c", "p/a-b/d", "p/z", "q", "q/a"];
    const TEXTS: [&str; 4] = ["", "text", "12345678", "a longer text, longer than eight"];

    fn entry((kind, name, other): (usize, usize, usize)) -> Entry {
        match kind {
            0 | 1 => Entry::Folder(NAMES[name]),
            2 => Entry::Link(NAMES[name], NAMES[other]),
            3 => Entry::HardLink(NAMES[name], NAMES[other]),
            4 | 5 => Entry::Program(NAMES[name], TEXTS[other % 4]),
            _ => Entry::File(NAMES[name], TEXTS[other % 4]),
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]
        /// Entries in any order, also twice and in each other's way.
        #[test]
        fn an_archive_hashes_as_the_tree_it_unpacks_to(
            entries in prop::collection::vec((0..10_usize, 0..NAMES.len(), 0..NAMES.len()), 1..8)
        ) {
            let bytes = tar_of(&entries.into_iter().map(entry).collect::<Vec<_>>());
            let folder = tempfile::tempdir().expect("a folder");
            let tree = tree_in(folder.path(), "p.tar", &bytes);
            let unpacked = tree.unpack_into(&folder.path().join("room")).ok();
            let hash = unpacked.as_ref().map(|root| hash_nar(root, Algo::Sha256).expect("readable").to_string());
            let mut options = options(folder.path());
            options.folders = vec![folder.path().join("sources")];
            let source = super::super::unpacked("https://h.example/p.tar", &hash.unwrap_or_else(|| super::sha256(b"")));
            let had = super::acquire(&super::sources(options), &source);
            proptest::prop_assert_eq!(had.as_ref().is_ok_and(|tree| tree.verification == clarity::source::Verification::Verified), unpacked.is_some(), "{:?}", had.err());
        }
    }
}

#[test]
fn a_stream_that_wants_too_much_memory_is_refused() {
    let zstd = [&[0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3][..], &[0x21, 0, 0], b"MIT\n"].concat();
    let single = [&[0x28, 0xb5, 0x2f, 0xfd, 0xa0][..], &(1_u32 << 31).to_le_bytes(), &[0x21, 0, 0], b"MIT\n"].concat();
    let mut lzma = lzma(b"MIT");
    lzma[1..5].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut lzip = lzip(b"MIT");
    lzip[5] = 29;
    for (name, bytes) in [("a.zst", zstd), ("b.zst", single), ("c.lzma", lzma), ("d.lz", lzip)] {
        let line = read(name, &bytes).expect_err(name).to_string();
        assert!(line.contains("exceeds a limit: its window needs"), "{name}: {line}");
    }
}

#[test]
fn reading_and_unpacking_show_the_same_files() {
    for (name, bytes) in [("p.tar.gz", gzip(&tar_of(&USUAL))), ("p.zip", zip_of(&USUAL)), ("p.tar", tar_of(&USUAL))] {
        let folder = tempfile::tempdir().expect("a folder");
        let tree = tree_in(folder.path(), name, &bytes);
        let root = tree.unpack_into(&folder.path().join("room")).expect("unpacks");
        for (path, bytes) in files(&tree).expect("readable").0 {
            assert_eq!(fs::read(root.join(&path)).expect("there"), bytes, "{name} {path}");
        }
        assert_eq!(names(&tree), USUAL_NAMES);
    }
}

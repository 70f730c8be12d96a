//! What reading sources costs, as ratios: NAR against bare SHA-256, unpacking against `tar`, reading the archive
//! against unpacking it first. Run with `--ignored --nocapture`; absolute times are of this machine only.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clarity::source::{Algo, Event, Hasher, Limits, hash_nar, unpack};

use super::{acquire, flat, options, sources};

fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("stderr");
}

/// The best of five, so that other work on the machine counts least.
fn best(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<_> = (0..5)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[0]
}

/// About 100 MB that look like sources: words and numbers, in files of very different sizes.
fn tree(root: &Path) -> u64 {
    let mut seed = 88_172_645_463_325_252_u64;
    let mut roll = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    let words: Vec<String> = (0..4000).map(|_| format!("{:x}", roll() & 0xff_ffff)).collect();
    let mut total = 0;
    for number in 0..3000 {
        let folder = root.join(format!("d{}", number % 60));
        fs::create_dir_all(&folder).expect("made");
        let len = if number % 100 == 0 { 900_000 } else { 2_000 + roll() % 40_000 };
        let mut text = String::with_capacity(len as usize + 16);
        while (text.len() as u64) < len {
            text.push_str(&words[(roll() % 4000) as usize]);
            text.push(if roll().is_multiple_of(9) { '\n' } else { ' ' });
        }
        total += text.len() as u64;
        fs::write(folder.join(format!("f{number}.c")), text).expect("written");
    }
    total
}

fn paths(root: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten();
    walk.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path).collect()
}

#[test]
#[ignore = "a measurement, needs tar, gzip and xz"]
fn hashing_unpacking_and_reading() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().join("pkg-1.0");
    let total = tree(&root);
    let files = paths(&root);
    say(&format!("{} files, {} MB", files.len(), total / 1_000_000));
    for algo in [Algo::Sha256, Algo::Sha512] {
        let alone = best(|| {
            for file in &files {
                let mut hasher = Hasher::new(algo);
                hasher.update(&fs::read(file).expect("readable"));
                hasher.finish();
            }
        });
        let nar = best(|| drop(hash_nar(&root, algo).expect("readable")));
        let ratio = alone.as_secs_f64() / nar.as_secs_f64();
        say(&format!("{}: alone {alone:.2?}, as NAR {nar:.2?}: throughput {ratio:.2}x", algo.name()));
    }
    for (name, flag) in [("pkg-1.0.tar.gz", "--gzip"), ("pkg-1.0.tar.xz", "--xz")] {
        archive(folder.path(), name, flag);
    }
}

fn archive(folder: &Path, name: &str, flag: &str) {
    let file = folder.join(name);
    let mut tar = Command::new("tar");
    tar.arg("--create").arg(flag).arg("--file").arg(&file).arg("-C").arg(folder).arg("pkg-1.0").env("XZ_OPT", "-1 -T1");
    assert!(tar.status().expect("tar is installed").success());
    let room = folder.join("room");
    let theirs = best(|| {
        let _ = fs::remove_dir_all(&room);
        fs::create_dir(&room).expect("made");
        // `tar` runs its decompressor beside itself; bound to one core it has what ours has.
        let mut tar = Command::new("taskset");
        tar.args(["--cpu-list", "0", "tar", "--extract", "--file"]).arg(&file).arg("-C").arg(&room);
        assert!(tar.status().expect("tar is installed").success());
    });
    let ours = best(|| {
        let _ = fs::remove_dir_all(&room);
        unpack(&file, name, &room, &Limits::default()).expect("unpacks");
    });
    let (hash, _) = clarity::source::hash_file(&file, Algo::Sha256).expect("readable");
    let mut options = options(folder);
    options.folders = vec![folder.to_owned()];
    let source = flat(&format!("https://h.example/{name}"), &hash.to_string());
    fs::rename(folder.join("pkg-1.0"), folder.join("aside")).expect("moved");
    let tree = acquire(&sources(options), &source).expect("at hand");
    fs::rename(folder.join("aside"), folder.join("pkg-1.0")).expect("moved back");
    let mut seen = 0;
    let streamed = best(|| {
        seen = 0;
        tree.for_each_file(&mut |event| {
            if let Event::File(mut file) = event {
                seen += file.read(16 << 20).expect("readable").bytes.len();
            }
            ControlFlow::Continue(())
        })
        .expect("readable");
    });
    let unpacked_first = best(|| {
        let _ = fs::remove_dir_all(&room);
        unpack(&file, name, &room, &Limits::default()).expect("unpacks");
        let read: usize = paths(&room).iter().map(|path| fs::read(path).expect("readable").len()).sum();
        assert_eq!(read, seen);
    });
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    say(&format!("{name}: unpack {ours:.2?}, tar on one core {theirs:.2?}: {:.2}x", ratio(ours, theirs)));
    let gain = ratio(unpacked_first, streamed);
    say(&format!("{name}: read as a stream {streamed:.2?}, unpacked and read {unpacked_first:.2?}: {gain:.2}x faster"));
}

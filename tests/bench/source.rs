//! What reading sources costs, as ratios: NAR against bare SHA-256, unpacking against `tar`, reading the archive
//! against unpacking it first. Run with `--ignored --nocapture`. Times are those that the processor spent, of `tar` with
//! its decompressor and of one thread of ours: other work on the machine hardly counts.

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use clarity::source::{Algo, Event, Hasher, Limits, hash_nar, unpack};

use super::{acquire, flat, options, sources};

fn say(line: &str) {
    writeln!(std::io::stderr(), "{line}").expect("stderr");
}

/// The time that the processor spent on this thread and on the programs that it waited for.
fn spent() -> Duration {
    let thread = fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let own: u64 = thread.split(' ').next().and_then(|time| time.parse().ok()).expect("nanoseconds");
    let process = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields = process.rsplit(')').next().expect("fields after the name").split_whitespace();
    let ticks: u64 = fields.skip(13).take(2).map(|time| time.parse::<u64>().expect("ticks")).sum();
    Duration::from_nanos(own) + Duration::from_millis(ticks * 10)
}

/// The best of three.
fn best(mut run: impl FnMut()) -> Duration {
    let once = |_| {
        let start = spent();
        run();
        spent() - start
    };
    (0..3).map(once).min().expect("three of them")
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
    // A new one each time, removed at the end: ext4 spends more time on stepping over what was deleted a moment ago than
    // on anything that is measured here.
    let rooms = tempfile::tempdir_in(folder).expect("a folder");
    let mut count = 0;
    let mut room = || {
        count += 1;
        rooms.path().join(count.to_string())
    };
    let theirs = best(|| {
        let room = room();
        fs::create_dir(&room).expect("made");
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--file"]).arg(&file).arg("-C").arg(&room);
        assert!(tar.status().expect("tar is installed").success());
    });
    let ours = best(|| {
        unpack(&file, name, &room(), &Limits::default()).expect("unpacks");
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
        let room = room();
        unpack(&file, name, &room, &Limits::default()).expect("unpacks");
        let read: usize = paths(&room).iter().map(|path| fs::read(path).expect("readable").len()).sum();
        assert_eq!(read, seen);
    });
    let ratio = |a: Duration, b: Duration| a.as_secs_f64() / b.as_secs_f64();
    say(&format!("{name}: unpack {ours:.2?}, tar {theirs:.2?}: {:.2}x", ratio(ours, theirs)));
    let gain = ratio(unpacked_first, streamed);
    say(&format!("{name}: read as a stream {streamed:.2?}, unpacked and read {unpacked_first:.2?}: {gain:.2}x faster"));
}

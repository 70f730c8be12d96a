//! Against the real Nix.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clarity::source::{Algo, FixedHash, Hasher, fixed_output, hash_nar, write_nar};
use clarity::tree::HashMode;

/// A generator that gives the same trees every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn bytes(&mut self, most: u64) -> Vec<u8> {
        let len = match self.roll(8) {
            0 => 0,
            1 => self.roll(most * 40),
            _ => self.roll(most),
        };
        (0..len).map(|_| self.roll(256) as u8).collect()
    }

    /// A name of any bytes but `/` and NUL.
    #[cfg(unix)]
    fn name(&mut self, number: u64) -> OsString {
        use std::os::unix::ffi::OsStringExt;
        let mut name = format!("{number}").into_bytes();
        for _ in 0..self.roll(12) {
            let byte = if self.roll(4) == 0 { self.roll(256) } else { b"aZ._-~+ "[self.roll(8) as usize].into() };
            name.push(byte as u8);
        }
        name.retain(|byte| !matches!(byte, 0 | b'/'));
        name.rotate_left(self.roll(3) as usize % (number.to_string().len() + 1));
        OsString::from_vec(name)
    }

    #[cfg(unix)]
    fn tree(&mut self, place: &Path, depth: u64) {
        use std::os::unix::fs::PermissionsExt;
        match self.roll(if depth == 0 { 1 } else { 6 }) {
            0 | 1 if depth < 5 => {
                fs::create_dir(place).expect("made");
                for number in 0..self.roll(7) {
                    let name = self.name(number);
                    self.tree(&place.join(name), depth + 1);
                }
            }
            2 => std::os::unix::fs::symlink(self.name(1), place).expect("linked"),
            _ => {
                fs::write(place, self.bytes(300)).expect("written");
                let mode = [0o644, 0o755, 0o600, 0o711, 0o655, 0o444][self.roll(6) as usize];
                fs::set_permissions(place, fs::Permissions::from_mode(mode)).expect("set");
            }
        }
    }
}

fn lines(program: &str, arguments: &[&str], paths: &[PathBuf]) -> Vec<String> {
    let output = Command::new(program).args(arguments).args(paths).output().expect("nix is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
#[ignore = "needs nix-hash"]
fn a_thousand_trees_hash_as_nix_hashes_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let trees: Vec<_> = (0..1000).map(|number| folder.path().join(number.to_string())).collect();
    for tree in &trees {
        dice.tree(tree, 0);
    }
    for (algo, name) in [(Algo::Sha256, "sha256"), (Algo::Sha512, "sha512"), (Algo::Sha1, "sha1"), (Algo::Md5, "md5")] {
        for paths in trees.chunks(250) {
            let base32 = lines("nix-hash", &["--type", name, "--base32"], paths);
            let base16 = lines("nix-hash", &["--type", name], paths);
            assert_eq!((base32.len(), base16.len()), (paths.len(), paths.len()));
            for ((path, base32), base16) in paths.iter().zip(base32).zip(base16) {
                let ours = hash_nar(path, algo).expect("readable");
                assert_eq!((ours.base32(), ours.hex()), (base32.clone(), base16), "{}", path.display());
                assert_eq!(FixedHash::parse(Some(&base32), Some(name)), Ok(ours));
            }
        }
    }
}

#[test]
#[ignore = "needs nix-store"]
fn store_paths_are_those_of_nix() {
    for (algo, name) in [(Algo::Sha256, "sha256"), (Algo::Sha512, "sha512"), (Algo::Sha1, "sha1"), (Algo::Md5, "md5")] {
        for (mode, flag) in [(HashMode::Flat, None), (HashMode::Nar, Some("--recursive"))] {
            for file in ["source", "hello-2.10.tar.gz", "a+b_c=d?e"] {
                let mut hasher = Hasher::new(algo);
                hasher.update(file.as_bytes());
                let hash = hasher.finish();
                let (base32, mut arguments) = (hash.base32(), vec!["--print-fixed-path"]);
                arguments.extend(flag);
                arguments.extend([name, &base32, file]);
                let theirs = lines("nix-store", &arguments, &[]);
                let ours = fixed_output(Path::new("/nix/store"), file, mode, &hash).expect("a good name");
                assert_eq!(theirs, [ours.display().to_string()]);
            }
        }
    }
}

#[test]
fn names_that_nix_refuses_have_no_store_path() {
    let hash = Hasher::new(Algo::Sha256).finish();
    for name in ["", "a/b", "ä", "a b"] {
        assert_eq!(fixed_output(Path::new("/nix/store"), name, HashMode::Flat, &hash), None, "{name}");
    }
}

/// A checkout whose package `pkg` has a source that only Nix can make: a file, or the tree of a NAR.
fn checkout(folder: &Path, name: &str, url: &Path, mode: &str, hash: &FixedHash) {
    let text = format!(
        r#"{{ pkg = {{ src = derivation {{
            name = "{name}"; system = "builtin"; builder = "builtin:fetchurl"; preferLocalBuild = true;
            url = "file://{}"; unpack = {}; executable = false;
            outputHashMode = "{mode}"; outputHashAlgo = "sha256"; outputHash = "{}";
        }}; }}; }}"#,
        url.display(),
        mode == "recursive",
        hash.base32(),
    );
    fs::write(folder.join("default.nix"), text).expect("written");
}

#[test]
#[ignore = "needs nix-build and a Nix store that can be written"]
fn a_source_is_realised_by_nix() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    // Of this run only: what an earlier one left in the store would be found there.
    fs::create_dir_all(place.join("tree/src")).expect("made");
    fs::write(place.join("tree/src/a.c"), format!("int a; // {}", place.display())).expect("written");
    fs::create_dir(place.join("tree/doc")).expect("made");
    fs::write(place.join("tree/doc/COPYING"), "MIT").expect("written");
    write_nar(&place.join("tree"), &mut fs::File::create(place.join("tree.nar")).expect("made")).expect("written");
    let tree = hash_nar(&place.join("tree"), Algo::Sha256).expect("readable");
    let (file, _) = clarity::source::hash_file(&place.join("tree.nar"), Algo::Sha256).expect("readable");
    for (name, mode, hash) in [("tree.nar", HashMode::Flat, &file), ("source", HashMode::Nar, &tree)] {
        let word = if mode == HashMode::Nar { "recursive" } else { "flat" };
        checkout(place, name, &place.join("tree.nar"), word, hash);
        let mut options = super::options(place);
        (options.nix, options.checkout) = (true, Some(place.to_owned()));
        options.network = clarity::source::Network::NotAsked;
        let mut source = super::flat("https://h.example/only-nix-has-it", &hash.to_string());
        (source.name, source.mode) = (Some(name.to_owned()), mode);
        let had = super::acquire(&super::sources(options.clone()), &source).expect("realised");
        assert_eq!(super::names(&had), ["doc/COPYING", "src/a.c"]);
        let path = fixed_output(Path::new("/nix/store"), name, mode, hash).expect("a good name");
        assert_eq!(had.origin, clarity::source::Origin::NixStore(path.clone()));
        // The next run finds it by name and hash, without Nix.
        (options.nix, options.nix_store) = (false, Some(PathBuf::from("/nix/store")));
        let again = super::acquire(&super::sources(options), &source).expect("in the store");
        assert_eq!(again.root.unwrap_or(path.clone()), path);
    }
}

#[test]
#[ignore = "needs nix-build and a Nix store that can be written"]
fn what_nix_cannot_realise_is_a_clear_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path();
    fs::write(place.join("file"), "something else").expect("written");
    let hash = Hasher::new(Algo::Sha256).finish();
    checkout(place, "file", &place.join("file"), "flat", &hash);
    let mut options = super::options(place);
    (options.nix, options.checkout) = (true, Some(place.to_owned()));
    options.network = clarity::source::Network::NotAsked;
    let mut source = super::flat("https://h.example/file", &hash.to_string());
    source.name = Some("file".to_owned());
    let line = super::acquire(&super::sources(options), &source).expect_err("a wrong hash").to_string();
    assert!(line.contains("nix-build could not realise pkg.src") && line.contains("hash mismatch"), "{line}");
}

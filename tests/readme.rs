//! What the README shows is what the program does.

use std::fs;
use std::path::Path;

use crate::scan::{clarity, fixture};

/// The README, then the pages of `clarity docs`.
fn documents() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = ["README.md", "src/cli/docs/config.md", "src/cli/docs/ci.md", "src/cli/docs/fix.md"];
    pages.iter().map(|page| fs::read_to_string(root.join(page)).expect("a page")).collect()
}

/// The code blocks of all documents with this first line.
fn blocks(opening: &str) -> Vec<String> {
    let text = documents();
    let opening = format!("```{opening}\n");
    text.split(&opening).skip(1).map(|part| part.split("```").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn the_picture_is_real_output() {
    let picture = &blocks("text")[0];
    let real = clarity(&["scan", fixture().to_str().expect("UTF-8")]).stdout;
    for line in picture.lines().filter(|line| !line.trim().is_empty()) {
        assert!(real.contains(line), "{line:?} is not in the output");
    }
}

#[test]
fn the_configuration_with_every_key_is_understood() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // The file that the block includes.
    fs::write(folder.path().join("curations.toml"), "").expect("writable");
    for (index, block) in blocks("toml").iter().enumerate() {
        let file = folder.path().join(format!("{index}.toml"));
        fs::write(&file, block).expect("writable");
        clarity::config::load(&file).expect("the block is valid");
    }
}

#[test]
fn the_flags_of_the_ci_jobs_exist() {
    let tree = tempfile::tempdir().expect("a temporary folder");
    let baseline = tree.path().join("clarity.baseline");
    let (fixture, baseline) = (fixture(), baseline.to_str().expect("UTF-8").to_owned());
    let scan = ["scan", fixture.to_str().expect("UTF-8")];
    assert_eq!(clarity(&[&scan[..], &["--write-baseline", &baseline]].concat()).code, 0);
    for block in blocks("yaml") {
        let words = block.split_whitespace().map(|word| word.trim_matches('"'));
        let mut flags: Vec<String> = Vec::new();
        for word in words.skip_while(|word| *word != "scan").skip(2).take_while(|word| !word.ends_with(':')) {
            let value = word.replace("clarity.baseline", &baseline).replace("$GITHUB_STEP_SUMMARY", "summary.md");
            let in_folder = |(format, file): (&str, &str)| format!("{format}={}", tree.path().join(file).display());
            flags.push(value.split_once('=').map_or(value.clone(), in_folder));
        }
        flags.retain(|flag| flag != "--fetch" && flag != "-");
        let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
        let run = clarity(&[&scan[..], &flags].concat());
        assert_eq!(run.code, 0, "{flags:?}: {}", run.stderr);
    }
}

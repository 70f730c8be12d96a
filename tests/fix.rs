//! `clarity fix`: an edit changes what it should and nothing else, and says so when it cannot.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clarity::check::{self, Finding, Intent, Remedy, Safety, Severity};
use clarity::conclusion::Confidence;
use clarity::declared::{self, Declared, Row, Selection};
use clarity::fix::{self, Case, Declarations, Fix, Plan};
use clarity::license::{LicenseExpr, Term, equivalent};
use clarity::nix::rewrite::{Rewriter, Task, Wanted};
use clarity::source::Verification;
use clarity::table::LicenseTable;
use clarity::text::{Edit, Span};
use clarity::tree::{Checkout, Options, Package, Site};

/// What a checkout defines.
pub fn surveyed(checkout: &Checkout) -> Vec<(Package, Declared)> {
    surveyed_of(checkout, &Selection::All)
}

/// What a checkout defines of `selection`.
fn surveyed_of(checkout: &Checkout, selection: &Selection) -> Vec<(Package, Declared)> {
    let mut rows = Vec::new();
    declared::survey(checkout, selection, &mut |row| {
        if let Row::Package(package, declared) = row {
            rows.push((*package, *declared));
        }
    });
    rows.sort_by(|a, b| a.0.attr.cmp(&b.0.attr));
    rows
}

pub fn open(tree: &Path) -> Checkout {
    open_with(tree, None)
}

fn open_with(tree: &Path, lib: Option<PathBuf>) -> Checkout {
    Checkout::open(tree, &Options { lib, system: "x86_64-linux".to_owned(), ..Options::default() })
        .expect("the tree is there")
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }
}

/// Licenses that a table can state, by themselves.
fn names(table: &LicenseTable) -> Vec<LicenseExpr> {
    let known = table.records.values().filter(|record| !record.deprecated && record.free);
    let terms = known.filter_map(|record| Term::from_id(record.spdx_id.as_deref()?));
    let mut names: Vec<LicenseExpr> = terms.filter(|term| term.exception.is_none()).map(LicenseExpr::from).collect();
    names.retain(|expr| table.spell(expr).is_some());
    names.sort();
    names.dedup();
    names
}

/// An expression that the table can state: one license, several, or a choice.
fn target(names: &[LicenseExpr], dice: &mut Dice) -> LicenseExpr {
    let mut some = |count: usize| (0..count).map(|_| names[dice.roll(names.len())].clone()).collect::<Vec<_>>();
    let (one, two, three) = (some(1), some(2), some(3));
    match dice.roll(6) {
        0..=2 => one[0].clone(),
        3 => LicenseExpr::all(two).expect("not empty"),
        4 => LicenseExpr::any(two).expect("not empty"),
        _ => LicenseExpr::all(three).expect("not empty"),
    }
}

fn place(package: &Package, declared: &Declared) -> Option<Site> {
    match declared {
        Declared::Resolved { site, .. } => Some(site.clone()),
        Declared::Absent => package.site.clone(),
        _ => None,
    }
}

pub fn finding(package: &Package, target: &LicenseExpr) -> Finding {
    let check = check::by_id("LIC010").expect("there is such a check");
    Finding {
        check,
        severity: Severity::Error,
        attr: package.attr.clone(),
        others: Vec::new(),
        rests_on_source: true,
        confidence: Confidence::High,
        message: String::new(),
        place: None,
        label: "",
        declared: String::new(),
        concluded: target.to_string(),
        evidence: Vec::new(),
        against: Vec::new(),
        help: Vec::new(),
        remedy: Some(Remedy { intent: Intent::SetLicense(target.clone()), doubt: None, freedom: None, offer: None }),
        verification: Verification::Verified,
    }
}

/// What became of the values of a tree when each was to say something else.
struct Retargeted {
    values: usize,
    plan: Plan,
    /// Refused before anything was evaluated, by reason; and after, with the place.
    refused: BTreeMap<String, usize>,
    wrong: Vec<String>,
    edited: Checkout,
    targets: BTreeMap<Site, LicenseExpr>,
    /// Edited files that nixfmt had nothing to say about before.
    clean: usize,
}

/// Gives every license value of `tree` a new random meaning.
fn retargeted(checkout: &Checkout, seed: u64) -> Retargeted {
    let table = checkout.license_table();
    let (names, mut dice) = (names(&table), Dice(seed));
    let rows = surveyed(checkout);
    let mut targets: BTreeMap<Site, LicenseExpr> = BTreeMap::new();
    // Where nothing is declared, what is proposed comes of the package's source.
    let is_judged =
        |(package, declared): &&(Package, Declared)| *declared != Declared::Absent || !package.sources.is_empty();
    for (package, declared) in rows.iter().filter(is_judged) {
        if let Some(place) = place(package, declared) {
            targets.entry(place).or_insert_with(|| target(&names, &mut dice));
        }
    }
    let mut plan = plan_for(checkout, &rows, &targets, &table);
    let refused = plan.refused.iter().fold(BTreeMap::new(), |mut counts, refused| {
        let reason = refused.why.split('`').next().unwrap_or_default().to_owned();
        *counts.entry(reason).or_default() += 1;
        counts
    });
    let before: Declarations =
        rows.iter().map(|(package, declared)| (package.attr.clone(), declared.clone())).collect();
    let known = plan.refused.len();
    verify(checkout, &mut plan, &before, &table);
    let edited = edited(checkout, &plan, &plan.fixes);
    let wrong = plan.refused[known..]
        .iter()
        .map(|refused| {
            let place =
                refused.place.as_ref().map(|site| format!("{}:{}", site.file, site.start.line)).unwrap_or_default();
            (place, format!("{}: {}", refused.attr, refused.why))
        })
        .collect::<BTreeMap<_, _>>()
        .into_iter()
        .map(|(place, why)| format!("{place} {why}"))
        .collect();
    Retargeted { values: targets.len(), plan, refused, wrong, edited, targets, clean: 0 }
}

fn plan_for(
    checkout: &Checkout,
    rows: &[(Package, Declared)],
    targets: &BTreeMap<Site, LicenseExpr>,
    table: &LicenseTable,
) -> Plan {
    // A set without a license that several packages are made of is a builder: only one of them asks.
    let mut asked = BTreeSet::new();
    let findings: Vec<Option<Finding>> = rows
        .iter()
        .map(|(package, declared)| {
            let place = place(package, declared)?;
            let target = targets.get(&place)?;
            (*declared != Declared::Absent || asked.insert(place)).then(|| finding(package, target))
        })
        .collect();
    plan_of(checkout, rows, &findings, table)
}

/// The plan for what is found about each of `rows`.
pub fn plan_of(
    checkout: &Checkout,
    rows: &[(Package, Declared)],
    findings: &[Option<Finding>],
    table: &LicenseTable,
) -> Plan {
    let cases: Vec<Case<'_>> = rows
        .iter()
        .zip(findings)
        .map(|((package, declared), finding)| Case { package, declared, findings: finding.iter().collect() })
        .collect();
    let options = fix::Options { safety: Safety::Unsafe, limit: None };
    let work = || fix::plan(checkout, &cases, table, &options);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(clarity::nix::STACK);
        thread.spawn_scoped(scope, work).expect("a thread").join().expect("no panic")
    })
}

/// `checkout` with `fixes` made.
fn edited(checkout: &Checkout, plan: &Plan, fixes: &[Fix]) -> Checkout {
    let texts: Vec<_> = plan.files_with(fixes).map(|(file, _, after)| (file.clone(), after)).collect();
    checkout.with_texts(texts.iter().map(|(file, text)| (file, text.as_str())))
}

/// Refuses what does not do as it should.
pub fn verify(checkout: &Checkout, plan: &mut Plan, before: &Declarations, table: &LicenseTable) {
    fix::verify(plan, before, table, &mut |plan, fixes, selection| {
        let rows = surveyed_of(&edited(checkout, plan, fixes), &selection);
        Some(rows.into_iter().map(|(package, declared)| (package.attr, declared)).collect())
    });
}

/// Holds the promises that every edit makes, on the values of one tree.
fn hold(checkout: &Checkout, seed: u64) -> Retargeted {
    let mut done = retargeted(checkout, seed);
    let strays: Vec<String> = done.plan.fixes.iter().flat_map(|fix| strays(fix, &done.plan)).collect();
    assert_eq!(strays, Vec::<String>::new(), "edits beside the value");
    let is_clean = |text: &str| nixfmt_rs::format(text).is_ok_and(|formatted| formatted == text);
    let clean: Vec<_> = done.plan.files().filter(|(_, before, _)| is_clean(before)).collect();
    let spoilt: Vec<_> =
        clean.iter().filter(|(.., after)| !is_clean(after)).map(|(file, ..)| file.to_string()).collect();
    assert_eq!(spoilt, Vec::<String>::new(), "nixfmt would change these now, and did not before");
    done.clean = clean.len();
    // The same targets again: everything says so already.
    let rows = surveyed(&done.edited);
    let fixed: BTreeMap<&str, &LicenseExpr> = done
        .plan
        .fixes
        .iter()
        .flat_map(|fix| fix.packages.iter().map(|package| (package.attr.0.as_str(), &fix.target)))
        .collect();
    let again: BTreeMap<Site, LicenseExpr> = rows
        .iter()
        .filter_map(|(package, declared)| {
            Some((place(package, declared)?, (*fixed.get(package.attr.0.as_str())?).clone()))
        })
        .collect();
    let second = plan_for(&done.edited, &rows, &again, &done.edited.license_table());
    let edited: Vec<String> = second.fixes.iter().map(|fix| format!("{} {}", fix.attr(), fix.place.file)).collect();
    assert!(edited.is_empty(), "a second run edits again: {edited:?}");
    done
}

/// What `fix` changes beside the license value: more than line ends, the binding of a license, and `lib` in arguments.
fn strays(fix: &Fix, plan: &Plan) -> Vec<String> {
    let text = &plan.texts[&fix.place.file];
    let stray = |edit: &Edit| {
        let (old, new) = (words(edit.span.of(text)), words(&edit.text));
        let chars = |words: &[(usize, char)]| words.iter().map(|(_, c)| *c).collect::<String>();
        let same = |pair: &(&(usize, char), &(usize, char))| pair.0.1 == pair.1.1;
        let head = old.iter().zip(&new).take_while(same).count();
        let (old, new) = (&old[head..], &new[head..]);
        let tail = old.iter().rev().zip(new.iter().rev()).take_while(same).count();
        let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
        let start = edit.span.start as usize;
        let (first, last) = (fix.place.span.start as usize, fix.place.span.end as usize);
        // What is not of the value stays, in its order: one that was inherited moves out from among others.
        let mut kept = new.iter().map(|(_, c)| c);
        let mut others = old.iter().filter(|(at, _)| !(first..last).contains(&(start + at)));
        // Where nothing else was inherited, the whole statement goes.
        let name = chars(&words(fix.place.span.of(text)));
        let goes = chars(old).strip_suffix(&name).is_some_and(|rest| rest.starts_with("inherit"));
        let is_in_value = goes || others.all(|(_, c)| kept.any(|kept| kept == c));
        let adds = chars(new);
        let is_known = adds.is_empty() || ["lib", "license=", "meta"].iter().any(|known| adds.contains(known));
        let is_fine = if old.is_empty() { is_known || is_near(edit.span, fix.place.span) } else { is_in_value };
        (!is_fine).then(|| format!("{} {}: `{}` -> `{adds}`", fix.attr(), fix.place.file, chars(old)))
    };
    fix.edits.iter().filter_map(stray).collect()
}

fn is_near(edit: Span, value: Span) -> bool {
    edit.start <= value.end && value.start <= edit.end
}

/// The letters of `text` that are neither blanks nor commas, each with its place.
fn words(text: &str) -> Vec<(usize, char)> {
    text.char_indices().filter(|(_, c)| !c.is_whitespace() && *c != ',').collect()
}

#[test]
fn every_license_value_can_be_made_to_say_something_else_and_nothing_else_changes() {
    for seed in 0..6 {
        let done = hold(&open(&super::scan::fixture()), seed);
        assert!(done.plan.fixes.len() > 10, "few values were edited");
        assert_eq!(done.wrong, Vec::<String>::new(), "edits that evaluate to something else");
    }
}

/// `CLARITY_TREE=<checkout> cargo test -- --ignored every_license_value_of_a_real_tree --nocapture`;
/// a checkout without a `lib` of its own needs `CLARITY_NIXPKGS`. With `CLARITY_EDITED=<copy of it>` the edits are written to the copy, for `tests/bench/edited.py` to ask the real Nix.
#[test]
#[ignore = "needs a checkout in CLARITY_TREE"]
fn every_license_value_of_a_real_tree_can_be_made_to_say_something_else() {
    let tree = PathBuf::from(std::env::var_os("CLARITY_TREE").expect("CLARITY_TREE names a checkout"));
    let done = hold(&open_with(&tree, std::env::var_os("CLARITY_NIXPKGS").map(PathBuf::from)), 1);
    let fixed = done.plan.fixes.len();
    println_summary(&done, fixed);
    if let Some(copy) = std::env::var_os("CLARITY_EDITED") {
        put(&done.plan, Path::new(&copy));
    }
    assert!(done.targets.values().all(|target| equivalent(target, target)));
}

/// Writes the edited files to `copy`, and beside it what each package is to declare.
fn put(plan: &Plan, copy: &Path) {
    for (file, _, after) in plan.files() {
        std::fs::write(copy.join(file.as_str()), after).expect("the copy is writable");
    }
    let row = |attr: &str, fix: &Fix| {
        serde_json::json!({ "attr": attr, "file": fix.place.file.as_str(), "target": fix.target.to_string() })
            .to_string()
    };
    let rows = plan.fixes.iter().flat_map(|fix| fix.packages.iter().map(|package| row(&package.attr.0, fix)));
    std::fs::write(copy.with_extension("jsonl"), rows.collect::<Vec<_>>().join("\n") + "\n").expect("writable");
}

#[allow(clippy::print_stdout)]
fn println_summary(done: &Retargeted, fixed: usize) {
    println!("{} values, {fixed} edited; refused: {:#?}", done.values, done.refused);
    println!("{} edited files were nixfmt-clean and still are", done.clean);
    println!("{} edits did not evaluate to what was wanted:", done.wrong.len());
    done.wrong.iter().take(200).for_each(|line| println!("  {line}"));
}

/// The text of a lone package file after its license was made to say `wanted`.
fn rewritten(before: &str, wanted: &str) -> Result<String, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("demo.nix");
    std::fs::write(&file, before).expect("writable");
    let checkout = open(&file);
    let table = checkout.license_table();
    let rows = surveyed(&checkout);
    let wanted = clarity::license::parse(wanted).expect("an expression");
    let targets: BTreeMap<Site, LicenseExpr> =
        rows.iter().filter_map(|(package, declared)| Some((place(package, declared)?, wanted.clone()))).collect();
    let mut plan = plan_for(&checkout, &rows, &targets, &table);
    let own: Declarations = rows.iter().map(|(package, declared)| (package.attr.clone(), declared.clone())).collect();
    verify(&checkout, &mut plan, &own, &table);
    match (plan.files().next(), plan.refused.first()) {
        (_, Some(refused)) => Err(refused.why.clone()),
        (Some((_, _, after)), None) => Ok(after),
        (None, None) => Ok(before.to_owned()),
    }
}

fn becomes(before: &str, wanted: &str, after: &str) {
    assert_eq!(rewritten(before, wanted).as_deref(), Ok(after), "{wanted}");
}

/// A package file in the layout of nixfmt, whose `meta` has this line.
fn with_meta(arguments: &str, lines: &str) -> String {
    format!(
        "{arguments}:\n\nstdenv.mkDerivation {{\n  pname = \"demo\";\n  version = \"1\";\n\n  meta = {{\n    description = \"x\";\n{lines}  }};\n}}\n"
    )
}

#[test]
fn a_license_is_replaced_in_the_file_s_own_way_of_naming() {
    let cases = [
        ("{ lib, stdenv }", "    license = lib.licenses.mit;\n", "    license = lib.licenses.asl20;\n"),
        ("{ lib, stdenv }", "    license = with lib.licenses; mit;\n", "    license = with lib.licenses; asl20;\n"),
        (
            "{ lib, stdenv }",
            "    license = with lib.licenses; [ mit ];\n",
            "    license = with lib.licenses; [ asl20 ];\n",
        ),
        ("{ lib, stdenv }", "    license = [ lib.licenses.mit ];\n", "    license = [ lib.licenses.asl20 ];\n"),
        ("{ lib, stdenv }", "    license = \"MIT\";\n", "    license = lib.licenses.asl20;\n"),
        ("{ lib, stdenv }", "    license = { fullName = \"Own\"; };\n", "    license = lib.licenses.asl20;\n"),
    ];
    for (arguments, before, after) in cases {
        becomes(&with_meta(arguments, before), "Apache-2.0", &with_meta(arguments, after));
    }
    let with_lib = |license: &str| {
        format!(
            "{{ lib, stdenv }}:\nstdenv.mkDerivation {{\n  name = \"demo-1\";\n  meta = with lib; {{ license = {license}; }};\n}}\n"
        )
    };
    becomes(&with_lib("licenses.mit"), "Apache-2.0", &with_lib("licenses.asl20"));
    let inherited = |license: &str| {
        format!(
            "{{ lib, stdenv }}:\nlet\n  inherit (lib) licenses;\nin\nstdenv.mkDerivation {{\n  name = \"demo-1\";\n  meta.license = licenses.{license};\n}}\n"
        )
    };
    becomes(&inherited("mit"), "Apache-2.0", &inherited("asl20"));
}

#[test]
fn a_value_is_edited_where_it_is_written() {
    let bound = |license: &str| {
        format!(
            "{{ lib, stdenv }}:\nlet\n  own = lib.licenses.{license};\nin\nstdenv.mkDerivation {{\n  name = \"demo-1\";\n  meta.license = own;\n}}\n"
        )
    };
    becomes(&bound("mit"), "Apache-2.0", &bound("asl20"));
    let argument = |license: &str| {
        format!(
            "{{ lib, stdenv }}:\nlet\n  build = {{ license }}: stdenv.mkDerivation {{ name = \"demo-1\"; meta = {{ inherit license; }}; }};\nin\nbuild {{ license = lib.licenses.{license}; }}\n"
        )
    };
    becomes(&argument("mit"), "Apache-2.0", &argument("asl20"));
    let condition = |license: &str| {
        format!(
            "{{ lib, stdenv }}:\nstdenv.mkDerivation rec {{\n  pname = \"demo\";\n  version = \"2.1\";\n  meta.license = if lib.versionAtLeast version \"2\" then lib.licenses.{license} else lib.licenses.gpl2Plus;\n}}\n"
        )
    };
    becomes(&condition("mit"), "Apache-2.0", &condition("asl20"));
}

#[test]
fn members_come_and_go_and_comments_stay() {
    let list =
        |members: &str| with_meta("{ lib, stdenv }", &format!("    license = with lib.licenses; [\n{members}    ];\n"));
    let before = list("      # the program\n      mit # since 2.0\n      # the fonts\n      ofl\n");
    becomes(
        &before,
        "MIT AND OFL-1.1 AND Zlib",
        &list("      # the program\n      mit # since 2.0\n      # the fonts\n      ofl\n      zlib\n"),
    );
    becomes(
        &before,
        "Apache-2.0 AND OFL-1.1",
        &list("      # the program\n      asl20 # since 2.0\n      # the fonts\n      ofl\n"),
    );
    becomes(&before, "OFL-1.1", &list("      # the program\n      # since 2.0\n      # the fonts\n      ofl\n"));
}

#[test]
fn new_members_find_their_place_around_one_that_stays() {
    let list =
        |members: &str| with_meta("{ lib, stdenv }", &format!("    license = with lib.licenses; [ {members} ];\n"));
    let after = rewritten(&list("isc"), "Apache-2.0 AND ISC AND Zlib").expect("edited");
    let names: Vec<&str> = after.split(['[', ']']).nth(1).unwrap_or_default().split_whitespace().collect();
    assert_eq!(names, ["isc", "asl20", "zlib"], "{after}");
}

#[test]
fn what_a_condition_leaves_out_is_not_touched() {
    let list = |members: &str, guarded: &str| {
        with_meta(
            "{ lib, stdenv }",
            &format!("    license = with lib.licenses; [ {members} ] ++ lib.optional false {guarded};\n"),
        )
    };
    becomes(&list("mit", "unfree"), "Apache-2.0", &list("asl20", "unfree"));
    let after = rewritten(&list("mit", "zlib"), "MIT AND Zlib").expect("edited");
    assert!(after.contains("lib.optional false zlib") && after.matches("zlib").count() == 2, "{after}");
}

/// The lines of the license binding, without the file's own indentation.
fn binding(text: &str) -> Vec<String> {
    let lines = text.lines().skip_while(|line| !line.contains("license ="));
    let mut binding: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
    let end =
        binding.iter().position(|line| line.ends_with(';') && !line.starts_with("with") && !line.contains("= with"));
    binding.truncate(end.map_or(binding.len(), |end| end + 1));
    binding
}

#[test]
fn an_operator_has_one_layout_whatever_stood_there() {
    let expected = ["license =", "with lib.licenses;", "OR [", "asl20", "mit", "];"];
    for (license, style) in [
        ("lib.licenses.mit", "nixfmt"),
        ("with lib.licenses; mit", "nixfmt"),
        ("with lib.licenses; [ mit ]", "nixfmt"),
        ("[ lib.licenses.mit ]", "nixfmt"),
        ("\"MIT\"", "nixfmt"),
        ("lib.licenses.mit", "own"),
        ("with lib.licenses; mit", "own"),
        ("with lib.licenses; [ mit ]", "own"),
        ("with lib.licenses;\n      [ mit ]", "own"),
        ("\n      lib.licenses.mit", "own"),
        ("[ lib.licenses.mit ]", "own"),
        ("\"MIT\"", "own"),
    ] {
        let before = with_meta("{ lib, stdenv }", &format!("    license = {license};\n"));
        // A file that nixfmt would print in another way is left as it is around the value.
        let before = if style == "own" { before.replace("version = \"1\"", "version=\"1\"") } else { before };
        let after = rewritten(&before, "MIT OR Apache-2.0").expect("edited");
        assert_eq!(binding(&after), expected, "{license} in {style}: {after}");
        assert!(!after.contains("= \n") && (style == "own") == after.contains("version=\"1\""), "{after}");
    }
}

#[test]
fn one_license_becomes_several_as_nixfmt_prints_them() {
    let one = with_meta("{ lib, stdenv }", "    license = lib.licenses.mit;\n");
    let list = "    license = with lib.licenses; [\n      asl20\n      mit\n    ];\n";
    becomes(&one, "MIT AND Apache-2.0", &with_meta("{ lib, stdenv }", list));
    let after = rewritten(&one, "MIT OR Apache-2.0").expect("edited");
    assert!(after.contains("OR ["), "{after}");
    assert_eq!(nixfmt_rs::format(&after).ok().as_ref(), Some(&after), "nixfmt has nothing to say");
    let after = rewritten(&one, "Apache-2.0 WITH LLVM-exception").expect("edited");
    assert_eq!(nixfmt_rs::format(&after).ok().as_ref(), Some(&after), "nixfmt has nothing to say");
}

#[test]
fn a_license_that_is_missing_goes_where_people_look_for_it() {
    let description = "    license = lib.licenses.mit;\n    maintainers = [ ];\n";
    let without = "    maintainers = [ ];\n";
    becomes(&with_meta("{ lib, stdenv }", without), "MIT", &with_meta("{ lib, stdenv }", description));
    becomes(&with_meta("{ stdenv }", without), "MIT", &with_meta("{ lib, stdenv }", description));
}

#[test]
fn a_name_that_an_argument_hides_is_written_in_full() {
    let list = |members: &str| {
        with_meta("{\n  lib,\n  stdenv,\n  zlib,\n}", &format!("    license = with lib.licenses; [\n{members}    ];\n"))
    };
    becomes(
        &list("      asl20\n      mit\n"),
        "Apache-2.0 AND MIT AND Zlib",
        &list("      asl20\n      mit\n      lib.licenses.zlib\n"),
    );
}

#[test]
fn line_ends_tabs_and_letters_of_other_scripts_survive() {
    let unix = with_meta("{ lib, stdenv }", "    # für Größe\n    license = lib.licenses.mit;\n");
    let dos = unix.replace('\n', "\r\n");
    becomes(&dos, "Apache-2.0", &dos.replace(".mit", ".asl20"));
    let tabs = unix.replace("  ", "\t");
    becomes(&tabs, "Apache-2.0", &tabs.replace(".mit", ".asl20"));
    let list = rewritten(&tabs, "Apache-2.0 AND MIT").expect("edited");
    assert!(list.contains("[\n\t\t\tasl20\n\t\t\tmit\n\t\t];"), "{list}");
    let endless = unix.trim_end();
    becomes(endless, "Apache-2.0", &endless.replace(".mit", ".asl20"));
}

#[test]
fn a_license_that_is_bound_and_gets_lost_is_not_bound_again() {
    let sets = [
        "{ name = \"demo\"; meta = { description = \"x\"; license = lib.licenses.mit; }; }",
        "{ name = \"demo\"; meta = { description = \"x\"; inherit (old) license; }; }",
        "{ name = \"demo\"; meta.license = lib.licenses.mit; }",
    ];
    let wanted = Wanted::Name("asl20".to_owned());
    let task = Task { wanted: &wanted, home: &["lib", "licenses"], present: &[] };
    for set in sets {
        let text = format!("{{ lib, build, old }}:\nbuild {set}\n");
        let start = text.find(set).expect("it is there") as u32;
        let span = Span::new(start, start + set.len() as u32);
        let refusal = Rewriter::open(&text).expect("it parses").insert(span, ["meta", "license"], &task);
        assert!(refusal.as_ref().is_err_and(|why| why.to_string().contains("is bound here already")), "{refusal:?}");
    }
}

#[test]
fn what_cannot_be_edited_is_refused_with_the_reason() {
    let guarded = with_meta(
        "{ lib, stdenv, full ? true }",
        "    license = with lib.licenses; [ mit ] ++ lib.optional full gpl2Plus;\n",
    );
    let why = rewritten(&guarded, "MIT").expect_err("the guard decides");
    assert!(why.contains("added by a condition"), "{why}");
    let parts = with_meta("{ lib, stdenv }", "    license.fullName = \"Own\";\n");
    let why = rewritten(&parts, "MIT").expect_err("there is no value to replace");
    assert!(why.contains("part by part (`license.fullName = ..;`)"), "{why}");
    let generated = format!(
        "# This file is generated by a tool. Do not edit!\n{}",
        with_meta("{ lib, stdenv }", "    license = lib.licenses.mit;\n")
    );
    let why = rewritten(&generated, "Apache-2.0").expect_err("nobody edits this");
    assert!(why.contains("generated"), "{why}");
}

/// A file with `count` values, each with a package `a..` of its own and a package `b..` that adds to it.
fn borrowed(count: usize) -> String {
    let bind = |number: usize| format!("  own{number} = lib.licenses.mit;\n");
    let package = |name: &str, number: usize, license: &str| {
        format!(
            "  {name}{number} = stdenv.mkDerivation {{ name = \"{name}{number}-1\"; meta.license = {license}; }};\n"
        )
    };
    let pair = |number: usize| {
        let list = format!("[ own{number} lib.licenses.isc ]");
        package("a", number, &format!("own{number}")) + &package("b", number, &list)
    };
    let binds: String = (0..count).map(bind).collect();
    let pairs: String = (0..count).map(pair).collect();
    format!(
        "{{ lib, stdenv }}:\nlet\n{binds}in\n{{\n{pairs}  c = stdenv.mkDerivation {{ name = \"c-1\"; meta.license = lib.licenses.mit; }};\n}}\n"
    )
}

#[test]
fn many_edits_that_change_packages_of_others_are_known_by_provenance_in_one_look() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("default.nix");
    std::fs::write(&file, borrowed(40)).expect("writable");
    let checkout = open(folder.path());
    let table = checkout.license_table();
    let rows = surveyed(&checkout);
    let target = clarity::license::parse("Apache-2.0").expect("an expression");
    let asks = |package: &Package| !package.attr.0.starts_with('b');
    let findings: Vec<Option<Finding>> =
        rows.iter().map(|(package, _)| asks(package).then(|| finding(package, &target))).collect();
    let mut plan = plan_of(&checkout, &rows, &findings, &table);
    assert_eq!(plan.fixes.len(), 41, "{:?}", plan.refused);
    let before: Declarations = rows.iter().map(|(package, said)| (package.attr.clone(), said.clone())).collect();
    let mut looks = 0;
    fix::verify(&mut plan, &before, &table, &mut |plan, fixes, selection| {
        looks += 1;
        let rows = surveyed_of(&edited(&checkout, plan, fixes), &selection);
        Some(rows.into_iter().map(|(package, declared)| (package.attr, declared)).collect())
    });
    let kept: Vec<&str> = plan.fixes.iter().map(|fix| fix.attr().0.as_str()).collect();
    assert_eq!((kept, looks), (vec!["c"], 2), "one look at all of them, one at what is left");
    let first = plan.refused.iter().find(|refused| refused.attr.0 == "a7").expect("a7 is refused");
    assert!(first.why.contains("would also make b7 say"), "{}", first.why);
}

/// The layout of license values as RFC 166 has it, by its text and by nixpkgs, whatever program lays out.
#[test]
fn what_is_written_is_laid_out_by_these_rules() {
    let meta = |value: &str| with_meta("{ lib, stdenv }", &format!("    license = {value};\n"));
    let (mit, long) =
        ("lib.licenses.mit", "GPL-2.0-or-later AND LGPL-2.1-or-later AND BSD-3-Clause AND Apache-2.0 AND ISC AND Zlib");
    let cases = [
        // One name stays on the line of its binding.
        (mit, "Apache-2.0", "lib.licenses.asl20"),
        // A list of one stays on one line, with a blank inside of each bracket.
        ("[ lib.licenses.mit ]", "Apache-2.0", "[ lib.licenses.asl20 ]"),
        // Several stand below each other, two blanks further in; `with` stays on the line of the binding, the closing
        // bracket stands under it.
        (mit, "Apache-2.0 AND MIT", "with lib.licenses; [\n      asl20\n      mit\n    ]"),
        (
            mit,
            long,
            "with lib.licenses; [\n      asl20\n      bsd3\n      gpl2Plus\n      isc\n      lgpl21Plus\n      zlib\n    ]",
        ),
        // A list that stands on several lines stays so, whatever is left of it.
        ("with lib.licenses; [\n      isc\n      mit\n    ]", "MIT", "with lib.licenses; [\n      mit\n    ]"),
        // One that is on one line grows to several.
        ("with lib.licenses; [ mit ]", "MIT AND Zlib", "with lib.licenses; [\n      mit\n      zlib\n    ]"),
    ];
    for (before, wanted, after) in cases {
        becomes(&meta(before), wanted, &meta(after));
    }
}

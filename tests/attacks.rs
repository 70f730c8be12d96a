//! Expressions that are written to hurt the evaluator: each ends in a value or in an error, and never in a crash.

use std::fs;
use std::process::Command;

use super::evaluator::{Answer, evaluate_within};
use clarity::nix::Limits;

/// Small enough for a test without optimisation, large enough for all that means well.
const LIMITS: Limits = Limits { fuel: 400_000, depth: 30_000, memory: 512 << 20 };

fn answer(expression: &str) -> Answer {
    evaluate_within(&[expression.to_owned()], &[], LIMITS).remove(0)
}

/// What each expression ends with: a part of the reason, or the value.
fn end_with(cases: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (expression, want) in cases {
        let got = match answer(expression) {
            Answer::Value(value) => value.to_string(),
            Answer::Error(why) | Answer::Unknown(why) => why,
        };
        if !got.contains(want) {
            wrong.push(format!(
                "{expression}\n   wanted {want}\n   got    {}",
                got.chars().take(200).collect::<String>()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

const DEEP: &str = "nested deeper than allowed";
const STEPS: &str = "more steps than allowed";
const LOOP: &str = "infinite recursion";

#[test]
fn values_that_hold_themselves_end() {
    end_with(&[
        ("let x = [ x ]; in toString x", DEEP),
        ("let x = { outPath = x; }; in \"${x}\"", DEEP),
        ("let x = { __toString = _: x; }; in \"${x}\"", DEEP),
        ("let x = { __toString = _: { __toString = _: x; }; }; in toString x", DEEP),
        ("let x = { a = [ x ]; __toString = s: toString s; }; in toString x", DEEP),
        ("let x = { outPath = x; }; in builtins.toJSON x", DEEP),
        ("let x = { a = x; }; in builtins.toJSON x", DEEP),
        ("let x = { a = x; }; in builtins.deepSeq x 1", DEEP),
        ("let x = { __toString = _: x; }; in throw x", DEEP),
        ("let x = { outPath = x; }; in builtins.readFile x", DEEP),
        ("let x = { outPath = x; }; in import x", DEEP),
        ("let x = { outPath = x; }; in builtins.concatStringsSep \"\" [ x ]", DEEP),
        ("let x = { outPath = x; }; in builtins.stringLength x", DEEP),
        ("let x = { outPath = x; }; in x + \"\"", DEEP),
        ("let x = { outPath = x; }; in ./a + x", DEEP),
        ("let a = [ a ]; b = [ b ]; in a == b", DEEP),
        ("let a = { x = a; }; b = { x = b; }; in a == b", DEEP),
        ("let a = [ a ]; b = [ b ]; in a < b", DEEP),
        ("let a = [ [ a ] ]; b = [ [ b ] ]; in builtins.lessThan a b", DEEP),
        ("let a = [ a ]; b = [ b ]; in builtins.elem a [ b ]", DEEP),
        ("let a = [ a ]; b = [ b ]; in builtins.sort builtins.lessThan [ a b ]", DEEP),
        (
            "let k = [ k ]; j = [ j ]; in builtins.genericClosure { startSet = [ { key = k; } { key = j; } ]; operator = _: [ ]; }",
            DEEP,
        ),
        (
            "let d = { type = \"derivation\"; outPath = d; }; e = { type = \"derivation\"; outPath = e; }; in d == e",
            DEEP,
        ),
        ("let f = { __functor = f; }; in f 1", DEEP),
        ("let f = { __functor = self: self; }; in f 1", DEEP),
        ("let f = { __functor = _: f; }; in f 1", DEEP),
        ("let x = \"${x}\"; in x", LOOP),
        ("let x = builtins.attrNames x; in x", LOOP),
        ("let x = with x; { a = a; }; in x.a", LOOP),
        ("rec { a = { b = a.b; }; }.a.b", LOOP),
        ("let inherit (x) y; x = { inherit y; }; in y", LOOP),
        ("let x = builtins.genericClosure { startSet = x; operator = y: x; }; in x", LOOP),
        ("let d = derivation { name = \"${d}\"; builder = \"x\"; system = \"x\"; }; in \"${d}\"", LOOP),
    ]);
}

#[test]
fn deep_values_end() {
    let nested = |count: &str| format!("builtins.foldl' (l: _: [ l ]) 1 (builtins.genList (x: x) {count})");
    let d = nested("60000");
    let name =
        format!("let a0 = 1; {}in a59999", (1..60_000).map(|n| format!("a{n} = a{}; ", n - 1)).collect::<String>());
    let texts = [
        (format!("toString ({d})"), DEEP),
        (format!("({d}) == ({d})"), DEEP),
        (format!("({d}) < ({d})"), DEEP),
        (format!("builtins.deepSeq ({d}) 1"), DEEP),
        (format!("builtins.toJSON ({d})"), DEEP),
        (
            format!("builtins.foldl' (f: _: builtins.all f) (x: true) (builtins.genList (x: x) 60000) ({d})"),
            "than allowed",
        ),
        (format!("builtins.fromJSON ''{}{}''", "[".repeat(60_000), "]".repeat(60_000)), DEEP),
        (
            format!(
                "builtins.stringLength (builtins.toJSON (builtins.fromJSON ''{}{}''))",
                "[".repeat(900),
                "]".repeat(900)
            ),
            "1800",
        ),
        (format!("builtins.fromTOML \"a = {}{}\"", "[".repeat(60_000), "]".repeat(60_000)), "not TOML"),
        (format!("builtins.fromTOML \"{}a = 1\"", "a.".repeat(20_000)), "not TOML"),
        (name, DEEP),
    ];
    end_with(&texts.iter().map(|(text, want)| (text.as_str(), *want)).collect::<Vec<_>>());
}

#[test]
fn work_without_calls_costs_fuel_and_memory() {
    let doubled = |leaf: &str, times: usize| {
        format!("let d = n: if n == 0 then {leaf} else let x = d (n - 1); in [ x x ]; in d {times}")
    };
    let merge =
        "let big = builtins.listToAttrs (builtins.genList (n: { name = \"a${toString n}\"; value = n; }) 5000);";
    let texts = [
        (format!("toString ({})", doubled("[ ]", 60)), STEPS),
        (format!("builtins.deepSeq ({}) 1", doubled("[ ]", 60)), STEPS),
        (format!("builtins.toJSON ({})", doubled("[ ]", 60)), STEPS),
        (format!("({}) == ({})", doubled("[ 1 ]", 60), doubled("[ 1 ]", 60)), STEPS),
        ("builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }".into(), STEPS),
        ("builtins.genericClosure { startSet = builtins.genList (n: { key = [ n ]; }) 200000; operator = x: [ ]; }".into(), STEPS),
        ("builtins.length (builtins.genList (x: x) 900000)".into(), STEPS),
        ("builtins.sort builtins.lessThan (builtins.genList (n: 300000 - n) 300000)".into(), STEPS),
        (format!("{merge} in builtins.foldl' (a: n: a // {{ b = n; }}) big (builtins.genList (x: x) 10000)"), "than allowed"),
        ("builtins.foldl' (a: n: a ++ [ n ]) [ ] (builtins.genList (x: x) 90000)".into(), STEPS),
        ("let t = builtins.concatStringsSep \"\" (builtins.genList (n: \"b\") 9000); p = builtins.genList (n: \"a${toString n}\") 9000; in builtins.replaceStrings p p t".into(), STEPS),
        ("let t = builtins.concatStringsSep \"\" (builtins.genList (n: \"a\") 30000); in builtins.split \"a[^b]*b|a\" t".into(), STEPS),
        ("builtins.match \"((a{1,60}){1,60}){1,60}\" \"a\"".into(), "not understood"),
        ("builtins.all (n: builtins.match \"(a{1,40}){1,30}${toString n}\" \"x\" == null) (builtins.genList (n: n) 9000)".into(), STEPS),
        (format!("builtins.match \"{}\" \"x\"", "(".repeat(20_000)), "not understood"),
        ("let t = builtins.concatStringsSep \"\" (builtins.genList (n: \"aaaaaaaaaaaaaaaa\") 9000); in builtins.all (n: builtins.hashString \"sha256\" (t + toString n) != \"\") (builtins.genList (x: x) 9000)".into(), STEPS),
        ("let d = t: t + t; t = d (d (d (d (d (d (d (d (d (d (d (d (d (d (d (d (d (d (d (d \"0123456789\"))))))))))))))))))); in builtins.length (builtins.genList (n: \"${t}${toString n}\") 99) + builtins.stringLength (builtins.concatStringsSep \"\" (builtins.genList (n: t) 99))".into(), "than allowed"),
    ];
    end_with(&texts.iter().map(|(text, want)| (text.as_str(), *want)).collect::<Vec<_>>());
}

#[test]
fn what_is_bounded_still_has_its_value() {
    end_with(&[
        (
            "builtins.length (builtins.genericClosure { startSet = [ { key = 1; } { key = 1.5; } { key = 1; } ]; operator = _: [ ]; })",
            "2",
        ),
        (
            "builtins.length (builtins.genericClosure { startSet = [ { key = [ 1 2 ]; } { key = [ 1 ]; } { key = [ 1 2 ]; } ]; operator = _: [ ]; })",
            "2",
        ),
        (
            "builtins.genericClosure { startSet = [ { key = 1; } { key = \"a\"; } ]; operator = _: [ ]; }",
            "several types",
        ),
        ("builtins.split \"\\\\.\" \"a.b.\"", "[\"a\",[],\"b\",[],\"\"]"),
        ("builtins.split \"(x)|y\" \"axby\"", "[\"a\",[\"x\"],\"b\",[null],\"\"]"),
        ("let s = { a.b = 1; a.c = 2; a = { d = 3; }; }; in builtins.attrNames s.a", "[\"b\",\"c\",\"d\"]"),
        ("let s = { z.b = 1; z.a = 2; z.c.y = 1; z.c.x = 2; }; in [ s.z.a s.z.b s.z.c.x s.z.c.y ]", "[2,1,2,1]"),
    ]);
}

/// Ways in which a value holds itself; `x` is the value.
const KNOTS: &[&str] = &[
    "x = x;",
    "x = [ x ];",
    "x = [ x x ];",
    "x = { a = x; };",
    "x = { a = x.a; };",
    "x = { outPath = x; };",
    "x = { outPath = y; }; y = { outPath = x; };",
    "x = { __toString = _: x; };",
    "x = { __toString = s: \"${s}\"; };",
    "x = { __functor = x; };",
    "x = { __functor = _: x; };",
    "x = { __functor = s: s; };",
    "x = { type = \"derivation\"; outPath = x; name = \"n\"; };",
    "x = x // { a = 1; };",
    "x = { a = 1; } // x;",
    "x = [ 1 ] ++ x;",
    "x = \"${x}\";",
    "x = \"a\" + x;",
    "x = map (_: x) [ 1 ];",
    "x = map (_: x) x;",
    "x = if x then 1 else 2;",
    "x = with x; a;",
    "x = assert x == x; x;",
    "x = _: x;",
    "x = y: x y;",
    "x = { key = x; name = \"n\"; value = x; };",
    "x = [ { key = x; name = \"n\"; value = x; } ];",
    "x = { startSet = [ { key = x; } ]; operator = _: [ ]; };",
    "x = rec { a = b; b = a; };",
    "x = { a.b.c = x.a.b; };",
    "f = n: { a = f (n + 1); }; x = f 0;",
    "f = n: [ (f (n + 1)) ]; x = f 0;",
];

/// What is done with it.
const USES: &[&str] = &[
    "x",
    "x == x",
    "[ x ] == [ x ]",
    "x == { a = x; }",
    "x == [ x ]",
    "x < x",
    "[ x ] < [ x ]",
    "\"${x}\"",
    "toString x",
    "toString [ x ]",
    "x 1",
    "x 1 2",
    "x.a or 1",
    "x.a.a.a or 1",
    "x ? a.a",
    "x // x",
    "x ++ x",
    "x + x",
    "!x",
    "-x",
    "builtins.toJSON x",
    "builtins.deepSeq x 1",
    "builtins.seq x 1",
    "builtins.elem x [ x ]",
    "builtins.elem [ x ] [ [ [ x ] ] ]",
    "builtins.sort (a: b: a < b) [ x x ]",
    "builtins.genericClosure { startSet = [ { key = x; } ]; operator = _: [ { key = x; } ]; }",
    "builtins.genericClosure { startSet = x; operator = _: x; }",
    "builtins.genericClosure x",
    "builtins.concatStringsSep \",\" [ x x ]",
    "builtins.concatLists [ x x ]",
    "builtins.listToAttrs [ x ]",
    "builtins.listToAttrs x",
    "builtins.attrNames x",
    "builtins.attrValues x",
    "builtins.catAttrs \"a\" [ x x ]",
    "builtins.intersectAttrs x x",
    "builtins.removeAttrs x [ \"b\" ]",
    "builtins.mapAttrs (_: v: v) x",
    "builtins.functionArgs x",
    "builtins.isFunction x",
    "builtins.typeOf x",
    "builtins.length x",
    "builtins.head x",
    "builtins.head (builtins.head x)",
    "builtins.filter (y: y == x) [ x ]",
    "builtins.foldl' (a: b: a == b) x [ x ]",
    "builtins.stringLength x",
    "builtins.substring 0 1 x",
    "builtins.replaceStrings [ \"a\" ] [ \"b\" ] x",
    "builtins.match x x",
    "builtins.split x x",
    "builtins.hashString \"md5\" x",
    "builtins.baseNameOf x",
    "builtins.fromJSON x",
    "builtins.tryEval x",
    "builtins.tryEval (throw x)",
    "throw x",
    "abort x",
    "import x",
    "builtins.readFile x",
    "builtins.pathExists x",
    "derivation x",
    "builtins.compareVersions x x",
    "with x; a",
    "(y: y.a or y) x",
    "({ a ? 1, ... }: a) x",
    "builtins.zipAttrsWith (_: v: v) [ x x ]",
    "builtins.partition (y: y == x) [ x ]",
    "builtins.groupBy (y: y) [ x ]",
];

#[test]
fn no_knot_overflows_the_stack() {
    let expressions = knots();
    for (expression, answer) in expressions.iter().zip(evaluate_within(&expressions, &[], LIMITS)) {
        let is_crash = matches!(&answer, Answer::Unknown(why) if why.is_empty());
        assert!(!is_crash, "{expression}");
    }
}

fn knots() -> Vec<String> {
    let with =
        |knot: &&str| USES.iter().map(|of| format!("let {knot} in builtins.seq ({of}) true")).collect::<Vec<_>>();
    KNOTS.iter().flat_map(with).collect()
}

/// True where Nix has a value, false where it reports an error, however it ends.
fn nix_has_value(file: &std::path::Path) -> bool {
    let mut run = Command::new("nix-instantiate");
    run.args(["--eval", "--option", "restrict-eval", "false"]).arg(file);
    run.output().expect("nix-instantiate runs").status.success()
}

#[test]
#[ignore = "needs nix-instantiate"]
fn values_that_hold_themselves_fail_where_nix_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("knot.nix");
    // Each costs a run of Nix; all of them have been compared once.
    let expressions: Vec<String> = knots().into_iter().step_by(15).collect();
    let ours = evaluate_within(&expressions, &[], LIMITS);
    let (mut wrong, mut unknown) = (Vec::new(), 0);
    for (expression, ours) in expressions.iter().zip(ours) {
        fs::write(&file, expression).expect("written");
        match (ours, nix_has_value(&file)) {
            (Answer::Value(_), true) | (Answer::Error(_), false) => {}
            (Answer::Unknown(why), false) if why.contains("than allowed") => {}
            (Answer::Unknown(_), _) => unknown += 1,
            (ours, theirs) => wrong.push(format!("{expression}\n   Nix has a value: {theirs}, ours {ours:?}")),
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), expressions.len(), wrong.join("\n"));
    assert!(unknown * 20 < expressions.len(), "{unknown} unknown");
}

/// Files whose syntax is deep, whatever makes it so, each with a part of what is said of it; beside them a package
/// that nothing is wrong with.
#[test]
fn deep_syntax_is_refused_or_read() {
    let times = |part: &str, count: usize| part.repeat(count);
    let chains = |chain: &str| format!("{}{}", "(".repeat(400), format!("f{})", times(chain, 3_000)).repeat(400));
    super::hostile::every_file_ends(&[
        ("spine.nix", chains(" a")),
        ("sums.nix", chains("+a")),
        ("path.nix", format!("{{ {} = 1; }}", vec!["a"; 200_000].join("."))),
        ("paths.nix", format!("{{ {} = 1; }}", vec!["a"; 9_000].join("."))),
        ("select.nix", format!("{{ }}{}", times(".a", 200_000))),
        ("lists.nix", times("[", 9_900) + &times("]", 9_900)),
        ("signs.nix", times("!", 9_900) + "true"),
        ("minus.nix", times("-", 9_900) + "1"),
        ("texts.nix", times("\"${", 500) + "1" + &times("}\"", 500)),
        ("or.nix", times("{ }.a or ", 9_900) + "1"),
        ("implies.nix", "true".to_owned() + &times("->true", 9_900)),
        ("update.nix", "{ }".to_owned() + &times("//{ }", 9_900)),
        ("has.nix", "{ }".to_owned() + &times(" ? a", 9_900)),
        ("names.nix", times("with { }; ", 400) + "[ " + &times("a ", 100_000) + "]"),
        ("body.nix", times("let { body = ", 400) + "1" + &times("; }", 400)),
        ("unclosed.nix", times("{ a = ", 9_000)),
        ("broken.nix", chains(" a") + " ;"),
    ]);
}

#[test]
fn licenses_without_end_are_rows() {
    let package = |license: &str| {
        format!("{{ lib, stdenv }}: stdenv.mkDerivation {{ pname = \"own\"; meta.license = {license}; }}")
    };
    let or = "{ licenseType = \"compound\"; operator = \"OR\"; licenses = [ l l ]; }";
    let doubled = format!("let f = l: {or}; in {}lib.licenses.mit{}", "f (".repeat(30), ")".repeat(30));
    let long = format!("let d = x: x + x; in {}\"MIT\"{}", "d (".repeat(16), ")".repeat(16));
    let cases = [
        ("list", package("let l = [ l ]; in l"), "the list has a list in it"),
        ("operator", package(&format!("let l = {or}; in l")), "operators nested too deeply"),
        ("doubled", package(&doubled), "more than 1000 terms"),
        ("terms", package("builtins.genList (n: \"l${toString n}\") 20000"), "more than 1000 terms"),
        ("records", package("builtins.genList (n: { spdxId = \"MIT\"; }) 20000"), "more than 1000 terms"),
        ("long", package(&long), "not the name of a license"),
        ("record", package(&format!("{{ spdxId = {long}; }}")), "bytes"),
        ("text", package("let x = { __toString = _: x; }; in \"${x}\""), DEEP),
    ];
    let files: Vec<_> = cases.iter().map(|(name, text, _)| (format!("{name}.nix"), text.clone())).collect();
    let files: Vec<_> = files.iter().map(|(name, text)| (name.as_str(), text.clone())).collect();
    let rows = super::hostile::every_file_ends(&files);
    for (name, _, want) in cases {
        let row = rows.iter().find(|row| row["attr"] == name && row["kind"] == "package").expect(name);
        let why = row["declared"]["why"].as_str().unwrap_or_default();
        assert!(why.contains(want), "{name}: {row}");
    }
}

//! Clarity's evaluator from outside: expressions in, JSON or an honest "unknown" out.

use std::fs;
use std::path::{Path, PathBuf};

use bumpalo::Bump;
use clarity::nix::{Disk, ErrorKind, Eval, Files, Held, Limits, OwnNames, R, STACK, Value, fallback_lib, lookup};
use clarity::table::LicenseTable;
use serde_json::{Map, Value as Json};

/// What the evaluator answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// This value.
    Value(Json),
    /// It throws, or is wrong.
    Error(String),
    /// It is not known here.
    Unknown(String),
}

/// The answer to each expression. `files` are written beside them first.
pub fn evaluate(expressions: &[String], files: &[(&str, &str)]) -> Vec<Answer> {
    evaluate_within(expressions, files, Limits::default())
}

/// The same within `limits`.
pub fn evaluate_within(expressions: &[String], files: &[(&str, &str)], limits: Limits) -> Vec<Answer> {
    let folder = tempfile::tempdir().expect("a folder");
    let root = fs::canonicalize(folder.path()).expect("canonical");
    for (name, text) in files {
        fs::write(root.join(name), text).expect("written");
    }
    let paths: Vec<PathBuf> =
        (0..expressions.len()).map(|number| root.join(format!("expression-{number}.nix"))).collect();
    for (path, expression) in paths.iter().zip(expressions) {
        fs::write(path, expression).expect("written");
    }
    let work = || answers(&root, &paths, limits);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).expect("a thread");
        thread.join().expect("the evaluator does not panic")
    })
}

fn answers(root: &Path, paths: &[PathBuf], limits: Limits) -> Vec<Answer> {
    let files = Files::new(vec![root.to_owned().into()], Disk::default());
    let bump = Bump::new();
    let (names, held) = (OwnNames::default(), Held::default());
    let eval = Eval::new(&bump, &files, &held, &names, "x86_64-linux", limits);
    let answer = |path: &PathBuf| {
        eval.refuel();
        match eval.import(eval.str(&path.to_string_lossy())).and_then(|value| json(&eval, value)) {
            Ok(value) => Answer::Value(value),
            Err(error) if matches!(error.kind, ErrorKind::Throw | ErrorKind::Fault) => {
                Answer::Error(error.text.to_owned())
            }
            Err(error) => Answer::Unknown(error.text.to_owned()),
        }
    };
    paths.iter().map(answer).collect()
}

fn json<'a>(eval: &Eval<'a>, value: Value<'a>) -> R<'a, Json> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::True => true.into(),
        Value::False => false.into(),
        Value::Int(value) => value.into(),
        Value::Float(value) => value.get().into(),
        Value::Str(text) => (*text).into(),
        Value::List(items) => {
            let items = items.iter().map(|item| eval.force(item).and_then(|value| json(eval, value)));
            Json::Array(items.collect::<Result<_, _>>()?)
        }
        // As `builtins.toJSON` does: a package is its path.
        Value::Attrs(attrs) if lookup(attrs, eval.sym("outPath")).is_some() => {
            let path = lookup(attrs, eval.sym("outPath")).expect("just found");
            json(eval, eval.force(path.value)?)?
        }
        Value::Attrs(attrs) => {
            let mut map = Map::new();
            for attr in *attrs {
                map.insert(eval.name(attr.name).to_string(), json(eval, eval.force(attr.value)?)?);
            }
            Json::Object(map)
        }
        Value::Opaque(opaque) => return eval.unknown_because(opaque.why),
        Value::Lambda(_) | Value::Prim(_) => return eval.fault("a function is not JSON"),
        Value::Path(_) | Value::Tainted(_) => return eval.unknown("a path is not JSON here"),
    })
}

#[test]
fn the_library_that_clarity_carries_has_the_stated_values() {
    let cases = super::fallback_lib::cases();
    let library =
        format!("({}) {{ licenses = builtins.fromJSON (builtins.readFile ./licenses.json); }}", fallback_lib());
    let expressions: Vec<_> =
        cases.iter().map(|(expression, _)| format!("let lib = import ./library.nix; in {expression}")).collect();
    let files = [("library.nix", library.as_str()), ("licenses.json", LicenseTable::embedded_json())];
    let answers = evaluate(&expressions, &files);
    let mut wrong = Vec::new();
    let mut unknown = Vec::new();
    for ((expression, want), answer) in cases.iter().zip(answers) {
        match answer {
            Answer::Unknown(why) => unknown.push(format!("{expression}: {why}")),
            Answer::Error(_) if *want == "error" => {}
            Answer::Value(value) if serde_json::from_str::<Json>(want).is_ok_and(|want| want == value) => {}
            answer => wrong.push(format!("{expression}\n   wanted {want}\n   got {answer:?}")),
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(unknown.len() * 20 < cases.len(), "{} unknown:\n{}", unknown.len(), unknown.join("\n"));
}

#[test]
fn chains_of_updates_are_what_nix_gives() {
    let cases = [
        ("{ a = 1; b = 1; } // { b = 2; c = 2; } // { c = 3; } // { d = 4; }", Some(r#"{"a":1,"b":2,"c":3,"d":4}"#)),
        ("({ a = 1; } // { a = 2; }) // { } // { a = 3; }", Some(r#"{"a":3}"#)),
        ("{ a = 1; } // { b = throw \"lazy\"; } // { b = 2; }", Some(r#"{"a":1,"b":2}"#)),
        ("{ } // 1 // { }", None),
        ("{ } // { } // [ ]", None),
        (
            "builtins.attrNames (builtins.foldl' (a: b: a // b) { } [ { z = 1; } { y = 2; } { z = 3; } ])",
            Some(r#"["y","z"]"#),
        ),
    ];
    let expressions: Vec<String> = cases.iter().map(|(expression, _)| (*expression).to_owned()).collect();
    for ((expression, want), answer) in cases.iter().zip(evaluate(&expressions, &[])) {
        match want {
            Some(want) => {
                assert_eq!(answer, Answer::Value(serde_json::from_str(want).expect("JSON")), "{expression}");
            }
            None => assert!(matches!(answer, Answer::Error(_)), "{expression}: {answer:?}"),
        }
    }
}

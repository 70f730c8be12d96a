use super::{Agreement, Evaluated, License, in_words, read};
use crate::declared::{Declared, Statement, When};
use crate::text::{Position, RelPath, Span};
use crate::tree::{AttrPath, Package, Site};

fn evaluated(text: &str) -> Evaluated {
    read::read(text.as_bytes(), "test").expect("readable")
}

fn says(all: &Evaluated, attr: &str) -> String {
    match &all.packages[attr].license {
        License::Says(statement) => in_words(statement),
        License::Absent => "absent".to_owned(),
        License::Unknown(why) => format!("unknown: {why}"),
    }
}

fn site(line: u32) -> Site {
    let start = Position { line, column: 1 };
    Site { file: RelPath::new("pkgs/a/default.nix").expect("relative"), span: Span::new(0, 1), start, end: start }
}

fn package(attr: &str) -> Package {
    Package {
        attr: AttrPath(attr.to_owned()),
        pname: Some("a".to_owned()),
        version: None,
        site: Some(site(7)),
        digest: None,
        sources: Vec::new(),
        source_unknown: None,
        vendored: Vec::new(),
        maintainers: Vec::new(),
        identifiers: None,
        provenance: None,
        removed: Vec::new(),
        patches: Vec::new(),
        patched: false,
        license_files: Vec::new(),
        flags: Vec::new(),
        platforms: Vec::new(),
    }
}

fn resolved(all: &Evaluated, attr: &str) -> Declared {
    let License::Says(statement) = all.packages[attr].license.clone() else { panic!("{attr} has no license") };
    Declared::Resolved { site: site(9), statement }
}

const NIX_ENV: &str = r#"{
  "a": {"name": "a-1", "pname": "a", "meta": {"position": "/x/pkgs/a/default.nix:7", "license": {"spdxId": "MIT", "shortName": "mit"}}},
  "attr": {"name": "attr-2", "meta": {"license": [{"spdxId": "ISC"}, "Zlib"]}},
  "none": {"name": "none-1", "meta": {}},
  "text": {"name": "text-1", "meta": {"license": "MIT-like"}}
}"#;

#[test]
fn the_object_of_nix_env_is_read_even_where_a_package_is_called_attr() {
    let all = evaluated(NIX_ENV);
    assert_eq!(says(&all, "a"), "MIT");
    assert_eq!(says(&all, "attr"), "[ISC, Zlib]");
    assert_eq!(says(&all, "none"), "absent");
    assert_eq!(says(&all, "text"), "\"MIT-like\"");
}

#[test]
fn the_lines_of_nix_eval_jobs_are_read_and_errors_stay_unknown() {
    let lines = "{\"attr\":\"p.a\",\"attrPath\":[\"p\",\"a\"],\"name\":\"a-1\",\"meta\":{\"license\":{\"shortName\":\"unfree\"}}}\n\
                 {\"attr\":\"b\",\"error\":\"it throws\"}\n";
    let all = evaluated(lines);
    assert_eq!(says(&all, "p.a"), "unfree");
    assert_eq!(says(&all, "b"), "unknown: it throws");
}

#[test]
fn packages_json_is_read_under_its_key() {
    assert_eq!(says(&evaluated(&format!("{{\"version\": 2, \"packages\": {NIX_ENV}}}")), "a"), "MIT");
}

#[test]
fn operators_of_both_generations_become_expressions() {
    let both = r#"{"n": {"meta": {"license": {"licenseType": "compound", "operator": "OR", "licenses": [{"spdxId": "MIT"}, {"spdxId": "Apache-2.0"}]}}},
                   "o": {"meta": {"license": {"base": {"spdxId": "GPL-2.0-only"}, "operator": "WITH", "mod": {"spdxId": "Classpath-exception-2.0"}}}}}"#;
    let all = evaluated(both);
    assert_eq!(says(&all, "n"), "Apache-2.0 OR MIT");
    assert_eq!(says(&all, "o"), "GPL-2.0-only WITH Classpath-exception-2.0");
}

#[test]
fn what_is_not_metadata_is_an_error_and_a_cut_off_file_too() {
    for text in ["[1]", "{\"a\": 3}", "{\"a\": {\"meta\": {}}", "", "nothing"] {
        assert!(read::read(text.as_bytes(), "test").is_err(), "{text}");
    }
}

#[test]
fn a_computed_license_is_filled_in_at_its_own_place() {
    let all = evaluated(NIX_ENV);
    let computed = Declared::Computed { site: Some(site(9)), why: "unknown".to_owned().into() };
    let (declared, agreement) = all.join(&package("a"), computed);
    assert_eq!(agreement, Agreement::Filled);
    assert!(matches!(declared, Declared::Resolved { site, statement: Statement::One(_) } if site.start.line == 9));
}

#[test]
fn an_attribute_of_another_name_is_found_by_its_position() {
    let all = evaluated(NIX_ENV);
    let (_, agreement) = all.join(&package("aliasOfA"), resolved(&all, "a"));
    assert_eq!(agreement, Agreement::Same);
}

#[test]
fn what_is_resolved_is_kept_and_a_difference_is_told() {
    let all = evaluated(NIX_ENV);
    let stated = resolved(&all, "attr");
    let (declared, agreement) = all.join(&package("a"), stated.clone());
    assert_eq!(declared, stated);
    assert_eq!(agreement, Agreement::Differs { stated: "[ISC, Zlib]".to_owned(), evaluated: "MIT".to_owned() });
    let (_, agreement) = all.join(&package("a"), Declared::Absent);
    assert!(matches!(agreement, Agreement::Differs { stated, .. } if stated == "no license"));
}

#[test]
fn an_unknown_condition_is_settled_by_the_case_that_evaluation_took() {
    let all = evaluated(NIX_ENV);
    let case = |attr| match resolved(&all, attr) {
        Declared::Resolved { statement, .. } => statement,
        _ => unreachable!("resolved gives nothing else"),
    };
    let cases = vec![(When::Unknown("x".to_owned()), case("attr")), (When::Unknown("!(x)".to_owned()), case("a"))];
    let (declared, agreement) = all.join(&package("a"), Declared::Branches { site: site(9), cases });
    assert_eq!(agreement, Agreement::Filled);
    assert_eq!(declared, resolved(&all, "a"));
}

//! Flags that a build is given, by the words of the expressions that list them.
//!
//! Nothing is evaluated: what a condition adds counts as given, so that nobody is told that a part is left out which
//! one of the platforms builds.

/// Helpers of `lib/strings.nix` that take a name and then a value.
const NAMED: [&str; 5] = ["cmakeBool", "cmakeFeature", "mesonBool", "mesonEnable", "mesonOption"];
/// Those that take a condition and then a name, with the beginning of their flag.
const UNDER: [(&str, &str); 4] = [
    ("enableFeature", "--enable-"),
    ("enableFeatureAs", "--enable-"),
    ("withFeature", "--with-"),
    ("withFeatureAs", "--with-"),
];

/// The flags that turn something on in `written`, the value of `configureFlags`, `cmakeFlags` or `mesonFlags`.
pub(super) fn flags(written: &str) -> Vec<String> {
    let words: Vec<&str> = written
        .split(|letter: char| letter.is_whitespace() || "\"'()[];".contains(letter))
        .filter(|word| !word.is_empty())
        .collect();
    let word = |at: usize| words.get(at).copied().filter(|word| *word != "false");
    let flag = |(at, first): (usize, &&str)| {
        let name = first.rsplit('.').next().unwrap_or(first);
        if NAMED.contains(&name) {
            return word(at + 2).and(word(at + 1)).map(|name| format!("-D{name}=ON"));
        }
        if let Some((_, start)) = UNDER.iter().find(|(helper, _)| *helper == name) {
            return word(at + 1).and(word(at + 2)).map(|name| format!("{start}{name}"));
        }
        ["--enable-", "--with-", "-D"].iter().any(|start| first.starts_with(start)).then(|| (*first).to_owned())
    };
    words.iter().enumerate().filter_map(flag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_read_as_they_are_written() {
        for (written, expected) in [
            (
                r#"[ "--enable-frob" "--disable-static" "--with-x=${x}/lib" ]"#,
                &["--enable-frob", "--with-x=${x}/lib"][..],
            ),
            (r#"[ "-DFROB=ON" ] ++ lib.optional stdenv.isLinux "-DX=OFF""#, &["-DFROB=ON", "-DX=OFF"]),
            (r#"[ (lib.cmakeBool "FROB" true) (lib.mesonBool "x" false) ]"#, &["-DFROB=ON"]),
            (r#"[ (lib.enableFeature gui "frob") (withFeature false "y") ]"#, &["--enable-frob"]),
        ] {
            assert_eq!(flags(written), expected, "{written}");
        }
    }
}

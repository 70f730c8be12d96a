//! Letters beyond ASCII, as far as words of licenses need them.

/// How a character beyond ASCII is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Script {
    /// A Latin letter with an accent, spelled without it: `ä` is `a`.
    Folded(&'static str),
    /// A letter of an alphabet, in lower case.
    Cased(char),
    /// A character that is a word of its own: Chinese, Japanese.
    Sign,
    /// Punctuation and everything else.
    Other,
}

/// Latin letters with accents, by the letters that they are read as.
const FOLDS: &[(&str, &str)] = &[
    ("a", "àáâãäåāăą"),
    ("ae", "æ"),
    ("c", "çćčĉ"),
    ("d", "ďđ"),
    ("e", "èéêëēėęě"),
    ("g", "ğģ"),
    ("i", "ìíîïīıį"),
    ("l", "łľ"),
    ("n", "ñńňņ"),
    ("o", "òóôõöøōő"),
    ("oe", "œ"),
    ("r", "řŕ"),
    ("s", "śšşș"),
    ("ss", "ß"),
    ("t", "ťţț"),
    ("u", "ùúûüūůűų"),
    ("y", "ýÿ"),
    ("z", "źžż"),
];

/// How `letter` is read.
pub(crate) fn script(letter: char) -> Script {
    match letter {
        'À'..='ɏ' if letter.is_alphabetic() => {
            let low = letter.to_lowercase().next().unwrap_or(letter);
            let fold = FOLDS.iter().find(|(_, letters)| letters.contains(low));
            fold.map_or(Script::Cased(low), |(plain, _)| Script::Folded(plain))
        }
        'Ͱ'..='ӿ' if letter.is_alphabetic() => Script::Cased(letter.to_lowercase().next().unwrap_or(letter)),
        '\u{3041}'..='\u{30ff}' if letter.is_alphabetic() => Script::Sign,
        '\u{3400}'..='\u{9fff}' => Script::Sign,
        _ => Script::Other,
    }
}

//! Names of licenses beyond the ids and full names of the SPDX list.
//!
//! Facts as data: one row a license or family. Words are lower case, blanks part them; a blank also stands for any
//! hyphen, quote or line break, and `license` for each of its spellings. Versions are not written here: the grammar
//! reads them before or after the name.

/// Families of versioned licenses: the SPDX id without its version, and other names.
pub(super) const FAMILIES: &[(&str, &[&str])] = &[
    (
        "GPL",
        &[
            "gpl",
            "gnu gpl",
            "gnu general public license",
            "general public license",
            "gnu public license",
            "gnu gpl license",
            "gpl license",
            "gnu general public",
            "gnu gpl software license",
            "gnu general license",
            "gnu copyleft",
            "gnu licence",
            "gnu license",
            "gnu general public licence agreement",
            "gpled",
            "gnu generic public license",
            "gnu global public license",
            "gnu general purpose license",
            "licencia publica general gnu",
            "licencia publica general de gnu",
            "licencia publica general de la gnu",
            "licencia publica gnu",
            "licenca publica geral gnu",
            "licenca publica geral da gnu",
            "licenca publica geral do gnu",
            "licence publique generale gnu",
            "licence publique generale de gnu",
            "licence publique gnu",
            "licence generale publique gnu",
            "licenza pubblica generica gnu",
            "licenza pubblica generale gnu",
            "licenza pubblica gnu",
            "allgemeine offentliche gnu lizenz",
            "allgemeinen offentlichen gnu lizenz",
            "gnu allgemeinen offentlichen lizenz",
            "gnu allgemeine offentliche lizenz",
            "стандартной общественной лицензии gnu",
            "стандартная общественная лицензия gnu",
            "универсальной общественной лицензии gnu",
            "универсальная общественная лицензия gnu",
            "powszechnej licencji publicznej gnu",
            "gnu 通用公共许可证",
            "gnu 通用公共许可协议",
            "gnu 通用公共授權條款",
            "gnu 一般公衆利用許諾契約書",
            "gnu 一般公衆利用許諾書",
            "gnu 一般公衆使用許諾",
        ],
    ),
    (
        "LGPL",
        &[
            "lgpl",
            "gnu lgpl",
            "gnu lgpl license",
            "lgpl license",
            "gnu lesser general public license",
            "lesser general public license",
            "gnu library general public license",
            "library general public license",
            "gnu lesser public license",
            "lesser public license",
            "gnu lesser gpl",
            "lesser gpl",
            "gnu library gpl",
            "library gpl",
            "gnu library public license",
            "gnu library license",
            "lesser gnu general public license",
            "library gnu general public license",
            "gnu lesser license",
            "lesser gnu public license",
            "library or lesser general public license",
            "lesser or library general public license",
            "gnu lesser or library general public license",
            "gnu library or lesser general public license",
            "gnu library lesser general public license",
            "gnu general lesser public license",
            "lesset general public license",
            "gnu lesser general public",
            "licencia publica general reducida de gnu",
            "licencia publica general reducida gnu",
            "licencia publica general menor de gnu",
            "licencia publica general menor gnu",
            "licenca publica geral menor gnu",
            "licenca publica geral menor da gnu",
            "licence publique generale limitee gnu",
            "licence publique generale amoindrie gnu",
            "gnu 宽通用公共许可证",
            "gnu 较宽松公共许可证",
        ],
    ),
    (
        "AGPL",
        &[
            "agpl",
            "gnu agpl",
            "affero gpl",
            "gnu affero gpl",
            "affero general public license",
            "gnu affero general public license",
            "affero public license",
            "gnu affero public license",
            "affero license",
            "licencia publica general affero de gnu",
            "licencia publica general de affero gnu",
            "licenca publica geral affero gnu",
            "licence publique generale affero gnu",
        ],
    ),
    ("GFDL", &["gfdl", "fdl", "gnu fdl", "gnu free documentation license", "free documentation license"]),
    (
        "Apache",
        &[
            "apache license",
            "apache software license",
            "apache public license",
            "asf license",
            "asl",
            "apache",
            "apache software foundation license",
            "apl license",
            "apache open source license",
            "apache source license",
        ],
    ),
    ("MPL", &["mpl", "mozilla public license", "mozilla license", "mozilla public source license"]),
    ("NPL", &["netscape public license"]),
    ("EPL", &["epl", "eclipse public license", "eclipse license"]),
    ("CPL", &["cpl", "common public license"]),
    ("IPL", &["ibm public license"]),
    ("CDDL", &["cddl", "common development and distribution license", "common development distribution license"]),
    ("EUPL", &["eupl", "european union public license", "european union public licence"]),
    ("OFL", &["ofl", "sil ofl", "sil open font license", "open font license", "sil open font"]),
    ("AFL", &["afl", "academic free license"]),
    ("OSL", &["osl", "open software license"]),
    ("Artistic", &["artistic license", "perl artistic license", "artistic"]),
    ("BSL", &["boost software license", "boost license", "boost software licence", "bsl", "boost"]),
    ("PHP", &["php license"]),
    ("Python", &["python license", "python style license"]),
    ("ZPL", &["zpl", "zope public license"]),
    (
        "CECILL",
        &[
            "cecill",
            "cecill license",
            "cecill free software license",
            "cea cnrs inria logiciel libre license",
            "contrat de licence de logiciel libre cecill",
        ],
    ),
    ("LPPL", &["lppl", "latex project public license"]),
    ("APSL", &["apsl", "apple public source license"]),
    ("QPL", &["qpl", "q public license", "qt public license"]),
    ("OLDAP", &["openldap public license", "openldap license"]),
    ("SPL", &["sun public license"]),
    ("CPAL", &["cpal", "common public attribution license"]),
    ("ECL", &["educational community license"]),
    ("EFL", &["eiffel forum license"]),
    ("UPL", &["universal permissive license", "upl"]),
    (
        "ODbL",
        &["odbl", "open database license", "open data commons open database license", "odc open database license"],
    ),
    ("ODC-By", &["open data commons attribution license"]),
    (
        "PDDL",
        &[
            "pddl",
            "open data commons public domain dedication and license",
            "odc public domain dedication and license",
            "odc public domain dedication license",
            "public domain dedication and license",
        ],
    ),
    ("SSPL", &["sspl", "server side public license"]),
    ("BUSL", &["busl", "business source license"]),
    ("Elastic", &["elastic license", "elv"]),
    ("MulanPSL", &["mulan psl", "mulan permissive software license"]),
    (
        "CC0",
        &[
            "cc 0",
            "creative commons zero",
            "creative commons cc 0",
            "cc zero",
            "cc 0 public domain dedication",
            "creative commons public domain dedication",
            "cc 0 universal",
            "creative commons 0",
        ],
    ),
    ("bzip2", &["bzip 2 license"]),
    (
        "Unicode-DFS",
        &[
            "unicode data files and software license",
            "unicode license agreement data files and software",
            "unicode inc license agreement data files and software",
        ],
    ),
];

/// Names of Creative Commons licenses: the id without its version, and every way to write its name.
pub(super) fn creative_commons() -> Vec<(String, String)> {
    const NON_COMMERCIAL: (&str, &[&str]) = ("NC", &["non commercial", "noncommercial", "nc"]);
    const SHARE_ALIKE: (&str, &[&str]) = ("SA", &["share alike", "sharealike", "sa"]);
    const NO_DERIVATIVES: (&str, &[&str]) =
        ("ND", &["no derivatives", "noderivatives", "no derivs", "noderivs", "no derivative works", "nd"]);
    let begins =
        ["creative commons attribution", "cc attribution", "creative commons by", "cc by", "creative commons cc by"];
    let mut names: Vec<(String, String)> = vec![
        ("CC-BY-SA".to_owned(), "creative commons sharealike".to_owned()),
        ("CC-BY-SA".to_owned(), "creative commons share alike".to_owned()),
        ("CC-BY-SA".to_owned(), "cc sa".to_owned()),
        ("CC-BY".to_owned(), "cca".to_owned()),
    ];
    names.extend(begins.iter().map(|begin| ("CC-BY".to_owned(), (*begin).to_owned())));
    for (first, second) in [
        (NON_COMMERCIAL, None),
        (SHARE_ALIKE, None),
        (NO_DERIVATIVES, None),
        (NON_COMMERCIAL, Some(SHARE_ALIKE)),
        (NON_COMMERCIAL, Some(NO_DERIVATIVES)),
    ] {
        let id = format!("CC-BY-{}{}", first.0, second.map_or(String::new(), |(id, _)| format!("-{id}")));
        for one in first.1 {
            let others = second.map_or(&[""][..], |(_, words)| words);
            let parts = others.iter().flat_map(|other| [format!("{one} {other}"), format!("{other} {one}")]);
            for part in parts {
                // "Attribution" by itself is a plain word.
                let begins = begins.iter().copied().chain(["attribution"]);
                names.extend(begins.map(|begin| (id.clone(), format!("{begin} {part}"))));
            }
        }
    }
    names
}

/// Names that say "BSD" without saying which: the family, reported as BSD-3-Clause with a note.
pub(super) const BSD: &[&str] = &[
    "bsd",
    "bsd license",
    "bsd style license",
    "bsd style",
    "bsd type license",
    "bsd like license",
    "berkeley license",
    "berkeley software distribution license",
    "berkeley software distribution style license",
    "bsd source license",
    "bsd style source license",
    "bsd open source license",
    "bsd public license",
    "ucb bsd license",
    "bsd copyright",
    "berkeley style license",
    "bsd software license",
    "berkeley software distribution",
    "berkeley copyright",
    "bsd berkeley license",
    "university of california berkeley license",
    "bsd uc license",
];

/// Single words that are nothing but license names. Every other name of one word is a plain word too, and counts only
/// in a frame or as the value of a field.
pub(super) const TELLING: &[&str] = &[
    "gpl",
    "lgpl",
    "agpl",
    "gfdl",
    "mpl",
    "cddl",
    "eupl",
    "apsl",
    "wtfpl",
    "lppl",
    "cpal",
    "cecill",
    "unlicense",
    "beerware",
    "odbl",
    "ofl",
    "gpled",
];

/// Names of several words that are also plain words.
pub(super) const PLAIN_WORDS: &[&str] = &[
    "x 11",
    "bzip 2",
    "w 3 c",
    "artistic clarified",
    "cc 0",
    "sax pd",
    "latex 2 e",
    "condor 1.1",
    "info zip",
    "sgi b",
    "nist pd",
    "iso permission",
    "ssh keyscan",
    "sun ppp",
    "term readkey",
    "python ldap",
    "widget workshop",
    "any osi",
    "ubuntu font",
    "linux openib",
    "brian gladman",
    "boehm gc",
    "same as perl",
    "terms of ruby",
    "ruby s",
    "python 2.0",
    "independent jpeg group",
    "0 bsd",
    "creative commons 0",
    "public domain",
    "ms pl",
    "cc by",
    "cc sa",
    "attribution sa",
    "attribution nc",
    "attribution nd",
    "apache software foundation license",
    "perl 5",
    "open software",
    "sil open font",
    "gnu general public",
    "gnu lesser general public",
];

/// Whole phrases of well-known headers that grant by themselves, wherever they stand.
pub(super) const PHRASES: &[(&str, &[&str])] = &[
    ("Zlib", &["for conditions of distribution and use see copyright notice in"]),
    ("MIT", &["see copyright notice in lua h"]),
    (
        "IJG",
        &[
            "this file is part of the independent jpeg group s software",
            "based in part on the work of the independent jpeg group",
        ],
    ),
    ("Unlicense", &["this is free and unencumbered software released into the public domain"]),
    ("CC0-1.0", &["dedicated all copyright and related and neighboring rights to"]),
    // How files of CPython say whose terms they are under.
    (
        "Python-2.0",
        &[
            "licensed to psf under a contributor agreement",
            "licensed to the psf under a contributor agreement",
            "licensed to the python software foundation under a contributor agreement",
        ],
    ),
    ("Beerware", &["beer ware license revision", "beerware license revision"]),
];

use crate::evidence::{Detector, Witness};
use crate::text::RelPath;

/// Grants in `text`, one expression a statement.
fn grants(text: &str) -> Vec<String> {
    let path = RelPath::new("src/a.c").expect("relative");
    let evidence = Detector::usual().read(&path, text.as_bytes());
    let found = evidence.detections.iter().filter(|one| one.class == Witness::Grant);
    found.map(|one| one.expr.to_string()).collect()
}

fn grant(text: &str, expected: &str) {
    assert_eq!(grants(text), [expected], "{text}");
}

fn nothing(text: &str) {
    assert!(grants(text).is_empty(), "{text}: {:?}", grants(text));
}

const GPL: &str = "This program is free software; you can redistribute it and/or modify\nit under the terms of the GNU General Public License as published by\nthe Free Software Foundation; either version 2 of the License, or\n(at your option) any later version.\n";

/// `text` with every line behind `prefix`.
fn prefixed(prefix: &str, text: &str) -> String {
    text.lines().map(|line| format!("{prefix}{line}\n")).collect()
}

#[test]
fn comment_furniture_of_any_language_is_no_word() {
    for prefix in [
        "", "# ", "// ", " * ", ";;; ", "% ", "dnl ", "rem ", "REM ", ".\\\" ", "C     ", "!! ", "-- ", "@c ", "' ",
        "\\ ", "|| ", "## * ",
    ] {
        grant(&prefixed(prefix, GPL), "GPL-2.0-or-later");
    }
}

#[test]
fn any_wrapping_reads_the_same() {
    let words: Vec<&str> = GPL.split_whitespace().collect();
    for width in 1..12 {
        let wrapped: String = words.chunks(width).map(|line| format!("# {}\n", line.join(" "))).collect();
        grant(&wrapped, "GPL-2.0-or-later");
    }
    grant(
        &GPL.replace("redistribute it and", "redis-\ntribute it and").replace("Foundation", "Foun-\ndation"),
        "GPL-2.0-or-later",
    );
}

#[test]
fn a_version_that_is_not_listed_is_another_license() {
    grant("Licensed under the Copyfree Open Innovation License 0.5.", "LicenseRef-COIL-0.5");
    grant("Licensed under the Copyfree Open Innovation License version 0.5.", "LicenseRef-COIL-0.5");
    grant("Licensed under the Copyfree Open Innovation License 1.0.", "COIL-1.0");
    grant("Licensed under the Copyfree Open Innovation License.", "COIL-1.0");
}

#[test]
fn a_plain_word_of_a_compound_is_no_license() {
    grant("Placed in the public domain, modified as part of the python-ecdsa package.", "LicenseRef-public-domain");
    grant("This file is under the python-style license.", "Python-2.0");
}

#[test]
fn what_a_header_calls_its_license_is_granted() {
    grant("Used as permitted in the SGI Free Software License B, Version 1.1 (the \"License\").", "SGI-B-1.1");
    grant(
        "You can obtain a copy of the License at\nhttps://www.apache.org/licenses/LICENSE-2.0 or here.",
        "Apache-2.0",
    );
    grant("The terms are also available at https://curl.se/docs/copyright.html.", "curl");
    grant("Read the GPL v2.0 for legal details.", "GPL-2.0-only");
    nothing("See the GNU General Public License for more details.");
}

#[test]
fn a_system_or_a_program_that_comes_along_is_no_license() {
    nothing("This driver is available under FreeBSD and Linux.");
    nothing("Distributed with FreeBSD.");
    nothing("Distributed with Vim.");
    nothing("This module comes with Python.");
    grant("Licensed with MIT.", "MIT");
    grant("Distributed with the Python license.", "Python-2.0");
    grant("Distributed under the FreeBSD license.", "BSD-2-Clause");
}

#[test]
fn a_list_below_the_words_that_announce_it_is_granted() {
    let perl = "This program is free software; you can redistribute it and/or modify\nit under the terms of either:\n\na) the GNU General Public License as published by the Free\nSoftware Foundation; either version 1, or (at your option) any\nlater version, or\n\nb) the \"Artistic License\" which comes with this Kit.\n";
    for prefix in ["", "# ", " * "] {
        grant(&prefixed(prefix, perl), "Artistic-1.0-Perl OR GPL-1.0-or-later");
    }
    grant(
        "This work may be used under one of the following licenses:\n\n1) Apache License 2.0, or\n\n2) MIT license.\n",
        "Apache-2.0 OR MIT",
    );
    nothing("We have looked at the following:\n\na) the Apache License 2.0, or\n\nb) the MIT license.\n");
    nothing("It is released under the following terms:\n\nCopyright (c) 1994 Hewlett-Packard Company\n");
    nothing("Its text was not under the terms of either:\n\na) the GPL, or\n\nb) the Artistic License.\n");
}

#[test]
fn other_languages_grant_too() {
    grant("Open Source unter der Apache License Version 2.", "Apache-2.0");
    grant("Distribuido bajo la licencia MIT.", "MIT");
    grant("Publi\u{e9} sous licence MIT.", "MIT");
    nothing("thu\u{ead}t to\u{e1}n BSD, d\u{f9}ng\nlicense");
}

#[test]
fn there_is_no_gpl_of_version_2_1() {
    grant(&GPL.replace("version 2 of", "version 2.1 of"), "LGPL-2.1-or-later");
}

#[test]
fn strings_of_a_program_and_words_about_others_grant_nothing() {
    nothing("x = {\n  'MIT Licensed here': 1,\n}");
    nothing("Note that the line library is distributed under the GPL.");
    grant("This is GPL'd software.", "GPL-1.0-or-later");
}

#[test]
fn numbers_of_lines_are_no_words() {
    let numbered: String = GPL.lines().enumerate().map(|(at, line)| format!("{:05} {line}\n", at + 7)).collect();
    grant(&numbered, "GPL-2.0-or-later");
}

#[test]
fn or_later_must_bind_to_a_version() {
    grant("This is licensed under the GNU GPL, version 2 or later.", "GPL-2.0-or-later");
    grant("Licensed under version 2 of the GPL, or (at your option) any later version.", "GPL-2.0-or-later");
    grant("Licensed under the GPL version 2 as found in the license.txt file or something later.", "GPL-2.0-only");
    grant("License: GPL (>= 3)", "GPL-3.0-or-later");
    grant("Released under GPLv3+.", "GPL-3.0-or-later");
    grant("Licensed under GPLv2 only.", "GPL-2.0-only");
    grant("Licensed under the GPL, either version 2 or version 3.", "GPL-2.0-only OR GPL-3.0-only");
}

#[test]
fn a_later_version_that_somebody_must_accept_is_not_granted() {
    let text = "it under the terms of the GNU General Public License as published by the Free Software Foundation; either version 2 of the License, or (at your option) version 3, or any later version accepted by the membership of KDE e.V.";
    grant(text, "GPL-2.0-only OR GPL-3.0-only");
}

#[test]
fn names_are_read_in_every_spelling() {
    for (text, expected) in [
        ("Licensed under the Apache License, Version 2.0.", "Apache-2.0"),
        ("Released under the ASL 2.0.", "Apache-2.0"),
        ("Licensed under the 3-clause BSD license.", "BSD-3-Clause"),
        ("Licensed under the New BSD License.", "BSD-3-Clause"),
        ("Licensed under the simplified BSD licence.", "BSD-2-Clause"),
        ("Distributed under the Boost Software License, Version 1.0.", "BSL-1.0"),
        ("License: Expat", "MIT"),
        ("Licensed under the MIT/X11 license.", "MIT"),
        ("Licensed under the zlib/libpng license.", "Zlib"),
        ("Subject to the terms of the Mozilla Public License, v. 2.0.", "MPL-2.0"),
        ("Licensed under LGPL 2.1.", "LGPL-2.1-only"),
        ("Licensed under the GNU Library General Public License version 2.", "LGPL-2.0-only"),
        ("Licensed under CC BY-SA 4.0.", "CC-BY-SA-4.0"),
        ("License: Creative Commons Attribution-NonCommercial 3.0", "CC-BY-NC-3.0"),
        ("Licensed under the SIL Open Font License 1.1.", "OFL-1.1"),
        ("Licensed under the Eclipse Public License v2.0.", "EPL-2.0"),
        ("Licensed under the European Union Public Licence 1.2.", "EUPL-1.2"),
        ("This is released into the public domain.", "LicenseRef-public-domain"),
        ("License: GNU General Public License", "GPL-1.0-or-later"),
    ] {
        grant(text, expected);
    }
}

#[test]
fn every_listed_name_is_read_in_a_license_field() {
    let listed = crate::license::licenses().filter(|license| !license.deprecated && license.name.len() < 80);
    let wrong: Vec<String> = listed
        .filter(|license| {
            let read = super::named(license.id).map(|(expr, _)| expr);
            read != crate::license::parse(license.id).ok()
        })
        .map(|license| format!("{} {:?}", license.id, super::named(license.id).map(|(expr, _)| expr.to_string())))
        .collect();
    assert!(wrong.len() <= 25, "{} of the ids are misread: {wrong:#?}", wrong.len());
}

#[test]
fn choices_are_one_expression() {
    grant("Dual licensed under the MIT or GPL-2.0 licenses.", "GPL-2.0-only OR MIT");
    grant("Licensed under either of Apache License, Version 2.0 or MIT license at your option.", "Apache-2.0 OR MIT");
    grant("it under the same terms as Perl itself, which is free software.", "Artistic-1.0-Perl OR GPL-1.0-or-later");
    grant("This library is licensed under the same terms as Perl itself.", "Artistic-1.0-Perl OR GPL-1.0-or-later");
    grant("# License: GPL-2+ or MIT", "GPL-2.0-or-later OR MIT");
}

#[test]
fn the_mozilla_tri_license_is_read_whole() {
    let text = "/* Version: MPL 1.1/GPL 2.0/LGPL 2.1\n *\n * The contents of this file are subject to the Mozilla Public License Version\n * 1.1 (the \"License\"); you may not use this file except in compliance with\n * the License.\n *\n * Alternatively, the contents of this file may be used under the terms of\n * either the GNU General Public License Version 2 or later (the \"GPL\"), or\n * the GNU Lesser General Public License Version 2.1 or later (the \"LGPL\"),\n * in which case the provisions of the GPL or the LGPL are applicable instead\n * of those above. If you wish to allow use of your version of this file only\n * under the terms of either the GPL or the LGPL, and not to allow others to\n */\n";
    assert_eq!(grants(text), ["GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1"]);
}

#[test]
fn a_mention_grants_nothing() {
    for text in [
        "This license is compatible with the GPL.",
        "This file is not licensed under the GPL.",
        "There is GPL code in here, see license.",
        "It is not distributed under the terms of the MIT license.",
        "You should have received a copy of the GNU General Public License along with this program.",
        "See the GNU General Public License for more details.",
        "Unlike MIT licensees, we do not care about license terms.",
        "EXPORT_SYMBOL_GPL(foo); /* license */",
        "if (license == GPL) return 1;",
    ] {
        nothing(text);
    }
}

#[test]
fn urls_grant_where_a_name_would() {
    grant("http://www.gnu.org/licenses/gpl-2.0.txt\n", "GPL-2.0-only");
    grant("@license http://opensource.org/licenses/MIT", "MIT");
    grant("Licensed under https://creativecommons.org/licenses/by/4.0/.", "CC-BY-4.0");
    grant("Licensed under the GPL: https://www.gnu.org/licenses/gpl-3.0.html", "GPL-3.0-only");
    nothing("Licensed as said in https://github.com/a/b/blob/master/LICENSE.");
    nothing("we link to https://opensource.org/licenses/MIT from the license page of our site");
}

#[test]
fn module_licenses_mean_what_the_kernel_says() {
    grant("MODULE_LICENSE(\"GPL v2\");", "GPL-2.0-only");
    grant("MODULE_LICENSE(\"GPL\");", "GPL-2.0-or-later");
    grant("MODULE_LICENSE(\"Dual MIT/GPL\");", "GPL-2.0-or-later OR MIT");
}

#[test]
fn named_exceptions_widen_the_grant() {
    grant(
        "Licensed under the GNU GPL version 2 or later with the Classpath exception.",
        "GPL-2.0-or-later WITH Classpath-exception-2.0",
    );
    grant("Licensed under the Apache License v2.0 with LLVM Exceptions.", "Apache-2.0 WITH LLVM-exception");
}

mod properties {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::{Detector, RelPath, Witness};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read(text in "(\\PC|[ \n\r\t\\\\<>&(\"'-]|license|GPL|version 2|under the|http://|or later|©){0,80}") {
            let path = RelPath::new("a.c").expect("relative");
            Detector::usual().read(&path, text.as_bytes());
        }

        #[test]
        fn a_grants_lines_say_the_same_alone(
            before in "[a-z ]{0,60}",
            which in 0usize..6,
            prefix in "(# |// | \\* |;; )",
        ) {
            let statements = [
                super::GPL,
                "Licensed under the Apache License, Version 2.0.\n",
                "License: GPL-2+ or MIT\n",
                "This is released under the 3-clause BSD license.\n",
                "@license MIT\n",
                "Dual licensed under the MIT and GPLv2 licenses.\n",
            ];
            let text = format!("{before}.\n\n{}\nint main;\n", super::prefixed(&prefix, statements[which]));
            let path = RelPath::new("a.c").expect("relative");
            let detector = Detector::usual();
            for one in detector.read(&path, text.as_bytes()).detections.iter().filter(|one| one.class == Witness::Grant) {
                let lines = text.lines().skip(one.lines.first as usize - 1).take((one.lines.last - one.lines.first + 1) as usize);
                let cut = lines.collect::<Vec<_>>().join("\n");
                let again = detector.read(&path, cut.as_bytes());
                assert!(again.detections.iter().any(|other| other.expr == one.expr && other.class == Witness::Grant), "{cut}");
            }
        }
    }
}

#[test]
fn every_license_of_the_list_is_granted_by_its_full_name() {
    for license in crate::license::licenses().filter(|license| !license.deprecated) {
        let id = crate::license::parse(license.id).expect("an id of the list").to_string();
        grant(&format!("This program is licensed under the {}.\n", license.name), &id);
        grant(&format!("# License: {}\n", license.name), &id);
    }
}

#[test]
fn every_license_of_the_list_is_granted_by_its_id() {
    for license in crate::license::licenses().filter(|license| !license.deprecated) {
        let id = crate::license::parse(license.id).expect("an id of the list").to_string();
        grant(&format!("# License: {}\n", license.id), &id);
        grant(&format!("Licensed under the {} license.\n", license.id), &id);
    }
}

#[test]
fn every_address_of_the_list_names_its_license_in_a_field() {
    let plain = |key: &&(&str, &str, bool)| !key.0.contains([';', '(', ')', ',', '*', '\'']);
    for (key, id, _) in super::url::REFERENCES.iter().filter(plain) {
        let found = grants(&format!("License: https://www.{key}\n"));
        let one = found.first().map(|one| one.trim_end_matches("-only"));
        assert_eq!((found.len(), one), (1, Some(*id)), "{key}: {found:?}");
    }
}

#[test]
fn an_address_is_known_however_it_is_written() {
    for url in [
        "http://www.mozilla.org/MPL/MPL-1.1.html",
        "https://www.mozilla.org/MPL/MPL-1.1.txt",
        "https://web.archive.org/web/20100101000000/http://www.mozilla.org/MPL/MPL-1.1.html",
        "http://www.mozilla.org/MPL/1.1/",
    ] {
        grant(&format!("License: {url}\n"), "MPL-1.1");
    }
    grant("Licensed under http://creativecommons.org/licenses/by/3.0/us/\n", "CC-BY-3.0-US");
    grant("Licensed under http://creativecommons.org/licenses/by/3.0/deed.fr\n", "CC-BY-3.0");
}

#[test]
fn an_address_alone_in_a_file_names_the_license_that_stands_there() {
    for (url, id) in [
        ("http://www.mozilla.org/MPL/2.0/", "MPL-2.0"),
        ("http://www.eclipse.org/legal/epl-v10.html", "EPL-1.0"),
        ("http://scripts.sil.org/OFL", "OFL-1.1"),
        ("https://licenses.nuget.org/Apache-2.0", "Apache-2.0"),
        ("https://en.wikipedia.org/wiki/MIT_License", "MIT"),
        ("https://raw.githubusercontent.com/spdx/license-list/master/MIT.txt", "MIT"),
        ("https://glassfish.dev.java.net/public/CDDLv1.0.html", "CDDL-1.0"),
    ] {
        grant(&format!("{url}\n"), id);
    }
    nothing("https://github.com/owner/perl/blob/master/LICENSE.md\n");
    nothing("https://github.com/owner/repo/blob/master/COPYING\n");
}

#[test]
fn a_home_page_that_has_a_license_is_a_grant_only_in_words_that_grant() {
    nothing("See also http://plan9.bell-labs.com/ for more.\n\nhttps://people.freebsd.org/~phk/\n");
    grant("License: https://people.freebsd.org/~phk/\n", "Beerware");
}

#[test]
fn a_reader_who_is_sent_to_an_address_for_the_license_is_told_the_license() {
    for text in [
        "For license conditions see http://www.gnu.org/licenses/old-licenses/gpl-2.0.html",
        "See https://www.gnu.org/licenses/gpl-2.0.txt for the license.",
        "The license can be found at https://www.gnu.org/licenses/gpl-2.0.html.",
        "The terms are also available at https://www.gnu.org/licenses/gpl-2.0.html.",
    ] {
        grant(text, "GPL-2.0-only");
    }
    let header = format!("{GPL}If not, see https://www.gnu.org/licenses/gpl-2.0.html\n");
    grant(&header, "GPL-2.0-or-later");
    grant(&format!("{GPL}\nSee the license at https://www.gnu.org/licenses/gpl-2.0.html\n"), "GPL-2.0-or-later");
    nothing("This is not the license at https://opensource.org/licenses/MIT");
}

#[test]
fn a_version_that_the_list_does_not_have_is_no_other_version() {
    grant("Licensed under the Zimbra Public License Version 1.2.", "LicenseRef-Zimbra-1.2");
    grant("Licensed under the PHP License 3.0.1.", "PHP-3.01");
    grant("Licensed under the Apache License 2", "Apache-2.0");
}

#[test]
fn words_in_strings_that_a_call_prints_are_told_from_quoted_names() {
    let is_printed = |text: &str| {
        let evidence = Detector::usual().read(&RelPath::new("src/a.c").expect("relative"), text.as_bytes());
        let granted = evidence.detections.iter().find(|one| one.class == Witness::Grant);
        granted.expect("it grants").is_printed()
    };
    for text in [
        "printf (\"Foo is licensed under the terms of the GPLv3.\\n\");",
        "fputs(_(\"Foo is licensed under the MIT license\\n\"), stdout);",
        "cout << \"Licensed under the GNU GPL version 2\" << endl;",
    ] {
        assert!(is_printed(text), "{text}");
    }
    for text in [
        "/* Licensed under the terms of the GNU General Public License (\"GPL\") version 2. */",
        " * may be used under the terms of the GNU General Public License Version 2 (the \"GPL\").",
        "// Foo \"bar\" is licensed under the MIT license.",
    ] {
        assert!(!is_printed(text), "{text}");
    }
}

#[test]
fn the_notice_that_gnu_programs_print_grants() {
    grant("License GPLv3+: GNU GPL version 3 or later <https://gnu.org/licenses/gpl.html>.", "GPL-3.0-or-later");
    grant("printf (\"License LGPLv2.1+: GNU LGPL version 2.1 or later\\n\");", "LGPL-2.1-or-later");
    nothing("{ 'License GPLv2': 'GPL-2.0' }");
    grant("# foo\n# License LGPLv3\n", "LGPL-3.0-only");
}

#[test]
fn what_a_license_is_also_called_is_no_second_license() {
    grant("Licensed under the MIT (aka X11) License.", "MIT");
    grant("Licensed under the Zimbra Public License, Version 1.3 (ZPL)", "Zimbra-1.3");
    grant("License: CC0 1.0 Universal (CC0 1.0) Public Domain Dedication", "CC0-1.0");
    grant("Licensed under Public Domain (CC0)", "CC0-1.0");
    grant("License: (MIT OR Apache-2.0)", "Apache-2.0 OR MIT");
}

#[test]
fn a_copyright_line_may_end_with_the_license() {
    grant("// Copyright (c) 2010 Jane Roe, MIT License\n", "MIT");
    grant("# (c) 2010-2012 Jane Roe. GPLv2\n", "GPL-2.0-only");
    nothing("# Copyright (c) 1998, MIT\n");
    nothing("# Copyright 2004 Jane Roe and the GPL team\n");
}

#[test]
fn systems_and_languages_under_which_something_runs_are_no_licenses() {
    for text in [
        "This runs under BSD.",
        "It works under BSD and Perl 5.",
        "compiled under Apache",
        "under Linux, BSD and Solaris",
    ] {
        nothing(text);
    }
    nothing("* added an option to Makefile.am, so we now have bzip2'd archives and a license.");
    nothing("This code used to be under the GPL but is not any more.");
    grant("Released under BSD.", "BSD-3-Clause");
}

#[test]
fn the_name_of_an_exception_is_no_license() {
    grant("License: GPLv2 or any later version with the OpenSSL exception", "GPL-2.0-or-later");
    grant("Released under the GPL version 2 with the OpenSSL\n exception.", "GPL-2.0-only");
}

#[test]
fn words_beside_an_address_say_which_license_is_meant() {
    grant("@license http://www.gnu.org/copyleft/lesser.html LGPL License 2.1", "LGPL-2.1-only");
}

#[test]
fn the_letter_of_a_version_may_be_left_out() {
    grant(
        "This work may be distributed under the\nconditions of the LaTeX Project Public License, either version 1.3\nof this license or (at your option) any later version.",
        "LPPL-1.3c",
    );
}

#[test]
fn creative_commons_names_are_read_in_every_spelling() {
    for name in [
        "Creative Commons Attribution-NonCommercial-ShareAlike 3.0 Unported License",
        "CC BY-NC-SA 3.0",
        "Attribution-NonCommercial-ShareAlike 3.0 Unported (CC BY-NC-SA 3.0)",
        "Creative Commons Attribution-ShareAlike-NonCommercial 3.0",
    ] {
        grant(&format!("Licensed under {name}.\n"), "CC-BY-NC-SA-3.0");
    }
    grant("License: Attribution-NoDerivs 2.0 Generic", "CC-BY-ND-2.0");
}

#[test]
fn the_license_page_of_the_site_that_a_license_is_called_after_is_that_license() {
    for (url, license) in [
        ("http://www.eu-datagrid.example/license.html", "EUDatagrid"),
        ("http://example.org/texts/bsdlicense.html", "BSD-3-Clause"),
    ] {
        grant(&format!("{url}\n"), license);
    }
    for url in [
        "https://www.intel.example/license.html",
        "https://forge.example/apache/frobnicate/blob/master/LICENSE",
        "https://forge.example/someone/json/blob/master/LICENSE",
        "https://example.org/pub/bzip2/LICENSE",
        "http://www.eu-datagrid.example/readme.html",
    ] {
        nothing(&format!("{url}\n"));
    }
    nothing(
        "If, for some reason, these are missing, the license may be found at: ftp://example.org/zlib/license.html\n",
    );
}

#[test]
fn a_license_that_must_go_along_is_that_of_the_file() {
    grant(".fi\n.SH LICENSE\n.fi\nThe ISC license must be distributed with this software.\n", "ISC");
    nothing("Whoever links this knows that the ISC license must be distributed with other software.\n");
}

#[test]
fn a_sentence_may_go_on_in_a_list_without_a_colon() {
    for list in [
        "Licensed under either of\n\n * Apache License, Version 2.0\n * MIT license\n\nat your option.\n",
        "It is licensed under either\n\n- the Apache License, Version 2.0, or\n- the MIT license\n\nat your option.\n",
    ] {
        grant(list, "Apache-2.0 OR MIT");
    }
    let offered =
        "It is licensed under either of the following, at your option:\n\n* the ISC license\n* the MIT license\n";
    grant(offered, "ISC OR MIT");
}

#[test]
fn brackets_do_not_part_a_sentence() {
    grant("The VIM LICENSE (see |copyright|) applies to the files in this folder.\n", "Vim");
}

#[test]
fn every_prefix_of_lines_is_skipped() {
    grant(
        "_C_ Permission is given under the terms of the\n_C_ SGI Free Software License B, Version\n_C_ 1.1.\n",
        "SGI-B-1.1",
    );
}

#[test]
fn translations_that_are_no_longer_used_say_nothing() {
    let catalogue = "msgid \"License GPLv3+: GNU GPL version 3 or later\"\n\n#~ msgid \"License GPLv2+: GNU GPL version 2 or later\"\n";
    let path = RelPath::new("po/de.po").expect("relative");
    let evidence = Detector::usual().read(&path, catalogue.as_bytes());
    let found: Vec<String> = evidence.detections.iter().map(|one| one.expr.to_string()).collect();
    assert_eq!(found, ["GPL-3.0-or-later"]);
}

#[test]
fn what_others_may_or_must_not_do_grants_nothing() {
    nothing(
        "This code cannot simply be copied and put under another distribution licence\n[including the GNU Public Licence.]\n",
    );
    nothing("No Perl script falls under the terms of the GPL unless you explicitly put it there.\n");
    nothing("Code linked with this does not automatically fall under the terms of the GPL.\n");
    nothing(
        "For those of you that choose to use it under the GNU General Public License, that is a mere aggregation.\n",
    );
    grant("This script falls under the terms of the GPL.\n", "GPL-1.0-or-later");
}

#[test]
fn a_bracket_that_repeats_the_name_adds_nothing() {
    grant("Released under the GNU General Public License version 3 or later (GPLv3).", "GPL-3.0-or-later");
    grant("Released under the GNU GPL version 3 (GPLv3+).", "GPL-3.0-or-later");
    grant("Licensed under the GPL with the OpenSSL linking exception.", "GPL-1.0-or-later");
}

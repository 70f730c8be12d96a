//! Tests: how headers of real projects put a license, in words of our own.

use crate::evidence::assemble::tests::said;
use crate::evidence::{Detector, Witness};
use crate::license::license;
use crate::text::RelPath;

/// Statements of `path` among `files`, without clues.
fn says(files: &[(&str, &str)], path: &str) -> Vec<String> {
    said(files, path).iter().map(|one| one.expr.to_string()).collect()
}

fn says_alone(text: &str) -> Vec<String> {
    says(&[("src/a.c", text)], "src/a.c")
}

#[test]
fn a_name_that_ends_a_copyright_line_or_is_the_line_below_is_granted() {
    for (text, expected) in [
        ("# Copyright Jane Roe 2013. BSD 3-Clause license, see LICENSE file.\n", "BSD-3-Clause"),
        (
            "# Copyright (C) 2011-2020, Jane Roe.\n# BSD 2-Clause License (https://opensource.org/licenses/)\n\nname=foo\n",
            "BSD-2-Clause",
        ),
        ("// Copyright (c) 2020 Jane Roe\n// MIT License\nint x;\n", "MIT"),
    ] {
        assert_eq!(says_alone(text), [expected], "{text}");
    }
    for text in [
        "# Copyright Jane Roe 2013. BSD 3-Clause licenses are listed below.\n",
        "# Jane Roe 2013.\n# BSD 2-Clause License (https://example.org/licenses)\nname=foo\n",
        "# Copyright (C) 2011 Jane Roe\n# Python\nname=foo\n",
    ] {
        assert!(says_alone(text).is_empty(), "{text}");
    }
}

#[test]
fn a_title_below_the_copyright_line_says_less_than_the_grant_below_it() {
    let text = "/* Copyright (C) 2011 Jane Roe\n   GPL v2 License\n\n   You can redistribute it under the terms of the GNU General\n   Public License, version 2 or (at your option) any later version. */\n";
    assert_eq!(says_alone(text), ["GPL-2.0-or-later"]);
}

const BOTH: &str = "/* This code is licensed under both the BSD-style license (found in the\n * LICENSE file in the root directory of this source tree) and the GPLv2 (found\n * in the COPYING file in the root directory of this source tree).\n * You may select, at your option, one of the above-listed licenses. */\n";

#[test]
fn an_aside_that_says_where_the_text_is_does_not_part_a_choice() {
    assert_eq!(says_alone(BOTH), ["BSD-3-Clause OR GPL-2.0-only"]);
    let sentence = BOTH.replace(").\n * You may", "),\n * meaning you may");
    assert_eq!(says_alone(&sentence), ["BSD-3-Clause OR GPL-2.0-only"]);
    let parts = BOTH.replace(" * You may select, at your option, one of the above-listed licenses.", "");
    assert_eq!(says_alone(&parts), ["BSD-3-Clause AND GPL-2.0-only"]);
    let other = BOTH.replace("(found in the\n * LICENSE file", "(found to be good by the\n * authors of the file");
    assert!(!says_alone(&other).iter().any(|said| said.contains(" OR ")), "{other}");
}

#[test]
fn the_files_of_a_choice_say_which_license_of_the_family_is_meant() {
    let text = |id: &str| license(id).expect("an id of the list").text;
    let files = [("LICENSE", text("BSD-2-Clause")), ("COPYING", text("GPL-2.0-only")), ("src/a.c", BOTH)];
    assert_eq!(says(&files, "src/a.c"), ["BSD-2-Clause OR GPL-2.0-only"]);
}

#[test]
fn an_exception_inside_a_list_does_not_part_a_choice() {
    for (text, expected) in [
        (
            "Foo is multi-licensed under the Apache License v2.0 with LLVM Exceptions, the ISC License, and the MIT License.",
            "Apache-2.0 WITH LLVM-exception OR ISC OR MIT",
        ),
        (
            "Foo is dual-licensed under the Apache License 2.0 with the LLVM exception and the MIT License.",
            "Apache-2.0 WITH LLVM-exception OR MIT",
        ),
    ] {
        assert_eq!(says_alone(text), [expected], "{text}");
    }
}

#[test]
fn the_number_of_an_item_is_no_version() {
    let text = "/* under the terms of either or both of the following licenses:\n *\n * 1) the GNU Lesser General Public License version 3, as published by the\n *    Free Software Foundation; and/or\n * 2) the GNU Lesser General Public License version 2.1, as published by\n *    the Free Software Foundation. */\n";
    assert_eq!(says_alone(text), ["LGPL-2.1-only OR LGPL-3.0-only"]);
    assert_eq!(says_alone("/* under the GPL (version 2 or 3) */"), ["GPL-2.0-only OR GPL-3.0-only"]);
}

#[test]
fn a_file_of_another_project_is_not_looked_for_here() {
    let text = license("MIT").expect("an id of the list").text;
    let header = "// Use of this code is governed by a BSD-style license that may\n// be found in the LICENSE file https://code.example.org/src/LICENSE\n";
    assert_eq!(says(&[("LICENSE", text), ("a.c", header)], "a.c"), ["BSD-3-Clause"]);
}

#[test]
fn where_the_terms_stand_is_no_second_license() {
    let sent = "For conditions of distribution and use, see copyright notice in foo.h\n";
    assert_eq!(says_alone(&format!("/* This code is released under the libpng license.\n   {sent}*/")), ["Libpng"]);
    assert_eq!(says_alone(&format!("/* This code is released.\n   {sent}*/")), ["Zlib"]);
    assert_eq!(
        says_alone(&format!("/* This code is released under the libpng license.\n\n   {sent}*/")),
        ["Libpng", "Zlib"]
    );
}

#[test]
fn what_is_said_of_other_software_is_no_grant() {
    for text in [
        "This makes it possible to combine Foo with other software that is released under the GPL; the others don't.",
        "It may link to other programs distributed under the Apache License 2.0.",
        "Compatible doesn't mean that we're distributing this work under the GPL.",
    ] {
        assert!(says_alone(text).is_empty(), "{text}");
    }
    assert_eq!(says_alone("This and other software of ours is released under the MIT license."), ["MIT"]);
}

#[test]
fn a_window_system_is_no_license() {
    assert!(
        says_alone(
            "/* The driver for displaying inside a window under X11,\n   used by the tools. License: see below. */"
        )
        .is_empty()
    );
    assert_eq!(says_alone("/* This driver is distributed under X11. */"), ["X11"]);
}

#[test]
fn a_dedication_to_the_public_domain_is_read_with_its_address() {
    let text = "# To the extent possible under law, the authors have dedicated all\n# copyright and related and neighboring rights to this software to\n# the public domain worldwide.\n#\n# For details, see <https://creativecommons.org/publicdomain/zero/1.0/>.\n";
    assert_eq!(says_alone(text), ["CC0-1.0"]);
    assert_eq!(
        says_alone("To view a copy of the dedication, visit http://creativecommons.org/licenses/publicdomain/"),
        ["CC-PDDC"]
    );
}

#[test]
fn the_older_words_of_the_autoconf_exception_are_known() {
    let text = "dnl This file is free software, distributed under the terms of the GNU\ndnl General Public License.  As a special exception to the GNU General\ndnl Public License, this file may be distributed as part of a program\ndnl that contains a configuration script generated by Autoconf, under\ndnl the same distribution terms as the rest of that program.\n";
    assert_eq!(says_alone(text), ["GPL-1.0-or-later WITH Autoconf-exception-generic"]);
    let seen = Detector::usual().read(&RelPath::new("m4/nls.m4").expect("relative"), text.as_bytes());
    let widened = seen.detections.iter().find(|one| one.class == Witness::Grant).expect("it grants");
    assert_eq!((widened.lines.first, widened.lines.last), (1, 4), "the exception belongs to the lines");
    let firm = format!("{text}\n{}dnl Licensed under the GPL, version 2 or later.\n", "dnl x\n".repeat(70));
    assert_eq!(says_alone(&firm), ["GPL-1.0-or-later WITH Autoconf-exception-generic", "GPL-2.0-or-later"]);
}

#[test]
fn a_license_that_something_is_provided_with_is_granted() {
    assert_eq!(
        says(&[("README", "Foo is provided as open-source software using BSD 2-Clause license.\n")], "README"),
        ["BSD-2-Clause"]
    );
}

#[test]
fn an_or_between_paragraphs_joins_what_stands_before_and_behind() {
    let text = "The Foo Library is free software; you can redistribute it and/or modify\nit under the terms of either:\n\n  * the GNU Lesser General Public License as published by the Free\n    Software Foundation; either version 3 of the License, or (at your\n    option) any later version.\n\nor\n\n  * the GNU General Public License as published by the Free Software\n    Foundation; either version 2 of the License, or (at your option) any\n    later version.\n\nor both in parallel, as here.\n";
    for prefix in ["", "dnl  ", " * "] {
        let prefixed: String = text.lines().map(|line| format!("{prefix}{line}\n")).collect();
        assert_eq!(says_alone(&prefixed), ["GPL-2.0-or-later OR LGPL-3.0-or-later"], "{prefix}");
    }
    let apart = "Foo is released under the ISC license.\n\nSomething else.\n\nThe Apache License 2.0 is long.\n";
    assert_eq!(says_alone(apart), ["ISC"]);
}

#[test]
fn a_short_name_in_brackets_says_nothing_new() {
    for name in ["GNU Lesser General Public Licenses (LGPL)", "GNU Lesser General Public License (LGPL)"] {
        assert_eq!(
            says_alone(&format!("Use of this is granted under the terms of the {name}.")),
            ["LGPL-2.1-or-later"]
        );
    }
}

#[test]
fn a_heading_is_no_reference() {
    let text = license("GPL-1.0-only").expect("an id of the list").text;
    let pod = "=head1 COPYRIGHT AND LICENSE\n\nYou may distribute this module under the terms of either the GNU General\nPublic License or the Artistic License, as specified in the Perl README.\n";
    assert_eq!(says(&[("LICENSE", text), ("Foo.pm", pod)], "Foo.pm"), ["Artistic-1.0-Perl OR GPL-1.0-or-later"]);
    let sent = "# See the files COPYRIGHT and LICENSE for the terms.\n";
    assert_eq!(says(&[("LICENSE", text), ("Foo.pm", sent)], "Foo.pm"), ["GPL-1.0-only"]);
}

#[test]
fn what_a_tool_was_once_or_links_to_is_no_grant() {
    assert!(says_alone("# It ships make 3.81 from 2006 (the last one released under GPLv2).\n").is_empty());
    assert!(says_alone("This allows Foo to be linked against Apache-2.0 licensed libraries.").is_empty());
    assert_eq!(says_alone("This is Apache-2.0 licensed."), ["Apache-2.0"]);
}

#[test]
fn the_license_in_the_metadata_of_a_picture_is_read() {
    let svg = |url: &str| {
        format!(
            "<svg><metadata><rdf:RDF><cc:Work>\n<cc:license\n   rdf:resource=\"{url}\" />\n</cc:Work></rdf:RDF></metadata></svg>\n"
        )
    };
    for (url, expected) in [
        ("http://web.resource.org/cc/PublicDomain", "CC-PDDC"),
        ("http://creativecommons.org/licenses/by-sa/3.0/", "CC-BY-SA-3.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
    ] {
        assert_eq!(says(&[("a.svg", svg(url).as_str())], "a.svg"), [expected]);
    }
}

#[test]
fn what_the_rest_of_a_project_is_under_is_no_grant_for_this_file() {
    let text = license("bzip2-1.0.6").expect("an id of the list").text;
    let header = format!(
        "/*\n   Notice that the following BSD-style license applies to this one\n   file (foo.h) only.  The rest of Foo is licensed under the\n   terms of the GNU General Public License, version 2, unless\n   otherwise indicated.\n\n{text}\n*/\n"
    );
    assert_eq!(says_alone(&header), ["bzip2-1.0.6"]);
    assert_eq!(says_alone("The rest of Foo is licensed under the MIT license.\n"), ["MIT"]);
}

#[test]
fn a_name_in_a_program_is_no_file() {
    let text = license("ISC").expect("an id of the list").text;
    let script =
        "# It is important to have a file for the license\nset(CPACK_RESOURCE_FILE_LICENSE \"${DIR}/LICENSE.txt\")\n";
    assert!(says(&[("LICENSE", text), ("a.cmake", script)], "a.cmake").is_empty());
}

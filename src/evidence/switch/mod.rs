//! Switches of build files: which are off unless somebody asks for them, and what is built only behind them.
//!
//! Reads the files of autoconf, automake, CMake and Meson, each alone, and only forms that state a default and a
//! condition outright. What it does not understand it leaves out: a file that no switch guards counts as built.

mod autoconf;
mod automake;
mod cmake;
mod guards;
mod meson;
mod shell;

use super::detection::Seen;
use super::page::Page;
use crate::text::RelPath;

/// The reader of a build file of this name; `None` for other files.
pub(super) fn reader(path: &RelPath) -> Option<fn(&Page<'_>, &mut Seen)> {
    let name = path.name().to_ascii_lowercase();
    match name.as_str() {
        "configure.ac" | "configure.in" => Some(autoconf::read),
        "cmakelists.txt" => Some(cmake::read),
        "meson.build" => Some(meson::read_build),
        "meson_options.txt" | "meson.options" => Some(meson::read_options),
        _ => name.ends_with(".am").then_some(automake::read),
    }
}

#[cfg(test)]
mod tests {
    use super::super::detection::Switch;
    use super::*;

    /// The switches of a build file: `name (flag)` where one is off, `name > path` for what one guards.
    fn switches(path: &str, text: &str) -> Vec<String> {
        let path = RelPath::new(path).expect("relative");
        let mut seen = Seen::default();
        reader(&path).expect("a build file")(&Page::new(&path, text), &mut seen);
        let said = seen.switches.into_iter().map(|switch| match switch {
            Switch::Off { name, flag } => format!("{name} ({flag})"),
            Switch::Guards { name, path } => format!("{name} > {path}"),
        });
        said.collect()
    }

    #[test]
    fn options_of_autoconf_are_off_where_nothing_but_asking_turns_them_on() {
        let off = |text: &str| switches("configure.ac", text);
        for text in [
            "AC_ARG_ENABLE([frob], [  --enable-frob  frob])\nAM_CONDITIONAL([FROB], [test \"x$enable_frob\" = \"xyes\"])\n",
            "AC_ARG_ENABLE(frob,\n  AC_HELP_STRING([--enable-frob], [Frob (x).]),\n  [enable_frob=\"$enableval\"],\n  [enable_frob=\"no\"]\n)\nAM_CONDITIONAL(FROB, test x$enable_frob != xno)\n",
            "AC_ARG_ENABLE([frob],\n[AS_HELP_STRING([--enable-frob],[..])],\n[case \"${enableval}\" in\n yes) frob=true ;;\n no) frob=false ;;\nesac],[frob=false])\nAM_CONDITIONAL([FROB], [test x$frob = xtrue])\n",
            "AC_ARG_ENABLE(frob, [help])\nhave=\"no\"\nif test \"${enable_frob}\" = \"yes\"; then\n  have=\"yes\"\nfi\nAM_CONDITIONAL(FROB, test \"${have}\" = \"yes\")\n",
            "AC_ARG_ENABLE(frob, [help], , enable_frob=no)\nAM_CONDITIONAL(FROB, [test \"$enable_frob\" = yes -a \"$sys\" = linux])\n",
        ] {
            assert_eq!(off(text), ["FROB (--enable-frob)"], "{text}");
        }
        for text in [
            "AC_ARG_ENABLE([frob], [..], [], [enable_frob=yes])\nAM_CONDITIONAL([FROB], [test \"$enable_frob\" = yes])\n",
            "AC_ARG_ENABLE([frob], [..])\nAM_CONDITIONAL([FROB], [test \"x$enable_frob\" != \"xno\"])\n",
            "AC_ARG_ENABLE([frob], [..], [], [enable_frob=auto])\nAM_CONDITIONAL([FROB], [test \"$enable_frob\" != no])\n",
            "AC_ARG_WITH([frob], [..], [], [with_frob=no])\nPKG_CHECK_MODULES([FROB], [frob], [with_frob=yes])\nAM_CONDITIONAL([FROB], [test \"$with_frob\" = yes])\n",
            "AC_ARG_ENABLE([frob], [..])\nAM_CONDITIONAL([FROB], [test \"$enable_frob\" = yes || test \"$all\" = yes])\n",
            "PKG_CHECK_MODULES([FROB], [frob], [have_frob=yes], [have_frob=no])\nAM_CONDITIONAL([FROB], [test \"$have_frob\" = yes])\n",
        ] {
            assert!(off(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn files_of_automake_are_behind_the_conditional_around_them() {
        let guarded = |text: &str| switches("src/Makefile.am", text);
        let sources =
            "frob_SOURCES = a.c\nif PWMD\nfrob_CFLAGS += @PWMD_CFLAGS@\nfrob_SOURCES += pwmd.c \\\n  pwmd.h\nendif\n";
        assert_eq!(guarded(sources), ["PWMD > pwmd.c", "PWMD > pwmd.h"]);
        assert_eq!(guarded("SUBDIRS = lib\nif GUI\nSUBDIRS += gui\nendif\n"), ["GUI > gui"]);
        let named =
            "lib_LTLIBRARIES = $(libk_la)\nif K\nlibk_la = libk.la\nendif\nlibk_la_SOURCES = k.c boot/k.h $(NULL)\n";
        assert_eq!(guarded(named), ["K > boot/k.h", "K > k.c", "K > libk.la"]);
        assert!(
            guarded("if K\nx_SOURCES = a.c\nelse\nx_SOURCES = a.c b.c\nendif\nif !W\ny_SOURCES = c.c\nendif\n")
                .is_empty()
        );
    }

    #[test]
    fn options_of_cmake_are_off_where_their_default_is_and_guard_what_stands_within() {
        let text = "option(TOOLS \"Build the tools\" OFF)\nOPTION(DEMO \"..\")\noption(LIB \"..\" ON)\nset(OLD OFF)\n\
            IF (TOOLS)\n  SUBDIRS( lib makesdna )\nELSE(TOOLS)\n  SUBDIRS(lib)\nENDIF (TOOLS)\n\
            if(DEMO AND SIZE EQUAL 8)\n  add_executable(demo demo.c sub/ui.cpp)\nendif()\n\
            if(NOT TOOLS)\n add_subdirectory(other)\nendif()\nif(DEMO OR LIB)\n add_subdirectory(most)\nendif()\n";
        let expected =
            ["DEMO (-DDEMO=ON)", "TOOLS (-DTOOLS=ON)", "DEMO > demo.c", "DEMO > sub/ui.cpp", "TOOLS > makesdna"];
        assert_eq!(switches("CMakeLists.txt", text), expected);
        let turned_on = "option(X \"..\" OFF)\nif(APPLE)\nset(X ON)\nendif()\n";
        assert!(switches("CMakeLists.txt", turned_on).is_empty());
    }

    #[test]
    fn options_of_meson_are_off_where_their_value_is_and_guard_what_stands_within() {
        let options = "option('tools', type: 'boolean', value: false)\noption('docs', type : 'boolean', value : true)\n\
            option('gtk', type: 'feature', value: 'disabled',\n  description: 'x')\noption('a', type: 'feature')\n";
        assert_eq!(switches("meson_options.txt", options), ["gtk (-Dgtk=true)", "tools (-Dtools=true)"]);
        let build = "with_gtk = get_option('gtk')\nif get_option('tools')\n  subdir('tools')\n  srcs += files('t.c')\nendif\n\
            if with_gtk.enabled()\n  subdir('gtk')\nelse\n  subdir('tty')\nendif\nif not get_option('a')\n subdir('b')\nendif\n";
        assert_eq!(switches("meson.build", build), ["gtk > gtk", "tools > t.c", "tools > tools"]);
    }

    #[test]
    fn hostile_build_files_end_soon_and_say_little() {
        let name = "A".repeat(50_000);
        let files = "a.c ".repeat(20_000);
        let many: String = (0..20_000).map(|number| format!("f{number}.c ")).collect();
        for (path, text) in [
            ("configure.ac", format!("AM_CONDITIONAL{}", "a=".repeat(100_000))),
            ("configure.ac", format!("AM_CONDITIONAL{}", "[a=".repeat(70_000))),
            ("configure.ac", "AM_CONDITIONAL(".repeat(500)),
            ("CMakeLists.txt", format!("{}add_executable(x {files})", "if(A)\n".repeat(25_000))),
            ("CMakeLists.txt", format!("if({name})\nadd_executable(x {many})\nendif()\n")),
            ("CMakeLists.txt", format!("if(A AND B AND C)\nadd_executable(x {many})\nendif()\n")),
            ("Makefile.am", format!("{}{}", "if A\n".repeat(25_000), "x_SOURCES = a.c\n".repeat(10_000))),
            ("meson.build", format!("{}{}", "if get_option('a')\n".repeat(10_000), "subdir('x')\n".repeat(10_000))),
        ] {
            let start = std::time::Instant::now();
            let said = switches(path, &text);
            assert!(start.elapsed().as_secs() < 20, "{path}: {:?} for {}", start.elapsed(), &text[..40]);
            let bytes: usize = said.iter().map(String::len).sum();
            assert!(bytes < 1 << 20, "{path}: {bytes} bytes for {}", &text[..40]);
        }
    }
}

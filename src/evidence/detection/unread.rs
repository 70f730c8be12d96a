//! Why a file was not read, or not all of it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a file could not be read as text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Unread {
    /// Looks binary: only its role counts.
    Binary,
    /// Was made by a compiler.
    Compiled(Compiled),
    /// Larger than the limit: the first part was read; the bytes left out.
    TooLarge(u64),
    /// An error of the file system.
    Io(String),
}

/// The form of something compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Compiled {
    /// Machine code of Linux and the BSDs; also inside a static library.
    Elf,
    /// An ELF file with a file system behind it.
    AppImage,
    /// Machine code of Apple's systems.
    MachO,
    /// A program or library of Windows, or of .NET.
    Pe,
    /// A package of Debian.
    Deb,
    /// A package of an RPM distribution.
    Rpm,
    /// A class of Java.
    JavaClass,
    /// An archive with classes of Java.
    Jar,
    /// Bytecode of Android.
    Dex,
    /// WebAssembly.
    Wasm,
    /// An image of memory without a mark of its own, such as firmware: told by its name.
    Image,
}

impl fmt::Display for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Compiled::Elf => "ELF",
            Compiled::AppImage => "AppImage",
            Compiled::MachO => "Mach-O",
            Compiled::Pe => "PE",
            Compiled::Deb => "a Debian package",
            Compiled::Rpm => "an RPM package",
            Compiled::JavaClass => "a Java class",
            Compiled::Jar => "a jar with classes",
            Compiled::Dex => "DEX",
            Compiled::Wasm => "WebAssembly",
            Compiled::Image => "a memory image",
        })
    }
}

//! Files that are made by a compiler: told by their bytes, whatever they are called.
//!
//! Says what a file is, never under which terms it stands: nothing about a license is read from a binary.

use memchr::memmem;

use super::detection::Compiled;

/// Source language of the compiled file with these bytes, where it is known.
pub(super) fn of(bytes: &[u8]) -> Option<Compiled> {
    use infer::{app, archive};
    Some(match bytes {
        _ if archive::is_deb(bytes) => Compiled::Deb,
        _ if is_app_image(bytes) => Compiled::AppImage,
        _ if app::is_elf(bytes) || is_static_library(bytes) => Compiled::Elf,
        _ if app::is_mach(bytes) => Compiled::MachO,
        _ if app::is_java(bytes) => Compiled::JavaClass,
        _ if app::is_wasm(bytes) => Compiled::Wasm,
        _ if app::is_dex(bytes) => Compiled::Dex,
        _ if archive::is_rpm(bytes) => Compiled::Rpm,
        _ if is_pe(bytes) => Compiled::Pe,
        _ if is_jar(bytes) => Compiled::Jar,
        _ => return None,
    })
}

/// The mark of an AppImage stands in bytes of the ELF header that mean nothing.
fn is_app_image(bytes: &[u8]) -> bool {
    infer::app::is_elf(bytes) && bytes.get(8..10) == Some(b"AI")
}

/// "MZ" begins many things; the header it points to is that of a PE file only.
fn is_pe(bytes: &[u8]) -> bool {
    let header = bytes.get(0x3c..0x40).and_then(|offset| Some(u32::from_le_bytes(offset.try_into().ok()?) as usize));
    let signature = header.and_then(|at| bytes.get(at..at.checked_add(4)?));
    infer::app::is_exe(bytes) && signature == Some(b"PE\0\0")
}

/// Names of members stand uncompressed in a zip; one without classes is data.
fn is_jar(bytes: &[u8]) -> bool {
    infer::archive::is_zip(bytes) && memmem::find(bytes, b".class").is_some()
}

fn is_static_library(bytes: &[u8]) -> bool {
    bytes.starts_with(b"!<arch>\n") && memmem::find(bytes, b"\x7fELF").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_at_the_start_is_not_enough() {
        assert_eq!(
            of(b"MZ is how this text begins, and no program follows it, whatever comes behind its start."),
            None
        );
        assert_eq!(of(b"\x7fELF"), None);
        assert_eq!(of(b"PK\x03\x04 an archive of pictures"), None);
        assert_eq!(of(b""), None);
    }

    #[test]
    fn classes_and_fat_binaries_share_a_mark_and_are_told_apart() {
        assert_eq!(of(b"\xca\xfe\xba\xbe\0\0\0\x41 class"), Some(Compiled::JavaClass));
        assert_eq!(of(b"\xca\xfe\xba\xbe\0\0\0\x02 two machines"), Some(Compiled::MachO));
    }

    #[test]
    fn what_is_inside_an_archive_counts() {
        assert_eq!(of(b"PK\x03\x04 META-INF/ a/Main.class"), Some(Compiled::Jar));
        assert_eq!(of(b"!<arch>\nmember.o/ \x7fELF"), Some(Compiled::Elf));
        assert_eq!(of(b"!<arch>\ndebian-binary   "), Some(Compiled::Deb));
    }
}

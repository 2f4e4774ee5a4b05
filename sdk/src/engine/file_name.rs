//! File names that every file system accepts and that do not deceive the reader.
//!
//! A name from the network must not escape from a folder, name a device, hide its extension or be excessively long. It
//! is cleaned instead of rejected: "3/8/22 in Honolulu.mp4" is an ordinary name on the system it comes from.

use moim_protocol::shorten;

/// The longest file name of the common file systems, in bytes (UTF-8).
const MAX_BYTES: usize = 255;
/// Longer endings are not treated as an extension.
const MAX_EXTENSION_BYTES: usize = 32;

/// Returns a name that is safe to save under: characters that a file system refuses become `_`, bidirectional control
/// characters are removed, and a long name is shortened before its extension. `default` replaces a name of which
/// nothing is left.
pub fn clean(name: &str, default: &str) -> String {
    let name = replaced(name);
    if name.trim_start_matches(['.', ' ']).is_empty() {
        return default.to_owned();
    }
    let is_extension = |stem: &str, extension: &str| {
        !stem.is_empty() && !extension.is_empty() && extension.len() <= MAX_EXTENSION_BYTES
    };
    match name.rsplit_once('.') {
        Some((stem, extension)) if is_extension(stem, extension) => joined(stem, &format!(".{extension}")),
        _ => joined(&name, ""),
    }
}

/// Like [`clean`], but sets this extension.
pub fn clean_with_extension(stem: &str, extension: &str, default: &str) -> String {
    let stem = replaced(stem);
    let stem = if stem.trim_start_matches(['.', ' ']).is_empty() { default } else { &stem };
    joined(stem, &format!(".{extension}"))
}

/// The name without unsafe characters, and without the trailing dots and spaces that Windows removes.
fn replaced(name: &str) -> String {
    let harmless = |c: char| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{2028}' | '\u{2029}' => '_',
        c if c.is_control() => '_',
        c => c,
    };
    let name: String = name.chars().filter(|c| !turns_text(*c)).map(harmless).collect();
    let ended = name.trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    ended.trim_start().to_owned()
}

/// Whether it is a bidirectional control character, which can make `txt.exe` read `exe.txt`.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn joined(stem: &str, extension: &str) -> String {
    let mark = if is_device(stem) { "_" } else { "" };
    let mut name = format!("{mark}{stem}");
    shorten(&mut name, MAX_BYTES.saturating_sub(extension.len()));
    if extension.is_empty() {
        name.truncate(name.trim_end_matches(|c: char| c == '.' || c.is_whitespace()).len());
    }
    name + extension
}

/// Whether Windows treats it as a device name, with any extension:
/// <https://learn.microsoft.com/en-us/windows/win32/fileio/naming-a-file#naming-conventions>.
fn is_device(name: &str) -> bool {
    let word = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    match word.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        word => {
            let number = word.strip_prefix("COM").or_else(|| word.strip_prefix("LPT"));
            number.is_some_and(|number| matches!(number, "¹" | "²" | "³") || is_digit(number))
        }
    }
}

fn is_digit(text: &str) -> bool {
    matches!(text.as_bytes(), [b'0'..=b'9'])
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_file_system_refuses_is_replaced_and_nothing_is_cut_at_a_slash() {
        for (name, cleaned) in [
            ("3/8/22 in Honolulu.mp4", "3_8_22 in Honolulu.mp4"),
            (r"C:\Users\ana\a.txt", "C__Users_ana_a.txt"),
            ("../../etc/passwd", ".._.._etc_passwd"),
            ("what?.txt", "what_.txt"),
            ("a\0b\nc\u{85}.txt", "a_b_c_.txt"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("  report.pdf . ", "report.pdf"),
            ("report .pdf", "report .pdf"),
            (".bashrc", ".bashrc"),
            ("회의록.docx", "회의록.docx"),
            ("archive.tar.gz", "archive.tar.gz"),
        ] {
            assert_eq!(clean(name, "file"), cleaned);
        }
    }

    #[test]
    fn a_name_of_which_nothing_is_left_is_the_default() {
        for name in ["", " ", ".", "..", " . . ", "\u{202e}", "\u{3000}"] {
            assert_eq!(clean(name, "file"), "file", "{name:?}");
            assert_eq!(clean_with_extension(name, "webm", "recording"), "recording.webm", "{name:?}");
        }
    }

    #[test]
    fn a_name_is_none_of_a_device() {
        for name in
            ["CON", "con", "nul.txt", "Aux.tar.gz", "COM1", "lpt9.log", "COM².txt", "PRN .txt", "CONOUT$"]
        {
            assert_eq!(clean(name, "file"), format!("_{name}"));
        }
        for name in ["CONTRACT.pdf", "COM10", "COM", "console", "x.con"] {
            assert_eq!(clean(name, "file"), name);
        }
        assert_eq!(clean_with_extension("CON", "webm", "recording"), "_CON.webm");
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        assert_eq!(clean(&("x".repeat(1000) + ".txt"), "file"), "x".repeat(251) + ".txt");
        assert_eq!(clean(&("가".repeat(100) + ".txt"), "file"), "가".repeat(83) + ".txt");
        assert_eq!(clean_with_extension(&"x".repeat(1000), "webm", "recording"), "x".repeat(250) + ".webm");
        assert_eq!(clean(&(".".to_owned() + &"x".repeat(1000)), "file"), ".".to_owned() + &"x".repeat(254));
        assert_eq!(clean(&format!("a.{}", "x".repeat(1000)), "file").len(), 255, "no extension");
    }

    proptest! {
        #[test]
        fn every_name_becomes_a_clean_one(name in ".*", long in 0_usize..600, extension in "(\\.[a-z0-9]{1,8})?") {
            let cleaned = clean(&format!("{name}{}{extension}", "é".repeat(long)), "file");
            prop_assert!(!cleaned.is_empty() && cleaned.len() <= MAX_BYTES, "{:?}", cleaned);
            prop_assert!(!cleaned.contains(|c: char| c.is_control() || turns_text(c) || r#"/\:*?"<>|"#.contains(c)));
            prop_assert!(cleaned.ends_with(&extension) || long == 0);
            prop_assert!(!cleaned.ends_with(['.', ' ']));
            prop_assert!(!is_device(&cleaned));
            prop_assert_eq!(clean(&cleaned, "file"), cleaned, "once is enough");
        }
    }
}

//! Formats values as short texts.

/// `mm:ss`, or `h:mm:ss` from an hour on.
pub(crate) fn clock(milliseconds: f64) -> String {
    let seconds = (milliseconds.max(0.0) / 1000.0) as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match hours {
        0 => format!("{minutes:02}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// `640 kB`, `12.5 MB`, with a non-breaking space.
pub(crate) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{}\u{a0}kB", bytes.div_ceil(1000)),
        _ => format!("{:.1}\u{a0}MB", bytes as f64 / 1e6),
    }
}

/// The unit of a chart's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Bit/s.
    Bitrate,
    /// A fraction, from 0 to 1.
    Share,
    /// Seconds, displayed in milliseconds.
    Time,
    /// A rate per second.
    Rate,
}

impl Unit {
    /// Formats the value.
    pub(crate) fn text(self, value: f64) -> String {
        match self {
            Self::Bitrate => bitrate(value),
            Self::Share => format!("{:.1}\u{a0}%", value * 100.0),
            Self::Time => format!("{:.0}\u{a0}ms", value * 1e3),
            Self::Rate => format!("{value:.0}"),
        }
    }
}

/// `850 kbit/s`, `2.4 Mbit/s`, with a non-breaking space.
fn bitrate(bits_per_second: f64) -> String {
    match bits_per_second {
        ..999_500.0 => format!("{:.0}\u{a0}kbit/s", bits_per_second / 1e3),
        _ => format!("{:.1}\u{a0}Mbit/s", bits_per_second / 1e6),
    }
}

/// The initials of a name, at most two letters. For a script without capitals, the first letter.
pub(crate) fn initials(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    let initials: String = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
    if initials.is_empty() { "?".to_owned() } else { initials }
}

/// Assigns one of `count` colours to a name, always the same.
pub(crate) fn tint(name: &str, count: u32) -> u32 {
    name.chars().fold(7_u32, |hash, letter| hash.wrapping_mul(31).wrapping_add(u32::from(letter))) % count
}

/// `moim-min-seo-2026-01-31-1405`; `stamp` is an ISO 8601 date and time.
pub(crate) fn recording_stem(who: &str, stamp: &str) -> String {
    let slug = |text: &str| -> String {
        let words: Vec<String> = text
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        words.join("-")
    };
    let (date, time) = stamp.split_once('T').unwrap_or((stamp, ""));
    let time: String = time.chars().filter(char::is_ascii_digit).take(4).collect();
    let parts = ["moim".to_owned(), slug(who), date.to_owned(), time];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_counts_minutes_and_hours() {
        assert_eq!(clock(0.0), "00:00");
        assert_eq!(clock(65_900.0), "01:05");
        assert_eq!(clock(3_600_000.0), "1:00:00");
        assert_eq!(clock(-5.0), "00:00");
    }

    #[test]
    fn a_size_is_short() {
        assert_eq!(size(1), "1\u{a0}kB");
        assert_eq!(size(640_000), "640\u{a0}kB");
        assert_eq!(size(12_480_000), "12.5\u{a0}MB");
    }

    #[test]
    fn measurements_have_their_unit() {
        assert_eq!(bitrate(0.0), "0\u{a0}kbit/s");
        assert_eq!(bitrate(850_400.0), "850\u{a0}kbit/s");
        assert_eq!(bitrate(999_900.0), "1.0\u{a0}Mbit/s");
        assert_eq!(Unit::Time.text(0.0421), "42\u{a0}ms");
        assert_eq!(Unit::Share.text(0.005), "0.5\u{a0}%");
    }

    #[test]
    fn initials_are_the_first_letters_of_the_first_and_last_name() {
        assert_eq!(initials("ada king lovelace"), "AL");
        assert_eq!(initials("민서"), "민");
        assert_eq!(initials("  "), "?");
    }

    #[test]
    fn a_recording_is_named_after_who_and_when() {
        let stem = recording_stem("Min Seo / 화면", "2026-01-31T14:05:09.000Z");
        assert_eq!(stem, "moim-min-seo-화면-2026-01-31-1405");
        assert_eq!(recording_stem("", "2026-01-31T14:05:09.000Z"), "moim-2026-01-31-1405");
    }
}

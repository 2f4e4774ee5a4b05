//! Parses boxes (ISO/IEC 14496-12): a size, a four-letter type, and the content.

/// The longest box header, in bytes.
pub const MAX_HEADER: u64 = 16;

/// A box header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The type, such as `moof`.
    pub name: [u8; 4],
    /// Size of the whole box in bytes; `None` if it extends to the end of the file.
    pub size: Option<u64>,
    /// Size of the header in bytes.
    pub length: usize,
}

impl Header {
    /// Parses the header at the beginning of `bytes`. `None` if it is not a box header, or incomplete.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let name = bytes.get(4..8)?.try_into().ok()?;
        let (size, length) = match uint(bytes.get(..4)?) {
            0 => (None, 8),
            1 => (Some(uint(bytes.get(8..16)?)), 16),
            size => (Some(size), 8),
        };
        size.is_none_or(|size| size >= length as u64).then_some(Self { name, size, length })
    }
}

/// Iterates over the boxes in `bytes`: the type, the offset of the content, and the content. Stops at the first box
/// that is malformed or incomplete.
pub(super) fn children(bytes: &[u8]) -> impl Iterator<Item = ([u8; 4], usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = bytes.get(at..)?;
        let Header { name, size, length } = Header::read(rest)?;
        let size = size.map_or(Some(rest.len()), |size| usize::try_from(size).ok())?;
        let content = rest.get(length..size)?;
        let begins = at + length;
        at += size;
        Some((name, begins, content))
    })
}

/// The first box of this type, and the offset of its content.
pub(super) fn child<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<(usize, &'a [u8])> {
    children(bytes).find(|(name, ..)| name == wanted).map(|(_, at, content)| (at, content))
}

/// Parses a big-endian number of at most eight bytes.
pub(super) fn uint(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}

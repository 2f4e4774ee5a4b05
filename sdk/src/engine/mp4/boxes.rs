//! Reading boxes (ISO/IEC 14496-12): a size, a name of four letters, and the rest of that many bytes.

/// The most bytes that a box's beginning has.
pub const MAX_HEADER: u64 = 16;

/// The beginning of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Its name, such as `moof`.
    pub name: [u8; 4],
    /// Bytes of the whole box; `None` if it goes to the end of the file.
    pub size: Option<u64>,
    /// Bytes of size and name.
    pub length: usize,
}

impl Header {
    /// The header at the beginning of `bytes`. `None` if this is no box, or the bytes are too few.
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

/// The boxes in `bytes`: each with its name, where its content begins, and its content. Ends at the first that is broken
/// or cut off.
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

/// The first box with this name, and where its content begins.
pub(super) fn child<'a>(bytes: &'a [u8], wanted: &[u8; 4]) -> Option<(usize, &'a [u8])> {
    children(bytes).find(|(name, ..)| name == wanted).map(|(_, at, content)| (at, content))
}

/// A number of at most eight bytes.
pub(super) fn uint(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |value, byte| value << 8 | u64::from(*byte))
}

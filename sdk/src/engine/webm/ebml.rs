//! Reads and writes EBML elements (RFC 8794): an id, a size, and the content.

/// The unknown size, in eight bytes.
pub(super) const UNKNOWN: u64 = (1 << 56) - 1;

/// An element header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub id: u32,
    /// Size of the content in bytes; `None` if unknown.
    pub size: Option<u64>,
    /// Size of the header in bytes.
    pub length: usize,
}

/// The result of parsing a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read<T> {
    Done(T),
    /// More bytes are needed.
    More,
    /// Not EBML.
    Broken,
}

/// Parses the header at the beginning of `bytes`.
pub(super) fn header(bytes: &[u8]) -> Read<Header> {
    let Some(&first) = bytes.first() else { return Read::More };
    let id_length = first.leading_zeros() as usize + 1;
    if id_length > 4 {
        return Read::Broken;
    }
    let Some(id) = bytes.get(..id_length) else { return Read::More };
    let id = id.iter().fold(0, |id, byte| id << 8 | u32::from(*byte));
    match number(&bytes[id_length..]) {
        Read::Done((size, length)) => Read::Done(Header { id, size, length: id_length + length }),
        Read::More => Read::More,
        Read::Broken => Read::Broken,
    }
}

/// A variable-length number, and its length. `None` if all its bits are set, which means unknown.
pub(super) fn number(bytes: &[u8]) -> Read<(Option<u64>, usize)> {
    let Some(&first) = bytes.first() else { return Read::More };
    let length = first.leading_zeros() as usize + 1;
    if length > 8 {
        return Read::Broken;
    }
    let Some(bytes) = bytes.get(..length) else { return Read::More };
    let raw = bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte));
    let mask = (1 << (7 * length)) - 1;
    let value = raw & mask;
    Read::Done(((value != mask).then_some(value), length))
}

/// The value of an unsigned integer; `None` if it is too long.
pub(super) fn uint(content: &[u8]) -> Option<u64> {
    (content.len() <= 8).then(|| content.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// Iterates over the complete elements in a master element: the content and all bytes of each. Stops at the
/// first one that is malformed or incomplete.
pub(super) fn children(mut bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8], &[u8])> {
    std::iter::from_fn(move || {
        let Read::Done(Header { id, size, length }) = header(bytes) else { return None };
        let end = length.checked_add(usize::try_from(size?).ok()?)?;
        let whole = bytes.get(..end)?;
        bytes = &bytes[end..];
        Some((id, &whole[length..], whole))
    })
}

/// Encodes an element.
pub(super) fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = start(id, content.len() as u64);
    bytes.extend_from_slice(content);
    bytes
}

/// The id and an eight-byte size: the length does not depend on the size.
pub(super) fn start(id: u32, size: u64) -> Vec<u8> {
    let id = id.to_be_bytes();
    let leading = id.iter().take_while(|byte| **byte == 0).count();
    let mut bytes = id[leading..].to_vec();
    bytes.extend_from_slice(&(size | 1 << 56).to_be_bytes());
    bytes
}

/// An unsigned integer of eight bytes: the length is fixed, so that positions can be computed before the values are
/// known.
pub(super) fn uint_element(id: u32, value: u64) -> Vec<u8> {
    element(id, &value.to_be_bytes())
}

//! Reading and writing EBML elements (RFC 8794): an id, a size, and that many bytes.

/// The size of an element whose end whoever wrote it did not know, in eight bytes.
pub(super) const UNKNOWN: u64 = (1 << 56) - 1;

/// The beginning of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub id: u32,
    /// Bytes of the content; `None` if whoever wrote it did not know.
    pub size: Option<u64>,
    /// Bytes of id and size.
    pub length: usize,
}

/// What the bytes at a place can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read<T> {
    Done(T),
    /// More bytes are needed.
    More,
    /// No EBML.
    Broken,
}

/// The header at the beginning of `bytes`.
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

/// A number of variable length, and its length. `None` if all its bits are set, which means unknown.
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

/// The content of an unsigned integer; `None` if it is too long to be one.
pub(super) fn uint(content: &[u8]) -> Option<u64> {
    (content.len() <= 8).then(|| content.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

/// The elements in a master element whose bytes are all there: each with its content and all its bytes. Ends at the
/// first that is broken or cut off.
pub(super) fn children(mut bytes: &[u8]) -> impl Iterator<Item = (u32, &[u8], &[u8])> {
    std::iter::from_fn(move || {
        let Read::Done(Header { id, size, length }) = header(bytes) else { return None };
        let end = length.checked_add(usize::try_from(size?).ok()?)?;
        let whole = bytes.get(..end)?;
        bytes = &bytes[end..];
        Some((id, &whole[length..], whole))
    })
}

/// The bytes of an element.
pub(super) fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let mut bytes = start(id, content.len() as u64);
    bytes.extend_from_slice(content);
    bytes
}

/// The id and an eight-byte size: always as long, whatever the size.
pub(super) fn start(id: u32, size: u64) -> Vec<u8> {
    let id = id.to_be_bytes();
    let leading = id.iter().take_while(|byte| **byte == 0).count();
    let mut bytes = id[leading..].to_vec();
    bytes.extend_from_slice(&(size | 1 << 56).to_be_bytes());
    bytes
}

/// An unsigned integer of eight bytes: always as long, so that positions can be counted before they are known.
pub(super) fn uint_element(id: u32, value: u64) -> Vec<u8> {
    element(id, &value.to_be_bytes())
}

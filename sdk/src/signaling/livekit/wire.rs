//! The wire format of Protocol Buffers: <https://protobuf.dev/programming-guides/encoding/>.

use std::collections::BTreeMap;

/// Builds a message.
#[derive(Clone, Debug, Default)]
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// A number, an enum or a boolean. The default is omitted.
    pub(super) fn number(&mut self, field: u32, value: impl Into<u64>) {
        let value = value.into();
        if value != 0 {
            self.varint(u64::from(field) << 3);
            self.varint(value);
        }
    }

    /// A string. The default is omitted.
    pub(super) fn text(&mut self, field: u32, value: &str) {
        if !value.is_empty() {
            self.bytes(field, value.as_bytes());
        }
    }

    /// Bytes, an encoded message, or one item of a repeated field.
    pub(super) fn bytes(&mut self, field: u32, value: &[u8]) {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
    }

    /// A message within this one.
    pub(super) fn message(&mut self, field: u32, fill: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        fill(&mut inner);
        self.bytes(field, &inner.0);
    }

    pub(super) fn map(&mut self, field: u32, entries: &BTreeMap<String, String>) {
        for (key, value) in entries {
            self.message(field, |entry| {
                entry.text(1, key);
                entry.text(2, value);
            });
        }
    }
}

/// Builds a message.
pub(super) fn message(fill: impl FnOnce(&mut Writer)) -> Vec<u8> {
    let mut writer = Writer::default();
    fill(&mut writer);
    writer.finish()
}

/// A value as on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The message is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

impl<'a> Value<'a> {
    /// A number that is out of range, or of another type, is 0, which stands for "unknown" in enums.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::Number(number) => u32::try_from(number).unwrap_or_default(),
            Self::Bytes(_) => 0,
        }
    }

    pub(super) fn is_true(self) -> bool {
        matches!(self, Self::Number(number) if number != 0)
    }

    pub(super) fn bytes(self) -> &'a [u8] {
        match self {
            Self::Number(_) => &[],
            Self::Bytes(bytes) => bytes,
        }
    }

    pub(super) fn text(self) -> Result<String, Malformed> {
        std::str::from_utf8(self.bytes()).map(str::to_owned).map_err(|_| Malformed)
    }

    /// Adds an entry of a map.
    pub(super) fn entry(self, map: &mut BTreeMap<String, String>) -> Result<(), Malformed> {
        let (mut key, mut text) = (String::new(), String::new());
        each_field(self.bytes(), &mut |field, value| {
            match field {
                1 => key = value.text()?,
                2 => text = value.text()?,
                _ => {}
            }
            Ok(())
        })?;
        map.insert(key, text);
        Ok(())
    }
}

/// Reads the fields of a message, in order.
pub(super) fn each_field<'a>(
    mut bytes: &'a [u8],
    read: &mut dyn FnMut(u32, Value<'a>) -> Result<(), Malformed>,
) -> Result<(), Malformed> {
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let field = u32::try_from(tag >> 3).map_err(|_| Malformed)?;
        let value = match tag & 7 {
            0 => Value::Number(varint(&mut bytes)?),
            1 => Value::Bytes(take(&mut bytes, 8)?),
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).map_err(|_| Malformed)?;
                Value::Bytes(take(&mut bytes, length)?)
            }
            5 => Value::Bytes(take(&mut bytes, 4)?),
            _ => return Err(Malformed),
        };
        read(field, value)?;
    }
    Ok(())
}

fn varint(bytes: &mut &[u8]) -> Result<u64, Malformed> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let [byte] = *take(bytes, 1)? else { return Err(Malformed) };
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(Malformed)
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], Malformed> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or(Malformed)?;
    *bytes = rest;
    Ok(taken)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Base64 for URLs (RFC 4648 §5), with padding, which LiveKit requires.
pub(super) fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |place: usize| u32::from(chunk.get(place).copied().unwrap_or_default());
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let index = (group >> (18 - 6 * place) & 63) as usize;
            text.push(if place > chunk.len() { '=' } else { char::from(ALPHABET[index]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_as_written() {
        let entries = BTreeMap::from([("a".to_owned(), "1".to_owned())]);
        let bytes = message(|writer| {
            writer.number(1, 300_u32);
            writer.number(2, 0_u32);
            writer.text(3, "tea");
            writer.map(17, &entries);
        });
        let (mut fields, mut map) = (Vec::new(), BTreeMap::new());
        each_field(&bytes, &mut |field, value| {
            fields.push(field);
            match field {
                1 => assert_eq!(value.number(), 300),
                3 => assert_eq!(value.text().unwrap(), "tea"),
                _ => value.entry(&mut map)?,
            }
            Ok(())
        })
        .unwrap();
        assert_eq!((fields, map), (vec![1, 3, 17], entries));
    }

    #[test]
    fn what_is_cut_off_is_malformed() {
        let bytes = message(|writer| writer.text(3, "tea"));
        for length in 1..bytes.len() {
            assert_eq!(each_field(&bytes[..length], &mut |_, _| Ok(())), Err(Malformed));
        }
        assert_eq!(each_field(&[0xff; 11], &mut |_, _| Ok(())), Err(Malformed));
    }

    #[test]
    fn base64_is_padded_and_fit_for_urls() {
        let cases: [(&[u8], &str); 4] =
            [(b"", ""), (b"f", "Zg=="), (b"fo", "Zm8="), (&[0xfb, 0xff, 0xfe], "-__-")];
        for (bytes, text) in cases {
            assert_eq!(base64url(bytes), text);
        }
    }
}

//! Frames packets on a TCP connection (RFC 4571): a two-byte length before each.

/// The largest accepted packet; WebRTC clients send smaller ones.
pub(super) const MAX_PACKET_BYTES: usize = 2000;

/// Why a connection cannot be parsed any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nonsense {
    /// A packet longer than [`MAX_PACKET_BYTES`].
    TooLong(usize),
    /// A packet that is neither STUN, DTLS, RTP nor RTCP.
    Unknown(u8),
}

/// Parses received bytes into packets.
#[derive(Debug, Default)]
pub(super) struct Frames {
    bytes: Vec<u8>,
    /// The number of bytes that were already returned.
    taken: usize,
}

impl Frames {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.taken);
        self.taken = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next complete packet.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Nonsense> {
        loop {
            let [high, low, rest @ ..] = &self.bytes[self.taken..] else { return Ok(None) };
            let length = usize::from(u16::from_be_bytes([*high, *low]));
            if length > MAX_PACKET_BYTES {
                return Err(Nonsense::TooLong(length));
            }
            if rest.len() < length {
                return Ok(None);
            }
            let start = self.taken + 2;
            self.taken = start + length;
            // RFC 4571, section 2: ignore empty packets.
            let Some(first) = self.bytes[start..self.taken].first() else { continue };
            if !is_known(*first) {
                return Err(Nonsense::Unknown(*first));
            }
            return Ok(Some(&self.bytes[start..self.taken]));
        }
    }
}

/// STUN, DTLS, RTP or RTCP, by the first byte (RFC 7983, section 7).
fn is_known(first: u8) -> bool {
    matches!(first, 0..=3 | 20..=63 | 128..=191)
}

/// A packet with its length; `None` if it is too long.
pub(super) fn encode(packet: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(packet.len()).ok()?;
    let mut bytes = Vec::with_capacity(2 + packet.len());
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(packet);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet() -> impl Strategy<Value = Vec<u8>> {
        let first = prop_oneof![0_u8..=3, 20_u8..=63, 128_u8..=191];
        (first, proptest::collection::vec(any::<u8>(), 0..MAX_PACKET_BYTES)).prop_map(|(first, mut rest)| {
            rest.insert(0, first);
            rest
        })
    }

    proptest! {
        #[test]
        fn packets_come_out_as_they_went_in_however_they_are_cut(
            packets in proptest::collection::vec(packet(), 0..6),
            cuts in proptest::collection::vec(1_usize..3_000, 1..6),
        ) {
            let stream: Vec<u8> = packets.iter().flat_map(|packet| encode(packet).unwrap()).collect();
            let (mut frames, mut came, mut rest) = (Frames::default(), Vec::new(), stream.as_slice());
            for cut in cuts.into_iter().cycle().take_while(|_| !stream.is_empty()) {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                frames.push(now);
                while let Some(packet) = frames.next().unwrap() {
                    came.push(packet.to_vec());
                }
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(came, packets);
        }

        #[test]
        fn whatever_comes_nothing_is_kept_that_is_too_long(bytes in proptest::collection::vec(any::<u8>(), 0..9_000)) {
            let mut frames = Frames::default();
            for piece in bytes.chunks(700) {
                frames.push(piece);
                while let Ok(Some(packet)) = frames.next() {
                    prop_assert!((1..=MAX_PACKET_BYTES).contains(&packet.len()));
                }
                if frames.next().is_err() {
                    break;
                }
                prop_assert!(frames.bytes.len() - frames.taken <= MAX_PACKET_BYTES + 2);
            }
        }
    }

    #[test]
    fn nonsense_is_told_apart() {
        let next = |bytes: &[u8]| {
            let mut frames = Frames::default();
            frames.push(bytes);
            frames.next().map(|packet| packet.map(<[u8]>::to_vec))
        };
        assert_eq!(next(b"GET / HTTP/1.1"), Err(Nonsense::TooLong(0x4745)));
        assert_eq!(next(&[0, 1, b'G']), Err(Nonsense::Unknown(b'G')));
        assert_eq!(next(&[0, 0, 0, 0, 0, 2, 0, 1]), Ok(Some(vec![0, 1])), "empty packets are ignored");
        assert_eq!(next(&[0, 2, 0]), Ok(None), "the rest is still to come");
        assert_eq!(encode(&vec![0; 70_000]), None);
    }
}

//! Splits a TCP stream into messages (RFC 8656, section 12.5).

/// Larger than any relayed packet.
const MAX_FRAME: usize = 16 * 1024;

/// The stream is not TURN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NoFrame;

/// The bytes of an incomplete message.
#[derive(Debug, Default)]
pub(crate) struct Frames(Vec<u8>);

impl Frames {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// Returns the next message without its padding; `None` if it is incomplete.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, NoFrame> {
        let [kind, _, high, low, ..] = self.0[..] else { return Ok(None) };
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (length, padded) = match kind >> 6 {
            0 => (length + 20, length + 20),
            1 => (length + 4, (length + 4).next_multiple_of(4)),
            _ => return Err(NoFrame),
        };
        if padded > MAX_FRAME {
            return Err(NoFrame);
        }
        if self.0.len() < padded {
            return Ok(None);
        }
        let mut frame: Vec<_> = self.0.drain(..padded).collect();
        frame.truncate(length);
        Ok(Some(frame))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_taken_apart_wherever_the_network_cut_them() {
        let mut stream = vec![0x00, 0x01, 0x00, 0x04];
        stream.extend([7; 16 + 4]);
        stream.extend([0x40, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5, 0, 0, 0]);
        stream.extend([0x40, 0x02, 0x00, 0x00]);
        for cut in 1..stream.len() {
            let mut frames = Frames::default();
            let mut lengths = Vec::new();
            for part in stream.chunks(cut) {
                frames.push(part);
                while let Some(frame) = frames.next().unwrap() {
                    lengths.push(frame.len());
                }
            }
            assert_eq!(lengths, [24, 9, 4], "cut after {cut}");
        }
    }

    #[test]
    fn nonsense_is_not_waited_for() {
        let next = |bytes: &[u8]| Frames(bytes.to_vec()).next();
        assert_eq!(next(b"GET / HTTP/1.1"), Err(NoFrame));
        assert_eq!(next(&[0x00, 0x01, 0xff, 0xff]), Err(NoFrame));
        assert_eq!(next(&[0x80, 0, 0, 0]), Err(NoFrame));
    }
}

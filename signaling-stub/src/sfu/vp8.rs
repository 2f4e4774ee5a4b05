//! The parts of VP8 that the SFU needs (RFC 6386).

/// A key frame of 16 × 16 black pixels, from an encoder.
pub(super) const BLACK: [u8; 30] = [
    0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x10, 0x00, 0x10, 0x00, 0x0b, 0xc7, 0x08, 0x85, 0x85, 0x88, 0x99,
    0x84, 0x88, 0x3f, 0x82, 0x00, 0x0c, 0x0d, 0x60, 0x00, 0xfe, 0xe6, 0xb5, 0x00,
];

/// Width and height in pixels from the header of a key frame (RFC 6386, section 9.1); `None` for any other frame.
pub(super) fn size(frame: &[u8]) -> Option<(u32, u32)> {
    let [tag, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..] = *frame else { return None };
    let is_key_frame = tag & 1 == 0;
    let length = |low: u8, high: u8| u32::from(u16::from_le_bytes([low, high]) & 0x3fff);
    is_key_frame.then(|| (length(w0, w1), length(h0, h1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_frame_tells_its_size() {
        let mut frame = [0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x41, 7];
        assert_eq!(size(&frame), Some((640, 360)), "the upper two bits are a scale");
        frame[0] |= 1;
        assert_eq!(size(&frame), None);
        assert_eq!(size(&frame[..9]), None);
        assert_eq!(size(&[]), None);
        assert_eq!(size(&BLACK), Some((16, 16)));
    }
}

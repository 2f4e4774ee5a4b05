//! Limits the content and the rate of offers before str0m processes them.

use std::time::{Duration, Instant};

/// Maximum size of an offer without its candidates, in bytes.
const MAX_BYTES: usize = 192 * 1024;
/// Maximum media sections: everything that a room of 32 publishes, and what one client does.
const MAX_SECTIONS: usize = 256;
/// Maximum layers per section (RFC 8853); browsers have three.
const MAX_RIDS: usize = 8;

/// The burst of offers; on average there is one per interval.
const BURST: u32 = 32;
const INTERVAL: Duration = Duration::from_millis(250);

/// Returns the offer without what the SFU does not use, or why it is refused.
///
/// Clients connect to the SFU, not the other way round, and their addresses are learnt from their checks. So their
/// candidates are removed: pairing thousands of them would block the SFU for everyone else.
pub(super) fn read(sdp: &str) -> Result<String, String> {
    let mut kept = String::with_capacity(sdp.len().min(MAX_BYTES));
    let (mut sections, mut rids) = (0, 0);
    for line in sdp.lines() {
        if line.starts_with("a=candidate:") {
            continue;
        }
        if line.starts_with("m=") {
            sections += 1;
            rids = 0;
        }
        rids += usize::from(line.starts_with("a=rid:"));
        if sections > MAX_SECTIONS {
            return Err(format!("the offer has more than {MAX_SECTIONS} media sections"));
        }
        if rids > MAX_RIDS {
            return Err(format!("a media section of the offer has more than {MAX_RIDS} rids"));
        }
        if kept.len() + line.len() > MAX_BYTES {
            return Err(format!("the offer has more than {MAX_BYTES} bytes"));
        }
        kept.push_str(line);
        kept.push_str("\r\n");
    }
    Ok(kept)
}

/// When the next offer may be processed. An offer costs the SFU far more than its sender.
#[derive(Debug)]
pub(super) struct Pace {
    left: u32,
    filled_at: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: BURST, filled_at: now }
    }

    /// Admits one offer, or returns when it may be processed.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        let passed = now.saturating_duration_since(self.filled_at).as_millis() / INTERVAL.as_millis();
        let passed = u32::try_from(passed).unwrap_or(u32::MAX);
        if passed >= BURST - self.left {
            (self.left, self.filled_at) = (BURST, now);
        } else {
            self.left += passed;
            self.filled_at += INTERVAL * passed;
        }
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(self.filled_at + INTERVAL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_are_not_even_read() {
        let sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\na=mid:0\r\n";
        assert_eq!(read(sdp).unwrap(), "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n");
        let many = format!("v=0\r\n{}", "a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n".repeat(10_000));
        assert_eq!(read(&many).unwrap(), "v=0\r\n");
    }

    #[test]
    fn what_is_too_much_is_named() {
        assert!(read(&"m=x\r\n".repeat(257)).unwrap_err().contains("256 media sections"));
        assert!(read(&format!("m=x\r\n{}", "a=rid:1 send\r\n".repeat(9))).unwrap_err().contains("8 rids"));
        assert!(read(&"m=x\r\na=rid:1 send\r\n".repeat(200)).is_ok());
        assert!(read(&"x".repeat(MAX_BYTES + 1)).unwrap_err().contains("bytes"));
    }

    #[test]
    fn offers_come_at_once_and_then_at_a_pace() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        for _ in 0..BURST {
            assert_eq!(pace.take(start), Ok(()));
        }
        assert_eq!(pace.take(start), Err(start + INTERVAL));
        assert_eq!(pace.take(start + INTERVAL), Ok(()));
        assert!(pace.take(start + INTERVAL).is_err());
        let later = start + INTERVAL * 1_000;
        assert_eq!((0..BURST + 5).filter(|_| pace.take(later).is_ok()).count(), BURST as usize);
    }
}

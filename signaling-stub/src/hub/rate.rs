//! A token bucket that can go into debt.

/// What to do with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rate {
    /// Accept it.
    Pass,
    /// Drop it, and send an error to the client.
    DropAloud,
    /// Drop it; an error was sent less than a second ago.
    Drop,
    /// Close the connection: the client does not slow down.
    Abuse,
}

/// This many bytes of a message cost as much as one message.
const BYTES_PER_TOKEN: usize = 4096;

/// The cost of this many bytes, in messages.
fn cost(bytes: usize) -> i64 {
    i64::try_from(bytes / BYTES_PER_TOKEN).unwrap_or(i64::MAX / TOKEN - 1)
}

/// Limits the messages of one connection, and their size.
///
/// Dropped messages cost a token as well. So a client that slows down recovers, and one that does not
/// falls into debt, until the debt is as large as the bucket.
#[derive(Clone, Debug)]
pub(super) struct Bucket {
    /// In thousandths, so that each millisecond adds an integer.
    tokens: i64,
    burst: i64,
    per_ms: i64,
    filled_at: u64,
    told_at: Option<u64>,
}

const TOKEN: i64 = 1000;
const TELL_EVERY_MS: u64 = 1000;

impl Bucket {
    pub(super) fn new(messages_per_second: u32, burst: u32, now: u64) -> Self {
        let burst = i64::from(burst.max(1)) * TOKEN;
        Self { tokens: burst, burst, per_ms: i64::from(messages_per_second), filled_at: now, told_at: None }
    }

    /// Accounts for the bytes that others were sent because of the last message.
    pub(super) fn charge(&mut self, bytes: usize) {
        self.pay(cost(bytes) * TOKEN);
    }

    /// A single expensive message is not abuse, however small the bucket is.
    fn pay(&mut self, price: i64) {
        self.tokens = self.tokens.min(self.tokens.saturating_sub(price).max(-self.burst / 2));
    }

    /// Adds what the time until `now` gives.
    pub(super) fn fill(&mut self, now: u64) {
        let elapsed = i64::try_from(now.saturating_sub(self.filled_at)).unwrap_or(i64::MAX);
        self.filled_at = self.filled_at.max(now);
        self.tokens = self.tokens.saturating_add(elapsed.saturating_mul(self.per_ms)).min(self.burst);
    }

    /// Whether nothing was used.
    pub(super) fn is_full(&mut self, now: u64) -> bool {
        self.fill(now);
        self.tokens == self.burst
    }

    /// What was left when it was last filled.
    pub(super) fn left(&self) -> i64 {
        self.tokens
    }

    /// Whether everything was used.
    pub(super) fn is_in_debt(&mut self, now: u64) -> bool {
        self.fill(now);
        self.tokens < TOKEN
    }

    /// Accounts for a frame of `bytes` bytes.
    pub(super) fn take(&mut self, bytes: usize, now: u64) -> Rate {
        self.fill(now);
        let price = (1 + cost(bytes)) * TOKEN;
        if self.tokens >= TOKEN {
            self.pay(price);
            return Rate::Pass;
        }
        self.tokens = self.tokens.saturating_sub(price);
        if self.tokens <= -self.burst {
            return Rate::Abuse;
        }
        if self.told_at.is_some_and(|told_at| now.saturating_sub(told_at) < TELL_EVERY_MS) {
            return Rate::Drop;
        }
        self.told_at = Some(now);
        Rate::DropAloud
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burst_passes_and_the_next_message_is_dropped() {
        let mut bucket = Bucket::new(10, 3, 0);
        assert_eq!([0; 3].map(|now| bucket.take(0, now)), [Rate::Pass; 3]);
        assert_eq!(bucket.take(0, 0), Rate::DropAloud);
    }

    #[test]
    fn what_others_are_sent_is_charged_and_not_punished() {
        let mut bucket = Bucket::new(10, 1_000, 0);
        for _ in 0..10 {
            assert_eq!(bucket.take(0, 0), Rate::Pass);
            bucket.charge(100 * BYTES_PER_TOKEN);
        }
        assert_eq!(bucket.take(0, 0), Rate::DropAloud);
        bucket.charge(usize::MAX);
        assert_eq!(bucket.take(0, 100_000), Rate::Pass);
    }

    #[test]
    fn tokens_come_back_with_time() {
        let mut bucket = Bucket::new(10, 1, 0);
        assert_eq!(bucket.take(0, 0), Rate::Pass);
        assert_eq!(bucket.take(0, 100), Rate::Pass);
        assert_eq!(bucket.take(0, 1_000_000), Rate::Pass);
        assert_eq!(bucket.take(0, 1_000_000), Rate::Abuse, "a bucket of one has no room for debt");
    }

    #[test]
    fn client_is_told_once_a_second() {
        let mut bucket = Bucket::new(0, 4, 0);
        for _ in 0..4 {
            assert_eq!(bucket.take(0, 0), Rate::Pass);
        }
        assert_eq!(bucket.take(0, 0), Rate::DropAloud);
        assert_eq!(bucket.take(0, 999), Rate::Drop);
        assert_eq!(bucket.take(0, 1000), Rate::DropAloud);
    }

    #[test]
    fn client_that_never_slows_down_is_abusive() {
        let mut bucket = Bucket::new(10, 5, 0);
        let rates: Vec<Rate> = (0..10).map(|_| bucket.take(0, 0)).collect();
        assert_eq!(rates[9], Rate::Abuse);
        assert_eq!(rates.iter().filter(|rate| **rate == Rate::Abuse).count(), 1);
    }

    #[test]
    fn client_that_slows_down_recovers() {
        let mut bucket = Bucket::new(10, 5, 0);
        for _ in 0..8 {
            bucket.take(0, 0);
        }
        assert_eq!(bucket.take(0, 1000), Rate::Pass);
    }

    #[test]
    fn bytes_count_as_messages() {
        let mut bucket = Bucket::new(0, 100, 0);
        assert_eq!(bucket.take(98 * BYTES_PER_TOKEN, 0), Rate::Pass);
        assert_eq!(bucket.take(BYTES_PER_TOKEN - 1, 0), Rate::Pass);
        assert_eq!(bucket.take(0, 0), Rate::DropAloud);
    }

    #[test]
    fn one_long_message_is_no_abuse() {
        let mut bucket = Bucket::new(1, 20, 0);
        assert_eq!(bucket.take(1_000 * BYTES_PER_TOKEN, 0), Rate::Pass);
        assert_eq!(bucket.take(0, 0), Rate::DropAloud);
    }

    #[test]
    fn clock_that_goes_back_is_harmless() {
        let mut bucket = Bucket::new(u32::MAX, 2, u64::MAX);
        assert_eq!(bucket.take(0, 0), Rate::Pass);
        assert_eq!(bucket.take(0, u64::MAX), Rate::Pass);
    }
}

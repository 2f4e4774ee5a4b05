//! Limits of the TURN server: in total, per address, and per user.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Limits of the TURN server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TurnLimits {
    /// Maximum number of allocations. Each has a UDP port. Default: 1024.
    pub allocations: usize,
    /// Maximum number of allocations per address; for IPv6, per network (/64). Default: 256.
    pub allocations_per_address: usize,
    /// Maximum number of allocations per user, that is per connection to the signaling server. A browser makes one for
    /// each peer connection, URL and network interface. Default: 128.
    pub allocations_per_user: usize,
    /// Maximum number of relayed bytes per second, in both directions; packets above it are dropped. Default: 64 MiB.
    pub bytes_per_second: u64,
    /// The same per address. Default: 16 MiB.
    pub bytes_per_second_per_address: u64,
    /// The same per user. Default: 8 MiB.
    pub bytes_per_second_per_user: u64,
    /// Maximum lifetime of an allocation, including refreshes. Default: 48 hours.
    pub lifetime: Duration,
    /// Maximum number of addresses that an allocation may send to at a time. Default: 64.
    pub permissions: usize,
}

impl Default for TurnLimits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            allocations: 1024,
            allocations_per_address: 256,
            allocations_per_user: 128,
            bytes_per_second: 64 * MIB,
            bytes_per_second_per_address: 16 * MIB,
            bytes_per_second_per_user: 8 * MIB,
            lifetime: Duration::from_secs(48 * 3600),
            permissions: 64,
        }
    }
}

/// The usage of the TURN server.
#[derive(Debug)]
pub(crate) struct Quota {
    limits: TurnLimits,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    all: Account,
    addresses: HashMap<IpAddr, Account>,
    users: HashMap<String, Account>,
}

/// The usage of one address or user.
#[derive(Debug)]
struct Account {
    allocations: usize,
    budget: Budget,
}

/// A token bucket of bytes for one second.
#[derive(Debug)]
struct Budget {
    per_second: u64,
    left: u64,
    filled_at: Option<Instant>,
}

impl Account {
    fn new(per_second: u64) -> Self {
        Self { allocations: 0, budget: Budget { per_second, left: per_second, filled_at: None } }
    }
}

impl Budget {
    fn fill(&mut self, now: Instant) {
        let passed = self.filled_at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        let gained = u64::try_from(passed.as_micros() * u128::from(self.per_second) / 1_000_000);
        let gained = gained.unwrap_or(u64::MAX);
        // Less than a byte is counted the next time.
        if gained > 0 || self.filled_at.is_none() {
            self.filled_at = Some(now);
            self.left = self.left.saturating_add(gained).min(self.per_second);
        }
    }
}

impl Quota {
    pub(crate) fn new(limits: TurnLimits) -> Arc<Self> {
        let all = Account::new(limits.bytes_per_second);
        let state = State { all, addresses: HashMap::new(), users: HashMap::new() };
        Arc::new(Self { limits, state: Mutex::new(state) })
    }

    pub(crate) fn limits(&self) -> TurnLimits {
        self.limits
    }

    /// Reserves an allocation until the grant is dropped; `None` if a limit is reached.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr, user: &str) -> Option<Grant> {
        let address = crate::hub::network(address);
        let mut state = self.lock();
        let of_address = state.addresses.get(&address).map_or(0, |account| account.allocations);
        let of_user = state.users.get(user).map_or(0, |account| account.allocations);
        if state.all.allocations >= self.limits.allocations
            || of_address >= self.limits.allocations_per_address
            || of_user >= self.limits.allocations_per_user
        {
            return None;
        }
        state.all.allocations += 1;
        let new = || Account::new(self.limits.bytes_per_second_per_address);
        state.addresses.entry(address).or_insert_with(new).allocations += 1;
        let new = || Account::new(self.limits.bytes_per_second_per_user);
        state.users.entry(user.to_owned()).or_insert_with(new).allocations += 1;
        Some(Grant { quota: Arc::clone(self), address, user: user.to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is consistent between two statements.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reserved allocation.
#[derive(Debug)]
pub(crate) struct Grant {
    quota: Arc<Quota>,
    address: IpAddr,
    user: String,
}

impl Grant {
    /// Consumes this many bytes; `false` if a limit is reached.
    pub(crate) fn spend(&self, bytes: usize, now: Instant) -> bool {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let mut state = self.quota.lock();
        let State { all, addresses, users } = &mut *state;
        let of_one = [addresses.get_mut(&self.address), users.get_mut(&self.user)].into_iter().flatten();
        let mut budgets: Vec<_> =
            std::iter::once(all).chain(of_one).map(|account| &mut account.budget).collect();
        budgets.iter_mut().for_each(|budget| budget.fill(now));
        let is_enough = budgets.iter().all(|budget| budget.left >= bytes);
        if is_enough {
            budgets.iter_mut().for_each(|budget| budget.left -= bytes);
        }
        is_enough
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        let mut state = self.quota.lock();
        state.all.allocations -= 1;
        give_back(&mut state.addresses, &self.address);
        give_back(&mut state.users, &self.user);
    }
}

fn give_back<K: Eq + Hash>(accounts: &mut HashMap<K, Account>, key: &K) {
    if let Some(account) = accounts.get_mut(key) {
        account.allocations -= 1;
        if account.allocations == 0 {
            accounts.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const BEN: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn places_are_limited_three_times_and_given_back() {
        let limits = TurnLimits {
            allocations: 4,
            allocations_per_address: 3,
            allocations_per_user: 2,
            ..TurnLimits::default()
        };
        let quota = Quota::new(limits);
        let mut grants = vec![quota.take(ANA, "a").unwrap(), quota.take(ANA, "a").unwrap()];
        assert!(quota.take(BEN, "a").is_none(), "of the user");
        grants.push(quota.take(ANA, "b").unwrap());
        assert!(quota.take(ANA, "c").is_none(), "of the address");
        grants.push(quota.take(BEN, "c").unwrap());
        assert!(quota.take(BEN, "d").is_none(), "of all");
        drop(grants);
        let state = quota.lock();
        assert_eq!((state.all.allocations, state.addresses.len(), state.users.len()), (0, 0, 0));
    }

    #[test]
    fn bytes_are_limited_three_times_and_come_back_with_time() {
        let limits = TurnLimits {
            bytes_per_second: 1_000,
            bytes_per_second_per_address: 600,
            bytes_per_second_per_user: 400,
            ..TurnLimits::default()
        };
        let quota = Quota::new(limits);
        let [first, second, other] =
            [(ANA, "a"), (ANA, "b"), (BEN, "c")].map(|(address, user)| quota.take(address, user).unwrap());
        let now = Instant::now();
        assert!(first.spend(400, now) && !first.spend(1, now), "of the user");
        assert!(second.spend(200, now) && !second.spend(1, now), "of the address");
        assert!(other.spend(400, now) && !other.spend(1, now), "of all");
        let later = now + Duration::from_millis(500);
        assert!(first.spend(200, later) && !first.spend(1, later));
    }
}

//! Panics that a test causes, to see that only one task ends.

/// Where a test can cause a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// In the hub, because of a message.
    Message,
    /// In the hub, because time has passed.
    Clock,
    Mixers,
    Socket,
    #[cfg(feature = "sfu")]
    Sfu,
    TurnPacket,
}

/// The next panic. In a build without tests there is none.
#[derive(Debug, Default)]
pub(super) struct Faults {
    #[cfg(test)]
    next: std::sync::Mutex<Option<Fault>>,
}

impl Faults {
    /// Causes a panic when this place is reached, once.
    #[cfg(test)]
    pub(super) fn cause(&self, fault: Fault) {
        *self.next.lock().unwrap() = Some(fault);
    }

    /// Panics if a test has asked for it.
    #[cfg(test)]
    pub(super) fn reach(&self, fault: Fault) {
        let is_due = self.next.lock().unwrap().take_if(|next| *next == fault).is_some();
        assert!(!is_due, "a test caused this panic: {fault:?}");
    }

    #[cfg(not(test))]
    pub(super) fn reach(&self, _: Fault) {}
}

//! Counts the ICE restarts that were answered and did not help: the remote end may have dropped the connection, which only a
//! new one restores.

/// As many restarts are enough. With the delays in between they take about ten seconds.
const ENOUGH: u32 = 3;

/// The restarts of one connection.
#[derive(Clone, Debug)]
pub(super) struct Restarts {
    /// Whether another connection may replace this one.
    is_replaceable: bool,
    is_pending: bool,
    /// How many were answered since it was connected. None: it never was, and a new one would not be either.
    answered: Option<u32>,
}

impl Restarts {
    pub(super) fn new(is_replaceable: bool) -> Self {
        Self { is_replaceable, is_pending: false, answered: None }
    }

    /// The connection is established.
    pub(super) fn connected(&mut self) {
        (self.is_pending, self.answered) = (false, Some(0));
    }

    /// A restart has begun, because the connection is lost.
    pub(super) fn begun(&mut self) {
        self.is_pending = true;
    }

    /// An answer was received. A restart without one does not count: signaling may be interrupted, too.
    pub(super) fn answered(&mut self) {
        if std::mem::take(&mut self.is_pending) {
            self.answered = self.answered.map(|count| count.saturating_add(1));
        }
    }

    /// It may not be replaced yet.
    pub(super) fn begin_again(&mut self) {
        self.answered = self.answered.map(|_| 0);
    }

    /// Whether another one is needed after enough of them.
    pub(super) fn are_in_vain(&self) -> bool {
        self.is_replaceable && self.is_pending && self.answered.is_some_and(|count| count >= ENOUGH)
    }
}

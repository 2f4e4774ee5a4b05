//! A switch that takes time to turn, such as that of a camera which needs permission. The last call wins.

use futures::channel::oneshot::{self, Receiver, Sender};

/// The wanted position of a switch, and the callers who wait for it. `T` is the result of turning it.
#[derive(Debug)]
pub struct Switch<T> {
    asked: Option<bool>,
    waiting: Vec<Sender<T>>,
    is_turning: bool,
}

impl<T> Default for Switch<T> {
    fn default() -> Self {
        Self { asked: None, waiting: Vec::new(), is_turning: false }
    }
}

impl<T: Clone> Switch<T> {
    /// Sets the wanted position, replacing the previous one. The result is passed to all callers so far;
    /// dropping the receiver cancels the call. Returns `true` if turning must begin: see
    /// [`next_turn`](Self::next_turn).
    pub fn ask(&mut self, on: bool) -> (Receiver<T>, bool) {
        let (sender, receiver) = oneshot::channel();
        self.waiting.push(sender);
        self.asked = Some(on);
        (receiver, !std::mem::replace(&mut self.is_turning, true))
    }

    /// Another call has switched what this switch is turning on or off. Callers so far get that result. Has no effect
    /// if the switch is not turning.
    pub fn overrule(&mut self, on: bool) {
        if self.is_turning {
            self.asked = Some(on);
        }
    }

    /// Whether a position was requested that it has not reached.
    pub fn is_turning(&self) -> bool {
        self.is_turning
    }

    /// The position to turn to next; `None` if the switch has the wanted position.
    pub fn next_turn(&mut self) -> Option<bool> {
        let next = self.asked.take();
        self.is_turning = next.is_some();
        next
    }

    /// The position after a completed turn to `on`, which becomes the current one.
    pub fn latest(&mut self, on: bool) -> bool {
        self.asked.take().unwrap_or(on)
    }

    /// Whether what was opened to turn the switch on is still needed: a caller waits for it, and `off` was not
    /// requested meanwhile.
    pub fn is_wanted(&self) -> bool {
        self.asked != Some(false) && self.waiting.iter().any(|waiting| !waiting.is_canceled())
    }

    /// Passes the result of a turn to all callers, unless another position was requested meanwhile: then that result
    /// counts.
    pub fn settle(&mut self, outcome: &T) {
        if self.asked.is_none() {
            for waiting in self.waiting.drain(..) {
                let _ = waiting.send(outcome.clone());
            }
        }
    }

    /// Cancels all calls. Waiting callers get `Canceled`.
    pub fn close(&mut self) {
        self.asked = None;
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome<T>(receiver: &mut Receiver<T>) -> Option<T> {
        receiver.try_recv().ok().flatten()
    }

    #[test]
    fn what_was_asked_last_holds_and_is_the_outcome_of_all() {
        let mut switch = Switch::default();
        let (mut first, begins) = switch.ask(true);
        let (mut second, again) = switch.ask(false);
        assert!(begins && !again);

        assert_eq!(switch.next_turn(), Some(false), "the first never takes effect");
        switch.settle(&"off");
        assert_eq!((outcome(&mut first), outcome(&mut second)), (Some("off"), Some("off")));
        assert_eq!(switch.next_turn(), None);
        assert!(switch.ask(true).1, "at rest it begins anew");
    }

    #[test]
    fn off_during_a_prompt_makes_the_device_useless_and_on_again_makes_it_useful() {
        let mut switch = Switch::default();
        let (mut on, _) = switch.ask(true);
        assert_eq!(switch.next_turn(), Some(true));
        assert!(switch.is_wanted());
        let (_off, begins) = switch.ask(false);
        assert!(!begins && !switch.is_wanted());
        let (_again, _) = switch.ask(true);
        assert!(switch.is_wanted());

        switch.settle(&1);
        assert_eq!(outcome(&mut on), None, "there is more to come");
        assert_eq!(switch.next_turn(), Some(true));
        switch.settle(&2);
        assert_eq!(outcome(&mut on), Some(2));

        let _ = switch.ask(true);
        assert!(switch.latest(false), "the newest position counts");
        assert_eq!(switch.next_turn(), None, "and is taken");
    }

    #[test]
    fn a_call_that_is_withdrawn_wants_no_device() {
        let mut switch = Switch::<()>::default();
        let (on, _) = switch.ask(true);
        let (other, _) = switch.ask(true);
        switch.next_turn();
        drop(on);
        assert!(switch.is_wanted(), "the other one waits");
        drop(other);
        assert!(!switch.is_wanted());
    }

    #[test]
    fn what_another_call_has_switched_off_is_not_wanted_and_its_callers_get_that_result() {
        let mut switch = Switch::default();
        switch.overrule(false);
        assert_eq!(switch.next_turn(), None, "nothing was being turned on");

        let (mut on, _) = switch.ask(true);
        switch.overrule(false);
        assert_eq!(switch.next_turn(), Some(false), "before the turn begins");
        switch.settle(&"off");
        assert_eq!((outcome(&mut on), switch.next_turn()), (Some("off"), None));

        let (mut on, _) = switch.ask(true);
        switch.next_turn();
        switch.overrule(false);
        assert!(!switch.is_wanted(), "while it is turned on");
        switch.settle(&"on");
        assert_eq!((outcome(&mut on), switch.next_turn()), (None, Some(false)));
        switch.overrule(false);
        let (_again, begins) = switch.ask(true);
        assert!(!begins && switch.is_wanted(), "and a newer call holds");
    }

    #[test]
    fn what_another_call_has_switched_on_is_not_switched_off() {
        let mut switch = Switch::default();
        let (mut off, _) = switch.ask(false);
        switch.overrule(true);
        assert!(switch.is_turning());
        assert_eq!(switch.next_turn(), Some(true));
        switch.settle(&"on");
        assert_eq!((outcome(&mut off), switch.next_turn()), (Some("on"), None));
        assert!(!switch.is_turning());
    }

    #[test]
    fn closing_cancels_whoever_waits() {
        let mut switch = Switch::<()>::default();
        let (mut on, _) = switch.ask(true);
        switch.close();
        assert!(on.try_recv().is_err());
        assert_eq!(switch.next_turn(), None);
    }
}

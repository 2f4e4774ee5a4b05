//! Warnings of what is deprecated: in the console, as browsers do, and each once.

use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    static WARNED: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// Writes the warning, unless that was done before.
pub(super) fn warn_once(warning: &'static str) {
    if WARNED.with_borrow_mut(|warned| warned.insert(warning)) {
        web_sys::console::warn_1(&warning.into());
    }
}

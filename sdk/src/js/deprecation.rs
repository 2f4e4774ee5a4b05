//! Deprecation warnings: on the console, like those of browsers, and each only once.

use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    static WARNED: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

/// Logs the warning, unless it was logged before.
pub(super) fn warn_once(warning: &'static str) {
    if WARNED.with_borrow_mut(|warned| warned.insert(warning)) {
        web_sys::console::warn_1(&warning.into());
    }
}

//! Deprecation warnings: on the console, like those of browsers, and each only once.

use crate::collections::SortedSet;
use std::cell::RefCell;

thread_local! {
    static WARNED: RefCell<SortedSet<&'static str>> = const { RefCell::new(SortedSet::new()) };
}

/// Logs the warning, unless it was logged before.
pub(super) fn warn_once(warning: &'static str) {
    if WARNED.with_borrow_mut(|warned| warned.insert(warning)) {
        web_sys::console::warn_1(&warning.into());
    }
}

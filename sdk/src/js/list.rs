//! Arrays of live objects.

use std::cell::RefCell;

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

/// The array of the objects of handles: the same one until the list or one of the handles changes. It is frozen, as it is
/// returned repeatedly.
#[derive(Debug)]
pub(crate) struct List<T>(RefCell<Option<Listed<T>>>);

/// Handles with their revisions, and their array.
type Listed<T> = (Vec<(T, u32)>, Array);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T: PartialEq> List<T> {
    /// Returns the array for these handles and their revisions.
    pub(crate) fn of(&self, handles: Vec<(T, u32)>, object: fn(&T) -> JsValue) -> Array {
        if let Some((known, array)) = &*self.0.borrow()
            && *known == handles
        {
            return array.clone();
        }
        let array: Array = handles.iter().map(|(handle, _)| object(handle)).collect();
        Object::freeze(&array);
        self.0.replace(Some((handles, array.clone())));
        array
    }
}

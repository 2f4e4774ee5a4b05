//! JavaScript objects whose members follow a Rust handle.

use std::cell::RefCell;

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::media::to_js;

// Own members instead of getters, so that a console shows them and `JSON.stringify` includes them. Instances of a class, as
// some frameworks copy plain objects. A list that changes is replaced, so that `===` finds the change.
#[wasm_bindgen(module = "/src/js/snippets.js")]
extern "C" {
    #[wasm_bindgen(js_name = liveObject)]
    fn live_object(class: &str) -> JsValue;
    fn show(object: &JsValue, members: &JsValue);
    /// The id of a participant or a publication: `id_type` is `ParticipantId` or `PublicationId`.
    #[wasm_bindgen(js_name = idOf, catch)]
    pub(super) fn id_of(id_type: &str, value: &JsValue) -> Result<JsValue, JsValue>;
}

/// The JavaScript object of a handle, the same one for as long as the handle lives. It does not hold the handle.
#[derive(Debug)]
pub(crate) struct LiveObject {
    class: &'static str,
    object: RefCell<Option<JsValue>>,
}

impl LiveObject {
    pub(crate) fn new(class: &'static str) -> Self {
        Self { class, object: RefCell::default() }
    }

    /// Returns the object, and creates it on the first call.
    pub(crate) fn get(&self, members: &impl Serialize) -> JsValue {
        let known = self.object.borrow().clone();
        known.unwrap_or_else(|| {
            let object = live_object(self.class);
            self.object.replace(Some(object.clone()));
            self.update(members);
            object
        })
    }

    /// Sets the members that changed. Does nothing if the object does not exist yet.
    pub(crate) fn update(&self, members: &impl Serialize) {
        let object = self.object.borrow().clone();
        if let (Some(object), Ok(members)) = (object, to_js(members)) {
            show(&object, &members);
        }
    }
}

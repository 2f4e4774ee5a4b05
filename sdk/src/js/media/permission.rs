//! `Permission` for JavaScript.

use futures::StreamExt;
use js_sys::Object;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::Result;
use crate::js::event_target::{listen, unlisten};
use crate::js::streams::async_iterator;
use crate::platform::Permission;

const EVENTS: &[&str] = &["change"];

/// The state of a permission, and its changes.
/// @see https://www.w3.org/TR/permissions/#permissionstatus-interface
/// @example
/// const permission = await new Devices().permission("camera");
/// permission.addEventListener("change", () => console.log(permission.state));
#[derive(Debug)]
#[wasm_bindgen(js_name = Permission)]
pub struct JsPermission(Permission);

impl From<Permission> for JsPermission {
    fn from(permission: Permission) -> Self {
        Self(permission)
    }
}

#[wasm_bindgen(js_class = Permission)]
impl JsPermission {
    /// The current state.
    #[wasm_bindgen(getter, unchecked_return_type = "PermissionState")]
    pub fn state(&self) -> String {
        self.0.state().as_str().to_owned()
    }

    /// Each new state: `for await (const state of permission.changes())`.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<PermissionState>")]
    pub fn changes(&self) -> Object {
        async_iterator(self.0.changes().map(|state| Ok(state.as_str().into())))
    }

    /// Calls `listener` when the state changes.
    #[wasm_bindgen(js_name = addEventListener)]
    pub fn add_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "\"change\"")] event: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "boolean | AddEventListenerOptions")]
        options: &JsValue,
    ) -> Result<(), JsValue> {
        listen(self.0.as_raw(), event, EVENTS, listener, options)
    }

    /// Removes a listener.
    #[wasm_bindgen(js_name = removeEventListener)]
    pub fn remove_event_listener(
        &self,
        #[wasm_bindgen(js_name = "type", unchecked_param_type = "\"change\"")] event: &JsValue,
        #[wasm_bindgen(unchecked_param_type = "(event: Event) => void")] listener: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "boolean | EventListenerOptions")] options: &JsValue,
    ) -> Result<(), JsValue> {
        unlisten(self.0.as_raw(), event, EVENTS, listener, options)
    }
}

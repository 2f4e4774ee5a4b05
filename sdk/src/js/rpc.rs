//! Remote procedure calls for JavaScript.

use std::rc::Rc;

use futures::FutureExt;
use js_sys::{Array, Function, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::abort::{self, abortable};
use super::options;
use super::room::{JsRoom, participant_id};
use crate::error::{Error, RpcError};
use crate::model::{RpcFailure, RpcResult};
use crate::platform::exception::Exception;
use crate::room::{CallOptions, RpcInvocation};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("rpc.ts");

#[wasm_bindgen(module = "/src/js/snippets.js")]
extern "C" {
    #[wasm_bindgen(js_name = toJson, catch)]
    fn to_json(value: &JsValue) -> Result<String, JsValue>;
    #[wasm_bindgen(js_name = fromJson)]
    fn from_json(payload: &str) -> JsValue;
    #[wasm_bindgen(js_name = rpcError)]
    fn rpc_error(code: u32, message: &str, data: &str) -> JsValue;
    /// Resolves with the payload, or with the code, the message and the data of an error.
    #[wasm_bindgen(js_name = executeRpc)]
    fn execute(handler: &Function, payload: &str, participant_id: &str, timeout_ms: u32) -> Promise;
}

/// An error of the application.
pub(super) fn application_error(code: u32, message: &str, data: Option<&str>) -> JsValue {
    rpc_error(code, message, data.unwrap_or_default())
}

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    #[wasm_bindgen(js_name = registerRpc, skip_typescript)]
    pub fn register_rpc(&self, method: JsValue, handler: JsValue) -> Result<Function, JsValue> {
        let method: String = options::parse_value(method, "method")?;
        let handler: Function =
            handler.dyn_into().map_err(|given| options::expected("handler", "a function", &given))?;
        let handler = move |payload: String, RpcInvocation { participant_id, timeout_ms, .. }| {
            let result = JsFuture::from(execute(&handler, &payload, participant_id.as_str(), timeout_ms));
            async move { result_of(result.await) }.boxed_local()
        };
        let registration = self.handle().register_handler(&method, Rc::new(handler))?;
        // It is not removed when the function is collected.
        let remove = Closure::<dyn Fn()>::new(move || registration.remove());
        Ok(remove.into_js_value().unchecked_into())
    }

    #[wasm_bindgen(skip_typescript)]
    pub fn call(&self, to: JsValue, method: JsValue, payload: JsValue, options: Option<JsValue>) -> Promise {
        let call = || {
            let (options, signals) = abort::parse::<CallOptions>(options, "call options")?;
            let (to, method) = (participant_id(to)?, options::parse_value::<String>(method, "method")?);
            let payload = to_json(&payload).map_err(|thrown| {
                let detail = format!("payload: JSON cannot express it: {}", Exception::from(thrown).message);
                Error::InvalidOptions { detail }
            })?;
            Ok(((to, method, payload, options), signals))
        };
        abortable(call(), |(to, method, payload, options)| {
            let result = self.handle().begin_call(&to, &method, payload, &options);
            async move { Ok(from_json(&result?.await?)) }
        })
    }
}

fn result_of(executed: Result<JsValue, JsValue>) -> RpcResult {
    let executed = executed.unwrap_or_default();
    if let Some(payload) = executed.as_string() {
        return Ok(payload);
    }
    let error = executed.dyn_into::<Array>().unwrap_or_default();
    let text = |index| error.get(index).as_string().unwrap_or_default();
    match error.get(0).as_f64() {
        Some(code) => Err(RpcFailure { code: code as u32, message: text(1), data: text(2) }),
        None => Err(RpcError::Failed { detail: "its handler threw an error".to_owned() }.into()),
    }
}

//! `diagnose` for JavaScript.

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::future::LocalBoxFuture;
use js_sys::{JSON, Object, Reflect};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::abort::{self, abortable};
use super::streams::async_iterator;
use crate::diagnosis::{DiagnoseOptions, Diagnosis, DiagnosisUpdate};
use crate::engine::diagnosis::{CheckResult, TYPESCRIPT_CHECK, TYPESCRIPT_FINDING};
use crate::platform::{chunk, ignore};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("diagnosis.ts");
#[wasm_bindgen(typescript_custom_section)]
const CHECKS: &str = TYPESCRIPT_CHECK;
#[wasm_bindgen(typescript_custom_section)]
const FINDINGS: &str = TYPESCRIPT_FINDING;
// The dead code lint does not see uses in the sections.
const _: [&str; 2] = [TYPESCRIPT_CHECK, TYPESCRIPT_FINDING];

/// Checks devices, servers and the network before a call: permissions, camera, microphone and speaker, the signaling
/// server, each STUN and TURN transport, and the quality of media that is sent to itself. What fails is in the results: the
/// `report` rejects only if the `signal` is aborted, or if the package's chunk `diagnosis` cannot be loaded. Each check has
/// a limit in time.
///
/// The browser may ask for permission, and the speaker plays a tone for a second. Call it from a click handler, because
/// browsers keep audio suspended until a user gesture. The checks start immediately, even if the updates are not iterated,
/// and ending the iteration does not stop them. Afterwards, also when aborted, all devices and connections are released.
/// @throws {MoimError} ERR_INVALID_OPTIONS for options that are misspelt, of the wrong type or out of range, and without a
/// `url` on a page without a server. `report` rejects with ERR_ABORTED when the `signal` is aborted, and with
/// ERR_CHUNK_NOT_LOADED if the chunk is not served.
/// @example
/// const diagnosis = diagnose({ signal });
/// for await (const { check, result } of diagnosis) if (result) console.log(check, result.verdict, result.advice);
/// const report = await diagnosis.report;
#[wasm_bindgen(js_name = diagnose, unchecked_return_type = "Diagnosis")]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn js_diagnose(
    #[wasm_bindgen(unchecked_optional_param_type = "DiagnoseOptions")] options: Option<JsValue>,
) -> Result<Object, JsValue> {
    let (options, signals) = abort::parse::<DiagnoseOptions>(options, "diagnose options")?;
    let options = options.resolve()?;
    let (sender, updates) = unbounded();
    let report = abortable(Ok((sender, signals)), |sender| async move {
        chunk::load("diagnosis").await?;
        run_in_diagnosis_chunk(options, sender).await
    });
    // Whoever only iterates sees the end of the updates.
    ignore(&report);
    let iterator = async_iterator(updates);
    Reflect::set(&iterator, &"report".into(), &report)?;
    Ok(iterator)
}

#[inline(never)]
fn run_in_diagnosis_chunk(
    options: DiagnoseOptions,
    updates: UnboundedSender<Result<JsValue, JsValue>>,
) -> LocalBoxFuture<'static, Result<JsValue, JsValue>> {
    let mut diagnosis = Diagnosis::new(options);
    chunk::boxed(async move {
        while let Some(update) = diagnosis.next().await {
            // Nobody may be iterating.
            let _ = updates.unbounded_send(to_js(&update_to_value(&update).to_string()));
        }
        to_js(&diagnosis.report().await.to_json())
    })
}

fn update_to_value(DiagnosisUpdate { check, result, .. }: &DiagnosisUpdate) -> Value {
    json!({ "check": check.as_str(), "result": result.as_ref().map(CheckResult::to_value) })
}

fn to_js(json: &str) -> Result<JsValue, JsValue> {
    JSON::parse(json)
}

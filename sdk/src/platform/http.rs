//! HTTP requests: <https://fetch.spec.whatwg.org/>.

use js_sys::{Array, JsString};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestInit, Response};

use super::exception::Exception;
use crate::signaling::{HttpRequest, HttpResponse};

/// Sends a request. Resolves with the response, whatever its status, or with the reason why there is none.
pub(crate) async fn send(request: HttpRequest) -> Result<HttpResponse, String> {
    fetch(request).await.map_err(|error| Exception::from(error).message)
}

async fn fetch(request: HttpRequest) -> Result<HttpResponse, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.append(name, value)?;
    }
    let init = RequestInit::new();
    init.set_method(&request.method);
    init.set_headers(&headers);
    if let Some(body) = &request.body {
        init.set_body(&body.into());
    }
    let window = web_sys::window().ok_or("there is no window")?;
    let response = JsFuture::from(window.fetch_with_str_and_init(&request.url, &init)).await?;
    let response: Response = response.dyn_into()?;
    let mut headers = Vec::new();
    for entry in response.headers().entries() {
        let entry: Array = entry?.dyn_into()?;
        let text = |value: JsValue| value.dyn_into::<JsString>().map(String::from);
        headers.push((text(entry.get(0))?, text(entry.get(1))?));
    }
    let body = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    Ok(HttpResponse { status: response.status(), headers, body })
}

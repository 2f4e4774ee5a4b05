//! `Kurento`, `KurentoObject` and `KurentoLink` for JavaScript.
//!
//! The classes are in the main module; what they do is in the chunk, behind [`Handle`].

mod calls;

use std::fmt;
use std::rc::Rc;

use futures::future::LocalBoxFuture;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::promise::future_to_promise;
use crate::kurento::KurentoObject;
use crate::platform::chunk;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("kurento.ts");

/// What the methods of a class do. Only the chunk implements it.
trait Handle {
    fn call(&self, call: Call, first: JsValue, second: JsValue) -> Result<JsValue, JsValue>;

    /// The object that it is a handle to.
    fn object(&self) -> Option<KurentoObject> {
        None
    }
}

/// A method of a class.
#[derive(Clone, Copy)]
enum Call {
    Pipeline,
    Object,
    Create,
    WebRtcEndpoint,
    Port,
    Connect,
    Disconnect,
    Invoke,
    Events,
    Link,
    Update,
    Keep,
    Close,
    Id,
    Kind,
    Stream,
    Channel,
    Connection,
}

#[inline(never)]
fn connect_in_kurento_chunk(options: JsValue) -> LocalBoxFuture<'static, Result<JsValue, JsValue>> {
    calls::connect(options)
}

macro_rules! handle {
    ($name:ident) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl $name {
            fn call(&self, call: Call, first: JsValue, second: JsValue) -> Result<JsValue, JsValue> {
                self.0.call(call, first, second)
            }

            fn get(&self, call: Call) -> Result<JsValue, JsValue> {
                self.0.call(call, JsValue::UNDEFINED, JsValue::UNDEFINED)
            }
        }
    };
}

handle!(JsKurento);
handle!(JsKurentoObject);
handle!(JsKurentoLink);

/// A session with a Kurento Media Server 7. After an interruption it continues with its objects, and calls wait until then.
/// It lives until `close()`, even without a reference, as long as there are objects.
///
/// **Kurento's protocol has no authorisation**: whoever reaches the server may use and release everything on it, and read and
/// write its files with a `PlayerEndpoint` and a `RecorderEndpoint`. Let pages reach it only through a server that checks what
/// they may do, behind the URL or with a `transport`.
/// @see https://doc-kurento.readthedocs.io
/// @example
/// const kms = await Kurento.connect({ url: "wss://media.example/kurento" });
/// const pipe = await kms.pipeline();
/// const endpoint = await pipe.webRtcEndpoint();
/// await endpoint.connect(endpoint);
/// const link = await endpoint.link({ send: [camera, microphone] });
/// video.srcObject = link.stream;
#[wasm_bindgen(js_name = Kurento)]
pub struct JsKurento(Rc<dyn Handle>);

#[wasm_bindgen(js_class = Kurento)]
impl JsKurento {
    /// Connects to a server.
    /// @throws {MoimError} ERR_SIGNALING_UNREACHABLE if the server cannot be reached; ERR_INVALID_OPTIONS for an invalid URL
    /// and misspelt options; ERR_CHUNK_NOT_LOADED if the package's chunk `kurento` is not served.
    #[wasm_bindgen(unchecked_return_type = "Promise<Kurento>")]
    pub fn connect(#[wasm_bindgen(unchecked_param_type = "KurentoOptions")] options: JsValue) -> Promise {
        future_to_promise(async move {
            chunk::load("kurento").await?;
            connect_in_kurento_chunk(options).await
        })
    }

    /// Creates a pipeline, in which elements are connected.
    /// @throws {MoimError} ERR_KURENTO_REFUSED if the server refuses it; ERR_INVALID_STATE when the connection is closed.
    #[wasm_bindgen(unchecked_return_type = "Promise<KurentoObject>")]
    pub fn pipeline(&self) -> Result<JsValue, JsValue> {
        self.get(Call::Pipeline)
    }

    /// An object that exists, such as one of another page, by its id. `"manager_ServerManager"` is the server itself.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if the id is not a string.
    #[wasm_bindgen(unchecked_return_type = "KurentoObject")]
    pub fn object(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] id: JsValue,
    ) -> Result<JsValue, JsValue> {
        self.call(Call::Object, id, JsValue::UNDEFINED)
    }

    /// What happens to the connection, from now on: `for await (const event of kms.events())`. Ends with the session.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<KurentoEvent>")]
    pub fn events(&self) -> Result<JsValue, JsValue> {
        self.get(Call::Events)
    }

    /// Ends the session. The server releases its objects, except those that another session has used. Idempotent.
    pub fn close(&self) -> Result<(), JsValue> {
        self.get(Call::Close).map(drop)
    }
}

/// An object of a Kurento Media Server: a pipeline, an element such as an endpoint or a filter, a hub, or a hub's port. It
/// stays on the server until `close()`, or until the session ends.
///
/// The methods reject with ERR_KURENTO_OBJECT_LOST if the server no longer has the object, ERR_KURENTO_REFUSED if it refuses
/// the call, ERR_SIGNALING_LOST if the connection was lost meanwhile, ERR_INVALID_STATE when the object or the connection is
/// closed, and ERR_INVALID_OPTIONS for arguments of the wrong type and misspelt options.
/// @example
/// const recorder = await pipe.create("RecorderEndpoint", { uri: "file:///tmp/call.webm", mediaProfile: "WEBM" });
/// await endpoint.connect(recorder);
/// await recorder.invoke("record");
/// for await (const event of recorder.events("Recording")) break;
#[wasm_bindgen(js_name = KurentoObject)]
pub struct JsKurentoObject(Rc<dyn Handle>);

#[wasm_bindgen(js_class = KurentoObject)]
impl JsKurentoObject {
    /// For `class::handle`.
    #[wasm_bindgen(js_name = __handle, skip_typescript)]
    pub fn js_handle(&self) -> Self {
        Self(self.0.clone())
    }

    /// The server's id of the object. It is all that another page needs to use it: see `Kurento.object`. An update of the
    /// endpoint's link changes it.
    #[wasm_bindgen(getter, js_name = objectId, unchecked_return_type = "string")]
    pub fn object_id(&self) -> Result<JsValue, JsValue> {
        self.get(Call::Id)
    }

    /// Its type, such as `"WebRtcEndpoint"`.
    #[wasm_bindgen(getter, unchecked_return_type = "string")]
    pub fn kind(&self) -> Result<JsValue, JsValue> {
        self.get(Call::Kind)
    }

    #[wasm_bindgen(skip_typescript)]
    pub fn create(&self, kind: JsValue, options: JsValue) -> Result<JsValue, JsValue> {
        self.call(Call::Create, kind, options)
    }

    /// Creates a `WebRtcEndpoint` in this pipeline.
    #[wasm_bindgen(js_name = webRtcEndpoint, unchecked_return_type = "Promise<KurentoObject>")]
    pub fn web_rtc_endpoint(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "KurentoWebRtcOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        self.call(Call::WebRtcEndpoint, options, JsValue::UNDEFINED)
    }

    /// Creates a port of this hub.
    #[wasm_bindgen(unchecked_return_type = "Promise<KurentoObject>")]
    pub fn port(&self) -> Result<JsValue, JsValue> {
        self.get(Call::Port)
    }

    /// Media flows from this element to another one of the pipeline, which may be this one.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn connect(
        &self,
        #[wasm_bindgen(unchecked_param_type = "KurentoObject")] sink: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "KurentoConnectOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        self.call(Call::Connect, sink, options)
    }

    /// Media no longer flows from this element to another one.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn disconnect(
        &self,
        #[wasm_bindgen(unchecked_param_type = "KurentoObject")] sink: JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "KurentoConnectOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        self.call(Call::Disconnect, sink, options)
    }

    #[wasm_bindgen(skip_typescript)]
    pub fn invoke(&self, operation: JsValue, parameters: JsValue) -> Result<JsValue, JsValue> {
        self.call(Call::Invoke, operation, parameters)
    }

    #[wasm_bindgen(skip_typescript)]
    pub fn events(&self, kind: JsValue) -> Result<JsValue, JsValue> {
        self.call(Call::Events, kind, JsValue::UNDEFINED)
    }

    /// Connects this page to this `WebRtcEndpoint`. Resolves when the connection is established.
    /// @throws {MoimError} Also ERR_NEGOTIATION, and ERR_TIMEOUT if no path is found. ERR_KURENTO_REFUSED if the endpoint has
    /// been connected before: use `update` of the link.
    #[wasm_bindgen(unchecked_return_type = "Promise<KurentoLink>")]
    pub fn link(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "KurentoLinkOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        self.call(Call::Link, options, JsValue::UNDEFINED)
    }

    /// Leaves the object on the server when the handle is released with `free()`.
    pub fn keep(&self) -> Result<(), JsValue> {
        self.get(Call::Keep).map(drop)
    }

    /// Releases the object and what is in it, for everyone who uses it. Idempotent.
    pub fn close(&self) -> Result<(), JsValue> {
        self.get(Call::Close).map(drop)
    }
}

/// The connection of this page to a `WebRtcEndpoint`. An endpoint is negotiated once: every change is a new endpoint and a
/// new connection, made before the old ones go. See `update`. It lives until `close()`, even without a reference.
/// @example
/// const link = await endpoint.link({ send: [camera] });
/// video.srcObject = link.stream;
/// await link.update({ send: [screen] });
#[wasm_bindgen(js_name = KurentoLink)]
pub struct JsKurentoLink(Rc<dyn Handle>);

#[wasm_bindgen(js_class = KurentoLink)]
impl JsKurentoLink {
    /// What the endpoint sends, for the `srcObject` of a media element. It is the same stream after an update.
    #[wasm_bindgen(getter, unchecked_return_type = "MediaStream")]
    pub fn stream(&self) -> Result<JsValue, JsValue> {
        self.get(Call::Stream)
    }

    /// The data channel of an endpoint that was created with `dataChannels`. Every page that wants to receive needs one. It
    /// is another one after an update.
    #[wasm_bindgen(getter, unchecked_return_type = "DataChannel | undefined")]
    pub fn channel(&self) -> Result<JsValue, JsValue> {
        self.get(Call::Channel)
    }

    /// The browser's connection, for its state and `getStats`. It is another one after an update. `undefined` when the link
    /// is closed.
    #[wasm_bindgen(getter, js_name = rtcPeerConnection, unchecked_return_type = "RTCPeerConnection | undefined")]
    pub fn rtc_peer_connection(&self) -> Result<JsValue, JsValue> {
        self.get(Call::Connection)
    }

    /// Sends other tracks, or connects again after the connection was lost: makes another endpoint with the options of this
    /// one, connects to it, connects it to the same elements, and releases the old one. Resolves when that is done. The
    /// endpoint's object is the same, with another id.
    /// @throws {MoimError} The codes of `KurentoObject.link`; the old connection then stays. ERR_INVALID_STATE if the
    /// endpoint was not created by this page, during another update, and when the link is closed.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn update(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "KurentoLinkOptions")] options: JsValue,
    ) -> Result<JsValue, JsValue> {
        self.call(Call::Update, options, JsValue::UNDEFINED)
    }

    /// Closes the connection. The endpoint stays. Idempotent.
    pub fn close(&self) -> Result<(), JsValue> {
        self.get(Call::Close).map(drop)
    }
}

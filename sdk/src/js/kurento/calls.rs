//! What the methods of the classes do.

use std::fmt;
use std::future::Future;
use std::rc::Rc;

use futures::StreamExt;
use futures::future::LocalBoxFuture;
use js_sys::{Function, JSON, Object, Reflect};
use moim_protocol::options as table;
use serde_json::Value;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{CloseEvent, MessageEvent};

use super::{Call, Handle, JsKurento, JsKurentoLink, JsKurentoObject};
use crate::error::{Error, Result};
use crate::js::class;
use crate::js::data_channel::JsDataChannel;
use crate::js::identity;
use crate::js::media::raw_tracks;
use crate::js::options::{self, AnyValue};
use crate::js::promise::future_to_promise;
use crate::js::streams::async_iterator;
use crate::kurento::{
    Kurento, KurentoConnectOptions, KurentoConnection, KurentoEvent, KurentoLink, KurentoLinkOptions,
    KurentoObject, KurentoOptions, KurentoTransport, KurentoWebRtcOptions,
};
use crate::model::{IceServer, IceTransportPolicy, MediaKind, TrackSource};
use crate::platform::exception::Exception;
use crate::platform::task::spawn_local;
use crate::platform::{LocalTrack, chunk};
use crate::signaling::SocketEvent;
use crate::signaling::kurento::value_to_text;

const TRANSPORT: &str = "transport";

/// The options of `Kurento.connect`, without the transport.
#[derive(Debug, Default)]
struct ConnectOptions {
    url: String,
}

table! { ConnectOptions { url: "url" } }

/// The options of a link as they are given.
#[derive(Debug, Default)]
struct LinkOptions {
    send: AnyValue,
    receive: Option<Vec<MediaKind>>,
    ice_servers: Vec<IceServer>,
    ice_transport_policy: IceTransportPolicy,
}

table! { LinkOptions {
    send: "send",
    receive: "receive",
    ice_servers: "iceServers",
    ice_transport_policy: "iceTransportPolicy",
} }

pub(super) fn connect(options: JsValue) -> LocalBoxFuture<'static, Result<JsValue, JsValue>> {
    chunk::boxed(async move {
        let kurento = Kurento::connect(connect_options(options)?).await?;
        Ok(JsKurento(Rc::new(kurento)).into())
    })
}

fn connect_options(value: JsValue) -> Result<KurentoOptions> {
    let what = "Kurento options";
    let transport = if value.is_object() { Reflect::get(&value, &TRANSPORT.into()).ok() } else { None };
    let ConnectOptions { url } = options::parse_beside(value, what, TRANSPORT)?;
    let Some(transport) = transport.filter(|transport| !transport.is_undefined()) else {
        return Ok(KurentoOptions::new(url));
    };
    let open = transport.dyn_into().map_err(|given| {
        options::expected("`transport` in the Kurento options", "a function that returns a WebSocket", &given)
    })?;
    Ok(KurentoOptions::with_transport(Rc::new(JsTransport(open))))
}

fn promise(work: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Result<JsValue, JsValue> {
    Ok(future_to_promise(work).into())
}

impl Handle for Kurento {
    fn call(&self, call: Call, first: JsValue, _: JsValue) -> Result<JsValue, JsValue> {
        let kurento = self.clone();
        match call {
            Call::Pipeline => promise(async move { Ok(object(kurento.pipeline().await?)) }),
            Call::Object => {
                let id: String = options::parse_value(first, "id")?;
                Ok(JsKurentoObject(Rc::new(self.object(&id))).into())
            }
            Call::Events => Ok(async_iterator(self.events().map(|event| event_to_js(&event))).into()),
            _ => {
                self.close();
                Ok(JsValue::UNDEFINED)
            }
        }
    }
}

impl Handle for KurentoObject {
    fn call(&self, call: Call, first: JsValue, second: JsValue) -> Result<JsValue, JsValue> {
        let this = self.clone();
        match call {
            Call::Id => Ok(self.object_id().into()),
            Call::Kind => Ok(self.kind().into()),
            Call::Create => promise(async move {
                let kind: String = options::parse_value(first, "type")?;
                Ok(object(this.create(&kind, from_js(&second, "options")?).await?))
            }),
            Call::WebRtcEndpoint => promise(async move {
                let options: KurentoWebRtcOptions = parse(first, "endpoint options")?;
                Ok(object(this.web_rtc_endpoint(&options).await?))
            }),
            Call::Port => promise(async move { Ok(object(this.port().await?)) }),
            Call::Connect | Call::Disconnect => promise(async move {
                let options: KurentoConnectOptions = parse(second, "connect options")?;
                let sink = class::handle::<JsKurentoObject>(&first, "sink", "KurentoObject")?.0.object();
                let sink = sink.ok_or_else(|| options::expected("sink", "a KurentoObject", &first))?;
                match call {
                    Call::Connect => this.connect(&sink, options).await?,
                    _ => this.disconnect(&sink, options).await?,
                }
                Ok(JsValue::UNDEFINED)
            }),
            Call::Invoke => promise(async move {
                let operation: String = options::parse_value(first, "operation")?;
                to_js(&this.invoke(&operation, from_js(&second, "parameters")?).await?)
            }),
            Call::Events => {
                let kind: String = options::parse_value(first, "type")?;
                Ok(async_iterator(self.events(&kind).map(|event| to_js(&event?))).into())
            }
            Call::Link => promise(async move {
                let link = this.link(link_options(first)?).await?;
                Kurento::keep_link(&link);
                Ok(JsKurentoLink(Rc::new(link)).into())
            }),
            Call::Keep => {
                self.keep();
                Ok(JsValue::UNDEFINED)
            }
            _ => {
                self.close();
                Ok(JsValue::UNDEFINED)
            }
        }
    }

    fn object(&self) -> Option<KurentoObject> {
        Some(self.clone())
    }
}

impl Handle for KurentoLink {
    fn call(&self, call: Call, first: JsValue, _: JsValue) -> Result<JsValue, JsValue> {
        let this = self.clone();
        match call {
            Call::Stream => Ok(self.stream().into()),
            Call::Channel => {
                let Some(channel) = self.channel() else { return Ok(JsValue::UNDEFINED) };
                let raw = channel.as_raw().clone();
                match identity::known(&raw) {
                    Some(object) => Ok(object),
                    None => Ok(identity::remember(&raw, JsDataChannel::new(channel)?.into())),
                }
            }
            Call::Connection => Ok(self.as_raw().map_or(JsValue::UNDEFINED, JsValue::from)),
            Call::Update => promise(async move {
                this.update(link_options(first)?).await?;
                Ok(JsValue::UNDEFINED)
            }),
            _ => {
                self.close();
                Ok(JsValue::UNDEFINED)
            }
        }
    }
}

fn object(object: KurentoObject) -> JsValue {
    Kurento::keep_object(&object);
    JsKurentoObject(Rc::new(object)).into()
}

fn parse<T: moim_protocol::json::Read + Default>(value: JsValue, what: &str) -> Result<T> {
    options::parse(Some(value).filter(|value| !value.is_undefined()), what)
}

fn link_options(value: JsValue) -> Result<KurentoLinkOptions> {
    let given: LinkOptions = parse(value, "link options")?;
    let mut options = KurentoLinkOptions::default();
    if !given.send.0.is_undefined() {
        let tracks = raw_tracks(&given.send.0)?.into_iter();
        options.send = tracks.map(|track| LocalTrack::from_raw(track, TrackSource::Custom)).collect();
    }
    options.receive = given.receive.unwrap_or(options.receive);
    options.ice_servers = given.ice_servers;
    options.ice_transport_policy = given.ice_transport_policy;
    Ok(options)
}

/// A value by way of JSON. `undefined` is `null`.
fn from_js(value: &JsValue, what: &str) -> Result<Value> {
    if value.is_undefined() {
        return Ok(Value::Null);
    }
    let text = JSON::stringify(value).ok().and_then(|text| text.as_string());
    let value = text.and_then(|text| serde_json::from_str(&text).ok());
    value.ok_or_else(|| Error::InvalidOptions {
        detail: format!("{what}: expected an object of plain values"),
    })
}

fn to_js(value: &Value) -> Result<JsValue, JsValue> {
    JSON::parse(&value_to_text(value))
}

fn event_to_js(event: &KurentoEvent) -> Result<JsValue, JsValue> {
    let result = Object::new();
    let set = |key: &str, value: JsValue| Reflect::set(&result, &key.into(), &value);
    let kind = match event {
        KurentoEvent::Interrupted => "interrupted",
        KurentoEvent::Restored => "restored",
        KurentoEvent::ObjectsLost => "objectslost",
        KurentoEvent::Closed { error } => {
            set("error", error.clone().into())?;
            "closed"
        }
        KurentoEvent::Lagged { missed } => {
            set("missed", (*missed).into())?;
            "lagged"
        }
    };
    set("type", kind.into())?;
    Ok(result.into())
}

/// A function that opens what has the interface of a WebSocket.
struct JsTransport(Function);

impl fmt::Debug for JsTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsTransport").finish_non_exhaustive()
    }
}

impl KurentoTransport for JsTransport {
    fn open(&self, on_event: Box<dyn Fn(SocketEvent)>) -> Box<dyn KurentoConnection> {
        let on_event: Rc<dyn Fn(SocketEvent)> = on_event.into();
        let socket = self.0.call0(&JsValue::UNDEFINED).unwrap_or_else(|thrown| {
            let reason = Exception::from(thrown).message;
            let on_event = on_event.clone();
            spawn_local(async move { on_event(SocketEvent::Closed { code: 1006, reason }) });
            Object::new().into()
        });
        let (opened, received) = (on_event.clone(), on_event.clone());
        let handlers = [
            Closure::new(move |_: JsValue| opened(SocketEvent::Opened)),
            Closure::new(move |event: JsValue| {
                if let Some(text) = event.unchecked_into::<MessageEvent>().data().as_string() {
                    received(SocketEvent::Text(text));
                }
            }),
            Closure::new(move |event: JsValue| {
                let event = event.unchecked_into::<CloseEvent>();
                on_event(SocketEvent::Closed { code: event.code(), reason: event.reason() });
            }),
        ];
        let socket = JsSocket { socket, handlers };
        for (name, handler) in HANDLERS.into_iter().zip(&socket.handlers) {
            socket.set(name, handler.as_ref());
        }
        Box::new(socket)
    }
}

const HANDLERS: [&str; 3] = ["onopen", "onmessage", "onclose"];

struct JsSocket {
    socket: JsValue,
    handlers: [Closure<dyn Fn(JsValue)>; 3],
}

impl JsSocket {
    fn set(&self, name: &str, value: &JsValue) {
        // Fails for an object that is not what it should be, which then never opens.
        let _ = Reflect::set(&self.socket, &name.into(), value);
    }

    fn call(&self, name: &str, argument: &JsValue) {
        let method = Reflect::get(&self.socket, &name.into())
            .ok()
            .and_then(|method| method.dyn_into::<Function>().ok());
        // A closed socket reports that itself.
        let _ = method.map(|method| method.call1(&self.socket, argument));
    }
}

impl fmt::Debug for JsSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsSocket").finish_non_exhaustive()
    }
}

impl KurentoConnection for JsSocket {
    fn send(&self, message: String) {
        self.call("send", &message.into());
    }
}

impl Drop for JsSocket {
    fn drop(&mut self) {
        HANDLERS.iter().for_each(|name| self.set(name, &JsValue::NULL));
        self.call("close", &JsValue::UNDEFINED);
    }
}

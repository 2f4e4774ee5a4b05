//! A signaling backend that is written in JavaScript.

mod tables;

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use js_sys::{Function, JSON, Reflect};
use moim_protocol::json::{self, Read, Write};
use wasm_bindgen::prelude::*;

use super::options;
use crate::error::{Error, Result};
use crate::options::RoomOptions;
use crate::platform::chunk;
use crate::platform::exception::Exception;
use crate::platform::task::spawn_local;
use crate::signaling::{
    Capabilities, Output, SignalCommand, SignalEvent, SignalingBackend, SocketEvent, Timestamp, Wake,
};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("backend.ts");

const BACKEND: &str = "backend";
const START: &str = "start";
const HANDLE_COMMAND: &str = "handleCommand";

/// Passes the commands of a room to an object, and the events that it reports to the room.
pub(super) struct JsBackend {
    object: JsValue,
    capabilities: Capabilities,
    calls: Rc<RefCell<VecDeque<Call>>>,
    events: Rc<RefCell<VecDeque<SignalEvent>>>,
    wake: Option<Wake>,
}

// As for `NativeBackend`.
impl fmt::Debug for JsBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JsBackend").finish_non_exhaustive()
    }
}

/// A call of a method of the object.
enum Call {
    Start(JsValue),
    HandleCommand(SignalCommand),
}

/// Parses room options, and the `backend` in them.
pub(super) fn room_options(value: Option<JsValue>) -> Result<(RoomOptions, Option<JsBackend>)> {
    let Some(value) = value else { return Ok(Default::default()) };
    let backend = if value.is_object() { Reflect::get(&value, &BACKEND.into()).ok() } else { None };
    let options = options::parse_beside(value, "room options", BACKEND)?;
    let backend = backend.filter(|backend| !backend.is_undefined()).map(JsBackend::new).transpose()?;
    Ok((options, backend))
}

impl JsBackend {
    /// Wraps the `backend` of the room options.
    ///
    /// # Errors
    /// `InvalidOptions` if it is not an object with the methods of a backend.
    fn new(object: JsValue) -> Result<Self> {
        for method in [START, HANDLE_COMMAND] {
            if !Reflect::get(&object, &method.into()).is_ok_and(|value| value.is_function()) {
                let expected = format!("an object with a method `{method}`");
                return Err(options::expected("`backend` in the room options", &expected, &object));
            }
        }
        let capabilities = Reflect::get(&object, &"capabilities".into()).unwrap_or_default();
        let capabilities = match capabilities.is_null_or_undefined() {
            true => Capabilities::default(),
            false => parsed(&capabilities, "backend.capabilities")?,
        };
        Ok(Self { object, capabilities, calls: Rc::default(), events: Rc::default(), wake: None })
    }

    /// Calls a method, soon and in the order of the calls: it may call the room. The first calls wait for the chunk.
    fn call(&self, call: Call) {
        self.calls.borrow_mut().push_back(call);
        let (object, calls, events, wake) =
            (self.object.clone(), self.calls.clone(), self.events.clone(), self.wake.clone());
        spawn_local(async move {
            let loaded = chunk::load("backend").await;
            let Some(call) = calls.borrow_mut().pop_front() else { return };
            let called =
                loaded.map_err(|error| error.to_string()).and_then(|()| call_in_backend_chunk(&object, call));
            if let Err(detail) = called {
                events.borrow_mut().push_back(SignalEvent::Lost { detail });
                wake.iter().for_each(Wake::wake);
            }
        });
    }
}

#[inline(never)]
fn call_in_backend_chunk(object: &JsValue, call: Call) -> std::result::Result<(), String> {
    let (method, argument) = match call {
        Call::Start(report) => (START, Some(report)),
        Call::HandleCommand(command) => (HANDLE_COMMAND, to_js(&command)),
    };
    let Some(argument) = argument else { return Ok(()) };
    let function = Reflect::get(object, &method.into()).map(Function::from);
    match function.and_then(|function| function.call1(object, &argument)) {
        Ok(_) => Ok(()),
        Err(thrown) => Err(format!("backend.{method}: {}", Exception::from(thrown).message)),
    }
}

/// The backend cannot report an event before it is started, which is after the chunk is loaded.
#[inline(never)]
fn parse_in_backend_chunk(event: &JsValue) -> Result<SignalEvent> {
    parsed(event, "the signaling event")
}

impl SignalingBackend for JsBackend {
    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn handle_start(&mut self, wake: Wake) {
        self.wake = Some(wake.clone());
        let events = self.events.clone();
        let report = Closure::<dyn Fn(JsValue) -> Result<(), JsValue>>::new(move |event: JsValue| {
            let event = parse_in_backend_chunk(&event)?;
            events.borrow_mut().push_back(event);
            wake.wake();
            Ok(())
        });
        self.call(Call::Start(report.into_js_value()));
    }

    fn handle_command(&mut self, command: SignalCommand, _: Timestamp) {
        self.call(Call::HandleCommand(command));
    }

    fn handle_socket(&mut self, _: SocketEvent, _: Timestamp) {}

    fn poll_timeout(&self) -> Option<Timestamp> {
        None
    }

    fn handle_timeout(&mut self, _: Timestamp) {}

    fn poll_output(&mut self) -> Option<Output> {
        self.events.borrow_mut().pop_front().map(Output::Event)
    }
}

fn to_js(value: &dyn Write) -> Option<JsValue> {
    JSON::parse(&json::to_text(value)).ok()
}

/// Parses a value by way of JSON.
fn parsed<T: Read>(value: &JsValue, what: &str) -> Result<T> {
    let invalid = |detail: String| Error::InvalidOptions { detail: format!("{what}: {detail}") };
    let text = JSON::stringify(value).map_err(|thrown| invalid(Exception::from(thrown).message))?;
    let text = text.as_string().ok_or_else(|| invalid("expected an object".to_owned()))?;
    json::from_text(&text).map_err(|fault| invalid(fault.text))
}

#[cfg(test)]
mod tests;

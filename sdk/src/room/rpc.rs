//! Remote procedure calls between participants.
//!
//! ```no_run
//! # #[cfg(target_arch = "wasm32")]
//! # async fn example(room: moim::Room, to: moim::ParticipantId) -> moim::Result<()> {
//! use moim::{CallOptions, RpcError};
//!
//! let _handler = room.register_rpc("divide", |(a, b): (i32, i32), _| async move {
//!     a.checked_div(b).ok_or_else(|| RpcError::new(1, "division by zero"))
//! })?;
//! let three: i32 = room.call(&to, "divide", &(6, 2), &CallOptions::default()).await?;
//! # Ok(())
//! # }
//! ```

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::task::{Context, Poll};

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::LocalBoxFuture;
use moim_protocol::options;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::driver::Driver;
use super::{Room, RoomState};
use crate::collections::SortedMap;
use crate::engine::rpc::{self, from_json, to_json};
use crate::error::{Error, Result, RpcError};
use crate::model::{Channel, ParticipantId, RoomPermission, RpcResult};
use crate::options::{MAX_TIMEOUT_MS, whole_number};
use crate::platform::task::spawn_local;
use crate::platform::{clock, random_id};

/// Options for calling a method of a participant.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[non_exhaustive]
pub struct CallOptions {
    /// Milliseconds to wait for the result, from 1 to 2147483647. Default: 15000.
    #[serde(deserialize_with = "whole_number::<1, MAX_TIMEOUT_MS, _>")]
    pub timeout_ms: u32,
}

options! { CallOptions { timeout_ms: "timeoutMs" in (1, MAX_TIMEOUT_MS) } }

impl Default for CallOptions {
    fn default() -> Self {
        Self { timeout_ms: 15_000 }
    }
}

impl CallOptions {
    /// Options with a limit in milliseconds.
    pub fn timeout_ms(timeout_ms: u32) -> Self {
        Self { timeout_ms }
    }
}

/// A call of another participant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RpcInvocation {
    /// The caller.
    pub participant_id: ParticipantId,
    /// How long the caller waits for the result, in milliseconds.
    pub timeout_ms: u32,
}

/// Takes a payload; both payloads are JSON.
pub(crate) type Handler = dyn Fn(String, RpcInvocation) -> LocalBoxFuture<'static, RpcResult>;

/// The handlers of a room, and its own calls.
#[derive(Default)]
pub(super) struct Rpc {
    handlers: RefCell<SortedMap<String, Rc<Handler>>>,
    waiting: RefCell<SortedMap<String, oneshot::Sender<Result<String>>>>,
}

impl std::fmt::Debug for Rpc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rpc").finish_non_exhaustive()
    }
}

/// A handler that is registered until it is removed, or the room is left.
pub(crate) struct Registration {
    driver: Weak<Driver>,
    method: String,
    handler: Weak<Handler>,
}

impl Registration {
    /// Removes the handler. A later one of the same method stays.
    pub(crate) fn remove(&self) {
        let Some(driver) = self.driver.upgrade() else { return };
        let mut handlers = driver.rpc.handlers.borrow_mut();
        let known = handlers.get(&self.method).map(Rc::downgrade);
        let removed =
            known.filter(|known| known.ptr_eq(&self.handler)).and_then(|_| handlers.remove(&self.method));
        drop(handlers);
        // What it holds may be the last handle of the room.
        drop(removed);
    }
}

/// Removes the handler of a method when it is dropped.
#[must_use = "the handler is removed as soon as this guard is dropped"]
pub struct RpcGuard(Registration);

impl Drop for RpcGuard {
    fn drop(&mut self) {
        self.0.remove();
    }
}

impl std::fmt::Debug for RpcGuard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RpcGuard").field(&self.0.method).finish()
    }
}

/// The result of a call. Dropping it ends the waiting.
#[derive(Debug)]
pub(crate) struct PendingCall {
    id: String,
    driver: Weak<Driver>,
    result: oneshot::Receiver<Result<String>>,
}

impl Future for PendingCall {
    type Output = Result<String>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<String>> {
        let result = Pin::new(&mut self.result).poll(context);
        result.map(|result| result.unwrap_or_else(|_| Err(RpcError::ConnectionLost.into())))
    }
}

impl Drop for PendingCall {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.upgrade()
            && driver.rpc.waiting.borrow_mut().remove(&self.id).is_some()
        {
            driver.with_session(|session| session.cancel_call(&self.id));
        }
    }
}

impl Room {
    /// Registers the handler of a method, which the other participants call with [`call`](Self::call). It may be registered
    /// before the room is joined, so that no call is missed. It gets the payload and who calls; calls may overlap. Of an
    /// error, [`RpcError::Application`] arrives unchanged.
    ///
    /// # Errors
    /// `InvalidState` if the room is left, or the method has a handler; `InvalidOptions` if the name is not 1 to 64 bytes long.
    pub fn register_rpc<P, R, F>(
        &self,
        method: &str,
        handler: impl Fn(P, RpcInvocation) -> F + 'static,
    ) -> Result<RpcGuard>
    where
        P: DeserializeOwned,
        R: Serialize,
        F: Future<Output = Result<R, RpcError>> + 'static,
    {
        let handler = move |payload: String, invocation| {
            let result = from_json(&payload).map(|payload| handler(payload, invocation));
            async move { Ok(to_json(&result?.await?)?) }.boxed_local()
        };
        self.register_handler(method, Rc::new(handler)).map(RpcGuard)
    }

    pub(crate) fn register_handler(&self, method: &str, handler: Rc<Handler>) -> Result<Registration> {
        self.expect_not_left("register a handler")?;
        rpc::check_method(method)?;
        let driver = self.driver();
        let mut handlers = driver.rpc.handlers.borrow_mut();
        if handlers.contains_key(method) {
            let state = "the method has a handler: remove it first";
            return Err(Error::InvalidState { action: "register a handler", state });
        }
        let (this, method) = (driver.this.clone(), method.to_owned());
        let registration =
            Registration { driver: this, method: method.clone(), handler: Rc::downgrade(&handler) };
        handlers.insert(method, handler);
        Ok(registration)
    }

    /// Calls a method of another participant, and resolves with what its handler returns. The handler is executed at most
    /// once, even if a connection is replaced meanwhile. The payload and the result are at most 15 KiB as JSON. Dropping the
    /// future ends the waiting, but not the execution.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined; `NotPermitted` without [`RoomPermission::Data`]; `InvalidOptions` if the
    /// name is not 1 to 64 bytes long, or the payload cannot be JSON; `DataChannel` if there is no such participant, if the payload is
    /// too large, or if 64 calls to the participant have no result yet; `Timeout` after `timeout_ms`, also if the participant
    /// may not send data; `Rpc` for all else.
    pub async fn call<R: DeserializeOwned>(
        &self,
        to: &ParticipantId,
        method: &str,
        payload: &impl Serialize,
        options: &CallOptions,
    ) -> Result<R> {
        let payload =
            to_json(payload).map_err(|error| Error::InvalidOptions { detail: error.to_string() })?;
        let result = self.begin_call(to, method, payload, options)?.await?;
        Ok(from_json(&result)?)
    }

    pub(crate) fn begin_call(
        &self,
        to: &ParticipantId,
        method: &str,
        payload: String,
        options: &CallOptions,
    ) -> Result<PendingCall> {
        self.expect_data(Channel::Reliable, Some(to))?;
        self.expect_state("call a participant", &[RoomState::Joined])?;
        self.expect_permitted("call a participant", RoomPermission::Data)?;
        rpc::check_method(method)?;
        let driver = self.driver();
        let id = format!("{:032x}", u128::from_le_bytes(random_id()));
        let (sender, result) = oneshot::channel();
        let call = (method.to_owned(), payload);
        driver.with_session(|session| {
            session.call(&id, to, call, options.timeout_ms, clock::now())?;
            driver.rpc.waiting.borrow_mut().insert(id.clone(), sender);
            Ok::<_, Error>(())
        })?;
        Ok(PendingCall { id, driver: driver.this.clone(), result })
    }
}

impl Driver {
    /// A participant calls a method.
    pub(super) fn called(
        &self,
        from: ParticipantId,
        id: String,
        method: &str,
        payload: String,
        timeout_ms: u32,
    ) {
        let Some(handler) = self.rpc.handlers.borrow().get(method).cloned() else {
            let error = RpcError::NoHandler { method: method.to_owned() };
            return self.with_session(|session| session.answer(&from, &id, Err(error.into())));
        };
        let this = self.this.clone();
        // Not at once: it may be JavaScript, which calls the room.
        spawn_local(async move {
            let invocation = RpcInvocation { participant_id: from.clone(), timeout_ms };
            let result = handler(payload, invocation).await;
            if let Some(driver) = this.upgrade() {
                driver.with_session(|session| session.answer(&from, &id, result));
            }
        });
    }

    pub(super) fn call_ended(&self, id: &str, result: Result<String>) {
        let waiting = self.rpc.waiting.borrow_mut().remove(id);
        if let Some(waiting) = waiting {
            let _ = waiting.send(result);
        }
    }

    /// The room is left.
    pub(super) fn remove_handlers(&self) {
        let handlers = self.rpc.handlers.take();
        drop(handlers);
    }
}

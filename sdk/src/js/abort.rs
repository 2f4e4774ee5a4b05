//! Operations that wait for a user or the network, and can be aborted with an `AbortSignal`:
//! <https://dom.spec.whatwg.org/#interface-abortsignal>.
//!
//! Aborting drops the operation's future, as in Rust.

use std::future::Future;
use std::pin::pin;

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::{Either, LocalBoxFuture, select};
use js_sys::{Promise, Reflect};
use moim_protocol::json::Read;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

use super::options;
use super::promise::future_to_promise;
use crate::platform::ListenerGuard;
use crate::platform::exception::Exception;
use crate::platform::task::spawn_local;
use crate::{Error, FileTransfer, Result};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("abort.ts");

/// Parsed options, with their signals.
pub(crate) type Abortable<T> = (T, Signals);

/// The `signal` of each options argument.
#[derive(Clone, Debug, Default)]
pub(crate) struct Signals(Vec<AbortSignal>);

/// No options other than the signal.
#[derive(Clone, Debug, Default)]
pub(crate) struct NoOptions {}

moim_protocol::options! { NoOptions {} }

const SIGNAL: &str = "signal";

/// Parses options that may have a `signal` in addition to the members of `T`.
pub(crate) fn parse<T: Read + Default>(value: Option<JsValue>, what: &str) -> Result<Abortable<T>> {
    let Some(value) = value else { return Ok(Default::default()) };
    let signals = signals_of(&value, what)?;
    Ok((options::parse_beside(value, what, SIGNAL)?, signals))
}

fn signals_of(options: &JsValue, what: &str) -> Result<Signals> {
    let unreadable =
        |_| Error::InvalidOptions { detail: format!("`{SIGNAL}` in the {what}: cannot be read") };
    let signal = options.is_object().then(|| Reflect::get(options, &SIGNAL.into()));
    let signal = signal.transpose().map_err(unreadable)?;
    let given = signal.filter(|signal| !signal.is_undefined() && !signal.is_null());
    let signal = given.map(JsCast::dyn_into).transpose();
    let what = format!("`{SIGNAL}` in the {what}");
    let signal = signal.map_err(|given| options::expected(&what, "an AbortSignal", &given))?;
    Ok(Signals(signal.into_iter().collect()))
}

/// The options of an operation that takes two options arguments.
pub(crate) fn both<A, B>(
    (a, Signals(mut signals)): Abortable<A>,
    (b, others): Abortable<B>,
) -> Abortable<(A, B)> {
    signals.extend(others.0);
    ((a, b), Signals(signals))
}

/// Starts an operation synchronously, unless its signal is already aborted. When the signal is aborted, the promise
/// rejects and the future of the operation is dropped.
pub(crate) fn abortable<T, F>(options: Result<Abortable<T>>, call: impl FnOnce(T) -> F) -> Promise
where
    F: Future<Output = Result<JsValue, JsValue>> + 'static,
{
    let called = options.and_then(|(options, signals)| {
        signals.check()?;
        Ok((call(options).boxed_local(), signals))
    });
    promise_of(called)
}

fn promise_of(called: Result<Abortable<Call>>) -> Promise {
    future_to_promise(async move {
        let (call, signals) = called?;
        signals.0.into_iter().fold(call, until_aborted).await
    })
}

type Call = LocalBoxFuture<'static, Result<JsValue, JsValue>>;

fn until_aborted(call: Call, signal: AbortSignal) -> Call {
    async move {
        match select(pin!(wait(&signal)), call).await {
            Either::Left((error, _)) => Err(error.into()),
            Either::Right((result, _)) => result,
        }
    }
    .boxed_local()
}

/// Resolves when the signal is aborted.
async fn wait(signal: &AbortSignal) -> Error {
    let (sender, aborted) = oneshot::channel::<()>();
    let mut sender = Some(sender);
    let _listening = ListenerGuard::new(signal, "abort", move |_| drop(sender.take()));
    if !signal.aborted() {
        let _ = aborted.await;
    }
    error(signal)
}

/// The error of an aborted operation, with the signal's reason as its cause.
fn error(signal: &AbortSignal) -> Error {
    let reason = Reflect::get(signal, &"reason".into()).unwrap_or_default();
    Exception::from(reason).as_cause_of(Error::Aborted)
}

impl Signals {
    /// # Errors
    /// `Aborted` if a signal is aborted.
    pub(super) fn check(&self) -> Result<()> {
        match self.0.iter().find(|signal| signal.aborted()) {
            Some(signal) => Err(error(signal)),
            None => Ok(()),
        }
    }

    /// Cancels the transfer when a signal is aborted.
    pub(super) fn cancel_on_abort(&self, transfer: &FileTransfer) {
        for signal in self.0.clone() {
            let transfer = transfer.clone();
            spawn_local(async move {
                if let Either::Left((error, _)) = select(pin!(wait(&signal)), pin!(transfer.finished())).await
                {
                    transfer.cancel(&error.to_string());
                }
            });
        }
    }
}

//! Two connections of this page with each other.

use std::cell::RefCell;
use std::future::{Future, poll_fn, ready};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use futures::StreamExt;
use futures::future::{Either, join3, pending, select};
use wasm_bindgen::JsCast;
use web_sys::RtcPeerConnectionIceEvent;

use crate::engine::diagnosis::{Candidate, IceFailure};
use crate::error::Result;
use crate::model::{ConnectionState, IceServer, IceTransportPolicy};
use crate::platform::{
    IceConnectionState, IceGatheringState, ListenerGuard, PeerConnection, PeerConnectionEvent,
    PeerConnectionOptions, Wakers, clock,
};

/// More candidates and errors than any device has addresses.
const MAX_KEPT: usize = 64;

/// What one of the connections has done so far. Times are milliseconds since it was created.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) failures: Vec<IceFailure>,
    pub(crate) gathered: Option<f64>,
    pub(crate) checking: Option<f64>,
    pub(crate) ice_connected: Option<f64>,
    pub(crate) connected: Option<f64>,
    pub(crate) has_failed: bool,
}

/// Two connections that exchange their signals while [`run`](Self::run) does. They are closed when this is dropped.
#[derive(Debug)]
pub(crate) struct Pair {
    _listener: ListenerGuard,
    pub(crate) near: PeerConnection,
    pub(crate) far: PeerConnection,
    seen: Rc<RefCell<Seen>>,
    wakers: Rc<Wakers>,
    created_at: f64,
}

impl Pair {
    pub(crate) fn new(servers: &[IceServer], policy: IceTransportPolicy) -> Result<Self> {
        let options = PeerConnectionOptions {
            ice_servers: servers.to_vec(),
            ice_transport_policy: policy,
            restart_ice_on_failure: false,
            ..PeerConnectionOptions::default()
        };
        let (near, far) = (PeerConnection::new(&options)?, PeerConnection::new(&options)?);
        let (seen, wakers) = (Rc::<RefCell<Seen>>::default(), Rc::<Wakers>::default());
        let (told, waiting) = (seen.clone(), wakers.clone());
        let listener = ListenerGuard::new(near.as_raw(), "icecandidate", move |event| {
            let candidate = event.unchecked_into::<RtcPeerConnectionIceEvent>().candidate();
            let candidate = candidate.and_then(|candidate| Candidate::parse(&candidate.candidate()));
            push(&mut told.borrow_mut().candidates, candidate);
            waiting.wake();
        });
        Ok(Self { _listener: listener, near, far, seen, wakers, created_at: clock::now_ms() })
    }

    /// The result of `work`, while the connections exchange their signals.
    pub(crate) async fn run<T>(&self, work: impl Future<Output = T>) -> T {
        let pass = |from: &PeerConnection, to: &PeerConnection| {
            let to = to.clone();
            from.signals().for_each(move |signal| {
                // Fails only if the other connection is closed, which ends `work`.
                let _ = to.handle_signal(signal);
                ready(())
            })
        };
        let watch = self.near.events().for_each(|event| {
            self.handle(event);
            ready(())
        });
        let exchange = async {
            join3(pass(&self.near, &self.far), pass(&self.far, &self.near), watch).await;
            pending().await
        };
        match select(pin!(work), pin!(exchange)).await {
            Either::Left((result, _)) => result,
            Either::Right((never, _)) => never,
        }
    }

    fn handle(&self, event: PeerConnectionEvent) {
        let now = clock::now_ms() - self.created_at;
        {
            let seen = &mut *self.seen.borrow_mut();
            let at = |time: &mut Option<f64>| *time = time.or(Some(now));
            match event {
                PeerConnectionEvent::IceCandidateError { error_code, error_text, .. } => {
                    push(&mut seen.failures, Some(IceFailure { code: error_code, text: error_text }));
                }
                PeerConnectionEvent::IceGatheringStateChange { state: IceGatheringState::Complete } => {
                    at(&mut seen.gathered);
                }
                PeerConnectionEvent::IceConnectionStateChange { state } => match state {
                    IceConnectionState::Checking => at(&mut seen.checking),
                    IceConnectionState::Connected | IceConnectionState::Completed => {
                        at(&mut seen.ice_connected)
                    }
                    _ => {}
                },
                PeerConnectionEvent::ConnectionStateChange { state } => match state {
                    ConnectionState::Connected => at(&mut seen.connected),
                    ConnectionState::Failed => seen.has_failed = true,
                    _ => {}
                },
                _ => {}
            }
        }
        self.wakers.wake();
    }

    /// Resolves when `is_reached` returns true.
    pub(crate) async fn until(&self, is_reached: impl Fn(&Seen) -> bool) {
        poll_fn(|context| {
            if is_reached(&self.seen.borrow()) {
                return Poll::Ready(());
            }
            self.wakers.register(context);
            Poll::Pending
        })
        .await;
    }

    /// Takes what was seen so far.
    pub(crate) fn take_seen(&self) -> Seen {
        self.seen.take()
    }

    /// Milliseconds since the connections were created.
    pub(crate) fn age(&self) -> f64 {
        clock::now_ms() - self.created_at
    }
}

fn push<T>(kept: &mut Vec<T>, value: Option<T>) {
    if kept.len() < MAX_KEPT {
        kept.extend(value);
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        self.near.close();
        self.far.close();
    }
}

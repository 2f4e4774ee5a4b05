//! The wanted track and parameters of each sender, effective from the call on.
//!
//! The browser's `track` and `getParameters` show a change only after its promise has resolved. Calls that follow each
//! other without an await must see the result of the previous ones, and take effect in order.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::rc::Rc;

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::{AbortHandle, LocalBoxFuture, abortable};
use js_sys::Object;
use wasm_bindgen::JsValue;
use web_sys::{MediaStreamTrack, RtcRtpSender};

use super::encoding::{self, Encoding, SendParameters};
use super::exceptions::refusal;
use crate::engine::codec::Codec;
use crate::error::{Error, Result};
use crate::model::TrackSource;
use crate::platform::LocalTrack;
use crate::platform::bindings::peer_connection as bindings;
use crate::platform::promise::{ignore, outcome};
use crate::platform::task::spawn_local;

/// The senders of a connection that have been used.
#[derive(Clone, Debug, Default)]
pub(crate) struct Senders(Rc<RefCell<Vec<Rc<SenderState>>>>);

impl Senders {
    /// The state of a sender.
    pub(crate) fn of(&self, raw: &RtcRtpSender) -> Rc<SenderState> {
        if let Some(known) = self.find(raw) {
            return known;
        }
        let new = Rc::new(SenderState::new(raw));
        self.0.borrow_mut().push(new.clone());
        new
    }

    /// The track that is sent once all calls have completed.
    pub(super) fn track(&self, raw: &RtcRtpSender) -> Option<MediaStreamTrack> {
        match self.find(raw) {
            Some(known) => known.track(),
            None => raw.track(),
        }
    }

    pub(super) fn local_track(&self, raw: &RtcRtpSender) -> Option<LocalTrack> {
        let from_raw = |track| LocalTrack::from_raw(track, TrackSource::Custom);
        match self.find(raw) {
            Some(known) => {
                let sent = known.sent.borrow().clone();
                sent.kept.or_else(|| sent.track.map(from_raw))
            }
            None => raw.track().map(from_raw),
        }
    }

    /// The connection has closed: releases the tracks, and cancels pending operations.
    pub(super) fn clear(&self) {
        let senders = self.0.take();
        senders.iter().for_each(|sender| sender.end());
    }

    fn find(&self, raw: &RtcRtpSender) -> Option<Rc<SenderState>> {
        self.0.borrow().iter().find(|known| known.raw == *raw).cloned()
    }
}

/// The state of one sender.
#[derive(Debug)]
pub(crate) struct SenderState {
    raw: RtcRtpSender,
    /// The parameters before anything was sent.
    initial: Vec<Encoding>,
    has_sent: Cell<bool>,
    sent: RefCell<Sent>,
    replacements: Cell<u32>,
    /// The first one is in progress.
    changes: RefCell<VecDeque<Change>>,
    changing: RefCell<Option<AbortHandle>>,
    /// The next change is to bring a key frame.
    sends_key_frame: Cell<bool>,
}

#[derive(Clone, Debug, Default)]
struct Sent {
    track: Option<MediaStreamTrack>,
    /// Keeps the track running after the application's last handle was dropped.
    kept: Option<LocalTrack>,
}

/// Returns the parameters and the negotiated codecs.
type Apply = Rc<dyn Fn(&mut SendParameters, &[Codec])>;

struct Change {
    apply: Apply,
    done: oneshot::Sender<Result<()>>,
}

impl fmt::Debug for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Change")
    }
}

impl SenderState {
    fn new(raw: &RtcRtpSender) -> Self {
        let initial = encoding::read(&bindings::parameters(raw)).unwrap_or_default().encodings;
        let sent = Sent { track: raw.track(), kept: None };
        Self {
            raw: raw.clone(),
            initial,
            has_sent: Cell::new(sent.track.is_some()),
            sent: RefCell::new(sent),
            replacements: Cell::default(),
            changes: RefCell::default(),
            changing: RefCell::default(),
            sends_key_frame: Cell::default(),
        }
    }

    /// The track that is sent once all calls have completed.
    pub(crate) fn track(&self) -> Option<MediaStreamTrack> {
        self.sent.borrow().track.clone()
    }

    /// Whether it has ever sent a track.
    pub(super) fn has_sent(&self) -> bool {
        self.has_sent.get()
    }

    /// The RIDs that it was created with; empty without simulcast.
    pub(crate) fn rids(&self) -> impl Iterator<Item = &str> {
        self.initial.iter().filter_map(|encoding| encoding.rid.as_deref())
    }

    /// Holds a track as long as it is sent.
    pub(super) fn keep(&self, track: &LocalTrack) {
        self.has_sent.set(true);
        self.sent.replace(Sent { track: Some(track.to_raw()), kept: Some(track.clone()) });
    }

    /// Releases the track, which the browser has stopped sending.
    pub(super) fn release(&self) {
        drop(self.sent.take());
    }

    /// Sends another track, or nothing, without renegotiation. The browser does so in the order of the calls, whether
    /// the future is awaited or not.
    pub(crate) fn replace(
        self: &Rc<Self>,
        track: Option<MediaStreamTrack>,
        kept: Option<&LocalTrack>,
    ) -> impl Future<Output = Result<(), JsValue>> + use<> {
        let promise = self.raw.replace_track(track.as_ref());
        ignore(&promise);
        self.has_sent.set(self.has_sent.get() || track.is_some());
        let number = self.replacements.get().wrapping_add(1);
        self.replacements.set(number);
        let before = self.sent.replace(Sent { track, kept: kept.cloned() });
        let state = self.clone();
        async move {
            let replaced = outcome(promise).await;
            if replaced.is_err() && state.replacements.get() == number {
                drop(state.sent.replace(before));
            }
            replaced.map(drop)
        }
    }

    /// The parameters, once all calls have completed.
    pub(super) fn parameters(&self) -> Result<SendParameters> {
        let raw = bindings::parameters(&self.raw);
        let mut parameters = encoding::read(&raw)?;
        let changes: Vec<_> = self.changes.borrow().iter().map(|change| change.apply.clone()).collect();
        let agreed = encoding::codecs(&raw);
        changes.iter().for_each(|apply| apply(&mut parameters, &agreed));
        Ok(parameters)
    }

    /// The negotiated codecs; empty before negotiation.
    pub(crate) fn agreed_codecs(&self) -> Vec<Codec> {
        encoding::codecs(&bindings::parameters(&self.raw))
    }

    /// Changes the parameters, after all previous changes, whether the future is awaited or not: a browser rejects
    /// parameters that were read before another change.
    pub(crate) fn change(
        self: &Rc<Self>,
        apply: impl Fn(&mut SendParameters, &[Codec]) + 'static,
    ) -> LocalBoxFuture<'static, Result<()>> {
        let (done, outcome) = oneshot::channel();
        self.changes.borrow_mut().push_back(Change { apply: Rc::new(apply), done });
        if self.changing.borrow().is_none() {
            let state = self.clone();
            let (task, handle) = abortable(async move { state.make_changes().await });
            self.changing.replace(Some(handle));
            spawn_local(async move {
                let _ = task.await;
            });
        }
        let closed = Error::InvalidState { action: "set the parameters", state: "the connection is closed" };
        async move { outcome.await.unwrap_or(Err(closed)) }.boxed_local()
    }

    /// Sends a key frame with the next change, where the browser can.
    pub(crate) fn send_key_frame(self: &Rc<Self>) {
        self.sends_key_frame.set(true);
        drop(self.change(|_, _| {}));
    }

    /// Resets the encodings to their initial values.
    pub(crate) fn restore(&self, parameters: &mut SendParameters) {
        for encoding in &mut parameters.encodings {
            let initial = self.initial.iter().find(|initial| initial.rid == encoding.rid).cloned();
            let rid = encoding.rid.take();
            *encoding = initial.unwrap_or(Encoding { rid, ..Encoding::default() });
        }
        parameters.degradation_preference = None;
    }

    async fn make_changes(&self) {
        loop {
            let next = self.changes.borrow().front().map(|change| change.apply.clone());
            let Some(apply) = next else { break };
            let made = self.make_change(&apply).await;
            let change = self.changes.borrow_mut().pop_front();
            if let Some(change) = change {
                let _ = change.done.send(made);
            }
        }
        drop(self.changing.take());
    }

    async fn make_change(&self, apply: &Apply) -> Result<()> {
        let raw: Object = bindings::parameters(&self.raw);
        let mut parameters = encoding::read(&raw)?;
        apply(&mut parameters, &encoding::codecs(&raw));
        encoding::write(&parameters, &raw)?;
        let failed = refusal("set the parameters");
        let options = self.sends_key_frame.take().then(|| encoding::key_frames(parameters.encodings.len()));
        let set = bindings::set_parameters(&self.raw, &raw, &options.into()).map_err(&failed)?;
        outcome(set).await.map_err(failed)?;
        Ok(())
    }

    fn end(&self) {
        let changing = self.changing.take();
        changing.iter().for_each(AbortHandle::abort);
        drop(self.changes.take());
        drop(self.sent.take());
    }
}

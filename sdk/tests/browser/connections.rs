//! Two peer connections in one page, and their channels.

use futures::channel::oneshot;
use js_sys::{Array, Function, Promise, Reflect};
use moim::{DataChannel, DataChannelOptions, ListenerGuard, MessageOptions};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RtcDataChannel, RtcPeerConnection};

use crate::page::soon;

pub(crate) struct Connections {
    pub(crate) a: RtcPeerConnection,
    pub(crate) b: RtcPeerConnection,
    meet: Function,
}

impl Connections {
    pub(crate) fn new() -> Self {
        let source = include_str!("connection-pair.js").trim().trim_end_matches(';');
        let make: Function = js_sys::eval(&format!("({source})")).expect("a function").unchecked_into();
        let made: Array = make.call0(&JsValue::UNDEFINED).expect("connections").unchecked_into();
        Self {
            a: made.get(0).unchecked_into(),
            b: made.get(1).unchecked_into(),
            meet: made.get(2).unchecked_into(),
        }
    }

    pub(crate) async fn meet(&self) {
        let met: Promise = self.meet.call0(&JsValue::UNDEFINED).expect("a promise").unchecked_into();
        JsFuture::from(met).await.expect("they met");
    }

    /// A channel that `a` creates, as seen by both ends once it is open.
    pub(crate) async fn channel(
        &self,
        options: &DataChannelOptions,
        far: &MessageOptions,
    ) -> (DataChannel, DataChannel) {
        let (sender, receiver) = oneshot::channel();
        let mut sender = Some(sender);
        let (connection, far) = (self.b.clone(), far.clone());
        let _listener = ListenerGuard::new(&self.b, "datachannel", move |event| {
            let raw: RtcDataChannel =
                Reflect::get(&event, &"channel".into()).expect("a channel").unchecked_into();
            let channel = DataChannel::from_raw(raw, &connection, &far).expect("a channel");
            if let Some(sender) = sender.take() {
                let _ = sender.send(channel);
            }
        });
        let near = DataChannel::create(&self.a, "test", options).expect("a channel");
        if self.a.local_description().is_none() {
            self.meet().await;
        }
        let far = soon("the far channel", receiver).await.expect("a channel");
        soon("open", near.opened()).await.expect("open");
        soon("open", far.opened()).await.expect("open");
        (near, far)
    }
}

impl Drop for Connections {
    fn drop(&mut self) {
        self.a.close();
        self.b.close();
    }
}

/// Connections and a channel with the defaults.
pub(crate) async fn connected() -> (Connections, DataChannel, DataChannel) {
    let connections = Connections::new();
    let (near, far) = connections.channel(&DataChannelOptions::default(), &MessageOptions::default()).await;
    (connections, near, far)
}

/// Bytes without a pattern, so that a wrong order is detected.
pub(crate) fn noise(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed | 1;
    let mut bytes = vec![0; length];
    for word in bytes.chunks_mut(4) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        word.copy_from_slice(&state.to_le_bytes()[..word.len()]);
    }
    bytes
}

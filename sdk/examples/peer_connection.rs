//! A call between two pages without a room: signals can be sent over any text transport. Compiled for the browser,
//! and not run.

#[cfg(target_arch = "wasm32")]
#[allow(dead_code, unreachable_pub, reason = "an application would call it")]
mod example {
    use futures::future::join;
    use futures::{Sink, SinkExt, Stream, StreamExt};
    use moim::{
        CameraOptions, Devices, Encoding, IceServer, PeerConnection, PeerConnectionEvent,
        PeerConnectionOptions, Result, Signal, TransceiverOptions,
    };

    /// Both peers run the same code.
    pub async fn call(
        video: web_sys::HtmlVideoElement,
        mut to_far_end: impl Sink<String> + Unpin + 'static,
        mut from_far_end: impl Stream<Item = String> + Unpin + 'static,
    ) -> Result<()> {
        let mut options = PeerConnectionOptions::default();
        options.ice_servers =
            vec![IceServer { urls: vec!["stun:stun.example.org".into()], username: None, credential: None }];
        let connection = PeerConnection::new(&options)?;

        let (mut signals, far_end) = (connection.signals(), connection.clone());
        let sending = async move {
            while let Some(signal) = signals.next().await {
                let _ = to_far_end.send(signal.to_json()).await;
            }
        };
        let receiving = async move {
            while let Some(text) = from_far_end.next().await {
                let _ = Signal::from_json(&text).and_then(|signal| far_end.handle_signal(signal));
            }
            far_end.close();
        };
        wasm_bindgen_futures::spawn_local(async {
            join(sending, receiving).await;
        });

        let mut events = connection.events();
        let camera = Devices::new()?.camera(&CameraOptions::default()).await?;
        let sent = connection.add_track(&camera)?;
        sent.prefer_codecs(&["video/VP9", "video/H264"])?;
        while let Some(event) = events.next().await {
            match event {
                PeerConnectionEvent::TrackAdded { transceiver, .. } => {
                    moim::attach(&video, &[transceiver.receiver().track()])?;
                }
                PeerConnectionEvent::Recovering { attempt } => {
                    web_sys::console::log_1(&format!("lost; attempt {attempt}").into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// To a server that forwards a suitable layer to each receiver.
    pub async fn simulcast(connection: &PeerConnection) -> Result<()> {
        let camera = Devices::new()?.camera(&CameraOptions::default()).await?;
        let mut options = TransceiverOptions::default();
        options.send_encodings =
            vec![Encoding::simulcast("q", 4.0), Encoding::simulcast("h", 2.0), Encoding::simulcast("f", 1.0)];
        let sender = connection.add_transceiver(&camera, &options)?.sender();

        // Later: nobody watches the largest layer, and the others may use half a megabit per second.
        let mut parameters = sender.parameters()?;
        parameters.encodings[2].active = false;
        parameters.encodings[1].max_bitrate = Some(500_000);
        sender.set_parameters(&parameters).await
    }
}

fn main() {}

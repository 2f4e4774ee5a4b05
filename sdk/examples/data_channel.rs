//! Messages over a data channel, without a room. Compiled for the browser, and not run.

#[cfg(target_arch = "wasm32")]
#[allow(dead_code, unreachable_pub, reason = "an application would call it")]
mod example {
    use futures::io::AsyncWriteExt;
    use futures::{SinkExt, StreamExt};
    use moim::{DataChannel, DataChannelOptions, Message, MessageOptions, Result};
    use serde::{Deserialize, Serialize};
    use web_sys::RtcPeerConnection;

    #[derive(Serialize, Deserialize)]
    struct Move {
        x: f32,
        y: f32,
    }

    /// Chat: reliable, with messages of any size.
    pub async fn chat(connection: &RtcPeerConnection) -> Result<()> {
        let mut channel = DataChannel::create(connection, "chat", &DataChannelOptions::default())?;
        channel.opened().await?;
        channel.send("Hello!").await?;
        channel.send(vec![7; 5_000_000]).await?; // waits while the browser's buffer is full
        while let Some(message) = channel.next().await {
            match message? {
                Message::Text(text) => web_sys::console::log_1(&text.into()),
                Message::Binary(bytes) => web_sys::console::log_1(&bytes.len().into()),
            }
        }
        Ok(())
    }

    /// A game: late data is useless, so it is not retransmitted.
    pub async fn game(connection: &RtcPeerConnection) -> Result<()> {
        let options =
            DataChannelOptions { ordered: false, max_retransmits: Some(0), ..DataChannelOptions::default() };
        let mut channel = DataChannel::create(connection, "moves", &options)?;
        channel.send_json(&Move { x: 1.0, y: 2.0 }).await?;
        if let Some(message) = channel.next().await {
            let Move { x, y } = message?.json()?;
            web_sys::console::log_2(&x.into(), &y.into());
        }
        Ok(())
    }

    /// The remote page does not use moim: messages are sent without framing.
    pub fn plain(connection: &RtcPeerConnection) -> Result<DataChannel> {
        let messages = MessageOptions { framing: Some(false), ..MessageOptions::default() };
        let options = DataChannelOptions { messages, ..DataChannelOptions::default() };
        DataChannel::create(connection, "plain", &options)
    }

    /// A channel is a `Stream` and a `Sink`, so the combinators of the `futures` crate work.
    pub async fn echo(channel: DataChannel) -> Result<()> {
        let (mut sink, mut stream) = channel.split();
        sink.send_all(&mut stream).await
    }

    /// It can also be used as a byte stream.
    pub async fn write(channel: DataChannel) -> std::io::Result<()> {
        let mut io = channel.into_io();
        io.write_all(b"GET / HTTP/1.1\r\n\r\n").await?;
        io.close().await
    }
}

fn main() {}

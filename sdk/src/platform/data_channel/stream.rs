//! A data channel as a `Stream` and a `Sink` of messages.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::{Sink, Stream};

use super::outbox::Payload;
use super::{DataChannel, Message};
use crate::error::{Error, Result};

/// Received messages, in order of arrival, including those from before the first poll. Ends when the channel is closed.
/// Clones of a channel share its messages: each is delivered to one of them.
///
/// An error reports messages that were lost; the stream continues after it.
impl Stream for DataChannel {
    type Item = Result<Message>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Message>>> {
        self.poll_message(context).map(|message| message.map(|message| message.map(Message::from)))
    }
}

/// Ready while the browser's buffer has room. Flushing waits until every message is in the browser's buffer; closing
/// waits until everything was sent.
impl Sink<Message> for DataChannel {
    type Error = Error;

    fn poll_ready(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_capacity(context)
    }

    fn start_send(self: Pin<&mut Self>, message: Message) -> Result<()> {
        self.enqueue(Payload::from(message), None)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_handed_over(context)
    }

    fn poll_close(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.poll_close_after_sending(context)
    }
}

//! Drives a transfer: performs the outputs of its state machine in the browser, and returns results as inputs.

use std::future::Future;
use std::pin::pin;
use std::rc::Rc;

use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use futures::future::{Either, LocalBoxFuture, select};

use super::carrier::{Carrier, NotSent};
use super::permit::Permit;
use super::sink::Sink;
use super::source::Source;
use super::transfer::Shared;
use crate::engine::transfer::{FileReceiver, FileSender, Output, TransferFrame, TransferMessage};
use crate::error::FileTransferError;
use crate::platform::chunk;
use crate::platform::clock::within;

/// An external event of a transfer.
#[derive(Debug)]
pub(super) enum Input {
    Message(TransferMessage),
    /// The connection is lost, and another one is expected.
    Suspended,
    /// There is another connection.
    Renewed,
    Disconnected,
    Cancel(String),
}

/// One end of a transfer.
#[derive(Debug)]
pub(super) enum Work {
    Sending(FileSender, Source),
    Receiving(FileReceiver, Sink),
}

/// The state machine, separate from its file, which an operation may have borrowed.
enum Machine<'a> {
    Sending(&'a mut FileSender),
    Receiving(&'a mut FileReceiver),
}

impl Work {
    fn poll_output(&mut self) -> Option<Output> {
        match self {
            Self::Sending(machine, _) => machine.poll_output(),
            Self::Receiving(machine, _) => machine.poll_output(),
        }
    }

    fn tick_ms(&self) -> Option<u32> {
        match self {
            Self::Sending(machine, _) => machine.tick_ms(),
            Self::Receiving(..) => None,
        }
    }

    fn handle_tick(&mut self) {
        if let Self::Sending(machine, _) = self {
            machine.handle_tick();
        }
    }

    fn machine(&mut self) -> Machine<'_> {
        match self {
            Self::Sending(machine, _) => Machine::Sending(machine),
            Self::Receiving(machine, _) => Machine::Receiving(machine),
        }
    }

    pub(super) fn abort(&self, reason: &str) {
        if let Self::Receiving(_, sink) = self {
            sink.abort(reason);
        }
    }
}

impl Machine<'_> {
    fn handle(&mut self, input: Input) {
        match (self, input) {
            // Over a new channel or connection, the sender offers again.
            (Self::Receiving(machine), Input::Message(TransferMessage::Offer(offer))) => {
                if !machine.resume(&offer) {
                    machine.cancel("it differs from the file that was interrupted");
                }
            }
            (Self::Sending(machine), Input::Message(message)) => machine.handle_message(message),
            (Self::Receiving(machine), Input::Message(message)) => machine.handle_message(message),
            (Self::Sending(machine), Input::Suspended) => machine.handle_suspended(),
            (Self::Receiving(machine), Input::Suspended) => machine.handle_suspended(),
            (Self::Sending(machine), Input::Renewed) => machine.handle_renewed(),
            (Self::Receiving(machine), Input::Renewed) => machine.handle_renewed(),
            (Self::Sending(machine), Input::Disconnected) => machine.handle_disconnect(),
            (Self::Receiving(machine), Input::Disconnected) => machine.handle_disconnect(),
            (Self::Sending(machine), Input::Cancel(reason)) => machine.cancel(&reason),
            (Self::Receiving(machine), Input::Cancel(reason)) => machine.cancel(&reason),
        }
    }

    /// Whether the result of an operation is no longer needed.
    fn gives_up(&self) -> bool {
        match self {
            Self::Sending(machine) => machine.is_over(),
            Self::Receiving(machine) => machine.has_failed(),
        }
    }
}

/// Runs until the transfer has ended or is interrupted. It fails if its chunk cannot be loaded.
pub(super) async fn start(
    work: Work,
    carrier: Rc<dyn Carrier>,
    inputs: UnboundedReceiver<Input>,
    shared: Rc<Shared>,
) {
    match chunk::load("files").await {
        Ok(()) => {
            carrier.transfers().handles(shared.id);
            run_in_files_chunk(work, carrier, inputs, shared).await;
        }
        Err(error) => {
            carrier.transfers().finish(shared.id);
            work.abort(&error.to_string());
            shared.finish(Err(error), work);
        }
    }
}

#[inline(never)]
fn run_in_files_chunk(
    work: Work,
    carrier: Rc<dyn Carrier>,
    inputs: UnboundedReceiver<Input>,
    shared: Rc<Shared>,
) -> LocalBoxFuture<'static, ()> {
    chunk::boxed(run(work, carrier, inputs, shared))
}

async fn run(
    mut work: Work,
    carrier: Rc<dyn Carrier>,
    mut inputs: UnboundedReceiver<Input>,
    shared: Rc<Shared>,
) {
    let mut permit = None;
    let result = loop {
        match (work.poll_output(), &mut work) {
            (None, work) => match next(work.tick_ms(), &mut inputs).await {
                Some(input) => work.machine().handle(input),
                None => work.handle_tick(),
            },
            (Some(Output::Finished(result)), _) => break result,
            (Some(Output::Progress(bytes)), _) => shared.progress(bytes),
            (Some(Output::Send(message)), work) => {
                carrier.transfers().ended.borrow_mut().sent(shared.id, &message);
                let sending = send(&*carrier, TransferFrame { id: shared.id, message });
                if attend(work.machine(), &mut inputs, sending).await == Some(Err(NotSent::Closed)) {
                    work.machine().handle(Input::Disconnected);
                }
            }
            (Some(Output::Read { offset, length }), Work::Sending(machine, source)) => {
                let read = async {
                    if permit.is_none() {
                        permit = Some(Permit::take(&carrier).await);
                    }
                    source.read(offset, length).await
                };
                match attend(Machine::Sending(machine), &mut inputs, read).await {
                    Some(Ok(bytes)) => machine.handle_read(bytes),
                    Some(Err(detail)) => machine.handle_read_failed(&detail),
                    None => {}
                }
            }
            (Some(Output::Write(bytes)), Work::Receiving(machine, sink)) => {
                let written = sink.write(&bytes);
                match attend(Machine::Receiving(machine), &mut inputs, written).await {
                    Some(Ok(())) => machine.handle_written(bytes.len()),
                    Some(Err(detail)) => machine.handle_write_failed(&detail),
                    None => {}
                }
            }
            (Some(Output::Close), Work::Receiving(machine, sink)) => {
                let closed = sink.close();
                match attend(Machine::Receiving(machine), &mut inputs, closed).await {
                    Some(Ok(())) => machine.handle_closed(),
                    Some(Err(detail)) => machine.handle_write_failed(&detail),
                    None => {}
                }
            }
            // A sender does not write, and a receiver does not read.
            (Some(Output::Read { .. } | Output::Write(_) | Output::Close), _) => {}
        }
    };
    drop(permit);
    carrier.transfers().finish(shared.id);
    let result = match (result, &work) {
        (Ok(()), Work::Receiving(_, sink)) => {
            sink.file(&shared.offer).map_err(|detail| FileTransferError::Storage { detail })
        }
        (result, _) => result.map(|()| None),
    };
    if let Err(error) = &result
        && !matches!(error, FileTransferError::Interrupted { .. })
    {
        work.abort(&error.to_string());
    }
    shared.finish(result.map_err(Into::into), work);
}

/// The next input. `None`: there was none in this time.
async fn next(tick_ms: Option<u32>, inputs: &mut UnboundedReceiver<Input>) -> Option<Input> {
    let input = match tick_ms {
        Some(ms) => within(ms, inputs.next()).await?,
        None => inputs.next().await,
    };
    Some(input.unwrap_or(Input::Disconnected))
}

/// Sends a frame. Waits while the queue is full.
async fn send(carrier: &dyn Carrier, frame: TransferFrame) -> Result<(), NotSent> {
    loop {
        let sent = match frame.message {
            TransferMessage::Chunk { .. } => carrier.send_in_turn(frame.encode()).await,
            _ => carrier.send(frame.encode()),
        };
        match sent {
            Err(NotSent::QueueFull) => carrier.capacity().await,
            sent => return sent,
        }
    }
}

/// Performs one operation while handling events. Returns `None` if an event made the result irrelevant.
async fn attend<T>(
    mut machine: Machine<'_>,
    inputs: &mut UnboundedReceiver<Input>,
    operation: impl Future<Output = T>,
) -> Option<T> {
    let mut operation = pin!(operation);
    loop {
        match select(operation.as_mut(), inputs.next()).await {
            Either::Left((value, _)) => return Some(value),
            Either::Right((input, _)) => {
                machine.handle(input.unwrap_or(Input::Disconnected));
                if machine.gives_up() {
                    return None;
                }
            }
        }
    }
}

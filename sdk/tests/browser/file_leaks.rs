//! Files that arrive, are cancelled, or lose their channel leave nothing behind.

use futures::StreamExt;
use js_sys::{Array, Function, Promise};
use moim::{
    DataChannel, DataChannelOptions, ErrorCode, FileOptions, FileTransfer, IncomingFile, MessageOptions,
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, WritableStream};

use crate::connections::{Connections, connected, noise};
use crate::leftovers::leaves_nothing;
use crate::page::soon;

const BYTES: usize = 50_000;

/// A stream that starts to write and then waits, so that the transfer of a small file lasts as long as a test needs.
struct HeldStream {
    raw: WritableStream,
    begun: Promise,
    aborted: Promise,
    go_on: Function,
}

impl HeldStream {
    fn new() -> Self {
        let make = Function::new_no_args(
            "const [begun, aborted, held] = [1, 2, 3].map(() => Promise.withResolvers());
             const stream = new WritableStream({
               write() { begun.resolve(); return held.promise; },
               abort: aborted.resolve,
             });
             return [stream, begun.promise, aborted.promise, held.resolve];",
        );
        let made: Array = make.call0(&JsValue::UNDEFINED).expect("a stream").unchecked_into();
        Self {
            raw: made.get(0).unchecked_into(),
            begun: made.get(1).unchecked_into(),
            aborted: made.get(2).unchecked_into(),
            go_on: made.get(3).unchecked_into(),
        }
    }

    async fn begun(&self) {
        soon("a write", JsFuture::from(Clone::clone(&self.begun))).await.expect("begun");
    }

    fn go_on(&self) {
        self.go_on.call0(&JsValue::UNDEFINED).expect("called");
    }

    async fn is_aborted(&self) {
        soon("the stream's end", JsFuture::from(Clone::clone(&self.aborted))).await.expect("aborted");
    }
}

fn blob() -> Blob {
    let parts = Array::of1(&js_sys::Uint8Array::from(&noise(BYTES, 1)[..]));
    Blob::new_with_u8_array_sequence(&parts).expect("a blob")
}

async fn offer(near: &DataChannel, far: &DataChannel, file: &Blob) -> (FileTransfer, IncomingFile) {
    let sending = near.send_file(file, &FileOptions::default()).expect("offered");
    (sending, soon("an offer", far.files().next()).await.expect("a file"))
}

async fn end(transfers: [&FileTransfer; 2], code: ErrorCode) {
    for transfer in transfers {
        assert_eq!(soon("the end", transfer.finished()).await.expect_err("an end").code(), code);
    }
}

#[wasm_bindgen_test]
async fn two_hundred_files_that_arrive_leave_nothing() {
    let (_connections, near, far) = connected().await;
    let file = blob();
    leaves_nothing(async |number| {
        let (sending, incoming) = offer(&near, &far, &file).await;
        let to_stream = number % 2 == 0;
        let stream = WritableStream::new().expect("a stream");
        let accepted = if to_stream { incoming.accept_to(&stream) } else { incoming.accept() };
        let receiving = accepted.expect("accepted");
        let progress = receiving.progress().collect::<Vec<_>>();
        let (progress, sent, received) =
            soon("the file", async { futures::join!(progress, sending.finished(), receiving.finished()) })
                .await;
        assert_eq!(progress.last().map(|last| last.transferred), Some(BYTES as u64));
        assert!(sent.is_ok() && received.expect("received").is_some() != to_stream);
    })
    .await;
}

#[wasm_bindgen_test]
async fn two_hundred_files_that_are_given_up_leave_nothing() {
    let (_connections, near, far) = connected().await;
    let file = blob();
    let round = async |number: usize| {
        let (sending, incoming) = offer(&near, &far, &file).await;
        let stream = HeldStream::new();
        let receiving = incoming.accept_to(&stream.raw).expect("accepted");
        // Nobody waits for them when they end.
        drop((receiving.progress(), sending.progress()));
        stream.begun().await;
        if number.is_multiple_of(2) {
            sending.cancel("enough")
        } else {
            receiving.cancel("enough")
        }
        end([&sending, &receiving], ErrorCode::TransferCancelled).await;
        stream.go_on();
        stream.is_aborted().await;

        let (refused, incoming) = offer(&near, &far, &file).await;
        incoming.reject("no").expect("refused");
        let (dropped, incoming) = offer(&near, &far, &file).await;
        drop(incoming);
        end([&refused, &dropped], ErrorCode::TransferRejected).await;

        let (withdrawn, incoming) = offer(&near, &far, &file).await;
        withdrawn.cancel("a mistake");
        let accepted = incoming.accept().expect("accepted");
        end([&withdrawn, &accepted], ErrorCode::TransferCancelled).await;
    };
    // Each end remembers the last message of the 64 latest transfers.
    for number in 0..128 {
        round(number).await;
    }
    leaves_nothing(round).await;
}

#[wasm_bindgen_test]
async fn files_whose_channel_closes_leave_nothing() {
    let (connections, _near, _far) = connected().await;
    let file = blob();
    let seen = leaves_nothing(async |number| lose_channel(&connections, &file, number).await).await;
    assert!(seen.begun("RTCDataChannel listener of close") >= 400, "they were counted");
}

async fn lose_channel(connections: &Connections, file: &Blob, number: usize) {
    let (near, far) = connections.channel(&DataChannelOptions::default(), &MessageOptions::default()).await;
    let (sending, incoming) = offer(&near, &far, file).await;
    let stream = HeldStream::new();
    let receiving = incoming.accept_to(&stream.raw).expect("accepted");
    stream.begun().await;
    // One is read and not answered, one is not even read.
    let (unanswered, incoming) = offer(&near, &far, file).await;
    let unseen = near.send_file(file, &FileOptions::default()).expect("offered");
    if number.is_multiple_of(2) {
        near.close()
    } else {
        far.close()
    }
    // Chromium reports a failure if the remote end closes while much data is in flight.
    let _ = soon("the end of both", async { futures::join!(near.closed(), far.closed()) }).await;
    // Received data is still written, in case the transfer is resumed over another channel.
    stream.go_on();
    end([&sending, &receiving], ErrorCode::TransferInterrupted).await;
    end([&unanswered, &unseen], ErrorCode::TransferInterrupted).await;
    drop((sending, receiving, unanswered, unseen, incoming));
    stream.is_aborted().await;
}

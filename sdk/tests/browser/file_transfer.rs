use futures::StreamExt;
use js_sys::{Array, Function, Uint8Array};
use moim::{DataChannel, Error, ErrorCode, FileDirection, FileOptions, FileTransfer, IncomingFile};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, File, FilePropertyBag, WritableStream};

use crate::connections::{connected, noise};
use crate::page::soon;

const MIB: usize = 1 << 20;

fn file(bytes: &[u8]) -> File {
    let properties = FilePropertyBag::new();
    properties.set_type("application/x-test");
    properties.set_last_modified(1_234_567.0);
    let parts = Array::of1(&Uint8Array::from(bytes));
    File::new_with_u8_array_sequence_and_options(&parts, "noise.bin", &properties).expect("a file")
}

async fn bytes_of(blob: &Blob) -> Vec<u8> {
    Uint8Array::new(&JsFuture::from(blob.array_buffer()).await.expect("bytes")).to_vec()
}

async fn offer(channel: &DataChannel) -> IncomingFile {
    soon("an offer", channel.files().next()).await.expect("a file")
}

fn send(channel: &DataChannel, bytes: &[u8]) -> FileTransfer {
    channel.send_file(&file(bytes), &FileOptions::default()).expect("offered")
}

/// Waits until a part of the file has arrived, and not all.
async fn halfway(transfer: &FileTransfer) {
    let some =
        transfer.progress().filter(|progress| std::future::ready(progress.transferred > 0)).boxed_local();
    let progress = soon("progress", some.into_future()).await.0.expect("progress");
    assert!(progress.transferred < progress.size, "it is not over: {progress:?}");
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorCode {
    result.expect_err("an error").code()
}

/// A stream that stores what is written to it, and how it ended.
fn recording_stream() -> (WritableStream, JsValue) {
    let make = Function::new_no_args(
        "const log = { bytes: 0, end: null };
         const stream = new WritableStream({
           write(chunk) { log.bytes += chunk.length; },
           close() { log.end = 'closed'; },
           abort(reason) { log.end = `aborted: ${reason.message}`; },
         });
         return [stream, log];",
    );
    let made: Array = make.call0(&JsValue::UNDEFINED).expect("a stream").unchecked_into();
    (made.get(0).unchecked_into(), made.get(1))
}

fn member(object: &JsValue, key: &str) -> JsValue {
    js_sys::Reflect::get(object, &key.into()).expect("an object")
}

#[wasm_bindgen_test]
async fn a_file_arrives_with_its_name_and_every_byte() {
    let (_connections, near, far) = connected().await;
    let bytes = noise(12 * MIB + 321, 1);
    let sending = send(&near, &bytes);
    let incoming = offer(&far).await;
    assert_eq!((incoming.name(), incoming.size()), ("noise.bin", bytes.len() as u64));
    assert_eq!((incoming.mime_type(), incoming.last_modified()), ("application/x-test", 1_234_567));
    assert_eq!(incoming.id(), sending.id());
    let receiving = incoming.accept().expect("accepted");
    let progress = sending.progress().map(|progress| progress.transferred).collect::<Vec<_>>();
    let (progress, sent, received) = futures::join!(progress, sending.finished(), receiving.finished());
    assert!(progress.is_sorted() && progress.len() > 5, "{progress:?}");
    assert_eq!(progress.last(), Some(&(bytes.len() as u64)));
    assert_eq!(sent, Ok(None));
    let received = received.expect("received").expect("a file");
    assert_eq!(
        (received.name(), received.type_()),
        ("noise.bin".to_owned(), "application/x-test".to_owned())
    );
    assert!(bytes_of(&received).await == bytes, "the bytes differ");
    assert_eq!(sending.direction(), FileDirection::Send);
    assert_eq!(receiving.direction(), FileDirection::Receive);
}

#[wasm_bindgen_test]
async fn messages_and_files_share_a_channel_and_an_empty_file_is_a_file() {
    let (_connections, near, far) = connected().await;
    let (first, second) = (noise(2 * MIB, 1), noise(2 * MIB, 2));
    let transfers = [send(&near, &first), send(&near, &second), send(&near, &[])];
    let accepted = [
        offer(&far).await.accept().expect("accepted"),
        offer(&far).await.accept().expect("accepted"),
        offer(&far).await.accept().expect("accepted"),
    ];
    near.send("between").await.expect("sent");
    let message = soon("a message", far.clone().next()).await.expect("an item");
    assert_eq!(message.expect("a message").as_text(), Some("between"));
    for (transfer, bytes) in accepted.iter().zip([&first[..], &second, &[]]) {
        let file = soon("the file", transfer.finished()).await.expect("received").expect("a file");
        assert!(bytes_of(&file).await == bytes, "the bytes differ");
    }
    for transfer in transfers {
        soon("the end", transfer.finished()).await.expect("sent");
    }
}

#[wasm_bindgen_test]
async fn an_offer_can_be_refused_and_one_that_is_dropped_is() {
    let (_connections, near, far) = connected().await;
    let refused = send(&near, b"no");
    offer(&far).await.reject("not today").expect("refused");
    let error = soon("the refusal", refused.finished()).await.expect_err("refused");
    assert_eq!(error.code(), ErrorCode::TransferRejected);
    assert!(error.to_string().contains("not today"), "{error}");
    let dropped = send(&near, b"no");
    drop(offer(&far).await);
    assert_eq!(code(soon("the refusal", dropped.finished()).await), ErrorCode::TransferRejected);
    let withdrawn = send(&near, b"no");
    let incoming = offer(&far).await;
    withdrawn.cancel("a mistake");
    assert_eq!(code(withdrawn.finished().await), ErrorCode::TransferCancelled);
    assert_eq!(
        code(soon("the end", incoming.accept().expect("accepted").finished()).await),
        ErrorCode::TransferCancelled
    );
}

#[wasm_bindgen_test]
async fn offers_that_nobody_answers_do_not_pile_up() {
    let (_connections, near, far) = connected().await;
    let mut files = far.files();
    let mut offered = Vec::new();
    for _ in 0..64 {
        drop(send(&near, b"x"));
        offered.push(soon("an offer", files.next()).await.expect("a file"));
    }
    let error = soon("the refusal", send(&near, b"x").finished()).await.expect_err("refused");
    assert_eq!(error.code(), ErrorCode::TransferRejected);
    assert!(error.to_string().contains("too many"), "{error}");
    drop(offered.pop());
    let more = send(&near, b"x");
    let accepted = soon("an offer", files.next()).await.expect("a file").accept().expect("accepted");
    let (sent, received) = futures::join!(more.finished(), accepted.finished());
    assert!(sent.is_ok() && received.is_ok(), "there is a place again");
}

#[wasm_bindgen_test]
async fn an_offer_in_several_hands_is_answered_once_and_refused_by_the_last() {
    let (_connections, near, far) = connected().await;
    let taken = send(&near, b"yes");
    let one = offer(&far).await;
    let other = one.clone();
    assert!(one == other && one.participant_id().is_none());
    let accepted = one.accept().expect("accepted");
    assert_eq!(code(other.accept()), ErrorCode::InvalidState);
    assert_eq!(code(other.reject("no")), ErrorCode::InvalidState);
    let (sent, received) = futures::join!(taken.finished(), accepted.finished());
    assert!(sent.is_ok() && received.is_ok());

    let dropped = send(&near, b"no");
    let one = offer(&far).await;
    let other = one.clone();
    drop(one);
    assert!(!dropped.is_finished(), "another may take it");
    drop(other);
    assert_eq!(code(soon("the refusal", dropped.finished()).await), ErrorCode::TransferRejected);
}

#[wasm_bindgen_test]
async fn either_end_can_cancel_and_both_learn_why() {
    for by_sender in [true, false] {
        let (_connections, near, far) = connected().await;
        let sending = send(&near, &noise(30 * MIB, 3));
        let (stream, log) = recording_stream();
        let receiving = offer(&far).await.accept_to(&stream).expect("accepted");
        halfway(&receiving).await;
        if by_sender {
            sending.cancel("enough")
        } else {
            receiving.cancel("enough")
        }
        for transfer in [&sending, &receiving] {
            let error = soon("the end", transfer.finished()).await.expect_err("cancelled");
            assert_eq!(error.code(), ErrorCode::TransferCancelled);
            assert!(error.to_string().contains("enough"), "{error}");
        }
        crate::page::until("the stream's end", || member(&log, "end").is_string()).await;
        assert!(member(&log, "end").as_string().expect("an end").starts_with("aborted"));
        near.send("alive").await.expect("the channel is");
        soon("a message", far.clone().next()).await.expect("an item").expect("a message");
    }
}

#[wasm_bindgen_test]
async fn closing_in_the_middle_interrupts_both_and_another_connection_goes_on() {
    for sender_first in [true, false] {
        let bytes = noise(20 * MIB, 4);
        let (connections, near, far) = connected().await;
        let sending = send(&near, &bytes);
        let (stream, log) = recording_stream();
        let receiving = offer(&far).await.accept_to(&stream).expect("accepted");
        halfway(&receiving).await;
        connections.b.close();
        for transfer in [&sending, &receiving] {
            let result = soon("the interruption", transfer.finished()).await;
            assert_eq!(code(result), ErrorCode::TransferInterrupted);
        }
        let before = member(&log, "bytes").as_f64().expect("a number") as usize;
        assert!(before > 0 && before < bytes.len());
        assert!(member(&log, "end").is_null(), "nobody closes half a file");

        let (_connections, near, far) = connected().await;
        let (sending, receiving) = if sender_first {
            let sending = sending.resume(&near).expect("resumed");
            // The offer arrives before the receiver resumes.
            near.send("go").await.expect("sent");
            soon("a message", far.clone().next()).await.expect("an item").expect("a message");
            (sending, receiving.resume(&far).expect("resumed"))
        } else {
            let receiving = receiving.resume(&far).expect("resumed");
            (sending.resume(&near).expect("resumed"), receiving)
        };
        soon("the rest", receiving.finished()).await.expect("received");
        soon("the rest", sending.finished()).await.expect("sent");
        assert_eq!(member(&log, "bytes").as_f64(), Some(bytes.len() as f64), "no byte is written twice");
        assert_eq!(member(&log, "end").as_string().as_deref(), Some("closed"));
        assert_eq!(code(sending.resume(&near)), ErrorCode::InvalidState);
    }
}

#[wasm_bindgen_test]
async fn a_resumed_file_in_memory_is_whole() {
    let bytes = noise(20 * MIB, 5);
    let (connections, near, far) = connected().await;
    let sending = send(&near, &bytes);
    let receiving = offer(&far).await.accept().expect("accepted");
    halfway(&receiving).await;
    connections.a.close();
    let error = soon("the interruption", sending.finished()).await.expect_err("interrupted");
    assert_eq!(error.code(), ErrorCode::TransferInterrupted);
    let error = soon("the interruption", receiving.finished()).await.expect_err("interrupted");
    assert_eq!(error.code(), ErrorCode::TransferInterrupted);
    let (_connections, near, far) = connected().await;
    let (sending, receiving) = (sending.resume(&near).expect("on"), receiving.resume(&far).expect("on"));
    let (sent, received) = futures::join!(sending.finished(), receiving.finished());
    assert_eq!(sent, Ok(None));
    assert!(bytes_of(&received.expect("received").expect("a file")).await == bytes, "the bytes differ");
}

#[wasm_bindgen_test]
async fn a_stream_that_fails_fails_both_ends() {
    let (_connections, near, far) = connected().await;
    let sending = send(&near, &noise(10 * MIB, 6));
    let make =
        Function::new_no_args("return new WritableStream({ write() { throw new Error('disk full'); } });");
    let stream: WritableStream = make.call0(&JsValue::UNDEFINED).expect("a stream").unchecked_into();
    let receiving = offer(&far).await.accept_to(&stream).expect("accepted");
    for transfer in [&sending, &receiving] {
        let error = soon("the end", transfer.finished()).await.expect_err("no disk");
        assert_eq!(error.code(), ErrorCode::TransferStorage);
        assert!(error.to_string().contains("disk full"), "{error}");
    }
    let again = send(&near, b"x");
    let incoming = offer(&far).await;
    assert_eq!(code(incoming.accept_to(&stream)), ErrorCode::InvalidState);
    incoming.reject("no room").expect("refused");
    assert_eq!(code(incoming.accept()), ErrorCode::InvalidState, "it is answered");
    assert_eq!(code(incoming.reject("no")), ErrorCode::InvalidState, "it is answered");
    assert_eq!(code(soon("the refusal", again.finished()).await), ErrorCode::TransferRejected);
}

#[wasm_bindgen_test]
async fn a_file_is_streamed_to_the_private_file_system() {
    let (_connections, near, far) = connected().await;
    let bytes = noise(9 * MIB, 7);
    let open = Function::new_no_args(
        "return (async () => {
           const root = await navigator.storage.getDirectory();
           const handle = await root.getFileHandle('moim-test', { create: true });
           return [handle, await handle.createWritable()];
         })()",
    );
    let opening: js_sys::Promise = open.call0(&JsValue::UNDEFINED).expect("a promise").unchecked_into();
    let opened: Array = match JsFuture::from(opening).await {
        Ok(opened) => opened.unchecked_into(),
        Err(error) => {
            web_sys::console::warn_2(
                &"skipped: this browser has no private file system here:".into(),
                &error,
            );
            return;
        }
    };
    let sending = send(&near, &bytes);
    let receiving = offer(&far).await.accept_to(opened.get(1).unchecked_ref()).expect("accepted");
    let (sent, received) = futures::join!(sending.finished(), receiving.finished());
    assert_eq!((sent, received), (Ok(None), Ok(None)));
    let read = Function::new_with_args("handle", "return handle.getFile()");
    let reading: js_sys::Promise =
        read.call1(&JsValue::UNDEFINED, &opened.get(0)).expect("a promise").unchecked_into();
    let stored: File = JsFuture::from(reading).await.expect("a file").unchecked_into();
    assert!(bytes_of(&stored).await == bytes, "the bytes on disk differ");
}

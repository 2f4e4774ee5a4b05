//! `FileTransfer` and `IncomingFile` for JavaScript, and the methods of `DataChannel` and `Room` that create them.

use futures::StreamExt;
use js_sys::{Object, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, WritableStream};

use super::abort::{self, Signals};
use super::data_channel::JsDataChannel;
use super::identity::object_of;
use super::media::to_js;
use super::options::AnyValue;
use super::promise::future_to_promise;
use super::room::JsRoom;
use super::streams::async_iterator;
use super::{class, options};
use crate::{Error, FileTransfer, FileTransferError, IncomingFile};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/**
 * Options for accepting a file.
 * @see https://streams.spec.whatwg.org/#ws-class
 */
export interface AcceptOptions {
  /** A stream to write the file to as it arrives, such as that of a file that the user selected with `showSaveFilePicker`,
  * or of the origin private file system. Default: none, the file is kept in memory. */
  writable?: WritableStream<Uint8Array> | FileSystemWritableFileStream;
}
"#;

#[derive(Default)]
struct AcceptOptions {
    writable: AnyValue,
}

moim_protocol::options! { AcceptOptions { writable: "writable" } }

#[wasm_bindgen(js_class = DataChannel)]
impl JsDataChannel {
    /// Offers a file to the remote peer, and sends it when it is accepted. Several files may be transferred at once,
    /// and messages between them.
    /// @throws {MoimError} ERR_INVALID_STATE on a channel that is unreliable, unordered, or without
    /// framing; ERR_DATA_CLOSED on a closed one; ERR_INVALID_OPTIONS if it is not a `Blob`; ERR_ABORTED
    /// if its `signal` is already aborted.
    #[wasm_bindgen(js_name = sendFile)]
    pub fn send_file(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Blob")] file: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "FileOptions")] options: Option<JsValue>,
    ) -> Result<JsFileTransfer, JsValue> {
        let (options, signals) = abort::parse(options, "file options")?;
        signals.check()?;
        Ok(JsFileTransfer::new(self.handle().send_file(blob(file)?, &options)?, signals))
    }

    /// The files that the remote peer offers: `for await (const file of channel.files())`. Ends when the channel is
    /// closed.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<IncomingFile>")]
    pub fn files(&self) -> Object {
        let files = self.handle().files();
        async_iterator(files.map(|file| Ok(JsIncomingFile::object(&file))).boxed_local())
    }
}

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    /// Offers a file to everyone, or to one participant, and sends it to those who accept it. They get `fileoffered`.
    /// Returns a transfer for each of them, so none in an empty room; mixers get no files. Several files may be
    /// transferred at once, along with chat. A transfer is interrupted when either participant leaves.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_UNKNOWN_PARTICIPANT if no
    /// participant has this id; ERR_INVALID_OPTIONS if it is not a `Blob`; ERR_ABORTED
    /// if its `signal` is already aborted.
    #[wasm_bindgen(js_name = sendFile)]
    pub fn send_file(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Blob")] file: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "SendFileOptions")] options: Option<JsValue>,
    ) -> Result<Vec<JsFileTransfer>, JsValue> {
        let (options, signals) = abort::parse(options, "file options")?;
        signals.check()?;
        let transfers = self.handle().send_file(blob(file)?, &options)?;
        Ok(transfers.into_iter().map(|transfer| JsFileTransfer::new(transfer, signals.clone())).collect())
    }
}

/// A file transfer. It continues without a reference to it. Arguments of the wrong type result in
/// `ERR_INVALID_OPTIONS`.
/// @example
/// const [transfer] = room.sendFile(file, { to: participantId });
/// for await (const { transferred, size } of transfer.progress()) progress.value = transferred / size;
/// await transfer.finished;
#[derive(Debug)]
#[wasm_bindgen(js_name = FileTransfer)]
pub struct JsFileTransfer {
    transfer: FileTransfer,
    signals: Signals,
}

impl JsFileTransfer {
    fn new(transfer: FileTransfer, signals: Signals) -> Self {
        signals.cancel_on_abort(&transfer);
        Self { transfer, signals }
    }
}

#[wasm_bindgen(js_class = FileTransfer)]
impl JsFileTransfer {
    /// Resolves, at both peers, when the receiver has the complete file with a matching SHA-256. The receiver gets it
    /// as the result, unless it is written to a stream.
    /// @throws {MoimError} ERR_TRANSFER_REJECTED when the remote peer declines the file; ERR_TRANSFER_CANCELLED when
    /// either peer cancels it; ERR_TRANSFER_INTERRUPTED when the channel closed or the remote peer left the room, after
    /// which `resume()` continues over another channel; ERR_TRANSFER_CORRUPT when the received bytes differ from the
    /// sent ones; ERR_TRANSFER_STORAGE when either peer could not read or write; ERR_ABORTED when the `signal` that it
    /// was started with is aborted.
    #[wasm_bindgen(getter, unchecked_return_type = "Promise<File | undefined>")]
    pub fn finished(&self) -> Promise {
        let (transfer, signals) = (self.transfer.clone(), self.signals.clone());
        future_to_promise(async move {
            match transfer.finished().await {
                Ok(file) => Ok(file.map_or(JsValue::UNDEFINED, JsValue::from)),
                Err(error) => {
                    let is_own = matches!(
                        &error,
                        Error::FileTransfer(FileTransferError::Cancelled { by_remote: false, .. })
                    );
                    let aborted = signals.check().err().filter(|_| is_own);
                    Err(aborted.unwrap_or(error).into())
                }
            }
        })
    }

    /// The progress, starting with the current one:
    /// `for await (const { transferred, size } of transfer.progress())`.
    /// Ends with the transfer.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<FileProgress>")]
    pub fn progress(&self) -> Object {
        async_iterator(self.transfer.progress().map(|progress| to_js(&progress)).boxed_local())
    }

    /// Cancels the transfer at both peers; the remote peer gets the reason. Has no effect once it has ended.
    /// @throws {MoimError} ERR_INVALID_OPTIONS if the reason is not a string.
    pub fn cancel(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] reason: Option<JsValue>,
    ) -> Result<(), JsValue> {
        self.transfer.cancel(&read_reason(reason, "cancelled")?);
        Ok(())
    }

    /// Continues over another channel, after the previous one closed too early. Both peers have to call it, in either
    /// order. The returned transfer replaces this one.
    /// @throws {MoimError} ERR_INVALID_STATE unless the transfer is interrupted, and on a channel that is
    /// unreliable, unordered, or without framing; ERR_DATA_CLOSED on a closed one; ERR_INVALID_OPTIONS
    /// if it is not a `DataChannel`.
    pub fn resume(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DataChannel")] channel: &JsValue,
    ) -> Result<JsFileTransfer, JsValue> {
        let channel = class::handle::<JsDataChannel>(channel, "channel", "DataChannel")?;
        Ok(Self::new(self.transfer.resume(&channel.handle())?, self.signals.clone()))
    }

    /// The transfer's id: the same at both peers, and kept when it is resumed.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.transfer.id()
    }

    /// The remote participant, if the file is sent through a room.
    #[wasm_bindgen(getter, js_name = participantId, unchecked_return_type = "ParticipantId | undefined")]
    pub fn participant_id(&self) -> Option<String> {
        self.transfer.participant_id().map(ToString::to_string)
    }

    /// The direction of the transfer.
    #[wasm_bindgen(getter, unchecked_return_type = "FileDirection")]
    pub fn direction(&self) -> Result<JsValue, JsValue> {
        to_js(&self.transfer.direction())
    }

    /// The file's name.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.transfer.name().to_owned()
    }

    /// The file's MIME type; may be empty.
    #[wasm_bindgen(getter, js_name = mimeType)]
    pub fn mime_type(&self) -> String {
        self.transfer.mime_type().to_owned()
    }

    /// The file's size in bytes.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        self.transfer.size() as f64
    }

    /// Number of bytes that the receiver has written, as far as is known locally.
    #[wasm_bindgen(getter)]
    pub fn transferred(&self) -> f64 {
        self.transfer.transferred() as f64
    }
}

/// A file that the remote peer offers. It can be answered once: all listeners of `fileoffered` get the
/// same object. One that is never answered is declined when it is garbage-collected. Misspelt options and arguments of
/// the wrong type result in `ERR_INVALID_OPTIONS`.
/// @example
/// room.addEventListener("fileoffered", async ({ detail: { file } }) => {
///   if (!confirm(`Accept ${file.name}?`)) return file.reject();
///   const received = await file.accept().finished;
/// });
#[derive(Debug)]
#[wasm_bindgen(js_name = IncomingFile)]
pub struct JsIncomingFile(IncomingFile);

impl JsIncomingFile {
    /// The object of an offer: the same one for each listener and iterator.
    pub(crate) fn object(file: &IncomingFile) -> JsValue {
        object_of(file.identity(), || Self(file.clone()).into())
    }
}

#[wasm_bindgen(js_class = IncomingFile)]
impl JsIncomingFile {
    /// The sender, if the file was offered in a room.
    #[wasm_bindgen(getter, js_name = participantId, unchecked_return_type = "ParticipantId | undefined")]
    pub fn participant_id(&self) -> Option<String> {
        self.0.participant_id().map(ToString::to_string)
    }

    /// Accepts the file.
    /// @throws {MoimError} ERR_INVALID_STATE if the stream is locked, or the offer was already answered;
    /// ERR_INVALID_OPTIONS if `writable` is not a `WritableStream`; ERR_ABORTED if its `signal` is already aborted.
    pub fn accept(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AcceptOptions")] options: Option<JsValue>,
    ) -> Result<JsFileTransfer, JsValue> {
        let (AcceptOptions { writable: AnyValue(writable) }, signals) =
            abort::parse(options, "accept options")?;
        signals.check()?;
        if writable.is_undefined() || writable.is_null() {
            return Ok(JsFileTransfer::new(self.0.accept()?, signals));
        }
        let stream = writable.dyn_ref::<WritableStream>();
        let what = "`writable` in the accept options";
        let stream = stream.ok_or_else(|| options::expected(what, "a WritableStream", &writable))?;
        Ok(JsFileTransfer::new(self.0.accept_to(stream)?, signals))
    }

    /// Declines the file; the sender gets the reason.
    /// @throws {MoimError} ERR_INVALID_STATE if the offer was already answered; ERR_INVALID_OPTIONS if the reason is
    /// not a string.
    pub fn reject(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] reason: Option<JsValue>,
    ) -> Result<(), JsValue> {
        Ok(self.0.reject(&read_reason(reason, "refused")?)?)
    }

    /// The transfer's id: the same at both peers, and kept when it is resumed.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.0.id()
    }

    /// The file's name as given by the sender, cleaned so that it is safe to save under: at most 255 bytes, with its
    /// extension, and with `_` for characters that file systems refuse. The extension may not match the content.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// The file's size in bytes.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        self.0.size() as f64
    }

    /// The MIME type as given by the sender; may be empty.
    #[wasm_bindgen(getter, js_name = mimeType)]
    pub fn mime_type(&self) -> String {
        self.0.mime_type().to_owned()
    }

    /// When the file was last modified, in milliseconds since 1970, as given by the sender; 0 if unknown.
    #[wasm_bindgen(getter, js_name = lastModified)]
    pub fn last_modified(&self) -> f64 {
        self.0.last_modified() as f64
    }
}

fn blob(file: &JsValue) -> Result<&Blob, JsValue> {
    Ok(file.dyn_ref().ok_or_else(|| options::expected("file", "a File or a Blob", file))?)
}

fn read_reason(reason: Option<JsValue>, default: &str) -> Result<String, JsValue> {
    match reason {
        Some(reason) => Ok(options::parse_value(reason, "reason")?),
        None => Ok(default.to_owned()),
    }
}

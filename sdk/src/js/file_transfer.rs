//! `FileTransfer` and `IncomingFile` for JavaScript, and the methods of `DataChannel` and `Room` that make them.

use futures::StreamExt;
use js_sys::{Object, Promise};
use serde::Deserialize;
use serde_wasm_bindgen::preserve;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, WritableStream};

use super::abort::{self, Signals};
use super::data_channel::{JsDataChannel, invalid};
use super::media::to_js;
use super::promise::future_to_promise;
use super::room::JsRoom;
use super::streams::async_iterator;
use super::{class, options};
use crate::{Error, FileTransfer, FileTransferError, IncomingFile};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/**
 * Where a file that is accepted goes.
 * @see https://streams.spec.whatwg.org/#ws-class
 */
export interface AcceptOptions {
  /** A stream to write the file to as it comes, such as that of a file that the user chose with `showSaveFilePicker`,
   * or of the origin's private file system. Default: none, the file is kept in memory. */
  writable?: WritableStream<Uint8Array> | FileSystemWritableFileStream;
}
"#;

#[derive(Default, Deserialize)]
#[serde(default)]
struct AcceptOptions {
    #[serde(with = "preserve")]
    writable: JsValue,
}

#[wasm_bindgen(js_class = DataChannel)]
impl JsDataChannel {
    /// Offers a file to the far end, and sends it when it is accepted. Several files may be under way at once, and
    /// messages between them.
    /// @throws {MoimError} ERR_INVALID_STATE on a channel that may lose messages, does not keep order, or is without
    /// framing; ERR_DATA_CLOSED on a closed one; ERR_INVALID_OPTIONS for what is no `Blob`; ERR_ABORTED
    /// when its `signal` is aborted already.
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

    /// The files that the far end offers: `for await (const file of channel.files())`. Ends when the channel is closed.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<IncomingFile>")]
    pub fn files(&self) -> Object {
        let files = self.handle().files();
        async_iterator(files.map(|file| Ok(JsIncomingFile(file).into())).boxed_local())
    }
}

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    /// Offers a file to everyone, or to one participant, and sends it to whoever accepts it. They get `fileoffered`. Gives a
    /// transfer for each of them, so none in an empty room; mixers get no files. Several files may be under way at once, and
    /// chat beside them. Who leaves interrupts the transfer, and so does leaving.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined; ERR_DATA_UNKNOWN_PARTICIPANT if there is no
    /// such participant; ERR_INVALID_OPTIONS for what is no `Blob`; ERR_ABORTED
    /// when its `signal` is aborted already.
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

/// A file under way. It goes on without this object, too. Arguments of the wrong type give `ERR_INVALID_OPTIONS`.
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
    /// Fulfilled at either end when the receiver has the file, whole and with the right SHA-256. The receiver gets it here,
    /// unless it is written to a stream.
    /// @throws {MoimError} ERR_TRANSFER_REJECTED when the far end refuses the file; ERR_TRANSFER_CANCELLED when one end
    /// gives it up; ERR_TRANSFER_INTERRUPTED when the channel closed or the far end left the room, after which
    /// `resume()` goes on over another channel; ERR_TRANSFER_CORRUPT when other bytes arrived than were sent;
    /// ERR_TRANSFER_STORAGE when one end could not read or write; ERR_ABORTED when the `signal` that it was started with is
    /// aborted.
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

    /// How many bytes are through, now and whenever that changes:
    /// `for await (const { transferred, size } of transfer.progress())`.
    /// Ends with the transfer.
    #[wasm_bindgen(unchecked_return_type = "AsyncIterableIterator<FileProgress>")]
    pub fn progress(&self) -> Object {
        async_iterator(self.transfer.progress().map(|progress| to_js(&progress)).boxed_local())
    }

    /// Gives the transfer up at both ends; the reason is for the far end to read. Does nothing once it is over.
    /// @throws {MoimError} ERR_INVALID_OPTIONS for a reason that is no text.
    pub fn cancel(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] reason: Option<JsValue>,
    ) -> Result<(), JsValue> {
        self.transfer.cancel(&read_reason(reason, "cancelled")?);
        Ok(())
    }

    /// Goes on over another channel, after the last one closed too early. Both ends have to call it; it does not matter
    /// which is first. Use the transfer that it returns from now on.
    /// @throws {MoimError} ERR_INVALID_STATE unless the transfer is interrupted, and on a channel that may lose
    /// messages, does not keep order, or is without framing; ERR_DATA_CLOSED on a closed one; ERR_INVALID_OPTIONS for
    /// what is no `DataChannel`.
    pub fn resume(
        &self,
        #[wasm_bindgen(unchecked_param_type = "DataChannel")] channel: &JsValue,
    ) -> Result<JsFileTransfer, JsValue> {
        let channel = class::handle::<JsDataChannel>(channel, "channel", "DataChannel")?;
        Ok(Self::new(self.transfer.resume(&channel.handle())?, self.signals.clone()))
    }

    /// The transfer's name: the same at both ends, and when it is resumed.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.transfer.id()
    }

    /// Who is at the far end, if the file goes through a room.
    #[wasm_bindgen(getter, js_name = participantId, unchecked_return_type = "ParticipantId | undefined")]
    pub fn participant_id(&self) -> Option<String> {
        self.transfer.participant_id().map(ToString::to_string)
    }

    /// Which way the file goes.
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

    /// Bytes that the receiver has written down, as far as is known here.
    #[wasm_bindgen(getter)]
    pub fn transferred(&self) -> f64 {
        self.transfer.transferred() as f64
    }
}

/// A file that the far end offers. It is answered once, whoever else has it: all listeners of `fileoffered` get the
/// same. One that is never answered is refused when it is collected. Arguments and options that are misspelt or of the
/// wrong type give `ERR_INVALID_OPTIONS`.
#[derive(Debug)]
#[wasm_bindgen(js_name = IncomingFile)]
pub struct JsIncomingFile(IncomingFile);

impl From<IncomingFile> for JsIncomingFile {
    fn from(file: IncomingFile) -> Self {
        Self(file)
    }
}

#[wasm_bindgen(js_class = IncomingFile)]
impl JsIncomingFile {
    /// Who offers it, if it came through a room.
    #[wasm_bindgen(getter, js_name = participantId, unchecked_return_type = "ParticipantId | undefined")]
    pub fn participant_id(&self) -> Option<String> {
        self.0.participant_id().map(ToString::to_string)
    }

    /// Takes the file.
    /// @throws {MoimError} ERR_INVALID_STATE if somebody else writes to the stream, or the offer is answered already;
    /// ERR_INVALID_OPTIONS for what is no stream to write to; ERR_ABORTED when its `signal` is aborted already.
    pub fn accept(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "AcceptOptions")] options: Option<JsValue>,
    ) -> Result<JsFileTransfer, JsValue> {
        let (AcceptOptions { writable }, signals) = abort::parse(options, "accept options")?;
        signals.check()?;
        if writable.is_undefined() || writable.is_null() {
            return Ok(JsFileTransfer::new(self.0.accept()?, signals));
        }
        let stream = writable.dyn_ref::<WritableStream>();
        let stream = stream.ok_or_else(|| {
            invalid("`writable` in the accept options: expected a WritableStream".to_owned())
        })?;
        Ok(JsFileTransfer::new(self.0.accept_to(stream)?, signals))
    }

    /// Refuses the file; the reason is for the sender to read.
    /// @throws {MoimError} ERR_INVALID_STATE if the offer is answered already; ERR_INVALID_OPTIONS for a reason that is
    /// no text.
    pub fn reject(
        &self,
        #[wasm_bindgen(unchecked_optional_param_type = "string")] reason: Option<JsValue>,
    ) -> Result<(), JsValue> {
        Ok(self.0.reject(&read_reason(reason, "refused")?)?)
    }

    /// The transfer's name: the same at both ends, and when it is resumed.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.0.id()
    }

    /// The file's name as the far end says, cleaned so that it can be saved under: at most 255 bytes, with its extension, and
    /// with `_` for characters that file systems refuse. It may lie about the type.
    #[wasm_bindgen(getter)]
    pub fn name(&self) -> String {
        self.0.name().to_owned()
    }

    /// The file's size in bytes.
    #[wasm_bindgen(getter)]
    pub fn size(&self) -> f64 {
        self.0.size() as f64
    }

    /// The MIME type as the far end says; may be empty.
    #[wasm_bindgen(getter, js_name = mimeType)]
    pub fn mime_type(&self) -> String {
        self.0.mime_type().to_owned()
    }

    /// When the file was last changed, in milliseconds since 1970, as the far end says; 0 if that is not known.
    #[wasm_bindgen(getter, js_name = lastModified)]
    pub fn last_modified(&self) -> f64 {
        self.0.last_modified() as f64
    }
}

fn blob(file: &JsValue) -> Result<&Blob, JsValue> {
    let wrong = || invalid("file: expected a File or a Blob".to_owned());
    Ok(file.dyn_ref::<Blob>().ok_or_else(wrong)?)
}

fn read_reason(reason: Option<JsValue>, default: &str) -> Result<String, JsValue> {
    match reason {
        Some(reason) => Ok(options::parse_value(reason, "reason")?),
        None => Ok(default.to_owned()),
    }
}

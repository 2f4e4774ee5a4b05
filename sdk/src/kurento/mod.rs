//! The pipelines of a [Kurento Media Server](https://doc-kurento.readthedocs.io) 7, from a page.
//!
//! ```no_run
//! # #[cfg(target_arch = "wasm32")]
//! # mod example {
//! use moim::{Kurento, KurentoConnectOptions, KurentoLinkOptions, KurentoOptions, KurentoWebRtcOptions, Result};
//!
//! pub async fn mirror(camera: moim::LocalTrack, video: web_sys::HtmlVideoElement) -> Result<()> {
//!     let kms = Kurento::connect(KurentoOptions::new("wss://media.example/kurento")).await?;
//!     let pipe = kms.pipeline().await?;
//!     let endpoint = pipe.web_rtc_endpoint(&KurentoWebRtcOptions::default()).await?;
//!     endpoint.connect(&endpoint, KurentoConnectOptions::default()).await?;
//!     let mut options = KurentoLinkOptions::default();
//!     options.send = vec![camera];
//!     let link = endpoint.link(options).await?;
//!     video.set_src_object(Some(&link.stream()));
//!     Ok(())
//! }
//! # }
//! ```
//!
//! # No authorisation
//!
//! Whoever reaches a Kurento server may use and release everything on it, and read and write files of the server with a
//! `PlayerEndpoint` and a `RecorderEndpoint`. Let pages reach it only through a server that checks what they may do: behind
//! the URL, or with a [`KurentoTransport`].

mod driver;
mod link;
mod object;
mod options;
mod topic;
mod transport;

use std::cell::Cell;
use std::rc::Rc;

pub use link::KurentoLink;
pub use object::KurentoObject;
pub use options::{KurentoConnectOptions, KurentoLinkOptions, KurentoOptions, KurentoWebRtcOptions};
pub use topic::KurentoEvents;
pub use transport::{KurentoConnection, KurentoTransport};

use driver::Driver;
use serde_json::Map;

use crate::error::{Error, Result};
use crate::event_stream::{Event, EventStream};
use crate::platform::url;
use transport::WebSocketTransport;

/// A session with a Kurento Media Server.
///
/// After an interruption it continues with its objects, and calls wait until then. Clones are handles to the same session.
/// Dropping the last one, and all objects, ends it, and the server releases the objects that no other session has used.
#[derive(Clone, Debug)]
pub struct Kurento(Rc<Driver>);

/// What happens to the connection to a Kurento Media Server.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum KurentoEvent {
    /// It was cut, and is being restored. Calls wait.
    Interrupted,
    /// It is back. The objects and the streams of their events continue; events in the meantime are lost.
    Restored,
    /// It is back, but the server has lost all objects, for example because it was restarted: create them again.
    ObjectsLost,
    /// It has ended.
    Closed {
        /// Why.
        error: Error,
    },
    /// Events were read too slowly, and some were dropped before this one.
    Lagged {
        /// The number of dropped events.
        missed: u32,
    },
}

impl Event for KurentoEvent {
    fn lagged(missed: u32) -> Self {
        Self::Lagged { missed }
    }
}

impl Kurento {
    /// Connects to a server.
    ///
    /// # Errors
    /// `Signaling` if the server cannot be reached; `InvalidOptions` if the URL is not one.
    pub async fn connect(options: KurentoOptions) -> Result<Self> {
        warn_once();
        let KurentoOptions { url, transport } = options;
        if url.is_empty() && transport.is_none() {
            let detail = "url is missing: expected wss://host/kurento or ws://host:8888/kurento".to_owned();
            return Err(Error::InvalidOptions { detail });
        }
        let (url, transport) = match transport {
            Some(transport) => ("the transport".to_owned(), transport),
            None => {
                let url = url::resolve(&url)?;
                (url.clone(), Rc::new(WebSocketTransport(url)) as Rc<dyn KurentoTransport>)
            }
        };
        Ok(Self(Driver::connect(&url, transport).await?))
    }

    /// Creates a pipeline, in which elements are connected.
    ///
    /// # Errors
    /// `InvalidState` when the connection is closed, and `Kurento` if the server refuses it.
    pub async fn pipeline(&self) -> Result<KurentoObject> {
        KurentoObject::made(&self.0, object::PIPELINE, None, (Map::new(), Vec::new())).await
    }

    /// An object that exists, such as one of another page, by its id. It is not released when the handle is dropped. The id
    /// `manager_ServerManager` is the server itself.
    pub fn object(&self, id: &str) -> KurentoObject {
        KurentoObject::existing(&self.0, id.to_owned())
    }

    /// What happens to the connection, from now on. Ends with the session.
    pub fn events(&self) -> EventStream<KurentoEvent> {
        self.0.events()
    }

    /// Ends the session. The server releases its objects, except those that another session has used. Idempotent.
    pub fn close(&self) {
        self.0.close();
    }

    /// Holds an object until it is closed: JavaScript may drop its handle.
    #[cfg_attr(not(feature = "js"), allow(dead_code, reason = "for JavaScript"))]
    pub(crate) fn keep_object(object: &KurentoObject) {
        object.0.driver.keep(driver::Kept::Object(object.clone()));
    }

    /// Holds a link until it is closed.
    #[cfg_attr(not(feature = "js"), allow(dead_code, reason = "for JavaScript"))]
    pub(crate) fn keep_link(link: &KurentoLink) {
        link.driver().keep(driver::Kept::Link(link.clone()));
    }
}

/// Says once what Kurento lacks.
fn warn_once() {
    thread_local! {
        static IS_SAID: Cell<bool> = const { Cell::new(false) };
    }
    if !IS_SAID.replace(true) {
        log::warn!(
            target: "moim::kurento",
            "Kurento's protocol has no authorisation: whoever reaches the server may use and release everything on it. \
             Let pages reach it only through a server that checks what they may do"
        );
    }
}

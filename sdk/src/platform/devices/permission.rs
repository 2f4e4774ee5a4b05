//! The page's permissions: <https://www.w3.org/TR/permissions/>.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::mpsc;
use futures::stream::{Stream, StreamExt};
use js_sys::Object;
use wasm_bindgen::JsCast;
use web_sys::EventTarget;

use crate::engine::capture::{PermissionName, PermissionState};
use crate::error::{Error, Result};
use crate::platform::bindings::capture::{call_async, get, require};
use crate::platform::constraints::set;
use crate::platform::exception::retold;
use crate::platform::listener::ListenerGuard;

/// `PermissionStatus`: the state of a permission, and its changes.
#[derive(Clone, Debug)]
pub struct Permission(EventTarget);

impl Permission {
    /// The current state.
    pub fn state(&self) -> PermissionState {
        PermissionState::from(get(&self.0, "state").as_string().unwrap_or_default().as_str())
    }

    /// Yields each new state. Of several pending states only the latest is yielded.
    pub fn changes(&self) -> PermissionChanges {
        let (mut sender, receiver) = mpsc::channel(0);
        let listener = ListenerGuard::new(&self.0, "change", move |_| {
            let _ = sender.try_send(());
        });
        PermissionChanges { permission: self.clone(), receiver, _listener: listener }
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &EventTarget {
        &self.0
    }
}

/// Returned by [`Permission::changes`]. Dropping it removes the listener.
#[derive(Debug)]
pub struct PermissionChanges {
    permission: Permission,
    receiver: mpsc::Receiver<()>,
    _listener: ListenerGuard,
}

impl Stream for PermissionChanges {
    type Item = PermissionState;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<PermissionState>> {
        let changed = self.receiver.poll_next_unpin(context);
        changed.map(|changed| changed.map(|()| self.permission.state()))
    }
}

/// Queries a permission by the name that this browser uses.
pub(super) async fn permission(name: &PermissionName) -> Result<Permission> {
    query(name.as_str()).await.map_err(|error| match &error {
        // A name that the browser does not support.
        Error::Browser { name: exception, .. } if exception == "TypeError" => {
            let feature = match name {
                PermissionName::Camera => "the permission `camera`",
                PermissionName::Microphone => "the permission `microphone`",
                PermissionName::DisplayCapture => "the permission `display-capture`",
                PermissionName::Other(_) => "that permission",
            };
            retold(&error, Error::Unsupported { feature })
        }
        _ => error,
    })
}

pub(super) async fn query(name: &str) -> Result<Permission> {
    let feature = "navigator.permissions";
    let window = web_sys::window().ok_or(Error::Unsupported { feature })?;
    let permissions =
        require(&window.navigator(), "permissions").map_err(|_| Error::Unsupported { feature })?;
    let descriptor = Object::new();
    set(&descriptor, "name", name);
    let status = call_async(&permissions, "query", &[descriptor.into()]).await?;
    status.dyn_into().map(Permission).map_err(|_| Error::Unsupported { feature })
}

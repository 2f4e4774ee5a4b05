//! The available cameras, microphones and speakers.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use futures::channel::mpsc;
use futures::future::ready;
use futures::stream::{LocalBoxStream, StreamExt, once, select_all};
use yew::prelude::*;

use super::task::Task;
use crate::{DeviceInfo, DeviceKind, Devices, Error, PermissionName};

#[derive(Clone, Debug, Default, PartialEq)]
struct List {
    devices: Rc<Vec<DeviceInfo>>,
    error: Option<Error>,
}

/// Returned by [`use_devices`]. Equal to another one if both list the same devices.
#[derive(Clone)]
pub struct DevicesHandle {
    list: UseStateHandle<List>,
    refresh: Rc<RefCell<Option<mpsc::UnboundedSender<()>>>>,
}

impl DevicesHandle {
    /// All devices; the default of each kind comes first. Empty until the browser has responded.
    pub fn all(&self) -> Rc<Vec<DeviceInfo>> {
        self.list.devices.clone()
    }

    /// The devices of one kind.
    pub fn of(&self, kind: DeviceKind) -> impl Iterator<Item = &DeviceInfo> {
        self.list.devices.iter().filter(move |device| device.kind == kind)
    }

    /// The cameras.
    pub fn cameras(&self) -> impl Iterator<Item = &DeviceInfo> {
        self.of(DeviceKind::VideoInput)
    }

    /// The microphones.
    pub fn microphones(&self) -> impl Iterator<Item = &DeviceInfo> {
        self.of(DeviceKind::AudioInput)
    }

    /// The speakers and headsets that the browser lists.
    pub fn speakers(&self) -> impl Iterator<Item = &DeviceInfo> {
        self.of(DeviceKind::AudioOutput)
    }

    /// Why there is no list, for example on a page without https. The errors are those of [`Devices::new`] and
    /// [`Devices::enumerate`].
    pub fn error(&self) -> Option<Error> {
        self.list.error.clone()
    }

    /// Queries the list again. For browsers that reveal labels during a capture without an event.
    pub fn refresh(&self) {
        if let Some(refresh) = &*self.refresh.borrow() {
            let _ = refresh.unbounded_send(());
        }
    }
}

impl PartialEq for DevicesHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.refresh, &other.refresh) && self.list == other.list
    }
}

impl fmt::Debug for DevicesHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DevicesHandle").field(&*self.list).finish()
    }
}

/// The devices of this machine, updated when one is plugged in or out, and when the page gets permission to use them:
/// before that, browsers report neither labels nor ids. Does not request permission. Renders when the list changes.
///
/// ```no_run
/// use moim::yew::use_devices;
/// use yew::prelude::*;
///
/// #[component]
/// fn Cameras() -> Html {
///     let devices = use_devices();
///     if let Some(error) = devices.error() {
///         return html! { <p role="alert">{ error.to_string() }</p> };
///     }
///     html! {
///         <select>
///             { for devices.cameras().map(|camera| html! {
///                 <option value={camera.device_id.clone()}>{ &camera.label }</option>
///             }) }
///         </select>
///     }
/// }
/// ```
#[hook]
pub fn use_devices() -> DevicesHandle {
    let list = use_state_eq(List::default);
    let refresh = use_mut_ref(|| None::<mpsc::UnboundedSender<()>>);
    {
        let (setter, refresh) = (list.setter(), refresh.clone());
        use_effect_with((), move |()| {
            let (sender, asked) = mpsc::unbounded();
            refresh.replace(Some(sender));
            let task = Task::spawn(watch(setter, asked));
            move || {
                refresh.take();
                drop(task);
            }
        });
    }
    DevicesHandle { list, refresh }
}

async fn watch(list: UseStateSetter<List>, asked: mpsc::UnboundedReceiver<()>) {
    let failed = |devices, error| List { devices, error: Some(error) };
    let devices = match Devices::new() {
        Ok(devices) => devices,
        Err(error) => return list.set(failed(Rc::default(), error)),
    };
    let mut news = select_all([
        asked.boxed_local(),
        devices.changes().map(drop).boxed_local(),
        permitted(&devices, PermissionName::Camera),
        permitted(&devices, PermissionName::Microphone),
    ])
    .ready_chunks(16);
    let mut known = Rc::default();
    loop {
        list.set(match devices.enumerate().await {
            Ok(found) => {
                known = Rc::new(found);
                List { devices: known.clone(), error: None }
            }
            Err(error) => failed(known.clone(), error),
        });
        if news.next().await.is_none() {
            return;
        }
    }
}

/// A stream of permission changes; empty where the browser does not report them.
fn permitted(devices: &Devices, name: PermissionName) -> LocalBoxStream<'static, ()> {
    let devices = devices.clone();
    once(async move { devices.permission(&name).await })
        .filter_map(|permission| ready(permission.ok()))
        .flat_map(|permission| permission.changes().map(drop))
        .boxed_local()
}

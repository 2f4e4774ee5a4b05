//! The cameras and microphones there are.

use std::rc::Rc;

use futures::StreamExt;
use futures::future::{AbortHandle, Abortable};
use moim::{DeviceInfo, Devices};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// The devices, kept up to date. A change of `refresh` asks anew: names are told only after a permission.
#[hook]
pub(crate) fn use_devices<T: PartialEq + 'static>(refresh: T) -> Rc<Vec<DeviceInfo>> {
    let list = use_state_eq(|| Rc::new(Vec::new()));
    let setter = list.setter();
    use_effect_with(refresh, move |_| {
        let (abort, registration) = AbortHandle::new_pair();
        let watch = async move {
            let Ok(devices) = Devices::new() else { return };
            let mut changes = Box::pin(devices.changes());
            loop {
                if let Ok(found) = devices.enumerate().await {
                    setter.set(Rc::new(found));
                }
                if changes.next().await.is_none() {
                    return;
                }
            }
        };
        spawn_local(async move {
            let _ = Abortable::new(watch, registration).await;
        });
        move || abort.abort()
    });
    (*list).clone()
}

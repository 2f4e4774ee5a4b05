use moim::Devices;
use moim::yew::use_devices;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use super::Mounted;
use crate::listeners::Listeners;
use crate::page::{Mock, js, until};

#[component]
fn List() -> Html {
    let devices = use_devices();
    let refresh = {
        let devices = devices.clone();
        move |_| devices.refresh()
    };
    html! {
        <>
            <button onclick={refresh} />
            <i class="all">{ devices.all().len() }</i>
            <i class="cameras">{ devices.cameras().map(|camera| camera.label.clone()).collect::<String>() }</i>
            <i class="microphones">{ devices.microphones().map(|device| device.label.clone()).collect::<String>() }</i>
            <i class="error">{ devices.error().map(|error| error.code().as_str()) }</i>
        </>
    }
}

/// A browser with these cameras, and a microphone.
fn with_cameras(labels: &str) -> Mock {
    let list = format!(
        "() => Promise.resolve([{labels}].map((label) => ({{ kind: 'videoinput', deviceId: label, groupId: '', label }}))
           .concat({{ kind: 'audioinput', deviceId: 'm', groupId: '', label: 'mic' }}))"
    );
    Mock::new("navigator.mediaDevices", "enumerateDevices", &list)
}

#[wasm_bindgen_test]
async fn the_devices_of_this_machine_appear() {
    let app = Mounted::<List>::new(());
    let there = Devices::new().expect("devices").enumerate().await.expect("a list").len();
    assert!(there > 1, "{there}");
    app.reads(".all", &there.to_string()).await;
    assert_eq!(app.text(".error"), "");
    app.unmount();
}

#[wasm_bindgen_test]
async fn a_camera_that_is_plugged_in_appears_and_so_does_what_only_a_refresh_finds() {
    let one = with_cameras("'a'");
    let app = Mounted::<List>::new(());
    app.reads(".cameras", "a").await;
    assert_eq!(app.text(".microphones"), "mic");
    let two = with_cameras("'a', 'b'");
    js("navigator.mediaDevices.dispatchEvent(new Event('devicechange'))");
    app.reads(".cameras", "ab").await;
    let three = with_cameras("'a', 'b', 'c'");
    app.click("button");
    app.reads(".cameras", "abc").await;
    app.unmount();
    drop(three);
    drop(two);
    drop(one);
}

#[wasm_bindgen_test]
async fn a_permission_that_is_given_shows_the_names() {
    let nameless = with_cameras("''");
    let permission = Mock::new(
        "navigator.permissions",
        "query",
        "() => Promise.resolve(window.permission ??= Object.assign(new EventTarget(), { state: 'prompt' }))",
    );
    let app = Mounted::<List>::new(());
    until("asked for the permission", || js("!!window.permission").is_truthy()).await;
    app.reads(".all", "2").await;
    let named = with_cameras("'a'");
    // The hook listens after the browser has responded.
    until("the name", || {
        js("window.permission.dispatchEvent(new Event('change'))");
        app.text(".cameras") == "a"
    })
    .await;
    app.unmount();
    js("delete window.permission");
    drop((named, permission, nameless));
}

#[wasm_bindgen_test]
async fn a_browser_without_devices_is_an_error() {
    let hidden = Mock::new("navigator.mediaDevices", "getUserMedia", "undefined");
    let app = Mounted::<List>::new(());
    app.reads(".error", "ERR_UNSUPPORTED").await;
    app.unmount();
    drop(hidden);
}

#[wasm_bindgen_test]
async fn unmounting_removes_the_listeners() {
    let listeners = ["MediaDevices", "PermissionStatus"].map(Listeners::count);
    let app = Mounted::<List>::new(());
    until("listeners", || listeners[0].now() > 0.0).await;
    until("permissions", || listeners[1].now() > 0.0).await;
    app.unmount();
    until("none", || listeners.iter().all(|listeners| listeners.now() == 0.0)).await;
    // In the order in which they replaced each other.
    let [first, second] = listeners;
    drop(second);
    drop(first);
}

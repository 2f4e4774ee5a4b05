use moim::StatsMonitorOptions;
use moim::yew::use_stats;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::RtcPeerConnection;
use yew::prelude::*;

use super::Mounted;
use crate::page::{Mock, js, until};

const OPTIONS: StatsMonitorOptions = StatsMonitorOptions { interval_ms: 100, history: 3 };

#[derive(Clone, PartialEq, Properties)]
struct Props {
    source: Option<RtcPeerConnection>,
    options: StatsMonitorOptions,
}

#[component]
fn Quality(props: &Props) -> Html {
    let stats = use_stats(props.source.as_ref(), props.options.clone());
    let times: Vec<f64> = stats.history().map(|sample| sample.timestamp).collect();
    let rises = times.is_sorted_by(|before, after| before < after);
    html! {
        <>
            <i class="samples">{ times.len() }</i>
            <i class="latest">{ stats.latest().map(|sample| sample.timestamp.to_string()) }</i>
            <i class="rises">{ rises.to_string() }</i>
            <i class="level">{ stats.quality().map(|quality| quality.level) }</i>
            <i class="error">{ stats.error().map(|error| error.to_string()) }</i>
        </>
    }
}

#[wasm_bindgen_test]
async fn the_newest_samples_are_shown_until_the_component_is_unmounted() {
    let asked = Mock::new(
        "RTCPeerConnection.prototype",
        "getStats",
        "function (...args) { window.statsAsked = (window.statsAsked ?? 0) + 1; return original.apply(this, args); }",
    );
    let connection = RtcPeerConnection::new().expect("a connection");
    let mut app = Mounted::<Quality>::new(Props { source: None, options: OPTIONS });
    app.reads(".samples", "0").await;
    assert_eq!(js("window.statsAsked"), wasm_bindgen::JsValue::UNDEFINED, "there is nothing to measure");
    app.update(Props { source: Some(connection.clone()), options: OPTIONS });
    app.reads(".samples", "3").await;
    let latest = app.text(".latest");
    until("a newer sample", || app.text(".latest") != latest).await;
    assert_eq!((app.text(".samples").as_str(), app.text(".rises").as_str()), ("3", "true"));
    assert_eq!(app.text(".level"), "5", "nothing is wrong with what carries nothing");
    let other = RtcPeerConnection::new().expect("a connection");
    app.update(Props { source: Some(other.clone()), options: OPTIONS });
    app.reads(".samples", "0").await;
    app.reads(".samples", "1").await;
    app.unmount();
    // A timer left behind would fire within the interval.
    gloo_timers::future::TimeoutFuture::new(50).await;
    let before = js("window.statsAsked");
    gloo_timers::future::TimeoutFuture::new(3 * OPTIONS.interval_ms).await;
    assert_eq!(js("window.statsAsked"), before);
    js("delete window.statsAsked");
    connection.close();
    other.close();
    drop(asked);
}

#[wasm_bindgen_test]
async fn options_out_of_range_and_closed_connections_are_errors() {
    let connection = RtcPeerConnection::new().expect("a connection");
    let options = StatsMonitorOptions { interval_ms: 1, ..OPTIONS };
    let mut app = Mounted::<Quality>::new(Props { source: Some(connection.clone()), options });
    until("the option's name", || app.text(".error").contains("intervalMs")).await;
    connection.close();
    app.update(Props { source: Some(connection), options: OPTIONS });
    until("the state", || app.text(".error").contains("closed")).await;
    app.unmount();
}

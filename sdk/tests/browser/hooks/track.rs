use std::cell::Cell;
use std::rc::Rc;

use moim::yew::{Track, use_track};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlVideoElement;
use yew::prelude::*;

use super::Mounted;
use crate::page::{Mock, Painting, picture, until};

#[derive(Clone, PartialEq, Properties)]
struct Props {
    track: Option<Track>,
    shown: bool,
    #[prop_or_default]
    renders: Rc<Cell<u32>>,
}

#[component]
fn Tile(props: &Props) -> Html {
    props.renders.set(props.renders.get() + 1);
    let video = use_node_ref();
    let track = use_track(&video, props.track.as_ref());
    let play = {
        let track = track.clone();
        move |_| track.play()
    };
    html! {
        <>
            if props.shown { <video ref={video} autoplay=true playsinline=true /> }
            <button onclick={play} />
            <i class="muted">{ track.is_muted().to_string() }</i>
            <i class="error">{ track.error().map(|error| error.to_string()) }</i>
            <i class="blocked">{ track.is_blocked().to_string() }</i>
        </>
    }
}

fn of(track: Option<&Painting>) -> Props {
    Props { track: track.map(|painting| Track::from(&painting.track)), shown: true, renders: Rc::default() }
}

fn video(app: &Mounted<Tile>) -> Option<HtmlVideoElement> {
    Some(app.find("video")?.unchecked_into())
}

/// Waits for frames that change.
async fn moves(app: &Mounted<Tile>) {
    until("pictures", || video(app).is_some_and(|video| video.video_width() > 0)).await;
    let video = video(app).expect("a video");
    let before = picture(&video);
    until("another picture", || picture(&video) != before).await;
}

fn is_empty(app: &Mounted<Tile>) -> bool {
    video(app).is_some_and(|video| video.src_object().is_none())
}

#[wasm_bindgen_test]
async fn a_track_plays_while_it_and_its_element_are_there() {
    let (one, other) = (Painting::new(), Painting::new());
    let mut app = Mounted::<Tile>::new(of(None));
    until("an element", || is_empty(&app)).await;
    assert_eq!(app.text(".muted"), "true", "there is nothing");
    app.update(of(Some(&one)));
    moves(&app).await;
    assert_eq!((app.text(".muted").as_str(), app.text(".blocked").as_str()), ("false", "false"));
    app.update(of(Some(&other)));
    let shows = |app: &Mounted<Tile>, painting: &Painting| {
        let stream = video(app).and_then(|video| video.src_object());
        stream.is_some_and(|stream| stream.get_track_by_id(&painting.track.id()).is_some())
    };
    until("the other track", || shows(&app, &other)).await;
    app.update(Props { shown: false, ..of(Some(&other)) });
    until("no element", || video(&app).is_none()).await;
    app.update(of(Some(&other)));
    moves(&app).await;
    app.update(of(None));
    until("nothing shown", || is_empty(&app)).await;
    app.unmount();
    assert!(!other.track.is_ended(), "it belongs to the application");
}

#[wasm_bindgen_test]
async fn unmounting_frees_the_element() {
    let painting = Painting::new();
    let app = Mounted::<Tile>::new(of(Some(&painting)));
    moves(&app).await;
    let video = video(&app).expect("a video");
    assert!(video.muted(), "a picture makes no sound, so that the browser plays it");
    app.unmount();
    until("nothing shown", || video.src_object().is_none()).await;
}

#[wasm_bindgen_test]
async fn what_the_browser_blocks_plays_after_a_click() {
    let blocked = Mock::new(
        "HTMLMediaElement.prototype",
        "play",
        "function () { this.pause(); return Promise.reject(new DOMException('click first', 'NotAllowedError')); }",
    );
    let painting = Painting::new();
    let app = Mounted::<Tile>::new(of(Some(&painting)));
    app.reads(".blocked", "true").await;
    drop(blocked);
    app.click("button");
    app.reads(".blocked", "false").await;
    moves(&app).await;
    app.unmount();
}

#[wasm_bindgen_test]
async fn a_track_that_cannot_be_shown_is_an_error_and_is_not_tried_over_and_over() {
    let refuses = "function () { throw new DOMException('no stream', 'NotSupportedError'); }";
    let painting = Painting::new();
    let refusing = Mock::new("window", "MediaStream", refuses);
    let properties = of(Some(&painting));
    let app = Mounted::<Tile>::new(properties.clone());
    until("the browser's words", || app.text(".error").contains("no stream")).await;
    let rendered = properties.renders.get();
    app.click("button");
    gloo_timers::future::TimeoutFuture::new(100).await; // a loop would go on
    assert!(properties.renders.get() <= rendered + 2, "{} after {rendered}", properties.renders.get());
    app.unmount();
    drop(refusing);
}

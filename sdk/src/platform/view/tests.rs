//! Elements of a page that are laid out, scrolled and hidden.

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use super::*;

fn js(expression: &str) -> wasm_bindgen::JsValue {
    js_sys::eval(expression).unwrap_or_else(|error| panic!("{expression}: {error:?}"))
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..2_400 {
        if condition() {
            return;
        }
        TimeoutFuture::new(25).await;
    }
    panic!("{what} did not happen in 60 s");
}

/// A video of 200 by 100 pixels in a box that scrolls.
fn video() -> HtmlVideoElement {
    js("document.body.insertAdjacentHTML('beforeend', `
          <div style='width: 300px; height: 300px; overflow: auto; position: fixed; top: 0'>
            <video style='width: 200px; height: 100px; display: block'></video>
            <div style='height: 2000px'></div>
          </div>`);
        window.box = document.body.lastElementChild;
        window.watched = box.firstElementChild")
    .unchecked_into()
}

#[wasm_bindgen_test]
async fn what_is_not_seen_has_no_height() {
    let (heights, scale) = (Rc::new(Cell::new(None)), js("devicePixelRatio").as_f64().expect("a number"));
    let told = heights.clone();
    let view = View::watch(&video(), move |height| told.set(Some(height))).expect("a view");
    view.report();
    let height = |css: f64| Some((css * scale).ceil() as u32);
    assert_eq!(heights.get(), height(100.0), "it is reported at once");
    for (change, css) in [
        ("watched.style.height = '150px'", 150.0),
        ("box.scrollTop = 1000", 0.0),
        ("box.scrollTop = 100", 150.0),
        ("watched.style.display = 'none'", 0.0),
        ("watched.style.display = 'block'", 150.0),
        ("watched.style.height = 0", 0.0),
        ("watched.style.height = '50px'", 50.0),
        ("watched.remove()", 0.0),
        ("box.prepend(watched); box.scrollTop = 0", 50.0),
        (
            "Object.defineProperty(document, 'hidden', { value: true, configurable: true }); document.dispatchEvent(new Event('visibilitychange'))",
            0.0,
        ),
        ("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))", 50.0),
        (
            "Object.defineProperty(document, 'pictureInPictureElement', { value: watched, configurable: true }); watched.dispatchEvent(new Event('enterpictureinpicture'))",
            f64::from(u32::MAX) / scale,
        ),
        (
            "delete document.pictureInPictureElement; watched.dispatchEvent(new Event('leavepictureinpicture'))",
            50.0,
        ),
    ] {
        js(change);
        until(change, || heights.get() == height(css)).await;
    }
    drop(view);
    js("box.remove()");
}

#[wasm_bindgen_test]
async fn a_picture_that_is_cropped_is_as_high_as_it_would_be_whole() {
    let (heights, scale) = (Rc::new(Cell::new(None)), js("devicePixelRatio").as_f64().expect("a number"));
    let told = heights.clone();
    let video = video();
    // Portrait orientation, as on a phone.
    js("(() => {
          const canvas = Object.assign(document.createElement('canvas'), { width: 90, height: 160 });
          canvas.getContext('2d').fillRect(0, 0, 90, 160);
          Object.assign(watched, { muted: true, srcObject: canvas.captureStream() }).play();
          window.painter = setInterval(() => canvas.getContext('2d').fillRect(0, 0, 90, 160), 40);
        })()");
    js("watched.style.objectFit = 'cover'");
    let view = View::watch(&video, move |height| told.set(Some(height))).expect("a view");
    view.report();
    let whole = (200.0 * 160.0 / 90.0 * scale).ceil() as u32;
    until("the whole height", || heights.get() == Some(whole)).await;
    drop(view);
    js("clearInterval(painter); watched.srcObject = null; box.remove()");
}

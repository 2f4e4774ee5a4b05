//! Measures the visible height of a video: <https://www.w3.org/TR/intersection-observer/>,
//! <https://www.w3.org/TR/resize-observer/>.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use js_sys::{Array, Reflect};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Document, HtmlVideoElement, IntersectionObserver, IntersectionObserverEntry, ResizeObserver, Window,
};

use super::exception::Exception;
use super::listener::ListenerGuard;
use crate::error::{Error, Result};

/// Observes a video until it is dropped.
pub(crate) struct View {
    video: Rc<Video>,
    _listeners: Vec<ListenerGuard>,
    intersections: IntersectionObserver,
    sizes: ResizeObserver,
    _on_change: [Closure<dyn FnMut(Array)>; 2],
}

struct Video {
    element: HtmlVideoElement,
    window: Window,
    document: Document,
    /// Whether any part of it is visible in the window and in all scroll containers.
    intersects: Cell<bool>,
    reported: Cell<Option<u32>>,
    on_height: Box<dyn Fn(u32)>,
}

impl View {
    /// Calls `on_height` with the height in device pixels, 0 if it is not visible, and again when that changes. In
    /// picture-in-picture it is `u32::MAX`.
    pub(crate) fn watch(element: &HtmlVideoElement, on_height: impl Fn(u32) + 'static) -> Result<Self> {
        let window = web_sys::window().ok_or(Error::Unsupported { feature: "window" })?;
        let document = window.document().ok_or(Error::Unsupported { feature: "document" })?;
        let video = Rc::new(Video {
            element: Clone::clone(element),
            window,
            document,
            intersects: Cell::new(true),
            reported: Cell::new(None),
            on_height: Box::new(on_height),
        });

        let seen = video.clone();
        let on_intersection = Closure::<dyn FnMut(Array)>::new(move |entries: Array| {
            let last: IntersectionObserverEntry = entries.get(entries.length() - 1).unchecked_into();
            seen.intersects.set(last.is_intersecting());
            seen.report();
        });
        let sized = video.clone();
        let on_size = Closure::<dyn FnMut(Array)>::new(move |_| sized.report());
        let intersections = IntersectionObserver::new(on_intersection.as_ref().unchecked_ref());
        let sizes = ResizeObserver::new(on_size.as_ref().unchecked_ref());
        let (intersections, sizes) =
            (intersections.map_err(Exception::from)?, sizes.map_err(Exception::from)?);
        intersections.observe(element);
        sizes.observe(element);

        let listen = |target, event| {
            let video = video.clone();
            ListenerGuard::new(target, event, move |_| video.report())
        };
        let listeners = vec![
            listen(&video.document, "visibilitychange"),
            // The video's resolution has changed.
            listen(&video.element, "resize"),
            listen(&video.element, "enterpictureinpicture"),
            listen(&video.element, "leavepictureinpicture"),
        ];
        let on_change = [on_intersection, on_size];
        Ok(Self { video, _listeners: listeners, intersections, sizes, _on_change: on_change })
    }

    /// Reports the height if it has changed. The observers of a hidden page report nothing.
    pub(crate) fn report(&self) {
        self.video.report();
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.intersections.disconnect();
        self.sizes.disconnect();
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("View").field(&self.video.reported.get()).finish()
    }
}

impl Video {
    fn report(&self) {
        let height = self.height();
        if self.reported.replace(Some(height)) != Some(height) {
            (self.on_height)(height);
        }
    }

    fn height(&self) -> u32 {
        // Not in all browsers, and not in web-sys.
        let floating = Reflect::get(&self.document, &"pictureInPictureElement".into());
        if floating.is_ok_and(|floating| floating == *AsRef::<JsValue>::as_ref(&self.element)) {
            return u32::MAX;
        }
        if self.document.hidden() || !self.intersects.get() {
            return 0;
        }
        let (width, height) =
            (f64::from(self.element.client_width()), f64::from(self.element.client_height()));
        let of_picture = if self.is_cropped() { width * self.ratio() } else { 0.0 };
        (height.max(of_picture) * self.window.device_pixel_ratio()).ceil() as u32
    }

    /// Whether the video covers the element, and may be higher than it.
    fn is_cropped(&self) -> bool {
        let style = self.window.get_computed_style(&self.element).ok().flatten();
        style.is_some_and(|style| style.get_property_value("object-fit").is_ok_and(|fit| fit == "cover"))
    }

    /// The aspect ratio, height by width; 0 before the first frame.
    fn ratio(&self) -> f64 {
        let width = f64::from(self.element.video_width());
        if width > 0.0 { f64::from(self.element.video_height()) / width } else { 0.0 }
    }
}

#[cfg(test)]
mod tests;

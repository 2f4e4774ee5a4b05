//! The display height of a video, so that no larger one need be sent.

use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, ResizeObserver, window};
use yew::prelude::*;

/// Video is sent in few sizes, so that it does not change with each pixel while a window is resized.
const STEPS: [u32; 3] = [180, 360, 720];

/// Calls `tell` with the element's height in device pixels, rounded up to the next step, and whenever that changes.
/// `None` if it exceeds all steps.
#[hook]
pub(crate) fn use_shown_height(node: NodeRef, tell: Option<Callback<Option<u32>>>) {
    use_effect_with((node, tell), |(node, tell)| {
        let watched =
            node.cast::<Element>().zip(tell.clone()).and_then(|(element, tell)| watch(element, tell));
        move || drop(watched)
    });
}

/// Stops when it is dropped.
struct Watch {
    observer: ResizeObserver,
    _on_resize: Closure<dyn FnMut(Array)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn watch(element: Element, tell: Callback<Option<u32>>) -> Option<Watch> {
    let mut told = None;
    let measured = element.clone();
    let on_resize = Closure::<dyn FnMut(Array)>::new(move |_| {
        let scale = window().map_or(1.0, |window| window.device_pixel_ratio());
        let step = step(f64::from(measured.client_height()) * scale);
        if told != Some(step) {
            told = Some(step);
            tell.emit(step);
        }
    });
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok()?;
    observer.observe(&element);
    Some(Watch { observer, _on_resize: on_resize })
}

fn step(height: f64) -> Option<u32> {
    STEPS.into_iter().find(|step| height <= f64::from(*step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_larger_step_is_enough() {
        assert_eq!(step(0.0), Some(180));
        assert_eq!(step(180.0), Some(180));
        assert_eq!(step(181.0), Some(360));
        assert_eq!(step(2_000.0), None);
    }
}

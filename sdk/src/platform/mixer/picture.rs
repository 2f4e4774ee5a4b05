//! The canvas on which the sources are drawn:
//! <https://www.w3.org/TR/mediacapture-fromelement/#dom-htmlcanvaselement-capturestream>.

use moim_protocol::json::number_text;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, Document, HtmlCanvasElement, HtmlVideoElement, MediaStreamTrack};

use super::options::MixerOptions;
use crate::engine::layout::{Fit, Rectangle};
use crate::error::{Error, Result};
use crate::platform::canvas::canvas_track;
use crate::platform::exception::Exception;

/// `HTMLMediaElement.HAVE_CURRENT_DATA`: a frame is available.
const HAVE_CURRENT_DATA: u16 = 2;
/// Font size of a label, relative to the picture's height.
const LETTERS: f64 = 0.035;
/// Font size of a label on a tile without video, relative to the tile's height.
const NAME: f64 = 0.15;
/// Margin around such a tile, relative to the picture's height.
const EDGE: f64 = 0.005;

#[derive(Debug)]
pub(super) struct Picture {
    context: CanvasRenderingContext2d,
    track: MediaStreamTrack,
    width: f64,
    height: f64,
}

impl Picture {
    pub(super) fn new(options: &MixerOptions) -> Result<Self> {
        let (context, track) = canvas_track(options.width, options.height)?;
        Ok(Self { context, track, width: options.width.into(), height: options.height.into() })
    }

    pub(super) fn track(&self) -> MediaStreamTrack {
        Clone::clone(&self.track)
    }

    pub(super) fn clear(&self, colour: &str) {
        self.context.set_fill_style_str(colour);
        self.context.fill_rect(0.0, 0.0, self.width, self.height);
    }

    pub(super) fn draw(&self, video: &HtmlVideoElement, place: Rectangle, fit: Fit, label: &str) {
        let (x, y) = (place.x * self.width, place.y * self.height);
        let (width, height) = (place.width * self.width, place.height * self.height);
        let (own_width, own_height) = (f64::from(video.video_width()), f64::from(video.video_height()));
        if video.ready_state() >= HAVE_CURRENT_DATA && own_width > 0.0 && own_height > 0.0 {
            let (by_width, by_height) = (width / own_width, height / own_height);
            let scale = match fit {
                Fit::Cover => by_width.max(by_height),
                Fit::Contain => by_width.min(by_height),
            };
            // The visible part of the source, and its destination.
            let (seen_width, seen_height) = (own_width.min(width / scale), own_height.min(height / scale));
            let (to_width, to_height) = (seen_width * scale, seen_height * scale);
            // Fails if the browser has discarded the frame; the next tick has another.
            let _ =
                self.context.draw_image_with_html_video_element_and_sw_and_sh_and_dx_and_dy_and_dw_and_dh(
                    video,
                    (own_width - seen_width) / 2.0,
                    (own_height - seen_height) / 2.0,
                    seen_width,
                    seen_height,
                    x + (width - to_width) / 2.0,
                    y + (height - to_height) / 2.0,
                    to_width,
                    to_height,
                );
        }
        if !label.is_empty() {
            self.write(label, x, y + height, width);
        }
    }

    /// Draws a tile without video, with its label in the middle.
    pub(super) fn draw_name(&self, place: Rectangle, name: &str) {
        let (x, y) = (place.x * self.width, place.y * self.height);
        let (width, height) = (place.width * self.width, place.height * self.height);
        let edge = self.height * EDGE;
        self.context.set_fill_style_str("rgb(128 128 128 / 25%)");
        self.context.fill_rect(x + edge, y + edge, width - 2.0 * edge, height - 2.0 * edge);
        let letters = (height * NAME).min(self.height * 2.0 * LETTERS);
        self.context.set_font(&format!("{}px sans-serif", number_text(letters)));
        let room = (width * 0.9).max(1.0);
        let length = self.context.measure_text(name).map_or(room, |measured| measured.width()).min(room);
        self.context.set_fill_style_str("#fff");
        let (left, base) = (x + (width - length) / 2.0, y + height / 2.0 + letters * 0.35);
        let _ = self.context.fill_text_with_max_width(name, left, base, room);
    }

    fn write(&self, label: &str, left: f64, bottom: f64, width: f64) {
        let letters = self.height * LETTERS;
        let margin = letters / 2.0;
        self.context.set_font(&format!("{}px sans-serif", number_text(letters)));
        let length = self.context.measure_text(label).map_or(0.0, |measured| measured.width());
        let room = (width - 4.0 * margin).max(0.0);
        let (box_width, box_height) = (length.min(room) + 2.0 * margin, letters * 1.6);
        self.context.set_fill_style_str("rgb(0 0 0 / 60%)");
        self.context.fill_rect(left + margin, bottom - box_height - margin, box_width, box_height);
        self.context.set_fill_style_str("#fff");
        let base = bottom - margin - letters * 0.5;
        let _ = self.context.fill_text_with_max_width(label, left + 2.0 * margin, base, room);
    }

    pub(super) fn close(&self) {
        self.track.stop();
    }
}

/// A canvas ignores an invalid colour, and keeps the previous one.
pub(super) fn is_colour(css: &str) -> Result<bool> {
    let canvas = document()?.create_element("canvas").map_err(Exception::from)?;
    let context = canvas.unchecked_into::<HtmlCanvasElement>().get_context("2d").map_err(Exception::from)?;
    let context = context.ok_or(Error::Unsupported { feature: "CanvasRenderingContext2D" })?;
    let context: CanvasRenderingContext2d = context.unchecked_into();
    let [after_black, after_white] = ["#000", "#fff"].map(|before| {
        context.set_fill_style_str(before);
        context.set_fill_style_str(css);
        context.fill_style().as_string()
    });
    Ok(after_black == after_white)
}

/// An element that plays silently, not attached to the document.
pub(in crate::platform) fn player() -> Result<HtmlVideoElement> {
    let element = document()?.create_element("video").map_err(Exception::from)?;
    let element: HtmlVideoElement = element.unchecked_into();
    element.set_muted(true);
    let _ = element.set_attribute("playsinline", "");
    Ok(element)
}

fn document() -> Result<Document> {
    let document = web_sys::window().and_then(|window| window.document());
    document.ok_or(Error::Unsupported { feature: "document" })
}

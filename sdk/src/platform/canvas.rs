//! A canvas as a source of pictures:
//! <https://www.w3.org/TR/mediacapture-fromelement/#dom-htmlcanvaselement-capturestream>.

use gloo_timers::callback::Interval;
use moim_protocol::TrackSource;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, MediaStreamTrack};

use super::exception::Exception;
use super::track::LocalTrack;
use crate::error::{Error, Result};

/// A canvas that is not in the page.
pub(super) fn canvas_2d(width: u32, height: u32) -> Result<(HtmlCanvasElement, CanvasRenderingContext2d)> {
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.ok_or(Error::Unsupported { feature: "document" })?;
    let canvas: HtmlCanvasElement =
        document.create_element("canvas").map_err(Exception::from)?.unchecked_into();
    canvas.set_width(width);
    canvas.set_height(height);
    let context = canvas.get_context("2d").map_err(Exception::from)?;
    let context = context.ok_or(Error::Unsupported { feature: "canvas.getContext" })?;
    Ok((canvas, context.unchecked_into()))
}

/// The track shows what is drawn in the context.
pub(super) fn canvas_track(width: u32, height: u32) -> Result<(CanvasRenderingContext2d, MediaStreamTrack)> {
    let unsupported = || Error::Unsupported { feature: "canvas.captureStream" };
    let (canvas, context) = canvas_2d(width, height)?;
    let capture = js_sys::Reflect::get(&canvas, &"captureStream".into()).map_err(Exception::from)?;
    if !capture.is_function() {
        return Err(unsupported());
    }
    let stream = canvas.capture_stream().map_err(Exception::from)?;
    let track = stream.get_video_tracks().get(0).dyn_into().map_err(|_| unsupported())?;
    Ok((context, track))
}

/// How often it is drawn, so that late joiners get a frame too.
const INTERVAL_MS: u32 = 500;

/// A black picture in place of that of a camera, which can be closed meanwhile. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct BlackPicture {
    track: LocalTrack,
    _drawing: Interval,
}

impl BlackPicture {
    /// A picture of the size of `track`'s.
    pub(crate) fn in_place_of(track: &LocalTrack) -> Result<Self> {
        let settings = track.as_raw().get_settings();
        let (width, height) = (settings.get_width().unwrap_or(640), settings.get_height().unwrap_or(360));
        let (width, height) = (width.max(2).unsigned_abs(), height.max(2).unsigned_abs());
        let (context, raw) = canvas_track(width, height)?;
        let draw = move || context.fill_rect(0.0, 0.0, width.into(), height.into());
        draw();
        let track = LocalTrack::captured(raw, TrackSource::Camera);
        Ok(Self { track, _drawing: Interval::new(INTERVAL_MS, draw) })
    }

    pub(crate) fn track(&self) -> &LocalTrack {
        &self.track
    }
}

//! A picture that changes everywhere, so that an encoder uses all the bits that it may.

use gloo_timers::callback::Interval;
use js_sys::Math::random;

use crate::error::Result;
use crate::model::TrackSource;
use crate::platform::LocalTrack;
use crate::platform::canvas::canvas_track;

const WIDTH: u32 = 640;
const HEIGHT: u32 = 360;
/// 30 frames per second.
const EVERY_MS: u32 = 33;
const RECTANGLES: u32 = 120;

/// A track of coloured rectangles. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Noise {
    track: LocalTrack,
    _drawing: Interval,
}

impl Noise {
    pub(crate) fn new() -> Result<Self> {
        let (context, raw) = canvas_track(WIDTH, HEIGHT)?;
        let draw = move || {
            for _ in 0..RECTANGLES {
                let (hue, lightness) = ((random() * 360.0) as u32, (random() * 100.0) as u32);
                context.set_fill_style_str(&format!("hsl({hue} 80% {lightness}%)"));
                let (x, y) = (random() * f64::from(WIDTH), random() * f64::from(HEIGHT));
                context.fill_rect(x, y, random() * 60.0, random() * 60.0);
            }
        };
        let track = LocalTrack::captured(raw, TrackSource::Custom);
        Ok(Self { track, _drawing: Interval::new(EVERY_MS, draw) })
    }

    pub(crate) fn track(&self) -> &LocalTrack {
        &self.track
    }
}

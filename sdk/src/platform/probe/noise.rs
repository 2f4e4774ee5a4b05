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
                context.set_fill_style_str(&format!(
                    "hsl({:.0} 80% {:.0}%)",
                    random() * 360.0,
                    random() * 100.0
                ));
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

//! Options of a mixer and of its sources.

use moim_protocol::json::number_text;
use moim_protocol::options;
use serde::{Deserialize, Serialize};

use super::picture;
use crate::engine::layout::{Fit, Layout};
use crate::error::{Error, Result};
use crate::options::whole_number;

const MAX_GAIN: u32 = 4;
const MAX_SIZE: u32 = 4096;
const MAX_RATE: u32 = 60;

/// Options of a mixer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct MixerOptions {
    /// Width in pixels, up to 4096. Default: 1280.
    #[serde(deserialize_with = "whole_number::<1, MAX_SIZE, _>")]
    pub width: u32,
    /// Height in pixels, up to 4096. Default: 720.
    #[serde(deserialize_with = "whole_number::<1, MAX_SIZE, _>")]
    pub height: u32,
    /// Frames per second, up to 60. Default: 25.
    pub frame_rate: f64,
    /// The background colour, as in CSS. Default: `"#101418"`.
    pub background: String,
    /// How a source fills its rectangle. Default: `"cover"`.
    pub fit: Fit,
    /// How the sources share the picture. Default: a grid.
    pub layout: Layout,
}

options! { MixerOptions {
    width: "width" in (1, MAX_SIZE),
    height: "height" in (1, MAX_SIZE),
    frame_rate: "frameRate",
    background: "background",
    fit: "fit",
    layout: "layout",
} }

impl Default for MixerOptions {
    fn default() -> Self {
        Self {
            width: 1280,
            height: 720,
            frame_rate: 25.0,
            background: "#101418".to_owned(),
            fit: Fit::Cover,
            layout: Layout::Grid,
        }
    }
}

impl MixerOptions {
    pub(super) fn check(&self) -> Result<()> {
        for (key, value) in [("width", self.width), ("height", self.height)] {
            if !(1..=MAX_SIZE).contains(&value) {
                return invalid(format!("{key} is {value}: expected 1 to {MAX_SIZE} pixels"));
            }
        }
        if !(self.frame_rate > 0.0 && self.frame_rate <= f64::from(MAX_RATE)) {
            let rate = self.frame_rate;
            return invalid(format!(
                "frameRate is {}: expected more than 0 and at most {MAX_RATE}",
                number_text(rate)
            ));
        }
        if !picture::is_colour(&self.background)? {
            return invalid(format!("background is `{}`: expected a CSS colour", self.background));
        }
        if let Some(source) = self.layout.large() {
            return invalid(format!("layout: unknown source {source}: set the layout after adding it"));
        }
        self.layout.fault().map_or(Ok(()), |fault| invalid(format!("layout: {fault}")))
    }
}

/// Options of a mixer's source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(default, rename_all = "camelCase")]
pub struct MixerSourceOptions {
    /// The label drawn on its video. Default: none.
    pub label: String,
    /// The gain: 0 is silence, 1 unchanged, 4 the maximum. Default: 1.
    pub gain: f64,
    /// Whether it has a place in the picture even without video: its label on a plain tile. Then it may have no tracks
    /// at all. Default: false.
    pub always_shown: bool,
}

options! { MixerSourceOptions { label: "label", gain: "gain", always_shown: "alwaysShown" } }

impl Default for MixerSourceOptions {
    fn default() -> Self {
        Self { label: String::new(), gain: 1.0, always_shown: false }
    }
}

impl MixerSourceOptions {
    pub(super) fn check(&self) -> Result<()> {
        check_gain(self.gain)
    }
}

pub(super) fn check_gain(gain: f64) -> Result<()> {
    if (0.0..=f64::from(MAX_GAIN)).contains(&gain) {
        return Ok(());
    }
    invalid(format!("gain is {}: expected 0 to {MAX_GAIN}", number_text(gain)))
}

fn invalid(detail: String) -> Result<()> {
    Err(Error::InvalidOptions { detail })
}

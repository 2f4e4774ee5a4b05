//! The user's settings for the call.

use moim::{DataOptions, Error, Topology};
use yew::prelude::*;

use crate::browser;
use crate::errors::Attempt;
use crate::hooks::{Capture, JoinedRoom, use_resolution};
use crate::inputs::{STANDARD, height_of};
use crate::layout::Arrangement;

const LAYOUT_KEY: &str = "moim-layout";
/// The topic of the mixer's layout messages, see `www/mixer.js`.
const LAYOUT_TOPIC: &str = "layout";
const RESOLUTION_KEY: &str = "moim-resolution";

/// The settings and their setters.
#[derive(Clone, PartialEq)]
pub(crate) struct Choices {
    pub(crate) arrangement: Arrangement,
    pub(crate) on_arrangement: Callback<Arrangement>,
    /// The key of the pinned tile.
    pub(crate) pinned: Option<String>,
    pub(crate) on_pin: Callback<String>,
    /// Height of the camera's video in pixels.
    pub(crate) height: u32,
    pub(crate) on_height: Callback<u32>,
    /// Codec of the camera's video; `None` leaves it to the browsers.
    pub(crate) codec: Option<String>,
    pub(crate) on_codec: Callback<Option<String>>,
}

/// Layout and resolution are stored for the next call; the pinned tile and the codec belong to this one.
#[hook]
pub(crate) fn use_choices(
    room: &JoinedRoom,
    topology: Topology,
    camera: &Capture,
    on_error: Callback<(Attempt, Error)>,
) -> Choices {
    let arrangement = use_state_eq(|| Arrangement::of_name(&browser::recall(LAYOUT_KEY).unwrap_or_default()));
    let pinned = use_state_eq(|| None::<String>);
    let height = use_state_eq(|| {
        browser::recall(RESOLUTION_KEY).and_then(|text| height_of(&text)).unwrap_or(STANDARD)
    });
    let codec = use_state_eq(|| None::<String>);
    let on_resolution_error = Callback::from(move |error: Error| on_error.emit((Attempt::Resolution, error)));
    use_resolution(camera, Some(*height).filter(|height| *height != STANDARD), on_resolution_error);
    let on_arrangement = {
        let deps = (arrangement.setter(), room.clone(), topology);
        use_callback(deps, |chosen: Arrangement, (arrangement, room, topology)| {
            browser::remember(LAYOUT_KEY, chosen.as_str());
            arrangement.set(chosen);
            if *topology == Topology::Mcu {
                let mut options = DataOptions::default();
                options.topic = LAYOUT_TOPIC.to_owned();
                // It fails only while the room is being left, and then the call is not shown.
                let _ = room.send_data(chosen.mixed().as_bytes(), &options);
            }
        })
    };
    let on_height = use_callback(height.setter(), |chosen: u32, height| {
        browser::remember(RESOLUTION_KEY, &chosen.to_string());
        height.set(chosen);
    });
    let on_pin = {
        let pinned = pinned.clone();
        Callback::from(move |key: String| pinned.set(Some(key).filter(|key| pinned.as_ref() != Some(key))))
    };
    Choices {
        arrangement: *arrangement,
        on_arrangement,
        pinned: (*pinned).clone(),
        on_pin,
        height: *height,
        on_height,
        codec: (*codec).clone(),
        on_codec: Callback::from(move |chosen| codec.set(chosen)),
    }
}

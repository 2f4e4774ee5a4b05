//! Toggles of camera and microphone.

use yew::prelude::*;

use crate::hooks::Input;
use crate::ui::{Button, Look, Mark, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct ToggleProps {
    pub(crate) input: Input,
}

/// Toggles the microphone.
#[function_component]
pub(crate) fn MicrophoneToggle(props: &ToggleProps) -> Html {
    let words = use_words();
    let microphone = props.input.clone();
    let on = microphone.is_on();
    html! {
        <Button
            name={words.microphone}
            hint={if on { words.turn_microphone_off } else { words.turn_microphone_on }}
            icon_only={true}
            look={Look::Round}
            mark={if on { Mark::Microphone } else { Mark::MicrophoneOff }}
            pressed={on}
            class={classes!((!on).then_some("is-off"))}
            test="toggle-microphone"
            onclick={move |()| microphone.toggle()}
        />
    }
}

/// Toggles the camera.
#[function_component]
pub(crate) fn CameraToggle(props: &ToggleProps) -> Html {
    let words = use_words();
    let camera = props.input.clone();
    let on = camera.is_on();
    html! {
        <Button
            name={words.camera}
            hint={if on { words.turn_camera_off } else { words.turn_camera_on }}
            icon_only={true}
            look={Look::Round}
            mark={if on { Mark::Camera } else { Mark::CameraOff }}
            pressed={on}
            class={classes!((!on).then_some("is-off"))}
            test="toggle-camera"
            onclick={move |()| camera.toggle()}
        />
    }
}

//! Selects the camera and the microphone.

use moim::{DeviceInfo, DeviceKind};
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::hooks::{CaptureKind, Input, LocalMedia};
use crate::i18n::fill;
use crate::ui::{Icon, Mark, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PickersProps {
    pub(crate) media: LocalMedia,
}

/// One list of cameras, and one of microphones.
#[function_component]
pub(crate) fn Pickers(props: &PickersProps) -> Html {
    let LocalMedia { camera, microphone, devices } = &props.media;
    let of = |kind: DeviceKind| -> Vec<DeviceInfo> {
        devices.iter().filter(|device| device.kind == kind).cloned().collect()
    };
    html! {
        <div class="pickers">
            <Picker input={camera.clone()} devices={of(DeviceKind::VideoInput)} />
            <Picker input={microphone.clone()} devices={of(DeviceKind::AudioInput)} />
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct PickerProps {
    input: Input,
    devices: Vec<DeviceInfo>,
}

#[function_component]
fn Picker(props: &PickerProps) -> Html {
    let words = use_words();
    let (label, mark, unnamed, none, test) = match props.input.kind {
        CaptureKind::Camera => {
            (words.camera, Mark::Camera, words.unnamed_camera, words.no_camera_listed, "camera-select")
        }
        CaptureKind::Microphone => (
            words.microphone,
            Mark::Microphone,
            words.unnamed_microphone,
            words.no_microphone_listed,
            "microphone-select",
        ),
    };
    // Before a permission is granted, the browser lists devices without ids.
    let devices: Vec<&DeviceInfo> =
        props.devices.iter().filter(|device| !device.device_id.is_empty()).collect();
    let chosen = props.input.handle.device_id();
    let listed = devices.iter().any(|device| Some(&device.device_id) == chosen.as_ref());
    let onchange = {
        let handle = props.input.handle.clone();
        Callback::from(move |event: Event| {
            handle.select(event.target_unchecked_into::<HtmlSelectElement>().value());
        })
    };
    let placeholder = if props.devices.is_empty() { none } else { words.default_device };
    html! {
        <label class="field field--select">
            <span class="field__label"><Icon {mark} />{ label }</span>
            <select data-test={test} disabled={devices.is_empty()} {onchange}>
                if !listed {
                    <option value="" selected={true}>{ placeholder }</option>
                }
                { for devices.iter().enumerate().map(|(index, device)| {
                    let name = match device.label.as_str() {
                        "" => fill(unnamed, "number", &(index + 1).to_string()),
                        label => label.to_owned(),
                    };
                    let selected = Some(&device.device_id) == chosen.as_ref();
                    html! {
                        <option key={device.device_id.clone()} value={device.device_id.clone()} {selected}>
                            { name }
                        </option>
                    }
                }) }
            </select>
        </label>
    }
}

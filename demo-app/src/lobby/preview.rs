//! The preview of the user's video, and the microphone level.

use moim::yew::{Track, use_track};
use yew::prelude::*;

use crate::hooks::{Capture, LocalMedia, use_level};
use crate::inputs::{CameraToggle, MicrophoneToggle};
use crate::ui::{Icon, Mark, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct PreviewProps {
    pub(crate) media: LocalMedia,
}

#[function_component]
pub(crate) fn Preview(props: &PreviewProps) -> Html {
    let words = use_words();
    let LocalMedia { camera, microphone, .. } = &props.media;
    let video = use_node_ref();
    use_track(&video, camera.track());

    let status = match &camera.handle.capture {
        Capture::Starting => Some(words.starting_camera),
        Capture::Live(_) if camera.is_on() => None,
        Capture::Live(_) | Capture::Failed(_) => Some(words.camera_is_off),
    };
    html! {
        <>
            <div class="preview">
                <video
                    ref={video}
                    class={classes!("mirrored", status.is_some().then_some("hidden"))}
                    data-test="preview"
                    aria-label={words.preview}
                    autoplay=true
                    playsinline=true
                    muted=true
                />
                if let Some(status) = status {
                    <p class="preview__status">
                        <Icon mark={Mark::CameraOff} />
                        { status }
                    </p>
                }
                <div class="preview__controls">
                    <MicrophoneToggle input={microphone.clone()} />
                    <CameraToggle input={camera.clone()} />
                </div>
            </div>
            <Level on={microphone.is_on()} track={microphone.track()} />
        </>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct LevelProps {
    on: bool,
    track: Option<Track>,
}

#[function_component]
fn Level(props: &LevelProps) -> Html {
    let words = use_words();
    let bar = use_node_ref();
    use_level(bar.clone(), props.track.clone().filter(|_| props.on));
    html! {
        <div class="level">
            <Icon mark={if props.on { Mark::Microphone } else { Mark::MicrophoneOff }} />
            <div class="level__bar" ref={bar} role="img" aria-label={words.microphone_level} data-test="level">
                <div class="level__fill" />
            </div>
            <p class="soft">{ if props.on { words.say_something } else { words.microphone_is_off } }</p>
        </div>
    }
}

//! Errors of camera and microphone, with a retry button.

use moim::Error;
use yew::prelude::*;

use crate::errors::{Attempt, joint_sentence, sentence};
use crate::hooks::{Input, LocalMedia};
use crate::ui::{Button, Mark, Notice, Tone, use_words};

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct InputNoticesProps {
    pub(crate) media: LocalMedia,
}

/// One message for each device that fails, or one for both.
#[function_component]
pub(crate) fn InputNotices(props: &InputNoticesProps) -> Html {
    let words = use_words();
    let LocalMedia { camera, microphone, .. } = &props.media;
    let again = |inputs: Vec<Input>| {
        let onclick = Callback::from(move |()| inputs.iter().for_each(|input| input.handle.retry()));
        html! { <Button name={words.try_again} mark={Mark::Refresh} test="retry" {onclick} /> }
    };
    let camera_error = camera.handle.capture.error();
    let microphone_error = microphone.handle.capture.error();
    let joint = camera_error
        .zip(microphone_error)
        .and_then(|(camera, microphone)| joint_sentence(words, camera, microphone));
    if let Some(text) = joint {
        let again = again(vec![camera.clone(), microphone.clone()]);
        return html! { <Notice {text} tone={Tone::Alarm}>{ again }</Notice> };
    }
    let of = |input: &Input, attempt: Attempt, error: &Error| {
        let again = again(vec![input.clone()]);
        html! { <Notice text={sentence(words, attempt, error)} tone={Tone::Alarm}>{ again }</Notice> }
    };
    html! {
        <>
            { camera_error.map(|error| of(camera, Attempt::Camera, error)) }
            { microphone_error.map(|error| of(microphone, Attempt::Microphone, error)) }
        </>
    }
}

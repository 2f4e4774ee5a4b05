//! All events of a room.

use futures::stream::StreamExt;
use yew::prelude::*;

use super::task::Task;
use crate::{Room, RoomEvent};

/// Calls `on_event` with each event of the room, from the first rendering with it until the component is
/// unmounted. Does not render. A new callback takes over immediately: no event is missed or delivered twice.
///
/// ```no_run
/// use moim::yew::use_room_events;
/// use moim::{Room, RoomEvent};
/// use yew::prelude::*;
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     room: Room,
///     on_text: Callback<String>,
/// }
///
/// #[component]
/// fn Chat(props: &Props) -> Html {
///     let on_text = props.on_text.clone();
///     use_room_events(&props.room, move |event| {
///         if let RoomEvent::ChatReceived { text, .. } = event {
///             on_text.emit(text);
///         }
///     });
///     html! {}
/// }
/// ```
#[hook]
pub fn use_room_events<R, F>(room: R, on_event: F)
where
    R: Into<Option<Room>>,
    F: Into<Callback<RoomEvent>>,
{
    let on_event: Callback<RoomEvent> = on_event.into();
    let latest = use_mut_ref(|| on_event.clone());
    latest.replace(on_event);
    use_effect_with(room.into(), move |room: &Option<Room>| {
        let task = room.as_ref().map(|room| {
            let mut events = room.events();
            Task::spawn(async move {
                while let Some(event) = events.next().await {
                    let on_event = latest.borrow().clone();
                    on_event.emit(event);
                }
            })
        });
        move || drop(task)
    });
}

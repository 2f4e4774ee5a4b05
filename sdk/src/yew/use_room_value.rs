//! A value that is read from a room, and again when it may have changed.

use std::rc::Rc;

use futures::stream::StreamExt;
use yew::functional::use_force_update;
use yew::prelude::*;

use super::task::Task;
use super::use_room::TOGETHER;
use crate::{Room, RoomEvent};

/// The result of `read` on the room, updated after each event that `concerns` it; the default if there is no room.
/// Renders when the value changes.
#[hook]
pub(super) fn use_room_value<T>(
    room: Option<Room>,
    concerns: fn(&RoomEvent) -> bool,
    read: fn(&Room) -> T,
) -> Rc<T>
where
    T: Default + PartialEq + 'static,
{
    let shown = use_mut_ref(|| (None::<Room>, Rc::new(T::default())));
    let render = use_force_update();
    if shown.borrow().0 != room {
        let value = room.as_ref().map(read).unwrap_or_default();
        shown.replace((room.clone(), Rc::new(value)));
    }
    let value = shown.borrow().1.clone();
    use_effect_with(room, move |room| {
        let task = room.clone().map(|room| {
            let mut events = room.events().ready_chunks(TOGETHER);
            let refresh = move || {
                let value = read(&room);
                if *shown.borrow().1 != value {
                    shown.replace((Some(room.clone()), Rc::new(value)));
                    render.force_update();
                }
            };
            refresh(); // it may have changed since it was rendered
            Task::spawn(async move {
                while let Some(events) = events.next().await {
                    if events.iter().any(concerns) {
                        refresh();
                    }
                }
            })
        });
        move || drop(task)
    });
    value
}

//! A room that can be joined and left repeatedly.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use futures::future::{FutureExt, join};
use futures::stream::StreamExt;
use yew::prelude::*;

use super::task::Task;
use crate::{Error, JoinOptions, LocalTrack, ParticipantId, Result, Room, RoomEvent, RoomOptions, RoomState};

/// How many events are processed together, so that a burst is rendered once.
pub(super) const TOGETHER: usize = 64;

#[derive(Clone, Debug, Default, PartialEq)]
struct View {
    state: RoomState,
    room: Option<Room>,
    error: Option<Error>,
}

/// One session in a room, from joining to leaving.
#[derive(Debug)]
struct Visit {
    room: Room,
    _task: Task,
}

#[derive(Debug)]
struct Door {
    options: RefCell<RoomOptions>,
    visit: RefCell<Option<Visit>>,
    view: UseStateSetter<View>,
    unmounted: Cell<bool>,
}

impl Door {
    fn enter(&self, how: RoomOptions, options: JoinOptions, tracks: Vec<LocalTrack>) {
        let inside = self.visit.borrow().as_ref().is_some_and(|visit| visit.room.state() != RoomState::Left);
        if inside || self.unmounted.get() {
            return;
        }
        let room = match Room::new(how) {
            Ok(room) => room,
            Err(error) => {
                return self.view.set(View { state: RoomState::Left, room: None, error: Some(error) });
            }
        };
        self.view.set(View { state: RoomState::Joining, room: Some(room.clone()), error: None });
        let task = Task::spawn(visit(room.clone(), options, tracks, self.view.clone()));
        self.visit.replace(Some(Visit { room, _task: task }));
    }

    /// Leaves the room; `false` if there is none.
    fn leave(&self) -> bool {
        let Some(visit) = self.visit.take() else { return false };
        // Immediately: a task might never run if the page is closed.
        let _ = visit.room.leave().now_or_never();
        true
    }
}

/// Joins, updates the state until the room is left, and stores the reason.
async fn visit(room: Room, options: JoinOptions, tracks: Vec<LocalTrack>, view: UseStateSetter<View>) {
    let mut events = room.events().ready_chunks(TOGETHER); // before joining, so that nothing is missed
    let entering = async {
        let entered = enter(&room, options, tracks).await;
        if entered.is_err() {
            room.leave().await; // after invalid options it is not left yet
        }
        entered.err()
    };
    let staying = async {
        let mut why = None;
        while let Some(events) = events.next().await {
            for event in events {
                if let RoomEvent::Left { error } = event {
                    why = error;
                }
            }
            let state = room.state();
            if state != RoomState::Left {
                view.set(View { state, room: Some(room.clone()), error: None });
            }
        }
        why
    };
    let (refused, ended) = join(entering, staying).await;
    view.set(View { state: RoomState::Left, room: None, error: refused.or(ended) });
}

async fn enter(room: &Room, options: JoinOptions, tracks: Vec<LocalTrack>) -> Result<()> {
    for track in tracks.iter().filter(|track| !track.is_ended()) {
        room.publish(track).await?;
    }
    room.join(options).await
}

/// Returned by [`use_room`]: the current room, and methods to join and leave. Equal to another one if both have the
/// same state.
#[derive(Clone)]
pub struct RoomHandle {
    view: UseStateHandle<View>,
    door: Rc<Door>,
}

impl RoomHandle {
    /// The state: [`New`](RoomState::New) before the first [`join`](Self::join), [`Left`](RoomState::Left) after each.
    pub fn state(&self) -> RoomState {
        self.view.state
    }

    /// The room, from the call of [`join`](Self::join) until it is left: to publish, send and subscribe.
    pub fn room(&self) -> Option<Room> {
        self.view.room.clone()
    }

    /// The room while it is joined.
    pub fn joined(&self) -> Option<Room> {
        self.room().filter(|_| matches!(self.state(), RoomState::Joined | RoomState::Reconnecting))
    }

    /// This participant's id, once joined.
    pub fn participant_id(&self) -> Option<ParticipantId> {
        self.joined()?.participant_id()
    }

    /// Why joining failed, or why the room was left without a call of [`leave`](Self::leave). The errors are those of
    /// [`Room::new`] and [`Room::join`].
    pub fn error(&self) -> Option<Error> {
        self.view.error.clone()
    }

    /// Clears the error, for a message that can be dismissed.
    pub fn clear_error(&self) {
        if self.view.error.is_some() {
            self.view.set(View { error: None, ..(*self.view).clone() });
        }
    }

    /// Joins with a new room, created with the options of the latest rendering. Returns immediately: the result is in
    /// [`state`](Self::state) and [`error`](Self::error). Has no effect while another room is joined or being joined.
    pub fn join(&self, options: JoinOptions) {
        let how = self.door.options.borrow().clone();
        self.door.enter(how, options, Vec::new());
    }

    /// [`join`](Self::join) with a room created with `how`, for example from a form that is being submitted, and with
    /// tracks that are published from the start. Ended tracks are omitted.
    pub fn join_with(&self, how: RoomOptions, options: JoinOptions, tracks: Vec<LocalTrack>) {
        self.door.enter(how, options, tracks);
    }

    /// Leaves, or cancels joining. Published tracks continue. Has no effect without a room.
    pub fn leave(&self) {
        if self.door.leave() {
            self.view.set(View { state: RoomState::Left, room: None, error: None });
        }
    }
}

impl PartialEq for RoomHandle {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.door, &other.door) && self.view == other.view
    }
}

impl fmt::Debug for RoomHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RoomHandle").field(&*self.view).finish()
    }
}

/// For the other hooks.
impl From<&RoomHandle> for Option<Room> {
    fn from(handle: &RoomHandle) -> Self {
        handle.room()
    }
}

/// For the other hooks.
impl From<&Room> for Option<Room> {
    fn from(room: &Room) -> Self {
        Some(room.clone())
    }
}

/// A room that can be joined and left repeatedly. It is left when the component is unmounted.
///
/// Renders only when the state or the error changes: use
/// [`use_participants`](super::use_participants), [`use_room_events`](super::use_room_events) and so on for the
/// content. Changed `options` apply from the next [`join`](RoomHandle::join) on. A handle that an old callback captured
/// is equivalent to a new one.
///
/// ```no_run
/// use moim::yew::use_room;
/// use moim::{JoinOptions, RoomOptions, RoomState};
/// use yew::prelude::*;
///
/// #[component]
/// fn Door() -> Html {
///     let room = use_room(RoomOptions::default());
///     let onclick = {
///         let room = room.clone();
///         move |_| match room.state() {
///             RoomState::New | RoomState::Left => room.join(JoinOptions::new("tea", "Ana")),
///             _ => room.leave(), // also cancels joining
///         }
///     };
///     html! {
///         <>
///             <button {onclick}>{ format!("{:?}", room.state()) }</button>
///             if let Some(error) = room.error() { <p role="alert">{ error.to_string() }</p> }
///         </>
///     }
/// }
/// ```
#[hook]
pub fn use_room(options: RoomOptions) -> RoomHandle {
    let view = use_state_eq(View::default);
    let door = use_memo((), |()| Door {
        options: RefCell::default(),
        visit: RefCell::default(),
        view: view.setter(),
        unmounted: Cell::default(),
    });
    door.options.replace(options);
    {
        let door = door.clone();
        use_effect_with((), move |()| {
            move || {
                door.unmounted.set(true);
                door.leave();
            }
        });
    }
    RoomHandle { view, door }
}

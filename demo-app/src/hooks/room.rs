//! A room as a component sees it: who is in it, and what happens.

use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::rc::Rc;

use futures::StreamExt;
use moim::{
    Error, JoinOptions, LocalTrack, ParticipantId, RemoteParticipant, Room, RoomEvent, RoomEvents,
    RoomOptions, RoomState, Topology,
};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// An event, with the name of the participant that it is about. The name outlives the participant.
#[derive(Debug)]
pub(crate) struct Happening {
    pub(crate) event: RoomEvent,
    pub(crate) name: String,
    /// The participant was there before us: `ParticipantJoined` is told of them too.
    pub(crate) was_there: bool,
}

/// A room that one is in.
#[derive(Clone, Debug)]
pub(crate) struct JoinedRoom {
    session: u32,
    room: Room,
}

impl Deref for JoinedRoom {
    type Target = Room;

    fn deref(&self) -> &Room {
        &self.room
    }
}

impl PartialEq for JoinedRoom {
    fn eq(&self, other: &Self) -> bool {
        self.session == other.session
    }
}

/// Where one is.
#[derive(Clone, Debug, Default)]
enum Place {
    #[default]
    Outside,
    Joining(Room),
    Inside(Room),
}

#[derive(Clone, Debug, Default)]
struct View {
    /// Counts the rooms, so that the last words of an old one do no harm to the next.
    session: u32,
    place: Place,
    participants: Rc<Vec<RemoteParticipant>>,
    failure: Option<Error>,
}

enum Action {
    Begin(Room),
    Joined,
    Roster(Vec<RemoteParticipant>),
    /// Left, or not let in.
    Over(Option<Error>),
    /// There is not even a room to join.
    Refused(Error),
    Forgive,
}

impl Reducible for View {
    type Action = (u32, Action);

    fn reduce(self: Rc<Self>, (session, action): Self::Action) -> Rc<Self> {
        let current = session == self.session;
        let mut view = (*self).clone();
        match (action, view.place.clone()) {
            (Action::Begin(room), Place::Outside) => {
                view = Self { session, place: Place::Joining(room), ..Self::default() };
            }
            (Action::Joined, Place::Joining(room)) if current => view.place = Place::Inside(room),
            (Action::Roster(participants), _) if current => view.participants = Rc::new(participants),
            (Action::Over(failure), Place::Joining(_) | Place::Inside(_)) if current => {
                view = Self { session, failure, ..Self::default() };
            }
            (Action::Refused(error), Place::Outside) => view.failure = Some(error),
            (Action::Forgive, _) => view.failure = None,
            _ => return self,
        }
        view.into()
    }
}

/// The room, if any, and the ways in and out.
#[derive(Clone)]
pub(crate) struct RoomHandle {
    view: UseReducerHandle<View>,
    on_event: Callback<Happening>,
}

impl RoomHandle {
    pub(crate) fn is_joining(&self) -> bool {
        matches!(self.view.place, Place::Joining(_))
    }

    /// The room that has been joined.
    pub(crate) fn joined(&self) -> Option<JoinedRoom> {
        match &self.view.place {
            Place::Inside(room) => Some(JoinedRoom { session: self.view.session, room: room.clone() }),
            _ => None,
        }
    }

    /// The others, in the order in which they joined.
    pub(crate) fn participants(&self) -> Rc<Vec<RemoteParticipant>> {
        self.view.participants.clone()
    }

    /// Why the last call ended, or did not begin. `None` after leaving.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.view.failure.clone()
    }

    /// Forgets the failure.
    pub(crate) fn forgive(&self) {
        self.view.dispatch((self.view.session, Action::Forgive));
    }

    /// Joins with `tracks` published from the start, unless one is in a room already.
    pub(crate) fn join(&self, topology: Topology, options: JoinOptions, tracks: Vec<LocalTrack>) {
        if !matches!(self.view.place, Place::Outside) {
            return;
        }
        let session = self.view.session + 1;
        let view = self.view.dispatcher();
        let mut how = RoomOptions::default();
        how.topology = topology;
        let room = match Room::new(how) {
            Ok(room) => room,
            Err(error) => return view.dispatch((session, Action::Refused(error))),
        };
        view.dispatch((session, Action::Begin(room.clone())));
        let events = room.events(); // before joining, so that nothing is missed
        spawn_local(listen(session, room.clone(), events, view.clone(), self.on_event.clone()));
        spawn_local(async move {
            for track in tracks {
                let _ = room.publish(&track).await; // the publisher of the call tries once more
            }
            let action = match room.join(options).await {
                Ok(()) => Action::Joined,
                Err(error) => Action::Over(Some(error)),
            };
            view.dispatch((session, Action::Roster(room.participants())));
            view.dispatch((session, action));
        });
    }

    /// Leaves, or stops joining.
    pub(crate) fn leave(&self) {
        if let Place::Joining(room) | Place::Inside(room) = self.view.place.clone() {
            self.view.dispatch((self.view.session, Action::Over(None)));
            spawn_local(async move { room.leave().await });
        }
    }
}

/// Hands the events on until the room is left, and keeps the roster up to date with them.
async fn listen(
    session: u32,
    room: Room,
    mut events: RoomEvents,
    view: UseReducerDispatcher<View>,
    on_event: Callback<Happening>,
) {
    let mut names = HashMap::<ParticipantId, String>::new();
    let mut earlier = HashSet::<ParticipantId>::new();
    while let Some(event) = events.next().await {
        let participants = room.participants();
        for participant in &participants {
            names.insert(participant.id.clone(), participant.name.clone());
        }
        if matches!(event, RoomEvent::StateChange { state: RoomState::Joined }) {
            earlier.extend(names.keys().cloned());
        }
        let was_there = match &event {
            RoomEvent::ParticipantJoined { participant } => earlier.remove(&participant.id),
            _ => false,
        };
        let name = about(&event).and_then(|id| names.get(id).cloned()).unwrap_or_default();
        let over = match &event {
            RoomEvent::Left { error } => Some(Action::Over(error.clone())),
            _ => None,
        };
        view.dispatch((session, Action::Roster(participants)));
        on_event.emit(Happening { event, name, was_there });
        if let Some(over) = over {
            view.dispatch((session, over));
        }
    }
}

/// Whom an event is about.
fn about(event: &RoomEvent) -> Option<&ParticipantId> {
    match event {
        RoomEvent::ParticipantJoined { participant } | RoomEvent::ParticipantUpdated { participant } => {
            Some(&participant.id)
        }
        RoomEvent::ParticipantLeft { participant_id, .. }
        | RoomEvent::ChatReceived { participant_id, .. }
        | RoomEvent::ConnectionStateChange { participant_id, .. } => Some(participant_id),
        _ => None,
    }
}

/// A room to join and leave, again and again. `on_event` hears everything that happens in it.
#[hook]
pub(crate) fn use_room(on_event: Callback<Happening>) -> RoomHandle {
    let view = use_reducer(View::default);
    RoomHandle { view, on_event }
}

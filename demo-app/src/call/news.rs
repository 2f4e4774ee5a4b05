//! Handles room events that need a notice or an action.

use moim::yew::use_room_events;
use moim::{Error, Role, RoomEvent, TrackSource};
use yew::prelude::*;

use super::log::{Event, Log, LogAction};
use crate::errors::Attempt;
use crate::hooks::{Files, JoinedRoom, LocalMedia, Presence, Recordings, use_presence};

/// Tracks the room's presence, and creates notices of the host's actions and of offered files.
#[hook]
pub(crate) fn use_room_news(
    room: &JoinedRoom,
    media: &LocalMedia,
    files: &Files,
    log: &UseReducerHandle<Log>,
) -> Presence {
    let known = use_mut_ref(|| room.lobby().waiting);
    let on_event = {
        let (room, media, files, log) = (room.clone(), media.clone(), files.clone(), log.dispatcher());
        Callback::from(move |event: RoomEvent| match event {
            RoomEvent::LobbyChange { waiting, .. } => {
                let before = known.replace(waiting.clone());
                let newcomers = waiting.iter().filter(|one| !before.iter().any(|known| known.id == one.id));
                for newcomer in newcomers.filter(|_| room.role() == Some(Role::Host)) {
                    log.dispatch(LogAction::Note(Event::Waits(newcomer.name.clone())));
                }
            }
            RoomEvent::MuteRequested { publication_id, .. } => {
                let own = room.publications();
                let Some(muted) = own.iter().find(|publication| *publication.id() == publication_id) else {
                    return;
                };
                match muted.source() {
                    TrackSource::Microphone => media.microphone.switch_off(),
                    TrackSource::Camera => media.camera.switch_off(),
                    _ => {}
                }
                log.dispatch(LogAction::Note(Event::MutedByHost(muted.source())));
            }
            RoomEvent::FileOffered { participant_id, file } => {
                let who = files.offer(&participant_id, file);
                log.dispatch(LogAction::Note(Event::FileOffered(who)));
            }
            _ => {}
        })
    };
    use_room_events(room, on_event);
    let presence = use_presence(room);
    {
        let (host, log) = (presence.is_host(), log.dispatcher());
        let was_host = use_mut_ref(|| host);
        use_effect_with(host, move |host| {
            if !was_host.replace(*host) && *host {
                log.dispatch(LogAction::Note(Event::NowHost));
            }
        });
    }
    presence
}

/// Notifies of a device that fails during the call, unless the device panel is `open` and shows it. A device that was
/// missing before the call is not reported.
#[hook]
pub(crate) fn use_device_news(media: &LocalMedia, open: bool, on_error: Callback<(Attempt, Error)>) {
    let errors = [
        (Attempt::Camera, media.camera.handle.capture.error().cloned()),
        (Attempt::Microphone, media.microphone.handle.capture.error().cloned()),
    ];
    let known = use_mut_ref(|| errors.clone());
    use_effect_with(errors, move |errors| {
        let known = known.replace(errors.clone());
        for ((attempt, error), (_, before)) in errors.iter().zip(known) {
            if let Some(error) = error.clone().filter(|error| !open && before.as_ref() != Some(error)) {
                on_error.emit((*attempt, error));
            }
        }
    });
}

/// Stops recordings of tiles that were removed, and keeps the result.
#[hook]
pub(crate) fn use_end_of_lost_recordings(recordings: &Recordings, keys: Vec<String>) {
    let recordings = recordings.clone();
    use_effect_with(keys, move |keys| {
        for entry in recordings.entries().iter().filter(|entry| !keys.contains(&entry.key)) {
            recordings.stop(entry);
        }
    });
}

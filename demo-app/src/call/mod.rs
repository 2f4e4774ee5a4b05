//! The call: tiles, controls, and one panel at a time.

mod chat;
mod controls;
mod grid;
mod header;
mod invite;
mod log;
mod more;
mod panel;
mod people;
mod quality;
mod recorded;
mod statistics;
mod tile;
mod tiles;
mod toasts;

use std::rc::Rc;

use moim::{ChatOptions, Error, RemoteParticipant, Role, RoomEvent, SubscribeOptions, TrackSource};
use yew::prelude::*;

use crate::app::Ticket;
use crate::browser;
use crate::errors::Attempt;
use crate::hooks::{
    JoinedRoom, LocalMedia, Presence, Recordings, use_presence, use_publication, use_resolution,
    use_screen_share,
};
use crate::inputs::{InputNotices, Pickers, ResolutionPicker, STANDARD, height_of};
use crate::layout::Arrangement;
use crate::recordings::RecordingList;
use chat::Chat;
use controls::Controls;
use grid::Grid;
use header::Header;
use invite::{InviteBar, use_invite};
use log::Event;
pub(crate) use log::{Log, LogAction};
use more::More;
use panel::{Panel, SidePanel};
use people::{People, use_hand};
use recorded::{ROOM, use_recorded_room};
use statistics::Statistics;
use toasts::Toasts;

const LAYOUT_KEY: &str = "moim-layout";
const RESOLUTION_KEY: &str = "moim-resolution";

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct CallProps {
    pub(crate) room: JoinedRoom,
    pub(crate) ticket: Ticket,
    pub(crate) participants: Rc<Vec<RemoteParticipant>>,
    pub(crate) media: LocalMedia,
    pub(crate) recordings: Recordings,
    pub(crate) log: UseReducerHandle<Log>,
    pub(crate) on_leave: Callback<()>,
}

#[function_component]
pub(crate) fn Call(props: &CallProps) -> Html {
    let CallProps { room, ticket, media, recordings, log, .. } = props;
    let panel = use_state_eq(|| None::<Panel>);
    let read = use_state_eq(|| 0_usize);

    let on_error = {
        let log = log.dispatcher();
        use_callback((), move |(attempt, error): (Attempt, Error), ()| {
            log.dispatch(LogAction::Note(Event::Failed(attempt, error)));
        })
    };
    let on_share_error = {
        let on_error = on_error.clone();
        Callback::from(move |error: Error| on_error.emit((Attempt::Share, error)))
    };
    let share = use_screen_share(room, on_share_error);
    use_publication(room, &media.camera.handle.capture, media.camera.is_muted());
    use_publication(room, &media.microphone.handle.capture, media.microphone.is_muted());
    use_device_news(media, *panel == Some(Panel::Devices), on_error.clone());
    let on_copied = {
        let log = log.dispatcher();
        Callback::from(move |()| log.dispatch(LogAction::Note(Event::LinkCopied)))
    };
    let invite = use_invite(ticket, on_copied);

    let hand = use_hand(room);
    let presence = use_call_presence(room, media, log);
    let arrangement = use_state_eq(|| Arrangement::of_name(&browser::recall(LAYOUT_KEY).unwrap_or_default()));
    let pinned = use_state_eq(|| None::<String>);
    let height = use_state_eq(|| {
        browser::recall(RESOLUTION_KEY).and_then(|text| height_of(&text)).unwrap_or(STANDARD)
    });
    let on_resolution_error = {
        let on_error = on_error.clone();
        Callback::from(move |error: Error| on_error.emit((Attempt::Resolution, error)))
    };
    use_resolution(
        &media.camera.handle.capture,
        Some(*height).filter(|height| *height != STANDARD),
        on_resolution_error,
    );

    let tiles = tiles::tiles(&ticket.name, hand.up, media, share.tracks(), &props.participants);
    let keys = tiles.iter().map(|tile| tile.key.clone()).chain([ROOM.to_owned()]).collect();
    use_end_of_lost_recordings(recordings, keys);
    let recorded_room = use_recorded_room(recordings, &tiles, on_error.clone());

    // What came while the chat was open has been read.
    let said = log.messages.len();
    {
        let read = read.setter();
        use_effect_with((*panel, said), move |(panel, said)| {
            if *panel == Some(Panel::Chat) {
                read.set(*said);
            }
        });
    }
    let unread = log.messages.iter().skip(*read).filter(|message| message.from.is_some()).count();

    let toggle_panel = {
        let panel = panel.clone();
        Callback::from(move |chosen: Panel| panel.set(Some(chosen).filter(|_| *panel != Some(chosen))))
    };
    let show_recordings = {
        let panel = panel.setter();
        Callback::from(move |()| panel.set(Some(Panel::Recordings)))
    };
    let close_panel = {
        let panel = panel.setter();
        Callback::from(move |()| panel.set(None))
    };
    // Wherever the focus is; the panel itself knows where to put it.
    let onkeydown = {
        let close = close_panel.clone();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" && !event.is_composing() {
                close.emit(());
            }
        })
    };
    let on_send = {
        let (room, log, on_error) = (room.clone(), log.dispatcher(), on_error.clone());
        Callback::from(move |text: String| match room.send_chat(&text, &ChatOptions::default()) {
            Ok(_) => {
                log.dispatch(LogAction::Sent(text));
                true
            }
            Err(error) => {
                on_error.emit((Attempt::Call, error));
                false
            }
        })
    };
    let on_dismiss = {
        let log = log.dispatcher();
        Callback::from(move |id| log.dispatch(LogAction::Dismiss(id)))
    };
    let on_shown =
        use_callback(room.clone(), |((participant, publication), max_height), room: &JoinedRoom| {
            let mut wish = SubscribeOptions::default();
            wish.max_height = max_height;
            // It fails only when the room is left, and then nothing is shown.
            let _ = room.subscribe(&participant, &publication, &wish);
        });
    let on_pin = {
        let pinned = pinned.clone();
        Callback::from(move |key: String| pinned.set(Some(key).filter(|key| pinned.as_ref() != Some(key))))
    };
    let on_arrangement = use_callback(arrangement.setter(), |chosen: Arrangement, arrangement| {
        browser::remember(LAYOUT_KEY, chosen.as_str());
        arrangement.set(chosen);
    });
    let on_height = use_callback(height.setter(), |chosen: u32, height| {
        browser::remember(RESOLUTION_KEY, &chosen.to_string());
        height.set(chosen);
    });
    let waiting = if presence.is_host() { presence.lobby.waiting.len() } else { 0 };
    let sharing = share.tracks().is_some();
    let on_share = Callback::from(move |()| share.toggle());
    let content = |panel: Panel| match panel {
        Panel::Chat => {
            html! { <Chat messages={log.messages.clone()} name={ticket.name.clone()} {on_send} /> }
        }
        Panel::Recordings => html! { <RecordingList recordings={recordings.clone()} /> },
        Panel::People => html! {
            <People
                room={room.clone()}
                name={ticket.name.clone()}
                media={media.clone()}
                hand={hand.clone()}
                presence={presence.clone()}
                participants={props.participants.clone()}
            />
        },
        Panel::Statistics => html! {
            <Statistics topology={ticket.topology} participants={props.participants.clone()} />
        },
        Panel::Devices => html! {
            <>
                <InputNotices media={media.clone()} />
                <Pickers media={media.clone()} />
                <ResolutionPicker height={*height} {on_height} />
            </>
        },
        Panel::More => html! {
            <More
                arrangement={*arrangement}
                {on_arrangement}
                recording={recorded_room.running}
                on_record={recorded_room.toggle.clone()}
                hand={hand.clone()}
                {sharing}
                on_share={on_share.clone()}
                on_panel={toggle_panel.clone()}
            />
        },
    };
    html! {
        <div class="call" data-test="call" tabindex="-1" {onkeydown} data-panel={panel.is_some().then_some("open")}>
            <Header
                room={ticket.room.clone()}
                invite={invite.clone()}
                recordings={recordings.clone()}
                locked={presence.lobby.locked}
                panel={*panel}
                on_panel={toggle_panel.clone()}
            />
            <InviteBar {invite} alone={props.participants.iter().all(|participant| participant.role == Role::Mixer)} />
            <Grid
                {tiles}
                arrangement={*arrangement}
                pinned={(*pinned).clone()}
                dominant={presence.dominant.clone()}
                {on_pin}
                recordings={recordings.clone()}
                on_recording={show_recordings}
                {on_error}
                {on_shown}
            />
            if let Some(panel) = *panel {
                <SidePanel {panel} on_close={close_panel}>{ content(panel) }</SidePanel>
            }
            <Controls
                media={media.clone()}
                {sharing}
                hand={hand.clone()}
                panel={*panel}
                {unread}
                {waiting}
                {on_share}
                on_panel={toggle_panel}
                on_leave={props.on_leave.clone()}
            />
            <Toasts notes={log.notes.clone()} {on_dismiss} />
        </div>
    }
}

/// The room's presence, and notices of what the host does.
#[hook]
fn use_call_presence(room: &JoinedRoom, media: &LocalMedia, log: &UseReducerHandle<Log>) -> Presence {
    let known = use_mut_ref(|| room.lobby().waiting);
    let on_event = {
        let (room, media, log) = (room.clone(), media.clone(), log.dispatcher());
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
                let Some(muted) = own.iter().find(|publication| publication.id == publication_id) else {
                    return;
                };
                match muted.source {
                    TrackSource::Microphone => media.microphone.switch_off(),
                    TrackSource::Camera => media.camera.switch_off(),
                    _ => {}
                }
                log.dispatch(LogAction::Note(Event::MutedByHost(muted.source)));
            }
            _ => {}
        })
    };
    let presence = use_presence(room, on_event);
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

/// Tells of a device that fails during the call, unless the panel of devices is `open` and shows it. What was missing
/// before the call is known.
#[hook]
fn use_device_news(media: &LocalMedia, open: bool, on_error: Callback<(Attempt, Error)>) {
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

/// Ends the recordings of tiles that are there no more, and keeps what was recorded.
#[hook]
fn use_end_of_lost_recordings(recordings: &Recordings, keys: Vec<String>) {
    let recordings = recordings.clone();
    use_effect_with(keys, move |keys| {
        for entry in recordings.entries().iter().filter(|entry| !keys.contains(&entry.key)) {
            recordings.stop(entry);
        }
    });
}

//! The call: tiles, controls, and one panel at a time.

mod chat;
mod controls;
mod grid;
mod header;
mod invite;
mod log;
mod panel;
mod tile;
mod tiles;
mod toasts;

use std::rc::Rc;

use moim::{ChatOptions, Error, RemoteParticipant, Role, SubscribeOptions};
use yew::prelude::*;

use crate::app::Ticket;
use crate::errors::Attempt;
use crate::hooks::{JoinedRoom, LocalMedia, Recordings, use_publication, use_screen_share};
use crate::inputs::{InputNotices, Pickers};
use crate::recordings::RecordingList;
use chat::Chat;
use controls::Controls;
use grid::Grid;
use header::Header;
use invite::{InviteBar, use_invite};
use log::Event;
pub(crate) use log::{Log, LogAction};
use panel::{Panel, SidePanel};
use toasts::Toasts;

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

    let tiles = tiles::tiles(&ticket.name, media, share.tracks(), &props.participants);
    use_end_of_lost_recordings(recordings, tiles.iter().map(|tile| tile.key.clone()).collect());

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
    let sharing = share.tracks().is_some();
    let content = |panel: Panel| match panel {
        Panel::Chat => {
            html! { <Chat messages={log.messages.clone()} name={ticket.name.clone()} {on_send} /> }
        }
        Panel::Recordings => html! { <RecordingList recordings={recordings.clone()} /> },
        Panel::Devices => html! {
            <>
                <InputNotices media={media.clone()} />
                <Pickers media={media.clone()} />
            </>
        },
    };
    html! {
        <div class="call" data-test="call" tabindex="-1" {onkeydown} data-panel={panel.is_some().then_some("open")}>
            <Header
                room={ticket.room.clone()}
                invite={invite.clone()}
                recordings={recordings.clone()}
                panel={*panel}
                on_panel={toggle_panel.clone()}
            />
            <InviteBar {invite} alone={props.participants.iter().all(|participant| participant.role == Role::Mixer)} />
            <Grid {tiles} recordings={recordings.clone()} on_recording={show_recordings} {on_error}
                {on_shown}
            />
            if let Some(panel) = *panel {
                <SidePanel {panel} on_close={close_panel}>{ content(panel) }</SidePanel>
            }
            <Controls
                media={media.clone()}
                {sharing}
                panel={*panel}
                {unread}
                on_share={move |()| share.toggle()}
                on_panel={toggle_panel}
                on_leave={props.on_leave.clone()}
            />
            <Toasts notes={log.notes.clone()} {on_dismiss} />
        </div>
    }
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

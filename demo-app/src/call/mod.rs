//! The call: tiles, controls, and one panel at a time.

mod chat;
mod choices;
mod controls;
mod files;
mod grid;
mod header;
mod invite;
mod log;
mod more;
mod news;
mod panel;
mod people;
mod quality;
mod recorded;
mod statistics;
mod tile;
mod tiles;
mod toasts;

use std::rc::Rc;

use moim::yew::{Participant, use_quality};
use moim::{ChatOptions, Error, ParticipantId, Role, SubscribeOptions};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;
use yew::prelude::*;

use crate::errors::Attempt;
use crate::hooks::{
    JoinedRoom, LocalMedia, Recordings, use_file_drop, use_files, use_publication, use_screen_share,
};
use crate::inputs::{CodecPicker, InputNotices, Pickers, ResolutionPicker};
use crate::recordings::RecordingList;
use crate::ticket::Ticket;
use crate::ui::{LanguageSwitch, use_words};
use chat::Chat;
use choices::use_choices;
use controls::Controls;
use files::{DropHint, FilePanel};
use grid::Grid;
use header::Header;
use invite::{InviteBar, use_invite};
use log::Event;
pub(crate) use log::{Log, LogAction};
use more::More;
use news::{use_device_news, use_end_of_lost_recordings, use_room_news};
use panel::{Panel, SidePanel};
use people::{People, use_hand};
use recorded::{ROOM, use_recorded_room};
use statistics::Statistics;
use toasts::Toasts;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct CallProps {
    pub(crate) room: JoinedRoom,
    pub(crate) ticket: Ticket,
    pub(crate) participants: Rc<Vec<Participant>>,
    pub(crate) media: LocalMedia,
    pub(crate) recordings: Recordings,
    pub(crate) log: UseReducerHandle<Log>,
    pub(crate) on_leave: Callback<()>,
}

#[function_component]
pub(crate) fn Call(props: &CallProps) -> Html {
    let words = use_words();
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
    let choices = use_choices(room, ticket.topology, &media.camera.handle.capture, on_error.clone());
    use_publication(room, &media.camera.handle.capture, media.camera.is_muted(), choices.codec.clone());
    use_publication(room, &media.microphone.handle.capture, media.microphone.is_muted(), None);
    use_device_news(media, *panel == Some(Panel::Devices), on_error.clone());
    let on_copied = {
        let log = log.dispatcher();
        Callback::from(move |()| log.dispatch(LogAction::Note(Event::LinkCopied)))
    };
    let invite = use_invite(ticket, on_copied);

    let hand = use_hand(room);
    let files = use_files(room);
    let capabilities = room.capabilities();
    let presence = use_room_news(room, media, &files, log);
    let quality = use_quality(room);
    let tiles = tiles::tiles(&ticket.name, hand.up, media, share.tracks(), &props.participants, quality);
    let keys = tiles.iter().map(|tile| tile.key.clone()).chain([ROOM.to_owned()]).collect();
    use_end_of_lost_recordings(recordings, keys);
    let show_recordings = {
        let panel = panel.setter();
        Callback::from(move |()| panel.set(Some(Panel::Recordings)))
    };
    let recorded_room = use_recorded_room(recordings, &tiles, show_recordings.clone(), on_error.clone());

    // Messages that arrived while the chat was open count as read.
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
    let on_sound = {
        let room = room.clone();
        Callback::from(move |()| {
            // Called within the click. Elements that do not start stay blocked, and the button stays.
            let started = room.start_audio();
            spawn_local(async move { drop(started.await) });
        })
    };
    let on_panel = {
        let panel = panel.setter();
        Callback::from(move |chosen: Panel| panel.set(Some(chosen)))
    };
    let close_panel = {
        let panel = panel.setter();
        Callback::from(move |()| panel.set(None))
    };
    // Independent of the focus, which the panel sets itself.
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
    let waiting = if presence.is_host() { presence.lobby.waiting.len() } else { 0 };
    let sharing = share.tracks().is_some();
    let on_share = Callback::from(move |()| share.toggle());
    let on_files = {
        let (files, panel, log) = (files.clone(), panel.setter(), log.dispatcher());
        Callback::from(move |(chosen, to): (Vec<File>, Option<ParticipantId>)| {
            match files.send(&chosen, to.as_ref()) {
                Ok(true) => panel.set(Some(Panel::Files)),
                Ok(false) if chosen.is_empty() => {}
                Ok(false) => log.dispatch(LogAction::Note(Event::NobodyForFiles)),
                Err(error) => log.dispatch(LogAction::Note(Event::Failed(Attempt::File, error))),
            }
        })
    };
    let on_drop = {
        let on_files = on_files.clone();
        Callback::from(move |(dropped, mark): (Vec<File>, String)| {
            on_files.emit((dropped, Some(ParticipantId(mark)).filter(|id| !id.0.is_empty())));
        })
    };
    let drop = use_file_drop(on_drop);
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
        Panel::Files => html! {
            <FilePanel files={files.clone()} participants={props.participants.clone()} {on_files} />
        },
        Panel::Statistics => html! {
            <Statistics topology={ticket.topology} participants={props.participants.clone()} />
        },
        Panel::Devices => html! {
            <>
                <InputNotices media={media.clone()} />
                <Pickers media={media.clone()} />
                <ResolutionPicker height={choices.height} on_height={choices.on_height.clone()} />
                <CodecPicker topology={ticket.topology} codec={choices.codec.clone()} on_codec={choices.on_codec.clone()} />
                <div class="field">
                    <span class="field__label">{ words.language }</span>
                    <LanguageSwitch />
                </div>
            </>
        },
        Panel::More => html! {
            <More
                arrangement={choices.arrangement}
                on_arrangement={choices.on_arrangement.clone()}
                recording={recorded_room.running}
                on_record={recorded_room.toggle.clone()}
                hand={hand.clone()}
                files={capabilities.reliable_data && capabilities.addressed_data}
                offered={files.offered()}
                {sharing}
                on_share={on_share.clone()}
                on_panel={toggle_panel.clone()}
            />
        },
    };
    html! {
        <div
            class="call"
            data-test="call"
            tabindex="-1"
            {onkeydown}
            data-panel={panel.is_some().then_some("open")}
            ondragover={drop.ondragover.clone()}
            ondragleave={drop.ondragleave.clone()}
            ondrop={drop.ondrop.clone()}
        >
            if let Some(over) = &drop.over {
                <DropHint participants={props.participants.clone()} over={over.clone()} />
            }
            <Header
                room={ticket.room.clone()}
                invite={invite.clone()}
                recordings={recordings.clone()}
                locked={presence.lobby.locked}
                reconnecting={presence.reconnecting}
                panel={*panel}
                on_panel={toggle_panel.clone()}
            />
            <InviteBar {invite} alone={props.participants.iter().all(|participant| participant.role() == Role::Mixer)} />
            <Grid
                {tiles}
                arrangement={choices.arrangement}
                pinned={choices.pinned.clone()}
                dominant={presence.speakers.dominant.clone()}
                on_pin={choices.on_pin.clone()}
                drop_on={drop.over.clone()}
                blocked={presence.sound_blocked}
                {on_sound}
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
                chat={capabilities.reliable_data}
                {unread}
                {waiting}
                offered={files.offered()}
                {on_share}
                on_panel={toggle_panel}
                on_leave={props.on_leave.clone()}
            />
            <Toasts notes={log.notes.clone()} panel={*panel} {on_dismiss} {on_panel} />
        </div>
    }
}

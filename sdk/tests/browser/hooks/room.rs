use std::cell::{Cell, RefCell};
use std::rc::Rc;

use moim::yew::{RoomHandle, use_lobby, use_participants, use_room, use_room_events, use_speakers};
use moim::{ErrorCode, JoinOptions, Room, RoomEvent, RoomOptions};
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use super::Mounted;
use super::server::Server;
use super::timers::Timers;
use crate::page::{js, until};

const TEA: &str = "ws://server/tea";
const NOBODY: &str = "ws://127.0.0.1:59999/ws";

#[derive(Clone, PartialEq, Properties)]
struct Props {
    url: AttrValue,
    #[prop_or(AttrValue::Static("Bob"))]
    name: AttrValue,
    /// The handle of the first rendering, for later use by the test.
    #[prop_or_default]
    first: Rc<RefCell<Option<RoomHandle>>>,
    #[prop_or_default]
    renders: Rc<Cell<u32>>,
}

fn props(url: &'static str) -> Props {
    yew::props!(Props { url })
}

fn options(url: &str) -> RoomOptions {
    let mut options = RoomOptions::default();
    options.url = url.to_owned();
    options
}

/// A room's state, and its participants.
#[component]
fn Door(props: &Props) -> Html {
    props.renders.set(props.renders.get() + 1);
    let room = use_room(options(&props.url));
    props.first.borrow_mut().get_or_insert_with(|| room.clone());
    let name = props.name.to_string();
    let join = {
        let room = room.clone();
        move |_| room.join(JoinOptions::new("tea", name.clone()))
    };
    let leave = {
        let room = room.clone();
        move |_| room.leave()
    };
    let forget = {
        let room = room.clone();
        move |_| room.clear_error()
    };
    html! {
        <>
            <button class="join" onclick={join} />
            <button class="leave" onclick={leave} />
            <button class="forget" onclick={forget} />
            <i class="state">{ format!("{:?}", room.state()) }</i>
            <i class="error">{ room.error().map(|error| error.code().as_str()) }</i>
            <i class="self">{ room.participant_id().map(|id| id.to_string()) }</i>
            <People room={room.room()} />
        </>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct PeopleProps {
    room: Option<Room>,
}

thread_local! {
    static PEOPLE_RENDERED: Cell<u32> = const { Cell::new(0) };
}

#[component]
fn People(props: &PeopleProps) -> Html {
    PEOPLE_RENDERED.with(|count| count.set(count.get() + 1));
    let people = use_participants(props.room.clone());
    let (speakers, lobby) = (use_speakers(props.room.clone()), use_lobby(props.room.clone()));
    let shown = people.iter().map(|person| {
        let muted = person.publications().iter().any(|publication| publication.is_muted());
        format!("{}{} ", person.name(), if muted { " muted" } else { "" })
    });
    html! {
        <>
            <i class="people">{ shown.collect::<String>() }</i>
            <i class="lobby">{ format!("{} {}", lobby.locked, lobby.waiting.len()) }</i>
            <i class="speakers">{ speakers.active.len() }</i>
        </>
    }
}

#[wasm_bindgen_test]
async fn a_server_that_cannot_be_reached_is_an_error_that_can_be_dismissed() {
    let app = Mounted::<Door>::new(props(NOBODY));
    app.reads(".state", "New").await;
    assert_eq!(app.text(".error"), "");
    app.click(".join");
    app.reads(".error", ErrorCode::SignalingUnreachable.as_str()).await;
    assert_eq!(app.text(".state"), "Left");
    app.click(".forget");
    app.reads(".error", "").await;
    app.unmount();
}

#[wasm_bindgen_test]
async fn who_is_in_the_room_is_shown_as_it_changes() {
    let server = Server::start();
    let app = Mounted::<Door>::new(props(TEA));
    app.reads(".state", "New").await;
    app.click(".join");
    app.reads(".people", "Ana ").await;
    assert_eq!((app.text(".state").as_str(), app.text(".self").as_str()), ("Joined", "self"));
    let cyd = |name: &str, muted: bool| {
        format!(
            "{{ id: 'cyd', joinOrder: 3, name: '{name}', metadata: '', publications: \
             [{{ id: 'mic', kind: 'audio', source: 'microphone', muted: {muted} }}] }}"
        )
    };
    server.tell(&cyd("Cyd", false));
    app.reads(".people", "Ana Cyd ").await;
    server.tell(&cyd("Cyd", true));
    app.reads(".people", "Ana Cyd muted ").await;
    server.tell(&cyd("Dot", false));
    app.reads(".people", "Ana Dot ").await;
    js(
        "WebSocket.all[0].say({ type: 'participantLeft', revision: ++WebSocket.all[0].revision, participantId: 'cyd', reason: 'left' })",
    );
    app.reads(".people", "Ana ").await;
    app.click(".leave");
    app.reads(".state", "Left").await;
    assert_eq!((app.text(".people").as_str(), app.text(".error").as_str()), ("", ""));
    app.unmount();
}

#[wasm_bindgen_test]
async fn nothing_is_rendered_when_nothing_changed() {
    let server = Server::start();
    let properties = props(TEA);
    let app = Mounted::<Door>::new(properties.clone());
    app.reads(".state", "New").await;
    app.click(".join");
    app.reads(".people", "Ana ").await;
    let event = Rc::new(Cell::new(0));
    let room = properties.first.borrow().as_ref().and_then(RoomHandle::room).expect("a room");
    let listening = {
        let event = event.clone();
        Mounted::<Ear>::new(EarProps { room, on_event: Callback::from(move |_| event.set(event.get() + 1)) })
    };
    listening.reads("i", "here").await;
    let before = (properties.renders.get(), PEOPLE_RENDERED.with(Cell::get));
    js("WebSocket.all[0].say({ type: 'welcome' })"); // nonsense, which is a warning
    until("the warning", || event.get() > 0).await;
    server.tell("{ id: 'ana', joinOrder: 1, name: 'An', metadata: '', publications: [] }");
    server.tell("{ id: 'ana', joinOrder: 1, name: 'Ann', metadata: '', publications: [] }");
    app.reads(".people", "Ann ").await;
    let after = (properties.renders.get(), PEOPLE_RENDERED.with(Cell::get));
    assert_eq!(after, (before.0, before.1 + 1), "the door not at all, the people once for both");
    listening.unmount();
    app.unmount();
}

#[wasm_bindgen_test]
async fn joining_can_be_cancelled_and_tried_again_elsewhere() {
    let server = Server::start();
    let properties = props("ws://server/silent");
    let mut app = Mounted::<Door>::new(properties.clone());
    app.reads(".state", "New").await;
    app.click(".join");
    app.click(".join");
    app.reads(".state", "Joining").await;
    server.has("ws://server/silent").await;
    app.click(".leave");
    app.reads(".state", "Left").await;
    server.has("").await;
    assert_eq!(app.text(".error"), "", "it was asked for");
    let rendered = properties.renders.get();
    app.update(Props { url: TEA.into(), ..properties.clone() });
    until("rendered", || properties.renders.get() > rendered).await;
    assert_eq!(server.open(), "", "new options open nothing by themselves");
    app.click(".join");
    app.reads(".state", "Joined").await;
    assert_eq!(server.open(), TEA);
    app.unmount();
}

#[wasm_bindgen_test]
async fn options_of_a_join_that_are_refused_leave_the_door_usable() {
    let _server = Server::start();
    let mut app = Mounted::<Door>::new(Props { name: " ".into(), ..props(TEA) });
    app.reads(".state", "New").await;
    app.click(".join");
    app.reads(".error", ErrorCode::InvalidOptions.as_str()).await;
    app.update(Props { url: "https://server/tea".into(), ..props(TEA) });
    app.reads(".state", "Left").await;
    app.click(".join");
    app.reads(".error", ErrorCode::InvalidOptions.as_str()).await;
    app.update(props(TEA));
    until("joined", || {
        app.click(".join");
        app.text(".state") == "Joined"
    })
    .await;
    assert_eq!(app.text(".error"), "");
    app.unmount();
}

#[wasm_bindgen_test]
async fn a_handle_from_long_ago_joins_with_the_newest_options() {
    let server = Server::start();
    let first = props("ws://server/old");
    let mut app = Mounted::<Door>::new(first.clone());
    app.reads(".state", "New").await;
    app.update(Props { url: TEA.into(), ..first.clone() });
    until("rendered", || first.renders.get() == 2).await;
    let handle = first.first.borrow().clone().expect("a handle");
    handle.join(JoinOptions::new("tea", "Bob"));
    app.reads(".state", "Joined").await;
    assert_eq!(server.open(), TEA);
    handle.join(JoinOptions::new("tea", "Bob"));
    assert_eq!(server.open(), TEA, "it knows that one is inside");
    app.unmount();
}

#[wasm_bindgen_test]
async fn two_rooms_in_one_page_do_not_disturb_each_other() {
    let server = Server::start();
    let (one, other) =
        (Mounted::<Door>::new(props("ws://server/1")), Mounted::<Door>::new(props("ws://server/2")));
    other.reads(".state", "New").await;
    one.click(".join");
    other.click(".join");
    one.reads(".people", "Ana ").await;
    other.reads(".people", "Ana ").await;
    one.click(".leave");
    one.reads(".people", "").await;
    server.has("ws://server/2").await;
    assert_eq!((other.text(".state").as_str(), other.text(".people").as_str()), ("Joined", "Ana "));
    one.unmount();
    other.unmount();
}

#[wasm_bindgen_test]
async fn unmounting_leaves_the_room_and_no_timer() {
    let server = Server::start();
    let timers = Timers::count();
    let properties = props(TEA);
    for silent in ["", "silent"] {
        let url = AttrValue::from(format!("{TEA}{silent}"));
        let app = Mounted::<Door>::new(Props { url, ..properties.clone() });
        app.reads(".state", "New").await;
        app.click(".join");
        app.reads(".state", if silent.is_empty() { "Joined" } else { "Joining" }).await;
        until("a timer", || timers.now() > 0).await;
        app.unmount();
        server.has("").await;
        timers.none().await;
    }
    let handle = properties.first.borrow().clone().expect("a handle");
    handle.join(JoinOptions::new("tea", "Bob"));
    assert_eq!(server.open(), "", "nobody would leave it again");
}

#[derive(Clone, PartialEq, Properties)]
struct EarProps {
    room: Room,
    on_event: Callback<RoomEvent>,
}

#[component]
fn Ear(props: &EarProps) -> Html {
    use_room_events(&props.room, props.on_event.clone());
    html! { <i>{ "here" }</i> }
}

#[wasm_bindgen_test]
async fn another_callback_hears_what_comes_next_and_only_that() {
    let _server = Server::start();
    let room = Room::new(options(TEA)).expect("a room");
    let (first, second) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0)));
    let hear = |count: &Rc<Cell<u32>>| {
        let count = count.clone();
        EarProps { room: room.clone(), on_event: Callback::from(move |_| count.set(count.get() + 1)) }
    };
    let mut app = Mounted::<Ear>::new(hear(&first));
    app.reads("i", "here").await;
    room.join(JoinOptions::new("tea", "Bob")).await.expect("joined");
    until("events for the first", || first.get() > 0).await;
    app.update(hear(&second));
    let told = first.get();
    let mut seen = room.events();
    room.leave().await;
    until("events for the second", || second.get() > 0).await;
    assert_eq!(first.get(), told);
    let left = futures::StreamExt::collect::<Vec<_>>(&mut seen).await.len();
    assert_eq!(second.get() as usize, left, "each once");
    app.unmount();
}

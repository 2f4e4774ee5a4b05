//! Which screen is shown, and what outlives the change from one to the other.

use moim::{JoinOptions, Role, RoomEvent, RoomState, Topology};
use yew::prelude::*;

use crate::browser;
use crate::call::{Call, Log, LogAction};
use crate::hooks::{Happening, use_local_media, use_recordings, use_room};
use crate::i18n::{Language, fill};
use crate::lobby::Lobby;
use crate::query::Query;
use crate::room_name;
use crate::ui::LanguageContext;

const NAME_KEY: &str = "moim-name";
const LANGUAGE_KEY: &str = "moim-language";

/// Who joins what.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ticket {
    pub(crate) name: String,
    pub(crate) room: String,
    pub(crate) topology: Topology,
    /// Start the room as its host.
    pub(crate) host: bool,
}

impl Ticket {
    pub(crate) fn suggest_room() -> String {
        room_name::suggest(js_sys::Math::random)
    }

    fn from_query(query: &Query) -> Self {
        let name = Some(query.name.clone()).filter(|name| !name.is_empty());
        let room = Some(query.room.clone()).filter(|room| !room.is_empty());
        Self {
            name: name.or_else(|| browser::recall(NAME_KEY)).unwrap_or_default(),
            room: room.unwrap_or_else(Self::suggest_room),
            topology: query.topology,
            host: query.host,
        }
    }

    fn options(&self) -> JoinOptions {
        let mut options = JoinOptions::new(self.room.clone(), self.name.clone());
        options.role = if self.host { Role::Host } else { Role::Participant };
        options
    }
}

fn first_language() -> Language {
    let stored = browser::recall(LANGUAGE_KEY).and_then(|tag| Language::from_tag(&tag));
    stored
        .or_else(|| browser::preferred_languages().iter().find_map(|tag| Language::from_tag(tag)))
        .unwrap_or_default()
}

#[function_component]
pub(crate) fn App() -> Html {
    let language = use_state_eq(first_language);
    let choose = use_callback(language.setter(), |chosen: Language, language| {
        browser::remember(LANGUAGE_KEY, chosen.tag());
        language.set(chosen);
    });
    let query = use_memo((), |()| Query::parse(&browser::search()));
    let ticket = use_state_eq(|| Ticket::from_query(&query));
    let media = use_local_media();
    let recordings = use_recordings();
    let log = use_reducer_eq(Log::default);
    let waiting = use_state_eq(|| false);
    let on_event = {
        let (log, waiting) = (log.dispatcher(), waiting.setter());
        use_callback((), move |happening: Happening, ()| {
            if let RoomEvent::StateChange { state } = happening.event {
                waiting.set(state == RoomState::Waiting);
            }
            log.dispatch(LogAction::Happening(happening));
        })
    };
    let room = use_room(on_event);
    let joined = room.joined();

    let join = {
        let (room, media, ticket, log) = (room.clone(), media.clone(), ticket.setter(), log.dispatcher());
        Callback::from(move |chosen: Ticket| {
            browser::remember(NAME_KEY, &chosen.name);
            browser::show_address(&browser::invitation(&chosen.room, chosen.topology));
            log.dispatch(LogAction::Clear);
            room.join(chosen.topology, chosen.options(), media.tracks());
            ticket.set(chosen);
        })
    };
    {
        let (join, ticket, query) = (join.clone(), (*ticket).clone(), query.clone());
        use_effect_with((), move |()| {
            if query.join && !ticket.name.is_empty() {
                join.emit(ticket);
            }
        });
    }
    {
        // The button that had the focus is gone with its screen.
        let was_inside = use_mut_ref(|| false);
        use_effect_with(joined.is_some(), move |inside| {
            if was_inside.replace(*inside) != *inside {
                browser::focus(if *inside { "[data-test=call]" } else { "[data-test=join]" });
            }
        });
    }
    {
        // What is recorded when the call ends is kept.
        let recordings = recordings.clone();
        use_effect_with(joined.is_some(), move |inside| {
            if !inside {
                recordings.entries().iter().for_each(|entry| recordings.stop(entry));
            }
        });
    }
    {
        let in_room = joined.as_ref().map(|_| ticket.room.clone());
        use_effect_with((*language, in_room), |(language, in_room)| {
            let words = language.words();
            let title = match in_room {
                Some(room) => fill(words.page_title_in_room, "room", room),
                None => words.page_title.to_owned(),
            };
            browser::describe_page(&title, language.tag());
        });
    }

    let context = LanguageContext { language: *language, choose };
    let leave = {
        let room = room.clone();
        Callback::from(move |()| room.leave())
    };
    let forgive = {
        let room = room.clone();
        Callback::from(move |()| room.forgive())
    };
    html! {
        <ContextProvider<LanguageContext> {context}>
            if let Some(inside) = joined {
                <Call
                    room={inside}
                    ticket={(*ticket).clone()}
                    participants={room.participants()}
                    {media}
                    {recordings}
                    {log}
                    on_leave={leave}
                />
            } else {
                <Lobby
                    {media}
                    {recordings}
                    ticket={(*ticket).clone()}
                    joining={room.is_joining()}
                    waiting={*waiting && room.is_joining()}
                    failure={room.failure()}
                    on_join={join}
                    on_cancel={leave}
                    on_dismiss={forgive}
                />
            }
        </ContextProvider<LanguageContext>>
    }
}

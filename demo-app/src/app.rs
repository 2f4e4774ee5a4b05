//! Switches between lobby and call, and holds the state that both share.

use moim::yew::{use_participants, use_room};
use moim::{RoomOptions, RoomState};
use yew::prelude::*;

use crate::browser;
use crate::call::{Call, Log, LogAction};
use crate::hooks::{use_local_media, use_named_events, use_recordings};
use crate::i18n::{Language, fill};
use crate::lobby::Lobby;
use crate::query::Query;
use crate::ticket::Ticket;
use crate::ui::LanguageContext;

const LANGUAGE_KEY: &str = "moim-language";

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
    let on_event = {
        let log = log.dispatcher();
        use_callback((), move |named, ()| log.dispatch(LogAction::NamedEvent(named)))
    };
    let room = use_room(RoomOptions::default());
    let participants = use_participants(&room);
    use_named_events(&room, on_event);
    let joined = room.joined();

    let join = {
        let (room, media, ticket, log) = (room.clone(), media.clone(), ticket.setter(), log.dispatcher());
        Callback::from(move |chosen: Ticket| {
            chosen.remember_name();
            browser::show_address(&browser::invitation(&chosen));
            log.dispatch(LogAction::Clear);
            room.join_with(chosen.room_options(), chosen.options(), media.tracks());
            ticket.set(chosen);
        })
    };
    {
        let (join, ticket, query) = (join.clone(), (*ticket).clone(), query.clone());
        use_effect_with((), move |()| {
            if query.join && !ticket.name.is_empty() && !query.server_unknown {
                join.emit(ticket);
            }
        });
    }
    {
        // The focused button was removed with its screen.
        let was_inside = use_mut_ref(|| false);
        use_effect_with(joined.is_some(), move |inside| {
            if was_inside.replace(*inside) != *inside {
                browser::focus(if *inside { "[data-test=call]" } else { "[data-test=join]" });
                // Shows the reason above the button.
                browser::scroll_to_top();
            }
        });
    }
    {
        // Keeps recordings that run when the call ends.
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
        Callback::from(move |()| room.clear_error())
    };
    html! {
        <ContextProvider<LanguageContext> {context}>
            if let Some(inside) = joined {
                <Call
                    room={inside}
                    ticket={(*ticket).clone()}
                    {participants}
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
                    server_unknown={query.server_unknown}
                    joining={matches!(room.state(), RoomState::Joining | RoomState::Waiting)}
                    waiting={room.state() == RoomState::Waiting}
                    failure={room.error()}
                    on_join={join}
                    on_cancel={leave}
                    on_dismiss={forgive}
                />
            }
        </ContextProvider<LanguageContext>>
    }
}

//! Hooks for [Yew](https://yew.rs) 0.23: a call as the state of components. Cargo feature `yew`.
//!
//! ```no_run
//! use moim::yew::{use_participants, use_room, use_track};
//! use moim::{JoinOptions, RemoteParticipant, RoomOptions, TrackSource};
//! use yew::prelude::*;
//!
//! #[component]
//! fn Call() -> Html {
//!     let room = use_room(RoomOptions::default());
//!     let others = use_participants(&room);
//!     let join = { let room = room.clone(); move |_| room.join(JoinOptions::new("tea", "Ana")) };
//!     html! {
//!         <>
//!             <button onclick={join}>{ format!("{:?}", room.state()) }</button>
//!             { for others.iter().map(|other| html! { <Tile key={other.id.to_string()} participant={other.clone()} /> }) }
//!         </>
//!     }
//! }
//!
//! #[derive(PartialEq, Properties)]
//! struct TileProps {
//!     participant: RemoteParticipant,
//! }
//!
//! #[component]
//! fn Tile(props: &TileProps) -> Html {
//!     let video = use_node_ref();
//!     use_track(&video, (&props.participant, TrackSource::Camera));
//!     html! { <video ref={video} autoplay=true playsinline=true /> }
//! }
//! ```
//!
//! | hook | gives | renders when |
//! |---|---|---|
//! | [`use_room`] | join, leave, the state, the error | the state changes |
//! | [`use_participants`] | the others, with what they publish | one comes, goes or changes |
//! | [`use_speakers`] | who speaks, who leads | that changes |
//! | [`use_lobby`] | who waits to be let in | that changes |
//! | [`use_room_events`] | everything that happens, to a callback | never |
//! | [`use_track`] | a track on a `<video>` or `<audio>` | playing is refused, or goes on |
//! | [`use_devices`] | cameras, microphones, speakers | the list changes |
//! | [`use_stats`] | samples, quality, a short history | there is a sample |
//!
//! The hooks of a room take a [`Room`](crate::Room), a [`RoomHandle`], or an `Option` of a room, as a hook cannot be left out while
//! there is none. Whatever a hook opened ends with the component: listeners, timers, tasks, and the room itself.
//! [`RemoteParticipant`](crate::RemoteParticipant), [`Room`](crate::Room) and [`Track`] compare as properties should.

mod task;
mod track;
mod use_devices;
mod use_lobby;
mod use_participants;
mod use_room;
mod use_room_events;
mod use_room_value;
mod use_speakers;
mod use_stats;
mod use_track;

pub use track::{Track, TrackChoice};
pub use use_devices::{DevicesHandle, use_devices};
pub use use_lobby::use_lobby;
pub use use_participants::use_participants;
pub use use_room::{RoomHandle, use_room};
pub use use_room_events::use_room_events;
pub use use_speakers::{Speakers, use_speakers};
pub use use_stats::{StatsHandle, use_stats};
pub use use_track::{TrackHandle, use_track};

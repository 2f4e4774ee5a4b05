//! Hooks for [Yew](https://yew.rs) 0.23: a call as component state. Cargo feature `yew`.
//!
//! ```no_run
//! use moim::yew::{Participant, use_participants, use_room, use_track};
//! use moim::{JoinOptions, RoomOptions, TrackSource};
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
//!             { for others.iter().map(|other| html! { <Tile key={other.id().to_string()} participant={other.clone()} />
//!             }) }
//!         </>
//!     }
//! }
//!
//! #[derive(PartialEq, Properties)]
//! struct TileProps {
//!     participant: Participant,
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
//! | hook | returns | renders when |
//! |---|---|---|
//! | [`use_room`] | join, leave, the state, the error | the state changes |
//! | [`use_participants`] | the other participants with their publications | one joins, leaves or changes |
//! | [`use_speakers`] | the active and dominant speakers | they change |
//! | [`use_quality`] | the quality of the call for this participant, and what limits it | it changes |
//! | [`use_lobby`] | the participants waiting to be admitted | they change |
//! | [`use_room_events`] | passes all events to a callback | never |
//! | [`use_track`] | plays a track on a `<video>` or `<audio>` | playback is blocked, or starts |
//! | [`use_devices`] | cameras, microphones, speakers | the list changes |
//! | [`use_stats`] | samples, quality, a short history | there is a new sample |
//!
//! The hooks of a room take a [`Room`](crate::Room), a [`RoomHandle`], or an `Option` of a room, as a hook cannot be
//! omitted while there is none. Whatever a hook opens ends with the component: listeners, timers, tasks, and the room
//! itself. [`Participant`], [`Room`](crate::Room) and [`Track`] implement `PartialEq`
//! as properties require.

mod task;
mod track;
mod use_devices;
mod use_lobby;
mod use_participants;
mod use_quality;
mod use_room;
mod use_room_events;
mod use_room_value;
mod use_speakers;
mod use_stats;
mod use_track;

pub use track::{Track, TrackChoice};
pub use use_devices::{DevicesHandle, use_devices};
pub use use_lobby::use_lobby;
pub use use_participants::{Participant, use_participants};
pub use use_quality::use_quality;
pub use use_room::{RoomHandle, use_room};
pub use use_room_events::use_room_events;
pub use use_speakers::{Speakers, use_speakers};
pub use use_stats::{StatsHandle, use_stats};
pub use use_track::{TrackHandle, use_track};

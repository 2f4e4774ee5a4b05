//! The data for joining a room.

use moim::{JoinOptions, Role, RoomOptions, ServerOptions, ServerType, Topology};

use crate::query::Query;
use crate::{browser, room_name};

const NAME_KEY: &str = "moim-name";

/// The name, the room and the options of a join.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Ticket {
    pub(crate) name: String,
    pub(crate) room: String,
    pub(crate) topology: Topology,
    /// Start the room as its host.
    pub(crate) host: bool,
    /// The room token.
    pub(crate) token: Option<String>,
    /// The server, if it is not the one of the page.
    pub(crate) server: Option<ServerOptions>,
}

impl Ticket {
    pub(crate) fn suggest_room() -> String {
        room_name::suggest(js_sys::Math::random)
    }

    /// From the query parameters, or from the last visit.
    pub(crate) fn from_query(query: &Query) -> Self {
        let name = Some(query.name.clone()).filter(|name| !name.is_empty());
        let room = Some(query.room.clone()).filter(|room| !room.is_empty());
        Self {
            name: name.or_else(|| browser::recall(NAME_KEY)).unwrap_or_default(),
            room: room.unwrap_or_else(Self::suggest_room),
            topology: query.topology,
            host: query.host,
            token: query.token.clone(),
            server: query.server.clone(),
        }
    }

    /// Whether topology and role can be chosen: other servers than moim's own have one of each.
    pub(crate) fn has_choice(&self) -> bool {
        self.server.as_ref().is_none_or(|server| server.kind == ServerType::Native)
    }

    pub(crate) fn room_options(&self) -> RoomOptions {
        let mut options = RoomOptions::default();
        options.topology = self.topology;
        options.server.clone_from(&self.server);
        options.cpu_relief = true;
        options
    }

    pub(crate) fn options(&self) -> JoinOptions {
        let mut options = JoinOptions::new(self.room.clone(), self.name.clone());
        options.role = if self.host { Role::Host } else { Role::Participant };
        options.token.clone_from(&self.token);
        options
    }

    pub(crate) fn remember_name(&self) {
        browser::remember(NAME_KEY, &self.name);
    }
}

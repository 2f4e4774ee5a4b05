//! The query parameters of the page, and the invite link.

use moim::{ServerOptions, ServerType, Topology};

/// The parameters: `?room=x&name=y&topology=sfu&token=z&host&join&server=livekit&url=wss://host`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) room: String,
    pub(crate) name: String,
    pub(crate) topology: Topology,
    /// Start the room as its host.
    pub(crate) host: bool,
    /// The room token, if the server requires one.
    pub(crate) token: Option<String>,
    /// Join immediately, without the lobby.
    pub(crate) join: bool,
    /// The server, if it is not the one of the page.
    pub(crate) server: Option<ServerOptions>,
    /// The kind of server is unknown: there is nothing to join.
    pub(crate) server_unknown: bool,
}

impl Query {
    /// Parses `location.search`, with or without its question mark. Unknown parameters are ignored.
    pub(crate) fn parse(search: &str) -> Self {
        let mut query = Self::default();
        let (mut kind, mut url) = (String::new(), String::new());
        for (key, value) in form_urlencoded::parse(search.trim_start_matches('?').as_bytes()) {
            match &*key {
                "room" => query.room = value.trim().to_owned(),
                "name" => query.name = value.trim().to_owned(),
                "topology" => query.topology = topology(&value),
                "server" => kind = value.into_owned(),
                "url" => url = value.into_owned(),
                "token" => query.token = Some(value.into_owned()),
                "host" => query.host = is_yes(&value),
                "join" => query.join = is_yes(&value),
                _ => {}
            }
        }
        query.choose_server(&kind, url);
        query
    }

    fn choose_server(&mut self, kind: &str, url: String) {
        if kind.is_empty() && url.is_empty() {
            return;
        }
        match ServerType::ALL.iter().find(|known| known.as_str() == kind || kind.is_empty()) {
            Some(&kind) => self.server = Some(ServerOptions::new(kind, url)),
            None => self.server_unknown = true,
        }
        if self.server.as_ref().is_some_and(|server| server.kind != ServerType::Native) {
            self.topology = Topology::Sfu;
        }
    }
}

/// Whether a flag is set.
fn is_yes(value: &str) -> bool {
    !matches!(value, "0" | "false")
}

/// The topology of this name, case-insensitive; the default for any other.
pub(crate) fn topology(name: &str) -> Topology {
    let all = [Topology::Mesh, Topology::Sfu, Topology::Mcu];
    all.into_iter().find(|topology| topology.as_str().eq_ignore_ascii_case(name)).unwrap_or_default()
}

/// The kinds of servers, as a list to read.
pub(crate) fn servers() -> String {
    ServerType::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
}

/// The URL that invites others to `room`, without a token: theirs are others.
pub(crate) fn invitation(
    origin: &str,
    path: &str,
    room: &str,
    topology: Topology,
    server: Option<&ServerOptions>,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("room", room);
    if topology != Topology::default() {
        query.append_pair("topology", topology.as_str());
    }
    if let Some(server) = server {
        query.append_pair("server", server.kind.as_str()).append_pair("url", &server.url);
    }
    format!("{origin}{path}?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_name_and_join_are_read() {
        let query = Query::parse("?room=blue+door&name=Min%20Seo&topology=sfu&host&token=a.b.c&join");
        let (room, name) = ("blue door".into(), "Min Seo".into());
        let (topology, token) = (Topology::Sfu, Some("a.b.c".into()));
        assert_eq!(query, Query { room, name, topology, host: true, token, join: true, ..Query::default() });
    }

    #[test]
    fn nothing_given_is_nothing_asked() {
        assert_eq!(Query::parse(""), Query::default());
        assert_eq!(Query::parse("?other=1&&=x"), Query::default());
        assert!(!Query::parse("?join=0").join);
        assert!(!Query::parse("?host=false").host);
    }

    #[test]
    fn broken_escapes_stay_as_they_are() {
        assert_eq!(Query::parse("room=100%").room, "100%");
        assert_eq!(Query::parse("room=%zz%4").room, "%zz%4");
        assert_eq!(Query::parse("room=%FF").room, "\u{fffd}");
    }

    #[test]
    fn an_invitation_leads_to_the_same_room() {
        for room in ["rumi-tado", "회의실 1", "a&b=c?d#e%+"] {
            for server in [None, Some(ServerOptions::new(ServerType::LiveKit, "wss://host/?a=b&c"))] {
                let link = invitation("https://moim.test", "/", room, Topology::Sfu, server.as_ref());
                let (_, search) = link.split_once('?').unwrap();
                let expected =
                    Query { room: room.into(), topology: Topology::Sfu, server, ..Query::default() };
                assert_eq!(Query::parse(search), expected);
            }
        }
    }

    #[test]
    fn another_server_has_its_topology() {
        let query = Query::parse("?server=livekit&url=wss://host&topology=mesh");
        assert_eq!(query.server, Some(ServerOptions::new(ServerType::LiveKit, "wss://host")));
        assert_eq!(query.topology, Topology::Sfu);
        let native = Query::parse("?url=wss://host/ws&topology=mcu");
        assert_eq!(native.server, Some(ServerOptions::new(ServerType::Native, "wss://host/ws")));
        assert_eq!(native.topology, Topology::Mcu);
    }

    #[test]
    fn a_misspelt_kind_of_server_is_not_another_server() {
        let query = Query::parse("?server=livekitt&url=wss://host");
        assert_eq!((query.server, query.server_unknown), (None, true));
    }
}

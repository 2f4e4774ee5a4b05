//! The query parameters of the page, and the invite link.

use moim::Topology;

/// The parameters: `?room=x&name=y&topology=sfu&token=z&host&join`.
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
}

impl Query {
    /// Parses `location.search`, with or without its question mark. Unknown parameters are ignored.
    pub(crate) fn parse(search: &str) -> Self {
        let mut query = Self::default();
        for (key, value) in form_urlencoded::parse(search.trim_start_matches('?').as_bytes()) {
            match &*key {
                "room" => query.room = value.trim().to_owned(),
                "name" => query.name = value.trim().to_owned(),
                "topology" => query.topology = topology(&value),
                "token" => query.token = Some(value.into_owned()),
                "host" => query.host = is_yes(&value),
                "join" => query.join = is_yes(&value),
                _ => {}
            }
        }
        query
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

/// The URL that invites others to `room`.
pub(crate) fn invitation(origin: &str, path: &str, room: &str, topology: Topology) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("room", room);
    if topology != Topology::default() {
        query.append_pair("topology", topology.as_str());
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
        assert_eq!(query, Query { room, name, topology, host: true, token, join: true });
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
            let link = invitation("https://moim.test", "/", room, Topology::Sfu);
            let (_, search) = link.split_once('?').unwrap();
            let expected = Query { room: room.into(), topology: Topology::Sfu, ..Query::default() };
            assert_eq!(Query::parse(search), expected);
        }
    }
}

//! The parameters of the page's address, and the address of an invitation.

/// What the address asks for: `?room=x&name=y&join`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) room: String,
    pub(crate) name: String,
    /// Join at once, without the lobby.
    pub(crate) join: bool,
}

impl Query {
    /// Reads `location.search`, with or without its question mark. Unknown parameters are ignored.
    pub(crate) fn parse(search: &str) -> Self {
        let mut query = Self::default();
        for (key, value) in form_urlencoded::parse(search.trim_start_matches('?').as_bytes()) {
            match &*key {
                "room" => query.room = value.trim().to_owned(),
                "name" => query.name = value.trim().to_owned(),
                "join" => query.join = !matches!(&*value, "0" | "false"),
                _ => {}
            }
        }
        query
    }
}

/// The address that brings someone else into `room`.
pub(crate) fn invitation(origin: &str, path: &str, room: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("room", room).finish();
    format!("{origin}{path}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_name_and_join_are_read() {
        let query = Query::parse("?room=blue+door&name=Min%20Seo&join");
        assert_eq!(query, Query { room: "blue door".into(), name: "Min Seo".into(), join: true });
    }

    #[test]
    fn nothing_given_is_nothing_asked() {
        assert_eq!(Query::parse(""), Query::default());
        assert_eq!(Query::parse("?other=1&&=x"), Query::default());
        assert!(!Query::parse("?join=0").join);
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
            let link = invitation("https://moim.test", "/", room);
            let (_, search) = link.split_once('?').unwrap();
            assert_eq!(Query::parse(search), Query { room: room.into(), ..Query::default() });
        }
    }
}

//! The hub's limits, and the validation of messages.

use std::collections::{BTreeMap, HashSet};

use moim_protocol::{Join, Publication, Role};
use serde::Serialize;

/// The prefix of attributes that only a mixer may set.
const RESERVED: &str = "moim.";

/// Limits for clients. Text lengths are in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum size of a message in bytes. Default: 262144, enough for a description of fifty media sections.
    pub max_message_bytes: usize,
    /// Messages per second that one connection may send on average. Default: 200.
    pub messages_per_second: u32,
    /// Messages that one connection may send in a burst. Default: 2000, a join to a room of eight several times over.
    pub message_burst: u32,
    /// Maximum participants per room. Default: 32.
    pub max_participants_per_room: usize,
    /// Maximum rooms. Default: 1000.
    pub max_rooms: usize,
    /// Maximum connections. Default: 4096.
    pub max_connections: usize,
    /// Maximum connections per address; for IPv6, per network (/64). Default: 256.
    pub max_connections_per_address: usize,
    /// Maximum rooms opened from one address. Default: 128.
    pub max_rooms_per_address: usize,
    /// Milliseconds until a connection must `join`. Default: 10000.
    pub join_timeout_ms: u64,
    /// Maximum length of a room's name. Default: 128.
    pub max_room_length: usize,
    /// Maximum length of a participant's name. Default: 128.
    pub max_name_length: usize,
    /// Maximum length of a participant's metadata; and of its attributes, keys and values together. Default: 8192.
    pub max_metadata_length: usize,
    /// Maximum size of a participant in the roster, as JSON in bytes. Default: 32768.
    pub max_participant_bytes: usize,
    /// Maximum participants who wait in one lobby. Default: 32.
    pub max_waiting: usize,
    /// Maximum participants of one address who wait in one lobby. Default: 16.
    pub max_waiting_per_address: usize,
    /// Maximum total size of those who wait in one lobby, as JSON in bytes. Default: 65536.
    pub max_waiting_bytes: usize,
    /// Maximum rooms opened from one address for which a mixer is started. Default: 3, of the four that run.
    pub max_mixers_per_address: usize,
    /// Maximum publications of one participant. Default: 32.
    pub max_publications: usize,
    /// Maximum length of a publication's id. Default: 128.
    pub max_publication_id_length: usize,
    /// Milliseconds between two `ping`s of a client. Default: 5000.
    pub heartbeat_ms: u32,
    /// Milliseconds of silence after which a connection is closed. Default: three heartbeats.
    pub idle_timeout_ms: u64,
    /// Milliseconds within which a participant whose connection was cut may resume. 0 disables it. Default: 30000.
    pub grace_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_message_bytes: 256 * 1024,
            messages_per_second: 200,
            message_burst: 2000,
            max_participants_per_room: 32,
            max_rooms: 1000,
            max_connections: 4096,
            max_connections_per_address: 256,
            max_rooms_per_address: 128,
            join_timeout_ms: 10_000,
            max_room_length: 128,
            max_name_length: 128,
            max_metadata_length: 8192,
            max_participant_bytes: 32 * 1024,
            max_waiting: 32,
            max_waiting_per_address: 16,
            max_waiting_bytes: 64 * 1024,
            max_mixers_per_address: 3,
            max_publications: 32,
            max_publication_id_length: 128,
            heartbeat_ms: 5000,
            idle_timeout_ms: 15_000,
            grace_ms: 30_000,
        }
    }
}

impl Limits {
    /// Sets the heartbeat interval, and the idle timeout to three of it.
    #[must_use]
    pub fn with_heartbeat(mut self, heartbeat_ms: u32) -> Self {
        self.heartbeat_ms = heartbeat_ms;
        self.idle_timeout_ms = 3 * u64::from(heartbeat_ms);
        self
    }

    /// Validates a `join`; returns its fault, if any. Faults name the member and its limit.
    pub(super) fn check_join(&self, join: &Join) -> Result<(), String> {
        check_filled("room", &join.room)?;
        check_length("room", &join.room, self.max_room_length)?;
        self.check_profile(&join.name, &join.metadata, &join.attributes, join.role)?;
        self.check_publications(&join.publications)?;
        self.check_bytes(&(&join.name, &join.metadata, &join.attributes), &join.publications)
    }

    /// It is sent to everyone who joins later, so a roster of many must not be long.
    pub(super) fn check_bytes(
        &self,
        profile: &impl Serialize,
        publications: &[Publication],
    ) -> Result<(), String> {
        let bytes = json_bytes(profile) + json_bytes(&publications);
        let limit = self.max_participant_bytes;
        if bytes > limit {
            return Err(format!(
                "`metadata`, `attributes` and `publications` have {bytes} bytes in total, the limit is {limit}"
            ));
        }
        Ok(())
    }

    pub(super) fn check_profile(
        &self,
        name: &str,
        metadata: &str,
        attributes: &BTreeMap<String, String>,
        role: Role,
    ) -> Result<(), String> {
        check_filled("name", name)?;
        check_length("name", name, self.max_name_length)?;
        check_length("metadata", metadata, self.max_metadata_length)?;
        let is_reserved = |key: &&String| key.starts_with(RESERVED) && role != Role::Mixer;
        if let Some(key) = attributes.keys().find(is_reserved) {
            return Err(format!(
                "`attributes` has `{key}`: names that begin with `{RESERVED}` are reserved for mixers"
            ));
        }
        let length: usize =
            attributes.iter().map(|(key, value)| key.chars().count() + value.chars().count()).sum();
        if length > self.max_metadata_length {
            let limit = self.max_metadata_length;
            return Err(format!("`attributes` has {length} characters, the limit is {limit}"));
        }
        Ok(())
    }

    pub(super) fn check_publications(&self, publications: &[Publication]) -> Result<(), String> {
        if publications.len() > self.max_publications {
            return Err(format!(
                "`publications` has {} items, the limit is {}",
                publications.len(),
                self.max_publications
            ));
        }
        let mut ids = HashSet::new();
        for (index, publication) in publications.iter().enumerate() {
            let member = format!("publications[{index}].id");
            check_filled(&member, publication.id.as_str())?;
            check_length(&member, publication.id.as_str(), self.max_publication_id_length)?;
            if !ids.insert(&publication.id) {
                return Err(format!("`{member}` repeats the id of an earlier publication"));
            }
        }
        Ok(())
    }
}

/// Size of a value as JSON in bytes.
pub(super) fn json_bytes(value: &impl Serialize) -> usize {
    // It fails only for maps without string keys.
    serde_json::to_string(value).map_or(0, |text| text.len())
}

fn check_filled(member: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() { Err(format!("`{member}` is empty")) } else { Ok(()) }
}

fn check_length(member: &str, text: &str, limit: usize) -> Result<(), String> {
    let length = text.chars().count();
    if length > limit {
        return Err(format!("`{member}` has {length} characters, the limit is {limit}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use moim_protocol::{MediaKind, TrackSource};

    use super::*;

    fn publication(id: &str) -> Publication {
        Publication {
            id: id.into(),
            kind: MediaKind::Audio,
            source: TrackSource::Microphone,
            muted: false,
            to: None,
        }
    }

    #[test]
    fn idle_timeout_is_three_heartbeats() {
        let limits = Limits::default();
        assert_eq!(limits.idle_timeout_ms, 3 * u64::from(limits.heartbeat_ms));
        assert_eq!(limits.with_heartbeat(100).idle_timeout_ms, 300);
    }

    #[test]
    fn length_counts_characters() {
        let limits = Limits { max_name_length: 3, ..Limits::default() };
        assert_eq!(limits.check_profile("김철수", "", &BTreeMap::new(), Role::Host), Ok(()));
        assert_eq!(
            limits.check_profile("Anna", "", &BTreeMap::new(), Role::Host),
            Err("`name` has 4 characters, the limit is 3".to_owned())
        );
    }

    #[test]
    fn attributes_are_measured_together() {
        let limits = Limits { max_metadata_length: 5, ..Limits::default() };
        let attributes = |value: &str| BTreeMap::from([("a".to_owned(), value.to_owned())]);
        assert_eq!(limits.check_profile("n", "", &attributes("four"), Role::Host), Ok(()));
        let fault = limits.check_profile("n", "", &attributes("fives"), Role::Host).unwrap_err();
        assert_eq!(fault, "`attributes` has 6 characters, the limit is 5");
    }

    #[test]
    fn reserved_attributes_are_a_mixers() {
        let attributes = BTreeMap::from([("moim.layout".to_owned(), "{}".to_owned())]);
        let check = |role| Limits::default().check_profile("n", "", &attributes, role);
        assert_eq!(check(Role::Mixer), Ok(()));
        assert!(check(Role::Host).is_err() && check(Role::Participant).is_err());
    }

    #[test]
    fn blank_name_is_empty() {
        let blank = Limits::default().check_profile(" \t\u{a0}", "", &BTreeMap::new(), Role::Host);
        assert_eq!(blank, Err("`name` is empty".to_owned()));
    }

    #[test]
    fn publication_ids_are_unique_and_filled() {
        let limits = Limits::default();
        assert_eq!(limits.check_publications(&[publication("a"), publication("b")]), Ok(()));
        let fault = limits.check_publications(&[publication("a"), publication("a")]).unwrap_err();
        assert!(fault.contains("publications[1].id"), "{fault}");
        let fault = limits.check_publications(&[publication("")]).unwrap_err();
        assert!(fault.contains("publications[0].id"), "{fault}");
    }

    #[test]
    fn publications_are_counted() {
        let limits = Limits { max_publications: 1, ..Limits::default() };
        let fault = limits.check_publications(&[publication("a"), publication("b")]).unwrap_err();
        assert_eq!(fault, "`publications` has 2 items, the limit is 1");
    }
}

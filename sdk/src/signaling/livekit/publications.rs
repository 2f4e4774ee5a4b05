//! This participant's publications. LiveKit gives each an id of its own (`TR_…`), once it is announced with the id that
//! its media section has in the offer (`cid`).

use std::collections::BTreeMap;

use super::messages::{NewTrack, Request};
use crate::collections::SortedMap;
use crate::model::{Publication, PublicationId};

#[derive(Default)]
pub(super) struct Publications {
    wanted: Vec<Publication>,
    announced: SortedMap<PublicationId, Announced>,
}

struct Announced {
    cid: String,
    /// As the server knows it.
    muted: bool,
    /// The server's id, and its whole response, to be repeated to a server that has missed it.
    response: Option<(String, Vec<u8>)>,
}

impl Publications {
    pub(super) fn wanted(&self) -> &[Publication] {
        &self.wanted
    }

    /// Sets what is published. Returns the messages for what the server knows already.
    pub(super) fn set(&mut self, wanted: Vec<Publication>) -> Vec<Vec<u8>> {
        self.announced.retain(|id, _| wanted.iter().any(|publication| publication.id == *id));
        self.wanted = wanted;
        self.mutes()
    }

    fn mutes(&mut self) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        for Publication { id, muted, .. } in &self.wanted {
            if let Some(announced) = self.announced.get_mut(id)
                && announced.muted != *muted
                && let Some((sid, _)) = &announced.response
            {
                announced.muted = *muted;
                messages.push(Request::Mute { sid, muted: *muted }.encode());
            }
        }
        messages
    }

    /// What an offer carries, by `mid`: returns the publications in it that were not announced before.
    pub(super) fn announce(
        &mut self,
        sdp: &str,
        carries: &BTreeMap<String, PublicationId>,
    ) -> Vec<NewTrack<'_>> {
        let mut fresh = Vec::new();
        for (mid, id) in carries {
            let wanted = self.wanted.iter().find(|publication| publication.id == *id);
            let (Some(wanted), Some(cid)) = (wanted, cid(sdp, mid)) else { continue };
            if self.announced.get(id).is_none_or(|known| known.cid != cid) {
                let announced = Announced { cid: cid.to_owned(), muted: wanted.muted, response: None };
                self.announced.insert(id.clone(), announced);
                fresh.push(id);
            }
        }
        let track = |id: &&PublicationId| {
            let wanted = self.wanted.iter().find(|publication| publication.id == **id)?;
            let Announced { cid, .. } = self.announced.get(*id)?;
            Some(NewTrack { cid, kind: wanted.kind, source: wanted.source, muted: wanted.muted })
        };
        fresh.iter().filter_map(track).collect()
    }

    /// The server has named a publication. Returns the messages that waited for it.
    pub(super) fn published(&mut self, cid: &str, sid: String, raw: Vec<u8>) -> Vec<Vec<u8>> {
        if let Some(announced) = self.announced.values_mut().find(|known| known.cid == cid) {
            announced.response = Some((sid, raw));
        }
        self.mutes()
    }

    /// The publication with the server's id.
    pub(super) fn find(&self, sid: &str) -> Option<&PublicationId> {
        let is_it = |known: &Announced| known.response.as_ref().is_some_and(|(known, _)| known == sid);
        self.announced.iter().find(|(_, known)| is_it(known)).map(|(id, _)| id)
    }

    /// The server's responses.
    pub(super) fn responses(&self) -> Vec<&[u8]> {
        let responses = self.announced.values().filter_map(|known| known.response.as_ref());
        responses.map(|(_, raw)| raw.as_slice()).collect()
    }

    /// The server knows none of them any more.
    pub(super) fn forget(&mut self) {
        self.announced.clear();
    }
}

/// The id of the track in a media section (RFC 8830).
fn cid<'a>(sdp: &'a str, mid: &str) -> Option<&'a str> {
    let is_it = |section: &&str| {
        section.lines().any(|line| line.strip_prefix("a=mid:").is_some_and(|found| found.trim_end() == mid))
    };
    let section = sdp.split("\nm=").skip(1).find(is_it)?;
    section.lines().find_map(|line| line.strip_prefix("a=msid:"))?.split_whitespace().nth(1)
}

/// How many sections of each kind an offer has to receive: audio and video.
pub(super) fn receiving_sections(sdp: &str) -> [usize; 2] {
    ["audio", "video"].map(|kind| {
        let receives = |section: &&str| section.starts_with(kind) && section.contains("\na=recvonly");
        sdp.split("\nm=").skip(1).filter(receives).count()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=sendonly\r\na=msid:- mic\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=recvonly\r\n";

    #[test]
    fn the_offer_tells_the_id_of_a_track_and_what_is_received() {
        assert_eq!(cid(OFFER, "0"), Some("mic"));
        assert_eq!((cid(OFFER, "1"), cid(OFFER, "2")), (None, None));
        assert_eq!(receiving_sections(OFFER), [0, 1]);
    }
}

//! What WHIP and WHEP read and write of SDP: fragments with candidates (RFC 8840), and the credentials of ICE.

use crate::model::{IceCandidate, MediaKind};

/// An attribute of a description, by its first value.
fn attribute<'a>(sdp: &'a str, name: &str) -> Option<&'a str> {
    sdp.lines().find_map(|line| value(line, name))
}

fn value<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    line.trim_end().strip_prefix("a=")?.strip_prefix(name)?.strip_prefix(':')
}

/// The user name fragment and the password of ICE.
pub(super) fn credentials(sdp: &str) -> Option<(&str, &str)> {
    Some((attribute(sdp, "ice-ufrag")?, attribute(sdp, "ice-pwd")?))
}

/// The sections that send: `mid` and kind.
pub(super) fn sending_sections(sdp: &str) -> Vec<(String, MediaKind)> {
    let mut sections = Vec::new();
    for section in sdp.split("\nm=").skip(1) {
        let mut words = section.split_ascii_whitespace();
        let (kind, port) = (words.next(), words.next());
        let kind = match kind {
            Some("audio") => MediaKind::Audio,
            Some("video") => MediaKind::Video,
            _ => continue,
        };
        let sends = !section.lines().any(|line| matches!(line.trim_end(), "a=inactive" | "a=recvonly"));
        if let Some(mid) = attribute(section, "mid").filter(|_| port != Some("0") && sends) {
            sections.push((mid.to_owned(), kind));
        }
    }
    sections
}

/// The sections of a description: kind, `mid` and direction of each. A session cannot change them.
pub(super) fn shape(sdp: &str) -> Vec<(&str, Option<&str>, &str)> {
    const DIRECTIONS: [&str; 4] = ["a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"];
    let sections = sdp.split("\nm=").skip(1);
    let describe = sections.map(|section| {
        let direction = section.lines().map(str::trim_end).find(|line| DIRECTIONS.contains(line));
        let kind = section.split_ascii_whitespace().next().unwrap_or_default();
        (kind, attribute(section, "mid"), direction.unwrap_or("a=sendrecv"))
    });
    describe.collect()
}

/// A fragment with candidates, or, without, that restarts ICE. The sections are those of the offer.
pub(super) fn fragment(offer: &str, candidates: &[IceCandidate]) -> String {
    let mut text = String::new();
    if let Some((ufrag, password)) = credentials(offer) {
        text += &format!("a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\n");
    }
    for (index, section) in offer.split("\nm=").skip(1).enumerate() {
        let Some(mid) = attribute(section, "mid") else { continue };
        let is_of = |candidate: &&IceCandidate| match &candidate.sdp_mid {
            Some(of) => of == mid,
            None => usize::from(candidate.sdp_m_line_index.unwrap_or(0)) == index,
        };
        let own: Vec<_> = candidates.iter().filter(is_of).collect();
        // All sections share one transport: the first stands for all of them.
        if own.is_empty() && index > 0 {
            continue;
        }
        let media = section.lines().next().unwrap_or_default().trim_end();
        text += &format!("m={media}\r\na=mid:{mid}\r\n");
        for candidate in own {
            match candidate.candidate.as_str() {
                "" => text += "a=end-of-candidates\r\n",
                line => text += &format!("a={}\r\n", line.trim_start_matches("a=").trim_end()),
            }
        }
    }
    text
}

/// A description without the header extensions that name the section or the layer of a packet (RFC 9143, RFC 8852), unless
/// several sections of a kind need them. MediaMTX forwards extensions with the numbers that the publisher has negotiated: a
/// browser that has another meaning for such a number drops all packets, because they belong to no section.
pub(super) fn without_section_ids(sdp: &str) -> String {
    const NAMES: &str = " urn:ietf:params:rtp-hdrext:sdes:";
    let kinds = || sending_sections(sdp).into_iter().map(|(_, kind)| kind);
    let has_several = [MediaKind::Audio, MediaKind::Video]
        .into_iter()
        .any(|kind| kinds().filter(|other| *other == kind).count() > 1);
    let is_kept = |line: &&str| has_several || value(line, "extmap").is_none() || !line.contains(NAMES);
    sdp.split_inclusive('\n').filter(is_kept).collect()
}

/// An answer after an ICE restart: the answer before, with the credentials and candidates of the fragment. `None` unless the
/// credentials are others.
pub(super) fn restarted(answer: &str, fragment: &str) -> Option<String> {
    let (ufrag, password) = credentials(fragment)?;
    if credentials(answer)?.0 == ufrag {
        return None;
    }
    let candidates: Vec<_> =
        fragment.lines().map(str::trim_end).filter(|line| line.starts_with("a=candidate:")).collect();
    let (mut text, mut is_first) = (String::with_capacity(answer.len()), true);
    for line in answer.lines().map(str::trim_end) {
        if line.starts_with("a=candidate:") || line == "a=end-of-candidates" {
            continue;
        }
        if value(line, "ice-ufrag").is_some() {
            text += &format!("a=ice-ufrag:{ufrag}\r\n");
        } else if value(line, "ice-pwd").is_some() {
            text += &format!("a=ice-pwd:{password}\r\n");
        } else {
            text += line;
            text += "\r\n";
        }
        if value(line, "mid").is_some() && std::mem::take(&mut is_first) {
            candidates.iter().for_each(|candidate| text += &format!("{candidate}\r\n"));
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\ns=-\r\na=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:secret\r\na=sendonly\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\n\
        a=ice-ufrag:abcd\r\na=ice-pwd:secret\r\na=inactive\r\n";

    fn candidate(text: &str, mid: &str) -> IceCandidate {
        let (candidate, sdp_mid) = (text.to_owned(), Some(mid.to_owned()));
        IceCandidate { candidate, sdp_mid, sdp_m_line_index: None, username_fragment: None }
    }

    #[test]
    fn a_fragment_has_the_section_of_each_candidate() {
        let candidates = [candidate("candidate:1 1 udp 1 127.0.0.1 5 typ host", "0"), candidate("", "0")];
        assert_eq!(
            fragment(OFFER, &candidates),
            "a=ice-ufrag:abcd\r\na=ice-pwd:secret\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n\
             a=candidate:1 1 udp 1 127.0.0.1 5 typ host\r\na=end-of-candidates\r\n"
        );
    }

    #[test]
    fn section_ids_are_kept_where_several_sections_need_them() {
        let ids = "a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n\
            a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:10/recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id\r\n";
        let one = format!("{OFFER}{ids}");
        let without = without_section_ids(&one);
        assert!(without.starts_with(OFFER) && without.contains("a=extmap:3 "), "{without}");
        assert!(!without.contains("sdes"), "{without}");
        let two = format!("{one}m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:2\r\na=sendonly\r\n");
        assert_eq!(without_section_ids(&two), two);
    }

    #[test]
    fn only_other_credentials_are_a_restart() {
        assert_eq!(restarted(OFFER, "a=ice-ufrag:abcd\r\na=ice-pwd:secret\r\n"), None);
        assert_eq!(restarted(OFFER, ""), None);
        let answer = restarted(OFFER, "a=ice-ufrag:new1\r\na=ice-pwd:other\r\na=candidate:7\r\n").unwrap();
        assert_eq!(credentials(&answer), Some(("new1", "other")));
        assert!(answer.contains("a=mid:0\r\na=candidate:7\r\n") && !answer.contains("secret"), "{answer}");
    }

    #[test]
    fn what_sends_is_a_section_with_a_port_and_a_direction() {
        assert_eq!(sending_sections(OFFER), [("0".to_owned(), MediaKind::Audio)]);
        assert_eq!(sending_sections(&OFFER.replace("audio 9", "audio 0")), []);
    }
}

//! The JSON form of the commands and events of a backend that is written in JavaScript.

use moim_protocol::json::{Fault, Read, Source, Write, unknown_variant, write_text};
use moim_protocol::{contents, member, readable, record, words};

use crate::model::{
    Capabilities, JoinRequest, Lane, LinkId, LinkProfile, LinkSignal, Offerer, Order, RefusalCode, Sections,
    ServerLane, ServerRefusal, SignalCommand, SignalEvent, Wanted,
};

contents! { SignalCommand by "type" and "detail";
    ["join" Join, "open" Open, "close" Close, "publish" Publish, "update" Update, "order" Order]
    "signal" Signal { link: "link" required, signal: "signal" required },
    "reconnect" Reconnect {},
    "probe" Probe { within_ms: "withinMs" required },
    "leave" Leave {},
}

record! { JoinRequest {
    room: "room" required,
    profile: "profile" required,
    topology: "topology" required,
    role: "role" required,
    token: "token" optional,
    publications: "publications" required,
    carries_offer: "carriesOffer" required,
    resumable: "resumable" required,
} }

contents! { SignalEvent by "type" and "detail";
    [
        "iceServers" IceServers,
        "participant" Participant,
        "lobby" Lobby,
        "reopened" Reopened,
        "lanes" Lanes,
        "refused" Refused,
        "ended" Ended,
    ]
    "joined" Joined {
        participant_id: "participantId" required,
        participants: "participants" required,
        lobby: "lobby" optional,
        ice_servers: "iceServers" optional,
    },
    "resumed" Resumed { ice_servers: "iceServers" optional },
    "rejoined" Rejoined {
        participant_id: "participantId" required,
        participants: "participants" required,
        lobby: "lobby" optional,
        ice_servers: "iceServers" optional,
    },
    "participantLeft" ParticipantLeft { participant_id: "participantId" required, reason: "reason" required },
    "waiting" Waiting {},
    "muteRequested" MuteRequested { from: "from" required, publication_id: "publicationId" required },
    "signal" Signal { link: "link" required, signal: "signal" required },
    "corrected" Corrected { publications: "publications" required, profile: "profile" required },
    "undecodable" Undecodable { detail: "detail" required },
    "unreachable" Unreachable { url: "url" required },
    "lost" Lost { detail: "detail" required },
}

record! { ServerRefusal { code: "code" required, detail: "detail" required, retry: "retry" optional, } }

contents! { LinkSignal<T> by "type" and "detail";
    ["candidate" Candidate, "slots" Slots, "wishes" Wishes]
    "description" Description { description: "description" required, carries: "carries" optional },
    "requestOffer" RequestOffer { sections: "sections" required, restart: "restart" optional },
    "rejected" Rejected { sdp_type: "sdpType" required, reason: "reason" required },
}

record! { Sections { audio: "audio" required, video: "video" required, } }

record! { Wanted { wishes: "wishes" required, others: "others" required, } }

readable! { Capabilities strict, Self::default(),
    lanes: member!("lanes" optional),
    join_carries_offer: member!("joinCarriesOffer" optional),
    receive: member!("receive" optional),
    resume: member!("resume" optional)
}

record! { ServerLane strict {
    lane: "lane" required,
    offerer: "offerer" required,
    profile: "profile" optional,
} }

record! { LinkProfile strict {
    one_way: "oneWay" optional = LinkProfile::server().one_way,
    codecs: "codecs" optional,
    rids: "rids" optional,
    channels: "channels" optional = LinkProfile::server().channels,
    framing: "framing" optional,
    max_waiting: "maxWaiting" optional = LinkProfile::server().max_waiting,
} else LinkProfile::server() }

words! { Lane { "both" Both, "publish" Publish, "subscribe" Subscribe, } }

words! { Offerer { "us" Us, "themOnRequest" ThemOnRequest, "server" Server, } }

/// An object with one member.
impl Read for LinkId {
    fn blank() -> Self {
        Self::Server(Lane::Both)
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        let mut count = 0;
        from.map(&mut |name, value| {
            count += 1;
            match name {
                "participant" => *self = Self::Participant(Read::read_new(value)?),
                "server" => *self = Self::Server(Read::read_new(value)?),
                _ => return Err(unknown_variant(name, &["participant", "server"])),
            }
            Ok(())
        })?;
        if count == 1 { Ok(()) } else { Err(from.unexpected("map with a single key")) }
    }
}

impl Write for LinkId {
    fn write(&self, out: &mut String) {
        match self {
            Self::Participant(id) => write_single("participant", &[id], out),
            Self::Server(lane) => write_single("server", &[lane], out),
        }
    }
}

/// Orders are only sent.
impl Read for Order {
    fn blank() -> Self {
        Self::Lock(false)
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        Err(from.unexpected("nothing"))
    }
}

impl Write for Order {
    fn write(&self, out: &mut String) {
        match self {
            Self::Lock(locked) => write_single("lock", &[locked], out),
            Self::Admit(participant) => write_single("admit", &[participant], out),
            Self::Remove(participant) => write_single("remove", &[participant], out),
            Self::Mute(participant, publication) => write_single("mute", &[participant, publication], out),
        }
    }
}

/// Several values are an array.
fn write_single(name: &str, values: &[&dyn Write], out: &mut String) {
    out.push('{');
    write_text(name, out);
    out.push(':');
    match values {
        [value] => value.write(out),
        _ => {
            for (index, value) in values.iter().enumerate() {
                out.push(if index == 0 { '[' } else { ',' });
                value.write(out);
            }
            out.push(']');
        }
    }
    out.push('}');
}

impl Read for RefusalCode {
    fn blank() -> Self {
        Self::RoomFull
    }

    fn read(&mut self, from: &dyn Source) -> Result<(), Fault> {
        *self = from.text()?.into();
        Ok(())
    }
}

impl Write for RefusalCode {
    fn write(&self, out: &mut String) {
        write_text(self.as_str(), out);
    }
}

//! Simulated session descriptions: the negotiated content, and a serial number to distinguish them.

use std::fmt::Write as _;

use moim::model::MediaKind;

/// `RTCRtpTransceiverDirection`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Direction {
    pub(crate) sends: bool,
    pub(crate) receives: bool,
}

impl Direction {
    /// As seen by the remote end.
    pub(crate) fn reversed(self) -> Self {
        Self { sends: self.receives, receives: self.sends }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self { sends: self.sends && other.sends, receives: self.receives && other.receives }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Section {
    pub(crate) mid: String,
    pub(crate) kind: MediaKind,
    pub(crate) direction: Direction,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sdp {
    pub(crate) serial: u64,
    /// The serial number of the offer that this answers.
    pub(crate) answers: Option<u64>,
    pub(crate) ufrag: String,
    pub(crate) sections: Vec<Section>,
}

impl Sdp {
    pub(crate) fn to_text(&self) -> String {
        let mut text = format!("v=0\r\na=serial:{}\r\n", self.serial);
        if let Some(serial) = self.answers {
            write!(text, "a=answers:{serial}\r\n").unwrap();
        }
        write!(text, "a=ice-ufrag:{}\r\n", self.ufrag).unwrap();
        for Section { mid, kind, direction: Direction { sends, receives } } in &self.sections {
            let kind = if *kind == MediaKind::Audio { "audio" } else { "video" };
            write!(text, "m={mid} {kind} {sends} {receives}\r\n").unwrap();
        }
        text
    }

    pub(crate) fn parse(text: &str) -> Self {
        let value = |name| text.lines().find_map(|line| line.strip_prefix(name));
        Self {
            serial: value("a=serial:").unwrap().parse().unwrap(),
            answers: value("a=answers:").map(|serial| serial.parse().unwrap()),
            ufrag: value("a=ice-ufrag:").unwrap().to_owned(),
            sections: text.lines().filter_map(|line| line.strip_prefix("m=")).map(section).collect(),
        }
    }
}

fn section(line: &str) -> Section {
    let [mid, kind, sends, receives] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
    Section {
        mid: mid.to_owned(),
        kind: if kind == "audio" { MediaKind::Audio } else { MediaKind::Video },
        direction: Direction { sends: sends == "true", receives: receives == "true" },
    }
}

/// The SFU restarts ICE whenever its client does.
pub(crate) fn sfu_ufrag(of_client: &str) -> String {
    format!("sfu for {of_client}")
}

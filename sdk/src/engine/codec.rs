//! Codecs as listed in capabilities, and the order to offer them in.

use moim_protocol::record;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A codec and its parameters: <https://www.w3.org/TR/webrtc/#dom-rtcrtpcodec>.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "js", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Codec {
    /// The MIME type, such as `video/VP9`. Case-insensitive.
    pub mime_type: String,
    /// The clock rate in Hz.
    pub clock_rate: u32,
    /// 1 for mono, 2 for stereo; audio only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub channels: Option<u16>,
    /// The parameters as in SDP, such as `profile-id=0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "js", tsify(optional))]
    pub sdp_fmtp_line: Option<String>,
}

record! { Codec {
    mime_type: "mimeType" required,
    clock_rate: "clockRate" required,
    channels: "channels" omitted_if "null",
    sdp_fmtp_line: "sdpFmtpLine" omitted_if "null",
} }

impl Codec {
    /// Whether the codec has this MIME type, such as `video/VP9`.
    pub fn is(&self, mime_type: &str) -> bool {
        self.mime_type.eq_ignore_ascii_case(mime_type)
    }

    /// Whether it is a repair or redundancy format (RTX, RED, FEC) and carries no media of its own.
    pub fn is_auxiliary(&self) -> bool {
        let name = self.mime_type.split_once('/').map_or("", |(_, name)| name).to_ascii_lowercase();
        matches!(
            name.as_str(),
            "rtx" | "red" | "ulpfec" | "flexfec" | "flexfec-03" | "cn" | "telephone-event"
        )
    }
}

/// Returns all available codecs, those of the wanted types first, in the order wanted.
///
/// # Errors
/// `Unsupported` if none has a wanted type; `InvalidOptions` if `wanted` is empty.
pub fn preferred(available: Vec<Codec>, wanted: &[&str]) -> Result<Vec<Codec>> {
    if wanted.is_empty() {
        return Err(Error::InvalidOptions { detail: "codecs are empty: expected e.g. \"video/VP9\"".into() });
    }
    let mut others = available;
    let mut codecs = Vec::new();
    for mime_type in wanted {
        codecs.extend(others.extract_if(.., |codec| codec.is(mime_type)));
    }
    if codecs.is_empty() {
        return Err(Error::Unsupported { feature: "any of the wanted codecs" });
    }
    codecs.append(&mut others);
    Ok(codecs)
}

/// Checks an argument of `insertDTMF`: <https://www.w3.org/TR/webrtc/#dom-rtcdtmfsender-insertdtmf>.
///
/// # Errors
/// `InvalidOptions`, with the first character that is not a tone.
pub fn check_tones(tones: &str) -> Result<()> {
    match tones.chars().find(|tone| !matches!(tone, '0'..='9' | 'A'..='D' | 'a'..='d' | '#' | '*' | ',')) {
        None => Ok(()),
        Some(tone) => Err(Error::InvalidOptions {
            detail: format!("tones contain {tone:?}: expected 0-9, A-D, #, *, or a comma for a pause"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codec(mime_type: &str, fmtp: Option<&str>) -> Codec {
        Codec {
            mime_type: mime_type.into(),
            clock_rate: 90_000,
            channels: None,
            sdp_fmtp_line: fmtp.map(str::to_owned),
        }
    }

    #[test]
    fn wanted_codecs_come_first_and_none_is_lost() {
        let available =
            ["video/VP8", "video/rtx", "video/H264", "video/VP9"].map(|name| codec(name, None)).to_vec();
        let order = preferred(available, &["video/vp9", "video/AV1", "video/H264"]).unwrap();
        let names: Vec<_> = order.iter().map(|codec| codec.mime_type.as_str()).collect();
        assert_eq!(names, ["video/VP9", "video/H264", "video/VP8", "video/rtx"]);
    }

    #[test]
    fn profiles_of_a_codec_keep_their_order() {
        let available =
            vec![codec("video/VP9", Some("profile-id=0")), codec("video/VP9", Some("profile-id=2"))];
        assert_eq!(preferred(available.clone(), &["video/VP9"]), Ok(available));
    }

    #[test]
    fn a_codec_that_is_not_there_is_an_error() {
        let available = vec![codec("video/VP8", None)];
        assert!(matches!(preferred(available.clone(), &["video/AV1"]), Err(Error::Unsupported { .. })));
        assert!(matches!(preferred(available, &[]), Err(Error::InvalidOptions { .. })));
        assert!(codec("video/RTX", None).is_auxiliary() && !codec("video/VP8", None).is_auxiliary());
    }

    #[test]
    fn tones_are_checked() {
        assert_eq!(check_tones("0123456789ABCDabcd#*,"), Ok(()));
        assert!(check_tones("12E").unwrap_err().to_string().contains("'E'"));
    }
}

//! The tables of public types against what serde derives for the same types.

use std::cell::RefCell;

use moim_protocol::json::{Fault, Kind, Member, Read, Source, Take};
use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde::forward_to_deserialize_any;

/// Notes the members of an object, or the values of a string, that a type asks for; and fails.
#[derive(Default)]
struct Names(RefCell<Vec<String>>);

impl Names {
    fn note<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Fault {
        self.0.borrow_mut().extend(names.into_iter().map(str::to_owned));
        Fault::new(String::new())
    }
}

impl Source for Names {
    fn kind(&self) -> Kind {
        Kind::Object
    }

    fn bool(&self) -> Result<bool, Fault> {
        Err(self.note([]))
    }

    fn integer(&self, _: u64) -> Result<u64, Fault> {
        Err(self.note([]))
    }

    fn number(&self) -> Result<f64, Fault> {
        Err(self.note([]))
    }

    fn text(&self) -> Result<String, Fault> {
        Err(self.note([]))
    }

    fn word(&self, words: &[&str], _: bool) -> Result<usize, Fault> {
        Err(self.note(words.iter().copied()))
    }

    fn id(&self, _: &str) -> Result<String, Fault> {
        Err(self.note([]))
    }

    fn list(&self, _: Take<'_>) -> Result<(), Fault> {
        Err(self.note([]))
    }

    fn map(&self, _: &mut dyn FnMut(&str, &dyn Source) -> Result<(), Fault>) -> Result<(), Fault> {
        Err(self.note([]))
    }

    fn open(&self, _: &str, members: &[Member]) -> Result<(), Fault> {
        Err(self.note(members.iter().map(|member| member.name)))
    }

    fn member(&self, _: &'static str, _: Take<'_>) -> Result<bool, Fault> {
        Err(self.note([]))
    }

    fn unexpected(&self, _: &str) -> Fault {
        self.note([])
    }
}

impl<'de> Deserializer<'de> for &Names {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom(""))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.note(fields.iter().copied());
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_struct(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

fn agree<T: Read + DeserializeOwned>() {
    let (of_table, of_serde) = (Names::default(), Names::default());
    assert!(T::blank().read(&of_table).is_err() && T::deserialize(&of_serde).is_err());
    let (of_table, of_serde) = (of_table.0.into_inner(), of_serde.0.into_inner());
    assert!(!of_table.is_empty(), "{}", std::any::type_name::<T>());
    assert_eq!(of_table, of_serde, "{}", std::any::type_name::<T>());
}

macro_rules! agree {
    ($($type:path),+ $(,)?) => {
        $(agree::<$type>();)+
    };
}

#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
#[cfg_attr(not(target_arch = "wasm32"), test)]
fn the_tables_have_the_names_that_serde_reads() {
    use crate::engine::{capture, codec, layout, mix_layout, quality, stats, stream, transfer};
    use crate::{model, options};
    agree![
        capture::ContentHint,
        capture::FacingMode,
        capture::PermissionName,
        codec::Codec,
        layout::Fit,
        layout::Layout,
        layout::Rectangle,
        mix_layout::MixLayout,
        mix_layout::MixLayoutKind,
        mix_layout::MixTile,
        model::Channel,
        model::IceCandidate,
        model::IceServer,
        model::IceTransportPolicy,
        model::LeaveReason,
        model::Lobby,
        model::MediaKind,
        model::ParticipantInfo,
        model::Profile,
        model::Publication,
        model::Role,
        model::SdpType,
        model::SessionDescription,
        model::Slot,
        model::Topology,
        model::TrackSource,
        model::Wish,
        moim_protocol::ErrorCode,
        moim_protocol::RelayPayload,
        moim_protocol::WaitingParticipant,
        options::ChatOptions,
        options::DataChannelOptions,
        options::DataChannelPriority,
        options::DataOptions,
        options::JoinOptions,
        options::MessageOptions,
        options::PublishOptions,
        options::ReconnectOptions,
        options::RoomOptions,
        options::SubscribeOptions,
        options::UpdateOptions,
        quality::ParticipantQuality,
        quality::QualityReport,
        crate::signaling::ServerOptions,
        crate::signaling::ServerType,
        stats::StatsMonitorOptions,
        stream::StreamHeader,
        stream::StreamKind,
        transfer::FileOffer,
    ];
}

#[cfg(target_arch = "wasm32")]
#[wasm_bindgen_test::wasm_bindgen_test]
fn so_do_the_tables_of_what_exists_in_browsers_only() {
    use crate::{diagnosis, platform, room};
    agree![
        diagnosis::DiagnoseOptions,
        platform::BundlePolicy,
        platform::CameraOptions,
        platform::CertificateOptions,
        platform::DegradationPreference,
        platform::DisplayOptions,
        platform::DtmfOptions,
        platform::Encoding,
        platform::FileOptions,
        platform::Fingerprint,
        platform::HeaderExtension,
        platform::MicrophoneOptions,
        platform::MixerOptions,
        platform::MixerSourceOptions,
        platform::PeerConnectionOptions,
        platform::Priority,
        platform::RecorderOptions,
        platform::RtpCapabilities,
        platform::RtpSource,
        platform::SendParameters,
        platform::TransceiverDirection,
        platform::TransceiverOptions,
        room::SendFileOptions,
        room::StreamOptions,
    ];
}

//! A connection of a room: publications over transceivers, messages over data channels.

use std::cell::RefCell;
use std::rc::Rc;
use std::task::{Context, Poll};

use futures::future::join_all;
use wasm_bindgen::JsCast;
use web_sys::{MediaStreamTrack, RtcDataChannelEvent, RtcRtpReceiver};

use super::ListenerGuard;
use super::peer_connection::{Link, LocalStreams, PeerConnectionOptions, Spare, detach};
use super::room_channel::RoomChannel;
use super::room_sections as sections;
use super::send_settings::{SendSettings, SentTrack};
use super::stats::StatsSource;
use crate::collections::SortedMap;
use crate::engine::connection::{ConnectionInput, Limit};
use crate::engine::data::Frame;
use crate::engine::exchange::{Command, Input};
use crate::engine::quality::Relief;
use crate::engine::stats::StatsReport;
use crate::engine::topology::FarEnd;
use crate::error::{DataChannelError, Result};
use crate::model::{
    Channel, IceServer, IceTransportPolicy, LinkProfile, Mids, PublicationId, Sections, TrackSource,
};

/// A peer connection and its data channels. Dropping it closes them.
#[derive(Debug)]
pub(crate) struct RoomConnection {
    far_end: FarEnd,
    profile: LinkProfile,
    /// One of each kind, unless it is carried by another one.
    channels: Vec<(Channel, RoomChannel)>,
    /// Closes other channels. LiveKit's server opens some.
    _refusing: Option<ListenerGuard>,
    link: Link,
    attached: RefCell<SortedMap<PublicationId, Rc<SentTrack>>>,
    streams: LocalStreams,
}

impl RoomConnection {
    /// Creates the connection, or uses the spare one. Its events are passed to `on_input`, never during a call.
    pub(crate) fn open(
        far_end: FarEnd,
        profile: LinkProfile,
        ice_servers: &[IceServer],
        ice_transport_policy: IceTransportPolicy,
        spare: &Spare,
        on_input: Rc<dyn Fn(ConnectionInput)>,
    ) -> Result<Self> {
        let told = on_input.clone();
        let ice_servers = ice_servers.to_vec();
        let options = PeerConnectionOptions { ice_servers, ice_transport_policy, ..Default::default() };
        let link = Link::open(&options.to_raw()?, spare, Rc::new(move |input| told(input.into())))?;
        let refusing = (far_end != FarEnd::Server).then(|| refuse_channels(&link, on_input.clone()));
        let open = |kind: &Channel| {
            Ok((*kind, RoomChannel::open(*kind, link.as_raw(), &profile, on_input.clone())?))
        };
        let own = profile.channels.iter().filter(|channel| profile.carrier(**channel) == **channel);
        let channels = own.map(open).collect::<Result<_>>()?;
        let (attached, streams) = (RefCell::default(), LocalStreams::new()?);
        Ok(Self { far_end, profile, channels, _refusing: refusing, link, attached, streams })
    }

    /// The type of the remote end.
    pub(crate) fn far_end(&self) -> FarEnd {
        self.far_end
    }

    /// Sends a track over a free or a new transceiver, limited to what is wanted after
    /// [`settle`](Self::settle).
    pub(crate) fn attach(
        &self,
        id: PublicationId,
        track: &MediaStreamTrack,
        source: TrackSource,
        settings: SendSettings,
        limit: Limit,
    ) -> Result<()> {
        let attached = match self.profile.one_way {
            false => self.streams.attach(&self.link, track, source)?,
            true => sections::send(&self.link, &self.profile, &self.streams, track, source)?,
        };
        let sent = SentTrack::new(attached, settings, limit, &self.profile, source);
        self.attached.borrow_mut().insert(id, sent);
        Ok(())
    }

    /// Sets other ICE servers, used from the next gathering on.
    pub(crate) fn set_ice_servers(&self, servers: &[IceServer]) -> Result<()> {
        self.link.set_ice_servers(servers)
    }

    /// Ensures at least this many media sections to receive in.
    pub(crate) fn receive(&self, wanted: Sections) -> Result<()> {
        sections::receive(&self.link, &self.profile, wanted)
    }

    /// Stops sending a publication. Its transceiver becomes free for another one.
    pub(crate) fn detach(&self, id: &PublicationId) {
        let sent = self.attached.borrow_mut().remove(id);
        if let Some(sent) = sent {
            detach(&self.link, &sent.transceiver);
        }
    }

    /// Limits a publication to what is wanted, after [`settle`](Self::settle).
    pub(crate) fn limit(&self, id: &PublicationId, limit: Limit) {
        if let Some(sent) = self.attached.borrow().get(id) {
            sent.set_limit(limit);
        }
    }

    /// Limits all sent video, after [`settle`](Self::settle).
    pub(crate) fn relieve(&self, relief: Relief) {
        self.attached.borrow().values().for_each(|sent| sent.relieve(relief));
    }

    /// Sends a key frame of each video, where the browser can.
    pub(crate) fn send_key_frames(&self) {
        self.attached.borrow().values().for_each(|sent| sent.send_key_frame());
    }

    /// The statistics of its media streams.
    pub(crate) async fn media_stats(&self) -> Result<StatsReport> {
        StatsSource::from(self.link.as_raw()).media_report().await
    }

    /// Replaces the track of a publication, without renegotiation.
    pub(crate) fn replace_track(&self, id: &PublicationId, track: &MediaStreamTrack) {
        let sent = self.attached.borrow().get(id).cloned();
        if let Some(sent) = sent {
            sent.replace(track);
        }
    }

    /// Applies the wanted send parameters. A failure is retried the next time.
    pub(crate) async fn settle(&self) -> Result<()> {
        let sent: Vec<_> = self.attached.borrow().values().cloned().collect();
        let unsettled = sent.into_iter().filter(|sent| !sent.is_settled());
        join_all(unsettled.map(SentTrack::settle)).await.into_iter().collect()
    }

    /// Performs a command of the exchange.
    pub(crate) async fn perform(&self, command: Command) -> Result<Option<ConnectionInput>> {
        let input = self.link.perform(command).await?;
        Ok(input.map(|input| match input {
            Input::LocalDescriptionSet(description) => {
                ConnectionInput::LocalDescriptionSet { description, mids: self.mids() }
            }
            input => input.into(),
        }))
    }

    /// Sends over a data channel. Returns whether the channel is full now.
    pub(crate) fn send(&self, channel: Channel, frame: Frame) -> Result<bool> {
        self.channel(channel).map_or(Ok(false), |channel| channel.send(frame))
    }

    /// Whether a message can be sent over a data channel without waiting.
    pub(crate) fn poll_capacity(&self, channel: Channel, context: &Context<'_>) -> Poll<Result<()>> {
        match self.channel(channel) {
            Some(channel) => channel.poll_capacity(context),
            None => Poll::Ready(Err(DataChannelError::Closed.into())),
        }
    }

    /// Whether the backend encodes the messages of a channel.
    pub(crate) fn is_encoded(&self, channel: Channel) -> bool {
        self.profile.label(channel).is_some()
    }

    fn channel(&self, channel: Channel) -> Option<&RoomChannel> {
        let carrier = self.profile.carrier(channel);
        self.channels.iter().find(|(kind, _)| *kind == carrier).map(|(_, channel)| channel)
    }

    /// Closes the channels and the connection. No events follow.
    pub(crate) fn close(&self) {
        self.channels.iter().for_each(|(_, channel)| channel.close());
        self.link.close();
    }

    /// The receiver of a media section.
    pub(crate) fn receiver(&self, mid: &str) -> Option<RtcRtpReceiver> {
        let transceiver =
            self.link.transceivers().find(|transceiver| transceiver.mid().as_deref() == Some(mid))?;
        Some(transceiver.receiver())
    }

    fn mids(&self) -> Mids {
        let attached = self.attached.borrow();
        // `collect` would sort them, which is kilobytes of WebAssembly.
        let mut mids = Mids::new();
        mids.extend(attached.iter().filter_map(|(id, sent)| Some((sent.transceiver.mid()?, id.clone()))));
        mids
    }
}

/// Closes each data channel that the remote end opens, which can be thousands.
fn refuse_channels(link: &Link, on_input: Rc<dyn Fn(ConnectionInput)>) -> ListenerGuard {
    ListenerGuard::new(link.as_raw(), "datachannel", move |event| {
        event.unchecked_into::<RtcDataChannelEvent>().channel().close();
        on_input(ConnectionInput::ForeignChannel);
    })
}

impl Drop for RoomConnection {
    fn drop(&mut self) {
        self.close();
    }
}

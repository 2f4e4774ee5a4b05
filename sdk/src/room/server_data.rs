//! Data over the channels of a server that has a format of its own: its backend encodes and decodes the messages.

use std::rc::Rc;

use super::driver::Driver;
use crate::engine::connection::ConnectionInput;
use crate::engine::data::Frame;
use crate::engine::packet::{frame_of, packet_of};
use crate::model::{Channel, DataPacket, LinkId};
use crate::platform::clock;
use crate::platform::room_connection::RoomConnection;

impl Driver {
    /// Sends a message over a data channel.
    pub(super) fn send_over(
        &self,
        link: LinkId,
        connection: Rc<RoomConnection>,
        channel: Channel,
        frame: Frame,
    ) {
        if !connection.is_encoded(channel) {
            return self.transmit(link, connection, channel, frame);
        }
        if let Some(packet) = packet_of(channel, frame) {
            self.backend.borrow_mut().handle_data(packet, clock::now());
            self.run();
        }
    }

    /// Sends what the backend has encoded.
    pub(super) fn send_encoded(&self, channel: Channel, bytes: Vec<u8>) {
        if let Some((link, connection)) = self.server_link(LinkId::sends) {
            self.transmit(link, connection, channel, Frame::Binary(bytes));
        }
    }

    /// A channel whose messages the backend decodes has received one.
    pub(super) fn encoded_received(&self, channel: Channel, bytes: Vec<u8>) {
        self.backend.borrow_mut().handle_channel(channel, bytes, clock::now());
        self.run();
    }

    /// Passes what the backend has decoded to the session.
    pub(super) fn decoded(&self, packet: DataPacket) {
        let (link, channel) = (self.server_link(LinkId::receives), packet.channel);
        if let Some(((link, _), frame)) = link.zip(frame_of(packet)) {
            let input = ConnectionInput::ChannelMessage(channel, frame);
            self.session.borrow_mut().handle_connection(&link, input, clock::now());
        }
    }

    fn server_link(&self, is_wanted: fn(&LinkId) -> bool) -> Option<(LinkId, Rc<RoomConnection>)> {
        let connections = self.connections.borrow();
        let is_it = |link: &LinkId| matches!(link, LinkId::Server(_)) && is_wanted(link);
        let found = connections.iter().find(|(link, _)| is_it(link));
        found.map(|(link, connection)| (link.clone(), connection.clone()))
    }
}

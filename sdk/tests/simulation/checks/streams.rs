//! Streams arrive whole, or end with an error at both ends.

use moim::Topology;

use super::files::are_together;
use crate::client::Client;
use crate::world::World;

/// Nothing of a stream is lost or doubled, and it ends the same way at both ends, unless one of the participants has left the
/// other one. Returns how many have arrived.
pub(super) fn check(world: &World, sender: &Client) -> u64 {
    let mut count = 0;
    let sent = sender.streams.streams.iter().filter(|(_, stream)| stream.is_sent());
    for ((to, id), sent) in sent {
        // A participant who leaves before it knows that it has joined has no name here.
        let Some(receiver) = world.known_as(to) else { continue };
        let mut received = receiver.streams.streams.iter();
        let received = received
            .find(|((from, other), stream)| other == id && sender.is(from) && !stream.is_sent())
            .map(|(_, stream)| stream);
        let bytes = received.map_or(&[][..], |received| &received.bytes);
        assert!(sent.bytes.starts_with(bytes), "{id:?}: what is read was written");
        let outcome = received.map(|received| &received.outcome);
        if outcome == Some(&Some(Ok(()))) {
            assert!(
                bytes.len() == sent.bytes.len(),
                "{id:?}: a stream is whole when its reader sees its end"
            );
            count += 1;
        }
        if !are_together(sender, receiver, sent.begun_at) {
            continue;
        }
        let is_given_up = sent.is_given_up || received.is_some_and(|received| received.is_given_up);
        match (&sent.outcome, outcome) {
            (Some(Ok(())), Some(Some(Ok(())))) => {}
            // It may be aborted when it has arrived, but not its confirmation.
            (Some(Err(_)), Some(Some(_)) | None) if is_given_up => {}
            // A server or mixer in between may lose a part, or the opening, without a connection being replaced.
            (Some(Err(_)), Some(Some(Err(_))) | None) if world.topology != Topology::Mesh => {}
            ends => panic!("{id:?} from {:?} to {to}: {ends:?}", sender.own_id),
        }
    }
    count
}

//! Files arrive whole, or fail at both ends.

use moim::Topology;
use moim::engine::session::PathChange;
use moim::model::Timestamp;

use crate::client::Client;
use crate::world::World;

/// A file ends the same way at both ends, unless one of the participants has left the other one. Returns how many have arrived.
pub(super) fn check(world: &World, sender: &Client) -> u64 {
    let mut count = 0;
    let sent = sender.files.transfers.iter().filter(|(_, transfer)| transfer.is_sent());
    for ((to, id), sent) in sent {
        // A participant who leaves before it knows that it has joined has no name here.
        let Some(receiver) = world.known_as(to) else { continue };
        let received = receiver
            .files
            .transfers
            .iter()
            .find(|((from, other), transfer)| other == id && sender.is(from) && !transfer.is_sent());
        let received = received.map(|(_, transfer)| transfer);
        let has_arrived = received.is_some_and(|received| received.bytes == sent.bytes);
        if sent.outcome == Some(Ok(())) || received.is_some_and(|received| received.outcome == Some(Ok(()))) {
            assert!(has_arrived, "{id}: a file is whole if either end says so");
        }
        count += u64::from(sent.outcome == Some(Ok(())));
        if !are_together(sender, receiver, sent.begun_at) {
            continue;
        }
        let is_given_up = sent.is_given_up || received.is_some_and(|received| received.is_given_up);
        let ends = (&sent.outcome, received.map(|received| &received.outcome));
        match ends {
            (Some(Ok(())), Some(Some(Ok(())))) => {}
            (Some(Err(_)), Some(Some(Err(_))) | None) if is_given_up => {}
            // A server or mixer in between may lose a part, or the offer, without a connection being replaced.
            (Some(Err(_)), Some(Some(Err(_))) | None) if world.topology != Topology::Mesh => {}
            ends => panic!("{id} from {:?} to {to}: {ends:?}", sender.own_id),
        }
    }
    count
}

/// Whether the two were here all the time, and none has given up the other one.
pub(super) fn are_together(sender: &Client, receiver: &Client, since: Timestamp) -> bool {
    let keeps = |one: &Client, other: &Client| {
        let id = other.own_id.as_ref();
        let view = &one.view;
        let was_lost = |(at, change): &(_, PathChange)| *at >= since && *change == PathChange::Lost;
        one.stays()
            && one.id_since <= since
            && id.is_some_and(|id| view.left_at.get(id).is_none_or(|at| *at < since))
            && !id.is_some_and(|id| view.paths.get(id).is_some_and(|paths| paths.iter().any(was_lost)))
    };
    keeps(sender, receiver) && keeps(receiver, sender)
}

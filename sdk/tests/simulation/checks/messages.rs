//! Who has received which messages: in order, once, and consistent with the receipts.

use std::collections::BTreeSet;

use moim::Topology;
use moim::model::{ParticipantId, Timestamp};

use crate::client::{Client, Line, Wave};
use crate::world::World;

/// A receiver without an acknowledgement for this long is treated as unreachable.
const PATIENCE_MS: Timestamp = 30_000;

/// Chat messages arrive in order and once, and all of them if both stay. Returns how many.
pub(super) fn check_lines(world: &World, sender: &Client) -> u64 {
    let mut count = 0;
    let Some(from) = &sender.own_id else { return 0 };
    for receiver in &world.clients {
        let Some(to) = receiver.own_id.as_ref().filter(|to| *to != from) else { continue };
        let heard = heard(receiver, sender);
        let said = sender.said.iter().filter(|line| may_have(line, receiver));
        let said: Vec<_> = said.map(|line| line.text.as_str()).collect();
        let owed = || sender.said.iter().filter(|line| is_owed(line, receiver));
        // What a server in between has lost, or a mixer that did not know the receiver, is sent again later.
        let is_unknown = world.topology == Topology::Mcu && owed().count() < said.len();
        let may_be_late = world.topology != Topology::Mesh
            && (is_unknown || together_since(world, sender, receiver).is_some());
        assert!(
            is_part_of(&heard, &said) || may_be_late && are_once(&heard, &said),
            "{heard:?} of {said:?} from {from} to {to}"
        );
        if world.topology == Topology::Mesh && together_since(world, sender, receiver).is_none() {
            let owed: Vec<_> = owed().map(|line| line.text.as_str()).collect();
            assert!(
                owed.iter().zip(&heard).all(|(owed, heard)| owed == heard),
                "{heard:?} from {from} to {to}"
            );
            assert!(
                heard.len() == owed.len() || !(sender.stays() && receiver.stays()),
                "{heard:?} of {owed:?} from {from} to {to}"
            );
        }
        for line in owed().filter(|line| must_arrive(world, sender, receiver, line)) {
            assert!(heard.contains(&line.text.as_str()), "{} from {from} to {to}", line.text);
        }
        count += heard.len() as u64;
    }
    count
}

/// A receiver named by a receipt has the message, and each message gets one receipt. Returns how many.
pub(super) fn check_receipts(world: &World, sender: &Client) -> u64 {
    let Some(from) = &sender.own_id else { return 0 };
    for (told_at, receipt) in &sender.view.receipts {
        let line = sender.said.iter().find(|line| line.id == receipt.id).expect("a line");
        let named: Vec<_> = receipt.delivered_to.iter().chain(&receipt.missed_by).cloned().collect();
        assert_eq!(named.len(), line.receivers.len());
        assert_eq!(named.into_iter().collect::<BTreeSet<_>>(), line.receivers, "{}", line.text);
        for receiver in &receipt.delivered_to {
            let receiver = world.known_as(receiver).expect("someone who was here");
            assert!(heard(receiver, sender).contains(&line.text.as_str()), "{} has not arrived", line.text);
        }
        let gives_up_at = line.said_at + PATIENCE_MS;
        // Someone who left earlier had come back when it was said.
        let stayed = |id: &&ParticipantId| {
            let left_at = sender.view.left_at.get(*id);
            left_at.is_none_or(|left_at| *left_at >= gives_up_at || *left_at < line.said_at)
        };
        let was_restored =
            |id: &ParticipantId| sender.view.restored_at.get(id).is_some_and(|until| *until >= gives_up_at);
        let waits_for_someone =
            receipt.missed_by.iter().any(|id| stayed(&id)) || line.receivers.iter().any(was_restored);
        let has_slept = sender.slept_since(line.said_at) > 0;
        assert!(*told_at < gives_up_at || has_slept || waits_for_someone, "{} waited for nobody", line.text);
        for missing in receipt.missed_by.iter().filter(|missing| line.owed.contains(*missing)) {
            // A participant who leaves before it knows that it has joined has no name here.
            let Some(receiver) = world.known_as(missing) else { continue };
            // What was sent to an earlier id is not sent again to the current one.
            let is_former = receiver.own_id.as_ref() != Some(missing);
            let is_late = *told_at >= gives_up_at;
            assert!(
                is_former || is_late || !must_arrive(world, sender, receiver, line),
                "{} was heard by {missing}, not missed at {told_at}",
                line.text
            );
        }
    }
    let mut answered: Vec<_> = sender.view.receipts.iter().map(|(_, receipt)| receipt.id).collect();
    answered.sort_unstable();
    let said: Vec<_> = sender.said.iter().map(|line| line.id).collect();
    // Whoever waits to be admitted again cannot know yet.
    match sender.runs && !sender.waits() {
        true => assert_eq!(answered, said, "{from}"),
        false => assert!(answered.iter().collect::<BTreeSet<_>>().len() == answered.len()),
    }
    answered.len() as u64
}

/// Data arrives at most once, and only at its receivers. What is reliable arrives in order, and in a mesh all of it while both
/// stay connected. Returns how many.
pub(super) fn check_waves(world: &World, receiver: &Client) -> u64 {
    let mut count = 0;
    for (from, waves) in &receiver.view.waves {
        let sender = world.known_as(from).expect("someone who was here");
        let found = |payload: &String| sender.waves.iter().find(|wave| wave.payload == *payload).unwrap();
        let all: Vec<_> = waves.iter().map(found).collect();
        for Wave { payload, to, .. } in &all {
            assert!(to.as_ref().is_none_or(|to| receiver.is(to)), "{payload} was for {to:?}");
        }
        let reliable = |wave: &&Wave| wave.reliable;
        let arrived: Vec<_> = all.into_iter().filter(reliable).map(|wave| wave.payload.as_str()).collect();
        let sent: Vec<_> = sender.waves.iter().filter(reliable).map(|wave| wave.payload.as_str()).collect();
        assert!(is_part_of(&arrived, &sent), "{arrived:?} of {sent:?} from {from}");
        count += waves.len() as u64;
    }
    if world.topology != Topology::Mesh || !receiver.stays() {
        return count;
    }
    for sender in world.clients.iter().filter(|sender| sender.stays()) {
        let (Some(from), Some(to)) = (&sender.own_id, &receiver.own_id) else { continue };
        // Data is sent again over another connection, unless one of them had left for the other one.
        let parted = sender.view.left_at.contains_key(to) || receiver.view.left_at.contains_key(from);
        let renamed = [sender, receiver].iter().any(|end| !end.former_ids.is_empty());
        if from == to || parted || renamed {
            continue;
        }
        let arrived = receiver.view.waves.get(from);
        for wave in sender.waves.iter().filter(|wave| wave.owed.contains(to)) {
            let has_arrived = arrived.is_some_and(|waves| waves.contains(&wave.payload));
            assert!(has_arrived, "{} from {from} to {to}", wave.payload);
        }
    }
    count
}

/// What has arrived, under all ids of the sender.
fn heard<'a>(receiver: &'a Client, sender: &Client) -> Vec<&'a str> {
    let ids = sender.former_ids.iter().chain(&sender.own_id);
    ids.filter_map(|id| receiver.view.lines.get(id)).flatten().map(String::as_str).collect()
}

fn may_have(line: &Line, receiver: &Client) -> bool {
    line.to.as_ref().is_none_or(|to| receiver.is(to))
}

fn is_owed(line: &Line, receiver: &Client) -> bool {
    line.owed.iter().any(|id| receiver.is(id))
}

/// Whether everyone who is needed for it is still there.
fn must_arrive(world: &World, sender: &Client, receiver: &Client, line: &Line) -> bool {
    let has_way =
        world.topology != Topology::Mcu || line.mixer.is_some_and(|mixer| world.clients[mixer].stays());
    let since = match world.topology {
        Topology::Mesh => resent_since(sender, receiver),
        _ => together_since(world, sender, receiver),
    };
    // Nothing is sent again to or by a participant who has got another id, which others may learn later.
    let is_current = line.to.as_ref().is_none_or(|to| receiver.own_id.as_ref() == Some(to));
    let is_addressed = is_current && line.said_at >= sender.id_since && line.said_at >= receiver.id_since;
    sender.stays()
        && receiver.stays()
        && has_way
        && is_addressed
        && since.is_none_or(|since| line.said_at > since)
}

/// Since when all messages arrive in a mesh: those in flight over a connection that is replaced are sent again, unless the
/// receiver had left for the sender, or had not acknowledged them for too long.
fn resent_since(sender: &Client, receiver: &Client) -> Option<Timestamp> {
    let (from, to) = (sender.own_id.as_ref()?, receiver.own_id.as_ref()?);
    let replaced = [sender.view.replaced_at.get(to), receiver.view.replaced_at.get(from)];
    let given_up = replaced.into_iter().flatten().map(|at| at.saturating_sub(PATIENCE_MS));
    given_up.chain(sender.view.left_at.get(to).copied()).max()
}

/// Since when nothing between the two can be lost; `None`: from the start. What was in flight is lost when one of them was
/// gone for so long that the other one gave it up, when a connection was replaced, and when a server in between forgot one of
/// them.
fn together_since(world: &World, one: &Client, other: &Client) -> Option<Timestamp> {
    let is_mesh = world.topology == Topology::Mesh;
    let seen_by = |one: &Client, other: &Client| {
        let (view, id) = (&one.view, other.own_id.as_ref());
        let left = id.and_then(|id| view.left_at.get(id));
        // One connection leads to everyone behind a server or mixer, even to those who were not known when it was replaced.
        let replaced = view.replaced_at.iter().filter(|(behind, _)| !is_mesh || Some(*behind) == id);
        let back = (!is_mesh && one.was_forgotten).then_some(view.reconnected_at);
        let renamed = (!one.former_ids.is_empty()).then_some(one.id_since);
        left.into_iter().chain(replaced.map(|(_, at)| at)).copied().chain(back).chain(renamed).max()
    };
    seen_by(one, other).max(seen_by(other, one))
}

/// Whether `all` contains each of `some`, which are different.
fn are_once(some: &[&str], all: &[&str]) -> bool {
    let different: BTreeSet<_> = some.iter().copied().collect();
    different.len() == some.len() && different.iter().all(|one| all.contains(one))
}

/// Whether `all` contains `some` in order.
fn is_part_of(some: &[&str], all: &[&str]) -> bool {
    let mut all = all.iter();
    some.iter().all(|one| all.any(|other| other == one))
}

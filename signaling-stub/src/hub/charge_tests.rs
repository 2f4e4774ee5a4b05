//! Who pays for what others are sent.

use serde_json::json;

use super::{
    tests::{ALICE, drain, errors, join, join_message, say},
    *,
};

const ADDRESS: &str = "203.0.113.7";
const ANOTHER: &str = "203.0.113.8";

fn connect(hub: &mut Hub, id: u64, address: &str, now: u64) -> ConnectionId {
    let id = ConnectionId(id);
    hub.handle_connected_from(id, address.parse().unwrap(), now);
    id
}

/// Joins with as much as one participant may have. Returns the code of the error, if there is one.
fn try_join(hub: &mut Hub, id: ConnectionId, now: u64) -> Option<ErrorCode> {
    let mut join = join_message("hall");
    join["metadata"] = "m".repeat(8_000).into();
    join["attributes"] = json!({ "a": "\u{1f600}".repeat(5_000) });
    hub.handle_text(id, &join.to_string(), now);
    errors(&drain(hub)).pop().map(|(_, code, _)| code)
}

#[test]
fn a_large_room_of_one_address_fills_and_empties_and_everyone_may_talk() {
    let mut hub = Hub::new(Limits::default());
    for round in 0..3 {
        let ids: Vec<_> = (0..32).map(|n| connect(&mut hub, round * 100 + n, ADDRESS, 0)).collect();
        for id in &ids {
            assert_eq!(try_join(&mut hub, *id, 0), None, "{id:?}");
        }
        for id in &ids {
            for seq in 1..=1_000 {
                say(&mut hub, *id, &json!({ "type": "relay", "to": "nobody", "payload": { "seq": seq } }));
            }
            let refused = errors(&drain(&mut hub));
            assert!(refused.iter().all(|(_, code, _)| *code == ErrorCode::UnknownParticipant));
        }
        for id in ids {
            hub.handle_disconnected(id, 0);
        }
        drain(&mut hub);
    }
}

#[test]
fn a_flood_of_joins_is_refused_at_its_address_and_nowhere_else() {
    let mut hub = Hub::new(Limits::default());
    for id in 1..=31 {
        let id = connect(&mut hub, id, ANOTHER, 0);
        assert_eq!(try_join(&mut hub, id, 0), None);
    }
    let mut flood = |from: u64, now: u64| {
        (from..from + 2_000).position(|id| {
            let id = connect(&mut hub, id, ADDRESS, now);
            let refused = try_join(&mut hub, id, now);
            say(&mut hub, id, &json!({ "type": "leave" }));
            hub.handle_disconnected(id, now);
            drain(&mut hub);
            assert!(matches!(refused, None | Some(ErrorCode::RateLimited)), "{refused:?}");
            refused.is_some()
        })
    };
    let joined = flood(1_000, 0).expect("a refusal");
    assert!((100..300).contains(&joined), "{joined} joined");
    let later = flood(5_000, 5_000).expect("a refusal");
    assert!((5..30).contains(&later), "{later} joined in the next 5 s");
    let carol = connect(&mut hub, 9_000, ANOTHER, 5_000);
    assert_eq!(try_join(&mut hub, carol, 5_000), None, "nobody else pays");
}

#[test]
fn connections_that_are_cut_again_and_again_count_as_well() {
    let mut hub = Hub::new(Limits::default());
    for id in 1..=31 {
        connect(&mut hub, id, ANOTHER, 0);
        assert_eq!(try_join(&mut hub, ConnectionId(id), 0), None);
    }
    let mut resume = String::new();
    for id in 100..400 {
        let id = connect(&mut hub, id, ADDRESS, 0);
        let mut join = join_message("hall");
        join["metadata"] = "m".repeat(8_000).into();
        join["attributes"] = json!({ "a": "a".repeat(8_000) });
        join["resume"] = resume.clone().into();
        say(&mut hub, id, &join);
        let token = drain(&mut hub).into_iter().find_map(|output| match output {
            Output::Send { message: ServerMessage::Welcome(welcome), .. } => welcome.resume_token,
            _ => None,
        });
        resume = token.expect("who is in the room can always come back");
        hub.handle_disconnected(id, 0);
        drain(&mut hub);
    }
    let mallory = connect(&mut hub, 500, ADDRESS, 0);
    assert_eq!(try_join(&mut hub, mallory, 0), Some(ErrorCode::RateLimited));
}

#[test]
fn a_host_pays_for_its_lobby_and_not_for_those_it_admits() {
    let mut hub = Hub::new(Limits { messages_per_second: 1, message_burst: 300, ..Limits::default() });
    hub.handle_connected(ALICE, 0);
    let mut host = join_message("hall");
    host["role"] = "host".into();
    say(&mut hub, ALICE, &host);
    for id in 2..=11 {
        join(&mut hub, ConnectionId(id), "hall");
    }
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    // The last one waits, so that each change of the host's names it.
    let wait = |hub: &mut Hub, id: u64| {
        hub.handle_connected(ConnectionId(id), 0);
        let mut join = join_message("hall");
        join["metadata"] = "m".repeat(8_000).into();
        say(hub, ConnectionId(id), &join);
        drain(hub);
        join
    };
    (21..=26).for_each(|id| drop(wait(&mut hub, id)));
    let host = |hub: &mut Hub, message: &serde_json::Value| {
        say(hub, ALICE, message);
        errors(&drain(hub)).into_iter().find(|(to, ..)| *to == ALICE)
    };
    assert_eq!(host(&mut hub, &json!({ "type": "lock", "locked": false })), None);
    assert_eq!(hub.participants("hall").len(), 17);
    let mut changes = 0;
    while changes < 90 {
        if host(&mut hub, &json!({ "type": "lock", "locked": true })).is_some() {
            break;
        }
        wait(&mut hub, 100 + changes);
        let waiting = hub.lobby("hall").waiting[0].id.clone();
        if host(&mut hub, &json!({ "type": "remove", "participantId": waiting })).is_some() {
            break;
        }
        wait(&mut hub, 200 + changes);
        changes += 1;
    }
    assert!((3..60).contains(&changes), "{changes} changes: each is sent to 16 others");
}

#[test]
fn whoever_replaces_its_own_connection_again_and_again_pays() {
    let mut hub = Hub::new(Limits::default());
    for id in 1..=20 {
        let id = connect(&mut hub, id, ANOTHER, 0);
        assert_eq!(try_join(&mut hub, id, 0), None);
    }
    let mallory = connect(&mut hub, 100, ADDRESS, 0);
    let mut join = join_message("hall");
    (join["metadata"], join["resume"]) = ("m".repeat(8_000).into(), "".into());
    say(&mut hub, mallory, &join);
    let token = drain(&mut hub).into_iter().find_map(|output| match output {
        Output::Send { message: ServerMessage::Welcome(welcome), .. } => welcome.resume_token,
        _ => None,
    });
    join["resume"] = token.unwrap().into();
    let mut resumes = |from: u64, now: u64| {
        (from..from + 1_000).position(|id| {
            let id = connect(&mut hub, id, ADDRESS, now);
            hub.handle_text(id, &join.to_string(), now);
            errors(&drain(&mut hub)).contains(&(id, ErrorCode::RateLimited, false))
        })
    };
    // A person on a bad network comes back a few times.
    let first = resumes(200, 0).expect("a limit");
    assert!((5..100).contains(&first), "{first}");
}

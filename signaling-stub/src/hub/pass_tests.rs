//! What tokens permit, one test each. That of signatures and times is in `server/tokens.rs`.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use moim_protocol::{Role, RoomPermission, RoomPermissions, Welcome};
use serde_json::{Value, json};

use super::tests::{ALICE, BOB, CAROL, drain, error_text, errors, join_message, say, sole_error};
use super::*;

/// Tokens are `identity room role permission…`, and may all expire.
#[derive(Debug)]
struct Verifier {
    have_expired: Arc<AtomicBool>,
}

impl TokenVerifier for Verifier {
    fn verify(&self, token: &str) -> Result<RoomToken, TokenFault> {
        let parts: Vec<_> = token.split(' ').collect();
        let [identity, room, role, permissions @ ..] = &parts[..] else {
            return Err(TokenFault::Invalid("it is nonsense"));
        };
        if self.have_expired.load(Relaxed) {
            return Err(TokenFault::Expired);
        }
        let role = match *role {
            "host" => Role::Host,
            "mixer" => Role::Mixer,
            _ => Role::Participant,
        };
        Ok(RoomToken {
            room: (*room).to_owned(),
            identity: (*identity).to_owned(),
            name: (*identity == "named").then(|| "Name of the token".to_owned()),
            role,
            permissions: match permissions {
                ["everything"] => RoomPermissions::default(),
                some => some.iter().filter_map(|name| RoomPermission::of(name)).collect(),
            },
        })
    }
}

fn hub() -> Hub {
    Hub::new(Limits::default()).with_sfu().with_token_verifier(Verifier { have_expired: Arc::default() })
}

fn with_token(token: &str) -> Value {
    let mut message = join_message("tea");
    message["token"] = token.into();
    message["resume"] = "".into();
    message
}

fn publication(id: &str, kind: &str, source: &str) -> Value {
    json!({ "id": id, "kind": kind, "source": source, "muted": false })
}

fn join(hub: &mut Hub, id: ConnectionId, message: &Value) -> Welcome {
    hub.handle_connected(id, 0);
    say(hub, id, message);
    let outputs = drain(hub);
    let welcome = outputs.iter().find_map(|output| match output {
        Output::Send { to, message: ServerMessage::Welcome(welcome) } if *to == id => Some(welcome.clone()),
        _ => None,
    });
    welcome.unwrap_or_else(|| panic!("no welcome: {outputs:?}"))
}

/// The ids of what a participant of the room publishes.
fn published(hub: &Hub, index: usize) -> Vec<String> {
    hub.participants("tea")[index].publications.iter().map(|publication| publication.id.to_string()).collect()
}

fn media(outputs: &[Output]) -> Vec<&MediaCommand> {
    let commands = outputs.iter().filter_map(|output| match output {
        Output::Media(command) => Some(command),
        _ => None,
    });
    commands.collect()
}

#[test]
fn who_has_no_valid_token_does_not_join() {
    let mut hub = hub();
    hub.handle_connected(ALICE, 0);
    for (token, code) in [
        (Value::Null, ErrorCode::TokenMissing),
        ("".into(), ErrorCode::TokenMissing),
        ("nonsense".into(), ErrorCode::TokenInvalid),
        ("x".repeat(5000).into(), ErrorCode::TokenInvalid),
        ("alice coffee participant everything".into(), ErrorCode::TokenWrongRoom),
    ] {
        let mut message = join_message("tea");
        message["token"] = token;
        assert_eq!(sole_error(&mut hub, ALICE, &message), code);
        assert!(hub.participants("tea").is_empty());
    }
    let welcome = join(&mut hub, BOB, &with_token("bob tea participant everything"));
    let bob = &welcome.roster.participants[0];
    assert_eq!(bob.identity.as_deref(), Some("bob"));
    assert!(bob.permissions.is_everything());
}

#[test]
fn an_expired_token_does_not_admit_and_does_not_end_a_call() {
    let have_expired = Arc::<AtomicBool>::default();
    let verifier = Verifier { have_expired: Arc::clone(&have_expired) };
    let mut hub = Hub::new(Limits::default()).with_token_verifier(verifier);
    let alice = with_token("alice tea participant everything");
    let welcome = join(&mut hub, ALICE, &alice);
    have_expired.store(true, Relaxed);
    hub.handle_connected(BOB, 0);
    assert_eq!(
        sole_error(&mut hub, BOB, &with_token("bob tea participant everything")),
        ErrorCode::TokenExpired
    );

    say(&mut hub, ALICE, &alice);
    assert_eq!(errors(&drain(&mut hub)), [], "a repeated join");
    hub.handle_disconnected(ALICE, 1);
    let mut back = alice.clone();
    back["resume"] = welcome.resume_token.into();
    assert_eq!(join(&mut hub, CAROL, &back).participant_id, welcome.participant_id, "resumed");
}

#[test]
fn roles_need_a_token_for_them() {
    let mut hub = hub();
    hub.handle_connected(ALICE, 0);
    for (role, topology) in [("host", "mesh"), ("mixer", "mcu")] {
        let mut message = with_token("alice tea participant everything");
        (message["role"], message["topology"]) = (role.into(), topology.into());
        assert_eq!(sole_error(&mut hub, ALICE, &message), ErrorCode::NotPermitted, "{role}");
    }
    join(&mut hub, BOB, &with_token("bob tea participant everything"));
    let mut host = with_token("alice tea host everything");
    host["role"] = "host".into();
    join(&mut hub, ALICE, &host);
    assert_eq!(hub.participants("tea")[1].role, Role::Host, "although the room is open already");

    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    hub.handle_connected(CAROL, 0);
    say(&mut hub, CAROL, &with_token("carol tea participant everything"));
    drain(&mut hub);
    say(&mut hub, ALICE, &json!({ "type": "leave" }));
    let outputs = drain(&mut hub);
    assert_eq!(errors(&outputs), [(CAROL, ErrorCode::NotAdmitted, true)], "nobody may be the host");
    assert_eq!(hub.participants("tea")[0].role, Role::Participant);
}

#[test]
fn the_mixers_token_admits_only_mixers() {
    let mut hub = hub().with_mixer_token("secret");
    let mut mixer = with_token("secret");
    (mixer["role"], mixer["topology"]) = ("mixer".into(), "mcu".into());
    hub.handle_connected(ALICE, 0);
    assert_eq!(sole_error(&mut hub, ALICE, &with_token("secret")), ErrorCode::TokenInvalid);
    join(&mut hub, BOB, &mixer);
}

#[test]
fn only_granted_sources_are_published() {
    let mut hub = hub();
    let mut message = with_token("alice tea participant microphone screen");
    message["topology"] = "sfu".into();
    message["publications"] =
        json!([publication("cam", "video", "camera"), publication("mic", "audio", "microphone")]);
    hub.handle_connected(ALICE, 0);
    say(&mut hub, ALICE, &message);
    let outputs = drain(&mut hub);
    assert_eq!(published(&hub, 0), ["mic"]);
    let MediaCommand::Joined { publications, permissions, .. } = media(&outputs)[0] else {
        panic!("{outputs:?}")
    };
    assert_eq!(publications.len(), 1);
    assert!(permissions.allows(RoomPermission::Screen) && !permissions.allows(RoomPermission::Subscribe));

    let request = json!({ "type": "publish", "request": 7, "publications": [
        publication("mic", "audio", "microphone"),
        publication("cam", "video", "camera"),
        publication("screen", "video", "screen"),
        publication("other", "video", "hologram"),
        publication("false", "video", "microphone"),
    ]});
    say(&mut hub, ALICE, &request);
    let outputs = drain(&mut hub);
    assert_eq!(published(&hub, 0), ["mic", "screen"], "what is granted is published");
    let MediaCommand::Published { publications, .. } = media(&outputs)[0] else { panic!("{outputs:?}") };
    assert_eq!(publications.len(), 2);
    let Some(Output::Send { message: ServerMessage::Error(error), .. }) = outputs.last() else {
        panic!("{outputs:?}")
    };
    assert_eq!((error.code, error.fatal, error.request), (ErrorCode::NotPermitted, false, Some(7)));
    assert!(error.message.contains("cam") && error.message.contains("camera"), "{}", error.message);
}

#[test]
fn without_the_permission_the_profile_stays() {
    let mut hub = hub();
    let mut message = with_token("alice tea participant subscribe");
    (message["metadata"], message["attributes"]) = ("data".into(), json!({ "hand": "up" }));
    let welcome = join(&mut hub, ALICE, &message);
    let alice = &welcome.roster.participants[0];
    assert!(alice.metadata.is_empty() && alice.attributes.is_empty() && alice.name == "Someone");
    let update = |name: &str, metadata: &str| json!({ "type": "update", "name": name, "metadata": metadata, "attributes": {} });
    for changed in [update("Someone", "data"), update("Else", "")] {
        assert_eq!(sole_error(&mut hub, ALICE, &changed), ErrorCode::NotPermitted);
    }
    say(&mut hub, ALICE, &update("Someone", ""));
    assert_eq!(errors(&drain(&mut hub)), [], "nothing changes");
}

#[test]
fn the_name_of_the_token_is_the_participants() {
    let mut hub = hub();
    let welcome = join(&mut hub, ALICE, &with_token("named tea participant everything"));
    assert_eq!(welcome.roster.participants[0].name, "Name of the token");
    let mut update = json!({ "type": "update", "name": "Another", "metadata": "", "attributes": {} });
    say(&mut hub, ALICE, &update);
    assert!(error_text(&drain(&mut hub)).contains("Name of the token"));
    (update["name"], update["metadata"]) = ("Name of the token".into(), "data".into());
    say(&mut hub, ALICE, &update);
    assert_eq!(hub.participants("tea")[0].metadata, "data");
}

#[test]
fn a_new_token_of_the_same_identity_changes_the_permissions() {
    let mut hub = hub();
    let mut message = with_token("alice tea participant camera data");
    message["topology"] = "sfu".into();
    message["publications"] = json!([publication("cam", "video", "camera")]);
    let welcome = join(&mut hub, ALICE, &message);

    message["token"] = "mallory tea participant everything".into();
    say(&mut hub, ALICE, &message);
    assert_eq!(hub.participants("tea")[0].identity.as_deref(), Some("alice"));
    assert!(!hub.participants("tea")[0].permissions.is_everything(), "another's token");
    drain(&mut hub);

    message["token"] = "alice tea participant subscribe".into();
    say(&mut hub, ALICE, &message);
    let outputs = drain(&mut hub);
    let subscribe = RoomPermissions::from_iter([RoomPermission::Subscribe]);
    assert_eq!(hub.participants("tea")[0].permissions, subscribe);
    assert_eq!(published(&hub, 0), Vec::<String>::new(), "it may not publish any more");
    let is_permitted = |command: &&MediaCommand| matches!(command, MediaCommand::Permitted { permissions, .. } if *permissions == subscribe);
    assert!(media(&outputs).iter().any(is_permitted), "{outputs:?}");

    hub.handle_disconnected(ALICE, 1);
    drain(&mut hub);
    (message["token"], message["resume"]) =
        ("alice tea participant everything".into(), welcome.resume_token.into());
    let back = join(&mut hub, BOB, &message);
    assert!(back.roster.participants[0].permissions.is_everything(), "resumed with a newer token");
}

#[test]
fn a_refused_token_does_not_change_what_waits_in_a_lobby() {
    let mut hub = hub();
    let mut host = with_token("alice tea host everything");
    host["role"] = "host".into();
    let alice = join(&mut hub, ALICE, &host).participant_id;
    say(&mut hub, ALICE, &json!({ "type": "lock", "locked": true }));
    hub.handle_connected(BOB, 0);
    say(&mut hub, BOB, &with_token("bob tea participant subscribe"));
    let waiting = hub.lobby("tea").waiting[0].id.clone();
    let mut elsewhere = with_token("bob coffee participant everything");
    (elsewhere["room"], elsewhere["topology"]) = ("coffee".into(), "cloud".into());
    say(&mut hub, BOB, &elsewhere);
    drain(&mut hub);
    say(&mut hub, ALICE, &json!({ "type": "admit", "participantId": waiting }));
    let participants = hub.participants("tea");
    assert_eq!(participants[0].id, alice);
    assert_eq!(participants[1].permissions, RoomPermissions::from_iter([RoomPermission::Subscribe]));
}

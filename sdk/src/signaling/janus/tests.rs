//! What a Janus 1.1.2 server was seen to send, and what it may send.

use super::*;
use crate::model::{
    JoinRequest, LeaveReason, MediaKind, Publication, RefusalCode, SessionDescription, TrackSource, Wanted,
    Wish,
};

const SESSION: u64 = 3_049_977_404_081_406;
const OWN_HANDLE: u64 = 8_722_149_690_941_449;
const FEED_HANDLE: u64 = 8_277_481_254_178_688;
const FEED: &str = r#"{"id":6932907834088717,"display":"bob","audio_codec":"opus","video_codec":"vp8","streams":[
    {"type":"audio","mindex":0,"mid":"0","description":"mic","codec":"opus","fec":true,"talking":false},
    {"type":"video","mindex":1,"mid":"1","description":"screen muted #a b","codec":"vp8","simulcast":true},
    {"type":"video","mindex":2,"mid":"2","disabled":true},{"type":"data","mindex":3,"mid":"3"}],"talking":false}"#;
const BOB: &str = "6932907834088717";

struct Client {
    backend: JanusBackend,
    now: Timestamp,
}

/// What was sent.
fn texts(outputs: &[Output]) -> Vec<&str> {
    let texts = outputs.iter().filter_map(|output| match output {
        Output::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn events(outputs: Vec<Output>) -> Vec<SignalEvent> {
    let event = |output| if let Output::Event(event) = output { Some(event) } else { None };
    outputs.into_iter().filter_map(event).collect()
}

/// The transaction of the last request that contains `part`.
fn transaction(outputs: &[Output], part: &str) -> String {
    let text = texts(outputs).into_iter().rfind(|text| text.contains(part));
    let text = text.unwrap_or_else(|| panic!("no {part} in {outputs:?}"));
    let (_, rest) = text.split_once(r#""transaction":""#).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

fn microphone() -> Publication {
    let (kind, source) = (MediaKind::Audio, TrackSource::Microphone);
    Publication { id: "mic".into(), kind, source, muted: false, to: None }
}

impl Client {
    fn new(options: ServerOptions) -> Self {
        Self { backend: JanusBackend::new(options), now: 100 }
    }

    fn outputs(&mut self) -> Vec<Output> {
        std::iter::from_fn(|| self.backend.poll_output()).collect()
    }

    fn command(&mut self, command: SignalCommand) -> Vec<Output> {
        self.backend.handle_command(command, self.now);
        self.outputs()
    }

    fn receive(&mut self, text: &str) -> Vec<Output> {
        self.backend.handle_socket(SocketEvent::Text(text.to_owned()), self.now);
        self.outputs()
    }

    /// The core's reply with an id.
    fn created(&mut self, transaction: &str, id: u64) -> Vec<Output> {
        self.receive(&format!(r#"{{"janus":"success","transaction":"{transaction}","data":{{"id":{id}}}}}"#))
    }

    /// An event of the VideoRoom: a reply, unless the transaction is empty.
    fn says(&mut self, transaction: &str, sender: u64, data: &str, jsep: &str) -> Vec<Output> {
        let reply =
            if transaction.is_empty() { String::new() } else { format!(r#""transaction":"{transaction}","#) };
        let jsep = match jsep {
            "" => String::new(),
            kind => format!(r#","jsep":{{"type":"{kind}","sdp":"v=0"}}"#),
        };
        self.receive(&format!(
            r#"{{"janus":"event","session_id":{SESSION},{reply}"sender":{sender},"plugindata":{{"plugin":"janus.plugin.videoroom","data":{data}}}{jsep}}}"#
        ))
    }

    fn refuses(&mut self, transaction: &str, code: u32, text: &str) -> Vec<Output> {
        let data = format!(r#"{{"videoroom":"event","error_code":{code},"error":"{text}"}}"#);
        self.says(transaction, OWN_HANDLE, &data, "")
    }

    fn offer(&mut self) -> Vec<Output> {
        self.offer_sdp("v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n")
    }

    fn offer_sdp(&mut self, sdp: &str) -> Vec<Output> {
        let description = SessionDescription { sdp_type: SdpType::Offer, sdp: sdp.to_owned() };
        let carries = Some([("0".to_owned(), PublicationId::from("mic"))].into());
        let signal = LinkSignal::Description { description, carries };
        self.command(SignalCommand::Signal { link: PUBLISH, signal })
    }

    fn answer(&mut self) -> Vec<Output> {
        let description = SessionDescription { sdp_type: SdpType::Answer, sdp: "v=0 answer".to_owned() };
        let signal = LinkSignal::Description { description, carries: Some(Default::default()) };
        self.command(SignalCommand::Signal { link: SUBSCRIBE, signal })
    }

    /// Connects, and creates the session and its handle. Returns the last outputs.
    fn connect(&mut self) -> Vec<Output> {
        self.backend.handle_socket(SocketEvent::Opened, self.now);
        let create = transaction(&self.outputs(), r#""janus":"create""#);
        let attach = transaction(&self.created(&create, SESSION), r#""janus":"attach""#);
        self.created(&attach, OWN_HANDLE)
    }
}

fn options() -> ServerOptions {
    ServerOptions {
        url: "wss://host/janus?x=1".to_owned(),
        pin: Some("1234".to_owned()),
        ..ServerOptions::default()
    }
}

/// Waits for the reply to its request to join, which contains the offer.
fn joining(options: ServerOptions, room: &str) -> (Client, Vec<Output>) {
    let mut client = Client::new(options);
    let profile = Profile { name: "alice".into(), ..Profile::default() };
    let mut request = JoinRequest::new(room, profile, crate::Topology::Sfu);
    request.publications = vec![microphone()];
    request.carries_offer = true;
    request.token = Some("secret-token".into());
    client.command(SignalCommand::Join(request));
    client.command(SignalCommand::Open(PUBLISH));
    client.command(SignalCommand::Open(SUBSCRIBE));
    assert!(texts(&client.connect()).is_empty(), "it waits for the offer");
    let outputs = client.offer();
    (client, outputs)
}

/// In the room, where bob is.
fn joined() -> Client {
    let (mut client, outputs) = joining(options(), "777");
    let join = transaction(&outputs, "joinandconfigure");
    let data = format!(
        r#"{{"videoroom":"joined","room":777,"description":"wire","id":42,"private_id":2626360579,"publishers":[{FEED}],"attendees":[{{"id":7,"display":"carol"}}]}}"#
    );
    let outputs = client.says(&join, OWN_HANDLE, &data, "answer");
    let attach = transaction(&outputs, r#""janus":"attach""#);
    let seen = events(outputs);
    let [SignalEvent::Joined { participant_id, participants, .. }, SignalEvent::Signal { link, signal }] =
        &seen[..]
    else {
        panic!("{seen:?}")
    };
    assert_eq!(participant_id.as_str(), "42");
    let names: Vec<_> = participants.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["bob", "carol", "alice"]);
    assert_eq!(participants[2].publications, [microphone()]);
    assert_eq!(*link, PUBLISH);
    assert!(
        matches!(signal, LinkSignal::Description { description, .. } if description.sdp_type == SdpType::Answer)
    );
    let publications = &participants[0].publications;
    assert_eq!(publications.len(), 2, "neither data nor what is disabled: {publications:?}");
    assert_eq!((publications[0].source, publications[0].id.as_str()), (TrackSource::Microphone, "0"));
    let screen = (publications[1].source, publications[1].id.as_str(), publications[1].muted);
    assert_eq!(screen, (TrackSource::Screen, "a b", true));
    let outputs = client.created(&attach, FEED_HANDLE);
    assert!(texts(&outputs)[0].contains(r#"{"feed":6932907834088717,"mid":"1"}"#), "{outputs:?}");
    attached(&mut client, &transaction(&outputs, r#""ptype":"subscriber""#));
    client
}

const SECTIONS: &str = r#"[
    {"type":"audio","active":true,"mindex":0,"mid":"0","ready":false,"send":true,"feed_id":6932907834088717,"feed_display":"bob","feed_mid":"0","codec":"opus"},
    {"type":"video","active":true,"mindex":1,"mid":"1","ready":false,"send":true,"feed_id":6932907834088717,"feed_display":"bob","feed_mid":"1","codec":"vp8",
     "simulcast":{"substream":-1,"substream-target":2,"temporal-layer":-1,"temporal-layer-target":2}}]"#;

/// Subscribes: an offer, its answer, and the confirmation.
fn attached(client: &mut Client, join: &str) {
    let data = format!(r#"{{"videoroom":"attached","room":777,"streams":{SECTIONS}}}"#);
    let seen = events(client.says(join, FEED_HANDLE, &data, "offer"));
    let [SignalEvent::Signal { link: SUBSCRIBE, signal: LinkSignal::Description { carries, .. } }] =
        &seen[..]
    else {
        panic!("{seen:?}")
    };
    let slots = carries.as_ref().unwrap();
    assert_eq!(slots.len(), 2);
    assert_eq!((slots["1"].participant_id.as_str(), slots["1"].publication_id.as_str()), (BOB, "a b"));
    start(client);
}

fn start(client: &mut Client) {
    let start = transaction(&client.answer(), r#""request":"start""#);
    // The event was seen to come before its `ack`.
    let outputs = client.says(&start, FEED_HANDLE, r#"{"videoroom":"event","room":777,"started":"ok"}"#, "");
    assert!(texts(&outputs).is_empty(), "nothing else is needed: {outputs:?}");
    client.receive(&format!(r#"{{"janus":"ack","session_id":{SESSION},"transaction":"{start}"}}"#));
}

#[test]
fn one_request_joins_and_publishes_and_another_one_subscribes() {
    let (_, outputs) = joining(options(), "777");
    let [text] = texts(&outputs)[..] else { panic!("{outputs:?}") };
    for part in [
        r#""token":"secret-token""#,
        r#""room":777"#,
        r#""pin":"1234""#,
        r#""display":"alice""#,
        r##""descriptions":[{"mid":"0","description":"microphone #mic"}]"##,
        r#""rid_order":"lmh""#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    joined();
}

#[test]
fn an_offer_that_is_earlier_than_the_session_is_sent_with_the_request_to_join() {
    let mut client = Client::new(options());
    let mut request = JoinRequest::new("777", Profile::default(), crate::Topology::Sfu);
    (request.publications, request.carries_offer) = (vec![microphone()], true);
    client.command(SignalCommand::Join(request));
    client.offer();
    transaction(&client.connect(), "joinandconfigure");
}

#[test]
fn an_offer_of_nothing_is_not_sent() {
    let mut client = Client::new(options());
    let mut request = JoinRequest::new("777", Profile::default(), crate::Topology::Sfu);
    request.carries_offer = true;
    client.command(SignalCommand::Join(request));
    client.offer_sdp("v=0\r\n");
    let join = transaction(&client.connect(), r#""request":"join""#);
    let outputs = client.says(&join, OWN_HANDLE, r#"{"videoroom":"joined","id":42,"attendees":[]}"#, "");
    assert!(texts(&outputs).is_empty(), "{outputs:?}");
    let is_answer = |event: &SignalEvent| {
        matches!(event, SignalEvent::Signal { link: PUBLISH, signal: LinkSignal::Description { description, .. } }
            if description.sdp_type == SdpType::Answer)
    };
    assert_eq!(events(outputs).iter().filter(|event| is_answer(event)).count(), 1);
    transaction(&client.offer(), r#""request":"configure""#);
}

#[test]
fn a_new_name_is_sent_once_and_again_after_replies_were_lost() {
    let mut client = joined();
    let profile = Profile { name: "eve".into(), ..Profile::default() };
    let renaming = r#"{"request":"configure","display":"eve"}"#;
    transaction(&client.command(SignalCommand::Update(profile.clone())), renaming);
    assert!(texts(&client.command(SignalCommand::Update(profile))).is_empty());
    let claim = reconnect(&mut client);
    let outputs = client.receive(&format!(r#"{{"janus":"success","transaction":"{claim}"}}"#));
    transaction(&outputs, renaming);
}

#[test]
fn muting_is_a_description_and_is_said_once() {
    let mut client = joined();
    let muted = Publication { muted: true, ..microphone() };
    let outputs = client.command(SignalCommand::Publish(vec![muted.clone()]));
    assert!(texts(&outputs)[0].contains("microphone muted #mic"), "{outputs:?}");
    assert!(texts(&client.command(SignalCommand::Publish(vec![muted]))).is_empty());
}

#[test]
fn others_join_change_and_leave() {
    let mut client = joined();
    let dave = r#"{"videoroom":"event","room":777,"joining":{"id":9,"display":"dave"}}"#;
    assert!(
        matches!(&events(client.says("", OWN_HANDLE, dave, ""))[..], [SignalEvent::Participant(info)] if info.name == "dave")
    );
    assert_eq!(events(client.says("", OWN_HANDLE, dave, "")), []);
    let renamed = r#"{"videoroom":"event","id":9,"display":"dan"}"#;
    assert!(
        matches!(&events(client.says("", OWN_HANDLE, renamed, ""))[..], [SignalEvent::Participant(info)] if info.name == "dan")
    );
    let talking =
        r#"{"videoroom":"talking","room":777,"id":9,"mindex":0,"mid":"0","audio-level-dBov-avg":5}"#;
    assert_eq!(events(client.says("", OWN_HANDLE, talking, "")), []);
    // An ICE restart repeats the publisher.
    let again = format!(r#"{{"videoroom":"event","room":777,"publishers":[{FEED}]}}"#);
    assert_eq!(client.says("", OWN_HANDLE, &again, ""), []);
    let gone = r#"{"videoroom":"event","room":777,"unpublished":6932907834088717}"#;
    let [SignalEvent::Participant(info), SignalEvent::Signal { signal: LinkSignal::Slots(slots), .. }] =
        &events(client.says("", OWN_HANDLE, gone, ""))[..]
    else {
        panic!()
    };
    assert!(info.publications.is_empty() && slots.is_empty());
    assert_eq!(client.says("", OWN_HANDLE, gone, ""), [], "it comes twice");
    for (word, reason) in [("leaving", LeaveReason::Left), ("kicked", LeaveReason::Removed)] {
        let id = if word == "leaving" { "9" } else { "7" };
        let event = format!(r#"{{"videoroom":"event","room":777,"{word}":{id}}}"#);
        let left = SignalEvent::ParticipantLeft { participant_id: id.into(), reason };
        assert_eq!(events(client.says("", OWN_HANDLE, &event, "")), [left]);
    }
}

#[test]
fn every_offer_is_answered_and_there_is_one_request_at_a_time() {
    let mut client = joined();
    let dave = r#"{"videoroom":"event","room":777,"publishers":[{"id":9,"display":"dave","streams":[{"type":"audio","mindex":0,"mid":"0","codec":"opus"}]}]}"#;
    let update = client.says("", OWN_HANDLE, dave, "");
    let asked = transaction(&update, r#""request":"update","subscribe":[{"feed":9,"mid":"0"}]"#);
    let gone = r#"{"videoroom":"event","room":777,"leaving":6932907834088717}"#;
    assert!(texts(&client.says("", OWN_HANDLE, gone, "")).is_empty(), "the server removes its sections");
    // Bob's sections were emptied by themselves, and one of them is used again.
    let sections = r#"[{"type":"audio","active":true,"mid":"0","feed_id":9,"feed_mid":"0"},{"type":"video","active":false,"mid":"1"}]"#;
    let updated = format!(r#"{{"videoroom":"updated","room":777,"streams":{sections}}}"#);
    let seen = events(client.says(&asked, FEED_HANDLE, &updated, "offer"));
    let [SignalEvent::Signal { signal: LinkSignal::Description { carries: Some(slots), .. }, .. }] =
        &seen[..]
    else {
        panic!("{seen:?}")
    };
    assert_eq!((slots.len(), slots["0"].participant_id.as_str()), (1, "9"));
    start(&mut client);
    let unasked = r#"{"videoroom":"updated","room":777,"streams":[{"type":"audio","active":false,"mid":"0"},{"type":"video","active":false,"mid":"1"}]}"#;
    client.says("", FEED_HANDLE, unasked, "offer");
    assert!(!texts(&client.answer()).is_empty());
}

#[test]
fn a_subscription_without_effect_is_repeated_after_a_while() {
    let mut client = joined();
    let dave = r#"{"videoroom":"event","room":777,"publishers":[{"id":9,"display":"dave","streams":[{"type":"audio","mindex":0,"mid":"0","codec":"opus"}]}]}"#;
    let asked = transaction(&client.says("", OWN_HANDLE, dave, ""), r#""request":"update""#);
    let refused = r#"{"videoroom":"event","error_code":428,"error":"No such feed (9)"}"#;
    assert_eq!(client.says(&asked, FEED_HANDLE, refused, ""), []);
    client.now = client.backend.poll_timeout().unwrap();
    client.backend.handle_timeout(client.now);
    let outputs = client.outputs();
    let asked = transaction(&outputs, r#""request":"update""#);
    assert_eq!(client.says(&asked, FEED_HANDLE, r#"{"videoroom":"updated","room":777}"#, ""), []);
    // It is up now.
    let again = dave.replace(r#""codec":"opus""#, r#""codec":"opus","moderated":true"#);
    transaction(&client.says("", OWN_HANDLE, &again, ""), r#""request":"update""#);
}

#[test]
fn wishes_choose_streams_and_layers() {
    let mut client = joined();
    let wish = |wanted, max_height| {
        let wish = Wish { participant_id: BOB.into(), publication_id: "a b".into(), wanted, max_height };
        let signal = LinkSignal::Wishes(Wanted { wishes: vec![wish], others: true });
        SignalCommand::Signal { link: SUBSCRIBE, signal }
    };
    for (height, layers) in [
        (180, r#""send":true,"substream":0"#),
        (360, r#""substream":1"#),
        (361, r#""substream":2"#),
        (0, r#""send":false"#),
    ] {
        let outputs = client.command(wish(true, Some(height)));
        let configure = transaction(&outputs, r#""request":"configure""#);
        assert!(
            texts(&outputs)[0].contains(&format!(r#"{{"mid":"1",{layers}"#))
                || texts(&outputs)[0].contains(layers),
            "{outputs:?}"
        );
        client.says(&configure, FEED_HANDLE, r#"{"videoroom":"event","room":777,"configured":"ok"}"#, "");
        assert!(client.command(wish(true, Some(height))).is_empty());
    }
    let outputs = client.command(wish(false, None));
    transaction(&outputs, r#""unsubscribe":[{"sub_mid":"1"}]"#);
}

#[test]
fn ice_is_restarted_on_request_with_an_offer_of_the_server() {
    let mut client = joined();
    let signal = LinkSignal::RequestOffer { sections: Default::default(), restart: true };
    let outputs = client.command(SignalCommand::Signal { link: SUBSCRIBE, signal });
    let asked = transaction(&outputs, r#"{"request":"configure","restart":true}"#);
    let seen = events(client.says(
        &asked,
        FEED_HANDLE,
        r#"{"videoroom":"event","room":777,"configured":"ok"}"#,
        "offer",
    ));
    assert!(
        matches!(&seen[..], [SignalEvent::Signal { signal: LinkSignal::Description { carries: Some(slots), .. }, .. }] if slots.len() == 2)
    );
    start(&mut client);
}

fn reconnect(client: &mut Client) -> String {
    client.backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, client.now);
    assert!(matches!(&events(client.outputs())[..], [SignalEvent::Lost { .. }]));
    client.command(SignalCommand::Reconnect);
    client.backend.handle_socket(SocketEvent::Opened, client.now);
    transaction(&client.outputs(), &format!(r#""session_id":{SESSION}"#))
}

#[test]
fn a_claimed_session_goes_on_and_what_was_missed_is_found_out() {
    let mut client = joined();
    let claim = reconnect(&mut client);
    let outputs =
        client.receive(&format!(r#"{{"janus":"success","session_id":{SESSION},"transaction":"{claim}"}}"#));
    let (answer, list) =
        (transaction(&outputs, r#""request":"start""#), transaction(&outputs, "listparticipants"));
    assert_eq!(events(outputs), [SignalEvent::Resumed { ice_servers: Vec::new() }]);
    client.receive(&format!(
        r#"{{"janus":"error","transaction":"{answer}","error":{{"code":469,"reason":"Unexpected ANSWER"}}}}"#
    ));
    let present = r#"{"videoroom":"participants","room":777,"participants":[{"id":42,"display":"alice","publisher":true},{"id":6932907834088717,"display":"bob","publisher":true,"talking":false},{"id":9,"display":"dave","publisher":true}]}"#;
    let outputs = client.says(&list, OWN_HANDLE, present, "");
    let attach = transaction(&outputs, r#""janus":"attach""#);
    let seen = events(outputs);
    let [SignalEvent::ParticipantLeft { participant_id, .. }, SignalEvent::Participant(dave)] = &seen[..]
    else {
        panic!("{seen:?}")
    };
    assert_eq!((participant_id.as_str(), dave.name.as_str()), ("7", "dave"));
    let outputs = client.created(&attach, 5);
    let probe = transaction(&outputs, r#""streams":[{"feed":6932907834088717},{"feed":9}]"#);
    let sections =
        SECTIONS.replace(r#""feed_mid":"1""#, r#""feed_mid":"1","feed_description":"screen #a b""#);
    let data = format!(r#"{{"videoroom":"attached","room":777,"streams":{sections}}}"#);
    let outputs = client.says(&probe, 5, &data, "offer");
    transaction(&outputs, r#""janus":"detach","#);
    let [SignalEvent::Participant(bob)] = &events(outputs)[..] else { panic!() };
    assert!(!bob.publications[1].muted);
}

#[test]
fn a_session_that_is_gone_is_replaced_under_the_same_id() {
    let mut client = joined();
    let claim = reconnect(&mut client);
    let outputs = client.receive(&format!(
        r#"{{"janus":"error","transaction":"{claim}","error":{{"code":458,"reason":"No such session {SESSION}"}}}}"#
    ));
    let attach =
        transaction(&client.created(&transaction(&outputs, r#""janus":"create""#), 5), r#""janus":"attach""#);
    let outputs = client.created(&attach, OWN_HANDLE);
    let join = transaction(&outputs, r#"{"request":"join","ptype":"publisher","room":777,"id":42,"#);
    let attach = transaction(&client.refuses(&join, 436, "User ID 42 already exists"), r#""janus":"attach""#);
    let outputs = client.created(&attach, OWN_HANDLE + 1);
    let join = transaction(&outputs, r#"{"request":"join","ptype":"publisher","room":777,"pin""#);
    let outputs = client.says(&join, OWN_HANDLE + 1, r#"{"videoroom":"joined","id":43,"publishers":[]}"#, "");
    transaction(&outputs, "listparticipants");
    assert!(
        matches!(&events(outputs)[..], [SignalEvent::Rejoined { participant_id, .. }] if participant_id.as_str() == "43")
    );
}

/// It was left, and the next attempt creates a session instead of claiming one.
fn joins_again(client: &mut Client, outputs: &[Output]) {
    let is_lost = |output: &Output| matches!(output, Output::Event(SignalEvent::Lost { .. }));
    assert!(outputs.iter().any(is_lost) && outputs.contains(&Output::Close), "{outputs:?}");
    client.command(SignalCommand::Reconnect);
    client.backend.handle_socket(SocketEvent::Opened, client.now);
    transaction(&client.outputs(), r#""janus":"create""#);
}

#[test]
fn a_server_that_replies_nonsense_to_a_claim_is_left_for_a_rejoin() {
    let mut client = joined();
    reconnect(&mut client);
    let outputs = client.receive("{");
    joins_again(&mut client, &outputs);

    // What was received is not the reply.
    let mut client = joined();
    reconnect(&mut client);
    client.receive(r#"{"janus":"success"}"#);
    client.command(SignalCommand::Reconnect);
    client.backend.handle_socket(SocketEvent::Opened, client.now);
    transaction(&client.outputs(), r#""janus":"create""#);

    // A slow server has the session, perhaps.
    let mut client = joined();
    reconnect(&mut client);
    client.command(SignalCommand::Reconnect);
    client.backend.handle_socket(SocketEvent::Opened, client.now);
    transaction(&client.outputs(), r#""janus":"claim""#);
}

#[test]
fn a_claimed_session_that_is_not_in_the_room_is_left_for_a_rejoin() {
    let lists = [
        r#"{"videoroom":"participants","room":777,"participants":[1,{"name":"bob"}]}"#,
        r#"{"videoroom":"participants","room":777,"participants":[{"id":9,"display":"dave"}]}"#,
        r#"{"videoroom":"success"}"#,
        r#"{"videoroom":"event","error_code":426,"error":"No such room (777)"}"#,
    ];
    for list in lists {
        let mut client = joined();
        let claim = reconnect(&mut client);
        let outputs = client.receive(&format!(r#"{{"janus":"success","transaction":"{claim}"}}"#));
        let asked = transaction(&outputs, "listparticipants");
        let outputs = client.says(&asked, OWN_HANDLE, list, "");
        let is_gone = |output: &Output| matches!(output, Output::Event(SignalEvent::ParticipantLeft { .. }));
        assert!(!outputs.iter().any(is_gone), "{outputs:?}");
        joins_again(&mut client, &outputs);
    }
}

#[test]
fn a_session_in_which_the_room_was_not_joined_again_is_not_claimed() {
    let mut client = joined();
    let claim = reconnect(&mut client);
    let outputs = client.receive(&format!(
        r#"{{"janus":"error","transaction":"{claim}","error":{{"code":458,"reason":"No such session"}}}}"#
    ));
    let attach =
        transaction(&client.created(&transaction(&outputs, r#""janus":"create""#), 5), r#""janus":"attach""#);
    let join = transaction(&client.created(&attach, OWN_HANDLE), r#""request":"join""#);
    let mut other = client.says(&join, OWN_HANDLE, r#"{"videoroom":"joined"}"#, "");
    joins_again(&mut client, &other);
    other = client.created("1", 6);
    assert_eq!(events(other), []);
    client.backend.handle_socket(SocketEvent::Closed { code: 1006, reason: String::new() }, client.now);
    let outputs = client.outputs();
    assert!(matches!(&events(outputs)[..], [SignalEvent::Lost { .. }]));
    client.command(SignalCommand::Reconnect);
    client.backend.handle_socket(SocketEvent::Opened, client.now);
    transaction(&client.outputs(), r#""janus":"create""#);
}

#[test]
fn a_refused_offer_is_replaced_with_its_connection_once_the_old_one_is_gone() {
    let mut client = joined();
    let offer = transaction(&client.offer(), r#""request":"configure""#);
    let outputs = client.receive(&format!(
        r#"{{"janus":"error","transaction":"{offer}","error":{{"code":490,"reason":"Error setting ICE locally"}}}}"#
    ));
    assert_eq!(events(outputs), [SignalEvent::Reopened(PUBLISH)]);
    transaction(&client.command(SignalCommand::Close(PUBLISH)), r#""janus":"hangup""#);
    client.command(SignalCommand::Open(PUBLISH));
    assert!(texts(&client.offer()).is_empty());
    let hung_up = format!(r#"{{"janus":"hangup","sender":{OWN_HANDLE},"reason":"Close PC"}}"#);
    transaction(&client.receive(&hung_up), r#""request":"configure""#);
}

#[test]
fn a_connection_that_the_server_closes_is_replaced() {
    let mut client = joined();
    for (handle, link) in [(OWN_HANDLE, PUBLISH), (FEED_HANDLE, SUBSCRIBE)] {
        let hung_up = format!(r#"{{"janus":"hangup","sender":{handle},"reason":"DTLS alert"}}"#);
        assert_eq!(events(client.receive(&hung_up)), [SignalEvent::Reopened(link)]);
    }
    transaction(&client.command(SignalCommand::Close(SUBSCRIBE)), r#""janus":"detach""#);
    client.command(SignalCommand::Open(SUBSCRIBE));
    client.now += 1_000;
    client.backend.handle_timeout(client.now);
    transaction(&client.outputs(), r#""janus":"attach""#);
}

#[test]
fn a_missing_room_is_refused_or_created() {
    let (mut client, outputs) = joining(options(), "778");
    let join = transaction(&outputs, "joinandconfigure");
    let outputs = client.refuses(&join, 426, "No such room (778)");
    transaction(&outputs, r#""janus":"destroy""#);
    assert!(outputs.contains(&Output::Close));
    let [SignalEvent::Refused(refusal)] = &events(outputs)[..] else { panic!() };
    assert_eq!(refusal.code.as_str(), "noSuchRoom");

    for exists in [false, true] {
        let (mut client, outputs) = joining(ServerOptions { create_room: true, ..options() }, "778");
        let join = transaction(&outputs, "joinandconfigure");
        let create = transaction(
            &client.refuses(&join, 426, "No such room (778)"),
            r#""request":"create","room":778"#,
        );
        let outputs = match exists {
            true => client.refuses(&create, 427, "Room 778 already exists"),
            false => client.says(
                &create,
                OWN_HANDLE,
                r#"{"videoroom":"created","room":778,"permanent":false}"#,
                "",
            ),
        };
        transaction(&outputs, r#""janus":"detach""#);
        let attach = transaction(&outputs, r#""janus":"attach""#);
        transaction(&client.created(&attach, 5), "joinandconfigure");
    }
}

#[test]
fn refusals_have_codes_and_show_no_secret() {
    for (code, text, expected) in [
        (433, "Unauthorized (wrong pin)", "notPermitted"),
        (429, "Missing mandatory element (pin)", "notPermitted"),
        (430, "Invalid element type (room should be a positive integer)", "badRoom"),
        (499, "An unknown error occurred", "janus499"),
    ] {
        let (mut client, outputs) = joining(options(), "777");
        let join = transaction(&outputs, "joinandconfigure");
        let [SignalEvent::Refused(refusal)] = &events(client.refuses(&join, code, text))[..] else {
            panic!()
        };
        assert_eq!(refusal.code.as_str(), expected);
        assert!(!format!("{:?} {refusal:?}", client.backend).contains("secret"));
    }
    let mut client = Client::new(options());
    let request = JoinRequest::new("777", Profile::default(), crate::Topology::Sfu);
    client.command(SignalCommand::Join(request));
    client.backend.handle_socket(SocketEvent::Opened, 100);
    let create = transaction(&client.outputs(), r#""janus":"create""#);
    let outputs = client.receive(&format!(
        r#"{{"janus":"error","transaction":"{create}","error":{{"code":403,"reason":"Unauthorized request (wrong or missing secret/token)"}}}}"#
    ));
    let [SignalEvent::Refused(refusal)] = &events(outputs)[..] else { panic!() };
    assert_eq!(refusal.code, RefusalCode::TokenMissing);
}

#[test]
fn a_server_with_strings_for_ids_gets_the_room_as_one() {
    let (mut client, outputs) = joining(options(), "777");
    let join = transaction(&outputs, "joinandconfigure");
    let attach = transaction(
        &client.refuses(&join, 430, "Invalid element type (room should be a string)"),
        r#""janus":"attach""#,
    );
    let outputs = client.created(&attach, OWN_HANDLE);
    let join = transaction(&outputs, r#""room":"777""#);
    let outputs = client.says(&join, OWN_HANDLE, r#"{"videoroom":"joined","room":"777","id":"x-1","publishers":[{"id":"ok","display":"bob","streams":[]}]}"#, "answer");
    assert!(
        matches!(&events(outputs)[0], SignalEvent::Joined { participant_id, .. } if participant_id.as_str() == "x-1")
    );
}

#[test]
fn being_removed_and_a_closed_room_are_the_end() {
    for (data, code) in [
        (r#"{"videoroom":"event","room":777,"leaving":"ok","reason":"kicked"}"#, "removed"),
        (r#"{"videoroom":"destroyed","room":777}"#, "roomClosed"),
    ] {
        let mut client = joined();
        let seen = events(client.says("", OWN_HANDLE, data, ""));
        assert!(
            matches!(&seen[..], [SignalEvent::Ended(refusal)] if refusal.code.as_str() == code),
            "{seen:?}"
        );
    }
}

#[test]
fn a_host_removes_and_mutes_with_the_secret_of_the_room() {
    let mut client = joined();
    client.backend.options.room_secret = Some("hush".to_owned());
    let outputs = client.command(SignalCommand::Order(Order::Remove(BOB.into())));
    transaction(&outputs, r#"{"request":"kick","room":777,"secret":"hush","id":6932907834088717}"#);
    let outputs = client.command(SignalCommand::Order(Order::Mute(BOB.into(), "a b".into())));
    let mute = transaction(&outputs, r#""id":6932907834088717,"mid":"1","mute":true}"#);
    assert!(matches!(&events(client.refuses(&mute, 433, "Unauthorized"))[..], [SignalEvent::Refused(_)]));
    let moderated = r#"{"videoroom":"event","room":777,"id":42,"mid":"0","moderation":"muted"}"#;
    let [SignalEvent::MuteRequested { publication_id, .. }] =
        &events(client.says("", OWN_HANDLE, moderated, ""))[..]
    else {
        panic!()
    };
    assert_eq!(publication_id.as_str(), "mic");
}

#[test]
fn a_silent_server_is_lost_and_so_is_an_expired_session() {
    let mut client = joined();
    client.backend.handle_timeout(10_100);
    transaction(&client.outputs(), r#""janus":"keepalive""#);
    client.backend.handle_timeout(20_100);
    assert!(matches!(&events(client.outputs())[..], [SignalEvent::Lost { .. }]));

    let mut client = joined();
    let outputs = client.receive(&format!(r#"{{"janus":"timeout","session_id":{SESSION}}}"#));
    assert!(matches!(&events(outputs)[..], [SignalEvent::Lost { .. }]));
    client.command(SignalCommand::Reconnect);
    client.backend.handle_socket(SocketEvent::Opened, 300);
    transaction(&client.outputs(), r#""janus":"create""#);
}

#[test]
fn garbage_foreign_late_and_doubled_messages_do_not_end_the_room() {
    let message = |sender: u64, data: &str, jsep: &str| {
        format!(
            r#"{{"janus":"event","transaction":"9","sender":{sender},"plugindata":{{"plugin":"p","data":{data}}}{jsep}}}"#
        )
    };
    let known = [
        message(OWN_HANDLE, &format!(r#"{{"videoroom":"event","publishers":[{FEED}]}}"#), ""),
        message(OWN_HANDLE, r#"{"videoroom":"event","unpublished":6932907834088717}"#, ""),
        message(OWN_HANDLE, r#"{"videoroom":"joined","id":42,"publishers":[]}"#, ""),
        message(OWN_HANDLE, r#"{"videoroom":"event","error_code":428,"error":"No such feed"}"#, ""),
        message(
            FEED_HANDLE,
            &format!(r#"{{"videoroom":"updated","streams":{SECTIONS}}}"#),
            r#","jsep":{"type":"offer","sdp":"v=0"}"#,
        ),
        message(FEED_HANDLE, r#"{"videoroom":"updating"}"#, ""),
        r#"{"janus":"success","transaction":"9","data":{"id":5}}"#.to_owned(),
        r#"{"janus":"error","error":{"code":454,"reason":"Invalid Janus API request"}}"#.to_owned(),
        format!(r#"{{"janus":"hangup","sender":{FEED_HANDLE}}}"#),
        r#"{"janus":"media","sender":5,"mid":"0","type":"audio","receiving":false,"seconds":2}"#.to_owned(),
    ];
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 33).unwrap()
    };
    for _ in 0..300 {
        let mut client = joined();
        for _ in 0..40 {
            let mut bytes = known[random() % known.len()].clone().into_bytes();
            for _ in 0..random() % 4 {
                let place = random() % bytes.len();
                bytes[place] = b"{}[]\",:0129azA "[random() % 15];
            }
            let text =
                String::from_utf8(bytes).unwrap().replace(r#""9""#, &format!(r#""{}""#, random() % 30));
            client.receive(&text);
            client.now += random() as Timestamp % 500;
            client.backend.handle_timeout(client.now);
            client.outputs();
            match random() % 8 {
                0 => drop(client.answer()),
                1 => drop(client.offer()),
                _ => {}
            }
        }
        // A refusal of the request to create a session or a handle ends the room, but there is none here.
        let dave = r#"{"videoroom":"event","room":777,"joining":{"id":99,"display":"dave"}}"#;
        let is_dave =
            |event: &SignalEvent| matches!(event, SignalEvent::Participant(info) if info.id.as_str() == "99");
        assert!(events(client.says("", OWN_HANDLE, dave, "")).iter().any(is_dave));
    }
}

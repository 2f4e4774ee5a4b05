use serde::Deserialize;

use super::*;
use crate::model::{PublicationId, Topology};

const TOKEN: &str = "s3cr3t-token";
const OFFER: &str =
    "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:own1\r\na=ice-pwd:p\r\na=sendonly\r\n";
const ANSWER: &str =
    "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:far1\r\na=ice-pwd:q\r\na=sendonly\r\n";

/// What real servers have said: MediaMTX 1.13, LiveKit 1.13, and the WHIP and WHEP servers for Janus.
#[derive(Clone, Debug, Deserialize)]
struct Recorded {
    server: String,
    method: String,
    url: String,
    authorized: bool,
    status: u16,
    headers: std::collections::BTreeMap<String, String>,
    body: String,
}

impl Recorded {
    fn response(&self) -> HttpResponse {
        let headers = self.headers.clone().into_iter().collect();
        HttpResponse { status: self.status, headers, body: self.body.clone() }
    }
}

fn recorded() -> Vec<Recorded> {
    serde_json::from_str(include_str!("recorded.json")).unwrap()
}

fn backend(lane: Lane, url: &str, token: Option<&str>) -> HttpBackend {
    let mut backend = HttpBackend::new(lane, url.to_owned());
    let publication = Publication {
        id: "mic".into(),
        kind: MediaKind::Audio,
        source: TrackSource::Microphone,
        muted: false,
        to: None,
    };
    let request = JoinRequest {
        token: token.map(str::to_owned),
        publications: if lane == Lane::Publish { vec![publication] } else { Vec::new() },
        carries_offer: true,
        resumable: true,
        ..JoinRequest::new("live", Profile { name: "Ana".into(), ..Profile::default() }, Topology::Sfu)
    };
    backend.handle_command(SignalCommand::Join(request), 0);
    backend.handle_command(SignalCommand::Open(LinkId::Server(lane)), 0);
    signal(&mut backend, described(SdpType::Offer, OFFER));
    backend
}

fn described(sdp_type: SdpType, sdp: &str) -> LinkSignal<PublicationId> {
    LinkSignal::Description {
        description: SessionDescription { sdp_type, sdp: sdp.to_owned() },
        carries: None,
    }
}

fn signal(backend: &mut HttpBackend, signal: LinkSignal<PublicationId>) {
    backend.handle_command(SignalCommand::Signal { link: LinkId::Server(backend.lane), signal }, 0);
}

fn candidate(backend: &mut HttpBackend) {
    let candidate = "candidate:1 1 udp 1 127.0.0.1 5 typ host".to_owned();
    signal(
        backend,
        LinkSignal::Candidate(IceCandidate {
            candidate,
            sdp_mid: Some("0".into()),
            sdp_m_line_index: None,
            username_fragment: None,
        }),
    );
}

fn drain(backend: &mut HttpBackend) -> (Vec<HttpRequest>, Vec<SignalEvent>) {
    let (mut requests, mut events) = (Vec::new(), Vec::new());
    while let Some(output) = backend.poll_output() {
        match output {
            Output::Http(request) => requests.push(request),
            Output::Event(event) => events.push(event),
            other => panic!("{other:?}"),
        }
    }
    (requests, events)
}

/// Responds to the only request.
fn respond(backend: &mut HttpBackend, method: &str, response: Result<HttpResponse, String>) {
    let (requests, _) = drain(backend);
    let [request] = &requests[..] else { panic!("one request is expected: {requests:?}") };
    assert_eq!(request.method, method);
    backend.handle_http(request.id, response, 0);
}

fn created() -> HttpResponse {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let headers = vec![header("location", "/live/whip/1"), header("etag", "\"e\"")];
    HttpResponse { status: 201, headers, body: ANSWER.to_owned() }
}

fn status(status: u16, body: &str) -> HttpResponse {
    HttpResponse { status, headers: Vec::new(), body: body.to_owned() }
}

/// In a session whose POST was answered.
fn in_session(lane: Lane) -> HttpBackend {
    let mut backend = backend(lane, "https://host/live/whip", Some(TOKEN));
    respond(&mut backend, "POST", Ok(created()));
    let (_, events) = drain(&mut backend);
    assert!(matches!(events[0], SignalEvent::Joined { .. }), "{events:?}");
    backend
}

fn reopened(backend: &mut HttpBackend) {
    let link = LinkId::Server(backend.lane);
    backend.handle_command(SignalCommand::Close(link.clone()), 0);
    backend.handle_command(SignalCommand::Open(link), 0);
    signal(backend, described(SdpType::Offer, &OFFER.replace("own1", "own2")));
}

#[test]
fn every_recorded_response_to_a_post_joins_or_is_refused_with_a_reason() {
    for it in recorded().into_iter().filter(|it| it.method == "POST") {
        let lane = if it.url.contains("whep") { Lane::Subscribe } else { Lane::Publish };
        let mut backend = backend(lane, &it.url, it.authorized.then_some(TOKEN));
        respond(&mut backend, "POST", Ok(it.response()));
        let (_, events) = drain(&mut backend);
        match it.status {
            201 => {
                assert!(matches!(events[0], SignalEvent::Joined { .. }), "{it:?}: {events:?}");
                let Some(SignalEvent::Signal { signal: LinkSignal::Description { description, .. }, .. }) =
                    events.last()
                else {
                    panic!("{it:?}: {events:?}")
                };
                assert_eq!(description.sdp_type, SdpType::Answer);
                candidate(&mut backend);
                let (requests, _) = drain(&mut backend);
                let location = it.headers.get("location").unwrap();
                assert!(requests[0].method == "PATCH" && requests[0].url.ends_with(location), "{requests:?}");
            }
            406 if it.body.starts_with("v=") => {
                assert!(events.iter().any(|event| matches!(event, SignalEvent::Lanes(_))), "{events:?}");
            }
            status => {
                let [SignalEvent::Refused(refusal)] = &events[..] else { panic!("{it:?}: {events:?}") };
                let is_about_auth = matches!(status, 401 | 403) || it.body.contains("authentication");
                let expected =
                    if it.authorized { RefusalCode::TokenInvalid } else { RefusalCode::TokenMissing };
                assert_eq!(is_about_auth, refusal.code == expected, "{it:?}: {refusal:?}");
                assert!(refusal.detail.contains(&status.to_string()));
            }
        }
    }
}

#[test]
fn every_recorded_response_to_a_patch_or_delete_leaves_the_room_alone() {
    for it in recorded().into_iter().filter(|it| it.method != "POST") {
        let mut backend = in_session(Lane::Publish);
        if it.method == "PATCH" {
            candidate(&mut backend);
            respond(&mut backend, "PATCH", Ok(it.response()));
        } else {
            backend.handle_command(SignalCommand::Close(LinkId::Server(Lane::Publish)), 0);
            respond(&mut backend, "DELETE", Ok(it.response()));
        }
        let (_, events) = drain(&mut backend);
        let is_harmless = |event: &SignalEvent| matches!(event, SignalEvent::Reopened(_));
        assert!(events.iter().all(is_harmless), "{} {}: {events:?}", it.server, it.status);
    }
}

#[test]
fn ice_restarts_only_if_the_credentials_change() {
    let mut backend = in_session(Lane::Publish);
    signal(&mut backend, described(SdpType::Offer, &OFFER.replace("own1", "own2")));
    respond(&mut backend, "PATCH", Ok(status(200, "a=ice-ufrag:far2\r\na=ice-pwd:r\r\n")));
    let (requests, events) = drain(&mut backend);
    assert!(requests.is_empty());
    let [SignalEvent::Signal { signal: LinkSignal::Description { description, .. }, .. }] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert!(description.sdp.contains("far2") && !description.sdp.contains("far1"));

    for refusal in
        [Ok(status(204, "")), Ok(status(200, "a=ice-ufrag:far1\r\na=ice-pwd:q\r\n")), Err("gone".to_owned())]
    {
        let mut backend = in_session(Lane::Publish);
        signal(&mut backend, described(SdpType::Offer, &OFFER.replace("own1", "own2")));
        respond(&mut backend, "PATCH", refusal);
        let (requests, events) = drain(&mut backend);
        assert_eq!(requests[0].method, "DELETE");
        assert_eq!(events, [SignalEvent::Reopened(LinkId::Server(Lane::Publish))]);
        reopened(&mut backend);
        assert_eq!(drain(&mut backend).0, [], "one session at a time");
        backend.handle_http(requests[0].id, Ok(status(200, "")), 0);
        respond(&mut backend, "POST", Ok(created()));
        assert!(matches!(drain(&mut backend).1[..], [SignalEvent::Signal { .. }]));
    }
}

#[test]
fn a_server_that_is_away_is_asked_again_when_the_room_says_so() {
    let mut backend = in_session(Lane::Publish);
    signal(&mut backend, described(SdpType::Offer, &OFFER.replace("own1", "own2")));
    respond(&mut backend, "PATCH", Err("refused".to_owned()));
    respond(&mut backend, "DELETE", Err("refused".to_owned()));
    reopened(&mut backend);
    respond(&mut backend, "POST", Err("refused".to_owned()));
    assert!(matches!(drain(&mut backend).1[..], [SignalEvent::Lost { .. }]));
    backend.handle_command(SignalCommand::Reconnect, 1_000);
    respond(&mut backend, "POST", Ok(created()));
    let (_, events) = drain(&mut backend);
    assert!(matches!(events[..], [SignalEvent::Resumed { .. }, SignalEvent::Signal { .. }]), "{events:?}");
}

#[test]
fn a_stream_that_ended_is_asked_for_until_it_is_back() {
    let mut backend = in_session(Lane::Subscribe);
    backend.handle_command(SignalCommand::Close(LinkId::Server(Lane::Subscribe)), 0);
    respond(&mut backend, "DELETE", Ok(status(404, "")));
    reopened(&mut backend);
    respond(&mut backend, "POST", Ok(status(404, "no stream")));
    assert_eq!(drain(&mut backend).1, []);
    let due = backend.poll_timeout().unwrap();
    backend.handle_timeout(due);
    respond(&mut backend, "POST", Ok(created()));
    assert!(matches!(drain(&mut backend).1.last(), Some(SignalEvent::Signal { .. })));
}

#[test]
fn a_server_that_offers_gets_the_answer_in_a_patch() {
    let mut backend = backend(Lane::Subscribe, "https://host/whep/endpoint/a", None);
    let headers = vec![("location".to_owned(), "https://host/resource/1".to_owned())];
    respond(&mut backend, "POST", Ok(HttpResponse { status: 406, headers, body: ANSWER.to_owned() }));
    let (_, events) = drain(&mut backend);
    let lanes = events.iter().position(|event| matches!(event, SignalEvent::Lanes(_)));
    let offer = events.iter().position(|event| matches!(event, SignalEvent::Signal { .. }));
    assert!(lanes.is_some() && lanes < offer, "{events:?}");
    backend.handle_command(SignalCommand::Close(LinkId::Server(Lane::Subscribe)), 0);
    backend.handle_command(SignalCommand::Open(LinkId::Server(Lane::Subscribe)), 0);
    signal(&mut backend, described(SdpType::Answer, OFFER));
    let (requests, _) = drain(&mut backend);
    assert_eq!((requests.len(), requests[0].method.as_str()), (1, "PATCH"), "{requests:?}");
    assert!(requests[0].headers.contains(&("Content-Type".to_owned(), SDP.to_owned())));
    assert_eq!(requests[0].url, "https://host/resource/1");
}

#[test]
fn another_server_does_not_get_the_token() {
    let mut backend = backend(Lane::Publish, "https://host/live/whip", Some(TOKEN));
    let headers = vec![("location".to_owned(), "https://other/1".to_owned())];
    respond(&mut backend, "POST", Ok(HttpResponse { headers, ..created() }));
    backend.handle_command(SignalCommand::Leave, 0);
    let (requests, _) = drain(&mut backend);
    assert_eq!(requests[0].url, "https://other/1");
    assert!(!requests[0].headers.iter().any(|(name, _)| name == "Authorization"));
}

#[test]
fn garbage_neither_panics_nor_shows_the_token() {
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random % 1_000_003).unwrap() % below
    };
    let words = [
        "",
        "v=0",
        ANSWER,
        "a=ice-ufrag:x\r\na=ice-pwd:y",
        "a=mid:",
        "\nm=",
        "\r\nm=video",
        TOKEN,
        "<",
        ">;rel=",
        "\"",
        "é…",
        "<turn:x>; rel=\"ice-server\"; username=a; credential=\"",
        "//",
        "http:",
        "/",
        "?",
        "\u{0}",
        "%zz",
    ];
    for round in 0..400 {
        let lane = if round % 2 == 0 { Lane::Publish } else { Lane::Subscribe };
        let mut backend = backend(lane, "https://user:pass@host/live", Some(TOKEN));
        let mut open: Vec<u32> = Vec::new();
        for step in 0..60 {
            let mut text = || (0..next(4)).map(|_| words[next(words.len())]).collect::<String>();
            let (body, location, etag, link) = (text(), text(), text(), text());
            let headers = [("location", location), ("etag", etag), ("link", link)];
            let headers = headers.map(|(name, value)| (name.to_owned(), value)).into();
            let codes = [0, 200, 201, 204, 301, 400, 401, 403, 404, 406, 409, 412, 428, 500, 503, 999];
            let response = HttpResponse { status: codes[next(codes.len())], headers, body: body.clone() };
            match next(8) {
                0 => signal(&mut backend, described(SdpType::Offer, &body)),
                1 => signal(&mut backend, described(SdpType::Answer, &body)),
                2 => candidate(&mut backend),
                3 => reopened(&mut backend),
                4 => backend.handle_timeout(step * 1_000),
                5 => backend.handle_command(SignalCommand::Reconnect, step * 1_000),
                _ if open.is_empty() => {}
                _ => {
                    let id = open.swap_remove(next(open.len()));
                    let failed = next(5) == 0;
                    backend.handle_http(id, if failed { Err(body) } else { Ok(response) }, step * 1_000);
                }
            }
            let (requests, events) = drain(&mut backend);
            open.extend(requests.iter().map(|request| request.id));
            for event in events {
                let is_secret = match &event {
                    SignalEvent::Refused(refusal) | SignalEvent::Ended(refusal) => {
                        refusal.detail.contains(TOKEN)
                    }
                    SignalEvent::Lost { detail } => detail.contains(TOKEN),
                    SignalEvent::Unreachable { url } => url.contains("pass"),
                    _ => false,
                };
                assert!(!is_secret, "{event:?}");
            }
            assert!(backend.candidates.len() <= MAX_CANDIDATES);
        }
    }
    assert!(!format!("{:?}", backend(Lane::Publish, "https://u:pass@host/", Some(TOKEN))).contains(TOKEN));
}

#[test]
fn an_offer_without_a_change_is_answered_without_the_server() {
    let mut backend = in_session(Lane::Subscribe);
    signal(&mut backend, described(SdpType::Offer, OFFER));
    let (requests, events) = drain(&mut backend);
    assert_eq!(requests, []);
    assert!(matches!(events.last(), Some(SignalEvent::Signal { .. })), "{events:?}");
    signal(&mut backend, described(SdpType::Offer, &OFFER.replace("sendonly", "inactive")));
    let (_, events) = drain(&mut backend);
    assert_eq!(events, [SignalEvent::Reopened(LinkId::Server(Lane::Subscribe))]);
}

//! Opens the connection to the server, and asks it why it refused one.

use super::messages::JoinRequest;
use super::negotiation::WaitingOffer;
use super::{HttpRequest, LiveKitBackend, Output, Phase, Purpose, Timestamp, wire};

/// The longest URL to connect to. A longer offer is sent after joining.
const MAX_URL_CHARS: usize = 16_000;

impl LiveKitBackend {
    /// Opens a connection, with the first offer if there is one.
    pub(super) fn dial(&mut self, purpose: Purpose, offer: Option<WaitingOffer>, now: Timestamp) {
        if purpose != Purpose::Resume {
            self.publications.forget();
            self.wishes.forget();
            self.link.forget();
        }
        let mut path = None;
        if let Some((sdp, carries)) = &offer {
            let id = self.link.offer_id + 1;
            let request = JoinRequest {
                metadata: &self.profile.metadata,
                attributes: self.profile.attributes.clone(),
                tracks: self.publications.announce(sdp, carries),
                offer: Some((sdp, id)),
                resume_sid: None,
            };
            let request = wire::base64url(&request.encode());
            if request.len() <= MAX_URL_CHARS {
                self.link.offer_id = id;
                self.link.offer.clone_from(sdp);
                path = Some(request);
            } else {
                self.publications.forget();
                self.link.waiting_offer = offer;
            }
        }
        let path = path.unwrap_or_else(|| self.lean_request(purpose));
        let url = format!("{}?{}", self.endpoint(""), self.query(&path));
        self.phase = Phase::Dialing(purpose);
        self.heartbeat.opening(now);
        self.outputs.push_back(Output::Connect { url, protocols: Vec::new() });
    }

    fn lean_request(&self, purpose: Purpose) -> String {
        let request = JoinRequest {
            metadata: &self.profile.metadata,
            attributes: self.profile.attributes.clone(),
            resume_sid: (purpose == Purpose::Resume).then_some(&self.own_sid),
            ..JoinRequest::default()
        };
        wire::base64url(&request.encode())
    }

    fn endpoint(&self, suffix: &str) -> String {
        let base = self.url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        format!("{base}/rtc/v1{suffix}")
    }

    fn query(&self, request: &str) -> String {
        // A token consists of characters that need no escape: others would not be a token.
        let is_plain = |c: &char| c.is_ascii_alphanumeric() || "-_.~".contains(*c);
        let token: String = self.token.chars().filter(is_plain).collect();
        format!("access_token={token}&join_request={}", request.replace('=', "%3D"))
    }

    /// A browser does not say why a connection was refused, but the server does.
    pub(super) fn ask_why(&mut self, purpose: Purpose) {
        let request = self.lean_request(Purpose::Join);
        let endpoint = self.endpoint("/validate");
        let endpoint = match endpoint.strip_prefix("ws") {
            Some(rest) => format!("http{rest}"),
            None => endpoint,
        };
        let url = format!("{endpoint}?{}", self.query(&request));
        self.phase = Phase::Asking(purpose);
        let request = HttpRequest { method: "GET".to_owned(), url, ..HttpRequest::default() };
        self.outputs.push_back(Output::Http(request));
    }
}

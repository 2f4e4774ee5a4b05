//! Runs the hub on a port: WebSockets on `/ws`, `/healthz`, and the files of a folder.

mod doors;
mod faults;
mod files;
mod http;
mod ice;
mod interfaces;
#[cfg(feature = "sfu")]
mod media;
mod media_queue;
mod meter;
mod metrics;
mod mixers;
mod origin;
mod outbox;
#[cfg(test)]
mod panic_tests;
mod site;
mod socket;
mod switchboard;
mod tls;
mod tokens;
mod turn;

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use moim_protocol::IceServer;
use tokio::{net::TcpListener, sync::watch, task::JoinHandle, time::timeout};
use tracing::info;

use self::{
    doors::{Doors, SocketLimits},
    ice::{Ice, Relay},
    origin::Origins,
    site::Site,
    switchboard::{Backends, Switchboard},
};
pub use self::{
    mixers::{MixerSettings, TOKEN_VARIABLE},
    tls::Acceptor,
    tokens::{KeyError, TokenKeys},
    turn::TurnConfig,
};
use crate::{HubStats, Limits, TurnSecret};

/// Time limit for clients to receive the last messages and to close; then their sockets are dropped.
const FAREWELL: Duration = Duration::from_millis(1500);

/// Configuration of a server.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Limits for clients.
    pub limits: Limits,
    /// STUN and TURN servers to announce to clients. Default: none.
    pub ice_servers: Vec<IceServer>,
    /// A folder whose files are served. Default: none.
    pub static_dir: Option<PathBuf>,
    /// Origins whose pages may connect, in addition to the server's own host; `*` for all. Default: none.
    pub allowed_origins: Vec<String>,
    /// Whether to run the SFU. Default: true, if it is compiled in.
    pub sfu: bool,
    /// The UDP port of the SFU. Default: the same number as the listener's port, or a free one if that is in use.
    pub media_port: Option<u16>,
    /// Whether the SFU receives media by UDP. Default: true.
    pub media_udp: bool,
    /// The TCP port of the SFU. Default: a free one.
    pub media_tcp_port: Option<u16>,
    /// Whether the SFU receives media by TCP as well (RFC 6544). Default: true.
    pub media_tcp: bool,
    /// Whether and how mixers are started for rooms with the topology `mcu`. Requires [`static_dir`](Self::static_dir),
    /// and Unix. Default: none.
    pub mixer: Option<MixerSettings>,
    /// Bytes that may be queued for a client. If it does not read the replies to its own requests, its connection is
    /// closed; messages of others may use half of it, and are dropped beyond that. Default: 4 MiB.
    pub max_queued_bytes: usize,
    /// After this long in which the network has not accepted a frame, because the client does not read, its connection is
    /// closed. Default: 10 s.
    pub unread_timeout: Duration,
    /// The token that a mixer needs to join; those that the server starts have it. `None` lets any client that joins as
    /// a mixer receive the media of everyone in an `mcu` room. Default: a random one.
    pub mixer_token: Option<String>,
    /// The keys of the tokens that everyone needs to join. Default: none, and everyone can join.
    pub token_keys: Option<TokenKeys>,
    /// Whether to serve metrics on `/metrics`. On a loopback address they are always served. Default: false.
    pub metrics: bool,
    /// The certificate for `https:`, `wss:` and `turns:`. Default: none, and the server speaks `http:` and `ws:`.
    pub tls: Option<Acceptor>,
    /// The TURN server that clients are given. Default: none.
    pub turn: Option<TurnConfig>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            ice_servers: Vec::new(),
            static_dir: None,
            allowed_origins: Vec::new(),
            sfu: cfg!(feature = "sfu"),
            media_port: None,
            media_udp: true,
            media_tcp_port: None,
            media_tcp: true,
            mixer: None,
            max_queued_bytes: 4 * 1024 * 1024,
            unread_timeout: Duration::from_secs(10),
            mixer_token: Some(random_token()),
            token_keys: None,
            metrics: false,
            tls: None,
            turn: None,
        }
    }
}

/// Two numbers that cannot be guessed: the keys of the hashers come from the system's random numbers.
fn random_token() -> String {
    use std::hash::{BuildHasher, RandomState};
    let number = || RandomState::new().hash_one("mixer");
    format!("{:016x}{:016x}", number(), number())
}

/// A running server. It continues to run when this is dropped, until its runtime ends.
#[derive(Debug)]
pub struct Server {
    local_addr: SocketAddr,
    switchboard: Arc<Switchboard>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

/// Serves on `listener`. Needs a tokio runtime.
///
/// # Errors
/// Fails if the listener has no address, which a bound listener has, or if [`ServerConfig::media_port`] or
/// [`ServerConfig::media_tcp_port`], or a port of [`ServerConfig::turn`], is in use.
pub fn serve(config: ServerConfig, listener: TcpListener) -> io::Result<Server> {
    let local_addr = listener.local_addr()?;
    let static_dir = config.static_dir.clone();
    let origins = Origins::new(&config.allowed_origins);
    let has_metrics = config.metrics || local_addr.ip().is_loopback();
    let (limits, tls) = (config.limits.clone(), config.tls.clone());
    #[cfg(feature = "sfu")]
    let media = if config.sfu { Some(media::Media::bind(local_addr, &config)?) } else { None };
    #[cfg(feature = "sfu")]
    let (to_media, sfu_ports) = media.as_ref().map(|media| (media.commands(), media.udp_addresses())).unzip();
    #[cfg(not(feature = "sfu"))]
    let (to_media, sfu_ports) = (None, None);
    let (turn, ice) = match &config.turn {
        Some(turn) => {
            let (turn, ice) = relay(turn, local_addr, sfu_ports.unwrap_or_default(), tls.clone())?;
            (turn, Some(ice))
        }
        None => (None, None),
    };
    let token = config.mixer_token.clone().unwrap_or_default();
    let mixers =
        config.mixer.clone().map(|settings| mixers::Mixers::new(settings, local_addr, tls.is_some(), token));
    let to_mixers = mixers.as_ref().map(mixers::Mixers::commands);
    let backends = Backends { media: to_media, mixers: to_mixers, ice };
    let (switchboard, sockets) = Switchboard::new(config, backends);
    let mixers = mixers.map(|mixers| tokio::spawn(mixers.serve(Arc::clone(&switchboard))));
    #[cfg(feature = "sfu")]
    let sfu = media.map(|media| media.start(Arc::clone(&switchboard))).transpose()?;
    let (stop, mut stopped) = watch::channel(false);
    let turn = turn.map(|turn| turn.start(&switchboard, &stop.subscribe()));
    let clock = tokio::spawn(Arc::clone(&switchboard).keep_time());
    let app = http::router(Arc::clone(&switchboard), static_dir, origins, has_metrics)?;
    let site = Site::new(app, tls, &limits, stop.subscribe());
    let serve_one = move |stream, address, place| site.clone().serve(stream, address, place);
    let serving = Doors::new(SocketLimits::of(&limits), Arc::clone(&switchboard)).serve(
        listener,
        stop.subscribe(),
        serve_one,
    );
    let closing = Arc::clone(&switchboard);
    tokio::spawn(async move {
        // Dropping a `Server` does not stop it: only the message does.
        if stopped.wait_for(|stop| *stop).await.is_ok() {
            closing.shut_down();
        }
    });
    let closing_mixers = Arc::clone(&switchboard);
    let task = tokio::spawn(async move {
        serving.await;
        sockets.closed().await;
        clock.abort();
        if let Some(mixers) = mixers {
            closing_mixers.end_mixers();
            // Fails only if it panicked.
            let _ = mixers.await;
        }
        drop(turn);
        #[cfg(feature = "sfu")]
        drop(sfu);
    });
    Ok(Server { local_addr, switchboard, stop, task })
}

/// Opens the TURN server, if it is this server's own, and returns what clients are given.
fn relay(
    config: &TurnConfig,
    server: SocketAddr,
    sfu_ports: Vec<SocketAddr>,
    tls: Option<Acceptor>,
) -> io::Result<(Option<turn::Turn>, Ice)> {
    let secret = config.secret.clone().map_or_else(TurnSecret::random, Ok)?;
    let (turn, relay) = if config.urls.is_empty() {
        let turn = turn::Turn::bind(server, sfu_ports.into_iter(), config, secret.clone(), tls)?;
        let relay = Relay::Own { port: turn.port, tls_port: turn.tls_port };
        (Some(turn), relay)
    } else {
        (None, Relay::Urls(config.urls.clone()))
    };
    Ok((turn, Ice { secret, lifetime: config.credential_lifetime, relay }))
}

impl Server {
    /// The address it listens on.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Current statistics.
    pub fn stats(&self) -> HubStats {
        self.switchboard.stats()
    }

    /// Closes all connections and waits briefly until the clients are gone.
    pub async fn stop(mut self) {
        info!("shutting down");
        // Its receivers are gone only if the server has ended already.
        let _ = self.stop.send(true);
        if timeout(FAREWELL, &mut self.task).await.is_err() {
            info!("some clients did not close in time");
            self.task.abort();
        }
    }
}

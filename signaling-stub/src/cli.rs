//! The command line.

mod token;
mod turn;

use std::{path::PathBuf, str::FromStr};

use clap::{Parser, Subcommand, ValueEnum};
use moim_protocol::IceServer;
use moim_signaling_stub::{Limits, ServerConfig, TOKEN_VARIABLE};

pub(crate) use self::{token::TokenError, turn::TurnError};
use self::{
    token::{KeyArguments, TokenArguments},
    turn::TurnArguments,
};

/// A small signaling server for moim
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// The port to listen on; 0 selects a free one
    #[arg(long, env = "PORT", default_value_t = 8080)]
    pub(crate) port: u16,
    /// The address to listen on; 0.0.0.0 accepts connections from other machines
    #[arg(long, env = "HOST", default_value = "127.0.0.1")]
    pub(crate) host: String,
    /// Use the next free port, at most 20 further, if the port is in use
    #[arg(long)]
    pub(crate) port_search: bool,
    /// Serve the files of this folder
    #[arg(long, value_name = "FOLDER")]
    pub(crate) static_dir: Option<PathBuf>,
    /// An origin whose pages may connect, such as https://app.example, besides the server's own host. Repeatable; `*`
    /// allows all
    #[arg(long = "allowed-origin", value_name = "ORIGIN")]
    allowed_origins: Vec<String>,
    /// What to log to stderr: `info`, `debug`, or a tracing-subscriber filter
    #[arg(long, value_name = "FILTER", default_value = "info")]
    pub(crate) log: String,
    /// The log format
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    /// Maximum participants per room
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_participants_per_room,
        value_parser = at_least_one())]
    max_participants: usize,
    /// Maximum rooms
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_rooms,
        value_parser = at_least_one())]
    max_rooms: usize,
    /// Maximum connections, in a room or not
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_connections,
        value_parser = at_least_one())]
    max_connections: usize,
    /// Maximum connections per address
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_connections_per_address,
        value_parser = at_least_one())]
    max_connections_per_address: usize,
    /// Maximum rooms opened per address
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_rooms_per_address,
        value_parser = at_least_one())]
    max_rooms_per_address: usize,
    /// Maximum size of a message in bytes
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_message_bytes,
        value_parser = at_least_one())]
    max_message_bytes: usize,
    /// Messages per second that one connection may send on average
    #[arg(long, value_name = "N", default_value_t = Limits::default().messages_per_second,
        value_parser = clap::value_parser!(u32).range(1..))]
    messages_per_second: u32,
    /// Messages that one connection may send in a burst
    #[arg(long, value_name = "N", default_value_t = Limits::default().message_burst,
        value_parser = clap::value_parser!(u32).range(1..))]
    message_burst: u32,
    /// Milliseconds between two pings of a client; it is disconnected after three without a message
    #[arg(long, value_name = "MS", default_value_t = Limits::default().heartbeat_ms,
        value_parser = clap::value_parser!(u32).range(1..))]
    heartbeat_ms: u32,
    /// Milliseconds within which a participant whose connection was cut may resume before it leaves for the others; 0
    /// disables it
    #[arg(long, value_name = "MS", default_value_t = Limits::default().grace_ms)]
    grace_ms: u64,
    /// The UDP port of the SFU [default: the same number as --port, or a free one if that is in use]
    #[arg(long, value_name = "PORT")]
    media_port: Option<u16>,
    /// Receive media by TCP only, not by UDP
    #[arg(long, conflicts_with_all = ["media_port", "no_media_tcp"])]
    no_media_udp: bool,
    /// The TCP port of the SFU, for clients whose network blocks UDP [default: a free one]
    #[arg(long, value_name = "PORT")]
    media_tcp_port: Option<u16>,
    /// Receive no media by TCP
    #[arg(long, conflicts_with = "media_tcp_port")]
    no_media_tcp: bool,
    /// Run without the SFU: rooms with the topology `sfu` are rejected
    #[arg(long, conflicts_with_all = ["media_port", "no_media_udp", "media_tcp_port", "no_media_tcp"])]
    no_sfu: bool,
    /// Start a headless Chromium for each room with the topology `mcu` as its mixer. Requires --static-dir. The browser
    /// is detected, unless it is specified here
    #[arg(long, value_name = "BROWSER", num_args = 0..=1, default_missing_value = "")]
    pub(crate) mixer: Option<String>,
    /// Maximum number of mixers that run at the same time
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = at_least_one(), requires = "mixer")]
    pub(crate) max_mixers: usize,
    /// Run the mixers' browser without its sandbox, which Chromium requires when it runs as root
    #[arg(long, requires = "mixer")]
    pub(crate) mixer_no_sandbox: bool,
    /// Let any client be the mixer of a room and receive everyone's media. Otherwise a mixer needs the token in the
    /// environment variable MOIM_MIXER_TOKEN; if that is not set, only the server's own mixers have one
    #[arg(long)]
    any_mixer: bool,
    /// A STUN or TURN server to announce to clients. TURN requires a username and a credential. Repeatable
    #[arg(long = "ice-server", value_name = "URL[,USERNAME,CREDENTIAL]")]
    ice_servers: Vec<IceServerArgument>,
    /// The certificate chain for `https:`, `wss:` and `turns:`, the server's certificate first (PEM). Requires --tls-key
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// The private key of the certificate (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Serve metrics for Prometheus on /metrics. On a loopback address they are always served
    #[arg(long)]
    metrics: bool,
    #[command(flatten)]
    pub(crate) keys: KeyArguments,
    #[command(flatten)]
    pub(crate) turn: TurnArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Token(TokenArguments),
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum LogFormat {
    /// Human-readable.
    Text,
    /// One JSON object per line.
    Json,
}

impl Arguments {
    /// Whether any option about the SFU's media ports is set.
    pub(crate) fn names_media(&self) -> bool {
        self.media_port.is_some() || self.media_tcp_port.is_some() || self.no_media_udp || self.no_media_tcp
    }

    fn mixer_token(&self) -> Option<String> {
        // Not an argument: any user of the machine can read those.
        let given = std::env::var(TOKEN_VARIABLE).ok().filter(|token| !token.is_empty());
        if self.any_mixer { None } else { given.or(ServerConfig::default().mixer_token) }
    }

    pub(crate) fn server_config(&self) -> ServerConfig {
        let limits = Limits {
            max_participants_per_room: self.max_participants,
            max_rooms: self.max_rooms,
            max_connections: self.max_connections,
            max_connections_per_address: self.max_connections_per_address,
            max_rooms_per_address: self.max_rooms_per_address,
            max_message_bytes: self.max_message_bytes,
            messages_per_second: self.messages_per_second,
            message_burst: self.message_burst,
            grace_ms: self.grace_ms,
            ..Limits::default()
        };
        ServerConfig {
            limits: limits.with_heartbeat(self.heartbeat_ms),
            ice_servers: self.ice_servers.iter().map(|argument| argument.0.clone()).collect(),
            static_dir: self.static_dir.clone(),
            allowed_origins: self.allowed_origins.clone(),
            sfu: ServerConfig::default().sfu && !self.no_sfu,
            media_port: self.media_port,
            media_udp: !self.no_media_udp,
            media_tcp_port: self.media_tcp_port,
            media_tcp: !self.no_media_tcp,
            mixer_token: self.mixer_token(),
            metrics: self.metrics,
            ..ServerConfig::default()
        }
    }
}

/// A limit of 0 would disable the server.
fn at_least_one() -> impl clap::builder::TypedValueParser<Value = usize> {
    clap::builder::RangedU64ValueParser::<usize>::new().range(1..)
}

/// `URL[,USERNAME,CREDENTIAL]`. The credential may contain commas.
#[derive(Clone, Debug)]
struct IceServerArgument(IceServer);

impl FromStr for IceServerArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ',').map(str::to_owned);
        let url = parts.next().unwrap_or_default();
        let (username, credential) = (parts.next(), parts.next());
        let scheme = url.split(':').next().unwrap_or_default();
        let host = url.split_once(':').map_or("", |(_, host)| host);
        if host.is_empty() || host.starts_with('/') {
            return Err("the URL must be like stun:host:3478 or turn:host:3478".into());
        }
        if username.as_deref() == Some("") || credential.as_deref() == Some("") {
            return Err("the username and the credential must not be empty".into());
        }
        match (scheme, &username, &credential) {
            ("stun" | "stuns", None, None) | ("turn" | "turns", Some(_), Some(_)) => {
                Ok(Self(IceServer { urls: vec![url], username, credential }))
            }
            ("turn" | "turns", _, _) => Err("TURN needs URL,USERNAME,CREDENTIAL".into()),
            ("stun" | "stuns", _, _) => Err("STUN takes no username and no credential".into()),
            _ => Err("the URL must begin with stun:, stuns:, turn: or turns:".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn config(arguments: &[&str]) -> Result<ServerConfig, clap::Error> {
        let arguments = std::iter::once("moim-signaling-stub").chain(arguments.iter().copied());
        Arguments::try_parse_from(arguments).map(|arguments| arguments.server_config())
    }

    #[test]
    fn command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn without_flags_the_limits_are_the_defaults() {
        assert_eq!(config(&[]).unwrap().limits, Limits::default());
    }

    #[test]
    fn ice_servers_are_read() {
        let servers = config(&["--ice-server", "stun:a:1", "--ice-server", "turn:b:2,me,s,ecret"]);
        let servers = servers.unwrap().ice_servers;
        assert_eq!(servers[0], IceServer { urls: vec!["stun:a:1".into()], username: None, credential: None });
        assert_eq!(servers[1].credential.as_deref(), Some("s,ecret"));
    }

    #[test]
    fn limits_of_zero_are_refused() {
        for limit in ["--max-participants", "--max-rooms", "--max-connections", "--max-message-bytes"] {
            assert!(config(&[limit, "0"]).is_err(), "{limit}");
        }
        for limit in ["--messages-per-second", "--message-burst", "--heartbeat-ms"] {
            assert!(config(&[limit, "0"]).is_err(), "{limit}");
        }
    }

    #[test]
    fn media_is_taken_by_both_protocols_or_by_one() {
        let config =
            |arguments: &[&str]| config(arguments).map(|config| (config.media_udp, config.media_tcp));
        assert_eq!(config(&["--media-port", "9", "--media-tcp-port", "9"]).unwrap(), (true, true));
        assert_eq!(config(&["--no-media-udp", "--media-tcp-port", "9"]).unwrap(), (false, true));
        assert_eq!(config(&["--no-media-tcp", "--media-port", "9"]).unwrap(), (true, false));
        for nonsense in [
            &["--no-media-udp", "--no-media-tcp"][..],
            &["--no-media-udp", "--media-port", "9"],
            &["--no-media-tcp", "--media-tcp-port", "9"],
            &["--no-sfu", "--no-media-udp"],
            &["--no-sfu", "--media-tcp-port", "9"],
        ] {
            let message = config(nonsense).unwrap_err().to_string();
            assert!(message.contains("cannot be used with"), "{message}");
            assert!(message.contains(nonsense[0]) || message.contains(nonsense[1]), "{message}");
        }
    }

    #[test]
    fn wrong_ice_servers_are_refused() {
        for server in [
            "turn:b:2",
            "turn:b:2,me",
            "stun:a,me,secret",
            "http://a",
            "",
            "stun",
            "stun:",
            "stun://a",
            "turn:a,,",
        ] {
            assert!(config(&["--ice-server", server]).is_err(), "{server:?}");
        }
    }
}

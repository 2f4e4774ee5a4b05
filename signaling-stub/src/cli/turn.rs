//! The flags about TURN.

use std::{fs, path::PathBuf, time::Duration};

use clap::Args;
use moim_signaling_stub::{Network, TurnConfig, TurnLimits, TurnSecret};

/// The environment variable with the secret. Arguments are visible to every user of the machine.
const SECRET_VARIABLE: &str = "MOIM_TURN_SECRET";

/// Errors of the flags that only show when the files are read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TurnError {
    #[error("cannot read `{}` of --turn-secret-file: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "--turn-url needs the secret of that server: in the environment variable {SECRET_VARIABLE}, or in the file of --turn-secret-file"
    )]
    NoSecret,
    #[error("the secret of --turn-secret-file, or of {SECRET_VARIABLE}, is empty")]
    Empty,
}

/// How clients connect where no direct connection is possible.
#[derive(Debug, Args)]
#[command(next_help_heading = "TURN")]
pub(crate) struct TurnArguments {
    /// Run a TURN server, and give clients credentials for it that expire
    #[arg(long)]
    turn: bool,
    /// Give clients credentials for another TURN server, such as coturn with `use-auth-secret`: its URL, such as
    /// turn:turn.example:3478?transport=udp. Repeatable. Its secret is read from MOIM_TURN_SECRET or --turn-secret-file
    #[arg(long = "turn-url", value_name = "URL", value_parser = turn_url, conflicts_with = "turn")]
    turn_urls: Vec<String>,
    /// A file with the TURN secret; a line break at its end is ignored [default: MOIM_TURN_SECRET; with --turn, a random secret]
    #[arg(long, value_name = "FILE")]
    turn_secret_file: Option<PathBuf>,
    /// Seconds for which TURN credentials are valid. Clients get new ones after half of this time
    #[arg(long, value_name = "N", default_value_t = 86_400, value_parser = clap::value_parser!(u32).range(1..))]
    turn_credential_seconds: u32,
    /// The UDP and TCP port of the TURN server [default: 3478, or a free one if that is in use]
    #[arg(long, value_name = "PORT", requires = "turn")]
    turn_port: Option<u16>,
    /// The TLS port of the TURN server, with --tls-cert [default: 5349, or a free one if that is in use]
    #[arg(long, value_name = "PORT", requires_all = ["turn", "tls_cert"])]
    turn_tls_port: Option<u16>,
    /// Addresses that the TURN server may relay to although they are private, link-local or loopback, such as
    /// 192.168.0.0/16. Repeatable. Otherwise it relays only to the internet, to its own clients and to the SFU
    #[arg(long = "turn-allow-peer", value_name = "NETWORK", requires = "turn")]
    turn_allowed_peers: Vec<Network>,
    /// Maximum number of TURN allocations
    #[arg(long, value_name = "N", requires = "turn",
        default_value_t = TurnLimits::default().allocations, value_parser = super::at_least_one())]
    turn_allocations: usize,
    /// Maximum number of TURN allocations from one address
    #[arg(long, value_name = "N", requires = "turn",
        default_value_t = TurnLimits::default().allocations_per_address, value_parser = super::at_least_one())]
    turn_allocations_per_address: usize,
    /// Maximum number of TURN allocations of one participant
    #[arg(long, value_name = "N", requires = "turn",
        default_value_t = TurnLimits::default().allocations_per_user, value_parser = super::at_least_one())]
    turn_allocations_per_user: usize,
    /// Maximum number of relayed bytes per second
    #[arg(long, value_name = "N", requires = "turn",
        default_value_t = TurnLimits::default().bytes_per_second, value_parser = at_least_a_packet())]
    turn_bytes: u64,
    /// Maximum number of relayed bytes per second of one address
    #[arg(long, value_name = "N", requires = "turn",
        default_value_t = TurnLimits::default().bytes_per_second_per_address, value_parser = at_least_a_packet())]
    turn_bytes_per_address: u64,
    /// Maximum number of relayed bytes per second of one participant
    #[arg(long, value_name = "N", requires = "turn",
        default_value_t = TurnLimits::default().bytes_per_second_per_user, value_parser = at_least_a_packet())]
    turn_bytes_per_user: u64,
    /// Hours after which a TURN allocation ends even if it is refreshed
    #[arg(long, value_name = "N", requires = "turn", default_value_t = 48,
        value_parser = clap::value_parser!(u32).range(1..))]
    turn_hours: u32,
}

/// With less, not even one packet a second would pass.
fn at_least_a_packet() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(2048..)
}

impl TurnArguments {
    /// Returns the configuration, if TURN is enabled.
    pub(crate) fn config(&self) -> Result<Option<TurnConfig>, TurnError> {
        if !self.turn && self.turn_urls.is_empty() {
            return Ok(None);
        }
        let secret = self.secret()?;
        if secret.is_none() && !self.turn_urls.is_empty() {
            return Err(TurnError::NoSecret);
        }
        let mut config = TurnConfig::default();
        config.secret = secret.map(TurnSecret::from);
        config.credential_lifetime = Duration::from_secs(self.turn_credential_seconds.into());
        config.urls.clone_from(&self.turn_urls);
        config.port = self.turn_port;
        config.tls_port = self.turn_tls_port;
        config.allowed_peers.clone_from(&self.turn_allowed_peers);
        config.limits.allocations = self.turn_allocations;
        config.limits.allocations_per_address = self.turn_allocations_per_address;
        config.limits.allocations_per_user = self.turn_allocations_per_user;
        config.limits.bytes_per_second = self.turn_bytes;
        config.limits.bytes_per_second_per_address = self.turn_bytes_per_address;
        config.limits.bytes_per_second_per_user = self.turn_bytes_per_user;
        config.limits.lifetime = Duration::from_secs(3600 * u64::from(self.turn_hours));
        Ok(Some(config))
    }

    fn secret(&self) -> Result<Option<String>, TurnError> {
        let secret = match &self.turn_secret_file {
            Some(path) => {
                let read = fs::read_to_string(path);
                let text = read.map_err(|source| TurnError::File { path: path.clone(), source })?;
                Some(text.trim_end_matches(['\r', '\n']).to_owned())
            }
            None => std::env::var(SECRET_VARIABLE).ok(),
        };
        if secret.as_deref() == Some("") { Err(TurnError::Empty) } else { Ok(secret) }
    }
}

/// RFC 7065.
fn turn_url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("turn:").or_else(|| text.strip_prefix("turns:"));
    match rest.map(|rest| rest.split_once('?').unwrap_or((rest, "transport=udp"))) {
        Some((host, "transport=udp" | "transport=tcp")) if !host.is_empty() && !host.starts_with('/') => {
            Ok(text.to_owned())
        }
        _ => Err("the URL must be like turn:host:3478?transport=udp or turns:host:5349?transport=tcp".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use crate::cli::Arguments;

    fn parse(arguments: &[&str]) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(std::iter::once("moim-signaling-stub").chain(arguments.iter().copied()))
    }

    #[test]
    fn without_flags_there_is_no_relay() {
        assert!(parse(&[]).unwrap().turn.config().unwrap().is_none());
        let config = parse(&["--turn"]).unwrap().turn.config().unwrap().unwrap();
        assert!(config.urls.is_empty() && config.allowed_peers.is_empty());
        assert_eq!(config.limits, moim_signaling_stub::TurnLimits::default());
    }

    #[test]
    fn another_server_has_its_secret_in_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        let arguments =
            ["--turn-url", "turn:a:1", "--turn-url", "turns:b?transport=tcp", "--turn-secret-file", path];
        let config = || parse(&arguments).unwrap().turn.config();
        assert!(config().unwrap_err().to_string().contains("empty"));
        std::fs::write(file.path(), "tea\n").unwrap();
        let config = config().unwrap().unwrap();
        assert_eq!(config.urls, ["turn:a:1", "turns:b?transport=tcp"]);
        assert_eq!(config.secret, Some("tea".to_owned().into()));
        assert!(
            parse(&arguments[..2])
                .unwrap()
                .turn
                .config()
                .unwrap_err()
                .to_string()
                .contains("MOIM_TURN_SECRET")
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for nonsense in [
            &["--turn-port", "3478"][..],
            &["--turn", "--turn-url", "turn:a"],
            &["--turn", "--turn-tls-port", "1"],
            &["--turn-url", "stun:a"],
            &["--turn-url", "turn://a"],
            &["--turn-url", "turn:a?transport=sctp"],
            &["--turn", "--turn-allow-peer", "home"],
            &["--turn", "--turn-allocations", "0"],
            &["--turn", "--turn-bytes", "1"],
            &["--tls-cert", "a.pem"],
            &["--tls-key", "a.pem"],
        ] {
            assert!(parse(nonsense).is_err(), "{nonsense:?}");
        }
    }
}

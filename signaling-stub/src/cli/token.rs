//! Room tokens: their keys, and the subcommand that issues them.

use std::{fs, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use moim_protocol::{Role, RoomPermission};
use moim_signaling_stub::{KeyError, RoomToken, TokenFault, TokenKeys};

/// The environment variable with the keys. Arguments are visible to every user of the machine.
const KEY_VARIABLE: &str = "MOIM_TOKEN_KEY";

/// Errors about tokens that only show when the keys are read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TokenError {
    #[error("cannot read `{}` of --token-key-file: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{0}: see --token-key-file and {KEY_VARIABLE}")]
    Key(#[from] KeyError),
    #[error("--expires-in is out of range")]
    Expiry,
}

/// Where the keys of room tokens are.
#[derive(Debug, Args)]
pub(crate) struct KeyArguments {
    /// Require a token of everyone who joins, signed with the key in this file: at least 32 random bytes as text. With
    /// several lines, the first key signs, and all verify [default: the environment variable MOIM_TOKEN_KEY, or no tokens]
    #[arg(long, value_name = "FILE", global = true)]
    token_key_file: Option<PathBuf>,
}

impl KeyArguments {
    /// The keys, if there are any.
    pub(crate) fn keys(&self) -> Result<Option<TokenKeys>, TokenError> {
        let text = match &self.token_key_file {
            Some(path) => {
                let read = fs::read_to_string(path);
                Some(read.map_err(|source| TokenError::File { path: path.clone(), source })?)
            }
            None => std::env::var(KEY_VARIABLE).ok(),
        };
        Ok(text.map(|text| TokenKeys::parse(&text)).transpose()?)
    }
}

/// Print a room token
#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    /// The room that it admits to
    #[arg(long)]
    room: String,
    /// Who has it; the others see it as a participant's `identity`
    #[arg(long)]
    identity: String,
    /// The participant's name [default: the participant chooses it]
    #[arg(long)]
    name: Option<String>,
    /// A role that it allows in addition to `participant`
    #[arg(long, value_enum)]
    role: Option<TokenRole>,
    /// What the participant may do; repeatable. `publish` stands for all sources. Nothing else is permitted then
    /// [default: everything]
    #[arg(long = "grant", value_name = "PERMISSION", value_parser = grant)]
    grants: Vec<Grant>,
    /// Seconds until it expires
    #[arg(long, value_name = "SECONDS", default_value_t = 6 * 3600, value_parser = clap::value_parser!(u64).range(1..))]
    expires_in: u64,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TokenRole {
    Host,
    Mixer,
}

/// The permissions that one `--grant` stands for.
#[derive(Clone, Debug)]
struct Grant(Vec<RoomPermission>);

const SOURCES: [RoomPermission; 5] = [
    RoomPermission::Camera,
    RoomPermission::Microphone,
    RoomPermission::Screen,
    RoomPermission::ScreenAudio,
    RoomPermission::Custom,
];

fn grant(text: &str) -> Result<Grant, String> {
    match (text, RoomPermission::of(text)) {
        ("publish", _) => Ok(Grant(SOURCES.into())),
        (_, Some(permission)) => Ok(Grant(vec![permission])),
        (_, None) => {
            let known: Vec<_> = RoomPermission::ALL.iter().map(|permission| permission.as_str()).collect();
            Err(format!("expected publish, {}", known.join(", ")))
        }
    }
}

impl TokenArguments {
    /// The token.
    pub(crate) fn issue(self, keys: &KeyArguments) -> Result<String, TokenError> {
        let keys = keys.keys()?.ok_or(KeyError::Empty)?;
        let everything = self.grants.is_empty();
        let token = RoomToken {
            room: self.room,
            identity: self.identity,
            name: self.name,
            role: match self.role {
                Some(TokenRole::Host) => Role::Host,
                Some(TokenRole::Mixer) => Role::Mixer,
                None => Role::Participant,
            },
            permissions: match everything {
                true => Default::default(),
                false => self.grants.into_iter().flat_map(|grant| grant.0).collect(),
            },
        };
        keys.issue(&token, Duration::from_secs(self.expires_in)).map_err(|_: TokenFault| TokenError::Expiry)
    }
}

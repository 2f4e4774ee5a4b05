//! The lines by which a test controls the router.

use std::{net::Ipv4Addr, str::FromStr, time::Duration};

use crate::{
    nat::Mapping,
    path::{Blocked, Conditions},
};

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// `site NAME` creates a site, and its TUN device of the same name.
    Site(String),
    /// All others, which start with a verb and the name of a site.
    Change {
        /// The site's name.
        site: String,
        /// What changes.
        change: Change,
    },
}

/// What can be changed about a site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// `address NAME IP`: packets to this address go to the site, if it has no NAT.
    Address(Ipv4Addr),
    /// `nat NAME cone IP`, `nat NAME symmetric IP`: a new NAT with this address outside. The old one forgets its mappings.
    Nat(Mapping, Ipv4Addr),
    /// `block NAME udp`, `block NAME tcp PORT`.
    Block(Blocked),
    /// `unblock NAME`: nothing is blocked any more.
    Unblock,
    /// `path NAME [loss PERCENT] [delay MS] [jitter MS]`: for each direction.
    Path(Conditions),
    /// `cut NAME`: no packet passes.
    Cut,
    /// `restore NAME`.
    Restore,
}

/// Why a line was not executed.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The line has another form.
    #[error("`{0}` is not a command")]
    Unknown(String),
    /// The line names a site that was not created.
    #[error("there is no site `{0}`")]
    NoSite(String),
}

impl FromStr for Command {
    type Err = CommandError;

    fn from_str(line: &str) -> Result<Self, CommandError> {
        let words: Vec<&str> = line.split_whitespace().collect();
        parse(&words).ok_or_else(|| CommandError::Unknown(line.to_owned()))
    }
}

fn parse(words: &[&str]) -> Option<Command> {
    let (change, site) = match *words {
        ["site", name] => return Some(Command::Site(name.to_owned())),
        ["address", site, address] => (Change::Address(address.parse().ok()?), site),
        ["nat", site, mapping, public] => (Change::Nat(parse_mapping(mapping)?, public.parse().ok()?), site),
        ["block", site, "udp"] => (Change::Block(Blocked::Udp), site),
        ["block", site, "tcp", port] => (Change::Block(Blocked::Tcp(port.parse().ok()?)), site),
        ["unblock", site] => (Change::Unblock, site),
        ["path", site, ref conditions @ ..] => (Change::Path(parse_conditions(conditions)?), site),
        ["cut", site] => (Change::Cut, site),
        ["restore", site] => (Change::Restore, site),
        _ => return None,
    };
    Some(Command::Change { site: site.to_owned(), change })
}

fn parse_mapping(word: &str) -> Option<Mapping> {
    match word {
        "cone" => Some(Mapping::EndpointIndependent),
        "symmetric" => Some(Mapping::AddressAndPortDependent),
        _ => None,
    }
}

fn parse_conditions(words: &[&str]) -> Option<Conditions> {
    let mut conditions = Conditions::default();
    for pair in words.chunks(2) {
        let &[name, value] = pair else { return None };
        let value: u16 = value.parse().ok()?;
        match name {
            "loss" if value <= 100 => conditions.loss = f64::from(value) / 100.0,
            "delay" => conditions.delay = Duration::from_millis(value.into()),
            "jitter" => conditions.jitter = Duration::from_millis(value.into()),
            _ => return None,
        }
    }
    Some(conditions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_the_conditions_that_its_line_names() {
        let Ok(Command::Change { site, change }) = "path alice loss 10 delay 100 jitter 20".parse() else {
            panic!("not a command")
        };
        let conditions =
            Conditions { loss: 0.1, delay: Duration::from_millis(100), jitter: Duration::from_millis(20) };
        assert_eq!((site.as_str(), change), ("alice", Change::Path(conditions)));
    }

    #[test]
    fn a_line_of_another_form_is_an_error() {
        for line in [
            "",
            "site",
            "cut",
            "nat alice full 1.2.3.4",
            "path alice loss",
            "path alice loss 101",
            "block alice tcp",
        ] {
            assert!(matches!(line.parse::<Command>(), Err(CommandError::Unknown(_))), "{line}");
        }
    }

    #[test]
    fn a_site_must_exist() {
        let error = crate::Router::new(1).change("alice", Change::Cut).unwrap_err();
        assert_eq!(error.to_string(), "there is no site `alice`");
    }
}

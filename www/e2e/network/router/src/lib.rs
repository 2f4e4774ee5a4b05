//! A router between the sites of a test's network, as a state machine without IO. The binary adds the TUN devices.
//!
//! A *site* is whoever is behind one TUN device: a browser or the server. It has addresses of its own or a [NAT](nat), a
//! firewall, and a path with loss and delay. Only UDP and TCP over IPv4 is routed.

mod command;
mod nat;
mod packet;
mod path;
mod router;

pub use command::{Change, Command, CommandError};
pub use nat::Mapping;
pub use path::{Blocked, Conditions};
pub use router::{Router, SiteId};

//! Peer connections of the public API: two in one page.

mod hostile;
mod ice;
mod media;
mod negotiation;
mod order;
mod pair;
mod parameters;

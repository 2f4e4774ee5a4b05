//! Metrics in the text format of OpenMetrics, which Prometheus reads.

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::HubStats;
#[cfg(feature = "sfu")]
use crate::sfu::SfuStats;

/// The labels of a refusal: its error code.
type Code = [(&'static str, &'static str); 1];

/// All metrics of a server.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    connections: Gauge,
    rooms: Gauge,
    participants: Gauge,
    pub(super) relays: Counter,
    pub(super) received_bytes: Counter,
    pub(super) sent_bytes: Counter,
    refusals: Family<Code, Counter>,
    pub(super) panics: Counter,
    sfu_clients: Gauge,
    sfu_streams: Gauge,
    sfu_waiting_bytes: Gauge,
    sfu_frames: Counter,
    sfu_dropped_frames: Counter,
    sfu_dropped_messages: Counter,
    pub(super) sfu_dropped_packets: Counter,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("moim"),
            connections: Gauge::default(),
            rooms: Gauge::default(),
            participants: Gauge::default(),
            relays: Counter::default(),
            received_bytes: Counter::default(),
            sent_bytes: Counter::default(),
            refusals: Family::default(),
            panics: Counter::default(),
            sfu_clients: Gauge::default(),
            sfu_streams: Gauge::default(),
            sfu_waiting_bytes: Gauge::default(),
            sfu_frames: Counter::default(),
            sfu_dropped_frames: Counter::default(),
            sfu_dropped_messages: Counter::default(),
            sfu_dropped_packets: Counter::default(),
        };
        let registry = &mut metrics.registry;
        for (name, help, gauge) in [
            ("connections", "Open WebSockets", &metrics.connections),
            ("rooms", "Rooms with a participant", &metrics.rooms),
            ("participants", "Participants of all rooms", &metrics.participants),
            ("sfu_clients", "Participants of rooms with the SFU", &metrics.sfu_clients),
            ("sfu_streams", "Publications that the SFU forwards, for each receiver", &metrics.sfu_streams),
            ("sfu_waiting_bytes", "Bytes of data messages that wait in the SFU", &metrics.sfu_waiting_bytes),
        ] {
            registry.register(name, help, gauge.clone());
        }
        for (name, help, counter) in [
            ("relays", "Payloads relayed to a participant", &metrics.relays),
            ("received_bytes", "Bytes of messages received over WebSockets", &metrics.received_bytes),
            ("sent_bytes", "Bytes of messages sent over WebSockets", &metrics.sent_bytes),
            ("panics", "Tasks that ended with a panic", &metrics.panics),
            ("sfu_frames", "Frames that the SFU has forwarded, for each receiver", &metrics.sfu_frames),
            (
                "sfu_dropped_frames",
                "Frames that were not forwarded to a receiver of their publication: of other layers, or before a key frame",
                &metrics.sfu_dropped_frames,
            ),
            (
                "sfu_dropped_messages",
                "Data messages that were dropped: beyond the rate, not permitted, or, for each receiver, without room",
                &metrics.sfu_dropped_messages,
            ),
            (
                "sfu_dropped_packets",
                "Received packets that were dropped because the SFU is too slow",
                &metrics.sfu_dropped_packets,
            ),
        ] {
            registry.register(name, help, counter.clone());
        }
        registry.register("refusals", "Errors sent to clients, by code", metrics.refusals.clone());
        metrics
    }

    /// An error was sent to a client.
    pub(super) fn refused(&self, code: &'static str) {
        self.refusals.get_or_create(&[("code", code)]).inc();
    }

    /// A task ended with a panic.
    pub(super) fn panicked(&self) {
        self.panics.inc();
    }

    /// The number of tasks that ended with a panic.
    pub(super) fn panics(&self) -> u64 {
        self.panics.get()
    }

    /// The SFU has these statistics now; `before` are those of the last time.
    #[cfg(feature = "sfu")]
    pub(super) fn set_sfu(&self, now: SfuStats, before: SfuStats) {
        self.sfu_clients.set(gauge(now.clients));
        self.sfu_streams.set(gauge(now.streams));
        self.sfu_waiting_bytes.set(gauge(now.waiting_bytes));
        self.sfu_frames.inc_by(now.frames.saturating_sub(before.frames));
        self.sfu_dropped_frames.inc_by(now.dropped_frames.saturating_sub(before.dropped_frames));
        self.sfu_dropped_messages.inc_by(now.dropped_messages.saturating_sub(before.dropped_messages));
    }

    /// The metrics as text.
    pub(super) fn encode(&self, stats: HubStats) -> String {
        self.connections.set(gauge(stats.connections));
        self.rooms.set(gauge(stats.rooms));
        self.participants.set(gauge(stats.participants));
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Counts the panic that ends its task.
#[derive(Debug)]
pub(super) struct PanicGuard(Counter);

impl PanicGuard {
    pub(super) fn new(panics: &Counter) -> Self {
        Self(panics.clone())
    }
}

impl Drop for PanicGuard {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.inc();
        }
    }
}

fn gauge(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

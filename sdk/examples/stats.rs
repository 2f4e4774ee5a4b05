//! How good is the call, and why? It is compiled for the browser, and not run.

#[cfg(target_arch = "wasm32")]
#[allow(dead_code, unreachable_pub, reason = "an application would call it")]
mod example {
    use futures::StreamExt;
    use moim::{Result, StatsDelta, StatsMonitor, StatsMonitorOptions, StatsView, get_stats};
    use web_sys::{RtcPeerConnection, RtcRtpSender};

    /// Shows the quality every two seconds, until the connection is closed. Returns a table of the last minutes.
    pub async fn watch(connection: &RtcPeerConnection, show: impl Fn(String)) -> Result<String> {
        let options = StatsMonitorOptions { interval_ms: 2000, history: 150 };
        let mut monitor = StatsMonitor::start(connection, &options)?;
        while let Some(sample) = monitor.next().await {
            let StatsDelta { quality, connection, inbound, .. } = &sample.delta;
            show(format!("{} of 5, held back by {}", quality.level, quality.reason.as_str()));
            if let Some(round_trip_time) = connection.round_trip_time {
                show(format!("{:.0} ms there and back", round_trip_time * 1000.0));
            }
            for stream in inbound {
                let kilobits = stream.bitrate.unwrap_or_default() / 1000.0;
                let loss = stream.packet_loss.unwrap_or_default() * 100.0;
                show(format!(
                    "{:?}: {kilobits:.0} kbit/s, {loss:.1} % lost, {:?}",
                    stream.kind, stream.quality.mos
                ));
            }
        }
        Ok(monitor.history().to_csv())
    }

    /// Reads a complete report once, by type.
    pub async fn read(sender: &RtcRtpSender) -> Result<()> {
        let report = get_stats(sender).await?;
        let bytes: u64 = report.outbound_rtp().filter_map(|layer| layer.bytes_sent()).sum();
        let protocol = report.selected_candidate_pair().and_then(|pair| {
            match report.get(pair.local_candidate_id()?)?.view() {
                StatsView::Candidate(candidate) => candidate.protocol(),
                _ => None,
            }
        });
        web_sys::console::log_1(&format!("{bytes} bytes by {protocol:?}").into());
        for entry in report.entries() {
            match entry.view() {
                StatsView::RemoteInboundRtp(far) => {
                    // Inherited members of the dictionaries are available too.
                    let (_, _) = (far.fraction_lost(), far.jitter());
                }
                StatsView::Unknown(entry) => {
                    let _ = (entry.type_name(), entry.unknown().get("somethingNew"));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn main() {}

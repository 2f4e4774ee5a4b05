//! The TUN devices of the sites.
//!
//! A device stays connected to the router when it is moved to another network namespace.

use std::{io, sync::Arc, time::Instant};

use moim_test_router::{Command, Router, SiteId};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    sync::mpsc,
    time::sleep_until,
};
use tokio_tun::Tun;

const SEED: u64 = 1;
const MAX_PACKET: usize = 65_536;
/// Packets that are read from devices and not routed yet. A device that fills it waits.
const MAX_UNROUTED: usize = 256;

type Arrived = (SiteId, Vec<u8>);

/// Routes packets and executes commands until the standard input ends.
pub(crate) async fn run() -> io::Result<()> {
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    let mut output = tokio::io::stdout();
    let (arrives, mut arrived) = mpsc::channel(MAX_UNROUTED);
    let mut router = Router::new(SEED);
    let mut devices: Vec<Arc<Tun>> = Vec::new();
    loop {
        while let Some((SiteId(to), bytes)) = router.poll_packet(Instant::now()) {
            // A device that is down or full loses the packet.
            let _ = devices.get(to).map(|device| device.try_send(&bytes));
        }
        let timeout = router.poll_timeout();
        tokio::select! {
            line = lines.next_line() => {
                let Some(line) = line? else { return Ok(()) };
                let answer = match execute(&mut router, &mut devices, &arrives, &line) {
                    Ok(()) => "ok\n".to_owned(),
                    Err(error) => format!("error: {error}\n"),
                };
                output.write_all(answer.as_bytes()).await?;
                output.flush().await?;
            }
            Some((from, bytes)) = arrived.recv() => router.handle_packet(from, &bytes, Instant::now()),
            () = async { sleep_until(timeout.unwrap_or_else(Instant::now).into()).await }, if timeout.is_some() => {}
        }
    }
}

fn execute(
    router: &mut Router,
    devices: &mut Vec<Arc<Tun>>,
    arrives: &mpsc::Sender<Arrived>,
    line: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    match line.parse()? {
        Command::Site(name) => {
            let device = Tun::builder().name(&name).close_on_exec().build()?;
            let device = Arc::new(device.into_iter().next().ok_or("there is no device")?);
            devices.push(device.clone());
            tokio::spawn(read(device, router.add_site(name), arrives.clone()));
            Ok(())
        }
        Command::Change { site, change } => Ok(router.change(&site, change)?),
    }
}

/// Reads the packets that a site sends, until its device or the router ends.
async fn read(device: Arc<Tun>, from: SiteId, arrives: mpsc::Sender<Arrived>) {
    let mut buffer = vec![0; MAX_PACKET];
    while let Ok(length) = device.recv(&mut buffer).await {
        let Some(bytes) = buffer.get(..length) else { return };
        if arrives.send((from, bytes.to_vec())).await.is_err() {
            return;
        }
    }
}

//! Headless browsers that mix the rooms with the topology `mcu`.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tracing::{info, warn};

use super::switchboard::Switchboard;

/// What is to be done about the mixer of a room.
#[derive(Debug)]
pub(super) enum MixerCommand {
    Start(String),
    Stop(String),
    /// The browser with this number, started for this room, ended by itself.
    Ended(String, u64),
    /// Stop all of them. The last command.
    End,
}

/// The browsers that were started, by room.
#[derive(Debug)]
pub(super) struct Mixers {
    browser: PathBuf,
    server: SocketAddr,
    token: String,
    commands: mpsc::UnboundedSender<MixerCommand>,
    receiver: mpsc::UnboundedReceiver<MixerCommand>,
    running: HashMap<String, Running>,
    started: u64,
}

/// A browser that ends so soon would do so again.
const SHORTEST_LIFE: Duration = Duration::from_secs(3);

#[derive(Debug)]
struct Running {
    number: u64,
    since: Instant,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Mixers {
    pub(super) fn new(browser: PathBuf, listener: SocketAddr, token: String) -> Self {
        let mut server = listener;
        if server.ip().is_unspecified() {
            server.set_ip(match server {
                SocketAddr::V4(_) => [127, 0, 0, 1].into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        let (commands, receiver) = mpsc::unbounded_channel();
        Self { browser, server, token, commands, receiver, running: HashMap::new(), started: 0 }
    }

    pub(super) fn commands(&self) -> mpsc::UnboundedSender<MixerCommand> {
        self.commands.clone()
    }

    /// Starts and stops browsers.
    pub(super) async fn serve(mut self, switchboard: Arc<Switchboard>) {
        while let Some(command) = self.receiver.recv().await {
            match command {
                MixerCommand::Stop(room) => {
                    if let Some(running) = self.running.remove(&room) {
                        running.stop().await;
                    }
                }
                MixerCommand::Ended(room, number) => {
                    let is_current = |running: &&Running| running.number == number;
                    let Some(since) = self.running.get(&room).filter(is_current).map(|running| running.since)
                    else {
                        continue;
                    };
                    self.running.remove(&room);
                    if since.elapsed() < SHORTEST_LIFE {
                        self.fail(&switchboard, &room, "ended at once");
                    } else {
                        switchboard.drive(|hub, _| hub.handle_mixer_ended(&room));
                    }
                }
                MixerCommand::End => {
                    for running in self.running.into_values() {
                        running.stop().await;
                    }
                    return;
                }
                MixerCommand::Start(room) => match self.start(&room) {
                    Ok(running) => {
                        info!(room, "a mixer is on its way");
                        if let Some(before) = self.running.insert(room, running) {
                            before.stop().await;
                        }
                    }
                    Err(error) => {
                        self.fail(&switchboard, &room, &format!("did not start: {error}"));
                    }
                },
            }
        }
    }

    /// Tells whoever waits that there will be no mixer.
    fn fail(&self, switchboard: &Switchboard, room: &str, why: &str) {
        let fault = format!("the mixer `{}` {why}; see --mixer", self.browser.display());
        warn!(room, "{fault}");
        switchboard.drive(|hub, _| hub.handle_mixer_fault(room, &fault));
    }

    fn start(&mut self, room: &str) -> std::io::Result<Running> {
        let profile = TempDir::with_prefix("moim-mixer-")?;
        let encoded: String = form_urlencoded::byte_serialize(room.as_bytes()).collect();
        let room = room.to_owned();
        // Behind the `#`, a token is sent to no server.
        let url = format!("http://{}/www/mixer.html?room={encoded}#{}", self.server, self.token);
        let mut command = Command::new(&self.browser);
        command
            .args([
                "--headless=new",
                "--disable-gpu",
                "--mute-audio",
                "--no-first-run",
                "--no-default-browser-check",
            ])
            .arg("--autoplay-policy=no-user-gesture-required")
            // It has no camera to be asked for, and names of addresses do not resolve everywhere.
            .arg("--disable-features=WebRtcHideLocalIpsWithMdns")
            .args(["--disable-background-timer-throttling", "--disable-renderer-backgrounding"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(&url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        if is_root() {
            // Chromium refuses to run as root otherwise.
            command.arg("--no-sandbox");
        }
        let child = command.spawn()?;
        self.started += 1;
        let (number, ended) = (self.started, self.commands.clone());
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(attend(child, profile, stopped, move || {
            // The receiver ends only with the server.
            let _ = ended.send(MixerCommand::Ended(room, number));
        }));
        Ok(Running { number, since: Instant::now(), stop, task })
    }
}

impl Running {
    async fn stop(self) {
        // It may have ended by itself.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// Waits for the browser to end, or to be stopped. Only then is its profile left alone, and can be removed.
async fn attend(mut child: Child, profile: TempDir, stopped: oneshot::Receiver<()>, ended: impl FnOnce()) {
    tokio::select! {
        _ = child.wait() => ended(),
        _ = stopped => drop(child.kill().await),
    }
    drop(profile);
}

#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

//! Headless browsers that mix the rooms with the topology `mcu`.

use std::{collections::HashMap, net::SocketAddr, path::PathBuf, process::Stdio, sync::Arc};

use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    sync::mpsc,
};
use tracing::{info, warn};

use super::switchboard::Switchboard;

/// What is to be done about the mixer of a room.
#[derive(Debug)]
pub(super) enum MixerCommand {
    Start(String),
    Stop(String),
    /// Stop all of them. The last command.
    End,
}

/// The browsers that were started, by room.
#[derive(Debug)]
pub(super) struct Mixers {
    browser: PathBuf,
    server: SocketAddr,
    commands: mpsc::UnboundedSender<MixerCommand>,
    receiver: mpsc::UnboundedReceiver<MixerCommand>,
    running: HashMap<String, Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    _profile: TempDir,
}

impl Mixers {
    pub(super) fn new(browser: PathBuf, listener: SocketAddr) -> Self {
        let mut server = listener;
        if server.ip().is_unspecified() {
            server.set_ip(match server {
                SocketAddr::V4(_) => [127, 0, 0, 1].into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        let (commands, receiver) = mpsc::unbounded_channel();
        Self { browser, server, commands, receiver, running: HashMap::new() }
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
                MixerCommand::End => {
                    for running in self.running.into_values() {
                        running.stop().await;
                    }
                    return;
                }
                MixerCommand::Start(room) => match self.start(&room) {
                    Ok(running) => {
                        info!(room, "a mixer is on its way");
                        self.running.insert(room, running);
                    }
                    Err(error) => {
                        let browser = self.browser.display();
                        let fault = format!("the mixer `{browser}` did not start: {error}; see --mixer");
                        warn!(room, "{fault}");
                        switchboard.drive(|hub, _| hub.handle_mixer_fault(&room, &fault));
                    }
                },
            }
        }
    }

    fn start(&self, room: &str) -> std::io::Result<Running> {
        let profile = TempDir::with_prefix("moim-mixer-")?;
        let room: String = form_urlencoded::byte_serialize(room.as_bytes()).collect();
        let url = format!("http://{}/www/mixer.html?room={room}", self.server);
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
        Ok(Running { child: command.spawn()?, _profile: profile })
    }
}

impl Running {
    async fn stop(mut self) {
        // It may have ended by itself. Only then is its profile left alone, and can be removed.
        let _ = self.child.kill().await;
    }
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

//! Headless browsers as mixers of rooms with the topology `mcu`.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::PathBuf,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::AsyncWriteExt,
    process::{Child, Command},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tracing::{info, warn};

use super::{faults::Fault, switchboard::Switchboard};

/// A command about mixers.
#[derive(Debug)]
pub(super) enum MixerCommand {
    Start(String),
    Stop(String),
    /// The browser with this number, started for this room, has exited.
    Ended(String, u64),
    /// Stop all of them. The last command.
    End,
}

/// How mixers are run.
#[derive(Clone, Debug)]
pub struct MixerSettings {
    /// The browser command, a Chromium. It opens `/www/mixer.html` of the served folder.
    pub browser: PathBuf,
    /// Maximum number that run at the same time. Default: 4.
    pub max: usize,
    /// Whether the browser uses its sandbox. Chromium refuses to run as root with it. Default: true.
    pub sandbox: bool,
}

impl MixerSettings {
    /// The defaults for this browser.
    pub fn new(browser: impl Into<PathBuf>) -> Self {
        Self { browser: browser.into(), max: 4, sandbox: true }
    }
}

/// The source of the mixers' token, if it is not random.
pub const TOKEN_VARIABLE: &str = "MOIM_MIXER_TOKEN";

/// The browsers that were started, by room.
#[derive(Debug)]
pub(super) struct Mixers {
    settings: MixerSettings,
    server: SocketAddr,
    /// Whether the server uses TLS.
    is_secure: bool,
    token: String,
    commands: mpsc::UnboundedSender<MixerCommand>,
    receiver: mpsc::UnboundedReceiver<MixerCommand>,
    running: HashMap<String, Running>,
    started: u64,
}

/// A browser that exits this soon would do so again.
const SHORTEST_LIFE: Duration = Duration::from_secs(3);

#[derive(Debug)]
struct Running {
    number: u64,
    since: Instant,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Mixers {
    pub(super) fn new(settings: MixerSettings, listener: SocketAddr, is_secure: bool, token: String) -> Self {
        let mut server = listener;
        if server.ip().is_unspecified() {
            server.set_ip(match server {
                SocketAddr::V4(_) => [127, 0, 0, 1].into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            });
        }
        let (commands, receiver) = mpsc::unbounded_channel();
        Self { settings, server, is_secure, token, commands, receiver, running: HashMap::new(), started: 0 }
    }

    pub(super) fn commands(&self) -> mpsc::UnboundedSender<MixerCommand> {
        self.commands.clone()
    }

    /// Starts and stops browsers.
    pub(super) async fn serve(mut self, switchboard: Arc<Switchboard>) {
        while switchboard.supervise("the mixers", self.handle_commands(&switchboard)).await {}
    }

    async fn handle_commands(&mut self, switchboard: &Switchboard) {
        while let Some(command) = self.receiver.recv().await {
            switchboard.faults.reach(Fault::Mixers);
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
                        let hint =
                            if self.settings.sandbox { " (as root it needs --mixer-no-sandbox)" } else { "" };
                        self.fail(switchboard, &room, &format!("exited immediately{hint}"));
                    } else {
                        switchboard.drive(|hub, _| hub.handle_mixer_ended(&room));
                    }
                }
                MixerCommand::End => {
                    for (_, running) in self.running.drain() {
                        running.stop().await;
                    }
                    return;
                }
                MixerCommand::Start(room) if self.is_full(&room) => {
                    self.fail(
                        switchboard,
                        &room,
                        &format!("runs {} times, which is the limit", self.running.len()),
                    );
                }
                MixerCommand::Start(room) => match self.start(&room) {
                    Ok(running) => {
                        info!(room, "starting a mixer");
                        if let Some(before) = self.running.insert(room, running) {
                            before.stop().await;
                        }
                    }
                    Err(error) => {
                        self.fail(switchboard, &room, &format!("did not start: {error}"));
                    }
                },
            }
        }
    }

    fn is_full(&self, room: &str) -> bool {
        self.running.len() >= self.settings.max && !self.running.contains_key(room)
    }

    /// Reports to the waiting clients that there will be no mixer.
    fn fail(&self, switchboard: &Switchboard, room: &str, why: &str) {
        let fault = format!("the mixer `{}` {why}; see --mixer", self.settings.browser.display());
        warn!(room, "{fault}");
        switchboard.drive(|hub, _| hub.handle_mixer_fault(room, &fault));
    }

    fn start(&mut self, room: &str) -> std::io::Result<Running> {
        let profile = TempDir::with_prefix("moim-mixer-")?;
        let mut command = self.settings.command();
        command
            .args(["--headless=new", "--disable-gpu", "--mute-audio", "--no-first-run"])
            .arg("--no-default-browser-check")
            .arg("--autoplay-policy=no-user-gesture-required")
            // It has no camera permission to prompt for, and some host names do not resolve everywhere.
            .arg("--disable-features=WebRtcHideLocalIpsWithMdns")
            .args(["--disable-background-timer-throttling", "--disable-renderer-backgrounding"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(["--remote-debugging-pipe", "about:blank"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        if self.is_secure {
            // The certificate is for a name, and the only page that is opened is this server's own.
            command.arg("--ignore-certificate-errors");
        }
        if !self.settings.sandbox {
            command.arg("--no-sandbox");
        }
        let child = command.spawn()?;
        self.started += 1;
        let (number, ended) = (self.started, self.commands.clone());
        let (stop, stopped) = oneshot::channel();
        let (page, room) = (self.page(room), room.to_owned());
        let task = tokio::spawn(attend(child, page, profile, stopped, move || {
            // The receiver is dropped only with the server.
            let _ = ended.send(MixerCommand::Ended(room, number));
        }));
        Ok(Running { number, since: Instant::now(), stop, task })
    }

    fn page(&self, room: &str) -> String {
        let encoded: String = form_urlencoded::byte_serialize(room.as_bytes()).collect();
        // The fragment with the token is not sent to a server.
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://{}/www/mixer.html?room={encoded}#{}", self.server, self.token)
    }
}

impl MixerSettings {
    /// Starts the browser with its DevTools on standard input and output, which it expects as file descriptors 3 and 4.
    fn command(&self) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#, "sh"]).arg(&self.browser);
        command.env_remove(TOKEN_VARIABLE);
        command
    }
}

impl Running {
    async fn stop(self) {
        // It may have exited by itself.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// Opens the page, and waits for the browser to exit, or to be stopped. Only then is its profile unused, and can be
/// removed.
///
/// The page is opened through the pipe because any user of the machine can read a command line. And when the server
/// exits, for whatever reason, the pipe is closed, and with it the browser.
async fn attend(
    mut child: Child,
    page: String,
    profile: TempDir,
    stopped: oneshot::Receiver<()>,
    ended: impl FnOnce(),
) {
    let (devtools, said) = (child.stdin.take(), child.stdout.take());
    let talking = async {
        if let (Some(mut devtools), Some(mut said)) = (devtools, said) {
            let open = json!({ "id": 1, "method": "Target.createTarget", "params": { "url": page } });
            let written = devtools.write_all(format!("{open}\0").as_bytes()).await;
            if written.is_ok() {
                // The output is not used, but must be read, or the browser blocks.
                let _ = tokio::io::copy(&mut said, &mut tokio::io::sink()).await;
            }
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        _ = child.wait() => ended(),
        _ = stopped => drop(child.kill().await),
        () = talking => {}
    }
    drop(profile);
}

//! Mixers: how many are started, who can see their token, and what remains of them. A script stands in for the browser.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use moim_protocol::ServerMessage;
use moim_signaling_stub::{MixerSettings, ServerConfig};
use serde_json::json;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use crate::{
    pair::Pair,
    support::{
        Client,
        process::{command, started},
        start,
    },
};

/// Only a failing test waits this long.
const PATIENCE: Duration = Duration::from_secs(20);
const TOKEN: &str = "the token of the mixers";

/// A folder to serve, and a browser in it that writes its arguments, and what it receives until its pipe is closed, to files.
struct Browser(TempDir);

impl Browser {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = "#!/bin/sh\ncd \"$(dirname \"$0\")\"\n\
             echo \"$@\" >arguments.$$\ncat <&3 >told.$$\necho >ended.$$\n";
        fs::write(folder.path().join("browser"), script).unwrap();
        fs::set_permissions(folder.path().join("browser"), fs::Permissions::from_mode(0o700)).unwrap();
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("browser")
    }

    fn folder(&self) -> &Path {
        self.0.path()
    }

    /// A server that starts this browser for its mixers.
    fn config(&self, mixer: MixerSettings) -> ServerConfig {
        ServerConfig {
            static_dir: Some(self.folder().to_owned()),
            mixer: Some(mixer),
            mixer_token: Some(TOKEN.to_owned()),
            ..ServerConfig::default()
        }
    }

    /// The contents of the files of this name, one for each process.
    fn files(&self, name: &str) -> Vec<String> {
        let files = fs::read_dir(self.folder()).unwrap().map(|file| file.unwrap().path());
        files
            .filter(|path| path.file_stem().is_some_and(|stem| stem == name) && path.extension().is_some())
            .map(|path| fs::read_to_string(path).unwrap())
            .collect()
    }

    /// Waits until so many processes have been told which page to open.
    async fn opened(&self, count: usize) {
        self.until(|| self.files("told").iter().filter(|told| told.ends_with('\0')).count() == count).await;
    }

    /// The processes that were started and still run.
    fn running(&self) -> usize {
        let files = fs::read_dir(self.folder()).unwrap().map(|file| file.unwrap().path());
        let started = files.filter(|path| path.file_stem().is_some_and(|stem| stem == "arguments"));
        started.filter(|path| is_running(path.extension().unwrap().to_str().unwrap())).count()
    }

    async fn until(&self, is_so: impl Fn() -> bool) {
        let waiting = async {
            while !is_so() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, waiting).await.expect("in time");
    }
}

/// Whether this process runs. One that has ended may still wait for its parent.
fn is_running(pid: &str) -> bool {
    let status = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output().unwrap();
    let status = String::from_utf8_lossy(&status.stdout).trim().to_owned();
    !status.is_empty() && !status.starts_with('Z')
}

async fn ask(client: &mut Client, room: &str) {
    let join = json!({ "type": "join", "version": 1, "room": room, "name": "Mallory", "topology": "mcu" });
    client.send(&join).await;
}

#[tokio::test]
async fn many_rooms_start_few_mixers_and_none_stays() {
    let browser = Browser::new();
    let settings = MixerSettings { max: 2, ..MixerSettings::new(browser.path()) };
    let server = start(browser.config(settings)).await;
    let mut pair = Pair::join(server.local_addr()).await;

    // One connection, many rooms: it waits for one of them.
    let mut first = Client::connect(server.local_addr()).await;
    for room in 0..50 {
        ask(&mut first, &format!("room {room}")).await;
    }
    for _ in 1..50 {
        assert_eq!(first.error().await.0, "noMixer");
    }
    // Many connections.
    let mut others = Vec::new();
    for room in 0..10 {
        let mut other = Client::connect(server.local_addr()).await;
        ask(&mut other, &format!("hall {room}")).await;
        others.push(other);
    }
    for other in &mut others[2..] {
        assert_eq!(other.error().await.0, "noMixer");
    }
    browser.until(|| browser.running() == 2).await;
    pair.talks(5).await;

    drop((first, others));
    browser.until(|| browser.running() == 0).await;
    pair.talks(5).await;
}

#[tokio::test]
async fn one_address_leaves_a_mixer_to_others() {
    let browser = Browser::new();
    let server = start(browser.config(MixerSettings::new(browser.path()))).await;
    let mut mallory = Vec::new();
    for room in 0..8 {
        let mut client = Client::connect_from([127, 0, 0, 2], server.local_addr()).await;
        ask(&mut client, &format!("room {room}")).await;
        if room >= 3 {
            let (code, message, _) = client.error().await;
            assert_eq!(code, "noMixer");
            assert!(message.contains("address"), "{message}");
        }
        mallory.push(client);
    }
    browser.until(|| browser.running() == 3).await;
    let mut alice = Client::connect(server.local_addr()).await;
    ask(&mut alice, "hall").await;
    browser.until(|| browser.running() == 4).await;
}

#[tokio::test]
async fn a_killed_server_leaves_no_mixer_and_its_token_is_in_no_argument() {
    let browser = Browser::new();
    let mut command = command(&["--port", "0", "--mixer"]);
    command.arg(browser.path()).arg("--static-dir").arg(browser.folder());
    command.env("MOIM_MIXER_TOKEN", TOKEN).stderr(Stdio::null());
    let (mut server, _lines, address) = started(&mut command).await;
    let mut clients = Vec::new();
    for room in ["hall", "attic"] {
        let mut client = Client::connect(address).await;
        ask(&mut client, room).await;
        clients.push(client);
    }
    browser.opened(2).await;
    for told in browser.files("told") {
        assert!(told.contains(TOKEN), "it opens the page with the token: {told}");
    }
    for arguments in browser.files("arguments") {
        assert!(!arguments.contains(TOKEN) && !arguments.contains("--no-sandbox"), "{arguments}");
    }
    server.kill().await.unwrap();
    browser.until(|| browser.files("ended").len() == 2).await;
}

#[tokio::test]
async fn a_forged_mixer_is_refused_while_a_mixer_is_awaited() {
    let browser = Browser::new();
    let server = start(browser.config(MixerSettings::new(browser.path()))).await;
    let mut alice = Client::connect(server.local_addr()).await;
    ask(&mut alice, "hall").await;
    browser.opened(1).await;
    let join = |token| json!({ "type": "join", "version": 1, "room": "hall", "name": "Mixer", "topology": "mcu", "role": "mixer", "token": token });
    let mut mallory = Client::connect(server.local_addr()).await;
    mallory.send(&join("a guess")).await;
    assert_eq!(mallory.error().await.0, "unauthorized");
    let mut mixer = Client::connect(server.local_addr()).await;
    mixer.send(&join(TOKEN)).await;
    assert!(matches!(mixer.message().await, ServerMessage::Welcome(_)));
    assert!(matches!(alice.message().await, ServerMessage::Welcome(_)), "she waited for the real one");
}

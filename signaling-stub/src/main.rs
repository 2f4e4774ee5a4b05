//! Runs the signaling server.

mod cli;

use std::{
    io::{self, IsTerminal, Write},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use moim_signaling_stub::{Acceptor, MixerSettings, serve};
use tokio::net::TcpListener;
use tracing_subscriber::{EnvFilter, filter::ParseError, fmt};

use crate::cli::{Arguments, Command, LogFormat, TokenError, TurnError};

/// How many ports `--port-search` tries after the first.
const PORTS_TO_SEARCH: u16 = 20;

/// What libraries log, unless `--log` names them: nothing about the packets of strangers, who could fill the log, and errors
/// otherwise.
const QUIET: &str = "str0m=off,sctp_proto=off,dimpl=off,is=off,hyper=error,tungstenite=error,rustls=error,stun_types=error,turn_types=error";

/// The browsers that `--mixer` searches for.
const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error("`--log {filter}` is not a log filter: {source}")]
    Log { filter: String, source: ParseError },
    #[error("the folder `{}` of --static-dir does not exist; build the pages first, or name another folder", .0.display())]
    StaticDir(PathBuf),
    #[error("port {port} on {host} is in use; choose another one with --port, or pass --port-search")]
    PortInUse { host: String, port: u16 },
    #[error("ports {first} to {last} on {host} are all in use; choose another one with --port")]
    PortsInUse { host: String, first: u16, last: u16 },
    #[error("port {port} may not be opened by this user; choose one from 1024 up with --port")]
    PortForbidden { port: u16 },
    #[error(
        "cannot listen on host `{host}`: {source}; set it with --host (or HOST), for example 127.0.0.1 or 0.0.0.0"
    )]
    Host { host: String, source: io::Error },
    #[error("--mixer found no browser ({}); name one, for example --mixer /usr/bin/chromium", BROWSERS.join(", "))]
    NoBrowser,
    #[error("--mixer needs --static-dir: the browser opens a page of it, /www/mixer.html")]
    MixerPage,
    #[error(
        "this server was built without its SFU and receives no media: omit the --media and --no-media flags, or build it with the feature `sfu`"
    )]
    NoSfu,
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error(transparent)]
    Turn(#[from] TurnError),
    #[error(transparent)]
    Io(#[from] io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(mut arguments: Arguments) -> Result<(), StartError> {
    if let Some(Command::Token(token)) = arguments.command.take() {
        writeln!(io::stdout(), "{}", token.issue(&arguments.keys)?)?;
        return Ok(());
    }
    start_logging(&arguments)?;
    #[cfg(unix)]
    raise_file_limit();
    if let Some(folder) = arguments.static_dir.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(StartError::StaticDir(folder.clone()));
    }
    if !cfg!(feature = "sfu") && arguments.names_media() {
        return Err(StartError::NoSfu);
    }
    let token_keys = arguments.keys.keys()?;
    let listener = listen(&arguments).await?;
    let stop = StopSignal::new()?;
    let mut config = arguments.server_config();
    config.turn = arguments.turn.config()?;
    config.token_keys = token_keys;
    if let (Some(certificates), Some(key)) = (&arguments.tls_cert, &arguments.tls_key) {
        config.tls = Some(Acceptor::from_pem_files(certificates, key)?);
    }
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    if let Some(browser) = arguments.mixer.as_deref() {
        config.mixer = Some(MixerSettings {
            max: arguments.max_mixers,
            sandbox: !arguments.mixer_no_sandbox,
            ..MixerSettings::new(mixer(browser)?)
        });
    }
    if config.mixer.is_some() && config.static_dir.is_none() {
        return Err(StartError::MixerPage);
    }
    let address = listener.local_addr()?.ip();
    if !address.is_loopback() {
        match (config.token_keys.is_some(), config.tls.is_some()) {
            (false, has_tls) => {
                let tls = if has_tls { "" } else { " and no TLS" };
                tracing::warn!(%address, "anyone who can reach this address may join any room: there is no authentication{tls}");
            }
            (true, false) => {
                tracing::warn!(%address, "tokens are sent in clear text: there is no TLS; see --tls-cert");
            }
            (true, true) => {}
        }
    } else if config.sfu {
        tracing::warn!(
            "the SFU also receives media on the other addresses of this machine, because browsers require it; see --no-sfu"
        );
    }
    if cfg!(panic = "abort") {
        tracing::warn!(
            "a bug in the code of one connection ends this build of the server; build it with the profile `stub`"
        );
    }
    let server = serve(config, listener)?;
    // Scripts wait for this line, which is the only one on stdout.
    writeln!(io::stdout(), "listening on {}", url(scheme, &arguments.host, server.local_addr()))?;
    stop.received().await;
    server.stop().await;
    Ok(())
}

/// Each socket is a file, and the default limit of open files is low.
#[cfg(unix)]
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
}

/// The browser of this name, or a detected one.
fn mixer(name: &str) -> Result<PathBuf, StartError> {
    if !name.is_empty() {
        return Ok(name.into());
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places =
        std::env::split_paths(&path).flat_map(|folder| BROWSERS.map(|browser| folder.join(browser)));
    places.find(|place| place.is_file()).ok_or(StartError::NoBrowser)
}

fn start_logging(arguments: &Arguments) -> Result<(), StartError> {
    // Data from a stranger can make these libraries log a line per packet.
    let filter = EnvFilter::try_new(format!("{QUIET},{}", arguments.log))
        .map_err(|source| StartError::Log { filter: arguments.log.clone(), source })?;
    let logging = fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match arguments.log_format {
        LogFormat::Text => logging.init(),
        LogFormat::Json => logging.json().init(),
    }
    Ok(())
}

async fn listen(arguments: &Arguments) -> Result<TcpListener, StartError> {
    let (host, first) = (arguments.host.as_str(), arguments.port);
    let last = if arguments.port_search { first.saturating_add(PORTS_TO_SEARCH) } else { first };
    for port in first..=last {
        match TcpListener::bind((host, port)).await {
            Ok(listener) => {
                if port != first {
                    eprintln!("port {first} is in use, so this is port {port}");
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return Err(StartError::PortForbidden { port });
            }
            Err(source) => return Err(StartError::Host { host: host.to_owned(), source }),
        }
    }
    let host = host.to_owned();
    Err(if first == last {
        StartError::PortInUse { host, port: first }
    } else {
        StartError::PortsInUse { host, first, last }
    })
}

fn url(scheme: &str, host: &str, address: SocketAddr) -> String {
    let port = address.port();
    if host.contains(':') {
        format!("{scheme}://[{host}]:{port}")
    } else {
        format!("{scheme}://{host}:{port}")
    }
}

/// Resolves on SIGINT or SIGTERM.
#[cfg(unix)]
struct StopSignal {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignal {
    /// Installs the signal handlers at once, so that none is missed between the start and the wait.
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn received(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Resolves on Ctrl-C.
#[cfg(not(unix))]
struct StopSignal;

#[cfg(not(unix))]
impl StopSignal {
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    async fn received(self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

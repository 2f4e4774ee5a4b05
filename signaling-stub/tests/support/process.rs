//! The binary, in a process of its own.

use std::{net::SocketAddr, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    task::JoinHandle,
    time::timeout,
};

use super::PATIENCE;

/// The binary with these arguments, and without what the environment of the tests may contain.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_moim-signaling-stub"));
    command
        .args(arguments)
        .env_remove("PORT")
        .env_remove("HOST")
        .env_remove("MOIM_TOKEN_KEY")
        .kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A started server, the rest of its output, and the address that it announced.
pub async fn started(command: &mut Command) -> (Child, Lines<BufReader<ChildStdout>>, SocketAddr) {
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = timeout(PATIENCE, lines.next_line()).await.expect("a line").unwrap().unwrap();
    let port: u16 =
        line.strip_prefix("listening on http://127.0.0.1:").expect("the announcement").parse().unwrap();
    (child, lines, ([127, 0, 0, 1], port).into())
}

/// Collects what the server logs, until its end.
pub fn log_of(server: &mut Child) -> JoinHandle<String> {
    let mut stderr = server.stderr.take().unwrap();
    tokio::spawn(async move {
        let mut log = String::new();
        stderr.read_to_string(&mut log).await.unwrap();
        log
    })
}

//! The server in a process of its own, and what it uses.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    folder: TempDir,
}

impl Program {
    /// Starts it, with a script as the browser of its mixers if it needs one.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let browser = folder.path().join("browser");
        fs::write(&browser, "#!/bin/sh\nexec cat <&3 >/dev/null\n").unwrap();
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o700)).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_moim-signaling-stub"));
        command.args(["--port", "0"]).args(arguments);
        if arguments.contains(&"--mixer") {
            command.arg(&browser).arg("--static-dir").arg(folder.path());
        }
        for variable in ["PORT", "HOST", "MOIM_TOKEN_KEY", "MOIM_TURN_SECRET", "MOIM_MIXER_TOKEN"] {
            command.env_remove(variable);
        }
        let log = File::create(folder.path().join("log")).unwrap();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").expect("the announcement");
        Self { address: address.parse().unwrap(), child, folder }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Resident bytes.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it runs");
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Ends it, and returns the number of bytes that it logged.
    pub(crate) fn end(mut self) -> u64 {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        fs::metadata(self.folder.path().join("log")).unwrap().len()
    }
}

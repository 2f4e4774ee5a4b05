//! Connects the router to TUN devices. It reads one command a line from its standard input, and answers each with `ok` or
//! `error: …`. It ends with the input.

#[cfg(target_os = "linux")]
mod devices;

#[cfg(target_os = "linux")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    devices::run().await
}

#[cfg(not(target_os = "linux"))]
fn main() {
    eprintln!("The router needs the TUN devices of Linux.");
    std::process::exit(1);
}

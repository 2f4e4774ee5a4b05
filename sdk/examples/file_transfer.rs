//! Files over a data channel, without a room. Compiled for the browser, and not run.

#[cfg(target_arch = "wasm32")]
#[allow(dead_code, unreachable_pub, reason = "an application would call it")]
mod example {
    use futures::StreamExt;
    use moim::{DataChannel, ErrorCode, FileOptions, FileTransfer, Result};
    use web_sys::{File, WritableStream};

    /// Sends a file that the user selected, and shows the progress.
    pub async fn send(channel: &DataChannel, file: &File) -> Result<FileTransfer> {
        let transfer = channel.send_file(file, &FileOptions::default())?;
        let mut progress = transfer.progress();
        while let Some(now) = progress.next().await {
            let percent = 100 * now.transferred / now.size.max(1);
            web_sys::console::log_1(&format!("{}: {percent} %", transfer.name()).into());
        }
        match transfer.finished().await {
            // The connection was lost: keep the transfer, and call `resume` with the next channel.
            Err(error) if error.code() == ErrorCode::TransferInterrupted => {}
            finished => drop(finished?),
        }
        Ok(transfer)
    }

    /// Continues over a new channel. The remote peer does the same with its own transfer.
    pub async fn go_on(interrupted: &FileTransfer, channel: &DataChannel) -> Result<()> {
        interrupted.resume(channel)?.finished().await?;
        Ok(())
    }

    /// Accepts small files into memory, writes one large file to disk, and declines the rest.
    pub async fn receive(channel: &DataChannel, disk: &WritableStream) -> Result<Vec<File>> {
        let mut files = channel.files();
        let mut received = Vec::new();
        while let Some(file) = files.next().await {
            match file.size() {
                0..10_000_000 => received.extend(file.accept()?.finished().await?),
                10_000_000..4_000_000_000 => drop(file.accept_to(disk)?.finished().await?),
                _ => file.reject("too large for me")?,
            }
        }
        Ok(received)
    }
}

fn main() {}

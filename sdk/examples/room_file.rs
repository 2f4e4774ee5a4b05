//! Files in a room, whatever its topology. Compiled for the browser, and not run.

#[cfg(target_arch = "wasm32")]
#[allow(dead_code, unreachable_pub, reason = "an application would call it")]
mod example {
    use futures::StreamExt;
    use futures::future::join_all;
    use moim::{FileTransfer, ParticipantId, Result, Room, RoomEvent, SendFileOptions};
    use web_sys::File;

    /// Sends a file to everyone, and reports who has received it.
    pub async fn share(room: &Room, file: &File) -> Result<()> {
        let transfers = room.send_file(file, &SendFileOptions::default())?;
        join_all(transfers.iter().map(report)).await;
        Ok(())
    }

    /// Sends a file to one participant only.
    pub fn slip(room: &Room, file: &File, to: ParticipantId) -> Result<Vec<FileTransfer>> {
        room.send_file(file, &SendFileOptions::to(to))
    }

    async fn report(transfer: &FileTransfer) {
        let to = transfer.participant_id().map_or("nobody", ParticipantId::as_str);
        let outcome = match transfer.finished().await {
            Ok(_) => format!("{to} has {}", transfer.name()),
            Err(error) => format!("{to} has not got {}: {error}", transfer.name()),
        };
        web_sys::console::log_1(&outcome.into());
    }

    /// Accepts pictures from everyone.
    pub async fn collect(room: &Room) -> Result<Vec<File>> {
        let mut events = room.events();
        let mut pictures = Vec::new();
        while let Some(event) = events.next().await {
            match event {
                RoomEvent::FileOffered { file, .. } if file.mime_type().starts_with("image/") => {
                    pictures.extend(file.accept()?.finished().await?);
                }
                RoomEvent::FileOffered { file, .. } => file.reject("pictures only")?,
                _ => {}
            }
        }
        Ok(pictures)
    }
}

fn main() {}

//! Joins that start mixers.

use std::{fs, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::json;
use tokio::time::sleep;
use tokio_tungstenite::tungstenite::Message;

use crate::attack::{Attack, address, connect};

/// As many as `--max-mixers` allows by default, and the one that watches over each.
const MOST: usize = 2 * 4;

/// 300 joins on one socket, from thirty addresses.
pub(crate) fn joins(attack: &Attack) {
    for number in 0..30 {
        let server = attack.server;
        attack.repeat(move || async move {
            let Some(mut socket) = connect(address(number), server).await else { return };
            for room in 0..300 {
                let join = json!({ "type": "join", "version": 1, "room": format!("hall {number} {room}"), "name": "M", "topology": "mcu" });
                if socket.send(Message::text(join.to_string())).await.is_err() {
                    return;
                }
            }
            let reading = async { while let Some(Ok(_)) = socket.next().await {} };
            tokio::select! {
                () = sleep(Duration::from_secs(2)) => {}
                () = reading => {}
            }
        });
    }
    let (pid, faults) = (attack.pid, attack.clone());
    attack.spawn(async move {
        loop {
            let count = children(pid);
            if count > MOST {
                faults.fault(format!("{count} processes"));
            }
            sleep(Duration::from_millis(50)).await;
        }
    });
}

/// How many processes this one has started that still run.
fn children(pid: u32) -> usize {
    let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let parent = format!("PPid:\t{pid}\n");
    let statuses = processes.filter_map(|process| fs::read_to_string(process.path().join("status")).ok());
    statuses.filter(|status| status.contains(&parent) && !status.contains("State:\tZ")).count()
}

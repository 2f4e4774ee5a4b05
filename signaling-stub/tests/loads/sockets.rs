//! Many sockets.

use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};
use tokio_tungstenite::tungstenite::Message;

use crate::attack::{Attack, address, connect, join, tcp};

/// More than the server allows for a request, and to join.
const TOO_LONG: Duration = Duration::from_secs(13);

/// 4,000 connections without a request, with half a request, or with one header after the other.
pub(crate) fn half_open(attack: &Attack) {
    for number in 0..4_000 {
        let (server, faults) = (attack.server, attack.clone());
        attack.repeat(move || {
            let faults = faults.clone();
            async move {
                let Some(mut stream) = tcp(address(number / 250), server).await else { return };
                let since = Instant::now();
                let begin = match number % 3 {
                    0 => "",
                    1 => "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n",
                    _ => "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n",
                };
                if stream.write_all(begin.as_bytes()).await.is_err() {
                    return;
                }
                loop {
                    match timeout(Duration::from_secs(1), stream.read(&mut [0; 1_024])).await {
                        Ok(Ok(read)) if read > 0 => {}
                        Ok(_) => break,
                        Err(_) if number % 3 == 2 => {
                            let _ = stream.write_all(b"X-Slow: 1\r\n").await;
                        }
                        Err(_) => {}
                    }
                    if since.elapsed() > TOO_LONG {
                        faults.fault("open without a request".to_owned());
                        break;
                    }
                }
            }
        });
    }
}

/// 4,200 WebSockets that ping and never join.
pub(crate) fn pings(attack: &Attack) {
    for number in 0..4_200 {
        let (server, faults) = (attack.server, attack.clone());
        attack.repeat(move || {
            let faults = faults.clone();
            async move {
                let Some(mut socket) = connect(address(number / 220), server).await else {
                    sleep(Duration::from_millis(500)).await;
                    return;
                };
                let since = Instant::now();
                let ping = json!({ "type": "ping" }).to_string();
                while socket.send(Message::text(ping.clone())).await.is_ok() {
                    let pause = sleep(Duration::from_secs(1));
                    tokio::pin!(pause);
                    loop {
                        tokio::select! {
                            () = &mut pause => break,
                            message = socket.next() => if !matches!(message, Some(Ok(_))) { return },
                        }
                    }
                    if since.elapsed() > TOO_LONG {
                        faults.fault("neither joined nor gone".to_owned());
                        return;
                    }
                }
            }
        });
    }
}

/// 999 rooms, as far as one address gets.
pub(crate) fn rooms(attack: &Attack) {
    for number in 0..999 {
        let server = attack.server;
        attack.repeat(move || async move {
            let message =
                json!({ "type": "join", "version": 1, "room": format!("room {number}"), "name": "M" });
            if let Some((mut socket, _)) = join(address(0), server, &message).await {
                while let Some(Ok(_)) = socket.next().await {}
            }
            sleep(Duration::from_millis(500)).await;
        });
    }
}

//! The paths.

use std::{path::PathBuf, sync::Arc};

use axum::{
    Json, Router,
    extract::{State, ws::WebSocketUpgrade},
    http::{HeaderValue, header::CACHE_CONTROL},
    response::Response,
    routing::get,
};
use serde_json::{Value, json};
use tower_http::{services::ServeDir, set_header::SetResponseHeader};

use super::{socket, switchboard::Switchboard};

pub(super) fn router(switchboard: Arc<Switchboard>, static_dir: Option<PathBuf>) -> Router {
    let router =
        Router::new().route("/ws", get(web_socket)).route("/healthz", get(health)).with_state(switchboard);
    match static_dir {
        Some(folder) => {
            // What was built a moment ago must not hide behind a cached copy.
            let no_cache = HeaderValue::from_static("no-cache");
            let files = SetResponseHeader::overriding(ServeDir::new(folder), CACHE_CONTROL, no_cache);
            router.fallback_service(files)
        }
        None => router,
    }
}

async fn web_socket(State(switchboard): State<Arc<Switchboard>>, upgrade: WebSocketUpgrade) -> Response {
    let bytes = switchboard.max_frame_bytes();
    upgrade
        .max_message_size(bytes)
        .max_frame_size(bytes)
        .on_upgrade(move |socket| socket::serve(socket, switchboard))
}

async fn health(State(switchboard): State<Arc<Switchboard>>) -> Json<Value> {
    let stats = switchboard.stats();
    Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "rooms": stats.rooms,
        "participants": stats.participants,
        "connections": stats.connections,
    }))
}

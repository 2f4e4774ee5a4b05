//! The routes.

use std::{io, net::SocketAddr, path::PathBuf, sync::Arc};

use axum::{
    Extension, Json, Router,
    extract::{ConnectInfo, Request, State, ws::WebSocketUpgrade},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ORIGIN, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use tower_http::services::ServeDir;
use tracing::info;

use super::{
    files,
    ice::Found,
    meter::Meter,
    origin::{Origins, host_name},
    site::LocalAddress,
    socket,
    switchboard::Switchboard,
};

use crate::hub::AUDIT;

/// Bytes of a WebSocket that are processed before other tasks get a turn.
const READ_BYTES: usize = 4096;

pub(super) fn router(
    switchboard: Arc<Switchboard>,
    static_dir: Option<PathBuf>,
    origins: Origins,
    has_metrics: bool,
) -> io::Result<Router> {
    let origins = Arc::new(origins);
    let checked = (Arc::clone(&origins), Arc::clone(&switchboard));
    let web_socket = get(web_socket).layer(from_fn_with_state(checked, check_origin));
    let router = Router::new().route("/ws", web_socket).route("/healthz", get(health));
    let router = if has_metrics { router.route("/metrics", get(metrics)) } else { router };
    let router = router.with_state(switchboard);
    let router = match static_dir {
        Some(folder) => {
            let inside = from_fn_with_state(files::root(&folder)?, files::only_inside);
            router.merge(Router::new().fallback_service(ServeDir::new(folder)).layer(inside))
        }
        None => router,
    };
    Ok(router.layer(from_fn_with_state(origins, check_host)))
}

/// Rejects requests for another server, and sets the common response headers.
async fn check_host(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    if let Err(fault) = origins.check_host(request.headers()) {
        return (StatusCode::FORBIDDEN, fault).into_response();
    }
    let mut response = next.run(request).await;
    let headers = [
        // A new build must not be hidden by a cached copy.
        (CACHE_CONTROL, "no-cache"),
        // Disable MIME sniffing.
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "same-origin"),
        // Disallow embedding by other sites.
        (CONTENT_SECURITY_POLICY, "object-src 'none'; base-uri 'self'; frame-ancestors 'self'"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Rejects pages of other origins.
async fn check_origin(
    State((origins, switchboard)): State<(Arc<Origins>, Arc<Switchboard>)>,
    request: Request,
    next: Next,
) -> Response {
    match origins.check_origin(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(fault) => {
            // A page may try again and again.
            if let Some(left_out) = switchboard.may_report_page() {
                info!(target: AUDIT, origin = ?request.headers().get(ORIGIN), left_out, "refused");
            }
            (StatusCode::FORBIDDEN, fault).into_response()
        }
    }
}

async fn web_socket(
    State(switchboard): State<Arc<Switchboard>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Extension(LocalAddress(local)): Extension<LocalAddress>,
    headers: HeaderMap,
    Extension(meter): Extension<Arc<Meter>>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let bytes = switchboard.max_frame_bytes();
    let found = Found { name: host_name(&headers), address: local };
    upgrade
        .read_buffer_size(READ_BYTES)
        .max_message_size(bytes)
        .max_frame_size(bytes)
        .on_upgrade(move |socket| socket::serve(socket, (address.ip(), found), meter, switchboard))
}

async fn metrics(State(switchboard): State<Arc<Switchboard>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, kind)], switchboard.metrics.encode(switchboard.stats())).into_response()
}

async fn health(State(switchboard): State<Arc<Switchboard>>) -> Json<Value> {
    let stats = switchboard.stats();
    Json(json!({
        "status": "ok",
        "version": env!("CARGO_PKG_VERSION"),
        "rooms": stats.rooms,
        "participants": stats.participants,
        "connections": stats.connections,
        "panics": switchboard.panics(),
    }))
}

//! Serves a folder, and nothing outside it: links out of it are not followed.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;
use tokio::fs::canonicalize;
use tracing::debug;

/// The canonical path of the folder.
pub(super) fn root(folder: &Path) -> io::Result<Arc<PathBuf>> {
    folder.canonicalize().map(Arc::new)
}

/// Passes a request whose file is in the folder, or does not exist.
pub(super) async fn only_inside(State(root): State<Arc<PathBuf>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // `//name` would be redirected to `//name/`, which a browser treats as another server.
    if path.starts_with("//") || !is_inside(&root, path).await {
        debug!(path, "not in the folder");
        return StatusCode::NOT_FOUND.into_response();
    }
    next.run(request).await
}

async fn is_inside(root: &Path, path: &str) -> bool {
    let decoded = percent_decode_str(path.trim_start_matches('/')).decode_utf8_lossy();
    match canonicalize(root.join(&*decoded)).await {
        Ok(file) => file.starts_with(root),
        Err(_) => true,
    }
}

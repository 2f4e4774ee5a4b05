//! Logging for JavaScript: to the console, or to a function of the application. Off by default.

use std::cell::RefCell;
use std::collections::VecDeque;

use js_sys::{Function, Object, Reflect};
use log::{Level, LevelFilter, Log, Metadata, Record};
use moim_protocol::words;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::console;

use super::options;
use crate::platform::task::spawn_local;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The log level, from all records to none. */
export type LogLevel = "silent" | "error" | "warn" | "info" | "debug" | "trace";
/** A log record. It never contains tokens, credentials or queries of URLs. */
export interface LogRecord {
  level: Exclude<LogLevel, "silent">;
  /** The part of the SDK: `"moim::room"`, `"moim::signaling"` or `"moim::connection"`. */
  target: string;
  message: string;
}
"#;

/// Records that were not passed to the application's function yet; the oldest are dropped first.
const MAX_WAITING: usize = 1024;

#[derive(Clone, Copy)]
enum LogLevel {
    Silent,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

words! { LogLevel {
    "silent" Silent,
    "error" Error,
    "warn" Warn,
    "info" Info,
    "debug" Debug,
    "trace" Trace,
} }

impl From<LogLevel> for LevelFilter {
    fn from(level: LogLevel) -> Self {
        match level {
            LogLevel::Silent => Self::Off,
            LogLevel::Error => Self::Error,
            LogLevel::Warn => Self::Warn,
            LogLevel::Info => Self::Info,
            LogLevel::Debug => Self::Debug,
            LogLevel::Trace => Self::Trace,
        }
    }
}

/// Sets the log level: records are written to the console, unless `setLogSink` was called. Default: `"silent"`.
/// @throws {MoimError} ERR_INVALID_OPTIONS for an unknown level.
#[wasm_bindgen(js_name = setLogLevel)]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn set_log_level(
    #[wasm_bindgen(unchecked_param_type = "LogLevel")] level: JsValue,
) -> Result<(), JsValue> {
    let level: LogLevel = options::parse_value(level, "level")?;
    // It fails if there is a logger already: ours.
    let _ = log::set_logger(&JsLogger);
    log::set_max_level(level.into());
    Ok(())
}

/// Passes each record to a function instead of the console; `null` restores the console. `setLogLevel` sets which
/// records there are. The function is called shortly after the event, in order.
/// @throws {MoimError} ERR_INVALID_OPTIONS if it is not a function or `null`.
#[wasm_bindgen(js_name = setLogSink)]
#[allow(unreachable_pub, reason = "wasm-bindgen exports public functions only")]
pub fn set_log_sink(
    #[wasm_bindgen(unchecked_param_type = "((record: LogRecord) => void) | null")] sink: JsValue,
) -> Result<(), JsValue> {
    let sink = match sink.is_null() || sink.is_undefined() {
        true => None,
        false => Some(
            sink.dyn_into::<Function>()
                .map_err(|sink| options::expected("sink", "a function or null", &sink))?,
        ),
    };
    SINK.replace(sink);
    Ok(())
}

thread_local! {
    static SINK: RefCell<Option<Function>> = const { RefCell::new(None) };
    static WAITING: RefCell<VecDeque<JsValue>> = const { RefCell::new(VecDeque::new()) };
}

struct JsLogger;

impl Log for JsLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("moim::")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let (level, target, message) = (record.level(), record.target(), record.args().to_string());
        match SINK.with_borrow(Option::is_some) {
            true => queue(level, target, &message),
            false => write(level, &format!("{target}: {message}").into()),
        }
    }

    fn flush(&self) {}
}

fn write(level: Level, text: &JsValue) {
    match level {
        Level::Error => console::error_1(text),
        Level::Warn => console::warn_1(text),
        Level::Info => console::info_1(text),
        Level::Debug | Level::Trace => console::debug_1(text),
    }
}

/// The function may call the SDK, which may be in the middle of an operation now.
fn queue(level: Level, target: &str, message: &str) {
    let record = Object::new();
    let level = level.as_str().to_ascii_lowercase();
    for (key, value) in [("level", level.as_str()), ("target", target), ("message", message)] {
        // Setting a property of a new object cannot fail.
        let _ = Reflect::set(&record, &key.into(), &value.into());
    }
    let was_empty = WAITING.with_borrow_mut(|waiting| {
        let was_empty = waiting.is_empty();
        if waiting.len() == MAX_WAITING {
            waiting.pop_front();
        }
        waiting.push_back(record.into());
        was_empty
    });
    if was_empty {
        spawn_local(async { deliver() });
    }
}

fn deliver() {
    while let Some(record) = WAITING.with_borrow_mut(VecDeque::pop_front) {
        let sink = SINK.with_borrow(Clone::clone);
        if let Some(Err(thrown)) = sink.map(|sink| sink.call1(&JsValue::UNDEFINED, &record)) {
            console::error_1(&thrown);
        }
    }
}

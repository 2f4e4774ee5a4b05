//! The page's `AudioContext`: <https://www.w3.org/TR/webaudio/#AudioContext>.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use web_sys::{AudioContext, AudioContextState};

use super::bindings::capture::require;
use super::exception::Exception;
use super::listener::ListenerGuard;
use super::promise::ignore;
use crate::error::Result;

thread_local! {
    static CONTEXT: RefCell<Weak<SharedContext>> = const { RefCell::new(Weak::new()) };
}

/// The page's only audio context, since browsers limit their number. It is closed when its last user is dropped. While
/// the browser keeps it suspended, it resumes at the user's next click or key press.
#[derive(Debug)]
pub(super) struct SharedContext {
    _gestures: Vec<ListenerGuard>,
    raw: AudioContext,
}

impl SharedContext {
    pub(super) fn get() -> Result<Rc<Self>> {
        let shared = CONTEXT.with_borrow(Weak::upgrade);
        if let Some(context) = shared {
            return Ok(context);
        }
        require(&js_sys::global(), "AudioContext")?;
        let raw = AudioContext::new().map_err(Exception::from)?;
        let context = Rc::new_cyclic(|weak: &Weak<Self>| {
            let listen = |window: &web_sys::Window, event: &'static str| {
                let weak = weak.clone();
                ListenerGuard::new(window, event, move |_| {
                    if let Some(context) = weak.upgrade() {
                        context.resume();
                    }
                })
            };
            let window = web_sys::window();
            let gestures = window
                .iter()
                .flat_map(|window| ["click", "keydown", "touchend"].map(|event| listen(window, event)));
            Self { _gestures: gestures.collect(), raw }
        });
        CONTEXT.set(Rc::downgrade(&context));
        Ok(context)
    }

    pub(super) fn as_raw(&self) -> &AudioContext {
        &self.raw
    }

    pub(super) fn is_running(&self) -> bool {
        self.raw.state() == AudioContextState::Running
    }

    /// Asks the browser to resume the context, which it may defer until a user gesture.
    pub(super) fn resume(&self) {
        if self.is_running() {
            return;
        }
        if let Ok(resumed) = self.raw.resume() {
            // Rejected when the context is closed before it ever ran, which is no error here.
            ignore(&resumed);
        }
    }
}

impl Drop for SharedContext {
    fn drop(&mut self) {
        if let Ok(closed) = self.raw.close() {
            ignore(&closed);
        }
    }
}

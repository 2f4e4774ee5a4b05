//! Runs something two hundred times, and checks that nothing is left behind.

use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::heap::{Heap, collect_garbage};

const ROUNDS: usize = 200;
/// These rounds create what is created once and kept.
const WARM_UP: usize = 12;

/// What the page has started and not ended, while this lives: listeners, timers, object URLs, workers, audio contexts
/// and connections between audio nodes, peer connections, elements that play a stream.
pub(crate) struct Leftovers(JsValue);

/// Runs it repeatedly. Nothing may be left in the page or in the module's memory.
pub(crate) async fn leaves_nothing(round: impl AsyncFn(usize)) -> Leftovers {
    let round = async |number| {
        round(number).await;
        // Lets tasks run in between, as in a page.
        TimeoutFuture::new(0).await;
    };
    let leftovers = Leftovers::count();
    for number in 0..WARM_UP {
        round(number).await;
    }
    let before = Heap::settled().await;
    leftovers.call("start", JsValue::UNDEFINED);
    for number in 0..ROUNDS {
        round(number).await;
        // So that no more garbage is pending than after the previous rounds.
        if number % WARM_UP == 0 {
            leftovers.look();
            collect_garbage().await;
        }
    }
    leftovers.are_none().await;
    before.is_left_after(ROUNDS).await;
    leftovers
}

impl Leftovers {
    pub(crate) fn count() -> Self {
        let source = include_str!("leftovers.js").trim().trim_end_matches(';');
        let (_comment, source) = source.split_once('\n').expect("a comment before the function");
        let make: Function = js_sys::eval(&format!("({source})")).expect("a function").unchecked_into();
        Self(make.call0(&JsValue::UNDEFINED).expect("a counter"))
    }

    /// How many of a kind there were, ended or not.
    pub(crate) fn begun(&self, kind: &str) -> usize {
        self.call("begun", kind).as_f64().expect("a number") as usize
    }

    /// Waits until all of it has ended.
    pub(crate) async fn are_none(&self) {
        let mut now = String::new();
        for _ in 0..400 {
            now = self.look();
            if now.is_empty() {
                return;
            }
            // In JavaScript, unreferenced objects end when they are collected.
            collect_garbage().await;
            TimeoutFuture::new(25).await;
        }
        panic!("10 s after the last round there is still: {now}");
    }

    /// What has not ended. What has, is no longer referenced.
    fn look(&self) -> String {
        self.call("now", JsValue::UNDEFINED).as_string().expect("text")
    }

    fn call(&self, method: &str, argument: impl Into<JsValue>) -> JsValue {
        let method: Function = Reflect::get(&self.0, &method.into()).expect("a method").unchecked_into();
        method.call1(&self.0, &argument.into()).expect("called")
    }
}

impl Drop for Leftovers {
    fn drop(&mut self) {
        self.call("restore", JsValue::UNDEFINED);
    }
}

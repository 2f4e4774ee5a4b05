//! Counts listeners, to detect leaks.

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Counts the listeners on objects of one class, from now on.
pub(crate) struct Listeners(JsValue);

impl Listeners {
    pub(crate) fn count(class: &str) -> Self {
        let source = include_str!("listeners.js")
            .lines()
            .filter(|line| !line.starts_with("//"))
            .collect::<Vec<_>>()
            .join("\n");
        let make: Function = js_sys::eval(&format!("({})", source.trim().trim_end_matches(';')))
            .expect("a function")
            .unchecked_into();
        let class = Reflect::get(&js_sys::global(), &class.into()).expect("a class");
        Self(make.call1(&JsValue::UNDEFINED, &class).expect("a counter"))
    }

    pub(crate) fn now(&self) -> f64 {
        self.call("count").as_f64().expect("a number")
    }

    pub(crate) fn most(&self) -> f64 {
        self.call("most").as_f64().expect("a number")
    }

    fn call(&self, method: &str) -> JsValue {
        let method: Function = Reflect::get(&self.0, &method.into()).expect("a method").unchecked_into();
        method.call0(&self.0).expect("called")
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        self.call("restore");
    }
}

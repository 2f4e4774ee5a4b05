//! The hooks of `moim::yew`, in small apps whose rendering is checked.

mod devices;
mod room;
mod server;
mod stats;
mod timers;
mod track;

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};
use yew::html::BaseComponent;
use yew::{AppHandle, Renderer};

use super::page::document;

/// An app in the page.
#[must_use = "unmount it at the end"]
pub(crate) struct Mounted<C: BaseComponent> {
    host: Element,
    app: AppHandle<C>,
}

impl<C: BaseComponent> Mounted<C> {
    pub(crate) fn new(properties: C::Properties) -> Self {
        let host = document().create_element("div").expect("an element");
        document().body().expect("a body").append_child(&host).expect("appended");
        let app = Renderer::<C>::with_root_and_props(host.clone(), properties).render();
        Self { host, app }
    }

    /// The visible text of the element that `selector` matches.
    pub(crate) fn text(&self, selector: &str) -> String {
        self.find(selector).and_then(|element| element.text_content()).unwrap_or_default()
    }

    pub(crate) fn find(&self, selector: &str) -> Option<Element> {
        self.host.query_selector(selector).expect("a selector")
    }

    pub(crate) async fn reads(&self, selector: &str, text: &str) {
        for _ in 0..2_400 {
            if self.text(selector) == text {
                return;
            }
            TimeoutFuture::new(25).await;
        }
        panic!("{selector} says `{}` and not `{text}` after 60 s", self.text(selector));
    }

    pub(crate) fn click(&self, selector: &str) {
        self.find(selector).expect("a button").unchecked_into::<HtmlElement>().click();
    }

    pub(crate) fn update(&mut self, properties: C::Properties) {
        self.app.update(properties);
    }

    pub(crate) fn unmount(self) {
        self.app.destroy();
        self.host.remove();
    }
}

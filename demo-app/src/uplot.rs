//! [uPlot](https://github.com/leeoniya/uPlot), which draws the charts.
//!
//! Reasons: its 51 KB are loaded when the statistics are first opened, while a charting crate (such as
//! `plotters`) would be part of the module that must load before the first frame. It reads its colours at each
//! draw, so that they follow tokens.css, light or dark. `scripts/lib/site.mjs` copies it from node_modules.

use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, HtmlElement};

use crate::browser;
use crate::format::Unit;

const SCRIPT: &str = "uplot/uPlot.iife.min.js";
const STYLE: &str = "uplot/uPlot.min.css";

#[wasm_bindgen]
extern "C" {
    #[derive(Debug)]
    #[wasm_bindgen(js_name = uPlot)]
    type UPlot;

    #[wasm_bindgen(catch, constructor, js_class = "uPlot")]
    fn new(options: &Object, data: &Array, target: &HtmlElement) -> Result<UPlot, JsValue>;

    #[wasm_bindgen(catch, method, js_class = "uPlot", js_name = setData)]
    fn set_data(this: &UPlot, data: &Array) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, method, js_class = "uPlot", js_name = setSize)]
    fn set_size(this: &UPlot, size: &Object) -> Result<(), JsValue>;

    #[wasm_bindgen(method, js_class = "uPlot")]
    fn destroy(this: &UPlot);
}

/// Loads uPlot, unless it is loaded; `false` if that fails.
pub(crate) async fn load() -> bool {
    if is_loaded() {
        return true;
    }
    let Some(head) = browser::document().and_then(|document| document.head()) else { return false };
    add(&head, "link", &[("rel", "stylesheet"), ("href", STYLE)]).await
        && add(&head, "script", &[("src", SCRIPT)]).await
        && is_loaded()
}

fn is_loaded() -> bool {
    browser::window().is_some_and(|window| Reflect::has(&window, &"uPlot".into()).unwrap_or(false))
}

async fn add(head: &Element, name: &str, attributes: &[(&str, &str)]) -> bool {
    let element = browser::document().and_then(|document| document.create_element(name).ok());
    let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    for (name, value) in attributes {
        let _ = element.set_attribute(name, value);
    }
    let loaded = Promise::new(&mut |resolve, reject| {
        element.set_onload(Some(&resolve));
        element.set_onerror(Some(&reject));
    });
    head.append_child(&element).is_ok() && JsFuture::from(loaded).await.is_ok()
}

/// A line of a chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// The custom property of tokens.css with its colour.
    pub(crate) colour: &'static str,
    pub(crate) values: Vec<Option<f64>>,
}

/// The options of a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Scale {
    /// The minimum of the upper bound.
    pub(crate) at_least: f64,
    /// The number of seconds shown.
    pub(crate) seconds: f64,
    pub(crate) unit: Unit,
}

/// uPlot's callbacks, which use at most three arguments.
type Callback = dyn FnMut(JsValue, JsValue, JsValue) -> JsValue;

/// A chart on a page. Dropping it removes the chart.
pub(crate) struct Chart {
    plot: UPlot,
    target: HtmlElement,
    width: i32,
    /// Declared last, to be dropped last.
    _callbacks: Vec<Closure<Callback>>,
}

const HEIGHT: i32 = 112;

impl Chart {
    /// Draws `lines` in `target`. `seconds` is the age of each value: the last one is 0.
    pub(crate) fn new(
        target: &HtmlElement,
        scale: Scale,
        seconds: &[f64],
        lines: &[Line],
    ) -> Result<Self, JsValue> {
        let mut callbacks = Vec::new();
        let mut callback = |run: Box<Callback>| -> JsValue {
            let closure = Closure::wrap(run);
            let function = closure.as_ref().clone();
            callbacks.push(closure);
            function
        };
        let colour = |name: &'static str| Box::new(move |_, _, _| browser::custom_property(name).into());
        let (ink, line) = (callback(colour("--ink-soft")), callback(colour("--line")));
        let upper = Box::new(move |_, _, most: JsValue| {
            let most = most.as_f64().unwrap_or_default() * 1.1;
            Array::of2(&0.0.into(), &most.max(scale.at_least).into()).into()
        });
        let values = callback(Box::new(move |_, splits, _| texts(&splits, |value| scale.unit.text(value))));
        // The first one would overlap the lowest value.
        let age =
            move |age: f64| if age > -scale.seconds { format!("{age:.0}\u{a0}s") } else { String::new() };
        let ages = callback(Box::new(move |_, splits, _| texts(&splits, age)));
        let hidden = object([("show", false.into())]);
        let axis = |size: i32, values: JsValue| {
            object([
                ("stroke", ink.clone()),
                ("grid", object([("stroke", line.clone()), ("width", 1.into())])),
                ("ticks", hidden.clone()),
                ("font", "12px system-ui, sans-serif".into()),
                ("size", size.into()),
                ("gap", 4.into()),
                ("values", values),
            ])
        };
        let axes = Array::of2(&axis(22, ages), &axis(62, values));
        let x = object([
            ("time", false.into()),
            ("range", Array::of2(&(-scale.seconds).into(), &0.0.into()).into()),
        ]);
        let y = object([("range", callback(upper))]);
        let series = Array::of1(&Object::new());
        for line in lines {
            series.push(&object([
                ("stroke", callback(colour(line.colour))),
                ("width", 2.into()),
                ("points", hidden.clone()),
            ]));
        }
        let width = target.client_width();
        let options = object([
            ("width", width.into()),
            ("height", HEIGHT.into()),
            ("padding", Array::of4(&8.into(), &8.into(), &0.into(), &0.into()).into()),
            ("legend", hidden.clone()),
            ("cursor", hidden),
            ("scales", object([("x", x), ("y", y)])),
            ("axes", axes.into()),
            ("series", series.into()),
        ]);
        let plot = UPlot::new(options.unchecked_ref(), &data(seconds, lines), target)?;
        Ok(Self { plot, target: target.clone().unchecked_into(), width, _callbacks: callbacks })
    }

    /// Draws other values, in the current width.
    pub(crate) fn update(&mut self, seconds: &[f64], lines: &[Line]) {
        let width = self.target.client_width();
        if width != self.width && width > 0 {
            self.width = width;
            let size = object([("width", width.into()), ("height", HEIGHT.into())]);
            let _ = self.plot.set_size(size.unchecked_ref());
        }
        let _ = self.plot.set_data(&data(seconds, lines));
    }
}

impl Drop for Chart {
    fn drop(&mut self) {
        self.plot.destroy();
    }
}

fn data(seconds: &[f64], lines: &[Line]) -> Array {
    let numbers = |numbers: &mut dyn Iterator<Item = Option<f64>>| -> JsValue {
        let list: Array = numbers.map(|number| number.map_or(JsValue::NULL, JsValue::from)).collect();
        list.into()
    };
    let mut rows = vec![numbers(&mut seconds.iter().copied().map(Some))];
    rows.extend(lines.iter().map(|line| numbers(&mut line.values.iter().copied())));
    rows.iter().collect()
}

fn texts(splits: &JsValue, format: impl Fn(f64) -> String) -> JsValue {
    let splits: &Array = splits.unchecked_ref();
    let texts: Array =
        splits.iter().map(|value| JsValue::from(format(value.as_f64().unwrap_or_default()))).collect();
    texts.into()
}

fn object<const N: usize>(members: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

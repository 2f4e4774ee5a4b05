//! One metric over time: the latest value as text, and a line.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::ui::use_words;
use crate::uplot::{self, Chart, Line, Scale};

/// Whether charts can be drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Charts {
    #[default]
    Loading,
    Ready,
    Missing,
}

/// Loads the chart library.
#[hook]
pub(super) fn use_charts() -> Charts {
    let charts = use_state_eq(Charts::default);
    let setter = charts.setter();
    use_effect_with((), move |()| {
        spawn_local(async move {
            setter.set(if uplot::load().await { Charts::Ready } else { Charts::Missing });
        });
    });
    *charts
}

/// One line and its name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measure {
    pub(super) name: &'static str,
    /// `data-test` of its latest value.
    pub(super) test: &'static str,
    pub(super) colour: &'static str,
    pub(super) values: Vec<Option<f64>>,
}

#[derive(Clone, PartialEq, Properties)]
pub(super) struct ChartCardProps {
    pub(super) title: &'static str,
    pub(super) scale: Scale,
    pub(super) charts: Charts,
    /// The age of each value.
    pub(super) seconds: Rc<Vec<f64>>,
    pub(super) measures: Vec<Measure>,
}

#[function_component]
pub(super) fn ChartCard(props: &ChartCardProps) -> Html {
    let words = use_words();
    let ChartCardProps { title, scale, charts, seconds, measures } = props;
    let target = use_node_ref();
    let chart = use_mut_ref(|| None::<Chart>);
    {
        let (chart, target, scale) = (chart.clone(), target.clone(), *scale);
        let lines: Vec<Line> = measures
            .iter()
            .map(|measure| Line { colour: measure.colour, values: measure.values.clone() })
            .collect();
        use_effect_with((*charts, seconds.clone(), lines), move |(charts, seconds, lines)| {
            // Removed during the call: nothing is borrowed while uPlot is called.
            let drawn = chart.take();
            let target = target.cast::<HtmlElement>().filter(|_| *charts == Charts::Ready);
            let drawn = match (drawn, target) {
                (Some(mut drawn), _) => {
                    drawn.update(seconds, lines);
                    Some(drawn)
                }
                (None, Some(target)) => Chart::new(&target, scale, seconds, lines).ok(),
                (None, None) => None,
            };
            chart.replace(drawn);
        });
    }
    use_effect_with((), move |()| move || drop(chart.take()));
    let number = |measure: &Measure| match measure.values.last().copied().flatten() {
        Some(value) => scale.unit.text(value),
        None => "–".to_owned(),
    };
    let several = measures.len() > 1;
    html! {
        <section class="chart">
            <header class="chart__head">
                <h3>{ title }</h3>
                <p class="chart__numbers">
                    { for measures.iter().map(|measure| html! {
                        <span class="chart__number">
                            if several {
                                <span class="chart__key" style={format!("background:var({})", measure.colour)} aria-hidden="true" />
                                <span class="soft">{ measure.name }</span>
                            }
                            <b data-test={measure.test}>{ number(measure) }</b>
                        </span>
                    }) }
                </p>
            </header>
            if *charts == Charts::Missing {
                <p class="soft">{ words.charts_missing }</p>
            } else {
                // The values above provide the same information.
                <div class="chart__plot" ref={target} aria-hidden="true" data-test="chart" />
            }
        </section>
    }
}

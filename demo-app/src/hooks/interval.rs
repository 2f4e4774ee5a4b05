//! A timer that is stopped with the component.

use gloo_timers::callback::Interval;
use yew::prelude::*;

/// Calls `tick` every `period_ms` milliseconds unless it is `None`.
#[hook]
pub(crate) fn use_interval(period_ms: Option<u32>, tick: Callback<()>) {
    let latest = use_mut_ref(|| tick.clone());
    latest.replace(tick);
    use_effect_with(period_ms, move |period_ms| {
        let timer = period_ms.map(|period_ms| {
            Interval::new(period_ms, move || {
                let tick = latest.borrow().clone();
                tick.emit(());
            })
        });
        move || drop(timer)
    });
}

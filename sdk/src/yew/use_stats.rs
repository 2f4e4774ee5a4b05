//! Statistics at an interval.

use std::rc::Rc;

use futures::stream::StreamExt;
use yew::prelude::*;

use super::task::Task;
use crate::{Error, MediaQuality, StatsDelta, StatsMonitor, StatsMonitorOptions, StatsSample, StatsSource};

/// Returned by [`use_stats`]: the newest samples at the time of rendering. Equal to another one if both have the same
/// samples.
#[derive(Clone, Debug, Default)]
pub struct StatsHandle {
    samples: Rc<Vec<Rc<StatsSample>>>,
    error: Option<Error>,
}

impl StatsHandle {
    /// The newest sample; `None` during the first interval.
    pub fn latest(&self) -> Option<&StatsSample> {
        self.samples.last().map(Rc::as_ref)
    }

    /// The difference from the previous sample.
    pub fn delta(&self) -> Option<&StatsDelta> {
        self.latest().map(|sample| &sample.delta)
    }

    /// The quality, with the reason that limits it.
    pub fn quality(&self) -> Option<MediaQuality> {
        self.delta().map(|delta| delta.quality)
    }

    /// The newest samples, oldest first: as many as the options specify.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = &StatsSample> + ExactSizeIterator {
        self.samples.iter().map(Rc::as_ref)
    }

    /// Why there are no samples, or no further ones. The errors are those of [`StatsMonitor::start`] and
    /// [`get_stats`](crate::get_stats). Closing the connection is not an error.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }
}

impl PartialEq for StatsHandle {
    fn eq(&self, other: &Self) -> bool {
        // A list never changes after it was created.
        Rc::ptr_eq(&self.samples, &other.samples) && self.error == other.error
    }
}

/// Measures a connection, a sender, a receiver or a remote track at an interval. Renders with each sample. Measuring
/// stops when the component is unmounted, and restarts for another source or other options; `None` measures nothing.
///
/// ```no_run
/// use moim::yew::use_stats;
/// use moim::{RemoteTrack, StatsMonitorOptions};
/// use yew::prelude::*;
///
/// #[derive(PartialEq, Properties)]
/// struct Props {
///     track: Option<RemoteTrack>,
/// }
///
/// #[component]
/// fn Quality(props: &Props) -> Html {
///     let stats = use_stats(props.track.as_ref(), StatsMonitorOptions { interval_ms: 2000, history: 30 });
///     let bars = stats.history().map(|sample| {
///         let kilobits = sample.delta.connection.received_bitrate.unwrap_or_default() / 1000.0;
///         html! { <i style={format!("height: {kilobits:.0}px")} /> }
///     });
///     html! { <div data-level={stats.quality().map(|quality| quality.level.to_string())}>{ for bars }</div> }
/// }
/// ```
#[hook]
pub fn use_stats<S: Into<StatsSource>>(source: Option<S>, options: StatsMonitorOptions) -> StatsHandle {
    let source: Option<StatsSource> = source.map(Into::into);
    let stats = use_state_eq(StatsHandle::default);
    let setter = stats.setter();
    use_effect_with((source, options), move |(source, options)| {
        setter.set(StatsHandle::default());
        let (source, options) = (source.clone(), options.clone());
        let task = source.map(|source| Task::spawn(measure(source, options, setter)));
        move || drop(task)
    });
    (*stats).clone()
}

async fn measure(source: StatsSource, options: StatsMonitorOptions, stats: UseStateSetter<StatsHandle>) {
    let monitor = StatsMonitor::start(source, &options);
    let mut monitor = match monitor {
        Ok(monitor) => monitor,
        Err(error) => return stats.set(StatsHandle { error: Some(error), ..StatsHandle::default() }),
    };
    let mut samples = Rc::new(Vec::<Rc<StatsSample>>::new());
    while let Some(sample) = monitor.next().await {
        let surplus = (samples.len() + 1).saturating_sub(options.history as usize);
        let kept = samples.iter().skip(surplus).cloned();
        samples = Rc::new(kept.chain([Rc::new(sample)]).collect());
        stats.set(StatsHandle { samples: samples.clone(), error: None });
    }
    if let Some(error) = monitor.error() {
        stats.set(StatsHandle { samples, error: Some(error) });
    }
}

//! Decides which resolution to request of each remote video, from the size of the elements that show it.
//!
//! Pass the size of each element to [`handle_view`](AdaptiveStream::handle_view), then drain
//! [`poll_output`](AdaptiveStream::poll_output). A larger picture is requested as soon as the page's layout is
//! complete; a smaller or hidden one only after a delay, so that scrolling or resizing the window
//! causes few requests.

use std::cmp::Ordering;
use std::collections::VecDeque;

use crate::collections::SortedMap;
use crate::model::{ParticipantId, PublicationId, Timestamp};

/// Heights that are requested, in pixels. A larger element gets no limit.
const STEPS: [u32; 5] = [90, 180, 360, 720, 1080];

/// Delay before a larger picture is requested, in milliseconds: when the layout of a page changes, all its elements
/// report within this time and cause one request.
const GROW_AFTER: Timestamp = 50;

/// Delay before a smaller picture, or none, is requested, in milliseconds.
const SHRINK_AFTER: Timestamp = 500;

/// Identifies a publication by its publisher and id.
pub type TrackKey = (ParticipantId, PublicationId);

/// Identifies an element that shows tracks.
pub type ElementId = u32;

/// Limits the resolution of a publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The publisher.
    pub key: TrackKey,
    /// The largest height in pixels; `None` for no limit, 0 to receive nothing.
    pub max_height: Option<u32>,
}

#[derive(Clone, Debug, Default)]
struct Shown {
    /// The height of each element in device pixels; 0 if it is not visible.
    heights: SortedMap<ElementId, u32>,
    asked: Option<u32>,
    turning: Option<Turning>,
}

/// The height to request next, if it differs from the one requested last, and since when.
#[derive(Clone, Copy, Debug)]
struct Turning {
    after: Timestamp,
    at: Timestamp,
}

/// The videos that are attached to elements.
#[derive(Clone, Debug, Default)]
pub struct AdaptiveStream {
    tracks: SortedMap<TrackKey, Shown>,
    outputs: VecDeque<Output>,
}

impl AdaptiveStream {
    /// Starts without any attached video.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the height at which an element shows a video: in device pixels, 0 if it is not visible, `u32::MAX` if it
    /// is unlimited.
    pub fn handle_view(&mut self, key: &TrackKey, element: ElementId, height: u32, now: Timestamp) {
        let shown = self.tracks.get_or_insert_with(key.clone(), Default::default);
        shown.heights.insert(element, height);
        shown.turn(now);
    }

    /// An element no longer shows the video. A video without elements has no limit: the application may use it in
    /// another way.
    pub fn handle_detached(&mut self, key: &TrackKey, element: ElementId, now: Timestamp) {
        if let Some(shown) = self.tracks.get_mut(key) {
            shown.heights.remove(&element);
            shown.turn(now);
        }
    }

    /// The track has ended. Its last request does not apply to the next track of the same publication.
    pub fn handle_ended(&mut self, key: &TrackKey) {
        if let Some(mut shown) = self.tracks.remove(key) {
            shown.heights.clear();
            shown.ask(key, &mut self.outputs);
        }
    }

    /// When [`handle_timeout`](Self::handle_timeout) is due.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.tracks.values().filter_map(|shown| Some(shown.turning?.at)).min()
    }

    /// Advances time.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        for (key, shown) in &mut self.tracks {
            if shown.turning.is_some_and(|turning| turning.at <= now) {
                shown.ask(key, &mut self.outputs);
            }
        }
        self.tracks.retain(|_, shown| !shown.heights.is_empty() || shown.turning.is_some());
    }

    /// Returns the next request.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

impl Shown {
    fn wanted(&self) -> Option<u32> {
        match self.heights.values().max()? {
            0 => Some(0),
            height => STEPS.into_iter().find(|step| height <= step),
        }
    }

    fn ask(&mut self, key: &TrackKey, outputs: &mut VecDeque<Output>) {
        self.turning = None;
        let max_height = self.wanted();
        if self.asked != max_height {
            self.asked = max_height;
            outputs.push_back(Output { key: key.clone(), max_height });
        }
    }

    /// Makes a request that has been pending long enough.
    fn turn(&mut self, now: Timestamp) {
        let after = match rank(self.wanted()).cmp(&rank(self.asked)) {
            // A video without an element may be about to be attached to another one.
            _ if self.heights.is_empty() => SHRINK_AFTER,
            Ordering::Greater => GROW_AFTER,
            Ordering::Less => SHRINK_AFTER,
            Ordering::Equal => {
                self.turning = None;
                return;
            }
        };
        if self.turning.is_none_or(|turning| turning.after != after) {
            self.turning = Some(Turning { after, at: now + after });
        }
    }
}

/// The largest wanted height; no limit exceeds every height.
fn rank(max_height: Option<u32>) -> u32 {
    max_height.unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> TrackKey {
        ("bob".into(), "cam".into())
    }

    /// All requests until `now`, each with its time.
    fn asked(stream: &mut AdaptiveStream, now: Timestamp) -> Vec<(Timestamp, Option<u32>)> {
        let mut asked: Vec<_> =
            std::iter::from_fn(|| stream.poll_output()).map(|output| (0, output.max_height)).collect();
        while let Some(at) = stream.poll_timeout().filter(|at| *at <= now) {
            stream.handle_timeout(at);
            asked.extend(std::iter::from_fn(|| stream.poll_output()).map(|output| (at, output.max_height)));
        }
        asked
    }

    /// The request that is due at this step.
    fn at_step(height: u32) -> AdaptiveStream {
        let mut stream = AdaptiveStream::new();
        stream.handle_view(&key(), 1, height, 0);
        assert_eq!(asked(&mut stream, 10_000).len(), 1);
        stream
    }

    #[test]
    fn the_next_larger_step_is_asked_for() {
        for (height, step) in [(0, 0), (1, 90), (90, 90), (91, 180), (700, 720), (1080, 1080)] {
            let mut stream = AdaptiveStream::new();
            stream.handle_view(&key(), 1, height, 0);
            assert_eq!(asked(&mut stream, 10_000), [(500, Some(step))], "{height}");
        }
        let mut stream = AdaptiveStream::new();
        stream.handle_view(&key(), 1, 1081, 0);
        assert_eq!(asked(&mut stream, 10_000), [], "full resolution is the default");
    }

    #[test]
    fn larger_soon_smaller_after_a_while() {
        let mut stream = at_step(180);
        stream.handle_view(&key(), 1, 300, 1_000);
        assert_eq!(asked(&mut stream, 1_050), [(1_050, Some(360))]);
        stream.handle_view(&key(), 1, 0, 2_000);
        assert_eq!(asked(&mut stream, 2_499), []);
        assert_eq!(asked(&mut stream, 2_500), [(2_500, Some(0))]);
        stream.handle_view(&key(), 1, 300, 3_000);
        assert_eq!(asked(&mut stream, 3_050), [(3_050, Some(360))], "it is requested again soon");
    }

    #[test]
    fn what_comes_and_goes_quickly_changes_nothing() {
        let mut stream = at_step(360);
        for now in (1_000..5_000).step_by(300) {
            stream.handle_view(&key(), 1, if now % 600 == 100 { 0 } else { 360 }, now);
            assert_eq!(asked(&mut stream, now), []);
        }
        stream.handle_view(&key(), 1, 361, 6_000);
        stream.handle_view(&key(), 1, 90, 6_040);
        assert_eq!(asked(&mut stream, 6_100), [], "it was larger only for a moment");
        stream.handle_view(&key(), 1, 100, 6_400);
        assert_eq!(asked(&mut stream, 9_000), [(6_540, Some(180))], "the size at that time");
    }

    #[test]
    fn the_largest_element_counts() {
        let mut stream = at_step(180);
        stream.handle_view(&key(), 2, 720, 1_000);
        assert_eq!(asked(&mut stream, 2_000), [(1_050, Some(720))]);
        stream.handle_view(&key(), 1, 0, 3_000);
        assert_eq!(asked(&mut stream, 4_000), [], "the other element is still visible");
        stream.handle_detached(&key(), 2, 5_000);
        assert_eq!(asked(&mut stream, 6_000), [(5_500, Some(0))]);
    }

    #[test]
    fn without_an_element_there_is_no_limit() {
        let mut stream = at_step(180);
        stream.handle_detached(&key(), 1, 1_000);
        stream.handle_view(&key(), 2, 170, 1_200);
        assert_eq!(asked(&mut stream, 3_000), [], "it moved to another element");
        stream.handle_detached(&key(), 2, 4_000);
        assert_eq!(asked(&mut stream, 5_000), [(4_500, None)]);
        assert!(stream.tracks.is_empty(), "no state is left");
    }

    #[test]
    fn the_next_track_of_a_publication_starts_without_a_limit() {
        let mut stream = at_step(0);
        stream.handle_ended(&key());
        assert_eq!(asked(&mut stream, 5_000), [(0, None)]);
        stream.handle_ended(&key());
        assert_eq!(asked(&mut stream, 5_000), []);
    }
}

//! Which version of each simulcast video a receiver gets, by its bandwidth and its wish.

use str0m::media::Rid;

/// One version of a video.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layer {
    /// Its name; `None` if there is one version only.
    pub(super) rid: Option<Rid>,
    /// Bits per second, lately.
    pub(super) bitrate: f64,
    /// Its height in pixels, if known.
    pub(super) height: Option<u32>,
}

/// One video that a receiver gets.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// Its versions that are being sent, the smallest bitrate first.
    pub(super) layers: Vec<Layer>,
    /// Which of them the receiver gets now.
    pub(super) current: Option<usize>,
    /// The height at which it is shown.
    pub(super) max_height: Option<u32>,
}

/// A larger version must fit this much more than once, so that it does not go up and down all the time.
const HEADROOM: f64 = 1.2;

/// The version of each video, as places in their `layers`. Each gets its smallest at least; the room that is left goes
/// to all of them step by step, the earlier ones first.
pub(super) fn choose(budget: f64, demands: &[Demand]) -> Vec<usize> {
    let mut chosen = vec![0; demands.len()];
    let cost = |demand: &Demand, layer: usize| demand.layers.get(layer).map_or(0.0, |layer| layer.bitrate);
    let mut used: f64 = demands.iter().map(|demand| cost(demand, 0)).sum();
    let mut is_raised = true;
    while is_raised {
        is_raised = false;
        for (demand, chosen) in demands.iter().zip(&mut chosen) {
            if *chosen >= highest_useful(demand) {
                continue;
            }
            let step = cost(demand, *chosen + 1) - cost(demand, *chosen);
            let is_new = demand.current.is_none_or(|current| current <= *chosen);
            let needed = if is_new { used + step * HEADROOM } else { used + step };
            if needed <= budget {
                used += step;
                *chosen += 1;
                is_raised = true;
            }
        }
    }
    chosen
}

/// The smallest version that is as high as it is shown, or the largest.
fn highest_useful(demand: &Demand) -> usize {
    let largest = demand.layers.len().saturating_sub(1);
    let Some(wanted) = demand.max_height else { return largest };
    let is_enough = |layer: &Layer| layer.height.is_some_and(|height| height >= wanted);
    demand.layers.iter().position(is_enough).unwrap_or(largest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(current: Option<usize>, max_height: Option<u32>) -> Demand {
        let layer = |bitrate, height| Layer { rid: None, bitrate, height: Some(height) };
        Demand { layers: vec![layer(100.0, 180), layer(300.0, 360), layer(900.0, 720)], current, max_height }
    }

    #[test]
    fn a_wide_path_gets_all_and_a_narrow_one_the_smallest() {
        assert_eq!(choose(10_000.0, &[demand(None, None)]), [2]);
        assert_eq!(choose(0.0, &[demand(None, None), demand(Some(2), None)]), [0, 0]);
        assert_eq!(choose(600.0, &[demand(None, None), demand(None, None)]), [1, 0]);
    }

    #[test]
    fn what_is_shown_small_is_sent_small() {
        assert_eq!(choose(10_000.0, &[demand(None, Some(200))]), [1]);
        assert_eq!(choose(10_000.0, &[demand(None, Some(5_000))]), [2]);
        assert_eq!(choose(10_000.0, &[demand(None, Some(1))]), [0]);
    }

    #[test]
    fn what_is_there_stays_where_it_would_not_be_taken_anew() {
        assert_eq!(choose(310.0, &[demand(Some(0), None)]), [0]);
        assert_eq!(choose(310.0, &[demand(Some(1), None)]), [1]);
    }

    #[test]
    fn nothing_to_choose_from_is_no_fault() {
        let none = Demand { layers: vec![], current: None, max_height: None };
        assert_eq!(choose(1_000.0, &[none]), [0]);
        assert!(choose(1_000.0, &[]).is_empty());
    }
}

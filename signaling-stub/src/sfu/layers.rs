//! Chooses the simulcast layer of each video for a receiver, by its bandwidth and the requested height.

use str0m::media::Rid;

/// One simulcast layer of a video.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layer {
    /// Its RID; `None` if there is only one layer.
    pub(super) rid: Option<Rid>,
    /// The recent bit rate in bit/s.
    pub(super) bitrate: f64,
    /// Its height in pixels, if known.
    pub(super) height: Option<u32>,
}

/// One video that a receiver gets.
#[derive(Clone, Debug)]
pub(super) struct Demand {
    /// The active layers, by ascending bit rate.
    pub(super) layers: Vec<Layer>,
    /// The current layer.
    pub(super) current: Option<usize>,
    /// The requested height.
    pub(super) max_height: Option<u32>,
}

/// Factor by which a larger layer must fit, to avoid switching up and down repeatedly.
const HEADROOM: f64 = 1.2;

/// The layer of each video, as indices into `layers`. Each gets at least its smallest; the remaining bandwidth is
/// distributed in steps, the earlier videos first.
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

/// The smallest layer that has the requested height, or the largest.
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

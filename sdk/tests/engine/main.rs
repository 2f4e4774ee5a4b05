//! Two negotiation machines, explored through every order of events: no sampling, no clock.
//!
//! A state consists of both machines, both browsers and the messages in flight. From the first state every possible
//! step is taken, until no new state appears.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod browser;
mod golden;
mod pair;

use std::collections::HashMap;

use moim::engine::negotiation::Politeness;

use pair::{Pair, Setup, Step};

/// All reachable states, and their predecessors.
struct Explored {
    pairs: Vec<Pair>,
    /// For each state, its predecessor and the step from there, on a shortest path.
    ways: Vec<Option<(usize, (usize, Step))>>,
    steps: Vec<(usize, usize)>,
    ends: Vec<usize>,
}

impl Explored {
    fn new(setup: Setup) -> Self {
        let first = Pair::new(setup);
        let mut numbers = HashMap::from([(first.clone(), 0)]);
        let mut explored = Self { pairs: vec![first], ways: vec![None], steps: Vec::new(), ends: Vec::new() };
        let mut at = 0;
        while at < explored.pairs.len() {
            let steps = explored.pairs[at].steps();
            if steps.is_empty() {
                explored.ends.push(at);
            }
            for step in steps {
                let from = &explored.pairs[at];
                let next = std::panic::catch_unwind(|| from.after(step, setup))
                    .unwrap_or_else(|_| panic!("{setup:?}: {:#?}, then {step:?}", explored.way_to(at)));
                let known = explored.pairs.len();
                let number = *numbers.entry(next).or_insert_with_key(|next| {
                    explored.pairs.push(next.clone());
                    explored.ways.push(Some((at, step)));
                    known
                });
                explored.steps.push((at, number));
            }
            at += 1;
        }
        explored
    }

    fn way_to(&self, mut number: usize) -> Vec<(usize, Step)> {
        let mut way = Vec::new();
        while let Some((before, step)) = self.ways[number] {
            way.push(step);
            number = before;
        }
        way.reverse();
        way
    }

    /// No state is a trap: an end can be reached from each, so nothing loops forever.
    fn assert_every_state_leads_to_an_end(&self) {
        let mut before = vec![Vec::new(); self.pairs.len()];
        for (from, to) in &self.steps {
            before[*to].push(*from);
        }
        let mut leads = vec![false; self.pairs.len()];
        let mut open = self.ends.clone();
        while let Some(number) = open.pop() {
            if !std::mem::replace(&mut leads[number], true) {
                open.extend(&before[number]);
            }
        }
        if let Some(trap) = leads.iter().position(|leads| !leads) {
            panic!("no end can be reached after {:#?}", self.way_to(trap));
        }
    }

    /// No path is endless either: no state repeats.
    fn assert_no_way_is_endless(&self) {
        let mut waits_for = vec![0_u32; self.pairs.len()];
        let mut after = vec![Vec::new(); self.pairs.len()];
        for (from, to) in &self.steps {
            waits_for[*to] += 1;
            after[*from].push(*to);
        }
        let mut open: Vec<_> = (0..self.pairs.len()).filter(|number| waits_for[*number] == 0).collect();
        let mut sorted = 0;
        while let Some(number) = open.pop() {
            sorted += 1;
            for next in &after[number] {
                waits_for[*next] -= 1;
                if waits_for[*next] == 0 {
                    open.push(*next);
                }
            }
        }
        assert_eq!(sorted, self.pairs.len(), "some states come again and again");
    }

    fn for_each_end(&self, check: impl Fn(&Pair) + std::panic::RefUnwindSafe) {
        for number in &self.ends {
            let pair = &self.pairs[*number];
            if std::panic::catch_unwind(|| check(pair)).is_err() {
                panic!("the end after {:#?} is {pair:#?}", self.way_to(*number));
            }
        }
    }
}

/// Both politenesses and ways of opening, of a setup.
fn setups(setup: Setup) -> impl Iterator<Item = Setup> {
    [Politeness::Polite, Politeness::Impolite].into_iter().flat_map(move |politeness| {
        [(false, false), (false, true), (true, false), (true, true)].map(|(second_asks, nudges)| Setup {
            politeness,
            second_asks,
            nudges,
            ..setup
        })
    })
}

/// On every path, both ends agree on everything in the end, and no path is endless.
fn assert_agreed_in_the_end(setups: impl Iterator<Item = Setup>) {
    let (mut states, mut steps) = (0, 0);
    for setup in setups {
        let explored = Explored::new(setup);
        explored.for_each_end(Pair::assert_converged);
        explored.assert_every_state_leads_to_an_end();
        explored.assert_no_way_is_endless();
        println!("{setup:?}: {} states, {} ends", explored.pairs.len(), explored.ends.len());
        states += explored.pairs.len();
        steps += explored.steps.len();
    }
    println!("{states} states, {steps} steps");
}

#[test]
fn every_order_of_events_ends_with_both_ends_agreed() {
    assert_agreed_in_the_end(setups(Setup { tracks: [3, 2], ..Setup::CALM }));
}

#[test]
fn so_does_every_order_with_failures_and_refusals() {
    assert_agreed_in_the_end(setups(Setup { tracks: [2, 1], failures: 2, ..Setup::CALM }));
}

#[test]
fn so_does_every_order_with_needs_that_are_told_again() {
    assert_agreed_in_the_end(setups(Setup { tracks: [1, 1], failures: 1, repeated_needs: 2, ..Setup::CALM }));
}

#[test]
fn so_does_every_order_with_restarts() {
    assert_agreed_in_the_end(setups(Setup { tracks: [1, 0], restarts: 2, ..Setup::CALM }));
    assert_agreed_in_the_end(setups(Setup { tracks: [0, 1], failures: 1, restarts: 1, ..Setup::CALM }));
}

#[test]
fn so_does_every_order_with_replaced_connections() {
    assert_agreed_in_the_end(setups(Setup { tracks: [1, 1], replacements: 2, ..Setup::CALM }));
    assert_agreed_in_the_end(setups(Setup { tracks: [1, 0], failures: 1, replacements: 1, ..Setup::CALM }));
    assert_agreed_in_the_end(setups(Setup { tracks: [0, 1], restarts: 1, replacements: 1, ..Setup::CALM }));
}

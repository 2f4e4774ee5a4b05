//! Collects the results, and reports when a check starts and ends.

use std::cell::RefCell;

use futures::channel::mpsc::UnboundedSender;
use futures::future::LocalBoxFuture;

use super::DiagnosisUpdate;
use crate::engine::diagnosis::{Check, CheckResult, Finding, Outcome};
use crate::platform::clock;
use crate::platform::clock::within;

/// The longest that any check may take, in milliseconds, including the user's answer to a prompt. Each has shorter limits of
/// its own.
const LIMIT_MS: u32 = 90_000;

pub(super) struct Reporter {
    updates: UnboundedSender<DiagnosisUpdate>,
    results: RefCell<Vec<CheckResult>>,
}

impl Reporter {
    pub(super) fn new(updates: UnboundedSender<DiagnosisUpdate>) -> Self {
        Self { updates, results: RefCell::default() }
    }

    /// Performs a check, and returns what it found. Boxed, so that the code is compiled once.
    pub(super) async fn check(&self, check: Check, work: LocalBoxFuture<'_, Outcome>) -> Finding {
        let start = clock::now_ms();
        self.send(check, None);
        let outcome = within(LIMIT_MS, work).await.unwrap_or_else(|| Finding::TimedOut.into());
        let finding = outcome.finding;
        let result = CheckResult::new(check, outcome, clock::now_ms() - start);
        self.insert(result.clone());
        self.send(check, Some(result));
        finding
    }

    /// Keeps the order of the report, whichever check ends first.
    fn insert(&self, result: CheckResult) {
        let mut results = self.results.borrow_mut();
        let at = results.partition_point(|known| known.check < result.check);
        results.insert(at, result);
    }

    fn send(&self, check: Check, result: Option<CheckResult>) {
        // Nobody may be listening.
        let _ = self.updates.unbounded_send(DiagnosisUpdate { check, result });
    }

    /// The results in the order of the report.
    pub(super) fn into_results(self) -> Vec<CheckResult> {
        self.results.into_inner()
    }
}

//! The results, and their JSON.

use serde_json::{Map, Value, json};

use super::finding::{Check, Finding, Verdict};
use super::media::Recommendation;
use crate::engine::stats::number;

/// The longest text of a server or a browser that is kept, in characters.
const MAX_DETAIL: usize = 300;

/// A finding with its measurements.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The finding.
    pub finding: Finding,
    /// The message of a server or of the browser, if it says more.
    pub detail: Option<String>,
    /// The measurements by name.
    pub measurements: Map<String, Value>,
}

impl From<Finding> for Outcome {
    fn from(finding: Finding) -> Self {
        Self { finding, detail: None, measurements: Map::new() }
    }
}

impl Outcome {
    /// Adds a measured number, if there is one. Fractions are rounded to a millionth.
    pub fn with(mut self, name: &str, value: impl Into<Option<f64>>) -> Self {
        if let Some(value) = value.into().filter(|value| value.is_finite()) {
            self.measurements.insert(name.to_owned(), number((value * 1e6).round() / 1e6));
        }
        self
    }

    /// Adds a time in milliseconds, rounded to a tenth.
    pub fn with_ms(self, name: &str, value: impl Into<Option<f64>>) -> Self {
        let value = value.into().map(|value| (value * 10.0).round() / 10.0);
        self.with(name, value)
    }

    /// Adds a text, if there is one.
    pub fn with_text(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.measurements
                .insert(name.to_owned(), value.chars().take(MAX_DETAIL).collect::<String>().into());
        }
        self
    }

    /// Adds the message of a server or of the browser.
    pub fn because(mut self, detail: &str) -> Self {
        self.detail =
            Some(detail.chars().take(MAX_DETAIL).collect()).filter(|detail: &String| !detail.is_empty());
        self
    }
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CheckResult {
    /// The check.
    pub check: Check,
    /// What it found, with the verdict, a summary and advice.
    pub finding: Finding,
    /// The message of a server or of the browser, if it says more.
    pub detail: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// The measurements by name; the unit is in the name, or documented with `DiagnosisMeasurements` of the npm package.
    pub measurements: Map<String, Value>,
}

impl CheckResult {
    /// Adds the check to an outcome.
    pub fn new(check: Check, outcome: Outcome, duration_ms: f64) -> Self {
        let Outcome { finding, detail, measurements } = outcome;
        Self { check, finding, detail, duration_ms: duration_ms.round(), measurements }
    }

    /// The verdict of its finding.
    pub fn verdict(&self) -> Verdict {
        self.finding.verdict()
    }

    /// The result as JSON, with the names of the npm package.
    pub fn to_value(&self) -> Value {
        json!({
            "check": self.check.as_str(),
            "verdict": self.verdict().as_str(),
            "finding": self.finding.as_str(),
            "summary": self.finding.summary(),
            "advice": self.finding.advice(),
            "detail": self.detail,
            "durationMs": number(self.duration_ms),
            "measurements": self.measurements,
        })
    }
}

/// All results of a diagnosis.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DiagnosisReport {
    /// When the diagnosis started, in milliseconds since 1970.
    pub started_at: f64,
    /// How long it took, in milliseconds.
    pub duration_ms: f64,
    /// `navigator.userAgent`.
    pub user_agent: String,
    /// The results, in the order of [`Check::ALL`].
    pub checks: Vec<CheckResult>,
    /// The video to send. `None` if the network was not measured, or is too slow for video.
    pub recommendation: Option<Recommendation>,
}

impl DiagnosisReport {
    /// The version of the JSON: it increases when a member is removed or gets another meaning.
    pub const VERSION: u32 = 1;

    /// The result of a check.
    pub fn get(&self, check: Check) -> Option<&CheckResult> {
        self.checks.iter().find(|result| result.check == check)
    }

    /// The worst verdict. A STUN or TURN server that fails is only a warning as long as media flows, because a call needs
    /// only one way.
    pub fn verdict(&self) -> Verdict {
        let media = self.get(Check::Media).map(CheckResult::verdict);
        let flows = matches!(media, Some(Verdict::Passed | Verdict::Warning));
        let weighed = |result: &CheckResult| match (result.check, result.verdict()) {
            (Check::Stun | Check::TurnUdp | Check::TurnTcp | Check::TurnTls, Verdict::Failed) if flows => {
                Verdict::Warning
            }
            (_, verdict) => verdict,
        };
        self.checks.iter().map(weighed).max().unwrap_or(Verdict::Skipped)
    }

    /// The report as JSON, with the names of the npm package: `DiagnosisReport` there documents the schema.
    pub fn to_json(&self) -> String {
        json!({
            "version": Self::VERSION,
            "verdict": self.verdict().as_str(),
            "startedAt": number(self.started_at),
            "durationMs": number(self.duration_ms.round()),
            "userAgent": self.user_agent,
            "checks": self.checks.iter().map(CheckResult::to_value).collect::<Vec<_>>(),
            "recommendation": self.recommendation.map(Recommendation::to_value),
        })
        .to_string()
    }
}

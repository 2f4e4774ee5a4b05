//! Statistics: the report before, and after a line break that now.

use moim::engine::stats::{StatsDelta, StatsHistory, StatsReport, StatsSample};

pub(crate) fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut history = StatsHistory::new(2);
    let mut before = None;
    for line in text.split('\n').take(4) {
        let Some(report) = StatsReport::from_json(line) else { continue };
        assert!(StatsReport::from_json(&report.to_json()).is_some(), "what is written can be read");
        let _ = report.selected_candidate_pair();
        for entry in report.entries() {
            let _ = (entry.view(), entry.members().count(), entry.unknown().len());
            assert!(report.get(entry.id()).is_some());
        }
        let before = before.replace(report.clone()).unwrap_or_else(|| report.clone());
        let _ = StatsDelta::between(&before, &report);
        let sample = StatsSample::new(&before, report);
        let _ = (sample.to_json(), sample.to_csv());
        history.push(sample);
    }
    assert!(history.len() <= 2);
    let _ = (history.to_json(), history.to_csv());
}

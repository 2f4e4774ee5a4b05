//! The pre-call check: a line for each check as it ends, and the report to copy.

use futures::StreamExt;
use futures::future::{AbortHandle, Abortable};
use moim::{Check, CheckResult, DiagnoseOptions, DiagnosisReport, DiagnosisUpdate, Verdict, diagnose};
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::browser;
use crate::format;
use crate::hooks::LocalMedia;
use crate::i18n::{Words, fill};
use crate::ui::{Button, Icon, LanguageContext, Look, Mark};

/// The lines so far, and the report at the end.
#[derive(Clone, Debug, Default, PartialEq)]
struct Progress {
    lines: Vec<(Check, Option<CheckResult>)>,
    report: Option<DiagnosisReport>,
}

impl Progress {
    fn update(&mut self, DiagnosisUpdate { check, result, .. }: DiagnosisUpdate) {
        match self.lines.iter_mut().find(|(known, _)| *known == check) {
            Some((_, known)) => *known = result,
            None => self.lines.push((check, result)),
        }
        self.lines.sort_by_key(|(check, _)| *check);
    }
}

/// A running check. Dropping it stops the check and releases its devices.
struct Running(AbortHandle);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct SetupCheckProps {
    pub(crate) media: LocalMedia,
}

#[function_component]
pub(crate) fn SetupCheck(props: &SetupCheckProps) -> Html {
    let language = use_context::<LanguageContext>().unwrap_or_default().language;
    let words = language.words();
    let progress = use_state_eq(|| None::<Progress>);
    let copied = use_state_eq(|| false);
    // Dropped with the component: joining a room stops the check.
    let running = use_mut_ref(|| None::<Running>);

    let start = {
        let (progress, copied, running) = (progress.setter(), copied.setter(), running.clone());
        let options = options(&props.media);
        Callback::from(move |()| {
            copied.set(false);
            progress.set(Some(Progress::default()));
            let Ok(diagnosis) = diagnose(options.clone()) else { return };
            let (handle, registration) = AbortHandle::new_pair();
            running.replace(Some(Running(handle)));
            let progress = progress.clone();
            spawn_local(async move {
                let _ = Abortable::new(follow(diagnosis, progress), registration).await;
            });
        })
    };
    let stop = {
        let (progress, running) = (progress.setter(), running.clone());
        Callback::from(move |()| {
            drop(running.take());
            progress.set(None);
        })
    };
    let Some(Progress { lines, report }) = &*progress else {
        return html! {
            <Button name={words.check_setup} mark={Mark::Check} test="check-setup" onclick={start} />
        };
    };
    let copy = report.as_ref().map(|report| {
        let (json, copied) = (report.to_json(), copied.setter());
        Callback::from(move |()| {
            let (json, copied) = (json.clone(), copied.clone());
            spawn_local(async move { copied.set(browser::copy(&json).await) });
        })
    });
    html! {
        <section class="card setup" data-test="setup" data-verdict={report.as_ref().map(|report| report.verdict().as_str())}>
            <div class="setup__head">
                <h2>{ words.check_setup }</h2>
                if let Some(copy) = copy {
                    <Button
                        name={if *copied { words.report_copied } else { words.copy_report }}
                        look={Look::Plain}
                        test="copy-report"
                        onclick={copy}
                    />
                    <Button name={words.try_again} mark={Mark::Refresh} test="check-again" onclick={start} />
                }
                <Button
                    name={if report.is_some() { words.close } else { words.stop }}
                    icon_only={true}
                    mark={Mark::Close}
                    look={Look::Quiet}
                    test="check-stop"
                    onclick={stop}
                />
            </div>
            <p role="status" class="soft">{ conclusion(words, report.as_ref()) }</p>
            <ul class="setup__lines">
                { for lines.iter().map(|(check, result)| html! {
                    <Line key={check.as_str()} check={*check} result={result.clone()} />
                }) }
            </ul>
        </section>
    }
}

/// The devices that are selected in the lobby.
fn options(media: &LocalMedia) -> DiagnoseOptions {
    let mut options = DiagnoseOptions::default();
    if let Some(camera) = &mut options.camera {
        camera.device_id = media.camera.handle.device_id();
    }
    if let Some(microphone) = &mut options.microphone {
        microphone.device_id = media.microphone.handle.device_id();
    }
    options
}

async fn follow(mut diagnosis: moim::Diagnosis, progress: UseStateSetter<Option<Progress>>) {
    let mut current = Progress::default();
    while let Some(update) = diagnosis.next().await {
        current.update(update);
        progress.set(Some(current.clone()));
    }
    current.report = Some(diagnosis.report().await);
    progress.set(Some(current));
}

fn conclusion(words: &'static Words, report: Option<&DiagnosisReport>) -> String {
    let Some(report) = report else { return words.checking.to_owned() };
    let verdict = match report.verdict() {
        Verdict::Failed => words.setup_failed,
        Verdict::Warning => words.setup_warning,
        _ => words.setup_passed,
    };
    match report.recommendation {
        Some(size) => {
            let size = format!("{}\u{a0}×\u{a0}{}", size.width, size.height);
            format!("{verdict} {}", fill(words.setup_recommendation, "size", &size))
        }
        None => verdict.to_owned(),
    }
}

#[derive(Clone, PartialEq, Properties)]
struct LineProps {
    check: Check,
    result: Option<CheckResult>,
}

#[function_component]
fn Line(props: &LineProps) -> Html {
    let language = use_context::<LanguageContext>().unwrap_or_default().language;
    let words = language.words();
    let name = words.check(props.check);
    let Some(result) = &props.result else {
        return html! {
            <li class="setup__line" data-test="setup-line" data-check={props.check.as_str()}>
                <span class="spinner" aria-hidden="true" />
                <p><b>{ name }</b>{ " " }{ words.checking }</p>
            </li>
        };
    };
    let verdict = result.verdict();
    let (mark, spoken) = match verdict {
        Verdict::Passed => (Mark::Check, words.verdict_passed),
        Verdict::Warning => (Mark::Warning, words.verdict_warning),
        Verdict::Failed => (Mark::Close, words.verdict_failed),
        Verdict::Skipped => (Mark::Info, words.verdict_skipped),
    };
    let (summary, advice) = language.finding(result.finding);
    html! {
        <li
            class={classes!("setup__line", format!("setup__line--{}", verdict.as_str()))}
            data-test="setup-line"
            data-check={props.check.as_str()}
            data-finding={result.finding.as_str()}
        >
            <Icon {mark} />
            <div>
                <p><b>{ name }</b>{ " " }<span class="unseen">{ spoken }{ ". " }</span>{ summary }</p>
                if !advice.is_empty() {
                    <p class="setup__advice">{ advice }</p>
                }
                if let Some(detail) = result.detail.as_ref().filter(|_| verdict == Verdict::Failed) {
                    <p class="soft" lang="en">{ detail }</p>
                }
                <p class="soft">{ measured(result) }</p>
            </div>
        </li>
    }
}

/// The measurements that mean something to most people.
fn measured(result: &CheckResult) -> String {
    let number = |name: &str| result.measurements.get(name).and_then(|value| value.as_f64());
    let text = |name: &str| result.measurements.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let size =
        number("width").zip(number("height")).map(|(width, height)| format!("{width}\u{a0}×\u{a0}{height}"));
    let parts = [
        text("label"),
        size,
        text("mappedAddress"),
        number("bitrate").map(|bitrate| format::Unit::Bitrate.text(bitrate)),
        number("roundTripTimeMs").map(|ms| format::Unit::Time.text(ms / 1000.0)),
        number("mos").map(|mos| format!("MOS\u{a0}{mos:.1}")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

//! A pre-call check: whether devices, servers and the network suffice for a call.
//!
//! Each file performs some of the checks; what their measurements mean is determined by `engine/diagnosis`.

mod devices;
mod media;
mod options;
mod relay;
mod reporter;
mod signaling;

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::future::{LocalBoxFuture, join, join3};
use futures::{FutureExt, Stream, StreamExt};

pub use options::DiagnoseOptions;

use crate::engine::diagnosis::{
    Check, CheckResult, DiagnosisReport, Finding, TurnTransport, stun_servers, turn_servers,
};
use crate::error::Result;
use crate::model::IceServer;
use crate::platform::{clock, probe};
use reporter::Reporter;

/// Checks devices, servers and the network before a call: the microphone, the camera and the speaker, the signaling server,
/// each STUN and TURN transport, and the quality of media that is sent to itself.
///
/// ```no_run
/// # use {futures::StreamExt, moim::{DiagnoseOptions, Result, diagnose}};
/// # async fn check() -> Result<()> {
/// let mut diagnosis = diagnose(DiagnoseOptions::default())?;
/// while let Some(update) = diagnosis.next().await {
///     if let Some(result) = update.result {
///         println!("{}: {}", update.check.as_str(), result.finding.summary());
///     }
/// }
/// println!("{}", diagnosis.report().await.to_json());
/// # Ok(()) }
/// ```
///
/// The browser may ask for permission, and the speaker plays a tone for a second. Audio can be checked only after a user
/// gesture, such as the click that starts the check.
///
/// # Errors
/// [`InvalidOptions`](crate::Error::InvalidOptions) for invalid options, and without a `url` on a page without a server.
/// Everything else is a finding.
pub fn diagnose(options: DiagnoseOptions) -> Result<Diagnosis> {
    Ok(Diagnosis::new(options.resolve()?))
}

/// A diagnosis: a stream of updates, two for each check.
///
/// It advances while it is polled. Each check has a limit in time. Dropping it stops the checks and releases devices and
/// connections.
#[must_use = "nothing is checked unless it is polled"]
pub struct Diagnosis {
    work: Option<LocalBoxFuture<'static, DiagnosisReport>>,
    /// At most two for each check.
    updates: UnboundedReceiver<DiagnosisUpdate>,
    report: DiagnosisReport,
}

/// A check started or ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DiagnosisUpdate {
    /// The check.
    pub check: Check,
    /// Its result. `None` when it starts.
    pub result: Option<CheckResult>,
}

impl Diagnosis {
    /// Starts with options that [`resolve`](DiagnoseOptions::resolve) has returned.
    pub(crate) fn new(options: DiagnoseOptions) -> Self {
        let (sender, updates) = unbounded();
        let work = run(options, Reporter::new(sender)).boxed_local();
        Self { work: Some(work), updates, report: DiagnosisReport::default() }
    }

    /// Performs the remaining checks. Resolves with the report of all of them.
    pub async fn report(self) -> DiagnosisReport {
        match self.work {
            Some(work) => work.await,
            None => self.report,
        }
    }
}

impl Stream for Diagnosis {
    type Item = DiagnosisUpdate;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<DiagnosisUpdate>> {
        if let Some(work) = &mut self.work
            && let Poll::Ready(report) = work.poll_unpin(context)
        {
            self.report = report;
            self.work = None;
        }
        self.updates.poll_next_unpin(context)
    }
}

impl std::fmt::Debug for Diagnosis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Diagnosis").field("is_done", &self.work.is_none()).finish_non_exhaustive()
    }
}

async fn run(options: DiagnoseOptions, reporter: Reporter) -> DiagnosisReport {
    let started_at = js_sys::Date::now();
    let start = clock::now_ms();
    let secure = if probe::is_secure_context() { Finding::Secure } else { Finding::Insecure };
    reporter.check(Check::SecureContext, async move { secure.into() }.boxed_local()).await;
    let microphone = devices::check(&options, &reporter).await;

    let mut servers = options.ice_servers.clone();
    if options.signaling {
        servers.extend(signaling::check(&options.url, &reporter).await);
    }
    let relay = check_servers(&servers, &reporter).await;
    let recommendation = media::check(&options, relay, microphone.as_ref(), &reporter).await;
    DiagnosisReport {
        started_at,
        duration_ms: clock::now_ms() - start,
        user_agent: probe::user_agent(),
        checks: reporter.into_results(),
        recommendation,
    }
}

/// Checks STUN and TURN servers at once: one that does not answer takes as long as the browser tries. Returns the servers of
/// the best transport through which data passes.
async fn check_servers(servers: &[IceServer], reporter: &Reporter) -> Vec<IceServer> {
    let turn = |check, transport| {
        let servers = turn_servers(servers, transport);
        async move { if relay::check_turn(check, &servers, reporter).await { servers } else { Vec::new() } }
    };
    let (_, (udp, tcp, tls)) = join(
        relay::check_stun(&stun_servers(servers), reporter),
        join3(
            turn(Check::TurnUdp, TurnTransport::Udp),
            turn(Check::TurnTcp, TurnTransport::Tcp),
            turn(Check::TurnTls, TurnTransport::Tls),
        ),
    )
    .await;
    [udp, tcp, tls].into_iter().find(|servers| !servers.is_empty()).unwrap_or_default()
}

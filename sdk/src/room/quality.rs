//! Measures the quality of the room's connections, with one `getStats()` for each at an interval.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures::future::{LocalBoxFuture, join_all};
use gloo_timers::callback::Interval;

use super::driver::Driver;
use super::event::{RoomEvent, RoomState};
use crate::collections::SortedMap;
use crate::engine::data::DataMessage;
use crate::engine::quality::{
    LinkSample, Output, ParticipantQuality, QualityMonitor, QualityReport, Relief, SAMPLE_MS, Sample,
};
use crate::engine::stats::{StatsDelta, StatsReport};
use crate::model::{Channel, LinkId, ParticipantId};
use crate::platform::room_connection::RoomConnection;
use crate::platform::task::spawn_local;
use crate::platform::{chunk, clock, page};

/// The quality of a room. It is measured while the room is joined, whether anyone listens or not: the others depend on
/// this participant's reports.
#[derive(Debug)]
pub(super) struct Quality {
    monitor: RefCell<QualityMonitor>,
    /// The previous report of each connection.
    before: RefCell<SortedMap<LinkId, (Weak<RoomConnection>, StatsReport)>>,
    known: RefCell<SortedMap<ParticipantId, ParticipantQuality>>,
    own: Cell<Option<ParticipantQuality>>,
    relief: Cell<Relief>,
    is_measuring: Cell<bool>,
    interval: RefCell<Option<Interval>>,
}

impl Quality {
    pub(super) fn new(cpu_relief: bool) -> Self {
        Self {
            monitor: RefCell::new(QualityMonitor::new(cpu_relief)),
            before: RefCell::default(),
            known: RefCell::default(),
            own: Cell::default(),
            relief: Cell::default(),
            is_measuring: Cell::default(),
            interval: RefCell::default(),
        }
    }

    /// The quality for this participant.
    pub(super) fn own(&self) -> Option<ParticipantQuality> {
        self.own.get()
    }

    /// The quality of the call with another participant.
    pub(super) fn of(&self, id: &ParticipantId) -> Option<ParticipantQuality> {
        self.known.borrow().get(id).copied()
    }

    /// The limits of sent video.
    pub(super) fn relief(&self) -> Relief {
        self.relief.get()
    }

    pub(super) fn forget(&self, id: &ParticipantId) {
        self.known.borrow_mut().remove(id);
    }

    /// The room was left.
    pub(super) fn close(&self) {
        drop(self.interval.take());
        drop(self.before.take());
    }
}

#[inline(never)]
fn sample_in_statistics_chunk(driver: Rc<Driver>) -> LocalBoxFuture<'static, ()> {
    chunk::boxed(async move { driver.sample_quality().await })
}

impl Driver {
    /// Starts to measure, once the room is joined.
    pub(super) fn measure_quality(&self) {
        let this = self.this.clone();
        let interval = Interval::new(SAMPLE_MS, move || {
            let Some(driver) = this.upgrade().filter(|driver| !driver.quality.is_measuring.replace(true))
            else {
                return;
            };
            spawn_local(async move {
                match chunk::load("statistics").await {
                    Ok(()) => sample_in_statistics_chunk(driver.clone()).await,
                    Err(error) => {
                        log::warn!("the quality of the call is not measured: {error}");
                        drop(driver.quality.interval.take());
                    }
                }
                driver.quality.is_measuring.set(false);
            });
        });
        self.quality.interval.replace(Some(interval));
    }

    /// Another participant reported what it knows.
    pub(super) fn quality_reported(&self, from: ParticipantId, report: QualityReport) {
        self.quality.monitor.borrow_mut().handle_report(from, report, clock::now());
    }

    async fn sample_quality(&self) {
        let connections = self.connections.borrow().clone();
        let reports = connections.into_iter().map(|(link, connection)| async move {
            let report = connection.media_stats().await.ok()?;
            Some((link, connection, report))
        });
        let reports: Vec<_> = join_all(reports).await.into_iter().flatten().collect();
        if self.state.get() != RoomState::Joined {
            return;
        }
        let before = self.quality.before.take();
        let sample = |(link, connection, now): &(LinkId, Rc<RoomConnection>, StatsReport)| {
            let (same, before) = before.get(link)?;
            let is_same = std::ptr::eq(same.as_ptr(), Rc::as_ptr(connection));
            let delta = is_same.then(|| StatsDelta::between(before, now))?;
            Some(LinkSample { link: link.clone(), far_end: connection.far_end(), delta })
        };
        let links = reports.iter().filter_map(sample).collect();
        let now =
            reports.into_iter().map(|(link, connection, now)| (link, (Rc::downgrade(&connection), now)));
        self.quality.before.replace(now.collect());
        let session = self.session.borrow();
        let (tracks, others) = (session.watched_tracks(), session.others());
        let participants = others.map(|other| other.id.clone()).collect();
        drop(session);
        let sample = Sample { links, tracks, participants, is_hidden: page::is_hidden() };
        self.quality.monitor.borrow_mut().handle_sample(&sample, clock::now());
        self.emit_quality();
    }

    fn emit_quality(&self) {
        loop {
            let output = self.quality.monitor.borrow_mut().poll_output();
            let event = match output {
                None => return,
                Some(Output::Quality(id, quality)) => {
                    let own_id = || self.session.borrow().own_id().cloned();
                    let Some(participant_id) = id.clone().or_else(own_id) else { continue };
                    match id {
                        Some(id) => {
                            self.quality.known.borrow_mut().insert(id.clone(), quality);
                            self.media_changed_of(&id);
                        }
                        None => self.quality.own.set(Some(quality)),
                    }
                    RoomEvent::Quality { participant_id, quality }
                }
                Some(Output::Stalled((participant_id, publication_id))) => {
                    RoomEvent::MediaStalled { participant_id, publication_id }
                }
                Some(Output::Resumed((participant_id, publication_id))) => {
                    RoomEvent::MediaResumed { participant_id, publication_id }
                }
                Some(Output::Report(report)) => {
                    let message = DataMessage::Quality(report);
                    // One that cannot be sent is repeated.
                    let _ = self.with_session(|session| {
                        session.send_data(&message, Channel::Lossy, None, clock::now())
                    });
                    continue;
                }
                Some(Output::Relieve(relief)) => {
                    self.quality.relief.set(relief);
                    let connections: Vec<_> = self.connections.borrow().values().cloned().collect();
                    for connection in connections {
                        connection.relieve(relief);
                        self.settle(connection);
                    }
                    continue;
                }
            };
            self.events.send(event);
        }
    }
}

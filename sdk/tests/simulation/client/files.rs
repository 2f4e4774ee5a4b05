//! Files of a client, as `sdk/src/platform/file` and `sdk/src/room/files.rs` drive them. Reading, writing and the
//! application's answers take time.

use std::collections::{BTreeMap, BTreeSet};

use moim::engine::session::{PathChange, Session};
use moim::engine::transfer::{
    EndedTransfers, FileOffer, FileReceiver, FileSender, Output, TransferFrame, TransferId, TransferMessage,
};
use moim::model::{ParticipantId, Timestamp};
use moim::{DataChannelError, FileTransferError};

use super::super::random::Random;
use super::super::script::{Action, FileAction};
use super::{Client, Effect};

/// The transfers of a client, also those that have ended.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub(crate) transfers: BTreeMap<(ParticipantId, TransferId), Transfer>,
    /// By participant, as long as it is here.
    ended: BTreeMap<ParticipantId, EndedTransfers>,
    /// Who has left, or was given up, and may have come back.
    lost: BTreeSet<ParticipantId>,
}

#[derive(Debug)]
pub(crate) struct Transfer {
    pub(crate) begun_at: Timestamp,
    machine: Machine,
    /// The file, or what has been written of it.
    pub(crate) bytes: Vec<u8>,
    /// An operation has not ended; until then there is no other one.
    is_busy: bool,
    /// A message that found the queue full.
    unsent: Option<TransferMessage>,
    pub(crate) outcome: Option<Result<(), FileTransferError>>,
    /// One of the two persons has cancelled or declined it.
    pub(crate) is_given_up: bool,
}

#[derive(Debug)]
enum Machine {
    Sending(FileSender),
    Offered(FileOffer),
    Receiving(FileReceiver),
    Rejected,
}

impl Transfer {
    fn new(machine: Machine, bytes: Vec<u8>, begun_at: Timestamp) -> Self {
        let (is_busy, unsent, outcome, is_given_up) = Default::default();
        Self { begun_at, machine, bytes, is_busy, unsent, outcome, is_given_up }
    }

    pub(crate) fn is_sent(&self) -> bool {
        matches!(self.machine, Machine::Sending(_))
    }

    fn poll_output(&mut self) -> Option<Output> {
        if self.is_busy || self.outcome.is_some() {
            return None;
        }
        match &mut self.machine {
            Machine::Sending(machine) => machine.poll_output(),
            Machine::Receiving(machine) => machine.poll_output(),
            Machine::Offered(_) | Machine::Rejected => None,
        }
    }

    fn path_changed(&mut self, change: PathChange) {
        match (&mut self.machine, change) {
            (Machine::Sending(machine), PathChange::Interrupted) => machine.handle_suspended(),
            (Machine::Sending(machine), PathChange::Renewed) => machine.handle_renewed(),
            (Machine::Sending(machine), PathChange::Lost) => machine.handle_disconnect(),
            (Machine::Receiving(machine), PathChange::Interrupted) => machine.handle_suspended(),
            (Machine::Receiving(machine), PathChange::Renewed) => machine.handle_renewed(),
            (Machine::Receiving(machine), PathChange::Lost) => machine.handle_disconnect(),
            (Machine::Offered(_) | Machine::Rejected, _) => {}
        }
        if change == PathChange::Lost && matches!(self.machine, Machine::Offered(_)) {
            self.outcome = Some(Err(FileTransferError::Interrupted { transferred: 0, size: 0 }));
        }
    }
}

impl Files {
    pub(crate) fn path_changed(&mut self, with: &ParticipantId, change: PathChange) {
        for ((far_end, _), transfer) in &mut self.transfers {
            if far_end == with && transfer.outcome.is_none() {
                transfer.path_changed(change);
            }
        }
        if change == PathChange::Lost {
            self.ended.remove(with);
            self.lost.insert(with.clone());
        }
    }

    pub(crate) fn all_lost(&mut self) {
        let running = self.transfers.values_mut().filter(|transfer| transfer.outcome.is_none());
        running.for_each(|transfer| transfer.path_changed(PathChange::Lost));
    }

    fn running(&mut self, key: &(ParticipantId, TransferId)) -> Option<&mut Transfer> {
        self.transfers.get_mut(key).filter(|transfer| transfer.outcome.is_none())
    }

    fn send(
        &mut self,
        session: &mut Session,
        key: &(ParticipantId, TransferId),
        message: TransferMessage,
    ) -> Result<(), DataChannelError> {
        self.ended.entry(key.0.clone()).or_default().sent(key.1, &message);
        session.send_file_frame(TransferFrame { id: key.1, message }.encode(), &key.0)
    }
}

impl Client {
    pub(super) fn send_file(&mut self, now: Timestamp, random: &mut Random) {
        let Some(to) = self.pick_other(random) else { return };
        let bytes: Vec<_> = (0..random.number(0..40_000)).map(|_| random.number(0..256) as u8).collect();
        let (name, size) = (format!("{}", self.files.transfers.len()), bytes.len() as u64);
        let offer = FileOffer { name, size, resumes: true, ..FileOffer::default() };
        let mut id = [0; 16];
        id.fill_with(|| random.number(0..256) as u8);
        let machine = Machine::Sending(FileSender::new(offer, 4_000));
        self.files.transfers.insert((to, TransferId(id)), Transfer::new(machine, bytes, now));
    }

    pub(super) fn cancel_file(&mut self, random: &mut Random) {
        let running = self.files.transfers.values_mut().filter(|transfer| transfer.outcome.is_none());
        let Some(transfer) = random.pick(running) else { return };
        match &mut transfer.machine {
            Machine::Sending(machine) => machine.cancel("enough"),
            Machine::Receiving(machine) => machine.cancel("enough"),
            Machine::Offered(_) | Machine::Rejected => return,
        }
        transfer.is_given_up = true;
    }

    /// An operation has ended, or a person answers.
    pub(super) fn file(&mut self, with: ParticipantId, id: TransferId, action: FileAction) {
        let key = (with, id);
        let Some(transfer) = self.files.running(&key) else { return };
        match (action, &mut transfer.machine) {
            (FileAction::Read { offset, length }, Machine::Sending(machine)) => {
                transfer.is_busy = false;
                let start = usize::try_from(offset).unwrap();
                machine.handle_read(transfer.bytes[start..start + length].to_vec());
            }
            (FileAction::Written(bytes), Machine::Receiving(machine)) => {
                transfer.is_busy = false;
                transfer.bytes.extend(&bytes);
                machine.handle_written(bytes.len());
            }
            (FileAction::Closed, Machine::Receiving(machine)) => {
                transfer.is_busy = false;
                machine.handle_closed();
            }
            (FileAction::Answer { accepts: true }, Machine::Offered(offer)) => {
                let mut machine = FileReceiver::new(offer.clone());
                machine.accept();
                transfer.machine = Machine::Receiving(machine);
            }
            (FileAction::Answer { accepts: false }, Machine::Offered(_)) => {
                let reason = "no".to_owned();
                transfer.machine = Machine::Rejected;
                transfer.is_given_up = true;
                transfer.outcome = Some(Err(FileTransferError::Rejected { reason: reason.clone() }));
                let _ = self.files.send(&mut self.session, &key, TransferMessage::Reject { reason });
            }
            // To an earlier offer of the same file, which the sender took back by leaving.
            (FileAction::Answer { .. }, _) => {}
            (action, machine) => panic!("{action:?} of {machine:?}"),
        }
    }

    pub(super) fn file_frame(
        &mut self,
        from: ParticipantId,
        frame: &[u8],
        now: Timestamp,
        random: &mut Random,
    ) {
        let TransferFrame { id, message } = TransferFrame::decode(frame).expect("a frame of a file");
        let key = (from.clone(), id);
        let transfer = self.files.running(&key);
        match (transfer.map(|transfer| &mut transfer.machine), message) {
            (Some(Machine::Sending(machine)), message) => machine.handle_message(message),
            (Some(Machine::Receiving(machine)), TransferMessage::Offer(offer)) => {
                assert!(machine.resume(&offer), "an offer of a file that is received");
            }
            (Some(Machine::Receiving(machine)), message) => machine.handle_message(message),
            (Some(Machine::Offered(_)), TransferMessage::Cancel { reason, .. }) => {
                let cancelled = FileTransferError::Cancelled { by_remote: true, reason };
                self.files.running(&key).unwrap().outcome = Some(Err(cancelled));
            }
            (Some(Machine::Offered(_) | Machine::Rejected), _) => {}
            (None, TransferMessage::Cancel { .. }) => {}
            (None, message) => {
                let ended = self.files.ended.entry(from.clone()).or_default();
                match (ended.reply(id, &message), message) {
                    (Some(reply), _) => {
                        let _ = self.files.send(&mut self.session, &key, reply);
                    }
                    (None, TransferMessage::Offer(offer)) => {
                        let offered = Transfer::new(Machine::Offered(offer), Vec::new(), now);
                        let before = self.files.transfers.insert(key, offered);
                        // To the receiver, the sender had left.
                        let was_lost = self.files.lost.contains(&from);
                        assert!(before.is_none() || was_lost, "a file was offered again");
                        let answer = FileAction::Answer { accepts: !random.happens(10) };
                        self.file_later(random.number(1..3_000), &from, id, answer);
                    }
                    (None, _) => {}
                }
            }
        }
    }

    fn file_later(&mut self, after: Timestamp, with: &ParticipantId, id: TransferId, action: FileAction) {
        self.effects.push(Effect::Later(after, Action::File(with.clone(), id, action)));
    }

    /// Performs the outputs of all transfers. Returns whether there were any.
    pub(super) fn run_files(&mut self, random: &mut Random) -> bool {
        let mut any = false;
        for key in self.files.transfers.keys().cloned().collect::<Vec<_>>() {
            while let Some(transfer) = self.files.running(&key) {
                let unsent = transfer.unsent.take().map(Output::Send);
                let is_retry = unsent.is_some();
                let Some(output) = unsent.or_else(|| transfer.poll_output()) else { break };
                if !self.perform(&key, output, random) {
                    break;
                }
                any |= !is_retry;
            }
        }
        any
    }

    /// Performs an output. Returns `false` if it has to wait for capacity.
    fn perform(&mut self, key: &(ParticipantId, TransferId), output: Output, random: &mut Random) -> bool {
        let (with, id) = key;
        match output {
            Output::Send(message) => {
                let sent = self.files.send(&mut self.session, key, message.clone());
                let transfer = self.files.running(key).unwrap();
                match (sent, &mut transfer.machine) {
                    (Err(DataChannelError::QueueFull { .. }), _) => {
                        transfer.unsent = Some(message);
                        return false;
                    }
                    (Err(_), Machine::Sending(machine)) => machine.handle_disconnect(),
                    (Err(_), Machine::Receiving(machine)) => machine.handle_disconnect(),
                    _ => {}
                }
            }
            Output::Read { offset, length } => {
                self.files.running(key).unwrap().is_busy = true;
                self.file_later(random.number(1..900), with, *id, FileAction::Read { offset, length });
            }
            Output::Write(bytes) => {
                self.files.running(key).unwrap().is_busy = true;
                self.file_later(random.number(1..100), with, *id, FileAction::Written(bytes));
            }
            Output::Close => {
                self.files.running(key).unwrap().is_busy = true;
                self.file_later(random.number(1..100), with, *id, FileAction::Closed);
            }
            Output::Progress(_) => {}
            Output::Finished(outcome) => self.files.running(key).unwrap().outcome = Some(outcome),
        }
        true
    }
}

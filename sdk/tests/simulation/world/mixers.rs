//! Starts and stops the room's mixer for the server, like `signaling-stub/src/server/mixers.rs`.

use super::World;
use crate::queue::{ClientId, Event};
use crate::script::{Action, Character};
use moim::model::Role;

impl World {
    pub(super) fn start_mixer(&mut self) {
        self.stop_mixer();
        let mixer = self.add_client(Character::MIXER);
        self.mixer = Some(mixer);
        let at = self.queue.now() + self.random.number(200..3_000);
        self.queue.push(at, Event::Act(mixer, Action::Join(Role::Mixer)));
    }

    pub(super) fn stop_mixer(&mut self) {
        if let Some(mixer) = self.mixer.take().filter(|mixer| self.clients[*mixer].runs) {
            self.act(mixer, Action::Crash);
        }
    }

    /// The started mixer, while its page lives.
    pub(crate) fn running_mixer(&self) -> Option<ClientId> {
        self.mixer.filter(|mixer| self.clients[*mixer].runs && self.clients[*mixer].view.ended.is_none())
    }

    /// A mixer acts.
    pub(super) fn mixer_acts(&mut self, action: Action) {
        let is_mixing = |id: &ClientId| self.clients[*id].character.is_mixer && self.clients[*id].stays();
        let mixing: Vec<_> = (0..self.clients.len()).filter(is_mixing).collect();
        if let Some(mixer) = self.random.pick(mixing) {
            self.act(mixer, action);
            self.follow(mixer);
        }
    }
}

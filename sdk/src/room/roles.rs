//! The actions that a participant's role and token allow: the host decides who is in the room, the mixer publishes the layout of
//! its picture.

use std::collections::BTreeMap;

use super::{Room, RoomState};
use crate::engine::mix_layout::{self, MixLayout};
use crate::error::{Error, Result};
use crate::model::{
    Feature, Lobby, Order, ParticipantId, PublicationId, Role, RoomPermission, RoomPermissions,
};
use crate::options::UpdateOptions;

impl Room {
    /// This participant's role, once joined.
    pub fn role(&self) -> Option<Role> {
        self.driver().session.borrow().own_role()
    }

    /// What this participant may do. Everything, unless its token says otherwise, and until the room is joined.
    pub fn permissions(&self) -> RoomPermissions {
        self.driver().session.borrow().permissions()
    }

    pub(super) fn expect_permitted(
        &self,
        action: &'static str,
        permission: impl Into<RoomPermission>,
    ) -> Result<()> {
        let permission = permission.into();
        if self.permissions().allows(permission) {
            Ok(())
        } else {
            Err(Error::NotPermitted { action, permission })
        }
    }

    /// The lobby: who waits to be admitted, and whether newcomers have to.
    pub fn lobby(&self) -> Lobby {
        self.driver().session.borrow().lobby().clone()
    }

    /// The layout of the mixer's picture; `None` without a mixer, or before it was published.
    pub fn layout(&self) -> Option<MixLayout> {
        self.driver().session.borrow().layout().cloned()
    }

    /// As the mixer: publishes the layout of the picture. The others get
    /// [`RoomEvent::LayoutChange`](crate::RoomEvent::LayoutChange).
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined, or not as its mixer.
    pub fn set_layout(&self, layout: &MixLayout) -> Result<()> {
        let action = "publish the layout";
        self.expect_state(action, &[RoomState::Joined])?;
        if self.role() != Some(Role::Mixer) {
            return Err(Error::InvalidState { action, state: "this participant is not a mixer" });
        }
        let attributes = BTreeMap::from([(mix_layout::ATTRIBUTE.to_owned(), Some(layout.to_attribute()))]);
        self.update(UpdateOptions { attributes, ..UpdateOptions::default() })
    }

    /// As the host: sets whether newcomers wait in the lobby until they are admitted.
    ///
    /// # Errors
    /// `InvalidState` if the room is not joined, or not as its host.
    pub fn set_locked(&self, locked: bool) -> Result<()> {
        self.order("lock the room", Order::Lock(locked))
    }

    /// As the host: admits a waiting participant. Has no effect if nobody with this id waits.
    ///
    /// # Errors
    /// The errors of [`set_locked`](Self::set_locked).
    pub fn admit(&self, participant: &ParticipantId) -> Result<()> {
        self.order("admit a participant", Order::Admit(participant.clone()))
    }

    /// As the host: removes a participant from the room or from the lobby.
    ///
    /// # Errors
    /// The errors of [`set_locked`](Self::set_locked).
    pub fn remove(&self, participant: &ParticipantId) -> Result<()> {
        self.order("remove a participant", Order::Remove(participant.clone()))
    }

    /// As the host: mutes another participant's publication. Only its publisher can unmute it.
    ///
    /// # Errors
    /// The errors of [`set_locked`](Self::set_locked).
    pub fn mute(&self, participant: &ParticipantId, publication: &PublicationId) -> Result<()> {
        self.order("mute a participant", Order::Mute(participant.clone(), publication.clone()))
    }

    fn order(&self, action: &'static str, order: Order) -> Result<()> {
        self.expect_supported(match order {
            Order::Lock(_) | Order::Admit(_) => Feature::Lobby,
            Order::Remove(_) => Feature::Remove,
            Order::Mute(..) => Feature::Mute,
        })?;
        self.expect_state(action, &[RoomState::Joined])?;
        if self.role() != Some(Role::Host) {
            return Err(Error::InvalidState { action, state: "this participant is not the room's host" });
        }
        self.driver().with_session(|session| session.order(order));
        Ok(())
    }
}

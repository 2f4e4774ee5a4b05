//! The actions that a participant's role and token allow.

use wasm_bindgen::prelude::*;

use super::media::to_js;
use super::options;
use super::publish::remote_publication;
use super::room::{JsRoom, participant_id};

#[wasm_bindgen(js_class = Room)]
impl JsRoom {
    /// This participant's role, once joined.
    #[wasm_bindgen(getter, unchecked_return_type = "Role | undefined")]
    pub fn role(&self) -> Result<JsValue, JsValue> {
        self.handle().role().map_or(Ok(JsValue::UNDEFINED), |role| to_js(&role))
    }

    /// What this participant may do: everything, unless its token says otherwise, and until the room is joined.
    #[wasm_bindgen(getter, unchecked_return_type = "readonly RoomPermission[]")]
    pub fn permissions(&self) -> Result<JsValue, JsValue> {
        to_js(&self.handle().permissions())
    }

    /// The lobby: who waits to be admitted, and whether newcomers have to.
    #[wasm_bindgen(getter, unchecked_return_type = "Lobby")]
    pub fn lobby(&self) -> Result<JsValue, JsValue> {
        to_js(&self.handle().lobby())
    }

    /// The layout of the mixer's picture; `undefined` without a mixer, or before it was published.
    #[wasm_bindgen(getter, unchecked_return_type = "MixLayout | undefined")]
    pub fn layout(&self) -> Result<JsValue, JsValue> {
        self.handle().layout().map_or(Ok(JsValue::UNDEFINED), |layout| to_js(&layout))
    }

    /// As the mixer: publishes the layout of the picture. The others get `layoutchange`.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined as its mixer; ERR_INVALID_OPTIONS if it is not a
    /// layout.
    #[wasm_bindgen(js_name = setLayout)]
    pub fn set_layout(
        &self,
        #[wasm_bindgen(unchecked_param_type = "MixLayout")] layout: JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.handle().set_layout(&options::parse_value(layout, "layout")?)?)
    }

    /// As the host: sets whether newcomers wait in the lobby until they are admitted.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined as its host; ERR_INVALID_OPTIONS if it is not a
    /// boolean.
    #[wasm_bindgen(js_name = setLocked)]
    pub fn set_locked(
        &self,
        #[wasm_bindgen(unchecked_param_type = "boolean")] locked: JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.handle().set_locked(options::parse_value(locked, "locked")?)?)
    }

    /// As the host: admits a waiting participant. Has no effect if nobody with this id waits.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined as its host; ERR_INVALID_OPTIONS if it is
    /// not an id or an object that has one.
    pub fn admit(
        &self,
        #[wasm_bindgen(js_name = participantId, unchecked_param_type = "ParticipantLike")]
        participant: JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.handle().admit(&participant_id(participant)?)?)
    }

    /// As the host: removes a participant from the room or from the lobby. Has no effect if nobody has
    /// this id.
    /// @throws {MoimError} ERR_INVALID_STATE unless the room is joined as its host; ERR_INVALID_OPTIONS if it is
    /// not an id or an object that has one.
    pub fn remove(
        &self,
        #[wasm_bindgen(js_name = participantId, unchecked_param_type = "ParticipantLike")]
        participant: JsValue,
    ) -> Result<(), JsValue> {
        Ok(self.handle().remove(&participant_id(participant)?)?)
    }

    #[wasm_bindgen(skip_typescript)]
    pub fn mute(&self, publication: JsValue, next: Option<JsValue>) -> Result<(), JsValue> {
        let ((participant, publication), _) = remote_publication(publication, next, None)?;
        Ok(self.handle().mute(&participant, &publication)?)
    }
}

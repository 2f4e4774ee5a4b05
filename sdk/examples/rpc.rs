//! Calls between participants, with the application's own types. Compiled for the browser, and not run.

#[cfg(target_arch = "wasm32")]
#[allow(dead_code, unreachable_pub, reason = "an application would call it")]
mod example {
    use moim::{CallOptions, Error, ParticipantId, Result, Room, RpcError, RpcGuard};
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    pub struct Move {
        from: String,
        to: String,
    }

    #[derive(Serialize, Deserialize)]
    pub struct Board {
        position: String,
    }

    const NOT_YOUR_TURN: u32 = 1;

    /// Lets the others move, until the guard is dropped.
    pub fn host(room: &Room, is_turn_of: impl Fn(&ParticipantId) -> bool + 'static) -> Result<RpcGuard> {
        room.register_rpc("move", move |Move { from, to }, call| {
            let is_turn = is_turn_of(&call.participant_id);
            async move {
                if !is_turn {
                    return Err(RpcError::new(NOT_YOUR_TURN, "it is not your turn"));
                }
                Ok(Board { position: format!("{from}-{to}") })
            }
        })
    }

    /// Moves; `None` if it is another's turn.
    pub async fn play(room: &Room, host: &ParticipantId, step: &Move) -> Result<Option<Board>> {
        match room.call(host, "move", step, &CallOptions::timeout_ms(5_000)).await {
            Ok(board) => Ok(Some(board)),
            Err(Error::Rpc(RpcError::Application { code: NOT_YOUR_TURN, .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn main() {}

//! Commands for a connection that the browser refuses to open.

use super::ConnectionCommand;

/// What to perform once the connection is open, in order. It grows with the publications to send, not with time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldCommands(Vec<ConnectionCommand>);

impl HeldCommands {
    /// Adds a command. It replaces those that have no effect any more.
    pub fn push(&mut self, command: ConnectionCommand) {
        match &command {
            ConnectionCommand::Detach(id) => {
                return self.0.retain(
                    |held| !matches!(held, ConnectionCommand::Attach(attached, _) if attached == id),
                );
            }
            ConnectionCommand::Limit(id, limit) => {
                for held in &mut self.0 {
                    if let ConnectionCommand::Attach(attached, held) = held
                        && attached == id
                    {
                        *held = *limit;
                    }
                }
                return;
            }
            // It is about a connection that was connected before.
            ConnectionCommand::SendKeyFrames => return,
            ConnectionCommand::Receive(_) => {
                self.0.retain(|held| !matches!(held, ConnectionCommand::Receive(_)));
            }
            _ => {}
        }
        self.0.push(command);
    }
}

impl IntoIterator for HeldCommands {
    type Item = ConnectionCommand;
    type IntoIter = std::vec::IntoIter<ConnectionCommand>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::connection::Limit;
    use crate::engine::exchange::Command;
    use crate::model::Sections;

    fn limited(max_height: u32) -> Limit {
        Limit { wanted: true, max_height: Some(max_height) }
    }

    fn held(commands: impl IntoIterator<Item = ConnectionCommand>) -> Vec<ConnectionCommand> {
        let mut held = HeldCommands::default();
        commands.into_iter().for_each(|command| held.push(command));
        held.into_iter().collect()
    }

    #[test]
    fn a_limit_is_that_of_the_publication_that_waits() {
        let attach = |id: &str, limit| ConnectionCommand::Attach(id.into(), limit);
        let limits = (1..1000).map(|height| ConnectionCommand::Limit("camera".into(), limited(height)));
        let attached = [attach("camera", Limit::default()), attach("screen", Limit::default())];
        assert_eq!(
            held(attached.into_iter().chain(limits)),
            [attach("camera", limited(999)), attach("screen", Limit::default())]
        );
    }

    #[test]
    fn a_publication_that_comes_and_goes_leaves_nothing() {
        let flip = [
            ConnectionCommand::Attach("camera".into(), Limit::default()),
            ConnectionCommand::Limit("camera".into(), limited(90)),
            ConnectionCommand::Detach("camera".into()),
        ];
        assert_eq!(held(flip.into_iter().cycle().take(300)), []);
    }

    #[test]
    fn other_commands_keep_their_order_and_the_last_number_of_sections_counts() {
        let receive = |video| ConnectionCommand::Receive(Sections { audio: 0, video });
        let offer = ConnectionCommand::Exchange(Command::SetLocalDescription);
        assert_eq!(held([receive(1), offer.clone(), receive(2)]), [offer, receive(2)]);
    }
}

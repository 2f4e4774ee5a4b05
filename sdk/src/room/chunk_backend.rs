//! The backend of a server whose code is in a chunk.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use crate::platform::chunk;
use crate::platform::task::spawn_local;
use crate::signaling::{
    Capabilities, Channel, DataPacket, HttpResponse, Output, Server, ServerOptions, SignalCommand,
    SignalEvent, SignalingBackend, SocketEvent, Timestamp, Wake, backend_for,
};

/// Waits for its chunk: the room is created, and commands are given, at once.
pub(super) struct ChunkBackend {
    server: &'static Server,
    options: ServerOptions,
    wake: Option<Wake>,
    /// Commands until the chunk is loaded.
    early: Vec<(SignalCommand, Timestamp)>,
    loaded: Rc<RefCell<Option<Result<(), String>>>>,
    backend: Option<Box<dyn SignalingBackend>>,
}

// As for `NativeBackend`.
impl fmt::Debug for ChunkBackend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkBackend").finish_non_exhaustive()
    }
}

/// Creates the backend of a server, whose URL is absolute.
pub(super) fn create(options: ServerOptions) -> Box<dyn SignalingBackend> {
    let server = options.kind.server();
    if server.chunk.is_none() {
        return backend_for(options);
    }
    Box::new(ChunkBackend {
        server,
        options,
        wake: None,
        early: Vec::new(),
        loaded: Rc::default(),
        backend: None,
    })
}

impl ChunkBackend {
    /// Loads the chunk. The second time is for the result, and for another attempt: when the room is joined.
    fn load(&self, is_needed: bool) {
        let Some(chunk) = self.server.chunk else { return };
        let (loaded, wake) = (self.loaded.clone(), self.wake.clone());
        spawn_local(async move {
            let result = chunk::load(chunk).await.map_err(|error| error.to_string());
            if is_needed {
                loaded.replace(Some(result));
                wake.iter().for_each(Wake::wake);
            }
        });
    }

    fn create(&mut self) -> Result<(), String> {
        let Some(loaded) = self.loaded.take() else { return Ok(()) };
        loaded?;
        let mut backend = backend_for(self.options.clone());
        if let Some(wake) = self.wake.take() {
            backend.handle_start(wake);
        }
        for (command, at) in self.early.drain(..) {
            backend.handle_command(command, at);
        }
        self.backend = Some(backend);
        Ok(())
    }
}

impl SignalingBackend for ChunkBackend {
    fn capabilities(&self) -> Capabilities {
        (self.server.capabilities)()
    }

    fn handle_start(&mut self, wake: Wake) {
        self.wake = Some(wake);
        self.load(false);
    }

    fn handle_command(&mut self, command: SignalCommand, now: Timestamp) {
        if let Some(backend) = &mut self.backend {
            return backend.handle_command(command, now);
        }
        if matches!(command, SignalCommand::Join(_)) {
            self.load(true);
        }
        self.early.push((command, now));
    }

    fn handle_socket(&mut self, event: SocketEvent, now: Timestamp) {
        if let Some(backend) = &mut self.backend {
            backend.handle_socket(event, now);
        }
    }

    fn handle_http(&mut self, id: u32, response: Result<HttpResponse, String>, now: Timestamp) {
        if let Some(backend) = &mut self.backend {
            backend.handle_http(id, response, now);
        }
    }

    fn handle_data(&mut self, packet: DataPacket, now: Timestamp) {
        if let Some(backend) = &mut self.backend {
            backend.handle_data(packet, now);
        }
    }

    fn handle_channel(&mut self, channel: Channel, bytes: Vec<u8>, now: Timestamp) {
        if let Some(backend) = &mut self.backend {
            backend.handle_channel(channel, bytes, now);
        }
    }

    fn poll_timeout(&self) -> Option<Timestamp> {
        self.backend.as_ref()?.poll_timeout()
    }

    fn handle_timeout(&mut self, now: Timestamp) {
        if let Some(backend) = &mut self.backend {
            backend.handle_timeout(now);
        }
    }

    fn poll_output(&mut self) -> Option<Output> {
        if let Err(detail) = self.create() {
            return Some(Output::Event(SignalEvent::Lost { detail }));
        }
        self.backend.as_mut()?.poll_output()
    }
}

//! Analyses the audio of a track: <https://www.w3.org/TR/webaudio/#AnalyserNode>.

use std::rc::Rc;

use web_sys::{AnalyserNode, MediaStreamAudioSourceNode, MediaStreamTrack};

use super::audio_context::SharedContext;
use super::element::stream_of;
use super::exception::Exception;
use super::silent_player::SilentPlayer;
use crate::error::Result;

/// An `AnalyserNode` connected to a track, until it is dropped.
#[derive(Debug)]
pub(super) struct Analyser {
    source: MediaStreamAudioSourceNode,
    node: AnalyserNode,
    context: Rc<SharedContext>,
    _player: Option<SilentPlayer>,
}

impl Analyser {
    /// Analyses `window` samples at a time, a power of two.
    pub(super) fn new(track: &MediaStreamTrack, window: u32) -> Result<Self> {
        let stream = stream_of(std::slice::from_ref(track))?;
        let context = SharedContext::get()?;
        let node = AnalyserNode::new(context.as_raw()).map_err(Exception::from)?;
        node.set_fft_size(window);
        let source = context.as_raw().create_media_stream_source(&stream).map_err(Exception::from)?;
        source.connect_with_audio_node(&node).map_err(Exception::from)?;
        context.resume();
        let player = SilentPlayer::start(std::slice::from_ref(track))?;
        Ok(Self { source, node, context, _player: player })
    }

    pub(super) fn as_raw(&self) -> &AnalyserNode {
        &self.node
    }

    pub(super) fn context(&self) -> &Rc<SharedContext> {
        &self.context
    }
}

impl Drop for Analyser {
    fn drop(&mut self) {
        let _ = self.source.disconnect();
        let _ = self.node.disconnect();
    }
}

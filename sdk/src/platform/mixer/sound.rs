//! The audio graph: each source is connected through its own gain to every output that includes it.
//! <https://www.w3.org/TR/webaudio/#MediaStreamAudioDestinationNode>

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{GainNode, MediaStreamAudioDestinationNode, MediaStreamAudioSourceNode, MediaStreamTrack};

use crate::collections::SortedMap;
use crate::error::{Error, Result};
use crate::model::MediaKind;
use crate::platform::audio_context::SharedContext;
use crate::platform::element::stream_of;
use crate::platform::exception::Exception;
use crate::platform::track::kind_of;

#[derive(Debug, Default)]
pub(super) struct Sound {
    context: RefCell<Option<Rc<SharedContext>>>,
    gains: RefCell<SortedMap<u32, GainNode>>,
    outputs: RefCell<Vec<Output>>,
}

#[derive(Debug)]
struct Output {
    except: Option<u32>,
    node: MediaStreamAudioDestinationNode,
}

/// The audio of a source. Dropping it disconnects it.
#[derive(Debug)]
pub(super) struct SoundSource {
    node: MediaStreamAudioSourceNode,
    gain: GainNode,
}

impl Sound {
    pub(super) fn add(&self, id: u32, tracks: &[MediaStreamTrack], gain: f64) -> Result<SoundSource> {
        let context = self.context()?;
        let audio: Vec<MediaStreamTrack> =
            tracks.iter().filter(|track| kind_of(track) == MediaKind::Audio).map(Clone::clone).collect();
        let node =
            context.as_raw().create_media_stream_source(&stream_of(&audio)?).map_err(Exception::from)?;
        let source = SoundSource { node, gain: GainNode::new(context.as_raw()).map_err(Exception::from)? };
        source.set_gain(gain);
        source.node.connect_with_audio_node(&source.gain).map_err(Exception::from)?;
        for output in self.outputs.borrow().iter().filter(|output| output.except != Some(id)) {
            source.gain.connect_with_audio_node(&output.node).map_err(Exception::from)?;
        }
        self.gains.borrow_mut().insert(id, source.gain.clone());
        context.resume();
        Ok(source)
    }

    /// The track of all sources except one. Further calls return the same track.
    pub(super) fn output(&self, except: Option<u32>) -> Result<MediaStreamTrack> {
        let known = self.outputs.borrow().iter().find(|output| output.except == except).map(Output::track);
        if let Some(known) = known {
            return known;
        }
        let context = self.context()?;
        let node = MediaStreamAudioDestinationNode::new(context.as_raw()).map_err(Exception::from)?;
        for (id, gain) in &*self.gains.borrow() {
            if Some(*id) != except {
                gain.connect_with_audio_node(&node).map_err(Exception::from)?;
            }
        }
        context.resume();
        let output = Output { except, node };
        let track = output.track();
        self.outputs.borrow_mut().push(output);
        track
    }

    /// Excludes a source from the outputs that are created from now on.
    pub(super) fn silence(&self, id: u32) {
        self.gains.borrow_mut().remove(&id);
    }

    /// Removes a source, and the output that was created for it.
    pub(super) fn remove(&self, id: u32) {
        self.silence(id);
        self.outputs.borrow_mut().retain(|output| {
            let stays = output.except != Some(id);
            if !stays {
                output.stop();
                for gain in self.gains.borrow().values() {
                    // Throws if it was not connected.
                    let _ = gain.disconnect_with_audio_node(&output.node);
                }
            }
            stays
        });
    }

    pub(super) fn close(&self) {
        self.gains.take();
        let outputs = self.outputs.take();
        outputs.iter().for_each(Output::stop);
        self.context.take();
    }

    /// Not opened for a mixer without audio.
    fn context(&self) -> Result<Rc<SharedContext>> {
        let known = self.context.borrow().clone();
        if let Some(known) = known {
            return Ok(known);
        }
        let context = SharedContext::get()?;
        self.context.replace(Some(context.clone()));
        Ok(context)
    }
}

impl Output {
    fn track(&self) -> Result<MediaStreamTrack> {
        let track = self.node.stream().get_audio_tracks().get(0).dyn_into();
        track.map_err(|_| Error::Unsupported { feature: "MediaStreamAudioDestinationNode" })
    }

    fn stop(&self) {
        if let Ok(track) = self.track() {
            track.stop();
        }
    }
}

impl SoundSource {
    pub(super) fn set_gain(&self, gain: f64) {
        self.gain.gain().set_value(gain as f32);
    }
}

impl Drop for SoundSource {
    fn drop(&mut self) {
        let _ = self.node.disconnect();
        let _ = self.gain.disconnect();
    }
}

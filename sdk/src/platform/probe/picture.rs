//! The brightness of a camera's picture.

use wasm_bindgen::JsCast;
use web_sys::{HtmlMediaElement, HtmlVideoElement};

use crate::engine::diagnosis::Luma;
use crate::error::Result;
use crate::model::MediaKind;
use crate::platform::canvas::canvas_2d;
use crate::platform::clock::sleep;
use crate::platform::element::media_element;
use crate::platform::exception::Exception;
use crate::platform::{LocalTrack, clock};

/// A picture of this size is enough.
const WIDTH: u32 = 64;
const HEIGHT: u32 = 36;
const EVERY_MS: u32 = 100;

/// Looks at the track's pictures until one is not black, but no longer than `ms`. Returns the brightest; `None` if there
/// was none.
pub(crate) async fn brightest(track: &LocalTrack, ms: f64) -> Result<Option<Luma>> {
    let preview = Preview::new(track)?;
    let (_, context) = canvas_2d(WIDTH, HEIGHT)?;
    let (width, height) = (f64::from(WIDTH), f64::from(HEIGHT));
    let mut brightest: Option<Luma> = None;
    let end = clock::now_ms() + ms;
    while clock::now_ms() < end && brightest.is_none_or(Luma::is_black) {
        if let Some(video) = preview.playing() {
            context
                .draw_image_with_html_video_element_and_dw_and_dh(video, 0.0, 0.0, width, height)
                .map_err(Exception::from)?;
            let pixels = context.get_image_data(0.0, 0.0, width, height).map_err(Exception::from)?.data();
            let luma = Luma::of(&pixels);
            brightest = Some(brightest.filter(|known| known.max >= luma.max).unwrap_or(luma));
        }
        sleep(EVERY_MS).await;
    }
    Ok(brightest)
}

/// An element that plays a track until it is dropped.
struct Preview<'a> {
    track: &'a LocalTrack,
    element: HtmlMediaElement,
}

impl<'a> Preview<'a> {
    fn new(track: &'a LocalTrack) -> Result<Self> {
        let element = media_element(MediaKind::Video)?;
        track.attach(&element)?;
        Ok(Self { track, element })
    }

    /// The element, if it has a picture.
    fn playing(&self) -> Option<&HtmlVideoElement> {
        let has_picture = self.element.ready_state() >= HtmlMediaElement::HAVE_CURRENT_DATA;
        self.element.dyn_ref::<HtmlVideoElement>().filter(|video| has_picture && video.video_width() > 0)
    }
}

impl Drop for Preview<'_> {
    fn drop(&mut self) {
        self.track.detach(&self.element);
    }
}

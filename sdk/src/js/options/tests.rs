use wasm_bindgen_test::wasm_bindgen_test;

use super::*;
use crate::options::{ChatOptions, DataOptions, PublishOptions, UpdateOptions};
use crate::platform::{CameraOptions, RecorderOptions};
use crate::room::SendFileOptions;
use crate::{ErrorCode, FacingMode, TrackSource};

fn js(expression: &str) -> JsValue {
    js_sys::eval(&format!("({expression})")).expect("an expression")
}

fn camera(expression: &str) -> Result<CameraOptions> {
    parse(Some(js(expression)), "camera options")
}

fn complaint<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    let error = outcome.expect_err("wrong options");
    assert_eq!(error.code(), ErrorCode::InvalidOptions);
    error.to_string()
}

#[wasm_bindgen_test]
fn what_is_left_out_has_its_default() {
    assert_eq!(parse::<CameraOptions>(None, "camera options"), Ok(CameraOptions::default()));
    assert_eq!(camera("{}"), Ok(CameraOptions::default()));
    assert_eq!(camera("{ width: undefined }"), Ok(CameraOptions::default()));
    let all =
        camera("{ deviceId: 'a', facingMode: 'environment', width: 640, height: null, frameRate: 7.5 }");
    let wanted = CameraOptions {
        device_id: Some("a".to_owned()),
        facing_mode: Some(FacingMode::Environment),
        width: Some(640),
        height: None,
        frame_rate: Some(7.5),
        ..CameraOptions::default()
    };
    assert_eq!(all, Ok(wanted));
}

#[wasm_bindgen_test]
fn a_receiver_that_was_not_found_is_not_everyone() {
    fn read<T: Read + Default + std::fmt::Debug>(what: &str) {
        for (to, value) in [("undefined", "undefined"), ("null", "null"), ("[].find(() => 0)", "undefined")] {
            assert_eq!(
                complaint(parse::<T>(Some(js(&format!("{{ to: {to} }}"))), what)),
                format!("`to` in the {what} is {value}: omit it to send to everyone, or name a participant")
            );
        }
        assert!(parse::<T>(Some(js("{ to: 'bob' }")), what).is_ok());
        assert!(parse::<T>(Some(js("{}")), what).is_ok());
    }
    read::<ChatOptions>("chat options");
    read::<DataOptions>("data options");
    read::<PublishOptions>("publish options");
    read::<SendFileOptions>("file options");
    // An attribute of this name is nobody's address.
    let update = parse::<UpdateOptions>(Some(js("{ attributes: { to: null } }")), "update options");
    assert_eq!(update.expect("good options").attributes.get("to"), Some(&None));
}

#[wasm_bindgen_test]
fn a_misspelt_key_is_named_with_the_valid_ones() {
    assert_eq!(
        complaint(camera("{ widht: 640 }")),
        "camera options: unknown option `widht`: \
         expected `deviceId`, `facingMode`, `width`, `height`, `frameRate`, `constraints`"
    );
}

#[wasm_bindgen_test]
fn a_wrong_type_is_named_with_its_key_and_what_was_expected() {
    for (expression, message) in [
        (
            "{ width: 'wide' }",
            "`width` in the camera options: expected a whole number from 0 to 4294967295, got \"wide\"",
        ),
        (
            "{ width: -1 }",
            "`width` in the camera options: expected a whole number from 0 to 4294967295, got -1",
        ),
        (
            "{ height: 1.5 }",
            "`height` in the camera options: expected a whole number from 0 to 4294967295, got 1.5",
        ),
        ("{ frameRate: NaN }", "`frameRate` in the camera options: expected a number, got NaN"),
        (
            "{ width: { exact: 640 } }",
            "`width` in the camera options: expected a whole number from 0 to 4294967295, got an object: \
             it belongs in `constraints`",
        ),
        (
            "{ facingMode: { ideal: 'user' } }",
            "`facingMode` in the camera options: expected \"user\" or \"environment\" or \"left\" or \"right\", \
             got an object: it belongs in `constraints`",
        ),
        ("{ deviceId: 7 }", "`deviceId` in the camera options: expected a string, got 7"),
        ("{ deviceId: {} }", "`deviceId` in the camera options: expected a string, got an object"),
        (
            "{ facingMode: 'front' }",
            "`facingMode` in the camera options: expected \"user\" or \"environment\" or \"left\" or \"right\", got \"front\"",
        ),
        ("[]", "camera options: expected an object, got an array"),
        ("new Date()", "camera options: expected a plain object, got an object of the class Date"),
        (
            "new MediaStream()",
            "camera options: expected a plain object, got an object of the class MediaStream",
        ),
        ("'720p'", "camera options: expected an object, got \"720p\""),
        ("true", "camera options: expected an object, got true"),
        ("null", "camera options: expected an object, got null"),
        ("{ get width() { throw new Error('no') } }", "`width` in the camera options: cannot be read"),
    ] {
        assert_eq!(complaint(camera(expression)), message);
    }
    let recorder = parse::<RecorderOptions>(Some(js("{ timesliceMs: null }")), "recorder options");
    assert_eq!(
        complaint(recorder),
        "`timesliceMs` in the recorder options: expected a whole number from 0 to 4294967295, got null"
    );
}

#[wasm_bindgen_test]
fn nested_options_are_checked_too() {
    #[derive(Debug, Default, PartialEq)]
    struct Server {
        urls: Vec<String>,
    }
    moim_protocol::options! { Server { urls: "urls" } }
    #[derive(Debug, Default, PartialEq)]
    struct Nested {
        servers: Vec<Server>,
        source: Option<TrackSource>,
    }
    moim_protocol::options! { Nested { servers: "servers", source: "source" } }
    let read = |expression| parse::<Nested>(Some(js(expression)), "room options");

    let good = read("{ servers: [{ urls: ['a', 'b'] }, {}], source: 'screenAudio' }").expect("good options");
    assert_eq!(good.servers, [Server { urls: vec!["a".to_owned(), "b".to_owned()] }, Server::default()]);
    assert_eq!(good.source, Some(TrackSource::ScreenAudio));
    let misspelt = complaint(read("{ servers: [{}, { url: 'a' }] }"));
    assert_eq!(misspelt, "`servers[1]` in the room options: unknown option `url`: expected `urls`");
    let wrong = complaint(read("{ servers: [{ urls: ['a', 1] }] }"));
    assert_eq!(wrong, "`servers[0].urls[1]` in the room options: expected a string, got 1");
    let wrong = complaint(read("{ servers: {} }"));
    assert_eq!(wrong, "`servers` in the room options: expected an array, got an object");
    assert!(complaint(read("{ source: 'webcam' }")).contains("got \"webcam\""));
}

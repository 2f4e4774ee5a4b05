use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::denied_by::Facts;
use super::devices::{DeviceChange, DeviceInfo, DeviceKind};
use super::words::PermissionState;
use super::*;
use crate::error::Refusal;

fn read(value: Json) -> Result<TrackConstraints, String> {
    serde_json::from_value(value).map_err(|error| error.to_string())
}

#[test]
fn every_way_to_say_a_constraint_is_kept() {
    let written = json!({
        "deviceId": { "exact": "a" },
        "groupId": ["a", "b"],
        "facingMode": { "ideal": ["user", "left"] },
        "width": { "min": 640.0, "max": 1920.0, "ideal": 1280.0 },
        "height": 720.0,
        "frameRate": { "exact": 29.97 },
        "echoCancellation": "remote-only",
        "noiseSuppression": { "exact": false },
        "pan": true,
        "zoom": { "ideal": 2.0 },
        "pointsOfInterest": { "exact": [{ "x": 0.5, "y": 0.25 }] },
        "advanced": [{ "width": 1920.0 }, { "torch": true }],
    });
    let constraints = read(written.clone()).expect("constraints");
    assert_eq!(constraints.basic.height, 720.into());
    assert_eq!(constraints.basic.frame_rate, NumberConstraint::exact(29.97));
    assert_eq!(constraints.basic.device_id, Constraint::exact("a"));
    assert_eq!(constraints.basic.echo_cancellation, EchoCancellation::RemoteOnly.into());
    assert_eq!(constraints.advanced.len(), 2);
    assert_eq!(serde_json::to_value(&constraints).expect("written"), written);
}

#[test]
fn what_is_wrong_is_named() {
    for (value, complaint) in [
        (json!({ "width": "wide" }), "expected a whole number from 0 to 4294967295, got \"wide\""),
        (json!({ "width": { "min": 1.5 } }), "`min`: expected a whole number from 0 to 4294967295, got 1.5"),
        (
            json!({ "width": { "idael": 1 } }),
            "unknown constraint member `idael`: expected `exact`, `ideal`, `min`, `max`",
        ),
        (json!({ "torch": { "min": true } }), "unknown constraint member `min`: expected `exact`, `ideal`"),
        (json!({ "torch": 1 }), "expected true or false, got 1"),
        (
            json!({ "facingMode": "front" }),
            "expected \"user\" or \"environment\" or \"left\" or \"right\", got \"front\"",
        ),
        (
            json!({ "echoCancellation": "some" }),
            "expected true, false, \"all\" or \"remote-only\", got \"some\"",
        ),
        (json!({ "pointsOfInterest": [{ "x": 1 }] }), "a point needs the numbers `x` and `y`"),
        (json!({ "advanced": [{ "advanced": [] }] }), "unknown constraint `advanced`"),
    ] {
        let error = read(value).expect_err("wrong");
        assert!(error.contains(complaint), "{error}");
    }
}

#[test]
fn a_required_member_that_the_browser_lacks_is_found() {
    let wanted = |value| read(value).expect("constraints").unsupported(|name| name == "width");
    assert_eq!(wanted(json!({ "width": { "exact": 1 }, "zoom": 2, "iso": { "ideal": 3 } })), None);
    assert_eq!(wanted(json!({ "voiceIsolation": { "exact": true } })), Some("voiceIsolation"));
    assert_eq!(wanted(json!({ "latency": { "max": 0.1 } })), Some("latency"));
}

#[test]
fn settings_and_capabilities_are_read_and_what_is_strange_is_left_out() {
    let browser = json!({
        "width": { "min": 1, "max": 3840 }, "exposureTime": { "min": 10, "max": 100, "step": 5, "more": 1 },
        "focusMode": ["manual", "telepathic"], "echoCancellation": [true, false, "remote-only"], "torch": [true],
        "deviceId": "a", "height": "?", "pan": null,
    });
    let get = |name: &str| serde_json::from_value(browser.get(name)?.clone()).ok();
    let capabilities = TrackCapabilities::read(get);
    assert_eq!(capabilities.width.and_then(|range| range.max), Some(3840.0));
    assert_eq!(capabilities.exposure_time.and_then(|range| range.step), Some(5.0));
    let modes = vec![MeteringMode::Manual, MeteringMode::Other("telepathic".into())];
    assert_eq!(capabilities.focus_mode, Some(modes));
    assert_eq!(capabilities.device_id.as_deref(), Some("a"));
    assert_eq!((capabilities.height, capabilities.pan), (None, None));

    let browser =
        json!({ "width": 640, "frameRate": 29.97, "facingMode": "user", "echoCancellation": "all" });
    let settings = TrackSettings::read(|name| serde_json::from_value(browser.get(name)?.clone()).ok());
    assert_eq!((settings.width, settings.frame_rate), (Some(640), Some(29.97)));
    assert_eq!(settings.facing_mode, Some(FacingMode::User));
    assert_eq!(settings.echo_cancellation, Some(EchoCancellation::All));
}

#[test]
fn own_constraints_win_over_defaults_member_by_member() {
    let own = ConstraintSet { width: NumberConstraint::at_least(640), ..ConstraintSet::default() };
    let defaults = ConstraintSet { width: 1280.into(), height: 720.into(), ..ConstraintSet::default() };
    let both = own.or(defaults);
    assert_eq!((both.width, both.height), (NumberConstraint::at_least(640), 720.into()));
}

#[test]
fn who_refused_is_told_by_facts() {
    let told = |policy_permits, permission, name: &str, message: &str| {
        Facts { policy_permits, permission, always_asked: false }.refusal(name, message)
    };
    let name = "NotAllowedError";
    assert_eq!(told(Some(false), Some(PermissionState::Denied), name, ""), Refusal::Policy);
    assert_eq!(told(Some(true), Some(PermissionState::Denied), name, ""), Refusal::User);
    assert_eq!(told(None, Some(PermissionState::Prompt), name, ""), Refusal::User);
    assert_eq!(told(None, Some(PermissionState::Granted), name, ""), Refusal::System);
    assert_eq!(
        told(None, Some(PermissionState::Prompt), name, "Permission denied by system"),
        Refusal::System
    );
    assert_eq!(told(None, None, "SecurityError", ""), Refusal::Policy);
    assert_eq!(told(None, None, name, ""), Refusal::Unknown);
    let display = Facts { always_asked: true, ..Facts::default() };
    assert_eq!(display.refusal(name, ""), Refusal::User);
}

fn device(kind: DeviceKind, id: &str, group: &str) -> DeviceInfo {
    DeviceInfo { device_id: id.into(), kind, label: format!("the {id}"), group_id: group.into() }
}

#[test]
fn devices_that_come_go_and_become_the_default_are_told() {
    use DeviceKind::{AudioInput, VideoInput};
    let before = [device(VideoInput, "a", "1"), device(VideoInput, "b", "2")];
    let after = vec![device(VideoInput, "b", "2"), device(AudioInput, "m", "2")];
    let change = DeviceChange::between(&before, after.clone()).expect("a change");
    assert_eq!(change.added, [after[1].clone()]);
    assert_eq!(change.removed, [before[0].clone()]);
    assert_eq!(change.defaults, [after[1].clone(), after[0].clone()]);
    assert_eq!(change.devices, after);
    assert_eq!(DeviceChange::between(&after, after.clone()), None);
}

#[test]
fn an_alias_is_no_device_and_tells_the_default() {
    use DeviceKind::AudioInput;
    let list = |default| {
        vec![
            device(AudioInput, "default", default),
            device(AudioInput, "a", "1"),
            device(AudioInput, "b", "2"),
        ]
    };
    let change = DeviceChange::between(&list("1"), list("2")).expect("a change");
    assert_eq!((change.added.len(), change.removed.len()), (0, 0));
    assert_eq!(change.defaults, [device(AudioInput, "b", "2")]);
}

#[test]
fn devices_that_get_their_names_were_there_before() {
    use DeviceKind::VideoInput;
    let change = DeviceChange::between(&[device(VideoInput, "", "")], vec![device(VideoInput, "a", "1")]);
    let change = change.expect("a change");
    assert!(change.added.is_empty() && change.removed.is_empty() && change.defaults.is_empty(), "{change:?}");
}

fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        "user|all|exact|\\PC{0,4}".prop_map(Json::from),
    ];
    let key = "exact|ideal|min|max|step|x|y|advanced|width|torch|deviceId|facingMode|pan|pointsOfInterest|[a-z]{1,3}";
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map(key, inner, 0..4)
                .prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn anything_is_read_or_refused_and_what_is_read_is_written_back_the_same(value in any_json()) {
        if let Ok(constraints) = read(value) {
            let written = serde_json::to_value(&constraints).expect("written");
            prop_assert_eq!(read(written), Ok(constraints));
        }
    }
}

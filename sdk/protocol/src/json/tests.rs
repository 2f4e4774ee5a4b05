use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::{ErrorCode, IceServer, Publication, Role, RoomPermissions, TrackSource, record};

#[derive(Debug, PartialEq)]
struct Point {
    x: f64,
    label: String,
    tags: BTreeMap<String, u16>,
    weight: Option<u64>,
    visible: bool,
}

record! { Point {
    x: "x" required,
    label: "theLabel" optional,
    tags: "tags" omitted_if "{}",
    weight: "weight" omitted_if "null",
    visible: "visible" omitted_if "true" = true,
} }

fn point() -> Point {
    Point { x: 0.5, label: String::new(), tags: BTreeMap::new(), weight: None, visible: true }
}

fn fault(text: &str) -> (Option<&'static str>, String) {
    let fault = from_text::<Point>(text).unwrap_err();
    (fault.member, fault.text)
}

#[test]
fn what_may_be_absent_is_blank_and_omitted_as_the_table_says() {
    assert_eq!(from_text(r#"{"x":0.5,"later":[1]}"#), Ok(point()));
    assert_eq!(to_text(&point()), r#"{"x":0.5,"theLabel":""}"#);
    let full = Point {
        x: 3.0,
        label: "a".into(),
        tags: BTreeMap::from([("b".to_owned(), 7)]),
        weight: Some(u64::MAX),
        visible: false,
    };
    let text = r#"{"x":3,"theLabel":"a","tags":{"b":7},"weight":18446744073709551615,"visible":false}"#;
    assert_eq!(to_text(&full), text);
    assert_eq!(from_text(text), Ok(full));
}

#[test]
fn faults_are_worded_as_by_serde_json_and_name_the_member() {
    assert_eq!(fault("{}"), (None, "missing field `x`".into()));
    assert_eq!(fault("[]"), (None, "invalid type: sequence, expected struct Point".into()));
    let cases = [
        (json!({ "x": "1" }), "x", "invalid type: string \"1\", expected f64"),
        (json!({ "x": 1, "theLabel": null }), "theLabel", "invalid type: null, expected a string"),
        (json!({ "x": 1, "theLabel": 5 }), "theLabel", "invalid type: integer `5`, expected a string"),
        (json!({ "x": 1, "tags": { "b": 65536 } }), "tags", "invalid value: integer `65536`, expected u16"),
        (json!({ "x": 1, "tags": { "b": 1.5 } }), "tags", "invalid type: floating point `1.5`, expected u16"),
        (json!({ "x": 1, "weight": -1 }), "weight", "invalid type: integer `-1`, expected u64"),
        (json!({ "x": 1, "visible": {} }), "visible", "invalid type: map, expected a boolean"),
    ];
    for (value, member, text) in cases {
        assert_eq!(fault(&value.to_string()), (Some(member), text.into()));
    }
}

#[test]
fn all_characters_survive() {
    let text: String = ('\u{0}'..='\u{3000}').chain(['😀', '"', '\\', '/']).collect();
    let written = to_text(&text);
    assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    assert_eq!(from_text(&written), Ok(text));
}

#[test]
fn numbers_that_json_does_not_have_are_null() {
    for number in [f64::NAN, f64::INFINITY] {
        assert_eq!(to_text(&number), "null");
    }
    for number in [0.1, -1e-7, 1e300, 12345678.9] {
        assert_eq!(from_text(&to_text(&number)), Ok(number));
    }
}

/// The types that are also written with serde, beside types of others, have the same form there.
#[test]
fn tables_agree_with_serde() {
    for source in ["camera", "microphone", "screen", "screenAudio", "custom", "hologram"] {
        for to in [json!(null), json!("b")] {
            let value = json!({ "id": "a", "kind": "video", "source": source, "muted": true, "to": to });
            let read: Publication = from_text(&value.to_string()).unwrap();
            assert_eq!(read, serde_json::from_value(value).unwrap());
            let written: Value = serde_json::from_str(&to_text(&read)).unwrap();
            assert_eq!(written, serde_json::to_value(&read).unwrap());
            assert_eq!(read.source == TrackSource::Custom, ["custom", "hologram"].contains(&source));
        }
    }
    for urls in [json!("stun:a"), json!(["stun:a", "stun:b"])] {
        let value = json!({ "urls": urls, "username": "u" });
        let read: IceServer = from_text(&value.to_string()).unwrap();
        assert_eq!(read, serde_json::from_value(value).unwrap());
    }
    for code in ErrorCode::ALL {
        assert_eq!(to_text(code), serde_json::to_string(code).unwrap());
        assert_eq!(from_text(&to_text(code)), Ok(*code));
    }
    for permissions in [RoomPermissions::NONE, RoomPermissions::default()] {
        assert_eq!(to_text(&permissions), serde_json::to_string(&permissions).unwrap());
        assert_eq!(from_text(&to_text(&permissions)), Ok(permissions));
    }
    for role in [Role::Participant, Role::Host, Role::Mixer] {
        assert_eq!(to_text(&role), serde_json::to_string(&role).unwrap());
    }
}

#[test]
fn the_ends_of_lines_of_a_description_take_two_characters_each() {
    let mut out = String::new();
    write_text("v=0\r\n\t", &mut out);
    assert_eq!(out, r#""v=0\r\n\u0009""#);
}

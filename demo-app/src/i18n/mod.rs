//! The texts of the demo: one table per language, so that a missing text does not compile.

mod en;
mod findings;
mod ko;

/// A language of the demo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
    Korean,
}

impl Language {
    /// All languages, in display order.
    pub(crate) const ALL: &[Self] = &[Self::English, Self::Korean];

    /// Its table.
    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::English => &en::WORDS,
            Self::Korean => &ko::WORDS,
        }
    }

    /// Its BCP 47 tag, for `<html lang>`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// The language of a tag such as `ko-KR`.
    pub(crate) fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.iter().copied().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $field:ident,)+) => {
        /// All texts of the demo in one language.
        #[derive(Debug, PartialEq, Eq)]
        pub(crate) struct Words {
            $($(#[$doc])* pub(crate) $field: &'static str,)+
        }

        #[cfg(test)]
        impl Words {
            fn entries(&self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($field), self.$field),)+]
            }
        }
    };
}

words! {
    /// The language's own name.
    name_of_language,
    page_title,
    /// `{room}`.
    page_title_in_room,
    tagline,
    language,
    // Lobby.
    lobby_title,
    your_name,
    your_name_hint,
    name_needed,
    room,
    room_hint,
    /// How media flows.
    topology,
    mesh,
    sfu,
    mcu,
    as_host,
    as_host_hint,
    join_as_participant,
    waiting_title,
    /// `{room}`.
    waiting_hint,
    /// The video of a mixer.
    everyone,
    suggest_room,
    join,
    joining,
    cancel,
    try_again,
    dismiss,
    close,
    preview,
    camera,
    microphone,
    /// `{number}`: for a device without a label.
    unnamed_camera,
    /// `{number}`.
    unnamed_microphone,
    default_device,
    no_camera_listed,
    no_microphone_listed,
    // The check of the setup.
    check_setup,
    checking,
    copy_report,
    report_copied,
    setup_passed,
    setup_warning,
    setup_failed,
    /// `{size}`.
    setup_recommendation,
    verdict_passed,
    verdict_warning,
    verdict_failed,
    verdict_skipped,
    check_secure_context,
    check_camera_permission,
    check_microphone_permission,
    check_speaker,
    check_signaling,
    check_stun,
    check_turn_udp,
    check_turn_tcp,
    check_turn_tls,
    check_media,
    // The devices in the lobby.
    microphone_level,
    say_something,
    starting_camera,
    camera_is_off,
    microphone_is_off,
    turn_camera_on,
    turn_camera_off,
    turn_microphone_on,
    turn_microphone_off,
    // Device errors.
    camera_denied,
    camera_missing,
    camera_busy,
    camera_gone,
    camera_failed,
    microphone_denied,
    microphone_missing,
    microphone_busy,
    microphone_gone,
    microphone_failed,
    both_denied,
    both_missing,
    insecure_page,
    // Errors of sharing, recording and the connection.
    share_cancelled,
    share_failed,
    share_unsupported,
    recording_failed,
    recording_unsupported,
    server_unreachable,
    server_lost,
    server_timeout,
    server_refused,
    server_closing,
    room_full,
    /// The room has another topology, or the server has no SFU.
    topology_refused,
    server_unknown,
    no_mixer,
    too_busy,
    name_refused,
    idle_too_long,
    host_refused,
    host_only,
    not_permitted,
    token_refused,
    token_expired,
    not_admitted,
    removed,
    microphone_muted_by_host,
    camera_muted_by_host,
    connection_trouble,
    not_sent,
    something_failed,
    // Call.
    call_controls,
    participants,
    /// `{name}`: the user.
    you,
    /// `{name}`.
    screen_of,
    your_screen,
    share_screen,
    stop_sharing,
    chat,
    /// `{count}`.
    chat_unread,
    devices,
    leave,
    copy_link,
    link_copied,
    link_by_hand,
    invite_link,
    alone,
    alone_hint,
    enable_sound,
    sound_blocked,
    muted,
    connecting,
    reconnecting,
    room_reconnecting,
    /// `{name}`.
    joined,
    /// `{name}`.
    left,
    /// `{name}`.
    dropped,
    /// `{name}`.
    removed_by_host,
    /// `{name}`.
    waits,
    now_host,
    /// `{name}`.
    offers_file,
    nobody_for_files,
    /// Opens the panel that a notice is about.
    show,
    // People.
    people,
    /// `{count}`.
    people_waiting,
    host,
    speaking,
    microphone_on,
    camera_on,
    camera_off,
    hand_raised,
    raise_hand,
    lower_hand,
    /// `{name}`.
    mute_person,
    /// `{name}`.
    remove_person,
    /// `{name}`.
    remove_question,
    remove_now,
    lock_room,
    lock_hint,
    unlock_room,
    unlocked_hint,
    room_locked,
    locked,
    admit,
    /// `{name}`.
    admit_person,
    turn_away,
    /// `{name}`.
    turn_away_person,
    // Connection quality.
    /// `{quality}`.
    quality,
    excellent,
    good,
    fair,
    poor,
    bad,
    nothing_arrives,
    /// Continues one of the above.
    because_loss,
    because_delay,
    because_jitter,
    because_codec,
    because_frozen,
    because_cpu,
    because_bandwidth,
    /// Where the cause is.
    side_uplink,
    side_downlink,
    side_cpu,
    side_remote_uplink,
    side_remote_downlink,
    side_remote_cpu,
    // Statistics.
    statistics,
    statistics_of,
    all_together,
    no_statistics,
    bitrate,
    received,
    sent,
    packet_loss,
    round_trip,
    frame_rate,
    export_csv,
    charts_missing,
    // Layout and settings.
    more,
    layout,
    layout_grid,
    layout_spotlight,
    layout_sidebar,
    /// `{name}`.
    pin,
    /// `{name}`.
    unpin,
    settings,
    resolution,
    resolution_hint,
    resolution_failed,
    codec,
    codec_automatic,
    codec_hint,
    codec_of_sfu,
    // Chat.
    message,
    message_hint,
    send,
    no_messages,
    chat_you,
    // Recording.
    recordings,
    no_recordings,
    /// `{name}`.
    record,
    /// `{name}`.
    stop_recording_of,
    recording,
    recording_paused,
    recording_finishing,
    pause,
    resume,
    stop,
    download,
    remove,
    /// `{name}`.
    recording_of,
    recordings_stay,
    record_room,
    stop_recording_room,
    /// Used in place of a name.
    the_room,
    // Files.
    files,
    /// `{count}`.
    files_offered,
    choose_files,
    files_to,
    files_hint,
    files_stay,
    drop_for_all,
    /// `{name}`.
    drop_for,
    /// `{name}`.
    file_from,
    /// `{name}`.
    file_to,
    accept,
    /// `{file}`.
    accept_file,
    decline,
    /// `{file}`.
    decline_file,
    waits_for_answer,
    file_sent,
    save,
    /// `{file}`.
    save_file,
    /// `{file}`.
    cancel_file,
    /// `{file}`.
    forget_file,
    file_declined,
    file_cancelled,
    file_interrupted,
    file_damaged,
    file_failed,
}

/// Replaces `{key}` with `value`.
pub(crate) fn fill(template: &str, key: &str, value: &str) -> String {
    template.replace(&format!("{{{key}}}"), value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> =
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(key, _)| key).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn no_word_is_empty() {
        for language in Language::ALL {
            for (field, text) in language.words().entries() {
                assert!(!text.trim().is_empty(), "{language:?}: {field}");
            }
        }
    }

    #[test]
    fn no_korean_word_is_left_in_english() {
        let hangul = |letter: char| ('\u{ac00}'..='\u{d7a3}').contains(&letter);
        for (field, text) in Language::Korean.words().entries() {
            assert!(text.contains(hangul), "{field}: {text}");
        }
    }

    #[test]
    fn every_language_names_the_same_data() {
        let english = Language::English.words().entries();
        for language in Language::ALL {
            for ((field, expected), (_, text)) in english.iter().zip(language.words().entries()) {
                assert_eq!(placeholders(text), placeholders(expected), "{language:?}: {field}");
            }
        }
    }

    #[test]
    fn a_tag_of_any_region_finds_its_language() {
        assert_eq!(Language::from_tag("ko-KR"), Some(Language::Korean));
        assert_eq!(Language::from_tag("EN_us"), Some(Language::English));
        assert_eq!(Language::from_tag("kok"), None);
    }

    #[test]
    fn data_goes_into_the_sentence() {
        assert_eq!(fill("{name} joined", "name", "Min"), "Min joined");
    }
}

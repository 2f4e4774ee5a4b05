//! Icons of this demo: 24 units wide, lines of two.

use yew::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Camera,
    CameraOff,
    Microphone,
    MicrophoneOff,
    Screen,
    ScreenOff,
    Chat,
    Leave,
    Link,
    Devices,
    Record,
    Stop,
    Pause,
    Play,
    Download,
    Remove,
    Close,
    Send,
    Sound,
    Refresh,
    Warning,
    Info,
    Reel,
    People,
    Hand,
    More,
    Lock,
    Pin,
    Chart,
    Grid,
    Spotlight,
    Sidebar,
    Star,
    File,
    Check,
    PersonOff,
}

impl Mark {
    /// Line segments; `ScreenOff` and similar ones include their own stroke.
    fn path(self) -> &'static str {
        match self {
            Self::Camera => {
                "M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zM15 11l7-4v10l-7-4"
            }
            Self::CameraOff => {
                "M8.5 7H13a2 2 0 0 1 2 2v4.5M15 11l7-4v10l-3-1.7M14 16.6a2 2 0 0 1-1 .4H4a2 2 0 0 1-2-2V9a2 2 0 0 1 1.5-1.9M3 3l18 18"
            }
            Self::Microphone => {
                "M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21M8.5 21h7"
            }
            Self::MicrophoneOff => {
                "M9 9v2a3 3 0 0 0 4.6 2.5M15 10.5V6a3 3 0 0 0-5.8-1M5.5 11a6.5 6.5 0 0 0 10.3 5.3M18.5 11a6.5 6.5 0 0 1-.6 2.7M12 17.5V21M8.5 21h7M3 3l18 18"
            }
            Self::Screen => {
                "M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM8 21h8M12 13.5v-6M9 10l3-3 3 3"
            }
            Self::ScreenOff => {
                "M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM8 21h8M9.5 8l5 5M14.5 8l-5 5"
            }
            Self::Chat => {
                "M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2zM7.5 9h9M7.5 12.5h5"
            }
            Self::Leave => "M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4M4 12h11M8 8l-4 4 4 4",
            Self::Link => {
                "M10 13.5a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.7-5.7L11.8 6.7M14 10.5a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.7 5.7l1.5-1.5"
            }
            Self::Devices => {
                "M4 7h9M18 7h2M4 17h2M11 17h9M15.5 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5zM8.5 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z"
            }
            Self::Record => "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z",
            Self::Stop => "M7 7h10v10H7z",
            Self::Pause => "M8.5 6v12M15.5 6v12",
            Self::Play => "M8 5.5l10.5 6.5L8 18.5z",
            Self::Download => "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M4.5 20h15",
            Self::Remove => "M4 7h16M9.5 7V4.5h5V7M6 7l1 13h10l1-13M10 11v5M14 11v5",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Send => "M4 12L3 4l18 8-18 8 1-8h8",
            Self::Sound => "M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
            Self::Refresh => "M20 12a8 8 0 1 1-2.5-5.8M20 3.5v4h-4",
            Self::Warning => "M12 4l9.5 16h-19zM12 10v4.5M12 17.3v.2",
            Self::Info => "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM12 11v5M12 7.7v.2",
            Self::Reel => {
                "M5 5h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM10 9l5 3-5 3z"
            }
            Self::People => {
                "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.9a3.5 3.5 0 0 1 0 6.2M18 14.6a6.5 6.5 0 0 1 3.5 5.4"
            }
            Self::Hand => {
                "M7.5 12.5V6.2a1.5 1.5 0 0 1 3 0M10.5 11V4.5a1.5 1.5 0 0 1 3 0V11M13.5 5.8a1.5 1.5 0 0 1 3 0V12M16.5 8.3a1.5 1.5 0 0 1 3 0V14a7 7 0 0 1-12.8 3.9L3.7 14.2a1.5 1.5 0 0 1 2.4-1.8l1.4 1.6"
            }
            Self::More => "M5 12h.01M12 12h.01M19 12h.01",
            Self::Lock => {
                "M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM8 11V8a4 4 0 0 1 8 0v3"
            }
            Self::Pin => "M9 4h6M10 4v6l-3 4h10l-3-4V4M12 14v6",
            Self::Chart => "M4 4v16h16M8 15l3.5-4 3 2.5L20 8",
            Self::Grid => "M4 4h6.5v6.5H4zM13.5 4H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z",
            Self::Spotlight => "M4 5h16v14H4z",
            Self::Sidebar => "M4 5h16v14H4zM15 5v14M15 9.7h5M15 14.3h5",
            Self::File => {
                "M18.5 12.5l-6.8 6.8a4.2 4.2 0 0 1-6-6l8-8a2.8 2.8 0 0 1 4 4l-7.9 7.9a1.4 1.4 0 0 1-2-2l7-7"
            }
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::PersonOff => {
                "M10 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3.5 20a6.5 6.5 0 0 1 13 0M17 7.5l4.5 4.5M21.5 7.5L17 12"
            }
            Self::Star => "M12 4l2.4 5 5.6.7-4.100 3.8 1.100 5.5-5-2.8-5 2.8 1.100-5.5L4 9.7l5.6-.7z",
        }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct IconProps {
    pub(crate) mark: Mark,
}

/// Decorative: the parent provides the accessible name.
#[function_component]
pub(crate) fn Icon(props: &IconProps) -> Html {
    let class = classes!("icon", (props.mark == Mark::Record).then_some("icon--record"));
    html! {
        <svg {class} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path d={props.mark.path()} />
            if props.mark == Mark::Record { <circle cx="12" cy="12" r="4" /> }
        </svg>
    }
}

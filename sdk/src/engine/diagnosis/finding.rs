//! The checks, and everything that they can find.

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The check was not possible, or there was nothing to check.
    Skipped,
    /// Everything works.
    Passed,
    /// Calls are possible, but may be impaired.
    Warning,
    /// This does not work.
    Failed,
}

impl Verdict {
    /// All verdicts, the worst last.
    pub const ALL: &[Self] = &[Self::Skipped, Self::Passed, Self::Warning, Self::Failed];

    /// The verdict as in JavaScript.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Passed => "passed",
            Self::Warning => "warning",
            Self::Failed => "failed",
        }
    }
}

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// One check of a diagnosis, in the order of the report.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Check {
            $($(#[$doc])* $name,)+
        }

        impl Check {
            /// All checks, in the order of the report.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The name as in JavaScript.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }

        /// The same names for TypeScript.
        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_CHECK: &str = concat!(
            "/** One check of a diagnosis, in the order of the report. */\nexport type DiagnosisCheckName =",
            $("\n  | \"", $text, "\"",)+ ";\n"
        );
    };
}

checks! {
    /// Whether the page is in a secure context, without which there are no devices.
    SecureContext = "secureContext",
    /// Whether the page may use the camera.
    CameraPermission = "cameraPermission",
    /// Whether the page may use the microphone.
    MicrophonePermission = "microphonePermission",
    /// Whether the camera opens, and its picture is not black.
    Camera = "camera",
    /// Whether the microphone opens, and is not silent.
    Microphone = "microphone",
    /// Whether the microphone hears a tone that the speaker plays.
    Speaker = "speaker",
    /// Whether the signaling server admits a participant.
    Signaling = "signaling",
    /// Whether a STUN server reports the public address.
    Stun = "stun",
    /// Whether data passes through a TURN server over UDP.
    TurnUdp = "turnUdp",
    /// Whether data passes through a TURN server over TCP.
    TurnTcp = "turnTcp",
    /// Whether data passes through a TURN server over TLS.
    TurnTls = "turnTls",
    /// Whether audio and video arrive, and how well.
    Media = "media",
}

macro_rules! findings {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $verdict:ident: $summary:literal, $advice:literal;)+) => {
        /// What a check has found. It determines the verdict, the summary and the advice.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Finding {
            $(#[doc = $summary] $(#[$doc])* $name,)+
        }

        impl Finding {
            /// All findings.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            const fn row(self) -> (&'static str, Verdict, &'static str, &'static str) {
                match self {
                    $(Self::$name => ($text, Verdict::$verdict, $summary, $advice),)+
                }
            }

            /// The name as in JavaScript: stable, for translations.
            pub const fn as_str(self) -> &'static str {
                self.row().0
            }

            /// The verdict.
            pub const fn verdict(self) -> Verdict {
                self.row().1
            }

            /// One sentence in English for a user.
            pub const fn summary(self) -> &'static str {
                self.row().2
            }

            /// What to do about it, in English; empty if there is nothing to do.
            pub const fn advice(self) -> &'static str {
                self.row().3
            }
        }

        /// The same names for TypeScript.
        #[cfg(all(feature = "js", target_arch = "wasm32"))]
        pub(crate) const TYPESCRIPT_FINDING: &str = concat!(
            "/** What a check has found, for translations of its summary and advice. */\nexport type DiagnosisFinding =",
            $("\n  | \"", $text, "\"",)+ ";\n"
        );
    };
}

findings! {
    TimedOut = "timedOut", Failed: "The check took too long.", "Try again.";
    CheckFailed = "checkFailed", Failed: "The browser could not perform the check.",
        "Update the browser, or use another one.";

    Secure = "secure", Passed: "The page is in a secure context.", "";
    Insecure = "insecure", Failed: "The page is not in a secure context, so it has no access to devices.",
        "Open the page with https://, or from http://localhost.";

    PermissionGranted = "permissionGranted", Passed: "The page may use the device.", "";
    PermissionPrompt = "permissionPrompt", Passed: "The browser asks for permission.",
        "Allow the device when the browser asks.";
    PermissionDenied = "permissionDenied", Failed: "The page may not use the device.",
        "Allow it in the browser's site settings and reload the page; if the page is in a frame, the frame's `allow` attribute must permit it.";
    PermissionUnknown = "permissionUnknown", Skipped: "The browser does not report the permission.", "";

    DeviceDenied = "deviceDenied", Failed: "Access to the device was denied.",
        "Allow it in the browser's site settings and in the system's privacy settings.";
    DeviceNotFound = "deviceNotFound", Failed: "There is no such device.", "Connect one, or select another one.";
    DeviceBusy = "deviceBusy", Failed: "The device cannot be read.", "Close other programs that may use it.";
    DeviceUnsuitable = "deviceUnsuitable", Failed: "No device satisfies the constraints.", "Select another device.";
    DeviceFailed = "deviceFailed", Failed: "The device could not be started.", "Reconnect it, or select another one.";
    DeviceNotAllowedYet = "deviceNotAllowedYet", Failed: "The browser's question for permission was not answered.",
        "Answer it, then try again.";

    CameraWorks = "cameraWorks", Passed: "The camera works.", "";
    CameraBlack = "cameraBlack", Warning: "The camera's picture is black.",
        "Open the camera's cover, switch on a light, or select another camera.";
    CameraFrozen = "cameraFrozen", Failed: "The camera provides no picture.",
        "Close other programs that may use it, reconnect it, or select another one.";

    MicrophoneWorks = "microphoneWorks", Passed: "The microphone works.", "";
    MicrophoneQuiet = "microphoneQuiet", Warning: "The microphone is very quiet.",
        "Speak during the check, come closer, or raise its level in the system's settings.";
    MicrophoneSilent = "microphoneSilent", Warning: "The microphone is silent.",
        "Unmute it, with its own switch too, or select another one.";
    AudioBlocked = "audioBlocked", Skipped: "The browser keeps audio suspended until a user gesture.",
        "Start the check with a click.";

    SpeakerHeard = "speakerHeard", Passed: "The microphone hears the speaker.", "";
    SpeakerNotHeard = "speakerNotHeard", Warning: "The microphone did not hear the test tone.",
        "If you heard it, for example with headphones, all is well; otherwise raise the volume or select another speaker.";
    SpeakerNeedsMicrophone = "speakerNeedsMicrophone", Skipped: "Without a working microphone the speaker cannot be checked.", "";

    SignalingWorks = "signalingWorks", Passed: "The signaling server answers.", "";
    SignalingUnreachable = "signalingUnreachable", Failed: "The signaling server cannot be reached.",
        "Check the URL, that the server is running, and that proxies and firewalls let WebSockets pass.";
    SignalingRefused = "signalingRefused", Failed: "The signaling server refused to let a participant in.",
        "Ask the server's operator.";
    SignalingLost = "signalingLost", Failed: "The connection to the signaling server was lost.",
        "Check the network, and that proxies and firewalls let WebSockets pass.";
    SignalingSilent = "signalingSilent", Failed: "The signaling server does not answer.",
        "Check the URL: another service may be listening there.";

    StunMapped = "stunMapped", Passed: "The STUN server reports a public address.", "";
    StunUnmapped = "stunUnmapped", Passed: "The STUN server answers; there is no NAT on the way to it.", "";
    StunUnreachable = "stunUnreachable", Failed: "The STUN server does not answer.",
        "UDP may be blocked: calls then need a TURN server over TCP or TLS.";
    StunMissing = "stunMissing", Skipped: "There is no STUN server to check.", "";

    TurnWorks = "turnWorks", Passed: "Data passes through the TURN server.", "";
    TurnUnreachable = "turnUnreachable", Failed: "The TURN server cannot be reached.",
        "Check its URL and that it is running; a firewall may block this transport.";
    TurnRefused = "turnRefused", Failed: "The TURN server refused the request.", "Check the username and the credential.";
    TurnNoRelay = "turnNoRelay", Failed: "The TURN server provided no relay.",
        "Check that it is running, and the username and the credential.";
    TurnNoData = "turnNoData", Failed: "The TURN server provided a relay, but no data passes through it.",
        "The server's relay ports may be blocked, or it may refuse the relay's own address.";
    TurnMissing = "turnMissing", Skipped: "There is no TURN server for this transport.", "";

    MediaWorks = "mediaWorks", Passed: "Media flows through the TURN server.", "";
    MediaLocal = "mediaLocal", Passed: "Media flows within this device; without a TURN server the network was not measured.", "";
    MediaPoor = "mediaPoor", Warning: "Media flows, but the network loses or delays too many packets.",
        "Move closer to the Wi-Fi access point, use a cable, or stop other downloads.";
    MediaSlow = "mediaSlow", Warning: "The network is too slow for video.", "Use audio alone, or another network.";
    MediaCpu = "mediaCpu", Warning: "This device is too slow for the video.",
        "Close other programs and tabs, or send a smaller picture.";
    MediaMissing = "mediaMissing", Failed: "The connection was established, but no media arrived.",
        "A firewall may interrupt it: try another network.";
    MediaNotConnected = "mediaNotConnected", Failed: "No connection was established.",
        "A firewall, a VPN or an extension may block WebRTC: try another network or another browser.";
}

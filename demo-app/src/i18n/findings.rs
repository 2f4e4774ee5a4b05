//! The texts of a pre-call check. The SDK has them in English.

use moim::{Check, Finding};

use super::{Language, Words};

impl Words {
    /// The name of a check. Empty for one of a later version.
    pub(crate) fn check(&self, check: Check) -> &'static str {
        match check {
            Check::SecureContext => self.check_secure_context,
            Check::CameraPermission => self.check_camera_permission,
            Check::MicrophonePermission => self.check_microphone_permission,
            Check::Camera => self.camera,
            Check::Microphone => self.microphone,
            Check::Speaker => self.check_speaker,
            Check::Signaling => self.check_signaling,
            Check::Stun => self.check_stun,
            Check::TurnUdp => self.check_turn_udp,
            Check::TurnTcp => self.check_turn_tcp,
            Check::TurnTls => self.check_turn_tls,
            Check::Media => self.check_media,
            _ => "",
        }
    }
}

impl Language {
    /// What was found, and what to do about it; the second is empty if there is nothing to do.
    pub(crate) fn finding(self, finding: Finding) -> (&'static str, &'static str) {
        let korean = (self == Self::Korean).then(|| korean(finding)).flatten();
        korean.unwrap_or_else(|| (finding.summary(), finding.advice()))
    }
}

/// `None` for a finding of a later version.
fn korean(finding: Finding) -> Option<(&'static str, &'static str)> {
    Some(match finding {
        Finding::TimedOut => ("점검이 너무 오래 걸렸습니다.", "다시 시도하세요."),
        Finding::CheckFailed => {
            ("브라우저가 점검하지 못했습니다.", "브라우저를 업데이트하거나 다른 브라우저를 쓰세요.")
        }
        Finding::Secure => ("페이지가 안전하게 연결되어 있습니다.", ""),
        Finding::Insecure => (
            "페이지가 안전하게 연결되지 않아 장치를 쓸 수 없습니다.",
            "https:// 주소나 http://localhost로 여세요.",
        ),
        Finding::PermissionGranted => ("이 페이지에서 장치를 쓸 수 있습니다.", ""),
        Finding::PermissionPrompt => ("브라우저가 권한을 묻습니다.", "브라우저가 물으면 허용하세요."),
        Finding::PermissionDenied => (
            "이 페이지에서 장치를 쓸 수 없습니다.",
            "브라우저의 사이트 설정에서 허용하고 새로 고치세요. 페이지가 프레임 안에 있으면 프레임의 allow 속성도 허용해야 합니다.",
        ),
        Finding::PermissionUnknown => ("브라우저가 권한을 알려 주지 않습니다.", ""),
        Finding::DeviceDenied => {
            ("장치 사용이 거부되었습니다.", "브라우저의 사이트 설정과 시스템의 개인정보 설정에서 허용하세요.")
        }
        Finding::DeviceNotFound => ("장치가 없습니다.", "장치를 연결하거나 다른 장치를 고르세요."),
        Finding::DeviceBusy => ("장치를 읽을 수 없습니다.", "장치를 쓰는 다른 프로그램을 닫으세요."),
        Finding::DeviceUnsuitable => ("조건에 맞는 장치가 없습니다.", "다른 장치를 고르세요."),
        Finding::DeviceFailed => ("장치를 시작하지 못했습니다.", "다시 연결하거나 다른 장치를 고르세요."),
        Finding::DeviceNotAllowedYet => {
            ("브라우저의 권한 질문에 답하지 않았습니다.", "답한 뒤 다시 시도하세요.")
        }
        Finding::CameraWorks => ("카메라가 잘 작동합니다.", ""),
        Finding::CameraBlack => {
            ("카메라 화면이 검습니다.", "카메라 덮개를 열거나, 불을 켜거나, 다른 카메라를 고르세요.")
        }
        Finding::CameraFrozen => (
            "카메라에서 화면이 나오지 않습니다.",
            "카메라를 쓰는 다른 프로그램을 닫거나, 다시 연결하거나, 다른 카메라를 고르세요.",
        ),
        Finding::MicrophoneWorks => ("마이크가 잘 작동합니다.", ""),
        Finding::MicrophoneQuiet => (
            "마이크 소리가 아주 작습니다.",
            "점검하는 동안 말하거나, 가까이 가거나, 시스템 설정에서 음량을 높이세요.",
        ),
        Finding::MicrophoneSilent => (
            "마이크에서 소리가 나지 않습니다.",
            "마이크 자체 스위치까지 음소거를 풀거나 다른 마이크를 고르세요.",
        ),
        Finding::AudioBlocked => {
            ("브라우저가 사용자의 동작 전까지 소리를 막습니다.", "버튼을 눌러 점검을 시작하세요.")
        }
        Finding::SpeakerHeard => ("마이크에 스피커 소리가 들립니다.", ""),
        Finding::SpeakerNotHeard => (
            "마이크에 시험음이 들리지 않았습니다.",
            "이어폰 등으로 들으셨다면 괜찮습니다. 아니면 음량을 높이거나 다른 스피커를 고르세요.",
        ),
        Finding::SpeakerNeedsMicrophone => ("작동하는 마이크가 없어 스피커를 점검할 수 없습니다.", ""),
        Finding::SignalingWorks => ("시그널링 서버가 응답합니다.", ""),
        Finding::SignalingUnreachable => (
            "시그널링 서버에 연결할 수 없습니다.",
            "주소가 맞는지, 서버가 켜져 있는지, 프록시와 방화벽이 WebSocket을 허용하는지 확인하세요.",
        ),
        Finding::SignalingRefused => ("시그널링 서버가 참여를 거부했습니다.", "서버 운영자에게 문의하세요."),
        Finding::SignalingLost => (
            "시그널링 서버와 연결이 끊겼습니다.",
            "네트워크와, 프록시와 방화벽이 WebSocket을 허용하는지 확인하세요.",
        ),
        Finding::SignalingSilent => (
            "시그널링 서버가 응답하지 않습니다.",
            "주소를 확인하세요. 다른 서비스가 그 주소를 쓰고 있을 수 있습니다.",
        ),
        Finding::StunMapped => ("STUN 서버가 공인 주소를 알려 줍니다.", ""),
        Finding::StunUnmapped => ("STUN 서버가 응답합니다. 서버까지 NAT가 없습니다.", ""),
        Finding::StunUnreachable => (
            "STUN 서버가 응답하지 않습니다.",
            "UDP가 막혀 있을 수 있습니다. 그러면 TCP나 TLS로 연결되는 TURN 서버가 필요합니다.",
        ),
        Finding::StunMissing => ("점검할 STUN 서버가 없습니다.", ""),
        Finding::TurnWorks => ("TURN 서버로 데이터가 오갑니다.", ""),
        Finding::TurnUnreachable => (
            "TURN 서버에 연결할 수 없습니다.",
            "주소가 맞는지, 서버가 켜져 있는지 확인하세요. 방화벽이 이 방식을 막을 수 있습니다.",
        ),
        Finding::TurnRefused => ("TURN 서버가 요청을 거부했습니다.", "사용자 이름과 비밀번호를 확인하세요."),
        Finding::TurnNoRelay => (
            "TURN 서버가 중계 주소를 주지 않았습니다.",
            "서버가 켜져 있는지, 사용자 이름과 비밀번호가 맞는지 확인하세요.",
        ),
        Finding::TurnNoData => (
            "TURN 서버가 중계 주소를 주었지만 데이터가 오가지 않습니다.",
            "서버의 중계 포트가 막혀 있거나, 서버가 자기 주소로 중계하기를 거부할 수 있습니다.",
        ),
        Finding::TurnMissing => ("이 방식으로 연결되는 TURN 서버가 없습니다.", ""),
        Finding::MediaWorks => ("TURN 서버를 거쳐 영상과 소리가 오갑니다.", ""),
        Finding::MediaLocal => {
            ("이 장치 안에서 영상과 소리가 오갑니다. TURN 서버가 없어 네트워크는 재지 못했습니다.", "")
        }
        Finding::MediaPoor => (
            "영상과 소리가 오가지만, 네트워크가 패킷을 너무 많이 잃거나 늦게 전합니다.",
            "와이파이 공유기에 가까이 가거나, 유선으로 연결하거나, 다른 다운로드를 멈추세요.",
        ),
        Finding::MediaSlow => {
            ("네트워크가 영상을 보내기에 너무 느립니다.", "소리만 쓰거나 다른 네트워크를 쓰세요.")
        }
        Finding::MediaCpu => (
            "이 장치가 영상을 보내기에 너무 느립니다.",
            "다른 프로그램과 탭을 닫거나 더 작은 화면으로 보내세요.",
        ),
        Finding::MediaMissing => (
            "연결되었지만 영상과 소리가 도착하지 않았습니다.",
            "방화벽이 막을 수 있습니다. 다른 네트워크에서 시도하세요.",
        ),
        Finding::MediaNotConnected => (
            "연결되지 않았습니다.",
            "방화벽, VPN, 확장 프로그램이 WebRTC를 막을 수 있습니다. 다른 네트워크나 다른 브라우저에서 시도하세요.",
        ),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finding_has_korean_texts_and_advice_where_english_has() {
        for finding in Finding::ALL {
            let (summary, advice) = korean(*finding).unwrap_or_default();
            assert!(!summary.is_empty(), "{finding:?}");
            assert_eq!(advice.is_empty(), finding.advice().is_empty(), "{finding:?}");
        }
    }

    #[test]
    fn every_check_has_a_name() {
        for (language, check) in
            Language::ALL.iter().flat_map(|language| Check::ALL.iter().map(move |check| (language, check)))
        {
            assert!(!language.words().check(*check).is_empty(), "{language:?}: {check:?}");
        }
    }
}

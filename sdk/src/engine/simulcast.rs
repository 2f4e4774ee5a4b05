//! Simulcast encodings: how many to send, and the validation of their names, which browsers accept
//! silently.

use crate::error::{Error, Result};

/// The longest RID that every browser accepts.
const MAX_RID_BYTES: usize = 16;

/// Checks the RIDs: each present, unique, and of letters and digits only (RFC 8851). A single encoding needs none.
///
/// # Errors
/// `InvalidOptions`, with what is expected.
pub fn check_rids<'a>(rids: impl IntoIterator<Item = Option<&'a str>>) -> Result<()> {
    let rids: Vec<_> = rids.into_iter().collect();
    for (place, rid) in rids.iter().enumerate() {
        let expected = match rid {
            None if rids.len() == 1 => continue,
            None => "a rid for each of several encodings".to_owned(),
            Some(rid) if rids[..place].contains(&Some(rid)) => {
                format!("a rid other than {rid}, which is already used")
            }
            Some(rid) if rid.is_empty() || rid.len() > MAX_RID_BYTES => {
                format!("a rid of 1 to {MAX_RID_BYTES} characters")
            }
            Some(rid) if !rid.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                format!("letters and digits in the rid {rid:?}")
            }
            Some(_) => continue,
        };
        return Err(Error::InvalidOptions { detail: format!("sendEncodings[{place}]: expected {expected}") });
    }
    Ok(())
}

/// The encodings to send for a camera of this size: their RIDs, chosen from `rids`, and the factors that scale them down,
/// the smallest first. Empty for a single encoding, which needs no RID.
///
/// Chromium sends no more encodings than suit the size, and omits the *last* ones, which are the largest. So there
/// must not be more.
pub fn versions(width: u32, height: u32, rids: &[String]) -> Vec<(&str, f64)> {
    const FOR_THREE: u64 = 960 * 540;
    const FOR_TWO: u64 = 480 * 270;
    let suitable = match u64::from(width) * u64::from(height) {
        FOR_THREE.. => 3,
        FOR_TWO.. => 2,
        _ => 1,
    };
    let count = suitable.min(rids.len());
    let Some(steps) = count.checked_sub(1).filter(|steps| *steps > 0) else { return Vec::new() };
    // Of three names, two versions have the first and the last.
    let rid = |place: usize| rids[place * (rids.len() - 1) / steps].as_str();
    (0..count).map(|place| (rid(place), f64::from(1_u32 << (steps - place)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cameras_have_fewer_versions() {
        let rids = ["l", "m", "h"].map(str::to_owned);
        assert_eq!(versions(1280, 720, &rids), [("l", 4.0), ("m", 2.0), ("h", 1.0)]);
        assert_eq!(versions(720, 1280, &rids).len(), 3);
        assert_eq!(versions(640, 480, &rids), [("l", 2.0), ("h", 1.0)]);
        assert_eq!(versions(320, 240, &rids), []);
        assert_eq!(versions(u32::MAX, u32::MAX, &rids).len(), 3);
        assert_eq!(versions(1280, 720, &rids[1..]), [("m", 2.0), ("h", 1.0)]);
        assert_eq!(versions(1280, 720, &rids[..1]), []);
        assert_eq!(versions(1280, 720, &[]), []);
    }

    #[test]
    fn names_are_unique_short_and_plain() {
        assert_eq!(check_rids([]), Ok(()));
        assert_eq!(check_rids([None]), Ok(()));
        assert_eq!(check_rids([Some("q"), Some("h"), Some("f1")]), Ok(()));
        for (rids, words) in [
            (vec![Some("q"), None], "sendEncodings[1]: expected a rid"),
            (vec![Some("q"), Some("q")], "already used"),
            (vec![Some("")], "1 to 16"),
            (vec![Some("a234567890123456x")], "1 to 16"),
            (vec![Some("not a")], "letters and digits"),
            (vec![Some("é")], "letters and digits"),
        ] {
            let error = check_rids(rids).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}

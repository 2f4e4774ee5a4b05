//! Room names that are easy to pronounce.

const STARTS: &[&str] = &["b", "d", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v"];
const VOWELS: &[&str] = &["a", "e", "i", "o", "u"];

/// A name like `rumi-tado-seva`. `random` returns numbers from 0 (inclusive) to 1 (exclusive).
pub(crate) fn suggest(mut random: impl FnMut() -> f64) -> String {
    let mut pick = |list: &[&'static str]| {
        let index = (random() * list.len() as f64) as usize;
        list[index.min(list.len() - 1)]
    };
    let mut word = || [pick(STARTS), pick(VOWELS), pick(STARTS), pick(VOWELS)].concat();
    [word(), word(), word()].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_words_of_two_syllables() {
        assert_eq!(suggest(|| 0.0), "baba-baba-baba");
        assert_eq!(suggest(|| 0.999), "vuvu-vuvu-vuvu");
        assert_eq!(suggest(|| 1.0), "vuvu-vuvu-vuvu", "even a generator that breaks its word does no harm");
    }
}

//! Random changes of inputs.

/// Longest input.
const LONGEST: usize = 4096;
/// Longest input of those that repeat a part many times: the largest message of a service.
const LONGEST_REPEATED: usize = 64 * 1024;

pub(crate) struct Mutator {
    state: u64,
    /// Parts of the corpus: words and what separates them.
    words: Vec<Vec<u8>>,
}

impl Mutator {
    pub(crate) fn new(seed: u64, corpus: &[Vec<u8>]) -> Self {
        let mut words: Vec<Vec<u8>> = Vec::new();
        for input in corpus {
            let parts = input.chunk_by(|one, other| {
                one.is_ascii_alphanumeric() == other.is_ascii_alphanumeric()
            });
            words.extend(parts.map(<[u8]>::to_vec));
        }
        for limit in ["0", "-1", "255", "65536", "2147483648", "9223372036854775808"] {
            words.push(limit.into());
        }
        words.sort_unstable();
        words.dedup();
        Self { state: seed, words }
    }

    /// A changed input of these.
    pub(crate) fn next(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut input = self.one_of(inputs);
        for _ in 0..=self.below(4) {
            self.change(&mut input, inputs);
        }
        input.truncate(LONGEST_REPEATED);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        let to = at + self.below((input.len() - at).min(64) + 1);
        match self.below(9) {
            0 => {
                let bit = 1 << self.below(8);
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= bit;
                }
            }
            1 => {
                let new = u8::try_from(self.below(256)).unwrap_or_default();
                if let Some(byte) = input.get_mut(at) {
                    *byte = new;
                }
            }
            2 => {
                let byte = u8::try_from(self.below(256)).unwrap_or_default();
                input.insert(at, byte);
            }
            3 => drop(input.drain(at..to)),
            4 => input.truncate(at),
            5 => {
                let words = std::mem::take(&mut self.words);
                let word = self.one_of(&words);
                self.words = words;
                input.splice(at..to, word);
            }
            6 => {
                let other = self.one_of(inputs);
                let from = self.below(other.len() + 1);
                input.splice(at.., other[from..].iter().copied());
            }
            7 => {
                let copy = input[at..to].to_vec();
                input.splice(at..at, copy);
            }
            _ => {
                let part = input[at..to].to_vec();
                let most = LONGEST_REPEATED / part.len().max(1);
                let times = 1 << self.below(most.checked_ilog2().unwrap_or(0) as usize + 1);
                input.splice(at..at, part.repeat(times));
                return;
            }
        }
        if input.len() > LONGEST {
            input.drain(..input.len() - LONGEST);
        }
    }

    fn one_of(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let at = self.below(inputs.len());
        inputs.get(at).cloned().unwrap_or_default()
    }

    /// A number from 0 up to this one (SplitMix64).
    fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let end = u64::try_from(end.max(1)).unwrap_or(u64::MAX);
        usize::try_from(mixed % end).unwrap_or_default()
    }
}

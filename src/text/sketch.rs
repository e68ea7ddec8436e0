//! A small sketch of a text, from which one can tell later how much of it stands in another text. The smallest of the
//! numbers made from its runs of letters are kept: of a long text a sample, of a short one all.

use serde::{Deserialize, Serialize};

use super::similarity::letter_runs;

/// Numbers kept: two kilobytes a text.
const KEPT: usize = 512;

/// What is kept of a text. Written as its numbers, the count of letters first; read from them, or from the text itself
/// as examples write it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Vec<u32>")]
pub struct Sketch {
    letters: u32,
    /// Rising, each once.
    smallest: Vec<u32>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Numbers(Vec<u32>),
}

impl From<Written> for Sketch {
    fn from(written: Written) -> Self {
        match written {
            Written::Text(text) => Self::of(&text),
            Written::Numbers(numbers) => {
                let (letters, smallest) = numbers.split_first().map_or((0, &[][..]), |(first, rest)| (*first, rest));
                Self { letters, smallest: smallest.to_vec() }
            }
        }
    }
}

impl From<Sketch> for Vec<u32> {
    fn from(sketch: Sketch) -> Self {
        std::iter::once(sketch.letters).chain(sketch.smallest).collect()
    }
}

/// How much of one text stands in another one, judged by runs of five letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Containment {
    /// Rounded down.
    pub percent: usize,
    /// Runs that were compared: the fewer, the less the share can be trusted.
    pub compared: usize,
}

impl Sketch {
    /// Punctuation, blanks and figures do not count.
    pub fn of(text: &str) -> Self {
        let (letters, runs) = letter_runs(text);
        let mut numbers: Vec<u32> = runs.into_iter().map(scattered).collect();
        if numbers.len() > 2 * KEPT {
            // Twice as many leave room for those that stand there again and again.
            let room = (numbers.len() / 2).max(2 * KEPT);
            numbers.select_nth_unstable(room - 1);
            let mut small: Vec<u32> = numbers[..room].to_vec();
            small.sort_unstable();
            small.dedup();
            if small.len() >= KEPT {
                numbers = small;
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers.truncate(KEPT);
        numbers.shrink_to_fit();
        Self { letters: u32::try_from(letters).unwrap_or(u32::MAX), smallest: numbers }
    }

    /// Letters of the text.
    pub fn letters(&self) -> usize {
        self.letters as usize
    }

    /// How much of this text stands in the other one; none where nothing can be compared.
    pub fn contained_in(&self, other: &Self) -> Option<Containment> {
        let bound = self.bound().min(other.bound());
        let own = &self.smallest[..self.smallest.partition_point(|number| *number <= bound)];
        let shared = own.iter().filter(|number| other.smallest.binary_search(number).is_ok()).count();
        let percent = (shared * 100).checked_div(own.len())?;
        (!other.smallest.is_empty()).then_some(Containment { percent, compared: own.len() })
    }

    /// Up to this number all of the text's numbers are kept.
    fn bound(&self) -> u32 {
        let last = self.smallest.last().copied().unwrap_or(u32::MAX);
        if self.smallest.len() < KEPT { u32::MAX } else { last }
    }
}

/// Spreads runs evenly over all numbers, the same on every machine and in every version.
fn scattered(run: u128) -> u32 {
    let mut mixed = (run as u64) ^ ((run >> 64) as u64).rotate_left(32);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A long text without repetition, from a small generator.
    fn long(seed: u32, letters: usize) -> String {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_u32(0x4e00 + (state >> 8) % 5000).unwrap_or('一')
        };
        (0..letters).map(|_| next()).collect()
    }

    #[test]
    fn a_part_of_a_long_text_is_known_by_the_sketch() {
        let whole = long(7, 20_000);
        let part: String = whole.chars().skip(3000).take(6000).collect();
        let found = Sketch::of(&part).contained_in(&Sketch::of(&whole)).expect("both have letters");
        assert!(found.percent >= 99 && found.compared > 100, "{found:?}");
        let half = format!("{part}{}", long(9, 6000));
        let found = Sketch::of(&half).contained_in(&Sketch::of(&whole)).expect("both have letters");
        assert!((35..65).contains(&found.percent), "{found:?}");
        let other = Sketch::of(&long(11, 8000)).contained_in(&Sketch::of(&whole)).expect("both have letters");
        assert_eq!(other.percent, 0);
    }

    #[test]
    fn a_sketch_is_bounded_and_survives_writing() {
        let sketch = Sketch::of(&long(3, 50_000));
        assert_eq!((sketch.smallest.len(), sketch.letters()), (KEPT, 50_000));
        let written = serde_json::to_string(&sketch).expect("numbers");
        assert_eq!(serde_json::from_str::<Sketch>(&written).expect("numbers"), sketch);
        assert_eq!(Sketch::default().contained_in(&sketch), None);
        assert_eq!(Sketch::of("只有四字").contained_in(&sketch), None);
    }
}

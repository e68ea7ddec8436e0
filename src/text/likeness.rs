//! How alike two names or titles are: for nearest misses and for pairs that a person must look at.

use std::collections::BTreeMap;

use super::normalise;

/// Shared pairs of neighbouring letters as a share of all, in percent (Dice): 100 for equal texts, 0 for nothing shared.
pub fn likeness(a: &str, b: &str) -> usize {
    let (a, b) = (pairs(a), pairs(b));
    let total: usize = a.values().sum::<usize>() + b.values().sum::<usize>();
    if total == 0 {
        return 0;
    }
    let shared: usize = a.iter().map(|(pair, count)| b.get(pair).map_or(0, |other| *count.min(other))).sum();
    200 * shared / total
}

fn pairs(text: &str) -> BTreeMap<(char, char), usize> {
    let letters: Vec<char> = normalise(text).chars().collect();
    let mut counts = BTreeMap::new();
    for pair in letters.windows(2) {
        *counts.entry((pair[0], pair[1])).or_default() += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_near_and_far() {
        assert_eq!(likeness("政策解读", "政策解读"), 100);
        assert_eq!(likeness("政策解读", "通知公告"), 0);
        assert_eq!(likeness("", ""), 0);
        assert!(likeness("政府信息公开指南", "信息公开指南") >= 80);
    }
}

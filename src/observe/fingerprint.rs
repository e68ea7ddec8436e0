//! A digest of what an article says: the same tomorrow unless its words change. Counters, share bars, neighbours and
//! editor's marks inside the text do not count, nor do white space, widths and the marks around the text.

use std::sync::LazyLock;

use regex::Regex;
use sha2::{Digest, Sha256};

use crate::text::{normalise, pattern};

/// Stands before each digest: digests made in different ways are not compared. Count up when the rules below change.
const WAY: &str = "1:";
/// A text with fewer letters says too little to be held against anybody.
const LEAST_LETTERS: usize = 20;
/// A line with one of the words below and more letters than this is text.
const LONGEST_MARK: usize = 60;
/// Words of lines that are no part of what an article says.
const MARKS: [&str; 22] = [
    "浏览",
    "阅读次数",
    "阅读量",
    "点击",
    "访问量",
    "访问次数",
    "人气",
    "打印",
    "关闭窗口",
    "字号",
    "字体",
    "分享到",
    "分享：",
    "扫一扫",
    "上一篇",
    "下一篇",
    "上一条",
    "下一条",
    "相关链接",
    "相关文章",
    "更新时间",
    "收藏",
];

/// The digest of an article's text; none where there is next to no text.
pub(super) fn of(text: &str) -> Option<String> {
    static COUNTER: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?:浏览|阅读|点击|访问)(?:次数|量|数|人数|人次)?[:]?[\[(（]?\d+[\])）]?(?:人次|次|人)?")
    });
    let mut digest = Sha256::new();
    let mut letters = 0;
    for line in text.lines().map(normalise) {
        // A counter may stand on the last line of the text.
        let line = COUNTER.replace_all(&line, "");
        let length = line.chars().count();
        if length <= LONGEST_MARK && MARKS.iter().any(|mark| line.contains(mark)) {
            continue;
        }
        // Where a text is broken into lines is a matter of its template.
        digest.update(line.as_bytes());
        letters += length;
    }
    let hex = || digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect::<String>();
    (letters >= LEAST_LETTERS).then(|| format!("{WAY}{}", hex()))
}

/// Whether two digests can be compared and differ.
pub(super) fn differ(one: &str, other: &str) -> bool {
    let way = |digest: &str| digest.split_once(':').map(|(way, _)| way.to_owned());
    way(one) == way(other) && one != other
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "各街道办事处，市政府各部门：\n现将《青河市养老服务办法》印发给你们，请认真贯彻执行。\n2022年3月1日";

    #[test]
    fn what_is_around_the_words_does_not_count() {
        let same = of(TEXT);
        assert!(same.is_some());
        for other in [
            TEXT.replace('\n', "\n\n  "),
            TEXT.replace("：", ":"),
            format!("浏览次数：1024\n{TEXT}\n【打印】【关闭窗口】"),
            format!("{TEXT}\n上一篇：关于春节放假的通知\n下一篇：没有了"),
            format!("{TEXT}阅读量：{}次", 7),
        ] {
            assert_eq!(of(&other), same, "{other}");
        }
        assert_ne!(of(&TEXT.replace("养老", "育幼")), same);
        assert_ne!(of(&TEXT.replace("3月1日", "3月2日")), same);
        assert_eq!(of("详见附件。"), None);
    }

    #[test]
    fn digests_of_another_way_are_not_compared() {
        assert!(differ("1:aa", "1:ab"));
        assert!(!differ("1:aa", "2:ab") && !differ("1:aa", "1:aa"));
    }
}

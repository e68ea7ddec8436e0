//! 主办单位 as footers name it: after its label, or before 主办.

use std::sync::LazyLock;

use regex::Regex;

use super::identity::places;
use crate::text::pattern;

/// What is said more often than this is no footer.
const MOST_PLACES: usize = 500;
/// How far (bytes) an organiser's name and what tells that it stands in a footer are looked for.
const FAR: usize = 400;
/// What follows a name without a blank, and is no part of it.
#[rustfmt::skip]
const ENDS: [&str; 29] = [
    "主办", "承办", "协办", "主管", "版权所有", "地址", "电话", "联系", "技术支持", "技术保障", "网站标识", "标识码", "网站支持", "网站维护",
    "网站管理", "网站运", "维护", "运维", "运营", "邮编", "邮箱", "传真", "备案", "Copyright", "copyright", "COPYRIGHT", "©", "ICP", "公网安备",
];
/// What names of organs end with.
#[rustfmt::skip]
const ORGANS: [&str; 24] = [
    "政府", "办公室", "办公厅", "局", "委", "会", "厅", "部", "院", "署", "司", "处", "科", "办", "室", "中心", "镇", "乡", "街道", "办事处",
    "总队", "支队", "队", "馆",
];
/// What only footers say.
const OF_FOOTERS: [&str; 8] = ["承办", "ICP", "icp", "标识", "版权", "备案", "网安备", "技术支持"];

/// The organiser that a text names.
pub(super) fn read(text: &str) -> Option<String> {
    static LABEL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^主 ?办 ?(?:单 ?位|机 ?关|部 ?门|方)?(?: ?[(（][^()（）]{1,8}[)）])?\s*[:：]\s*"));
    let label_at = |at: usize| {
        let rest = &text[at..text.floor_char_boundary((at + FAR).min(text.len()))];
        LABEL.find(rest).and_then(|label| name(&rest[label.end()..]))
    };
    let mut at_words = places(text, "主办").chain(places(text, "主 办")).take(MOST_PLACES);
    at_words.find_map(label_at).or_else(|| unlabelled(text))
}

/// `主办单位 青川县人民政府` and `青川县人民政府主办`, where footers say more of their kind beside it.
fn unlabelled(text: &str) -> Option<String> {
    places(text, "主办").take(MOST_PLACES).find_map(|at| {
        let to = text.floor_char_boundary((at + FAR).min(text.len()));
        let rest = &text[at..to];
        let from = text.ceil_char_boundary(at.saturating_sub(FAR));
        let before = &text[from..at];
        if !OF_FOOTERS.iter().any(|word| rest.contains(word) || before.contains(word)) {
            return None;
        }
        let labelled = ["主办单位", "主办机关", "主办部门"].iter().find_map(|label| rest.strip_prefix(label));
        if let Some(after) = labelled {
            return name(after).filter(|name| is_organ(name));
        }
        let ends =
            rest["主办".len()..].chars().next().is_none_or(|next| next.is_whitespace() || "|｜\"'<;；".contains(next));
        if !ends {
            return None;
        }
        let before = before.trim_end();
        let start = before
            .rfind(|letter: char| !is_of_name(letter))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let whole = before[start..].trim_start_matches('由');
        (4..=40).contains(&whole.chars().count()).then(|| whole.to_owned()).filter(|name| is_organ(name))
    })
}

/// The name at the beginning of a text: one organ, or several with blanks between them.
fn name(text: &str) -> Option<String> {
    const MOST: usize = 3;
    let mut names: Vec<&str> = Vec::new();
    let mut rest = text.trim_start();
    while names.len() < MOST {
        let word = rest.split(char::is_whitespace).next().unwrap_or_default();
        let stop = word.find(|letter: char| ":：|｜,，;；。<>&\"'+".contains(letter)).unwrap_or(word.len());
        let end = ENDS.iter().filter_map(|label| word[..stop].find(label)).min().unwrap_or(stop);
        let name = word[..end].trim_end_matches(['(', '（', '-', '—']);
        let after = rest[end..].trim_start();
        // 青川县大数据中心 承办 is another one.
        let is_of_others =
            || ["承办", "协办", "维护", "运"].iter().any(|does| after.starts_with(does)) && !is_label(after);
        let takes = match names.last() {
            None => (3..=40).contains(&name.chars().count()),
            Some(last) => is_organ(last) && is_organ(name) && !after.starts_with([':', '：']) && !is_of_others(),
        };
        if !takes {
            break;
        }
        names.push(name);
        if end < word.len() {
            break;
        }
        rest = after;
    }
    (!names.is_empty()).then(|| names.join(" "))
}

/// `承办单位：` or `承办：` announces what follows; a bare 承办 speaks of what stands before it.
fn is_label(text: &str) -> bool {
    text.chars().take(6).any(|letter| matches!(letter, ':' | '：'))
}

fn is_organ(name: &str) -> bool {
    let name = name.trim_end_matches(['）', ')']);
    ORGANS.iter().any(|ending| name.ends_with(ending))
}

fn is_of_name(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter) || "（）()、·".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn organisers_are_named_in_many_ways() {
        for (footer, organiser) in [
            ("主办单位：青禾市人民政府办公室 承办单位：市大数据中心", "青禾市人民政府办公室"),
            ("主 办 单 位 ： 青禾市教育局 标识码：1499310001", "青禾市教育局"),
            ("主办：青禾市人民政府网站维护：市信息中心", "青禾市人民政府"),
            ("主办单位：青禾市委办公室（市档案局）Copyright 2022", "青禾市委办公室（市档案局）"),
            ("主办单位：中共青禾市委 青禾市人民政府 承办单位：市委网信办", "中共青禾市委 青禾市人民政府"),
            ("主办单位：青禾市人民政府 青禾市大数据中心承办", "青禾市人民政府"),
            ("主办单位 青禾市民政局 网站标识码 1499310002", "青禾市民政局"),
            ("主办单位青禾市民政局 网站标识码1499310002", "青禾市民政局"),
            ("版权所有 2022 青禾市民政局主办 晋ICP备14993101号", "青禾市民政局"),
            ("由青禾市人民政府办公室主办 青禾市政务服务局承办", "青禾市人民政府办公室"),
            ("主办机关：青禾市水利局 | 地址：河东路1号", "青禾市水利局"),
        ] {
            assert_eq!(read(footer).as_deref(), Some(organiser), "{footer}");
        }
        for text in [
            "活动由市文化馆主办，市图书馆承办。",
            "大赛的主办单位和承办单位要加强协作。",
            "主办单位：",
            "本次展览由市博物馆主办 欢迎参观",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}

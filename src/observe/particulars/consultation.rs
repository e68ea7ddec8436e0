//! Consultations: the last day for opinions, and what a page says of those that came.

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::civil::Date;
use regex::Regex;

use super::shown;
use crate::{
    model::{Lasts, Particulars},
    text::{dates, pattern},
};

/// Words of titles of calls for opinions and of their results.
const TITLES: [&str; 6] = ["征求", "征集", "意见", "采纳", "反馈", "听证"];

/// Fills in the last day, the result and its reasons. Expects normalised title and words.
pub(super) fn read(title: &str, words: &str, labels: &BTreeMap<String, String>, found: &mut Particulars) {
    if !TITLES.iter().any(|word| title.contains(word)) {
        return;
    }
    found.closes = by_label(labels).or_else(|| closes(words));
    found.lasts = if found.closes.is_none() { lasts(words) } else { None };
    found.result = result(words);
    found.reasons = found.result.is_some() && has_reasons(words);
}

fn by_label(labels: &BTreeMap<String, String>) -> Option<Date> {
    const NAMES: [&str; 13] = [
        "结束时间",
        "截止时间",
        "截止日期",
        "结束日期",
        "征集时间",
        "征求意见时间",
        "征集截止时间",
        "征集期限",
        "征求意见期限",
        "征集日期",
        "公示期",
        "公示时间",
        "公示期限",
    ];
    let last = |value: &String| ranges(value).last().or_else(|| dates::find(value).last().map(|last| last.date));
    NAMES.iter().find_map(|name| last(labels.get(*name)?))
}

/// The last days of spans whose end may go without its year: 2023年5月6日—5月12日.
fn ranges(words: &str) -> impl Iterator<Item = Date> {
    static RANGE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(\d{4})年(\d{1,2})月(\d{1,2})日?起?(?:\([^()]{1,8}\))?(?:-|—|–|~|〜|至|到|―)+(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日",
        )
    });
    let ends: Vec<Date> = RANGE
        .captures_iter(words)
        .filter_map(|span| {
            let number = |at: usize| span.get(at).and_then(|digits| digits.as_str().parse::<i16>().ok());
            let small = |at: usize| number(at).and_then(|digits| i8::try_from(digits).ok());
            let first = Date::new(number(1)?, small(2)?, small(3)?).ok()?;
            let (month, day) = (small(5)?, small(6)?);
            // Without a year of its own the end lies in that of the beginning, or over the turn of the year.
            let end = Date::new(number(4).unwrap_or(first.year()), month, day).ok()?;
            if end >= first || number(4).is_some() { Some(end) } else { Date::new(first.year() + 1, month, day).ok() }
        })
        .collect();
    ends.into_iter()
}

/// How long opinions are asked for, in days.
fn lasts(words: &str) -> Option<Lasts> {
    static SAYS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:为期|(?:征求意见|征集|公示|公告|反馈)(?:期限|期|时间)为?|(?:之日|今日|即日)起)[:：]?(\d{1,3}|[一二三四五六七八九十]{1,3})个?(工作日|日|天)",
        )
    });
    let said = SAYS.captures(words)?;
    let days = said[1].parse().ok().or_else(|| numeral(&said[1]))?;
    (days > 0).then(|| Lasts { days, working: &said[2] == "工作日" })
}

/// Up to ninety-nine, as numbers of days are written.
fn numeral(text: &str) -> Option<u16> {
    let digit = |letter: char| "一二三四五六七八九".chars().position(|digit| digit == letter).map(|at| at as u16 + 1);
    let letters: Vec<char> = text.chars().collect();
    match letters[..] {
        ['十'] => Some(10),
        [one] => digit(one),
        ['十', one] => Some(10 + digit(one)?),
        [ten, '十'] => Some(10 * digit(ten)?),
        [ten, '十', one] => Some(10 * digit(ten)? + digit(one)?),
        _ => None,
    }
}

/// The latest day up to which opinions are asked for.
fn closes(words: &str) -> Option<Date> {
    let is_last_day = |found: &dates::Found| {
        let before = &words[..found.start];
        let near = before.char_indices().rev().nth(15).map_or(before, |(at, _)| &before[at..]);
        let after: String = words[found.end..].chars().take(8).collect();
        let ends = ["截止", "截至", "结束"].iter().any(|word| near.contains(word))
            || near.ends_with(['至', '到', '-', '—', '~'])
            || after.starts_with("前")
            || ["之前", "以前", "止", "截止", "前)", "下午", "上午", "时前"].iter().any(|word| after.starts_with(word));
        ends && !near.contains("发布")
    };
    let told = dates::find(words).into_iter().filter(is_last_day).map(|found| found.date);
    told.max().or_else(|| ranges(words).max())
}

/// The words that tell what came in or was taken up; what will be done some day does not count.
fn result(words: &str) -> Option<String> {
    static SAYS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:共|已|未|没有|均未|未曾|累计|期间)收到[^。;]{0,60}|(?:未予|不予|均予|均已|全部|部分|已予?)采纳[^。;]{0,40}|采纳(?:了)?[^。;,]{0,12}\d+条[^。;]{0,30}|采纳情况(?:如下|:|见)[^。;]{0,40}|无(?:反馈|修改|任何|不同)意见",
        )
    });
    SAYS.find_iter(words)
        .find(|said| {
            let before = &words[..said.start()];
            let near = before.char_indices().rev().nth(8).map_or(before, |(at, _)| &before[at..]);
            !["将", "如", "若", "对", "逾期"].iter().any(|word| near.ends_with(word))
        })
        .map(|said| shown(said.as_str()))
}

fn has_reasons(words: &str) -> bool {
    let reasons = ["采纳", "理由", "未收到", "没有收到", "无反馈意见", "无修改意见", "无不同意见", "0条"];
    reasons.iter().any(|word| words.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_last_day_is_found() {
        for words in [
            "公开征求意见,时间为2022年5月1日至2022年5月30日。",
            "请于2022年5月30日前反馈至县教育局。",
            "意见征集截止时间:2022年5月30日。2022年4月28日",
            "征集期限自2022-05-01-2022-05-30",
            "公示期为30天,即2022年5月1日—5月30日。",
            "公示期:2022年5月1日—2022年5月30日/为期30天",
        ] {
            assert_eq!(closes(words), Some(date(2022, 5, 30)), "{words}");
        }
        assert_eq!(closes("青河县教育局2022年4月28日"), None);
    }

    #[test]
    fn a_length_is_found_where_no_last_day_is_named() {
        let says = |days, working| Some(Lasts { days, working });
        assert_eq!(lasts("公示期为5个工作日,如有异议请来电。"), says(5, true));
        assert_eq!(lasts("自公告发布之日起三十日内提出意见。"), says(30, false));
        assert_eq!(lasts("为期十五天。"), says(15, false));
        assert_eq!(lasts("请于15日内整改。"), None);
        assert_eq!(ranges("2022年12月20日至1月19日").last(), Some(date(2023, 1, 19)));
    }

    #[test]
    fn what_came_is_told_from_what_will_be_done() {
        for told in ["截至5月30日,共收到意见12条,采纳9条。", "征求意见期间未收到反馈意见。", "上述意见均已采纳。"]
        {
            assert!(result(told).is_some(), "{told}");
        }
        for other in ["我们将认真研究采纳各方意见。", "欢迎社会各界提出意见。", "对合理的意见予以采纳。"]
        {
            assert_eq!(result(other), None, "{other}");
        }
    }
}

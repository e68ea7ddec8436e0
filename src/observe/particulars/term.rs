//! From when and until when a document holds by its own words: “本办法自2022年3月1日起施行，有效期5年。”

use std::{collections::BTreeMap, sync::LazyLock};

use jiff::{Span, civil::Date};
use regex::Regex;

use super::shown;
use crate::{
    model::{DateMeaning, PageFacts, Term},
    text::{dates, pattern},
};

/// Expects normalised words.
pub(super) fn read(words: &str, labels: &BTreeMap<String, String>, facts: &PageFacts) -> Option<Term> {
    in_text(words, facts).or_else(|| in_labels(labels))
}

fn in_labels(labels: &BTreeMap<String, String>) -> Option<Term> {
    let dated = |names: &[&str]| {
        names.iter().find_map(|name| {
            let (label, value) = labels.get_key_value(*name)?;
            Some((format!("{label}：{value}"), dates::first(value)?.0))
        })
    };
    let until = dated(&["失效日期", "失效时间", "废止日期", "有效期至", "有效期截止", "有效期"]);
    let from = dated(&["施行日期", "实施日期", "生效日期", "生效时间", "施行时间"]);
    let words = until.as_ref().or(from.as_ref()).map(|(words, _)| words.clone())?;
    // A label that gives a whole span (2020-01-01至2024-12-31) ends with its last day.
    let expires = until.map(|(words, day)| dates::find(&words).last().map_or(day, |last| last.date));
    Some(Term { words, from: from.map(|(_, day)| day), expires })
}

/// The sentence in which the document speaks of itself; that of an appended rule is not told from its own, so where
/// several sentences give different ends, none is taken.
fn in_text(words: &str, facts: &PageFacts) -> Option<Term> {
    static OWN: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[^《》]{0,24}?本(?:\p{Han}{0,8})(?:办法|规定|细则|通知|意见|方案|措施|政策|规则|制度|文件|决定|规范|标准|指南|计划|公告|通告|规划|条款)(?:\([^)]{0,12}\))?,?(?:的?有效期|自|从|将自|试行期|于)",
        )
    });
    if !words.contains("有效期") && !words.contains("行") {
        return None;
    }
    let mut terms: Vec<Term> = Vec::new();
    for sentence in words.split(['。', ';', '；']) {
        let speaks = sentence.contains("有效期") || sentence.contains("试行") || sentence.contains('起');
        // A heading before it (第五章附则第三十条) stays short.
        let Some(own) = sentence.rfind('本').filter(|_| speaks) else { continue };
        let from_own = sentence[..own].rfind("第").map_or(own, |at| at);
        let clause = [sentence, &sentence[from_own..], &sentence[own..]].into_iter().find(|part| OWN.is_match(part));
        let Some(clause) = clause else { continue };
        let from = begins(clause, facts);
        let expires = ends(clause, from);
        if from.is_some() || expires.is_some() {
            terms.push(Term { words: shown(clause), from, expires });
        }
    }
    let mut ends: Vec<Date> = terms.iter().filter_map(|term| term.expires).collect();
    ends.dedup();
    match ends[..] {
        [] => terms.into_iter().next(),
        [_] => terms.into_iter().find(|term| term.expires.is_some()),
        _ => None,
    }
}

/// 自2022年3月1日起施行; 自印发之日起(30日后)施行.
fn begins(clause: &str, facts: &PageFacts) -> Option<Date> {
    static ISSUED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"自(?:发布|印发|公布|颁布|下发|发文)之日(?:起)?(?:满?(\d{1,3}|[一二三四五六七八九十]{1,3})(?:个自然)?日后)?",
        )
    });
    if let Some(at) = clause.find('自').or_else(|| clause.find('从')) {
        let rest = &clause[at..];
        let near = dates::find(rest).first().filter(|found| found.start <= '自'.len_utf8()).map(|found| found.date);
        if near.is_some() {
            return near;
        }
    }
    let issued = ISSUED.captures(clause)?;
    let days = match issued.get(1) {
        Some(days) => number(days.as_str())?,
        None => 0,
    };
    let written = facts.dates.iter().find(|claim| claim.meaning == DateMeaning::Written).map(|claim| claim.value.date);
    let day = written.or(facts.published.map(|moment| moment.date))?;
    Some(day.saturating_add(Span::new().days(days)))
}

/// 有效期5年, 有效期至2027年2月28日, 至2024年12月31日止, 试行期两年.
fn ends(clause: &str, from: Option<Date>) -> Option<Date> {
    static LENGTH: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:有效期限?|试行期限?|试行|实施期限?|执行期限?)(?:为|是|:|暂定|暂定为|自[^,]{0,12}起)?,?(\d{1,2}|[一二两三四五六七八九十]{1,2})(年|个月)",
        )
    });
    static UNTIL: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?:有效期限?|施行|实施|执行|起)?(?:截止|截至|截止到|至|到)$"));
    let until = dates::find(clause).into_iter().find(|found| {
        let after = &clause[found.end..];
        let holds = clause.contains("有效期") || after.starts_with('止') || clause[..found.start].contains('起');
        UNTIL.is_match(&clause[..found.start]) && holds
    });
    if let Some(until) = until {
        return Some(until.date);
    }
    let length = LENGTH.captures(clause)?;
    let count = number(&length[1])?;
    let span = if &length[2] == "年" { Span::new().years(count) } else { Span::new().months(count) };
    // It holds to the day before the same day of the last year.
    Some(from?.saturating_add(span).saturating_sub(Span::new().days(1)))
}

/// A small number in figures or Chinese numerals, up to ninety-nine.
fn number(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let digit = |letter: char| match letter {
        '两' => Some(2),
        _ => "零一二三四五六七八九".chars().position(|known| known == letter).and_then(|at| i64::try_from(at).ok()),
    };
    match text.split_once('十') {
        Some((tens, ones)) => {
            let tens = if tens.is_empty() { 1 } else { digit(tens.chars().next()?)? };
            let ones = if ones.is_empty() { 0 } else { digit(ones.chars().next()?)? };
            Some(tens * 10 + ones)
        }
        None => digit(text.chars().next()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Moment, text::normalise};
    use jiff::civil::date;

    fn term(words: &str) -> Option<Term> {
        let facts = PageFacts { published: Some(Moment::day(date(2022, 3, 1))), ..PageFacts::default() };
        read(&normalise(words), &BTreeMap::new(), &facts)
    }

    #[test]
    fn terms_as_documents_write_them() {
        for (words, from, expires) in [
            ("第三十条 本办法自2022年4月1日起施行，有效期5年。", date(2022, 4, 1), Some(date(2027, 3, 31))),
            ("本通知自印发之日起施行，有效期两年。", date(2022, 3, 1), Some(date(2024, 2, 29))),
            ("本细则自发布之日起30日后施行，有效期至2027年12月31日。", date(2022, 3, 31), Some(date(2027, 12, 31))),
            ("本实施方案（试行）自2022年1月1日起至2023年12月31日止。", date(2022, 1, 1), Some(date(2023, 12, 31))),
            ("附则 本规定自2022年5月1日起施行。", date(2022, 5, 1), None),
            ("本暂行办法自2022年5月1日起试行，试行期一年。", date(2022, 5, 1), Some(date(2023, 4, 30))),
        ] {
            let found = term(words).unwrap_or_default();
            assert_eq!((found.from, found.expires), (Some(from), expires), "{words}: {found:?}");
        }
    }

    #[test]
    fn terms_of_other_things_are_not_taken() {
        for words in [
            "本许可证有效期5年。",
            "《停车管理办法》自2016年1月1日起施行，有效期5年。",
            "申请材料有效期六个月。",
            "请于2022年5月1日前报送。",
            "本办法有效期5年。",
        ] {
            assert_eq!(term(words).and_then(|term| term.expires), None, "{words}");
        }
        let two = "本办法自2022年1月1日起施行，有效期2年。附件：本细则自2022年1月1日起施行，有效期5年。";
        assert_eq!(term(two), None);
    }

    #[test]
    fn a_label_gives_the_end() {
        let labels = BTreeMap::from([("失效日期".to_owned(), "2024-12-31".to_owned())]);
        let found = read("", &labels, &PageFacts::default()).unwrap_or_default();
        assert_eq!(found.expires, Some(date(2024, 12, 31)));
    }
}

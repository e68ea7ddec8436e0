//! What policy documents, interpretations and consultations say of themselves. Only pages that may be one are read for
//! it: the sketch of a text costs more than the rest.

mod consultation;
mod form;
mod term;

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

use super::document;
use crate::{
    html::Element,
    model::{PageFacts, PageKind, Particulars, Standing},
    text::{normalise, pattern, sketch::Sketch},
};

/// Words in the title of a page that may be a policy document, an interpretation or a consultation.
const TITLES: [&str; 32] = [
    "解读",
    "读懂",
    "图解",
    "答记者问",
    "问答",
    "发布会",
    "访谈",
    "通知",
    "办法",
    "意见",
    "规定",
    "细则",
    "方案",
    "规划",
    "措施",
    "决定",
    "公告",
    "通告",
    "规则",
    "条例",
    "制度",
    "征集",
    "征求",
    "反馈",
    "采纳",
    "废止",
    "失效",
    "清理",
    "标准",
    "政策",
    "听证",
    "预案",
];
/// Words in the names of columns that hold them.
const COLUMNS: [&str; 8] = ["政策", "文件", "解读", "规范", "征集", "征求", "反馈", "决策"];
/// Shorter texts are not compared with others.
const LEAST_SKETCHED: usize = 40;
/// Letters of the words that are shown as proof.
const SHOWN: usize = 60;
/// Void documents that are taken from one clearing list.
const MOST_VOIDED: usize = 500;

/// None where the page is none of them, or says nothing of the kind.
pub(super) fn read(
    facts: &PageFacts,
    body: Option<Element<'_>>,
    labels: &BTreeMap<String, String>,
) -> Option<Particulars> {
    if facts.kind != PageKind::Article || facts.garbled || !may_be_one(facts) {
        return None;
    }
    let title = normalise(facts.title.as_deref().unwrap_or_default());
    let words = normalise(&facts.body);
    let mut found = Particulars {
        form: form::read(&title, facts, body),
        openness: openness(labels, &words),
        standing: facts.validity.as_deref().and_then(Standing::of),
        void_note: void_note(&title, &words),
        term: term::read(&words, labels, facts),
        voids: voids(&title, facts),
        no_interpretation: no_interpretation(&words),
        ..Particulars::default()
    };
    consultation::read(&title, &words, labels, &mut found);
    if words.chars().nth(LEAST_SKETCHED).is_some() {
        found.text = Sketch::of(&facts.body);
    }
    Some(found)
}

fn may_be_one(facts: &PageFacts) -> bool {
    let title = facts.title.as_deref().unwrap_or_default();
    let columns = || facts.column.path.iter().chain(&facts.column.name).chain(&facts.column.kind);
    facts.number.is_some()
        || TITLES.iter().any(|word| title.contains(word))
        || columns().any(|name| COLUMNS.iter().any(|word| name.contains(word)))
}

/// 公开属性 by label, or the note under the text.
fn openness(labels: &BTreeMap<String, String>, words: &str) -> Option<String> {
    static NOTE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"[(\[【]?(?:此件|本件|该件|此文|本文件?)?(?:(?:主动|依申请|不予?|可以?)公开|公开发布|公开属性:?[^。;]{2,8})[)\]】]|(?:此件|本件|该件)(?:主动|依申请|不予?|可以?)?公开(?:发布)?|(?:公开属性|公开方式|公开形式|公开类别|公开范围|信息公开选项|公开选项):?(?:主动公开|依申请公开|不予公开|公开发布|全社会公开|面向社会)",
        )
    });
    let label = ["公开属性", "公开方式", "公开形式", "公开类别", "公开类型", "公开选项", "公文公开属性"]
        .iter()
        .find_map(|label| labels.get_key_value(*label))
        .filter(|(_, value)| value.contains("公开"));
    label
        .map(|(label, value)| format!("{label}：{value}"))
        .or_else(|| words.contains("公开").then(|| NOTE.find(words))?.map(|note| note.as_str().to_owned()))
}

/// A mark in the title, or a sentence at the head of the text, that the document is void.
fn void_note(title: &str, words: &str) -> Option<String> {
    static TITLE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"[(\[【](?:本文|此件|文件|本文件)?(?:现|已|现已|宣布|被)*(?:废止|失效|无效|作废)[)\]】]")
    });
    static HEAD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:本文件?|该文件|此件|此文件?|本规范性文件)(?:现|因有效期届满)?已(?:经|于[^。,]{4,12}|被[^。,]{2,60})?(?:宣布)?(?:废止|失效)",
        )
    });
    let head: String = words.chars().take(300).collect();
    TITLE.find(title).or_else(|| HEAD.find(&head)).map(|note| note.as_str().to_owned())
}

/// Numbers of the documents that a page declares void, as a clearing list or as the document that takes their place. A
/// list that also tells which ones stay says of no number which of
/// the two it is.
fn voids(title: &str, facts: &PageFacts) -> Vec<String> {
    /// The name of a list of those that stay; that all valid ones were gone through is no such list.
    static VALID_LIST: LazyLock<Regex> = LazyLock::new(|| pattern(r"现行有效的?[^。；;，,]{0,12}(?:目录|清单|一览表)"));
    let says = |text: &str, words: &[&str]| words.iter().any(|word| text.contains(word));
    let is_list =
        says(title, &["废止", "失效"]) && says(title, &["决定", "公告", "通知", "通告", "目录", "清单", "结果"]);
    let is_mixed = says(title, &["继续有效", "保留", "修改", "征求意见", "征集", "解读"])
        || says(&facts.body, &["继续有效的", "予以保留", "继续有效文件"])
        || VALID_LIST.is_match(&facts.body);
    let is_draft = says(title, &["征求意见", "征集", "解读", "草案", "送审稿"]);
    if is_draft || (is_list && is_mixed) {
        return Vec::new();
    }
    let mut numbers: Vec<String> = document::numbers_in(&facts.body)
        .filter(
            |(start, _)| {
                if is_list { !stands_as_reason(&facts.body[..*start]) } else { is_repealed(&facts.body[*start..]) }
            },
        )
        .map(|(_, number)| normalise(&number))
        .filter(|number| facts.number.as_deref().is_none_or(|own| normalise(own) != *number))
        .take(MOST_VOIDED)
        .collect();
    numbers.sort();
    numbers.dedup();
    numbers
}

/// Whether the document whose number `text` begins with is repealed beside the new one: 《…》（青政发〔2013〕8号）同时废止.
fn is_repealed(text: &str) -> bool {
    static REPEALED: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^[^号]{1,40}号\s*[)）]\s*(?:[、，,和及与以]|《[^》]{2,80}》|[(（][^()（）]{2,40}[)）]|\s)*(?:自[^。；;，,]{2,16}起)?(?:同时|即行|自行|随之|相应|一并|予以)+(?:废止|失效)",
        )
    });
    REPEALED.is_match(text)
}

/// Whether the sentence so far names what the document rests on, not what it declares void.
fn stands_as_reason(before: &str) -> bool {
    let sentence = before.rsplit(['。', ';', '；']).next().unwrap_or(before);
    // Rows of a table have no full stops: what stands far before belongs to another row.
    let near = sentence.char_indices().rev().nth(60).map_or(sentence, |(at, _)| &sentence[at..]);
    ["根据", "依据", "按照", "遵照", "落实", "贯彻"].iter().any(|word| near.contains(word))
}

/// A statement that there is no interpretation, with its reason beside it.
fn no_interpretation(words: &str) -> Option<String> {
    static SAYS: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"[^。;!]{0,80}(?:不(?:再|另|需|用|作|做|予|宜|需要|必|单独|进行|另行)+(?:进行|作|做|开展|发布|制作)?(?:政策|文件)?解读|无需(?:进行|作|做|另行|开展|发布)*(?:政策|文件)?解读|免(?:于|予|去)(?:政策)?解读)[^。;!]{0,80}",
        )
    });
    if !words.contains("解读") {
        return None;
    }
    let reasons = ["因", "由于", "理由", "依据", "根据", "鉴于", "属于", "不涉及", "说明"];
    let said = SAYS.find_iter(words).find(|said| reasons.iter().any(|word| said.as_str().contains(word)))?;
    Some(shown(said.as_str()))
}

/// The first words of a sentence.
fn shown(sentence: &str) -> String {
    match sentence.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}……", &sentence[..at]),
        None => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_of_openness_are_told_from_talk_of_openness() {
        let none = BTreeMap::new();
        for note in
            ["2022年3月1日(此件公开发布)", "(主动公开)", "公开属性:主动公开", "此件主动公开", "[此件依申请公开]"]
        {
            assert!(openness(&none, note).is_some(), "{note}");
        }
        for other in ["应当主动公开政府信息", "建立主动公开机制", "公开发布招标公告"] {
            assert_eq!(openness(&none, other), None, "{other}");
        }
    }

    #[test]
    fn a_void_document_is_known_by_its_mark_alone() {
        assert!(void_note("关于印发停车管理办法的通知(已废止)", "").is_some());
        assert!(void_note("停车管理办法", "本文件已于2022年5月失效。各单位").is_some());
        assert_eq!(void_note("关于废止停车管理办法的决定", "《停车管理办法》已废止。"), None);
        assert_eq!(void_note("停车管理办法", "本办法自发布之日起施行,原办法同时废止。"), None);
    }

    #[test]
    fn a_statement_needs_a_reason() {
        let stated = no_interpretation("本通知属于内部工作安排,不涉及公众权利义务,故不作政策解读。");
        assert!(stated.is_some_and(|words| words.contains("不涉及")));
        assert_eq!(no_interpretation("不得对政策进行片面解读。"), None);
        assert_eq!(no_interpretation("请做好政策解读工作。"), None);
    }

    #[test]
    fn a_clearing_list_names_what_it_voids_and_not_its_reasons() {
        let list = |title: &str, body: &str| voids(title, &PageFacts { body: body.to_owned(), ..PageFacts::default() });
        let body = "根据《省政府办公厅关于开展清理的通知》（甲政办发〔2022〕3号）要求，决定废止下列文件。\
                    1 关于印发停车办法的通知 青政发〔2015〕8号 2 关于养犬的通告 青政发[2016]12号";
        assert_eq!(list("关于废止部分行政规范性文件的决定", body), ["青政发[2016]12号", "青政发〔2015〕8号"]);
        assert!(list("规范性文件清理结果的公告", body).is_empty());
        assert!(list("关于废止和继续有效文件目录的公告", body).is_empty());
        let opening = "县政府对现行有效的规范性文件进行了清理，决定废止下列文件：《停车办法》（青政发〔2015〕8号）";
        assert_eq!(list("关于废止部分行政规范性文件的决定", opening), ["青政发〔2015〕8号"]);
        assert!(list("关于废止部分文件的决定", "附件：1.现行有效的规范性文件目录 青政发〔2015〕8号").is_empty());
    }

    #[test]
    fn a_new_document_names_what_it_repeals() {
        let of = |title: &str, body: &str| voids(title, &PageFacts { body: body.to_owned(), ..PageFacts::default() });
        let body = "本办法自印发之日起施行，《停车暂行办法》（青政发〔2013〕8号）、《停车收费办法》（青政发〔2014〕9号）同时废止。\
                    此前《养犬办法》（青政发〔2016〕2号）继续执行。";
        assert_eq!(of("青河县停车管理办法", body), ["青政发〔2013〕8号", "青政发〔2014〕9号"]);
        assert!(of("青河县停车管理办法（征求意见稿）", body).is_empty());
        assert_eq!(of("停车办法", "《停车暂行办法》（青政发〔2013〕8号）自行废止。"), ["青政发〔2013〕8号"]);
    }
}

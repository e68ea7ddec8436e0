//! How an office is reached, as guides to government information tell it: labels and what follows them.

use std::sync::LazyLock;

use regex::Regex;

use crate::{
    model::{CONTACT_FIELDS, Contact},
    text::{pattern, tidy},
};

/// Labels of each field, in the order of [`CONTACT_FIELDS`].
const LABELS: [&str; 7] = [
    "机构名称|单位名称|部门名称|工作机构(?:名称)?|受理机构(?:名称)?|办理机构|公开机构|受理部门|受理单位|负责机构|主管机构",
    "办公地址|办公地点|联系地址|通信地址|通讯地址|受理地址|受理地点|单位地址|邮寄地址|地址",
    "办公时间|工作时间|受理时间|服务时间|对外办公时间|作息时间",
    "联系电话|办公电话|咨询电话|受理电话|电话号码|电话|联系方式",
    "传真号码|传真电话|传真",
    "电子邮箱|电子邮件|邮箱地址|邮箱|E-?mail|互联网联系方式|网上申请|申请网址|网址",
    "邮政编码|邮编",
];
/// What a value looks like, in the same order; a label without such a value says nothing.
const VALUES: [&str; 7] = [
    r"[^\s，。；;：:、]+",
    r"[^\s，。；;：:、]+",
    r"[^。；;]*?(?:[0-9]+\s*[:：点时]|工作日|周[一二三四五]|星期)[^。；;]*",
    r"(?:[(（]?0[0-9]{2,3}[)）]?\s*[-—－ ]?\s*)?[0-9]{7,8}|1[0-9]{10}|12345",
    r"(?:[(（]?0[0-9]{2,3}[)）]?\s*[-—－ ]?\s*)?[0-9]{7,8}",
    r"[A-Za-z0-9_.\-]+\s*[@＠#]\s*[A-Za-z0-9_.\-]+|https?://[A-Za-z0-9_./?=&%\-]+",
    r"[0-9]{6}",
];
/// Letters of a value; a shorter one is a word such as 无, a longer one is cut.
const LEAST_VALUE: usize = 3;
const LONGEST_VALUE: usize = 60;
/// Labels are looked for so far into a text.
const LONGEST: usize = 60_000;

static FIELDS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let field = |(labels, value): (&str, &str)| {
        pattern(&format!(r"(?i)(?:{labels})(?:[（(][^（）()]*[）)])?\s*(?:[:：为是]|\s)\s*({value})"))
    };
    LABELS.into_iter().zip(VALUES).map(field).collect()
});

/// What needs no label: nothing else looks like it.
static BARE_MAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[A-Za-z0-9_.\-]+\s?[@＠]\s?[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+"));

/// 依申请公开由青岚县人民政府办公室受理.
static BARE_OFFICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"由((?:[^本该各上同\s，。；;：:、由])[^\s，。；;：:、由]{2,30}?(?:办公室|办公厅|局|委|科|股|处|中心))(?:统一|具体)?(?:负责)?(?:受理|办理|承办)",
    )
});

/// Under a heading that speaks of the office, its name alone: 名称：青岚县人民政府办公室政务公开股.
static PLAIN_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\s。；;])名称\s*[:：]\s*([^\s，。；;：:、]{2,30}?(?:办公室|办公厅|局|委|科|股|处|中心)(?:[^\s，。；;：:、]{0,10}(?:科|股|处|室))?)",
    )
});

/// The fields of a text, by their names in [`CONTACT_FIELDS`]; the first value of each counts.
pub(super) fn read(text: &str) -> Contact {
    let text = tidy(&text[..text.floor_char_boundary(LONGEST)]);
    let mut contact = Contact::new();
    for (name, form) in CONTACT_FIELDS.into_iter().zip(FIELDS.iter()) {
        if let Some(captures) = form.captures(&text) {
            let value: String = captures[1].trim().chars().take(LONGEST_VALUE).collect();
            if value.chars().count() >= LEAST_VALUE {
                contact.insert(name.to_owned(), value);
            }
        }
    }
    if let Some(office) = PLAIN_NAME.captures(&text).or_else(|| BARE_OFFICE.captures(&text)) {
        contact.entry("机构名称".to_owned()).or_insert_with(|| office[1].to_owned());
    }
    if let Some(mail) = BARE_MAIL.find(&text) {
        contact.entry("互联网联系方式".to_owned()).or_insert_with(|| mail.as_str().to_owned());
    }
    contact
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_counts_where_it_is_that_of_an_office() {
        let told = read("一、公开机构 名称：青岚县人民政府办公室政务公开股 地址：文昌街2号");
        assert_eq!(told["机构名称"], "青岚县人民政府办公室政务公开股");
        assert!(!read("申请表须写明所需信息的名称：文件标题、文号").contains_key("机构名称"));
    }

    #[test]
    fn sentences_and_tables_are_read_alike() {
        let sentence = "本机关信息公开工作机构为青岚县人民政府办公室政务公开股，办公地址：青岚县文昌街道府前路1号；\
            办公时间：工作日8:00—12:00，14:30—18:00；联系电话：0999-6180001；传真：0999-6180002；\
            电子邮箱：qlxzfb@qinglan.example.gov.cn；邮编：099900。";
        let contact = read(sentence);
        assert_eq!(contact.len(), CONTACT_FIELDS.len(), "{contact:?}");
        assert_eq!(contact["联系电话"], "0999-6180001");
        assert_eq!(contact["传真号码"], "0999-6180002");
        assert_eq!(contact["机构名称"], "青岚县人民政府办公室政务公开股");
        let table = read("受理机构 青岚县教育局办公室 联系电话 （0999）6180003 通信地址 青岚县书院街道3号");
        assert_eq!(table["联系电话"], "（0999）6180003");
        assert_eq!(table["办公地址"], "青岚县书院街道3号");
        let told = read("依申请公开由青岚县人民政府办公室受理，申请由本机关承办处室办理。");
        assert_eq!(told["机构名称"], "青岚县人民政府办公室");
    }

    #[test]
    fn labels_without_values_say_nothing() {
        let contact = read("申请人应当填写联系电话、通信地址、电子邮箱等联系方式。传真：无。由本机关有关处室办理。");
        assert!(contact.is_empty(), "{contact:?}");
    }
}

//! What the words before a date say it is: 发布时间, 成文日期, 更新于 …, or none of the document's own dates.

use crate::{model::DateMeaning, text::normalise};

/// What the words right before a date say it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    Means(DateMeaning),
    /// A label that is none of the document's dates: 留言时间, 截止日期, 开标时间.
    Else,
    /// 编辑时间, 提交日期: see [`Label::beside_source`].
    Step,
    None,
}

/// What is done to a document, by the meaning of its 时间 or 日期; words may stand before (信息发布时间).
#[rustfmt::skip]
const DEEDS: [(DateMeaning, &[&str]); 4] = [
    (DateMeaning::Written, &["成文", "发文", "印发", "签发", "制定", "制发"]),
    (DateMeaning::Generated, &["生成", "产生", "形成"]),
    (DateMeaning::Updated, &["更新", "修改"]),
    (
        DateMeaning::Published,
        &[
            "发布", "公开", "公布", "发表", "刊发", "刊登", "刊载", "登载", "发稿", "来稿", "上传", "上网", "添加", "录入",
            "信息", "文章", "稿件", "公告", "提供",
        ],
    ),
];

/// The same without 时间 or 日期 after them.
const WITHOUT_NOUN: [(DateMeaning, &[&str]); 3] = [
    (DateMeaning::Written, &["成文"]),
    (DateMeaning::Updated, &["更新于", "最后更新", "更新"]),
    (DateMeaning::Published, &["时间发布", "日期发布", "发布于", "发布", "发表于", "发表", "日间"]),
];

/// Steps of an editor's work: the publication where they are told of an article among its source and author, and a
/// guess elsewhere. The page of a letter has 提交时间 too.
const STEPS: [&str; 12] =
    ["编辑", "编发", "编审", "提交", "创建", "入库", "采集", "采编", "投稿", "供稿", "审核", "撰写"];

/// Endings of words whose 时间 or 日期 is never the publication's.
#[rustfmt::skip]
const NO_PUBLICATION: [&str; 22] = [
    "截止", "截至", "开标", "会议", "活动", "留言", "来信", "报名", "征集", "施行", "实施", "生效", "有效", "失效", "废止", "办理", "回复",
    "答复", "受理", "考试", "开始", "结束",
];

impl Label {
    /// A step of an editor's work stands for the publication beside the source of an article.
    pub(super) fn beside_source(self) -> Self {
        if self == Label::Step { Label::Means(DateMeaning::Published) } else { self }
    }
}

pub(super) fn means_written(label: Label) -> bool {
    label == Label::Means(DateMeaning::Written)
}

/// What the words that end where a date begins say of it.
pub(super) fn label_of(before: &str) -> Label {
    let bare = normalise(before);
    let bare = bare.trim_end_matches([':', ']', '[', '(', ')', '】', '【', '|', '-', '·']);
    for (meaning, labels) in WITHOUT_NOUN {
        if labels.iter().any(|label| bare.ends_with(label)) {
            return Label::Means(meaning);
        }
    }
    let Some(word) = ["时间", "日期"].iter().find_map(|word| bare.strip_suffix(word)) else {
        return if bare.ends_with("published") { Label::Means(DateMeaning::Published) } else { Label::None };
    };
    for (meaning, deeds) in DEEDS {
        if deeds.iter().any(|deed| word.ends_with(deed)) {
            return Label::Means(meaning);
        }
    }
    if STEPS.iter().any(|step| word.ends_with(step)) {
        return Label::Step;
    }
    let stands_alone = !word.chars().next_back().is_some_and(char::is_alphabetic);
    if stands_alone || follows_source(before, word) { Label::Means(DateMeaning::Published) } else { Label::Else }
}

/// Whether the words before 时间 are those of a source or an author (`来源：县民政局　时间：`), so that it stands alone.
/// `word` is all that stands before it, normalised.
fn follows_source(before: &str, word: &str) -> bool {
    /// What is said of an article beside its date.
    const LABELS: [&str; 14] = [
        "来源",
        "出处",
        "作者",
        "编辑",
        "审核",
        "责编",
        "撰稿",
        "供稿",
        "记者",
        "发布人",
        "发布者",
        "信息员",
        "通讯员",
        "发布机构",
    ];
    /// Ends of names of those who are sources.
    const SOURCES: [&str; 16] = [
        "局",
        "政府",
        "办公室",
        "政府办",
        "县府办",
        "委员会",
        "厅",
        "院",
        "中心",
        "网",
        "网站",
        "本站",
        "报",
        "社",
        "电视台",
        "融媒",
    ];
    /// Letters of a person's name, or of a name for the administrator's account.
    const PERSON: usize = 3;
    let Some((labels, value)) = word.rsplit_once(':') else { return false };
    let Some(label) = LABELS.iter().find(|label| labels.ends_with(**label)) else { return false };
    if value.is_empty() || NO_PUBLICATION.iter().any(|end| value.ends_with(end)) {
        return false;
    }
    let shown = before.trim_end_matches(|letter: char| letter.is_whitespace() || ":：[(（【|".contains(letter));
    let is_parted = shown
        .strip_suffix("时间")
        .or_else(|| shown.strip_suffix("日期"))
        .is_some_and(|rest| rest.ends_with(char::is_whitespace));
    let is_person = !matches!(*label, "来源" | "出处" | "发布机构") && value.chars().count() <= PERSON;
    is_parted || is_person || SOURCES.iter().any(|end| value.ends_with(end))
}

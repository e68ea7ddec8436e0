//! What policy documents, interpretations and consultations say of themselves beside number and dates.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::text::sketch::Sketch;

/// Read only on pages that may be a policy document, an interpretation, a consultation or its result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Particulars {
    /// The form of an interpretation; none where the page does not show it (the text is an attached file).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<InterpretationForm>,
    /// 公开属性, as the page words it: “公开属性：主动公开”, “（此件公开发布）”.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub openness: Option<String>,
    /// 有效性, where the page labels it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// Words in title or text by which the page says that the document is void.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub void_note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<Term>,
    /// Numbers of the documents that this one declares void (废止失效目录).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub voids: Vec<String>,
    /// Words by which it gives reasons why there is no interpretation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_interpretation: Option<String>,
    /// The last day of a consultation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes: Option<Date>,
    /// How long a consultation lasts from the day of its call, where it says so and names no last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Lasts>,
    /// Words by which it tells what a consultation brought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
    /// Whether it says which opinions were taken up, or why they were not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reasons: bool,
    /// What its text was, small enough to keep; examples write the text itself.
    #[serde(skip_serializing)]
    pub text: Sketch,
}

/// A length of time as a page states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lasts {
    pub days: u16,
    /// True where only working days count.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub working: bool,
}

/// How an interpretation explains. One form an item, as the plans count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InterpretationForm {
    /// 文字: nothing but text.
    Text,
    /// 图文: text with pictures.
    Illustrated,
    /// 图解、长图、图表.
    Picture,
    Video,
    Audio,
    /// 动漫、H5.
    Animation,
    /// 在线访谈.
    Interview,
    /// 新闻发布会、吹风会.
    PressConference,
    /// 问答、答记者问, in text.
    Questions,
    /// 负责人解读, in text.
    Official,
    /// 专家解读, in text.
    Expert,
    /// 媒体解读, in text.
    Media,
}

impl InterpretationForm {
    /// Whether the plans count it as 纯文字解读: nothing on the page but text, whoever speaks.
    pub fn is_text_only(self) -> bool {
        matches!(self, Self::Text | Self::Questions | Self::Official | Self::Expert | Self::Media)
    }
}

impl fmt::Display for InterpretationForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "文字",
            Self::Illustrated => "图文",
            Self::Picture => "图解",
            Self::Video => "视频",
            Self::Audio => "音频",
            Self::Animation => "动漫",
            Self::Interview => "访谈",
            Self::PressConference => "新闻发布会",
            Self::Questions => "问答",
            Self::Official => "负责人解读",
            Self::Expert => "专家解读",
            Self::Media => "媒体解读",
        })
    }
}

/// 有效性 of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// 有效.
    Valid,
    /// 废止、失效.
    Void,
    /// 已修改.
    Amended,
}

impl Standing {
    /// What a label says, if it says it clearly.
    pub fn of(label: &str) -> Option<Self> {
        let says = |words: &[&str]| words.iter().any(|word| label.contains(word));
        if says(&["是否有效", "/", "|"]) {
            return None;
        }
        match () {
            () if says(&["废止", "失效", "无效", "作废", "已过期"]) || label.trim() == "否" => {
                Some(Self::Void)
            }
            () if says(&["修改", "修订", "修正"]) => Some(Self::Amended),
            () if says(&["有效", "现行"]) || label.trim() == "是" => Some(Self::Valid),
            () => None,
        }
    }
}

/// How long a document holds by its own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Term {
    /// The sentence, or the label with its value.
    pub words: String,
    /// The day it comes into force.
    pub from: Option<Date>,
    /// The last day it holds; none where no term is set, or its beginning is not known.
    pub expires: Option<Date>,
}

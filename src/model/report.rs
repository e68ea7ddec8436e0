//! What an annual report on information disclosure says, to the cell (国办公开办函〔2019〕60号 for 2019 and 2020,
//! 国办公开办函〔2021〕30号 from 2021 on).

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Columns of the table of requests, in the order of its cells.
pub const APPLICANTS: [&str; 7] =
    ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他法人", "总计"];

/// Columns of each of the three parts of the table of disputes.
pub const DISPUTE_RESULTS: [&str; 5] = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"];

/// The three parts of the table of disputes.
pub const DISPUTES: [&str; 3] = ["行政复议", "未经复议直接起诉", "复议后起诉"];

/// The six parts of the format, the first one first.
pub const PARTS: [&str; 6] = [
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
];

/// The three tables: which part each stands in, and what it is called.
pub const TABLES: [(u8, &str); 3] =
    [(2, "主动公开政府信息情况表"), (3, "收到和处理政府信息公开申请情况表"), (4, "行政复议、行政诉讼情况表")];

/// Where the report was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportSource {
    #[default]
    Page,
    Word,
    Workbook,
    /// Rows of a PDF are put together from places on the sheet: never sure enough for a verdict without a person.
    Pdf,
}

impl ReportSource {
    /// The word in a sentence.
    pub fn chinese(self) -> &'static str {
        match self {
            ReportSource::Page => "网页",
            ReportSource::Word => "Word附件",
            ReportSource::Workbook => "Excel附件",
            ReportSource::Pdf => "PDF附件",
        }
    }
}

/// One report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    /// The year that the report's own text gives as its statistical period or in its heading.
    pub year: Option<i16>,
    pub source: ReportSource,
    /// Parts that were found, in the order of the report.
    pub parts: Vec<ReportPart>,
    pub tables: ReportTables,
    /// Pictures in its body.
    pub pictures: usize,
    /// Attached files that may be the report and could not be read, by their titles.
    pub unread_files: Vec<String>,
}

/// One of the six parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportPart {
    /// 1 to 6.
    pub number: u8,
    /// The heading as written.
    pub heading: String,
    /// True where only the number of the heading is that of the format.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unusual: bool,
    /// Its text without its tables; bounded.
    pub text: String,
}

/// The three tables; an empty one was not found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReportTables {
    /// By subject (规章, 规范性文件, 行政许可, 行政处罚, 行政强制, 行政事业性收费): its cells in the order of the form.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub disclosure: BTreeMap<String, Vec<Cell>>,
    /// By the row's number in the form (`1`, `2`, `3.1`, `3.3.2`, `3.7`, `4`): its seven cells, see [`APPLICANTS`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub requests: BTreeMap<String, Vec<Cell>>,
    /// Fifteen cells: [`DISPUTES`] by [`DISPUTE_RESULTS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<Cell>,
}

/// A cell of a table. Written as a number, as an empty text, as null, or as the words that stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    Number(Decimal),
    /// The cell is there and holds nothing, or a dash.
    Blank,
    /// There is no such cell: the row or column is not in the table, or the cell is merged with its neighbour.
    #[default]
    Missing,
    /// Something that is no number.
    Words(String),
}

impl Cell {
    /// The figure for a sum: nothing filled in counts as none. `None` where the cell cannot be known.
    pub fn figure(&self) -> Option<Decimal> {
        match self {
            Cell::Number(number) => Some(*number),
            Cell::Blank => Some(Decimal::ZERO),
            Cell::Missing | Cell::Words(_) => None,
        }
    }

    /// What is said of it in a sentence.
    pub fn chinese(&self) -> String {
        match self {
            Cell::Number(number) => number.to_string(),
            Cell::Blank => "空白".to_owned(),
            Cell::Missing => "缺此格".to_owned(),
            Cell::Words(words) => format!("“{words}”"),
        }
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Number(number) => match i64::try_from(*number) {
                Ok(whole) if number.scale() == 0 => serializer.serialize_i64(whole),
                _ => serializer.collect_str(number),
            },
            Cell::Blank => serializer.serialize_str(""),
            Cell::Missing => serializer.serialize_none(),
            Cell::Words(words) => serializer.serialize_str(words),
        }
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Whole(i64),
            Text(String),
        }
        Ok(match Option::<Written>::deserialize(deserializer)? {
            None => Cell::Missing,
            Some(Written::Whole(number)) => Cell::Number(number.into()),
            Some(Written::Text(text)) if text.is_empty() => Cell::Blank,
            Some(Written::Text(text)) => text.parse().map_or(Cell::Words(text), Cell::Number),
        })
    }
}

impl Report {
    pub fn part(&self, number: u8) -> Option<&ReportPart> {
        self.parts.iter().find(|part| part.number == number)
    }

    /// Whether there is anything of the format in it.
    pub fn says_something(&self) -> bool {
        self.parts.len() >= 3 || self.tables.found().contains(&true)
    }
}

impl ReportTables {
    /// Which of the three tables were found.
    pub fn found(&self) -> [bool; 3] {
        [!self.disclosure.is_empty(), !self.requests.is_empty(), !self.disputes.is_empty()]
    }

    /// A cell of the table of requests.
    pub fn request(&self, row: &str, column: usize) -> &Cell {
        self.requests.get(row).and_then(|row| row.get(column)).unwrap_or(&Cell::Missing)
    }

    /// What a row of the table of requests is called.
    pub fn row_name(key: &str) -> &'static str {
        match key {
            "1" => "一、本年新收",
            "2" => "二、上年结转",
            "3.1" => "（一）予以公开",
            "3.2" => "（二）部分公开",
            "3.3" => "（三）不予公开",
            "3.3.1" => "（三）1.国家秘密",
            "3.3.2" => "（三）2.其他法律行政法规禁止公开",
            "3.3.3" => "（三）3.三安全一稳定",
            "3.3.4" => "（三）4.第三方合法权益",
            "3.3.5" => "（三）5.三类内部事务信息",
            "3.3.6" => "（三）6.四类过程性信息",
            "3.3.7" => "（三）7.行政执法案卷",
            "3.3.8" => "（三）8.行政查询事项",
            "3.4" => "（四）无法提供",
            "3.4.1" => "（四）1.本机关不掌握",
            "3.4.2" => "（四）2.需要另行制作",
            "3.4.3" => "（四）3.补正后仍不明确",
            "3.5" => "（五）不予处理",
            "3.5.1" => "（五）1.信访举报投诉",
            "3.5.2" => "（五）2.重复申请",
            "3.5.3" => "（五）3.公开出版物",
            "3.5.4" => "（五）4.大量反复申请",
            "3.5.5" => "（五）5.确认或重新出具",
            "3.6" => "（六）其他处理",
            "3.6.1" => "（六）1.逾期不补正",
            "3.6.2" => "（六）2.逾期未缴费",
            "3.6.3" => "（六）3.其他",
            "3.7" => "（七）总计",
            "4" => "四、结转下年度",
            _ => "表中一行",
        }
    }
}

//! What one page says: the contract of `mingcha extract`, and what only our own code needs of it.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{Cause, Letter, Moment, PageSigns, Particulars, PublicityKind, PublicityRow, Report};
use crate::text::phrases::WordingFault;

/// What a page is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageKind {
    Home,
    Column,
    Article,
    /// A government-information annual report.
    Report,
    Search,
    /// A shield, captcha, login or maintenance page: not the portal speaking.
    Block,
    /// "No such page" answered with status 200.
    #[serde(rename = "soft_404")]
    Soft404,
    /// Nothing but scripts: a browser would be needed.
    Shell,
    #[default]
    Other,
}

/// Everything read from one page. Pages are parsed once; all else works on this.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PageFacts {
    pub url: String,
    /// The encoding the text was decoded with, in WHATWG lower-case names (`utf-8`, `gbk`, `gb18030`).
    pub charset: String,
    pub kind: PageKind,
    pub title: Option<String>,
    /// The publication date that was chosen among `dates`.
    pub published: Option<Moment>,
    pub dates: Vec<DateClaim>,
    /// Claims of publication that name another day than the chosen one.
    pub disagreement: Vec<DateClaim>,
    pub site: Arc<SiteIdentity>,
    pub column: Arc<ColumnMeta>,
    /// META tags by lower-case name.
    pub meta: BTreeMap<String, String>,
    pub entries: Vec<ListEntry>,
    /// Number of links on the page.
    pub links: usize,
    /// Attached files (PDF, Word, Excel, archives).
    pub documents: Vec<Attachment>,
    /// Characters of visible text.
    pub text_length: usize,
    /// Text could not be decoded cleanly; no wording or absence may be judged from this page.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub garbled: bool,
    /// Document number (文号), such as 云政办发〔2022〕48号.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Issuer (发文机关).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// 索引号 of the disclosure catalogue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_number: Option<String>,
    /// 有效性, as the page words it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity: Option<String>,
    /// Why nothing may be judged from the page, where its kind is block, shell or soft 404.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// Header, META and bytes disagree about the encoding: what says what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset_contradiction: Option<String>,
    /// Addresses of the further pages of this list, nearest first, as the page itself says.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub next_pages: Vec<String>,
    /// The address that answers with the rows of this list, where the page itself shows none and a script of a known
    /// system asks for them. Until that was read nothing may be judged from the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cms: Option<Arc<CmsMatch>>,
    /// Wrong forms of set phrases in title and text of an article.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wording: Vec<WordingFault>,
    /// Resident identity numbers that an article shows in full, each with most of its digits hidden here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exposed: Vec<String>,
    /// What an annual report says, read to the cell; only on pages and files that are one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Box<Report>>,
    /// What a policy document, an interpretation or a consultation says of itself; none on other pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub particulars: Option<Arc<Particulars>>,

    /// All links with their text, in document order.
    #[serde(skip)]
    pub anchors: Vec<Arc<Anchor>>,
    /// Texts of links that have no address and work by script only.
    #[serde(skip)]
    pub scripted: Vec<String>,
    /// Data tables of the body (not layout tables), for publicity lists and reports.
    #[serde(skip)]
    pub tables: Vec<Table>,
    /// Characters of text in the main part: menus, crumbs, footer and the words of links left out.
    #[serde(skip)]
    pub main_text_length: usize,
    /// Digest of what the article says; counters and share bars do not count.
    #[serde(skip)]
    pub body_digest: Option<String>,
    /// Visible text of the article body, whitespace normalised. What is judged from it is read with the page, so that
    /// it need not be kept.
    #[serde(skip)]
    pub body: String,
    /// Characters of `body`.
    #[serde(skip)]
    pub body_length: usize,
    /// Titles in 《》 in the title and the opening of an article.
    #[serde(skip)]
    pub mentions: Vec<String>,
    /// On pages that call themselves a guide: how the office is reached.
    #[serde(skip)]
    pub contact: Contact,
    /// Letters with the days they were asked and answered.
    #[serde(skip)]
    pub letters: Vec<Letter>,
    /// Tags, footer, and what comes from elsewhere.
    #[serde(skip)]
    pub signs: PageSigns,
    /// What readers can choose by: selections, search fields, rows of filters.
    #[serde(skip)]
    pub choices: Vec<String>,
    /// Licences and penalties that the page shows, by kind; a page may have several tables.
    #[serde(skip)]
    pub publicity: Vec<(PublicityKind, Vec<PublicityRow>)>,
}

/// Where a date was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateSource {
    /// META PubDate and its kin.
    Meta,
    /// A label on the page, such as 发布时间.
    Visible,
    /// The row of a list that leads here.
    List,
    /// Digits in the address.
    Url,
    Body,
    Attachment,
    Header,
}

/// What a date means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateMeaning {
    /// 发布: put on line.
    #[default]
    Published,
    /// 成文: signed.
    Written,
    /// 生成: 索引 date of creation.
    Generated,
    /// 更新.
    Updated,
}

/// One date candidate with its origin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateClaim {
    pub value: Moment,
    pub source: DateSource,
    #[serde(default)]
    pub meaning: DateMeaning,
    /// The text it was read from.
    pub text: String,
}

/// Identity shown in the footer and META (国办发〔2017〕47号).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct SiteIdentity {
    pub name: Option<String>,
    pub domain: Option<String>,
    /// 网站标识码.
    pub id_code: Option<String>,
    pub icp: Option<String>,
    /// 公安备案.
    pub police: Option<String>,
    /// 主办单位.
    pub organiser: Option<String>,
    /// 党政机关网站标识: the identifier at CONAC.
    pub conac: Option<String>,
    /// site_code of the 找错 entry.
    pub find_error_code: Option<String>,
    /// Address of the site map.
    pub sitemap: Option<String>,
    /// 联系电话 beside the 主办单位.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// 网站标识码 as the footer has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub footer_code: Option<String>,
    /// META SiteIDCode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta_code: Option<String>,
}

/// Fields by which the public reaches an office (条例第十二条), by their names in [`CONTACT_FIELDS`].
pub type Contact = BTreeMap<String, String>;

/// 条例第十二条: 工作机构的名称、办公地址、办公时间、联系电话、传真号码、互联网联系方式; 邮政编码 beside them.
pub const CONTACT_FIELDS: [&str; 7] =
    ["机构名称", "办公地址", "办公时间", "联系电话", "传真号码", "互联网联系方式", "邮政编码"];

/// Where in the portal a page says it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnMeta {
    /// META ColumnName, or the last crumb.
    pub name: Option<String>,
    /// Breadcrumbs without the home page, outermost first.
    pub path: Vec<String>,
    /// META ColumnType.
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

/// One row of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListEntry {
    pub title: String,
    pub url: String,
    pub date: Option<Moment>,
    /// Marked 置顶 or standing out of date order at the top.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
}

/// An attached file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub title: String,
    pub url: String,
}

/// Which publishing system made the page, and by what it was known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CmsMatch {
    /// Name of the adapter, such as `trs`, `jcms`, `vsb`, `ucap`, `generic`.
    pub name: String,
    /// What gave it away.
    pub evidence: Vec<String>,
}

/// The part of a page a link stands in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// Menus, headers, side bars.
    Menu,
    #[default]
    Main,
    /// The article text itself.
    Body,
    /// Breadcrumbs.
    Crumb,
    /// "Related" blocks beside an article.
    Related,
    Footer,
    /// A block that the markup hides until a script shows it: a drop-down menu, a tab; or a menu that a script writes.
    Hidden,
}

/// A link with what it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Anchor {
    /// Visible text, normalised; falls back to the image's alt.
    pub text: String,
    /// The `title` attribute, where there is one.
    pub title: String,
    /// Absolute address.
    pub url: String,
    pub region: Region,
}

/// A data table as text cells, merged cells repeated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Table {
    pub rows: Vec<Vec<String>>,
    /// Links in each row, by row number.
    pub row_links: Vec<Vec<String>>,
}

//! What a page shows beside its contents: the tags and the footer of 国办发〔2017〕47号, and what it takes from elsewhere;
//! and what the pages of a portal show of it together.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::SiteIdentity;

/// The META tags that must stand on pages (《政府网站发展指引》 annex 网站标签规范), with the pages that need them.
pub const META_TAGS: [(TagLevel, &str); 10] = [
    (TagLevel::Site, "SiteName"),
    (TagLevel::Site, "SiteDomain"),
    (TagLevel::Site, "SiteIDCode"),
    (TagLevel::Column, "ColumnName"),
    (TagLevel::Column, "ColumnDescription"),
    (TagLevel::Column, "ColumnKeywords"),
    (TagLevel::Column, "ColumnType"),
    (TagLevel::Article, "ArticleTitle"),
    (TagLevel::Article, "PubDate"),
    (TagLevel::Article, "ContentSource"),
];

/// The pages a tag is asked of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TagLevel {
    /// Every page.
    #[default]
    Site,
    /// Lists.
    Column,
    /// Articles.
    Article,
}

impl TagLevel {
    pub fn chinese(self) -> &'static str {
        match self {
            TagLevel::Site => "网站标签",
            TagLevel::Column => "栏目标签",
            TagLevel::Article => "内容页标签",
        }
    }
}

/// How a tag stands on one page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagState {
    #[default]
    Absent,
    /// There without a value, or with a template's directive that was never filled in.
    Empty,
    Filled,
}

/// What one page shows beside its contents.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageSigns {
    /// True where it is a page with a head, not a piece of one that a script asks for.
    pub whole: bool,
    /// In the order of [`META_TAGS`].
    pub tags: [TagState; META_TAGS.len()],
    pub footer: FooterSigns,
    /// `<title>`, where it is suspicious.
    pub suspicious_title: Option<String>,
    /// `<title>` of a home page.
    pub home_title: Option<String>,
    /// Hosts of scripts from outside that nobody vouches for.
    pub scripts: Vec<String>,
    /// Hosts of embedded pages from outside.
    pub frames: Vec<String>,
    /// Links to outside that a reader does not see, or with suspicious words.
    pub dark_links: Vec<String>,
}

/// What the footer shows beside names and numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FooterSigns {
    /// 党政机关网站标识.
    pub party_mark: bool,
    /// 我为政府网站找错.
    pub find_error: bool,
    /// The words 主办单位, whether or not a name could be read after them.
    pub organiser: bool,
    /// A telephone number, or the way to one.
    pub contact: bool,
    /// The words 网站地图, whether or not they are a link.
    pub site_map: bool,
    /// The words of a public-security record (公安备案).
    pub police: bool,
    /// A script, an include or a frame writes a part of the page that is called like a footer.
    pub scripted: bool,
}

/// What a portal's pages show of it beside their contents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Front {
    /// None where no page with a footer was read.
    pub footer: Option<Footer>,
    /// `<title>` of the home page.
    pub title: Option<String>,
    /// In the order of [`META_TAGS`].
    pub tags: Vec<TagCount>,
    /// Rows in lists on the home page.
    pub rows: usize,
    /// The days of these rows, and of the pages they lead to where the row has none; newest first, each once.
    pub row_days: Vec<Date>,
    pub suspects: Vec<Suspect>,
}

/// The footer of the home page, or of the other pages where the home page has none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Footer {
    pub url: String,
    pub site: SiteIdentity,
    pub signs: FooterSigns,
}

/// How one tag stands on the pages that need it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TagCount {
    /// Such as `SiteIDCode`.
    pub name: String,
    pub level: TagLevel,
    /// Pages that need it and were read.
    pub pages: usize,
    pub absent: usize,
    pub empty: usize,
    /// Some of the pages on which it is absent or empty.
    pub examples: Vec<String>,
}

/// Something that may have been put on the portal by others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Suspect {
    pub kind: SuspectKind,
    /// The host, the link's words and address, or the title.
    pub what: String,
    /// The first page it was met on.
    pub page: String,
    /// How many pages it was met on.
    pub pages: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SuspectKind {
    /// A script from a host that nobody vouches for.
    #[default]
    Script,
    /// A page of another host shown as if it were the portal's own.
    Frame,
    DarkLink,
    Title,
}

/// Words and hosts by which foreign content is told, from `word-lists/page-integrity.yaml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageIntegrity {
    /// Words of gambling, pornography and forged papers as planted texts have them.
    pub suspicious: Vec<String>,
    /// Words of news that speak against such things.
    pub unless: Vec<String>,
    /// Hosts, with all below them, whose scripts, pages and links are no cause for alarm.
    pub trusted: Vec<String>,
}

impl PageIntegrity {
    /// The suspicious word that stands in a text, unless the text speaks against it.
    pub fn suspicion(&self, text: &str) -> Option<&str> {
        let found = self.suspicious.iter().find(|word| text.contains(word.as_str()))?;
        let against = self.unless.iter().any(|word| text.contains(word.as_str()));
        (!against).then_some(found)
    }

    pub fn trusts(&self, host: &str) -> bool {
        self.trusted
            .iter()
            .any(|known| host.strip_suffix(known.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }
}

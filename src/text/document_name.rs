//! How a document is named elsewhere: by its whole title, by the name inside 《》, by what is left without the words of
//! issuing and interpreting.

use super::normalise;

/// A title shorter than this (letters) is too common to be recognised inside another.
const LEAST_TITLE: usize = 8;
/// From this likeness on (percent) two titles may mean the same document, which a person must say.
pub const NEAR: usize = 75;

/// A document's title in the forms by which it is named elsewhere. All of them normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub full: String,
    /// What it is about, see [`essence`].
    pub essence: String,
}

impl Name {
    pub fn of(title: &str) -> Self {
        let full = normalise(title);
        Self { essence: essence(&full), full }
    }

    /// Whether the (normalised) words name this very document.
    pub fn is(&self, name: &str) -> bool {
        self.full == name || self.essence == essence(name)
    }

    /// Whether one of the two names stands inside the other.
    pub fn shares(&self, name: &str) -> bool {
        let long_enough = |name: &str| name.chars().count() >= LEAST_TITLE;
        (long_enough(name) && self.full.contains(name)) || (long_enough(&self.essence) && name.contains(&self.essence))
    }
}

/// The texts inside 《》.
pub fn quoted(title: &str) -> impl Iterator<Item = &str> {
    title.split('《').skip(1).filter_map(|rest| rest.split('》').next())
}

/// What a title is about: the name inside 《》 where there is one; otherwise without the issuer, the words of issuing
/// and interpreting, and the brackets. Expects a normalised title.
pub fn essence(title: &str) -> String {
    let inner = quoted(title).max_by_key(|name| name.len()).unwrap_or(title);
    let mut name = inner;
    if inner == title {
        for mark in ["一图读懂", "图解", "解读"] {
            name = name.strip_prefix(mark).map_or(name, |rest| rest.trim_start_matches(SEPARATORS));
        }
        for mark in ["政策解读", "文字解读", "图文解读", "专家解读", "解读", "政策问答", "答记者问", "一图读懂", "图解"]
        {
            name =
                name.strip_suffix(mark).map_or(name, |rest| rest.trim_end_matches(SEPARATORS).trim_end_matches('的'));
        }
    }
    if let Some((_, rest)) = name.split_once("关于") {
        name = rest;
    }
    for issuing in ["印发", "公布", "发布", "下发", "颁布", "转发"] {
        name = name.strip_prefix(issuing).unwrap_or(name);
    }
    for form in ["的通知", "的公告", "的通告", "的函"] {
        name = name.strip_suffix(form).unwrap_or(name);
    }
    let name = name.split('(').next().filter(|name| !name.is_empty()).unwrap_or(name);
    name.chars().filter(|letter| !"《》“”\"〈〉".contains(*letter)).collect()
}

const SEPARATORS: [char; 7] = [':', '：', '|', '丨', '-', '—', '·'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_reduced_to_what_it_is_about() {
        for title in [
            "青河市人民政府办公室关于印发《青河市优化营商环境实施方案》的通知",
            "青河市人民政府办公室关于印发青河市优化营商环境实施方案(试行)的通知",
            "《青河市优化营商环境实施方案》政策解读",
            "一图读懂|青河市优化营商环境实施方案",
            "青河市优化营商环境实施方案的解读",
        ] {
            assert_eq!(essence(title), "青河市优化营商环境实施方案", "{title}");
        }
    }
}

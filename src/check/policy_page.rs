//! What pages say themselves of the other side: a policy page that leads into the column of interpretations or to an
//! interpretation on another host, or that says why there is none; an interpretation that leads to its policy elsewhere.

use super::{
    pairing::{links_to, same_page},
    scope::Case,
};
use crate::{
    model::{ColumnFacts, ColumnRole, DocumentFacts, DocumentRole, OutwardLink},
    text::{
        document_name::{Name, essence, quoted},
        normalise,
    },
};

/// Words that name no document: a link of nothing else leads to the one that the page is about.
const GENERAL: [&str; 36] = [
    "政策解读",
    "文字解读",
    "图文解读",
    "图片解读",
    "视频解读",
    "专家解读",
    "新闻发布会",
    "答记者问",
    "政策问答",
    "一图读懂",
    "一图看懂",
    "解读",
    "图解",
    "政策",
    "文件",
    "原文",
    "全文",
    "相关",
    "关联",
    "链接",
    "查看",
    "点击",
    "阅读",
    "材料",
    "内容",
    "详见",
    "详情",
    "请见",
    "请看",
    "更多",
    "此处",
    "这里",
    "附件",
    "附",
    "的",
    "及",
];

/// How far the words of a link tell where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Leads {
    Perhaps,
    Surely,
}

/// The link of a policy page to its interpretation on another host, the surest one.
pub(super) fn outward_interpretation(policy: &DocumentFacts) -> Option<(&OutwardLink, Leads)> {
    let name = Name::of(&policy.title);
    let leads = policy.outward.iter().filter_map(|link| Some((link, leads_to(link, &name)?)));
    leads.rev().max_by_key(|(_, leads)| *leads)
}

/// The link of an interpretation to the policy on another host.
pub(super) fn outward_policy<'a>(interpretation: &'a DocumentFacts, policy: &str) -> Option<&'a OutwardLink> {
    let name = Name::of(policy);
    interpretation.outward.iter().find(|link| leads_to(link, &name) == Some(Leads::Surely))
}

/// Whether the link leads to a page about the document of that name; none where it names another one, or leads to a list.
fn leads_to(link: &OutwardLink, name: &Name) -> Option<Leads> {
    let said = normalise(&link.text);
    let is_list = link.url.rsplit_once('/').is_none_or(|(_, file)| is_index(file));
    if quoted(&said).next().is_some() {
        return quoted(&said).any(|quoted| name.is(quoted) || name.shares(&essence(quoted))).then_some(Leads::Surely);
    }
    let about = essence(&said);
    if about == name.essence || name.shares(&about) {
        return Some(Leads::Surely);
    }
    if is_list {
        return None;
    }
    Some(if is_general(&said) { Leads::Surely } else { Leads::Perhaps })
}

fn is_general(said: &str) -> bool {
    let rest = GENERAL.iter().fold(said.to_owned(), |rest, word| rest.replace(word, ""));
    !rest.chars().any(char::is_alphabetic)
}

/// An interpretation column that the policy links into: the page behind the link was not taken for a document.
pub(super) fn linked_column<'a>(
    case: &Case<'a>,
    columns: &[&'a ColumnFacts],
    policy: &DocumentFacts,
) -> Option<&'a ColumnFacts> {
    let is_known = |link: &str| {
        case.facts.documents.iter().any(|document| same_page(&document.url, link))
            || case.facts.columns.iter().any(|column| same_page(&column.url, link))
    };
    columns.iter().copied().find(|column| {
        let Some(folder) = own_folder(case, column) else { return false };
        let below = |link: &&String| link.strip_prefix(&folder).is_some_and(|rest| !is_index(rest));
        policy.links.iter().filter(below).any(|link| !is_known(link))
    })
}

/// The folder in which the pages of a column stand: `x/` for `x/`, `x/index.html` and `x.htm`. None where it would be
/// the whole site, holds other columns as well, or the address is a question to a program (`list?id=5`).
fn own_folder(case: &Case<'_>, column: &ColumnFacts) -> Option<String> {
    let url = column.url.split('#').next()?;
    let (site, path) = url.split_once("://").map_or(("", url), |(_, rest)| {
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        (&url[..url.len() - rest.len() + host.len()], path)
    });
    let path = path.trim_start_matches('/');
    if path.contains('?') {
        return None;
    }
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = if file.is_empty() || is_index(file) {
        folder.to_owned()
    } else {
        let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
        if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
    };
    if folder.is_empty() {
        return None;
    }
    let folder = format!("{site}/{folder}/");
    let own: Vec<&str> = case.below(column).into_iter().map(|below| below.key.as_str()).collect();
    let lexicon = case.context.lexicon;
    let explains = |other: &ColumnFacts| {
        other.matched.iter().any(|hit| lexicon.role_of(&hit.term) == Some(ColumnRole::Interpretation))
    };
    let is_other =
        |other: &&ColumnFacts| other.key != column.key && !own.contains(&other.key.as_str()) && !explains(other);
    let shared = case.facts.columns.iter().filter(is_other).any(|other| other.url.starts_with(&folder));
    (!shared).then_some(folder)
}

/// Whether the last part of an address is its folder's own page or a page of its list: nothing, `index.html`,
/// `index_2.html`.
fn is_index(file: &str) -> bool {
    let name = file.split(['?', '#']).next().unwrap_or(file);
    name.is_empty() || (!name.contains('/') && ["index", "default", "list"].iter().any(|word| name.starts_with(word)))
}

/// Where reasons are given why this policy has no interpretation, and their words: on its own page, or on another one
/// that names it or is linked with it.
pub(super) fn stated_reasons<'a>(case: &Case<'a>, policy: &'a DocumentFacts) -> Option<(&'a DocumentFacts, &'a str)> {
    let words = |document: &'a DocumentFacts| document.particulars.as_ref()?.no_interpretation.as_deref();
    if let Some(words) = words(policy) {
        return Some((policy, words));
    }
    let title = normalise(&policy.title);
    case.facts.documents.iter().find_map(|other| {
        let words = words(other).or_else(|| says_no_interpretation(&other.title).then_some(other.title.as_str()))?;
        let names = || other.mentions.iter().any(|mention| title.contains(&normalise(mention)));
        let is_about = links_to(policy, other) || links_to(other, policy) || names();
        (other.role != DocumentRole::Policy && other.key != policy.key && is_about).then_some((other, words))
    })
}

/// Whether a title announces reasons for not interpreting, as 关于《……》不作解读的说明 does.
fn says_no_interpretation(title: &str) -> bool {
    let title = normalise(title);
    [
        "不作解读",
        "不做解读",
        "不予解读",
        "不进行解读",
        "不需要解读",
        "无需解读",
        "不再解读",
        "不作政策解读",
        "不做政策解读",
    ]
    .iter()
    .any(|words| title.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_link_tell_where_it_leads() {
        let name = Name::of("青河市教育局关于印发《青河市校外培训管理办法》的通知");
        let page = "http://jyj.qinghe.example/zcjd/t20220921_3.html";
        let leads = |text: &str, url: &str| leads_to(&OutwardLink { url: url.into(), text: text.into() }, &name);
        for text in
            ["政策解读", "【图解】", "相关解读：查看", "《青河市校外培训管理办法》解读", "一图读懂校外培训管理办法"]
        {
            assert_eq!(leads(text, page), Some(Leads::Surely), "{text}");
        }
        assert_eq!(leads("图解：家长最关心的十件事", page), Some(Leads::Perhaps));
        assert_eq!(leads("《青河市校车管理条例》解读", page), None, "another document's");
        assert_eq!(leads("政策解读", "http://jyj.qinghe.example/zcjd/"), None, "a column");
        assert_eq!(leads("政策解读", "http://jyj.qinghe.example/zcjd/index.html"), None, "a column");
    }
}

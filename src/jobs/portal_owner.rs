//! Whose portal this is, for an audit that was told only an address. Pure; says what it inferred and from what,
//! because a department owes less than a government, and a wrong guess would accuse somebody of nothing.

use crate::model::{PortalFacts, PublicityKind, Unit, UnitKind};

/// The unit a portal is audited as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    pub unit: Unit,
    /// One Chinese sentence for everything that was inferred.
    pub inferred: Vec<String>,
}

/// What was told on the command line.
#[derive(Clone, Debug, Default)]
pub struct Given {
    pub unit: Option<String>,
    pub kind: Option<UnitKind>,
}

/// Names that end a site's name without belonging to its owner, longest first.
const SITE_WORDS: [&str; 9] =
    ["政府信息公开平台", "政务公开网站", "门户网站群", "门户网站", "官方网站", "公众网", "官网", "网站", "首页"];

/// How names of governments end.
const GOVERNMENT_ENDINGS: [&str; 5] = ["人民政府", "政府", "行政公署", "办事处", "管理委员会"];

/// How names of departments end.
const DEPARTMENT_ENDINGS: [&str; 11] =
    ["委员会", "管委会", "局", "委", "办公室", "办公厅", "厅", "部", "署", "中心", "办"];

/// Columns that only a government keeps.
const GOVERNMENT_COLUMNS: [&str; 6] = ["政府领导", "领导之窗", "政府公报", "政府常务会议", "政府工作报告", "政府信箱"];

/// Decides on the owner from what the visit showed.
pub fn owner(given: &Given, facts: &PortalFacts, host: &str) -> Owner {
    let mut inferred = Vec::new();
    let name = match &given.unit {
        Some(name) => name.clone(),
        None => {
            let (name, source) = name_of(facts).unwrap_or_else(|| (host.to_owned(), "网址（页面未标明单位名称）"));
            inferred.push(format!("考核对象按“{name}”检查，依据：{source}"));
            name
        }
    };
    let kind = given.kind.unwrap_or_else(|| {
        let (kind, reason) = kind_of(&name, facts);
        inferred.push(format!("按{kind}检查，依据：{reason}"));
        kind
    });
    let (licences, penalties) = (owes(facts, PublicityKind::Licence), owes(facts, PublicityKind::Penalty));
    inferred.push(match (licences, penalties) {
        (true, true) => "网站设有行政许可、行政处罚公示栏目，按承担双公示检查".to_owned(),
        (true, false) => "网站只设有行政许可公示栏目，按承担行政许可公示检查，行政处罚公示不作检查".to_owned(),
        (false, true) => "网站只设有行政处罚公示栏目，按承担行政处罚公示检查，行政许可公示不作检查".to_owned(),
        (false, false) => "未见双公示栏目，无从得知是否承担许可、处罚职能，双公示不作检查".to_owned(),
    });
    let unit = Unit { name, kind, aliases: Vec::new(), paths: Vec::new(), licences, penalties, founded: None };
    Owner { unit, inferred }
}

/// The first text that holds a unit's name, and where it stood.
fn name_of(facts: &PortalFacts) -> Option<(String, &'static str)> {
    let home = facts.visit(&facts.url).map(|visit| visit.title.as_str());
    [
        (facts.site.name.as_deref(), "网页标签SiteName"),
        (home, "首页标题"),
        (facts.site.organiser.as_deref(), "页脚主办单位"),
    ]
    .into_iter()
    .find_map(|(text, source)| Some((unit_name_in(text?)?, source)))
}

/// The name of a unit in the name of a site: `澄湾市教育局` in `首页 - 澄湾市教育局门户网站`.
fn unit_name_in(text: &str) -> Option<String> {
    text.split(|letter: char| "-_—–|｜·•,，:：、/ \u{3000}>".contains(letter) || letter.is_whitespace())
        .filter_map(|part| {
            let part = part.trim_matches(|letter: char| !letter.is_alphanumeric());
            let part = part.strip_prefix("欢迎访问").or_else(|| part.strip_prefix("欢迎光临")).unwrap_or(part);
            // Whoever runs a government's portal is its office; the portal is the government's.
            let bare = without_site_words(part);
            let bare = ["办公室", "办公厅"]
                .iter()
                .find_map(|office| bare.strip_suffix(office).filter(|rest| rest.ends_with("人民政府")))
                .unwrap_or(bare);
            (bare.chars().count() >= 3 && ending_kind(bare).is_some()).then(|| bare.to_owned())
        })
        .max_by_key(|name| name.chars().count())
}

fn without_site_words(mut text: &str) -> &str {
    while let Some(rest) = SITE_WORDS.iter().find_map(|word| text.strip_suffix(word)) {
        text = rest;
    }
    text
}

/// What the end of a name says of its bearer.
fn ending_kind(name: &str) -> Option<(UnitKind, &'static str)> {
    let ends = |endings: &[&'static str]| endings.iter().find(|ending| name.ends_with(**ending)).copied();
    if let Some(ending) = ends(&GOVERNMENT_ENDINGS) {
        // A zone is governed by its 管理委员会; other bodies of that name are departments.
        let is_zone = ["开发区", "高新区", "经开区", "示范区", "新区", "园区", "景区", "保税区"]
            .iter()
            .any(|zone| name.contains(zone));
        if ending != "管理委员会" || is_zone {
            return Some((UnitKind::Government, ending));
        }
    }
    ends(&DEPARTMENT_ENDINGS).map(|ending| (UnitKind::Department, ending))
}

fn kind_of(name: &str, facts: &PortalFacts) -> (UnitKind, String) {
    if let Some((kind, ending)) = ending_kind(name) {
        return (kind, format!("名称以“{ending}”结尾"));
    }
    let seen: Vec<&str> = GOVERNMENT_COLUMNS
        .into_iter()
        .filter(|column| {
            facts.columns.iter().any(|known| known.name == *column)
                || facts.coverage.menus.iter().any(|menu| menu == column)
        })
        .collect();
    if seen.len() >= 2 {
        return (UnitKind::Government, format!("设有{}等政府网站栏目", seen.join("、")));
    }
    (UnitKind::Department, "名称和栏目均不足以判断，按要求较少的部门检查，可用 --kind 指定".to_owned())
}

/// True where the portal itself shows that it publishes decisions of that kind.
fn owes(facts: &PortalFacts, kind: PublicityKind) -> bool {
    let word = match kind {
        PublicityKind::Licence => "许可",
        PublicityKind::Penalty => "处罚",
    };
    let is_publicity_column = |name: &str| name.contains(word) && name.contains("公示");
    facts.publicity.iter().any(|list| list.kind == kind)
        || facts.columns.iter().any(|column| {
            is_publicity_column(&column.name)
                || column.matched.iter().any(|matched| {
                    matched.by != crate::model::MatchedBy::Weak
                        && matched.term.contains(word)
                        && (matched.term.contains("公示") || matched.term.contains("行政"))
                })
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ColumnFacts, PublicityList, SiteIdentity, Visit};

    fn named(site: Option<&str>, title: &str, organiser: Option<&str>) -> PortalFacts {
        let mut facts = PortalFacts { url: "http://x.example.gov.cn/".to_owned(), ..PortalFacts::default() };
        facts.site = SiteIdentity {
            name: site.map(str::to_owned),
            organiser: organiser.map(str::to_owned),
            ..SiteIdentity::default()
        };
        facts.coverage.visits = vec![Visit { url: facts.url.clone(), title: title.to_owned(), ..Visit::default() }];
        facts
    }

    fn name_and_kind(facts: &PortalFacts) -> (String, UnitKind) {
        let owner = owner(&Given::default(), facts, "x.example.gov.cn");
        (owner.unit.name, owner.unit.kind)
    }

    #[test]
    fn the_name_is_read_where_portals_write_it() {
        for (facts, name, kind) in [
            (named(Some("澄湾市教育局门户网站"), "", None), "澄湾市教育局", UnitKind::Department),
            (named(Some("中国·澄湾 澄湾市人民政府门户网站群"), "", None), "澄湾市人民政府", UnitKind::Government),
            (named(None, "首页-澄湾市卫生健康委员会", None), "澄湾市卫生健康委员会", UnitKind::Department),
            (named(Some("澄湾教育信息网"), "欢迎访问!", Some("澄湾市教育局")), "澄湾市教育局", UnitKind::Department),
            (named(None, "青山绿水", Some("云溪县人民政府办公室")), "云溪县人民政府", UnitKind::Government),
            (
                named(Some("澄湾经济技术开发区管理委员会"), "", None),
                "澄湾经济技术开发区管理委员会",
                UnitKind::Government,
            ),
            (
                named(Some("澄湾市国有资产监督管理委员会"), "", None),
                "澄湾市国有资产监督管理委员会",
                UnitKind::Department,
            ),
        ] {
            assert_eq!(name_and_kind(&facts), (name.to_owned(), kind));
        }
    }

    #[test]
    fn without_a_name_columns_decide_and_doubt_falls_on_the_lesser_duty() {
        let mut facts = named(None, "欢迎光临", None);
        let silent = owner(&Given::default(), &facts, "x.example.gov.cn");
        assert_eq!((silent.unit.name.as_str(), silent.unit.kind), ("x.example.gov.cn", UnitKind::Department));
        assert!(silent.inferred.iter().any(|note| note.contains("--kind")));
        facts.coverage.menus = vec!["政府公报".to_owned(), "政府领导".to_owned()];
        assert_eq!(name_and_kind(&facts).1, UnitKind::Government);
    }

    #[test]
    fn what_was_given_is_not_inferred() {
        let given = Given { unit: Some("市教育局".to_owned()), kind: Some(UnitKind::Government) };
        let owner = owner(&given, &named(Some("别的局网站"), "", None), "x.example.gov.cn");
        assert_eq!((owner.unit.name.as_str(), owner.unit.kind), ("市教育局", UnitKind::Government));
        assert_eq!(owner.inferred.len(), 1, "only about licences and penalties");
    }

    #[test]
    fn publicity_is_owed_only_where_it_is_seen() {
        let mut facts = named(Some("澄湾市教育局"), "", None);
        let none = owner(&Given::default(), &facts, "x").unit;
        assert_eq!((none.licences, none.penalties), (false, false));
        facts.columns = vec![ColumnFacts { name: "行政许可公示".to_owned(), ..ColumnFacts::default() }];
        let licences = owner(&Given::default(), &facts, "x").unit;
        assert_eq!((licences.licences, licences.penalties), (true, false));
        facts.publicity = vec![PublicityList { kind: PublicityKind::Penalty, ..PublicityList::default() }];
        assert!(owner(&Given::default(), &facts, "x").unit.penalties);
    }
}

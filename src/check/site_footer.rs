//! Kind `site-footer`: the footer of the home page lacks an element that 国办发〔2017〕47号 asks for, its codes disagree, or
//! it was copied from another place's portal.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Judgement, Rule, proof, scope::Case};
use crate::model::{Evidence, Footer, Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteFooter {
    pub fault: Fault,
    /// What must be there, each a subject of its own (`element-missing`).
    #[serde(default)]
    pub elements: Vec<Element>,
    /// Short names of provinces with the first two digits of their division codes (`copied`).
    #[serde(default)]
    pub provinces: BTreeMap<char, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    ElementMissing,
    CodesDiffer,
    Copied,
}

/// One element of the footer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Element {
    PartyMark,
    FindError,
    IdCode,
    Icp,
    Police,
    Organiser,
    SiteMap,
}

impl Element {
    fn key(self) -> &'static str {
        match self {
            Element::PartyMark => "footer:party-mark",
            Element::FindError => "footer:find-error",
            Element::IdCode => "footer:id-code",
            Element::Icp => "footer:icp",
            Element::Police => "footer:police",
            Element::Organiser => "footer:organiser",
            Element::SiteMap => "footer:site-map",
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Element::PartyMark => "党政机关网站标识",
            Element::FindError => "“我为政府网站找错”入口",
            Element::IdCode => "网站标识码",
            Element::Icp => "ICP备案编号",
            Element::Police => "公安机关备案标识",
            Element::Organiser => "主办单位及联系方式",
            Element::SiteMap => "站点地图",
        }
    }

    /// What the footer shows of it, if it shows it.
    fn shown(self, footer: &Footer) -> Option<String> {
        let (site, signs) = (&footer.site, &footer.signs);
        let there = |is_there: bool| is_there.then(|| "已设置".to_owned());
        match self {
            Element::PartyMark => site.conac.clone().or_else(|| there(signs.party_mark)),
            Element::FindError => site.find_error_code.clone().or_else(|| there(signs.find_error)),
            Element::IdCode => site.footer_code.clone(),
            Element::Icp => site.icp.clone(),
            Element::Police => site.police.clone().or_else(|| there(signs.police)),
            Element::Organiser => {
                let named = site.organiser.clone().or_else(|| there(signs.organiser))?;
                (site.phone.is_some() || signs.contact).then_some(named)
            }
            Element::SiteMap => site.sitemap.clone().or_else(|| there(signs.site_map)),
        }
    }
}

impl Rule for SiteFooter {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subjects = match self.fault {
            Fault::ElementMissing => {
                self.elements.iter().map(|element| Subject::new(element.key(), element.chinese())).collect()
            }
            Fault::CodesDiffer => vec![Subject::new("footer:codes", "网站标识码")],
            Fault::Copied => vec![Subject::new("footer:place", "页脚所示地区")],
        };
        let all = |verdict: Verdict, reason: &str, evidence: &[Evidence]| {
            let said = |subject: Subject| Judgement::new(subject, verdict, reason).with(evidence.to_vec());
            subjects.iter().cloned().map(said).collect::<Vec<_>>()
        };
        if !case.runs_the_portal() {
            return all(Verdict::NotApplicable, "网站由其他单位主办，页脚不由本单位负责", &[]);
        }
        if let Some(blocked) = case.home_blocked() {
            return all(blocked.verdict(), &blocked.because, &proof::blocked(case, &blocked));
        }
        let Some(footer) = &case.facts.front.footer else {
            return all(Verdict::NotApplicable, "没有读到网站首页", &[]);
        };
        match self.fault {
            Fault::ElementMissing => self.elements.iter().map(|element| element_of(case, footer, *element)).collect(),
            Fault::CodesDiffer => vec![codes(case, footer)],
            Fault::Copied => vec![self.place(case, footer)],
        }
    }
}

fn element_of(case: &Case<'_>, footer: &Footer, element: Element) -> Judgement {
    let said = |verdict, reason: String, text: &str| {
        let subject = Subject::new(element.key(), element.chinese());
        let evidence = proof::seen(case, &footer.url, text, "首页底部功能区");
        Judgement::new(subject, verdict, reason).at(&footer.url).with([evidence])
    };
    let name = element.chinese();
    if let Some(shown) = element.shown(footer) {
        return said(Verdict::Passed, format!("首页底部有{name}"), &shown);
    }
    let site = &footer.site;
    let shown = [
        ("标识码", &site.footer_code),
        ("ICP", &site.icp),
        ("公安备案", &site.police),
        ("主办单位", &site.organiser),
        ("网站地图", &site.sitemap),
    ];
    let read: Vec<String> =
        shown.iter().filter_map(|(what, value)| Some(format!("{what}：{}", value.as_ref()?))).collect();
    let text = read.join("；");
    if footer.signs.scripted {
        let reason = format!("首页底部由脚本或包含文件写入，静态页面中没有{name}，请人工查看");
        return said(Verdict::NeedsReview, reason, &text);
    }
    if read.is_empty() {
        let reason = format!("首页没有读到任何底部功能区内容，也没有{name}，可能由脚本写入，请人工查看");
        return said(Verdict::NeedsReview, reason, &text);
    }
    let reason = match element {
        Element::Organiser if site.organiser.is_some() || footer.signs.organiser => {
            "首页底部有主办单位，没有联系方式".to_owned()
        }
        _ => format!("首页底部没有{name}"),
    };
    said(Verdict::Failed, reason, &text)
}

/// The code in the footer, in META and in the 找错 entry are one.
fn codes(case: &Case<'_>, footer: &Footer) -> Judgement {
    let subject = Subject::new("footer:codes", "网站标识码");
    let site = &footer.site;
    let places =
        [("页脚", &site.footer_code), ("META SiteIDCode", &site.meta_code), ("找错入口", &site.find_error_code)];
    let shown: Vec<(&str, String)> =
        places.iter().filter_map(|(place, code)| Some((*place, code.as_ref()?.to_lowercase()))).collect();
    let told: Vec<String> = shown.iter().map(|(place, code)| format!("{place}{code}")).collect();
    let told = told.join("，");
    let said = |verdict, reason: String| {
        let evidence = proof::seen(case, &footer.url, &told, "首页上的网站标识码");
        Judgement::new(subject, verdict, reason).at(&footer.url).with([evidence])
    };
    let different: BTreeSet<&str> = shown.iter().map(|(_, code)| code.as_str()).collect();
    match (shown.len(), different.len()) {
        (0 | 1, _) => said(Verdict::NotApplicable, format!("首页只有{}处网站标识码，无从比较", shown.len())),
        (_, 1) => said(Verdict::Passed, format!("{}处网站标识码一致", shown.len())),
        // A footer that a script writes was not seen; what was found in the source may be a comment.
        _ if footer.signs.scripted => {
            said(Verdict::NeedsReview, format!("网站标识码不一致：{told}；页脚由脚本写入，请人工查看"))
        }
        _ => said(Verdict::Failed, format!("网站标识码不一致：{told}")),
    }
}

impl SiteFooter {
    /// The division in the code is that of the ICP number and of the public-security record.
    fn place(&self, case: &Case<'_>, footer: &Footer) -> Judgement {
        let subject = Subject::new("footer:place", "页脚所示地区");
        let site = &footer.site;
        let said = |verdict, reason: String| {
            let shown = [&site.footer_code, &site.icp, &site.police];
            let text: Vec<&str> = shown.into_iter().flatten().map(String::as_str).collect();
            let evidence = proof::seen(case, &footer.url, text.join("；"), "首页底部功能区");
            Judgement::new(subject.clone(), verdict, reason).at(&footer.url).with([evidence])
        };
        let is_local = |code: &&String| code.len() == 10 && code.bytes().all(|byte| byte.is_ascii_digit());
        let Some(code) = site.footer_code.as_ref().or(site.meta_code.as_ref()).filter(is_local) else {
            return said(Verdict::NotApplicable, "没有以行政区划代码开头的网站标识码".to_owned());
        };
        let icp = site.icp.as_ref().and_then(|icp| Some((icp, self.provinces.get(&icp.chars().next()?)?)));
        let police: Option<String> =
            site.police.as_ref().map(|text| text.chars().filter(char::is_ascii_digit).collect());
        let police = police.filter(|digits| digits.len() == 14);
        let mut differing = Vec::new();
        if let Some((icp, _)) = icp.filter(|(_, province)| !code.starts_with(province.as_str())) {
            differing.push(format!("ICP备案“{icp}”属另一省份"));
        }
        // Offices of a province have records of the city they sit in.
        let digits = if &code[2..4] == "00" { 2 } else { 4 };
        if let Some(record) = police.as_ref().filter(|record| record[..digits] != code[..digits]) {
            differing.push(format!("公安备案号{record}属另一地区"));
        }
        if !differing.is_empty() {
            let reason = format!("网站标识码{code}与{}，页脚可能抄自别处，请人工核对", differing.join("、"));
            return said(Verdict::NeedsReview, reason);
        }
        if icp.is_none() && police.is_none() {
            return said(Verdict::NotApplicable, "页脚没有可以对照的备案号".to_owned());
        }
        said(Verdict::Passed, format!("网站标识码{code}与备案号属同一地区"))
    }
}

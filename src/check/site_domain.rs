//! Kind `site-domain`: the portal's address is not under a government domain, or the portal names another one as its own.

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, host_of},
};
use crate::model::{Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteDomain {
    /// Endings of the names that government portals may have.
    pub endings: Vec<String>,
}

impl Rule for SiteDomain {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let (ending, declared) =
            (Subject::new("domain:ending", "域名"), Subject::new("domain:declared", "META SiteDomain"));
        let url = &case.facts.url;
        let host = host_of(url);
        let (Some(host), true) = (host, case.runs_the_portal()) else {
            let reason = "网站由其他单位主办，域名由主办单位负责";
            return [ending, declared].map(|subject| Judgement::new(subject, Verdict::NotApplicable, reason)).into();
        };
        vec![self.ending(case, ending, &host), self.declared(case, declared, &host)]
    }
}

impl SiteDomain {
    fn is_official(&self, host: &str) -> bool {
        self.endings.iter().any(|ending| host.strip_suffix(ending.as_str()).is_some_and(|rest| rest.ends_with('.')))
    }

    fn ending(&self, case: &Case<'_>, subject: Subject, host: &str) -> Judgement {
        let url = &case.facts.url;
        let evidence = proof::seen(case, url, host, "网站域名");
        let bare = host.trim_start_matches('[');
        let (verdict, reason) = match () {
            () if self.is_official(host) => (Verdict::Passed, format!("域名{host}符合规定")),
            // An address of the office's own network, or a trial before the name was given.
            () if !bare.contains('.')
                || bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
                || bare.contains(':') =>
            {
                (Verdict::NeedsReview, format!("以{host}访问网站，没有域名可以判断，请人工核对"))
            }
            () => (Verdict::Failed, format!("域名{host}不以{}结尾", self.endings.join("、"))),
        };
        Judgement::new(subject, verdict, reason).at(url).with([evidence])
    }

    fn declared(&self, case: &Case<'_>, subject: Subject, host: &str) -> Judgement {
        let url = &case.facts.url;
        let stated = case.facts.site.domain.as_ref().and_then(|domain| {
            // Written with or without a scheme.
            host_of(domain).or_else(|| host_of(&format!("http://{}", domain.trim())))
        });
        let Some(stated) = stated.filter(|stated| stated.contains('.')) else {
            return Judgement::new(subject, Verdict::NotApplicable, "没有META SiteDomain，由“网站标签缺失”检查");
        };
        let evidence = proof::seen(case, url, &stated, "META SiteDomain");
        let (verdict, reason) = if stated == host {
            (Verdict::Passed, format!("META SiteDomain与网站域名一致：{host}"))
        } else {
            (
                Verdict::NeedsReview,
                format!("网站域名为{host}，META SiteDomain为{stated}，是否使用了多个域名或抄录他站，请人工核对"),
            )
        };
        Judgement::new(subject, verdict, reason).at(url).with([evidence])
    }
}

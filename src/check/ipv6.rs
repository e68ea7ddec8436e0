//! Kind `ipv6`: the portal has no IPv6 address, does not answer at it, or leads its readers on to IPv4 numbers.

use serde::Deserialize;

use super::{Judgement, Rule, proof, scope::Case};
use crate::model::{Cause, Evidence, Ipv6Look, Subject, Verdict};

/// Parameters of the kind: none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ipv6 {}

impl Rule for Ipv6 {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subject = Subject::new("ipv6", "IPv6访问");
        if !case.runs_the_portal() {
            return vec![Judgement::new(subject, Verdict::NotApplicable, "网站的IPv6访问由其他单位负责")];
        }
        if let Some(blocked) = case.home_blocked() {
            let evidence = proof::blocked(case, &blocked);
            return vec![Judgement::new(subject, blocked.verdict(), &blocked.because).with(evidence)];
        }
        let Some(look) = case.facts.soundings.ipv6.as_ref().filter(|look| look.uplink) else {
            let cause = Cause::NoIpv6Uplink;
            return vec![Judgement::new(subject, Verdict::NotMeasurable(cause), format!("{cause}，没有查验"))];
        };
        let (verdict, reason) = said(look);
        let home = &case.facts.url;
        let mut evidence = vec![Evidence {
            url: home.clone(),
            at: look.at,
            status: (look.status != 0).then_some(look.status),
            text: look.detail.clone(),
            note: format!("查询{}的AAAA记录，经IPv6访问首页", look.host),
            ..Evidence::default()
        }];
        evidence.extend(look.numbers.iter().map(|url| proof::seen(case, home, url, "首页上以IPv4地址写成的链接")));
        vec![Judgement::new(subject, verdict, reason).at(home).with(evidence)]
    }
}

fn said(look: &Ipv6Look) -> (Verdict, String) {
    let host = &look.host;
    match look.cause {
        None if !look.has_address => (Verdict::Failed, format!("{host}没有IPv6地址（AAAA记录）")),
        None if !look.numbers.is_empty() => {
            let links = look.numbers.len();
            (
                Verdict::NeedsReview,
                format!("首页经IPv6可以打开，但有{links}个链接写成IPv4地址，经IPv6打不开，请人工查看"),
            )
        }
        None => (Verdict::Passed, format!("{host}有IPv6地址，首页经IPv6可以打开（状态码{}）", look.status)),
        Some(
            cause @ (Cause::Refused
            | Cause::Reset
            | Cause::ConnectTimeout
            | Cause::Timeout
            | Cause::BodyTimeout
            | Cause::Tls
            | Cause::TlsExpired
            | Cause::TlsWrongHost
            | Cause::MalformedHttp),
        ) => (Verdict::Failed, format!("{host}有IPv6地址，但首页经IPv6打不开（{cause}），经IPv4可以打开")),
        Some(cause @ (Cause::NotFound | Cause::ServerError | Cause::ClientError)) => (
            Verdict::NeedsReview,
            format!("首页经IPv6答复状态码{}（{cause}），经IPv4可以打开，请人工查看", look.status),
        ),
        Some(cause) => (Verdict::NotMeasurable(cause), format!("经IPv6访问首页没有结果（{cause}）")),
    }
}

//! Kind `certificate`: the certificate of the home page's host is about to end. One that has ended keeps the portal from
//! being read at all.

use serde::Deserialize;

use super::{Judgement, Rule, proof, scope::Case, span::days_between};
use crate::model::{Cause, Subject, Verdict, beijing_date, beijing_time};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateEnd {
    /// Fewer days left than this are worth a word.
    pub days: u32,
}

impl Rule for CertificateEnd {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subject = Subject::new("certificate", "安全证书");
        if !case.runs_the_portal() {
            return vec![Judgement::new(subject, Verdict::NotApplicable, "网站的安全证书由其他单位负责")];
        }
        if let Some(blocked) = case.home_blocked() {
            let evidence = proof::blocked(case, &blocked);
            return vec![Judgement::new(subject, blocked.verdict(), &blocked.because).with(evidence)];
        }
        let home = case.visit(&case.facts.url).map_or(case.facts.url.as_str(), |visit| visit.final_url.as_str());
        let Some(certificate) = &case.facts.soundings.certificate else {
            return vec![if home.starts_with("https://") {
                Judgement::new(subject, Verdict::NotMeasurable(Cause::Other), "没有读到安全证书")
            } else {
                Judgement::new(subject, Verdict::NotApplicable, "网站没有使用HTTPS")
            }];
        };
        let last = beijing_date(certificate.until);
        let left = days_between(case.context.as_of, last);
        let verdict = if i64::from(left) < i64::from(self.days) { Verdict::NeedsReview } else { Verdict::Passed };
        let reason = match left {
            ..0 => format!("{}的安全证书已于{last}到期", certificate.host),
            0 => format!("{}的安全证书今天到期", certificate.host),
            _ => format!("{}的安全证书于{last}到期，还有{left}天", certificate.host),
        };
        let until = beijing_time(certificate.until).strftime("%F %T");
        let evidence = proof::seen(case, home, format!("有效期至{until}（北京时间）"), "连接时出示的安全证书");
        vec![Judgement::new(subject, verdict, reason).at(home).with([evidence])]
    }
}

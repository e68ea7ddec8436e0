//! Kind `guide-contact`: the guide to government information does not say how its office is reached, or says otherwise
//! than the footer.

use serde::Deserialize;

use super::{Judgement, Rule, proof, scope::Case};
use crate::model::{CONTACT_FIELDS, GuideFacts, Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuideContact {
    pub fault: Fault,
    /// Standard name of the guide's column, which is the subject.
    pub column: String,
    /// Names of the fields that must be there (`missing`).
    #[serde(default)]
    pub fields: Vec<Field>,
    /// A page with fewer characters is no guide: it may be a picture or only a link (`missing`).
    #[serde(default)]
    pub least_text: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    Missing,
    DiffersFromFooter,
}

/// One of [`CONTACT_FIELDS`]; any other name is an error in the file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Field(String);

impl TryFrom<String> for Field {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let known = CONTACT_FIELDS.into_iter().find(|known| *known == name).map(|known| Field(known.to_owned()));
        known.ok_or_else(|| format!("“{name}” is no field of a guide; there are {}", CONTACT_FIELDS.join("、")))
    }
}

impl Rule for GuideContact {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subject = Subject::new(format!("column:{}", self.column), &self.column);
        let guides: Vec<&GuideFacts> = case.guides().collect();
        // Of several pages the one that says most is the guide.
        let Some(guide) = guides.iter().copied().max_by_key(|guide| (guide.contact.len(), guide.text_length)) else {
            let reason = format!("没有读到“{}”的正文，由“必设栏目缺失”“必设栏目为空”检查", self.column);
            return vec![Judgement::new(subject, Verdict::NotApplicable, reason)];
        };
        vec![match self.fault {
            Fault::Missing => self.missing(case, subject, guide),
            Fault::DiffersFromFooter => differs(case, subject, guide),
        }]
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }
}

impl GuideContact {
    fn missing(&self, case: &Case<'_>, subject: Subject, guide: &GuideFacts) -> Judgement {
        let said = |verdict, reason: String| Judgement::new(subject, verdict, reason).at(&guide.url);
        let absent: Vec<&str> = self
            .fields
            .iter()
            .map(|field| field.0.as_str())
            .filter(|field| !guide.contact.contains_key(*field))
            .collect();
        let shown: Vec<String> = guide.contact.iter().map(|(field, value)| format!("{field}：{value}")).collect();
        let seen = || proof::seen(case, &guide.url, shown.join("；"), "指南中读到的联系信息");
        if absent.is_empty() {
            return said(Verdict::Passed, format!("指南载明了{}项联系信息", self.fields.len())).with([seen()]);
        }
        if guide.text_length < self.least_text {
            let what =
                if guide.attachments > 0 { format!("，另有{}个附件", guide.attachments) } else { String::new() };
            let reason = format!("指南页面正文仅{}字{what}，内容可能在附件或图片中，请人工查看", guide.text_length);
            return said(Verdict::NeedsReview, reason).with([seen()]);
        }
        if guide.attachments > 0 && shown.is_empty() {
            let reason = format!("指南页面有{}个附件，正文没有联系信息，可能在附件中，请人工查看", guide.attachments);
            return said(Verdict::NeedsReview, reason).with([seen()]);
        }
        let reason = format!("指南未载明公开工作机构的{}（正文{}字）", absent.join("、"), guide.text_length);
        said(Verdict::Failed, reason).with([seen()])
    }
}

fn differs(case: &Case<'_>, subject: Subject, guide: &GuideFacts) -> Judgement {
    let said = |verdict, reason: String| Judgement::new(subject, verdict, reason).at(&guide.url);
    if case.context.portal.units.len() > 1 {
        return said(Verdict::NotApplicable, "多个单位共用的网站，页脚电话不是本单位的".to_owned());
    }
    let (Some(own), Some(footer)) = (guide.contact.get("联系电话"), case.facts.site.phone.as_ref()) else {
        return said(Verdict::NotApplicable, "指南或页脚没有联系电话，无从比较".to_owned());
    };
    let (own_digits, footer_digits) = (local_digits(own), local_digits(footer));
    if own_digits == footer_digits {
        return said(Verdict::Passed, format!("指南的联系电话与页脚一致：{own}"));
    }
    let reason = format!("指南的联系电话为{own}，页脚为{footer}，请人工核对哪一个有效");
    said(Verdict::NeedsReview, reason).with([
        proof::seen(case, &guide.url, own, "指南中的联系电话"),
        proof::seen(case, &case.facts.url, footer, "页脚中的联系电话"),
    ])
}

/// The last seven digits: one of the two may leave the area code out.
fn local_digits(number: &str) -> Vec<u32> {
    let digits: Vec<u32> = number.chars().filter_map(|letter| letter.to_digit(10)).collect();
    digits[digits.len().saturating_sub(7)..].to_vec()
}

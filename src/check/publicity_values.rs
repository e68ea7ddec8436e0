//! What stands in the fields of 双公示 rows: credit codes that cannot be, identity numbers in full, amounts in the
//! wrong unit.

use super::{Judgement, dual_publicity::DualPublicity, proof, publicity_rows::named_fields, scope::Case};
use crate::{
    model::{Cause, DocumentFacts, Evidence, PublicityKind, PublicityRow, Subject, Verdict},
    text::{
        amounts::{self, Unit},
        credit_code::{self, CreditCode},
    },
};

/// Field that says whether the counterpart is a person.
const CATEGORY: &str = "行政相对人类别";
const PERSON: &str = "自然人";
/// Field of the counterpart's own code, which a person has not.
const CODE: &str = "统一社会信用代码";
/// Titles of decisions that are published as they were written.
const DECISIONS: [&str; 4] = ["处罚决定", "许可决定", "行政处罚", "行政许可"];
const MILLIONTHS: u64 = 1_000_000;

impl DualPublicity {
    /// Codes that the arithmetic of GB 32100 refuses.
    pub fn bad_code(&self, case: &Case<'_>, kind: PublicityKind, row: &PublicityRow, subject: Subject) -> Judgement {
        if let Some(unread) = unread(case, row, &subject) {
            return unread;
        }
        let values = named_fields(case.context.lexicon, kind, row);
        let is_person = values.get(CATEGORY).is_some_and(|category| category.contains(PERSON));
        let fields = self.side(kind).fields.iter().filter(|field| !is_person || *field != CODE);
        let (mut right, mut older, mut hint) = (0, 0, false);
        for field in fields {
            let Some(cell) = values.get(field.as_str()) else { continue };
            match credit_code::read(cell) {
                CreditCode::Wrong(fault) => {
                    let reason = format!("{field}“{}”有误：{fault}", cell.trim());
                    let evidence = [seen(case, row, format!("{field}：{cell}"), "公示的代码")];
                    return Judgement::new(subject, Verdict::Failed, reason).at(&row.url).with(evidence);
                }
                CreditCode::Right { inner } => {
                    right += 1;
                    hint |= !inner;
                }
                CreditCode::Older => older += 1,
                CreditCode::Masked | CreditCode::Blank => {}
            }
        }
        let (verdict, reason) = match (right, older) {
            (0, 0) => (Verdict::NotApplicable, "没有可校验的统一社会信用代码".to_owned()),
            (0, _) => (Verdict::NotApplicable, "公示的是旧版注册号或组织机构代码，不能校验".to_owned()),
            _ if hint => (Verdict::Passed, "代码校验位相符（其中主体标识码的校验位不符，仅供参考）".to_owned()),
            _ => (Verdict::Passed, format!("{right}个代码的校验位均相符")),
        };
        Judgement::new(subject, verdict, reason).at(&row.url)
    }

    /// Identity numbers shown in full in a row.
    pub fn exposed(&self, case: &Case<'_>, row: &PublicityRow, subject: Subject) -> Judgement {
        if let Some(unread) = unread(case, row, &subject) {
            return unread;
        }
        if row.exposed.is_empty() {
            return Judgement::new(subject, Verdict::Passed, "未见完整的居民身份证号码").at(&row.url);
        }
        let shown: Vec<String> = row
            .exposed
            .iter()
            .map(|field| format!("{field}：{}", row.fields.get(field).map_or("", String::as_str)))
            .collect();
        let reason = format!("“{}”一栏公开了完整的居民身份证号码，泄露个人信息", row.exposed.join("”“"));
        let evidence = [seen(case, row, shown.join("；"), "号码已隐去，原文见取证页面")];
        Judgement::new(subject, Verdict::Failed, reason).at(&row.url).with(evidence)
    }

    /// The same in decisions that are published as text.
    pub fn exposed_in_texts(&self, case: &Case<'_>) -> Vec<Judgement> {
        let rows: Vec<&PublicityRow> = case.facts.publicity.iter().flat_map(|list| &list.rows).collect();
        let is_row = |document: &DocumentFacts| {
            rows.iter().any(|row| row.url == document.url || (row.capture.is_some() && row.capture == document.capture))
        };
        let decisions = case.documents().filter(|document| document.read && self.is_decision(case, document));
        decisions
            .filter(|document| !is_row(document))
            .map(|document| {
                let subject = Subject::new(format!("publicity-page:{}", document.key), &document.title);
                if document.exposed.is_empty() {
                    return Judgement::new(subject, Verdict::Passed, "未见完整的居民身份证号码").at(&document.url);
                }
                let count = document.exposed.len();
                let reason = format!("正文公开了{count}个完整的居民身份证号码，泄露个人信息");
                let mut evidence = proof::document(case, document, "号码已隐去，原文见取证页面");
                evidence.text = document.exposed.join("；");
                Judgement::new(subject, Verdict::Failed, reason).at(&document.url).with([evidence])
            })
            .collect()
    }

    fn is_decision(&self, case: &Case<'_>, document: &DocumentFacts) -> bool {
        let mut columns = self.licence.columns.iter().chain(&self.penalty.columns);
        let is_titled = DECISIONS.iter().any(|words| document.title.contains(words));
        is_titled || columns.any(|column| case.stands_under(&document.column, column))
    }

    /// Amounts in yuan under a heading that says 万元.
    pub fn wrong_unit(&self, case: &Case<'_>, kind: PublicityKind, row: &PublicityRow, subject: Subject) -> Judgement {
        if let Some(unread) = unread(case, row, &subject) {
            return unread;
        }
        let values = named_fields(case.context.lexicon, kind, row);
        let text_of = |field: &String| values.get(field.as_str()).copied();
        let worded: Vec<u64> = self
            .worded_in
            .iter()
            .filter_map(text_of)
            .flat_map(amounts::find)
            .filter_map(amounts::Amount::in_yuan)
            .collect();
        let mut looked_at = 0;
        let mut doubtful = None;
        for field in &self.side(kind).fields {
            let Some(cell) = text_of(field) else { continue };
            let printed = amounts::find(cell);
            // A cell with its own unit says what it means.
            let [amount] = printed[..] else { continue };
            if amount.unit != Unit::Unsaid {
                continue;
            }
            looked_at += 1;
            let evidence = [seen(case, row, format!("{field}：{cell}"), "以万元为单位的一栏")];
            let is_nought = amount.millionths == 0;
            let means_yuan = worded.contains(&amount.millionths);
            let fits = amount.millionths.checked_mul(10_000).is_some_and(|yuan| worded.contains(&yuan));
            if means_yuan && !fits && !is_nought {
                let yuan = cell.trim();
                let reason = format!("“{field}”填“{yuan}”，而处罚内容写明{yuan}元，单位填错（应折合为万元）");
                return Judgement::new(subject, Verdict::Failed, reason).at(&row.url).with(evidence);
            }
            if !fits && amount.millionths >= self.doubtful_from.saturating_mul(MILLIONTHS) {
                let reason = format!("“{field}”填“{}”，数额过大，可能以元为单位，请人工核实", cell.trim());
                doubtful =
                    Some(Judgement::new(subject.clone(), Verdict::NeedsReview, reason).at(&row.url).with(evidence));
            }
        }
        doubtful.unwrap_or_else(|| {
            let (verdict, reason) = match looked_at {
                0 => (Verdict::NotApplicable, "没有以万元为单位的金额".to_owned()),
                _ => (Verdict::Passed, format!("{looked_at}项金额的单位未见异常")),
            };
            Judgement::new(subject, verdict, reason).at(&row.url)
        })
    }
}

/// Says nothing of a row whose page could not be read or shows no fields.
fn unread(case: &Case<'_>, row: &PublicityRow, subject: &Subject) -> Option<Judgement> {
    if !row.fields.is_empty() {
        return None;
    }
    let (verdict, why) = match (case.failure(&row.url), case.visit(&row.url)) {
        (Some(failure), _) => (Verdict::NotMeasurable(failure.cause), failure.cause.to_string()),
        (None, None) => (Verdict::NotMeasurable(Cause::Budget), "详情页未读取".to_owned()),
        (None, Some(_)) => (Verdict::NotApplicable, "页面中未识别出字段".to_owned()),
    };
    Some(Judgement::new(subject.clone(), verdict, format!("公示内容未能读取：{why}")).at(&row.url))
}

fn seen(case: &Case<'_>, row: &PublicityRow, text: String, note: &str) -> Evidence {
    let mut evidence = proof::seen(case, &row.url, text, note);
    evidence.capture = row.capture.clone().or(evidence.capture);
    evidence
}

//! The rows of 双公示 lists one by one: required fields and the days from decision to publication.

use std::collections::BTreeMap;

use super::{
    Judgement,
    dual_publicity::{DualPublicity, Side, chinese},
    proof,
    scope::Case,
};
use crate::model::{Cause, Lexicon, PublicityKind, PublicityRow, Subject, Verdict};

impl DualPublicity {
    /// Rows of all lists of a kind, the same decision only once: what one list leaves out another may show.
    pub fn each_row(
        &self,
        case: &Case<'_>,
        kind: PublicityKind,
        judge: impl Fn(&PublicityRow, Subject) -> Judgement,
    ) -> Vec<Judgement> {
        let mut rows: BTreeMap<&str, PublicityRow> = BTreeMap::new();
        for row in case.publicity(kind).flat_map(|list| &list.rows) {
            match rows.get_mut(row.key.as_str()) {
                Some(known) => complete(known, row),
                None => {
                    rows.insert(&row.key, row.clone());
                }
            }
        }
        let (as_of, first) = (case.context.as_of, self.rows_of.before(case.context.as_of));
        rows.into_values()
            .map(|row| {
                let who = if row.counterpart.is_empty() { &row.number } else { &row.counterpart };
                let label = format!("{}：{}", chinese(kind), if who.is_empty() { &row.key } else { who });
                let subject = Subject::new(format!("publicity-row:{}", row.key), label);
                let day = row.published.or(row.decided);
                match day.filter(|day| *day < first || *day > as_of) {
                    Some(day) => {
                        let reason = format!("日期{day}不在检查范围（{first}至{as_of}）内");
                        Judgement::new(subject, Verdict::NotApplicable, reason).at(&row.url)
                    }
                    None => judge(&row, subject),
                }
            })
            .collect()
    }

    pub fn fields_missing(
        &self,
        case: &Case<'_>,
        kind: PublicityKind,
        row: &PublicityRow,
        subject: Subject,
    ) -> Judgement {
        let lexicon = case.context.lexicon;
        let required = &self.side(kind).required;
        if row.fields.is_empty() {
            let (verdict, why) = match (case.failure(&row.url), case.visit(&row.url)) {
                (Some(failure), _) => (Verdict::NotMeasurable(failure.cause), failure.cause.to_string()),
                (None, None) => (Verdict::NotMeasurable(Cause::Budget), "详情页未读取".to_owned()),
                (None, Some(_)) => (Verdict::NeedsReview, "页面中未识别出字段，请人工查看".to_owned()),
            };
            return Judgement::new(subject, verdict, format!("公示内容未能读取：{why}")).at(&row.url);
        }
        let values = named_fields(lexicon, kind, row);
        let mut blank = Vec::new();
        let mut absent = Vec::new();
        for field in required {
            let cells: Vec<&str> = Side::alternatives(field).filter_map(|name| values.get(name).copied()).collect();
            if cells.iter().any(|cell| !self.is_blank(cell)) {
                continue;
            }
            if cells.is_empty() { &mut absent } else { &mut blank }.push(field.as_str());
        }
        if blank.is_empty() && absent.is_empty() {
            let reason = format!("{}项必填内容齐全", required.len());
            return Judgement::new(subject, Verdict::Passed, reason).at(&row.url);
        }
        let unknown: Vec<&str> = row
            .fields
            .iter()
            .filter(|(label, text)| lexicon.publicity_field(kind, label).is_none() && !self.is_blank(text))
            .map(|(label, _)| label.as_str())
            .collect();
        let mut faults = Vec::new();
        if !blank.is_empty() {
            faults.push(format!("{}为空白", blank.join("、")));
        }
        // What stands under a label that nobody knows may be what seems to be absent.
        if !absent.is_empty() && (blank.is_empty() || unknown.is_empty()) {
            faults.push(format!("没有{}", absent.join("、")));
        }
        let faults = faults.join("，");
        let shown: Vec<String> = row.fields.iter().map(|(label, text)| format!("{label}：{text}")).collect();
        let mut evidence = proof::seen(case, &row.url, shown.join("；"), "公示的字段");
        evidence.capture = row.capture.clone().or(evidence.capture);
        if blank.is_empty() && !unknown.is_empty() {
            let reason = format!("公示内容{faults}，但有未识别的字段“{}”，请人工判断", unknown.join("”“"));
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&row.url).with([evidence]);
        }
        Judgement::new(subject, Verdict::Failed, format!("公示内容不完整：{faults}")).at(&row.url).with([evidence])
    }

    fn is_blank(&self, text: &str) -> bool {
        let text = text.trim();
        text.is_empty() || self.blank.iter().any(|blank| blank == text)
    }

    pub fn late(&self, case: &Case<'_>, kind: PublicityKind, row: &PublicityRow, subject: Subject) -> Judgement {
        let name = chinese(kind);
        let mut evidence = proof::seen(case, &row.url, &row.number, "决定与公示日期");
        evidence.capture = row.capture.clone().or(evidence.capture);
        let said = |verdict, reason: String| Judgement::new(subject.clone(), verdict, reason).at(&row.url);
        let (Some(decided), Some(published)) = (row.decided, row.published) else {
            let what = if row.decided.is_none() { "决定日期" } else { "公示日期" };
            let reason = format!("{name}未标注{what}，不能计算是否在{}个工作日内公示，请人工判断", self.working_days);
            return said(Verdict::NeedsReview, reason).with([evidence]);
        };
        if published < decided {
            let reason = format!("公示日期{published}早于{name}决定日期{decided}，日期有误，请人工核实");
            return said(Verdict::NeedsReview, reason).with([evidence]);
        }
        let limit = self.working_days;
        let Some(days) = case.context.calendar.between(decided, published) else {
            let reason =
                format!("{decided}作出决定，{published}公示，该年度工作日历未收录，请人工计算是否超过{limit}个工作日");
            return said(Verdict::NeedsReview, reason).with([evidence]);
        };
        if days <= limit {
            return said(
                Verdict::Passed,
                format!("{decided}作出决定，{published}公示，第{days}个工作日，未超过{limit}个工作日"),
            );
        }
        let last =
            case.context.calendar.add(decided, limit).map_or_else(String::new, |day| format!("（应于{day}前公示）"));
        let reason = format!("{decided}作出决定，{published}才公示，已是第{days}个工作日，超过{limit}个工作日{last}");
        said(Verdict::Failed, reason).with([evidence])
    }
}

/// Puts into `known` what it lacks and `other` has; of two publication days the earlier counts.
fn complete(known: &mut PublicityRow, other: &PublicityRow) {
    for (label, text) in &other.fields {
        let cell = known.fields.entry(label.clone()).or_default();
        if cell.is_empty() {
            cell.clone_from(text);
        }
    }
    for label in other.exposed.iter().filter(|label| !known.exposed.contains(label)).cloned().collect::<Vec<_>>() {
        known.exposed.push(label);
    }
    known.decided = known.decided.or(other.decided);
    known.published = [known.published, other.published].into_iter().flatten().min();
    for (own, text) in [(&mut known.counterpart, &other.counterpart), (&mut known.number, &other.number)] {
        if own.is_empty() {
            own.clone_from(text);
        }
    }
}

/// The row's cells by standard name.
pub(super) fn named_fields<'a>(
    lexicon: &'a Lexicon,
    kind: PublicityKind,
    row: &'a PublicityRow,
) -> BTreeMap<&'a str, &'a str> {
    let mut values: BTreeMap<&str, &str> = BTreeMap::new();
    for (label, text) in &row.fields {
        let name = lexicon.publicity_field(kind, label).map_or(label.as_str(), |field| &field.name);
        let cell = values.entry(name).or_default();
        if cell.is_empty() {
            *cell = text;
        }
    }
    values
}

//! Kind `dual-publicity` 双公示: lists of licences and penalties are missing, stale, incomplete, or their rows came late.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, unread},
    span::{Window, days_between},
};
use crate::model::{
    Cause, ColumnFacts, ColumnState, Lexicon, PublicityKind, PublicityList, PublicityRow, Subject, Verdict,
};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DualPublicity {
    pub fault: Fault,
    pub licence: Side,
    pub penalty: Side,
    /// A list without a new row for longer than this is stale.
    #[serde(default = "default_window")]
    pub window: Window,
    /// Working days from the decision to its publication.
    #[serde(default = "default_working_days")]
    pub working_days: u32,
    /// Rows published in this window before the day of the check are looked at one by one.
    #[serde(default = "default_rows_of")]
    pub rows_of: Window,
    /// What a cell holds that stands for nothing.
    #[serde(default)]
    pub blank: Vec<String>,
}

fn default_window() -> Window {
    Window::Months(3)
}

fn default_working_days() -> u32 {
    7
}

fn default_rows_of() -> Window {
    Window::Months(12)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    SectionMissing,
    Stale,
    FieldsMissing,
    Late,
}

/// What is asked of one of the two lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// Standard names of the columns that may hold the list.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Required fields; `甲/乙` where one of the two is enough.
    #[serde(default)]
    pub required: Vec<String>,
}

impl Side {
    fn alternatives(field: &str) -> impl Iterator<Item = &str> {
        field.split('/')
    }
}

impl Rule for DualPublicity {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        [PublicityKind::Licence, PublicityKind::Penalty]
            .into_iter()
            .flat_map(|kind| match self.fault {
                Fault::SectionMissing => vec![self.section_missing(case, kind)],
                Fault::Stale => vec![self.stale(case, kind)],
                Fault::FieldsMissing => {
                    self.each_row(case, kind, |row, subject| self.fields_missing(case, kind, row, subject))
                }
                Fault::Late => self.each_row(case, kind, |row, subject| self.late(case, kind, row, subject)),
            })
            .collect()
    }

    fn columns(&self) -> Vec<&str> {
        self.licence.columns.iter().chain(&self.penalty.columns).map(String::as_str).collect()
    }

    fn publicity_fields(&self) -> Vec<&str> {
        self.licence.required.iter().chain(&self.penalty.required).flat_map(|field| Side::alternatives(field)).collect()
    }
}

impl DualPublicity {
    fn side(&self, kind: PublicityKind) -> &Side {
        match kind {
            PublicityKind::Licence => &self.licence,
            PublicityKind::Penalty => &self.penalty,
        }
    }

    fn section_missing(&self, case: &Case<'_>, kind: PublicityKind) -> Judgement {
        let (subject, name) = (subject_of(kind), chinese(kind));
        if let Some(excused) = not_owed(case, kind) {
            return excused;
        }
        if let Some(list) = case.publicity(kind).next() {
            let reason = format!("已设{name}公示，读取{}条", list.rows.len());
            return Judgement::new(subject, Verdict::Passed, reason).at(&list.url);
        }
        let columns = self.columns_of(case, kind);
        if let Some((column, cause)) = columns.iter().find_map(|column| Some((*column, unread(column)?))) {
            let reason = format!("“{}”未能读取（{cause}），不能断定没有{name}公示", column.name);
            return Judgement::new(subject, Verdict::NotMeasurable(cause), reason)
                .at(&column.url)
                .with([proof::column(case, column, format!("未能读取：{cause}"))]);
        }
        // A column of its own is there, even if no table was recognised in it; a shared one may hold only the other list.
        let own_name = self.side(kind).columns.first();
        let own = columns.iter().find(|column| own_name.is_some_and(|name| column.fits(name).is_some()));
        let other = match kind {
            PublicityKind::Licence => PublicityKind::Penalty,
            PublicityKind::Penalty => PublicityKind::Licence,
        };
        let shared_holds_other = case.publicity(other).next().is_some();
        if let Some(column) = own.or_else(|| columns.first().filter(|_| !shared_holds_other)) {
            let (verdict, reason) = match &column.state {
                ColumnState::LeadsAway { host } => {
                    (Verdict::NeedsReview, format!("“{}”指向其他网站{host}，请人工查看是否公示{name}", column.name))
                }
                _ if own.is_some() => (Verdict::Passed, format!("已设“{}”", column.name)),
                _ => (Verdict::NeedsReview, format!("“{}”中未识别出{name}列表，请人工查看", column.name)),
            };
            return Judgement::new(subject, verdict, reason).at(&column.url).with([proof::column(
                case,
                column,
                "公示栏目",
            )]);
        }
        if let Some(blocked) = case.blocked() {
            let reason = format!("{}，不能断定没有{name}公示", blocked.because);
            return Judgement::new(subject, blocked.verdict(), reason).with(proof::blocked(case, &blocked));
        }
        let names = &self.side(kind).columns;
        if let Some(near) = names.iter().find_map(|name| case.columns_nearly_named(name).first().copied()) {
            let reason = format!("未找到{name}公示，但有名称相近的栏目“{}”，请人工判断", near.name);
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&near.url).with([proof::column(
                case,
                near,
                "名称相近",
            )]);
        }
        let reason = format!("未设{name}公示：访问{}个页面，未见{name}列表或栏目", case.facts.coverage.visits.len());
        Judgement::new(subject, Verdict::Failed, reason)
            .at(&case.facts.url)
            .with(
                columns
                    .into_iter()
                    .map(|column| proof::column(case, column, format!("栏目中只有{}列表", chinese(other)))),
            )
            .with(proof::absence(case, names.first().map_or(name, String::as_str)))
    }

    fn stale(&self, case: &Case<'_>, kind: PublicityKind) -> Judgement {
        let (subject, name, as_of) = (subject_of(kind), chinese(kind), case.context.as_of);
        if let Some(excused) = not_owed(case, kind) {
            return excused;
        }
        let lists: Vec<&PublicityList> = case.publicity(kind).collect();
        let columns = self.columns_of(case, kind);
        let unread_column = columns.iter().find_map(|column| Some((*column, unread(column)?)));
        let Some(list) = lists.first() else {
            if let Some((column, cause)) = unread_column {
                let reason = format!("“{}”未能读取（{cause}），不作判断", column.name);
                return Judgement::new(subject, Verdict::NotMeasurable(cause), reason).at(&column.url);
            }
            let reason = format!("未找到{name}列表，由“双公示栏目缺失”检查");
            return Judgement::new(subject, Verdict::NotApplicable, reason);
        };
        let days = lists.iter().flat_map(|list| &list.rows).filter_map(|row| row.published.or(row.decided));
        let newest = days.filter(|day| *day <= as_of).max();
        if let Some(day) = newest.filter(|day| as_of <= self.window.after(*day)) {
            let reason =
                format!("{name}公示最近一条为{day}，距今{}天，未超过{}", days_between(day, as_of), self.window);
            return Judgement::new(subject, Verdict::Passed, reason).at(&list.url);
        }
        let half_read = columns
            .iter()
            .find(|column| column.pages_total.is_some_and(|total| column.pages_read < total) && !newest_first(column));
        if let Some((column, cause)) = unread_column {
            let reason = format!("“{}”未能读取（{cause}），可能有更新的公示", column.name);
            return Judgement::new(subject, Verdict::NotMeasurable(cause), reason).at(&column.url);
        }
        let evidence =
            lists.iter().map(|list| proof::seen(case, &list.url, "", format!("列表共{}条", list.rows.len())));
        let Some(day) = newest else {
            let reason = format!("{name}列表没有可用的日期，无法判断更新情况，请人工查看");
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&list.url).with(evidence);
        };
        if let Some(column) = half_read {
            let reason = format!("“{}”未按时间倒序排列且未读全，已读部分最近为{day}，请人工查看", column.name);
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&list.url).with(evidence);
        }
        let reason = format!(
            "{name}公示最近一条为{day}，距检查日已有{}天，超过{}（应于{}前更新）",
            days_between(day, as_of),
            self.window,
            self.window.after(day)
        );
        Judgement::new(subject, Verdict::Failed, reason).at(&list.url).with(evidence)
    }

    /// Rows of all lists of a kind, the same decision only once: what one list leaves out another may show.
    fn each_row(
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

    fn fields_missing(&self, case: &Case<'_>, kind: PublicityKind, row: &PublicityRow, subject: Subject) -> Judgement {
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
        if !absent.is_empty() {
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

    fn late(&self, case: &Case<'_>, kind: PublicityKind, row: &PublicityRow, subject: Subject) -> Judgement {
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

    /// This unit's columns that may hold the list.
    fn columns_of<'a>(&self, case: &Case<'a>, kind: PublicityKind) -> Vec<&'a ColumnFacts> {
        let mut columns: Vec<&ColumnFacts> =
            self.side(kind).columns.iter().flat_map(|name| case.columns_named(name)).collect();
        columns.sort_by(|a, b| a.key.cmp(&b.key));
        columns.dedup_by(|a, b| a.key == b.key);
        columns
    }
}

fn not_owed(case: &Case<'_>, kind: PublicityKind) -> Option<Judgement> {
    let (owed, name) = match kind {
        PublicityKind::Licence => (case.unit.licences, "许可"),
        PublicityKind::Penalty => (case.unit.penalties, "处罚"),
    };
    let reason = format!("{}未登记为有行政{name}职责的单位", case.unit.name);
    (!owed).then(|| Judgement::new(subject_of(kind), Verdict::NotApplicable, reason))
}

fn chinese(kind: PublicityKind) -> &'static str {
    match kind {
        PublicityKind::Licence => "行政许可",
        PublicityKind::Penalty => "行政处罚",
    }
}

fn subject_of(kind: PublicityKind) -> Subject {
    match kind {
        PublicityKind::Licence => Subject::new("publicity:licence", "行政许可公示"),
        PublicityKind::Penalty => Subject::new("publicity:penalty", "行政处罚公示"),
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
    known.decided = known.decided.or(other.decided);
    known.published = [known.published, other.published].into_iter().flatten().min();
    for (own, text) in [(&mut known.counterpart, &other.counterpart), (&mut known.number, &other.number)] {
        if own.is_empty() {
            own.clone_from(text);
        }
    }
}

/// The row's cells by standard name.
fn named_fields<'a>(lexicon: &'a Lexicon, kind: PublicityKind, row: &'a PublicityRow) -> BTreeMap<&'a str, &'a str> {
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

/// Whether the rows of a column that were read run from new to old.
fn newest_first(column: &ColumnFacts) -> bool {
    let days: Vec<Date> = column
        .entries
        .iter()
        .filter(|entry| !entry.pinned)
        .filter_map(|entry| entry.date.map(|day| day.date))
        .collect();
    days.is_sorted_by(|earlier, later| earlier >= later)
}

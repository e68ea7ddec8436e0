//! Kind `dual-publicity` 双公示: lists of licences and penalties are missing or stale; `publicity_rows` looks at their
//! rows.

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, unread},
    span::{Window, days_between},
};
use crate::model::{ColumnFacts, ColumnState, PublicityKind, PublicityList, Subject, Verdict};

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
    /// Fields that tell a sum in words, to compare amounts with.
    #[serde(default)]
    pub worded_in: Vec<String>,
    /// From so many 万元 on, an amount is likely meant in yuan.
    #[serde(default = "default_doubtful_from")]
    pub doubtful_from: u64,
}

fn default_doubtful_from() -> u64 {
    1000
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
    /// A unified social credit code that cannot be one.
    BadCode,
    /// A resident identity number in full.
    IdentityNumber,
    /// Yuan under a heading that says 万元.
    AmountUnit,
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
    /// Fields whose values are looked at.
    #[serde(default)]
    pub fields: Vec<String>,
}

impl Side {
    pub fn alternatives(field: &str) -> impl Iterator<Item = &str> {
        field.split('/')
    }
}

impl Rule for DualPublicity {
    fn yields_to_silence(&self) -> bool {
        self.fault == Fault::Stale
    }

    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let texts = match self.fault {
            Fault::IdentityNumber => self.exposed_in_texts(case),
            _ => Vec::new(),
        };
        [PublicityKind::Licence, PublicityKind::Penalty]
            .into_iter()
            .flat_map(|kind| match self.fault {
                Fault::SectionMissing => vec![self.section_missing(case, kind)],
                Fault::Stale => vec![self.stale(case, kind)],
                Fault::FieldsMissing => {
                    self.each_row(case, kind, |row, subject| self.fields_missing(case, kind, row, subject))
                }
                Fault::Late => self.each_row(case, kind, |row, subject| self.late(case, kind, row, subject)),
                Fault::BadCode => self.each_row(case, kind, |row, subject| self.bad_code(case, kind, row, subject)),
                Fault::IdentityNumber => self.each_row(case, kind, |row, subject| self.exposed(case, row, subject)),
                Fault::AmountUnit => {
                    self.each_row(case, kind, |row, subject| self.wrong_unit(case, kind, row, subject))
                }
            })
            .chain(texts)
            .collect()
    }

    fn columns(&self) -> Vec<&str> {
        self.licence.columns.iter().chain(&self.penalty.columns).map(String::as_str).collect()
    }

    fn publicity_fields(&self) -> Vec<&str> {
        let sides = [&self.licence, &self.penalty];
        let named = sides.into_iter().flat_map(|side| side.required.iter().chain(&side.fields));
        named.chain(&self.worded_in).flat_map(|field| Side::alternatives(field)).collect()
    }
}

impl DualPublicity {
    pub fn side(&self, kind: PublicityKind) -> &Side {
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
        if let Some(gateway) = case.lost_gateway() {
            let reason = format!("未见{name}公示，而上级栏目“{}”的入口已失效（页面不存在），请人工查看", gateway.name);
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&gateway.url).with([proof::column(
                case,
                gateway,
                "入口打开后页面不存在",
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

pub fn chinese(kind: PublicityKind) -> &'static str {
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

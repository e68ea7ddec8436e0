//! Kind `column-freshness`: nothing new in a column within the window of its class.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, unread},
    span::{Window, days_between},
};
use crate::model::{Cause, ColumnFacts, ColumnRole, ColumnState, Freshness, MatchedBy, Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnFreshness {
    /// How long a column of each class may go without anything new.
    pub windows: BTreeMap<Freshness, Window>,
    /// Classes whose window no rule in force states: a person decides.
    #[serde(default)]
    pub for_review: Vec<Freshness>,
}

impl Rule for ColumnFreshness {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let judged = |column| {
            let (class, window) = self.window(case, column)?;
            // A column that gathers others is as fresh as the freshest of them: judged apart it would count twice.
            let by_parts = case.below(column).into_iter().any(|part| self.window(case, part).is_some());
            Some(if by_parts {
                in_its_parts(column)
            } else {
                self.or_for_review(case, class, judge_column(case, column, class, window))
            })
        };
        case.columns().filter_map(judged).collect()
    }

    fn yields_to_silence(&self) -> bool {
        true
    }
}

impl ColumnFreshness {
    fn or_for_review(&self, case: &Case<'_>, class: &str, judgement: Judgement) -> Judgement {
        let freshness = case.context.lexicon.term(class).and_then(|term| term.freshness);
        if judgement.verdict != Verdict::Failed || freshness.is_none_or(|class| !self.for_review.contains(&class)) {
            return judgement;
        }
        let reason = format!("{}；这一期限是以往普查的口径，请人工判断", judgement.reason);
        Judgement { verdict: Verdict::NeedsReview, reason, ..judgement }
    }

    /// The class of the column (a standard name) and its window; by the surest name where several fit, then the longest
    /// window.
    fn window<'a>(&self, case: &Case<'a>, column: &'a ColumnFacts) -> Option<(&'a str, Window)> {
        let fits = column.matched.iter().filter(|matched| matched.by != MatchedBy::Weak);
        let windows = fits.filter_map(|matched| {
            let class = case.context.lexicon.term(&matched.term)?.freshness?;
            Some((matched.by, matched.term.as_str(), *self.windows.get(&class)?))
        });
        let (_, class, window) = windows
            .min_by_key(|(by, class, window)| (*by, std::cmp::Reverse(window.after(case.context.as_of)), *class))?;
        Some((class, window))
    }
}

fn in_its_parts(column: &ColumnFacts) -> Judgement {
    let reason = format!("“{}”由下级栏目组成，分别检查下级栏目", column.name);
    Judgement::new(subject_of(column), Verdict::NotApplicable, reason).at(&column.url)
}

fn subject_of(column: &ColumnFacts) -> Subject {
    Subject::new(format!("column:{}", column.key), &column.name)
}

/// What the rows of a column and of those below it say.
#[derive(Default)]
struct Rows {
    count: usize,
    undated: usize,
    /// Rows dated after the day of the check: a slip, or a later look at an older night.
    future: usize,
    newest: Option<(Date, String, String)>,
    /// At least one undated row led to a page that was read and shows no date either.
    undated_pages_read: bool,
    /// Rows of some list are out of order while not all of its pages were read.
    partly_read: bool,
    unread: Option<Cause>,
}

fn judge_column(case: &Case<'_>, column: &ColumnFacts, class: &str, window: Window) -> Judgement {
    let as_of = case.context.as_of;
    // A column of another name is told with its class: a reader would not know why two weeks apply to it.
    let name =
        if column.name == class { format!("“{class}”") } else { format!("“{}”（{class}类）", column.name) };
    let said = |verdict, reason: String| Judgement::new(subject_of(column), verdict, reason).at(&column.url);

    if case.stands_under_role(column, ColumnRole::Topics) {
        return said(Verdict::NotApplicable, format!("{name}属于专题，专题结束后不要求更新"));
    }
    if let Some(lead) = case.owners(column).first().filter(|lead| lead.name != case.unit.name) {
        return said(Verdict::NotApplicable, format!("{name}由{}牵头，更新情况记在该单位", lead.name));
    }
    if let ColumnState::LeadsAway { host } = &column.state {
        return said(Verdict::NotApplicable, format!("{name}指向其他网站{host}，由“栏目仅跳转外站”检查"));
    }
    if let Some(cause) = unread(column) {
        return said(Verdict::NotMeasurable(cause), format!("{name}未能读取（{cause}），不作判断"))
            .with([proof::column(case, column, format!("未能读取：{cause}"))]);
    }

    let rows = rows_of(case, column);
    if let Some((day, title, url)) = &rows.newest {
        let (days, last) = (days_between(*day, as_of), window.after(*day));
        if as_of <= last {
            return said(Verdict::Passed, format!("{name}最近一次更新为{day}，距今{days}天，未超过{window}的期限"));
        }
        if let Some(cause) = rows.unread {
            let reason = format!("{name}已读部分最近更新为{day}，但有下级栏目未能读取（{cause}），不作判断");
            return said(Verdict::NotMeasurable(cause), reason).with([proof::column(case, column, "下级栏目未读全")]);
        }
        if rows.partly_read {
            let reason = format!("{name}列表未按时间倒序排列且未读全，已读部分最近更新为{day}，请人工查看");
            return said(Verdict::NeedsReview, reason).with([proof::column(case, column, "列表排序不明")]);
        }
        let mut reason =
            format!("{name}最近一次更新为{day}，距上次更新已有{days}天，超过{window}的期限（应于{last}前更新）");
        if rows.undated > 0 {
            reason.push_str(&format!("；另有{}条未标注日期，视为未更新", rows.undated));
        }
        return said(Verdict::Failed, reason).with([
            proof::column(case, column, format!("共读取{}条，最近日期{day}", rows.count)),
            proof::seen(case, url, title, format!("最近一条，日期{day}")),
        ]);
    }
    if let Some(cause) = rows.unread {
        return said(Verdict::NotMeasurable(cause), format!("{name}的下级栏目未能读取（{cause}），不作判断"));
    }
    if rows.count == 0 {
        return said(Verdict::NotApplicable, format!("{name}没有信息条目，无从计算更新时间"));
    }
    if rows.future > 0 {
        let reason = format!("{name}有{}条日期晚于检查日{as_of}，没有可用的更新日期，请人工查看", rows.future);
        return said(Verdict::NeedsReview, reason).with([proof::column(case, column, "日期晚于检查日")]);
    }
    if !rows.undated_pages_read {
        let reason = format!("{name}的列表未标注日期，条目页面未读取，不能断定没有更新");
        return said(Verdict::NotMeasurable(Cause::Budget), reason).with([proof::column(case, column, "列表无日期")]);
    }
    let reason = format!(
        "{name}的{}条信息在列表和所读页面上均未标注日期，按2015年全国政府网站普查的口径视为未更新（期限{window}）",
        rows.count
    );
    said(Verdict::Failed, reason).with([proof::column(case, column, "条目均无日期")])
}

/// The rows of the column; of a column that only gathers others, the rows of those below it.
fn rows_of(case: &Case<'_>, column: &ColumnFacts) -> Rows {
    let mut rows = Rows::default();
    read_rows(case, column, &mut rows);
    for child in case.below(column) {
        match unread(child) {
            Some(cause) => rows.unread = rows.unread.or(Some(cause)),
            None => read_rows(case, child, &mut rows),
        }
    }
    rows
}

fn read_rows(case: &Case<'_>, column: &ColumnFacts, rows: &mut Rows) {
    let as_of = case.context.as_of;
    let mut previous: Option<Date> = None;
    let mut in_order = true;
    for entry in &column.entries {
        rows.count += 1;
        // A list without dates may still lead to pages that show theirs.
        let on_page = || {
            let shown = case.facts.documents.iter().find(|document| document.url == entry.url);
            shown.and_then(|document| document.published)
        };
        match entry.date.or_else(on_page).map(|moment| moment.date) {
            None => {
                rows.undated += 1;
                rows.undated_pages_read |= case.was_read(&entry.url);
            }
            Some(day) if day > as_of => rows.future += 1,
            Some(day) => {
                if rows.newest.as_ref().is_none_or(|(newest, _, _)| day > *newest) {
                    rows.newest = Some((day, entry.title.clone(), entry.url.clone()));
                }
                if !entry.pinned {
                    in_order &= previous.is_none_or(|previous| day <= previous);
                    previous = Some(day);
                }
            }
        }
    }
    rows.partly_read |= !in_order && column.pages_total.is_some_and(|total| column.pages_read < total);
}

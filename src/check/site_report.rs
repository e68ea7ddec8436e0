//! Kind `site-report`: the website's own yearly report (政府网站工作年度报表) is missing or late.

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule,
    annual_report::MonthDay,
    proof,
    scope::{Case, unread},
    span::days_between,
};
use crate::model::{Cause, ColumnState, ReportFacts, Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteReport {
    pub fault: Fault,
    /// Standard name of the column it usually stands in.
    pub column: String,
    /// Last day, in the year after, on which it may appear.
    pub deadline: MonthDay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    Missing,
    Late,
}

impl Rule for SiteReport {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let due_in = case.context.as_of.year();
        self.deadline.of(due_in).map(|due| self.judge_year(case, due_in - 1, due)).into_iter().collect()
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }
}

impl SiteReport {
    fn judge_year(&self, case: &Case<'_>, year: i16, due: Date) -> Judgement {
        let subject = Subject::new(format!("site-report:{year}"), format!("{year}年度政府网站工作年度报表"));
        if !case.unit.paths.is_empty() {
            // Who only has columns on another's site runs no site of its own.
            let reason = format!("{}在共用网站上发布信息，报表由网站主办单位编制", case.unit.name);
            return Judgement::new(subject, Verdict::NotApplicable, reason);
        }
        if case.unit.founded.is_some_and(|founded| founded.year() > year) {
            let reason = format!("{}在{year}年以后成立", case.unit.name);
            return Judgement::new(subject, Verdict::NotApplicable, reason);
        }
        if case.context.as_of <= due {
            let reason = format!("{year}年度网站报表应于{due}前发布，检查日{}尚未到期", case.context.as_of);
            return Judgement::new(subject, Verdict::NotApplicable, reason);
        }
        let found: Vec<&ReportFacts> =
            case.facts.site_reports.iter().filter(|report| report.year == Some(year)).collect();
        match self.fault {
            Fault::Missing => self.missing(case, year, subject, &found),
            Fault::Late => late(case, year, due, subject, &found),
        }
    }

    fn missing(&self, case: &Case<'_>, year: i16, subject: Subject, found: &[&ReportFacts]) -> Judgement {
        if let Some(report) = found.first() {
            return Judgement::new(subject, Verdict::Passed, format!("已发布“{}”", report.title)).at(&report.url);
        }
        if let Some(blocked) = case.blocked() {
            let reason = format!("{}，不能断定缺少{year}年度网站报表", blocked.because);
            return Judgement::new(subject, blocked.verdict(), reason).with(proof::blocked(case, &blocked));
        }
        let columns = case.columns_named(&self.column);
        let unread_column = columns.iter().find_map(|column| Some((column, unread(column)?)));
        if let Some((column, cause)) = unread_column {
            let reason = format!("“{}”未能读取（{cause}），不能断定缺少{year}年度网站报表", column.name);
            return Judgement::new(subject, Verdict::NotMeasurable(cause), reason).at(&column.url);
        }
        if let Some(column) =
            columns.iter().find(|column| column.pages_total.is_some_and(|total| column.pages_read < total))
        {
            let reason = format!("“{}”未读完，不能断定缺少{year}年度网站报表", column.name);
            return Judgement::new(subject, Verdict::NotMeasurable(Cause::Budget), reason).at(&column.url);
        }
        let says_nothing_of_years = columns.iter().find(|column| {
            matches!(column.state, ColumnState::LeadsAway { .. }) || column.entries.is_empty() || column.attachments > 0
        });
        let near = case.columns_nearly_named(&self.column).into_iter().next();
        if let Some(column) = says_nothing_of_years.copied().or(near) {
            let reason = format!("未见{year}年度网站报表的标题，请人工到“{}”查看", column.name);
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&column.url).with([proof::column(
                case,
                column,
                "没有列出年度",
            )]);
        }
        let undated = case.facts.site_reports.iter().find(|report| report.year.is_none());
        if let Some(report) = undated {
            let reason = format!("有“{}”，标题不能确定年度，请人工判断", report.title);
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&report.url);
        }
        if let Some(entry) = case.scripted_entry(&self.column) {
            let reason = format!("“{}”只能由脚本打开，请人工查看{year}年度网站报表", entry.text);
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&entry.page);
        }
        let reason = match columns.first() {
            Some(column) => format!("“{}”共有{}条，没有{year}年度网站报表", column.name, column.entries.len()),
            None => format!("访问{}个页面，未见{year}年度政府网站工作年度报表", case.facts.coverage.visits.len()),
        };
        let place = columns.first().map_or(case.facts.url.as_str(), |column| column.url.as_str());
        let looked = columns.iter().map(|column| proof::column(case, column, "已读取，没有该年度报表"));
        let evidence: Vec<_> = looked.chain(proof::absence(case, "政府网站工作年度报表")).collect();
        Judgement::new(subject, Verdict::Failed, reason).at(place).with(evidence)
    }
}

fn late(case: &Case<'_>, year: i16, due: Date, subject: Subject, found: &[&ReportFacts]) -> Judgement {
    let dated = found.iter().filter_map(|report| Some((report.published?.date, *report)));
    let Some((published, report)) = dated.min_by_key(|(day, _)| *day) else {
        return match found.first() {
            Some(report) => {
                let reason = format!("{year}年度网站报表没有发布日期，请人工判断是否在{due}前发布");
                let evidence = [proof::report(case, report, "未见发布日期")];
                Judgement::new(subject, Verdict::NeedsReview, reason).at(&report.url).with(evidence)
            }
            None => {
                let reason = format!("未找到{year}年度网站报表，由“政府网站工作年度报表缺失”检查");
                Judgement::new(subject, Verdict::NotApplicable, reason)
            }
        };
    };
    let evidence = [proof::report(case, report, format!("发布日期{published}，期限{due}"))];
    let days = days_between(due, published);
    if published.year() <= year {
        let reason = format!("{year}年度网站报表标注的发布日期为{published}，早于该年度结束，请人工核实");
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&report.url).with(evidence);
    }
    if days <= 0 {
        let reason = format!("{year}年度网站报表于{published}发布，未超过{due}的期限");
        return Judgement::new(subject, Verdict::Passed, reason).at(&report.url);
    }
    if !report.read {
        let reason = format!("列表显示{year}年度网站报表于{published}发布（期限{due}），页面未读取，请人工核实");
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&report.url).with(evidence);
    }
    let reason = format!("{year}年度网站报表于{published}发布，应于{due}前发布，逾期{days}天");
    Judgement::new(subject, Verdict::Failed, reason).at(&report.url).with(evidence)
}

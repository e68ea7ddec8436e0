//! Kind `annual-report`: the yearly report on information disclosure is missing, late, or not in its column.

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, is_gone, is_place, names, unread},
    span::days_between,
};
use crate::{
    model::{Cause, ColumnState, ReportFacts, Subject, UnitKind, Verdict},
    text::normalise,
};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnnualReport {
    pub fault: Fault,
    /// Standard name of the column the report belongs in.
    pub column: String,
    /// Last day, in the year after, on which the report may appear.
    pub deadlines: Deadlines,
    /// Besides the report due in the calendar year of the check, those due in so many years before.
    #[serde(default)]
    pub look_back: i16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    Missing,
    Late,
    Misplaced,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadlines {
    pub department: MonthDay,
    pub government: MonthDay,
}

/// A day of any year, written `01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MonthDay {
    month: i8,
    day: i8,
}

impl TryFrom<String> for MonthDay {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = || format!("{text:?} is not a month and day such as 01-31");
        let (month, day) = text.split_once('-').ok_or_else(wrong)?;
        let (month, day) = (month.parse().map_err(|_| wrong())?, day.parse().map_err(|_| wrong())?);
        // An ordinary year: a deadline on 29 February would not exist in most years.
        Date::new(2023, month, day).map_err(|_| wrong())?;
        Ok(Self { month, day })
    }
}

impl MonthDay {
    pub(super) fn of(self, year: i16) -> Option<Date> {
        Date::new(year, self.month, self.day).ok()
    }
}

impl Rule for AnnualReport {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let this_year = case.context.as_of.year();
        let deadline = match case.unit.kind {
            UnitKind::Department => self.deadlines.department,
            UnitKind::Government => self.deadlines.government,
        };
        (this_year - self.look_back..=this_year)
            .filter_map(|due_in| Some(self.judge_year(case, due_in - 1, deadline.of(due_in)?)))
            .collect()
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }
}

impl AnnualReport {
    fn judge_year(&self, case: &Case<'_>, year: i16, due: Date) -> Judgement {
        let subject = Subject::new(format!("report:{year}"), format!("{year}年度政府信息公开工作年度报告"));
        if let Some(founded) = case.unit.founded.filter(|founded| founded.year() > year) {
            let reason = format!("{}成立于{founded}，没有{year}年度报告", case.unit.name);
            return Judgement::new(subject, Verdict::NotApplicable, reason);
        }
        if case.context.as_of <= due {
            let reason = format!("{year}年度报告应于{due}前发布，检查日{}尚未到期", case.context.as_of);
            return Judgement::new(subject, Verdict::NotApplicable, reason);
        }
        let (own, others): (Vec<&ReportFacts>, Vec<&ReportFacts>) = reports(case)
            .filter(|report| report.year == Some(year))
            .partition(|report| is_own_title(case, &report.title));
        match self.fault {
            Fault::Missing => self.missing(case, year, subject, &own, &others),
            _ if own.is_empty() => self.none_to_look_at(case, year, subject),
            Fault::Late => late(case, year, due, subject, &own),
            Fault::Misplaced => self.misplaced(case, year, subject, &own),
        }
    }

    fn missing(
        &self,
        case: &Case<'_>,
        year: i16,
        subject: Subject,
        own: &[&ReportFacts],
        others: &[&ReportFacts],
    ) -> Judgement {
        if let Some(report) = own.first() {
            return Judgement::new(subject, Verdict::Passed, format!("已发布“{}”", report.title)).at(&report.url);
        }
        if let Some((cause, because)) = self.unseen(case) {
            let reason = format!("{because}，不能断定缺少{year}年度报告");
            return Judgement::new(subject, Verdict::NotMeasurable(cause), reason)
                .with(proof::absence(case, &subject_words(year)));
        }
        let undated = reports(case).find(|report| report.year.is_none());
        let mentioned = self.rows_of_year(case, year);
        let near = others.first().copied().or(undated).map(|report| (report.title.as_str(), report.url.as_str()));
        if let Some((title, url)) = near.or(mentioned) {
            let reason = format!("未见{year}年度报告，但有“{title}”，标题不能确定年度或发布单位，请人工判断");
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(url).with([proof::seen(
                case,
                url,
                title,
                "可能即为所缺报告",
            )]);
        }
        let columns = case.columns_named(&self.column);
        if let Some((column, host)) = columns.iter().find_map(|column| match &column.state {
            ColumnState::LeadsAway { host } => Some((column, host)),
            _ => None,
        }) {
            let reason = format!("“{}”指向其他网站{host}，本站未见{year}年度报告，请人工到该网站查看", column.name);
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&column.url).with([proof::column(
                case,
                column,
                format!("指向{host}"),
            )]);
        }
        let gone = columns.iter().copied().find(|column| unread(column).is_some_and(is_gone)).or(case.lost_gateway());
        if let Some(column) = gone {
            let reason = format!("未见{year}年度报告，而“{}”的入口已失效（页面不存在），请人工查看", column.name);
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&column.url).with([proof::column(
                case,
                column,
                "入口打开后页面不存在",
            )]);
        }
        if columns.is_empty()
            && let Some(entry) = case.scripted_entry(&self.column)
        {
            let reason = format!("年报栏目入口“{}”没有网址、只能由脚本打开，请人工查看{year}年度报告", entry.text);
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&entry.page);
        }
        let reason = match columns.first() {
            Some(column) => {
                format!("未发布{year}年度报告：“{}”共有{}条，均不是该年度报告", column.name, column.entries.len())
            }
            None => format!(
                "未发布{year}年度报告：网站没有“{}”栏目，访问{}个页面均未见该年度报告",
                self.column,
                case.facts.coverage.visits.len()
            ),
        };
        let mut evidence: Vec<_> =
            columns.iter().map(|column| proof::column(case, column, "年报栏目已读取，无该年度报告")).collect();
        evidence.extend(
            reports(case)
                .filter(|report| report.year.is_some())
                .map(|report| proof::report(case, report, "其他年度的报告")),
        );
        evidence.extend(proof::absence(case, &subject_words(year)));
        let place = columns.first().map_or(case.facts.url.as_str(), |column| column.url.as_str());
        Judgement::new(subject, Verdict::Failed, reason).at(place).with(evidence)
    }

    fn misplaced(&self, case: &Case<'_>, year: i16, subject: Subject, own: &[&ReportFacts]) -> Judgement {
        let in_place =
            own.iter().find(|report| report.in_report_column || case.stands_under(&report.column, &self.column));
        if let Some(report) = in_place {
            let reason = format!("{year}年度报告在“{}”栏目中", self.column);
            return Judgement::new(subject, Verdict::Passed, reason).at(&report.url);
        }
        let report = own[0];
        if let Some((cause, because)) = self.unseen(case) {
            let reason = format!("{because}，不能断定{year}年度报告未放在“{}”栏目", self.column);
            return Judgement::new(subject, Verdict::NotMeasurable(cause), reason).at(&report.url);
        }
        let column = case.facts.column(&report.column);
        let place = column.map_or("其他栏目", |column| column.name.as_str());
        let evidence = [proof::report(case, report, format!("报告所在栏目：{place}"))];
        let near = column.is_some_and(|column| column.fits(&self.column).is_some());
        let away =
            case.columns_named(&self.column).iter().any(|column| matches!(column.state, ColumnState::LeadsAway { .. }));
        if near || away {
            let reason = format!("{year}年度报告在“{place}”中，请人工判断该处是否即“{}”栏目", self.column);
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&report.url).with(evidence);
        }
        let columns = case.columns_named(&self.column);
        let reason = match columns.first() {
            Some(_) => format!("{year}年度报告发布在“{place}”，未放入“{}”栏目", self.column),
            None => format!("{year}年度报告发布在“{place}”，网站没有“{}”栏目", self.column),
        };
        let looked = columns.into_iter().map(|column| proof::column(case, column, "年报栏目已读取，无该年度报告"));
        Judgement::new(subject, Verdict::Failed, reason).at(&report.url).with(evidence).with(looked)
    }

    /// For the other two faults: there is no report to look at.
    fn none_to_look_at(&self, case: &Case<'_>, year: i16, subject: Subject) -> Judgement {
        match self.unseen(case) {
            Some((cause, because)) => {
                let reason = format!("{because}，未见{year}年度报告");
                Judgement::new(subject, Verdict::NotMeasurable(cause), reason)
            }
            None => {
                let reason = format!("未找到{year}年度报告，由“政府信息公开年报缺失”检查");
                Judgement::new(subject, Verdict::NotApplicable, reason)
            }
        }
    }

    /// Why a report may exist without having been seen: nothing may be said of absence, or the report column (or one
    /// below it) was not read to its end.
    fn unseen(&self, case: &Case<'_>) -> Option<(Cause, String)> {
        if let Some(blocked) = case.blocked() {
            return Some((blocked.cause, blocked.because));
        }
        for column in case.columns_named(&self.column) {
            for part in std::iter::once(column).chain(case.below(column)) {
                if let Some(cause) = unread(part).filter(|cause| !is_gone(*cause)) {
                    return Some((cause, format!("“{}”未能读取（{cause}）", part.name)));
                }
                if let Some(total) = part.pages_total.filter(|total| part.pages_read < *total) {
                    let because = format!("“{}”共{total}页，只读了{}页", part.name, part.pages_read);
                    return Some((Cause::Budget, because));
                }
            }
        }
        None
    }

    /// A row of the report column that speaks of the year without having been taken for its report.
    fn rows_of_year<'a>(&self, case: &Case<'a>, year: i16) -> Option<(&'a str, &'a str)> {
        let of_year = format!("{year}年");
        let known = |url: &str| case.facts.reports.iter().any(|report| report.url == url);
        let columns = case.columns_named(&self.column);
        let mut rows = columns.into_iter().flat_map(|column| &column.entries);
        rows.find(|row| row.title.contains(&of_year) && speaks_of_disclosure(&row.title) && !known(&row.url))
            .map(|row| (row.title.as_str(), row.url.as_str()))
    }
}

fn late(case: &Case<'_>, year: i16, due: Date, subject: Subject, own: &[&ReportFacts]) -> Judgement {
    let day = |report: &ReportFacts| report.published.map(|moment| moment.date);
    // Of several copies the earliest counts.
    let earliest = own.iter().filter_map(|report| Some((day(report)?, *report))).min_by_key(|(day, _)| *day);
    let Some((published, report)) = earliest else {
        let report = own[0];
        if let Some(cause) = report.unread_cause.filter(|_| !report.read) {
            let reason = format!("{year}年度报告未能读取（{cause}），发布日期不明");
            return Judgement::new(subject, Verdict::NotMeasurable(cause), reason).at(&report.url);
        }
        let reason = format!("{year}年度报告页面未标注发布日期，请人工判断是否在{due}前发布");
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&report.url).with([proof::report(
            case,
            report,
            "未见发布日期",
        )]);
    };
    let evidence = [proof::report(case, report, format!("发布日期{published}，期限{due}"))];
    if published.year() <= year {
        let reason = format!("{year}年度报告标注的发布日期为{published}，早于该年度结束，请人工核实");
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&report.url).with(evidence);
    }
    let days = days_between(due, published);
    if days <= 0 {
        let reason = format!("{year}年度报告于{published}发布，未超过{due}的期限");
        return Judgement::new(subject, Verdict::Passed, reason).at(&report.url);
    }
    if !report.read {
        // Only the list row was seen; the page may show another day. A report that is a file has no page to show one.
        let reason =
            format!("列表显示{year}年度报告于{published}发布（期限{due}），但报告页面未读取，请人工核实发布日期");
        let verdict = match report.unread_cause {
            None | Some(Cause::NotHtml) => Verdict::NeedsReview,
            Some(cause) => Verdict::NotMeasurable(cause),
        };
        return Judgement::new(subject, verdict, reason).at(&report.url).with(evidence);
    }
    let reason = format!("{year}年度报告于{published}发布，应于{due}前发布，逾期{days}天");
    Judgement::new(subject, Verdict::Failed, reason).at(&report.url).with(evidence)
}

/// Years are also written 二〇二一年.
const NUMERALS: &str = "〇○零一二三四五六七八九";

fn subject_words(year: i16) -> String {
    format!("{year}年政府信息公开工作年度报告")
}

pub(super) fn reports<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a ReportFacts> {
    case.reports().filter(|report| speaks_of_disclosure(&report.title))
}

/// Report columns also hold other yearly reports (法治政府建设年度报告, 网站工作年度报表); a bare 年度报告 may be the one.
fn speaks_of_disclosure(title: &str) -> bool {
    let letters: String = normalise(title).chars().filter(|letter| letter.is_alphabetic()).collect();
    letters.contains("公开") || ["年度报告", "年报"].iter().any(|bare| letters.trim_start_matches('年') == *bare)
}

/// Whether a report's title names this unit or nobody. A government's column often gathers its departments' reports.
pub(super) fn is_own_title(case: &Case<'_>, title: &str) -> bool {
    let title = normalise(title);
    let before = |mark: &str| title.find(mark).map(|at| &title[..at]);
    let body = before("政府信息公开").or_else(|| before("信息公开")).unwrap_or("");
    let letters: String = body.chars().filter(|letter| letter.is_alphabetic()).collect();
    let without_year =
        letters.trim_end_matches("年度").trim_end_matches('年').trim_end_matches(|letter| NUMERALS.contains(letter));
    let publisher = without_year.trim_start_matches("关于").to_owned();
    publisher.is_empty()
        || names(case.unit)
            .map(normalise)
            .any(|name| name.contains(&publisher) || (publisher.contains(&name) && !is_place(&name)))
}

//! Kind `report-content`: what stands in the annual report itself: its parts, its tables, their sums, what was carried
//! over from the year before, and whether there is anything to read at all.

use serde::Deserialize;

use super::{
    Judgement, Rule,
    annual_report::{is_own_title, reports},
    proof,
    scope::Case,
};
use crate::model::{
    Balance, Cell, Identity, Report, ReportFacts, ReportSource, ReportTables, Subject, Sum, Verdict,
    report::{APPLICANTS, PARTS, TABLES},
};

/// The first year whose report has six parts and the tables of 国办公开办函〔2019〕60号.
const FIRST_YEAR: i16 = 2019;
/// The first year whose table counts 制发, 废止 and 现行有效 (国办公开办函〔2021〕30号).
const FIRST_YEAR_OF_STOCK: i16 = 2021;
/// Wrong sums told in the sentence; the rest is in the evidence.
const TOLD: usize = 3;

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportContent {
    pub fault: Fault,
    /// Besides the report of last year, those of so many years before.
    #[serde(default)]
    pub look_back: i16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    PartMissing,
    TableMissing,
    Arithmetic,
    CarryOver,
    OnlyPicture,
}

impl Rule for ReportContent {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let last = case.context.as_of.year() - 1;
        let judged = (last - self.look_back..=last).map(|year| {
            let judgement = self.judge_year(case, year);
            if year == last { judgement } else { of_an_earlier_year(judgement) }
        });
        judged.collect()
    }
}

/// Whether a report of an earlier year still counts is for a person to say.
fn of_an_earlier_year(judgement: Judgement) -> Judgement {
    if judgement.verdict != Verdict::Failed {
        return judgement;
    }
    let reason = format!("{}（往年报告，是否在考核范围请人工判断）", judgement.reason);
    Judgement { verdict: Verdict::NeedsReview, reason, ..judgement }
}

/// A report that was found, with what it says.
struct Read<'a> {
    facts: &'a ReportFacts,
    report: &'a Report,
    year: i16,
}

impl ReportContent {
    fn judge_year(&self, case: &Case<'_>, year: i16) -> Judgement {
        let subject = subject(year);
        if year < FIRST_YEAR {
            let reason = format!("{year}年度报告不适用现行格式");
            return Judgement::new(subject, Verdict::NotApplicable, reason);
        }
        let read = match of_year(case, year) {
            Ok(read) => read,
            Err(unread) => return *unread,
        };
        if self.fault == Fault::OnlyPicture {
            return only_picture(case, &read, subject);
        }
        if !read.report.says_something() {
            let reason = format!("{year}年度报告没有可读的正文，由“年报只有图片或无法读取的附件”检查");
            return Judgement::new(subject, Verdict::NotApplicable, reason).at(&read.facts.url);
        }
        match self.fault {
            Fault::PartMissing => parts(case, &read, subject),
            Fault::TableMissing => tables(case, &read, subject),
            Fault::Arithmetic => arithmetic(case, &read, subject),
            Fault::CarryOver => carry_over(case, &read, subject),
            Fault::OnlyPicture => only_picture(case, &read, subject),
        }
    }
}

pub(super) fn subject(year: i16) -> Subject {
    Subject::new(format!("report:{year}"), format!("{year}年度政府信息公开工作年度报告"))
}

/// The unit's report of that year that says most; or why there is none to look at.
fn of_year<'a>(case: &Case<'a>, year: i16) -> Result<Read<'a>, Box<Judgement>> {
    let own: Vec<&ReportFacts> =
        reports(case).filter(|report| report.year == Some(year) && is_own_title(case, &report.title)).collect();
    let says = |report: &Report| report.tables.found().iter().filter(|found| **found).count() * 10 + report.parts.len();
    let best = own.iter().filter_map(|facts| Some((*facts, facts.content.as_ref()?)));
    // Copies of one report say the same; the first by address is taken.
    if let Some((facts, report)) = best.rev().max_by_key(|(_, report)| says(report)) {
        return Ok(Read { facts, report, year });
    }
    let Some(first) = own.first() else {
        let reason = format!("未找到{year}年度报告，由“政府信息公开年报缺失”检查");
        return Err(Box::new(Judgement::new(subject(year), Verdict::NotApplicable, reason)));
    };
    Err(Box::new(match first.unread_cause {
        Some(cause) => {
            let reason = format!("{year}年度报告未能读取（{cause}）");
            Judgement::new(subject(year), Verdict::NotMeasurable(cause), reason).at(&first.url)
        }
        None => {
            let reason = format!("{year}年度报告的正文未读取");
            Judgement::new(subject(year), Verdict::NotApplicable, reason).at(&first.url)
        }
    }))
}

/// The content of the report of another year, if it was read.
pub(super) fn content_of<'a>(case: &Case<'a>, year: i16) -> Option<(&'a ReportFacts, &'a Report)> {
    let read = of_year(case, year).ok()?;
    read.report.says_something().then_some((read.facts, read.report))
}

fn parts(case: &Case<'_>, read: &Read<'_>, subject: Subject) -> Judgement {
    let Read { facts, report, year } = *read;
    let missing: Vec<String> = (1..=6)
        .filter(|number| report.part(*number).is_none())
        .map(|number| format!("“{}、{}”", numeral(number), PARTS[usize::from(number) - 1]))
        .collect();
    let found: Vec<&str> = report.parts.iter().map(|part| part.heading.as_str()).collect();
    let evidence = [proof::report(case, facts, format!("读到的标题：{}", found.join("；")))];
    let place = report.source.chinese();
    if report.parts.len() < 3 {
        // Without its headings nothing tells where a part would begin.
        let reason = format!("{year}年度报告（{place}）只认出{}个部分的标题，请人工核对六个部分是否齐全", found.len());
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&facts.url).with(evidence);
    }
    if !missing.is_empty() {
        let reason = format!("{year}年度报告（{place}）缺少{}", missing.join("、"));
        let verdict = if report.source == ReportSource::Pdf { Verdict::NeedsReview } else { Verdict::Failed };
        return Judgement::new(subject, verdict, reason).at(&facts.url).with(evidence);
    }
    let unusual: Vec<String> =
        report.parts.iter().filter(|part| part.unusual).map(|part| format!("“{}”", part.heading)).collect();
    if !unusual.is_empty() {
        let reason = format!("{year}年度报告的标题{}与统一格式不同，请人工判断是否为规定内容", unusual.join("、"));
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&facts.url).with(evidence);
    }
    let in_order = report.parts.windows(2).all(|pair| pair[0].number < pair[1].number);
    if !in_order {
        let reason = format!("{year}年度报告六个部分齐全，但次序与统一格式不同，请人工核对");
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&facts.url).with(evidence);
    }
    Judgement::new(subject, Verdict::Passed, format!("{year}年度报告六个部分齐全")).at(&facts.url)
}

fn numeral(number: u8) -> char {
    "〇一二三四五六".chars().nth(usize::from(number)).unwrap_or('〇')
}

fn tables(case: &Case<'_>, read: &Read<'_>, subject: Subject) -> Judgement {
    let Read { facts, report, year } = *read;
    let found = report.tables.found();
    let missing: Vec<&str> = TABLES.iter().zip(found).filter(|(_, found)| !found).map(|((_, name), _)| *name).collect();
    if missing.is_empty() {
        return Judgement::new(subject, Verdict::Passed, format!("{year}年度报告三张表齐全")).at(&facts.url);
    }
    let evidence =
        [proof::report(case, facts, format!("报告读自{}，有{}张图片", report.source.chinese(), report.pictures))];
    let missing = missing.join("、");
    let place = match () {
        () if report.source == ReportSource::Pdf => "PDF中的表格不能逐格读取",
        () if report.pictures > 0 => "报告中有图片，表格可能是图片",
        () if !report.unread_files.is_empty() => "表格可能在未能读取的附件中",
        () => {
            let reason = format!("{year}年度报告没有{missing}");
            return Judgement::new(subject, Verdict::Failed, reason).at(&facts.url).with(evidence);
        }
    };
    let reason = format!("{year}年度报告未读到{missing}；{place}，请人工核对");
    Judgement::new(subject, Verdict::NeedsReview, reason).at(&facts.url).with(evidence)
}

fn arithmetic(case: &Case<'_>, read: &Read<'_>, subject: Subject) -> Judgement {
    let Read { facts, report, year } = *read;
    let identities = report.identities();
    if identities.is_empty() {
        let reason = format!("{year}年度报告没有可核算的表，由“年报缺少统计表”检查");
        return Judgement::new(subject, Verdict::NotApplicable, reason).at(&facts.url);
    }
    let of = |balance: Balance| identities.iter().filter(move |identity| identity.balance == balance);
    let lines = |wrong: &[&Identity]| wrong.iter().map(|identity| line(identity)).collect::<Vec<_>>();
    // Rows of a PDF whose labels take several lines are lost: what is left need not add up.
    let is_certain = |identity: &&Identity| report.source != ReportSource::Pdf || identity.sum != Sum::Results;
    let differs: Vec<&Identity> = of(Balance::Differs).filter(is_certain).collect();
    if !differs.is_empty() {
        let lines = lines(&differs);
        let evidence = [proof::report(case, facts, lines.join("；"))];
        let more = if lines.len() > TOLD { format!("等{}处", lines.len()) } else { String::new() };
        let told = lines.iter().take(TOLD).cloned().collect::<Vec<_>>().join("；");
        let reason = format!("{year}年度报告表格数字不符合勾稽关系：{told}{more}");
        let (verdict, reason) = match report.source {
            ReportSource::Pdf => (Verdict::NeedsReview, format!("{reason}（数字读自PDF，请人工核对）")),
            _ => (Verdict::Failed, reason),
        };
        return Judgement::new(subject, verdict, reason).at(&facts.url).with(evidence);
    }
    let doubtful: Vec<&Identity> = of(Balance::NotFilled).chain(of(Balance::Unreadable)).collect();
    if doubtful.is_empty() {
        let reason = format!("{year}年度报告{}项勾稽关系均成立", identities.len());
        return Judgement::new(subject, Verdict::Passed, reason).at(&facts.url);
    }
    let lines = lines(&doubtful);
    let evidence = [proof::report(case, facts, lines.join("；"))];
    let told = lines.iter().take(TOLD).cloned().collect::<Vec<_>>().join("；");
    let reason =
        format!("{year}年度报告有{}项勾稽关系因总计未填、缺格或非数字不能核算，请人工核对：{told}", lines.len());
    Judgement::new(subject, Verdict::NeedsReview, reason).at(&facts.url).with(evidence)
}

fn line(identity: &Identity) -> String {
    format!("{}：{}", identity.place, identity.shown)
}

/// 上年结转 equals the 结转下年度 of the year before, in every column that can be read in both.
fn carry_over(case: &Case<'_>, read: &Read<'_>, subject: Subject) -> Judgement {
    let Read { facts, report, year } = *read;
    let Some((before_facts, before)) = content_of(case, year - 1) else {
        let reason = format!("没有读到{}年度报告，不能与上年比对", year - 1);
        return Judgement::new(subject, Verdict::NotApplicable, reason).at(&facts.url);
    };
    let compared: Vec<(usize, &Cell, &Cell)> = (0..APPLICANTS.len())
        .map(|column| (column, report.tables.request("2", column), before.tables.request("4", column)))
        .filter(|(_, now, then)| now.figure().is_some() && then.figure().is_some())
        .collect();
    if compared.is_empty() {
        let reason = format!("两年报告的结转数未能逐格读取，不能与{}年度比对", year - 1);
        return Judgement::new(subject, Verdict::NotApplicable, reason).at(&facts.url);
    }
    let differs: Vec<String> = compared
        .iter()
        .filter(|(_, now, then)| now.figure() != then.figure())
        .map(|(column, now, then)| {
            format!(
                "{}：上年结转{}，{}年度报告结转下年度{}",
                APPLICANTS[*column],
                now.chinese(),
                year - 1,
                then.chinese()
            )
        })
        .collect();
    let evidence = |note: &str| {
        [proof::report(case, facts, note.to_owned()), proof::report(case, before_facts, "上一年度的报告".to_owned())]
    };
    if !differs.is_empty() {
        let told = differs.iter().take(TOLD).cloned().collect::<Vec<_>>().join("；");
        let reason = format!("{year}年度报告与上年度报告的结转数不一致：{told}");
        let from_pdf = [report.source, before.source].contains(&ReportSource::Pdf);
        let verdict = if from_pdf { Verdict::NeedsReview } else { Verdict::Failed };
        return Judgement::new(subject, verdict, reason).at(&facts.url).with(evidence(&differs.join("；")));
    }
    let stock = ["规章", "规范性文件"].iter().find_map(|name| stock(&report.tables, &before.tables, name));
    if let Some(stock) = stock.filter(|_| year > FIRST_YEAR_OF_STOCK) {
        // A recount is legitimate; the report should say so.
        let reason = format!("{year}年度报告{stock}，请人工判断是否有清理、重新统计的说明");
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&facts.url).with(evidence(&stock));
    }
    let reason = format!("{year}年度报告的上年结转与{}年度报告的结转下年度一致", year - 1);
    Judgement::new(subject, Verdict::Passed, reason).at(&facts.url)
}

/// 现行有效 is what was valid the year before, with what was issued and without what was repealed; told where it is not.
fn stock(now: &ReportTables, before: &ReportTables, name: &str) -> Option<String> {
    let figure = |tables: &ReportTables, at: usize| tables.disclosure.get(name)?.get(at)?.figure();
    let (issued, repealed, valid) = (figure(now, 0)?, figure(now, 1)?, figure(now, 2)?);
    let then = figure(before, 2)?;
    let expected = then.checked_add(issued)?.checked_sub(repealed)?;
    (expected != valid).then(|| {
        format!("{name}现行有效{valid}件，而上年度现行有效{then}件，加本年制发{issued}件、减本年废止{repealed}件为{expected}件")
    })
}

fn only_picture(case: &Case<'_>, read: &Read<'_>, subject: Subject) -> Judgement {
    let Read { facts, report, year } = *read;
    if report.says_something() {
        let reason = format!("{year}年度报告的正文可以读取（{}）", report.source.chinese());
        return Judgement::new(subject, Verdict::Passed, reason).at(&facts.url);
    }
    let files = report.unread_files.iter().map(|file| format!("“{file}”")).collect::<Vec<_>>().join("、");
    let what = match () {
        () if !files.is_empty() => format!("只有未能读取的附件{files}"),
        () if report.source == ReportSource::Pdf => "是没有文字的PDF（可能是扫描件）".to_owned(),
        () if report.pictures > 0 => format!("只有{}张图片，没有文字", report.pictures),
        () => "没有六个部分的标题，也没有统计表".to_owned(),
    };
    let reason = format!("{year}年度报告{what}，机器不能读取，请人工查看其内容");
    Judgement::new(subject, Verdict::NeedsReview, reason).at(&facts.url).with([proof::report(
        case,
        facts,
        format!("读自{}，图片{}张", report.source.chinese(), report.pictures),
    )])
}

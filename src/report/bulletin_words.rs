//! The sentences of a bulletin, in the words of official papers. Every format prints these.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::model::{Bulletin, Cause, FindingState, ProblemClass, Share, Statement, UnitResult, Unmeasured};

/// How many subjects a statement names before it says 等.
const NAMED_SUBJECTS: usize = 4;

/// `2026年10月9日`.
pub fn day(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// 一、二、三 … for headings; figures beyond ten read 十一, 十二 ….
pub fn chinese_number(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match number {
        0 => "〇".to_owned(),
        1..=9 => DIGITS[number].to_owned(),
        10..=19 => format!("十{}", DIGITS[number - 10]),
        20..=99 => format!("{}十{}", DIGITS[number / 10], DIGITS[number % 10]),
        _ => number.to_string(),
    }
}

/// `93.1%`, `60.0%`, or a dash where there is nothing to measure.
pub fn percent(share: Share) -> String {
    share.percent().map_or_else(|| "—".to_owned(), |percent| format!("{percent:.1}%"))
}

/// Points as people write them: without trailing zeros.
pub fn points(value: Decimal) -> String {
    value.normalize().to_string()
}

pub fn opening(bulletin: &Bulletin) -> String {
    let basis = match bulletin.method.title.as_str() {
        "" => "按照政务公开考核工作安排".to_owned(),
        title => format!("依据{}", in_book_marks(title)),
    };
    format!(
        "{basis}，{}对{}个考核对象的{}个网站开展了{}政务公开网上检查。现将{}至{}的检查情况通报如下。",
        bulletin.office,
        bulletin.scope.units.of,
        bulletin.scope.portals.of,
        bulletin.quarter.chinese(),
        day(bulletin.from),
        day(bulletin.to),
    )
}

fn in_book_marks(title: &str) -> String {
    if title.contains('《') { title.to_owned() } else { format!("《{title}》") }
}

/// What was looked at: name, done, due, share.
pub fn scope_rows(bulletin: &Bulletin) -> Vec<[String; 4]> {
    let scope = &bulletin.scope;
    let looks = Share::new(scope.looks.decided(), scope.looks.applicable());
    [
        ("网站（个）", scope.portals),
        ("考核对象（个）", scope.units),
        ("栏目（个）", scope.columns),
        ("页面（个）", scope.pages),
        ("检查项次", looks),
    ]
    .into_iter()
    .map(|(name, share)| [name.to_owned(), share.of.to_string(), share.done.to_string(), percent(share)])
    .collect()
}

pub fn scope_sentence(bulletin: &Bulletin) -> String {
    let scope = &bulletin.scope;
    format!(
        "检查按{}个检查项进行，共在{}个夜间访问网站。考核对象、网站以本季度内完成检查为“实查”；栏目、页面、检查项次以各网站最近一次检查为准，能够作出合格与否判断的计入“实查”。",
        scope.checks, scope.nights
    )
}

/// The overall figures, a paragraph each.
pub fn overall(bulletin: &Bulletin) -> Vec<String> {
    let totals = &bulletin.totals;
    let concerned = bulletin.units.iter().filter(|unit| unit.confirmed > 0).count();
    let mut paragraphs = Vec::new();
    if totals.confirmed == 0 {
        paragraphs.push("本季度没有经人工核查确认的问题。".to_owned());
    } else {
        let mended = match totals.fixed {
            0 => "截至目前均未复查合格".to_owned(),
            fixed if fixed == totals.confirmed => "均已整改并经复查合格".to_owned(),
            fixed => format!("其中{fixed}个已整改并经复查合格"),
        };
        paragraphs.push(format!("经人工核查，共确认问题{}个，涉及{concerned}个考核对象，{mended}。", totals.confirmed));
    }
    let clean = totals.clean_units;
    paragraphs.push(format!(
        "本季度已检查的{}个考核对象中，{}个未发现经确认的问题，合格率为{}。",
        clean.of,
        clean.done,
        percent(clean)
    ));
    let mut apart = Vec::new();
    if totals.suspected > 0 {
        apart.push(format!(
            "另有{}个疑似问题待核查，未经人工确认，不计入上述数字，也不对应到具体单位",
            totals.suspected
        ));
    }
    if totals.gone_unreviewed > 0 {
        apart.push(format!("{}个疑似问题在人工核查前已自行消除", totals.gone_unreviewed));
    }
    if totals.dismissed > 0 {
        apart.push(format!("经人工核查排除{}个", totals.dismissed));
    }
    if totals.waived > 0 {
        apart.push(format!("限期豁免{}个", totals.waived));
    }
    if totals.carried_over > 0 {
        apart.push(format!("以前季度确认的{}个问题本季度未能复查，不重复通报", totals.carried_over));
    }
    if totals.out_of_scope > 0 {
        apart.push(format!("{}个问题所属单位不在本次考核范围，不予列出", totals.out_of_scope));
    }
    if !apart.is_empty() {
        paragraphs.push(format!("{}。", apart.join("；")));
    }
    paragraphs
}

/// `（一）年度报告逾期发布（3个）`.
pub fn class_heading(position: usize, class: &ProblemClass) -> String {
    format!("（{}）{}（{}个）", chinese_number(position), class.title, class.confirmed)
}

/// How widely the check could look, and the rule.
pub fn class_sentence(class: &ProblemClass) -> String {
    let mut parts = Vec::new();
    if class.checked.of > 0 {
        parts.push(format!("应查{}项，实查{}项", class.checked.of, class.checked.done));
    }
    parts.push(format!("确认问题{}个，涉及{}个考核对象", class.confirmed, class.statements.len()));
    if class.suspected > 0 {
        parts.push(format!("另有{}个待核查", class.suspected));
    }
    let basis =
        if class.basis.is_empty() { String::new() } else { format!("检查依据：{}。", ended(&class.basis)) };
    format!("{}。{basis}", parts.join("，"))
}

/// The text without a closing full stop, so that a sentence can carry on.
fn ended(text: &str) -> &str {
    text.trim().trim_end_matches(['。', '；', '.'])
}

/// The subjects of a statement: `“政策解读”、“人事信息”等5项`.
pub fn subjects(statement: &Statement) -> String {
    let mut distinct: Vec<&str> = Vec::new();
    for subject in &statement.subjects {
        if !distinct.contains(&subject.as_str()) {
            distinct.push(subject);
        }
    }
    let named: Vec<String> = distinct.iter().take(NAMED_SUBJECTS).map(|subject| quoted(subject)).collect();
    let rest = if distinct.len() > NAMED_SUBJECTS { format!("等{}项", distinct.len()) } else { String::new() };
    format!("{}{rest}", named.join("、"))
}

fn quoted(subject: &str) -> String {
    if subject.starts_with(['《', '“']) { subject.to_owned() } else { format!("“{subject}”") }
}

/// Where the annex proves it: `附件2第3项`, `附件2第3—5项`.
pub fn citation(statement: &Statement, annex: usize) -> String {
    match (statement.numbers.first(), statement.numbers.last()) {
        (Some(first), Some(last)) if first != last => format!("附件{annex}第{first}—{last}项"),
        (Some(only), _) => format!("附件{annex}第{only}项"),
        _ => String::new(),
    }
}

/// Of each class of units: how many, mean, grades, and who leads.
pub fn score_sentences(bulletin: &Bulletin) -> Vec<String> {
    let mut classes: Vec<&str> = Vec::new();
    for score in bulletin.units.iter().filter_map(|unit| unit.score.as_ref()) {
        if !classes.contains(&score.class.as_str()) {
            classes.push(&score.class);
        }
    }
    classes.into_iter().map(|class| class_score_sentence(bulletin, class)).collect()
}

fn class_score_sentence(bulletin: &Bulletin, class: &str) -> String {
    let scored: Vec<_> = bulletin
        .units
        .iter()
        .filter_map(|unit| Some((unit, unit.score.as_ref().filter(|score| score.class == class)?)))
        .collect();
    let sum: Decimal = scored.iter().map(|(_, score)| score.percent).sum();
    let mean = (sum / Decimal::from(scored.len().max(1)))
        .round_dp_with_strategy(1, rust_decimal::RoundingStrategy::MidpointAwayFromZero);
    let mut grades: Vec<(&str, usize)> = Vec::new();
    for grade in scored.iter().filter_map(|(_, score)| score.grade.as_deref()) {
        match grades.iter_mut().find(|(known, _)| *known == grade) {
            Some((_, number)) => *number += 1,
            None => grades.push((grade, 1)),
        }
    }
    let grades: Vec<String> = grades.into_iter().map(|(grade, number)| format!("{grade}{number}个")).collect();
    let leaders: Vec<&str> = scored
        .iter()
        .filter(|(_, score)| score.rank.is_some_and(|rank| rank <= 3))
        .map(|(unit, _)| unit.unit.as_str())
        .collect();
    let name = if class.is_empty() { "纳入考核的对象".to_owned() } else { format!("{class}考核对象") };
    let mut sentence = format!("{name}共{}个，平均得分率{}%", scored.len(), points(mean));
    if !grades.is_empty() {
        sentence.push_str(&format!("，其中{}", grades.join("、")));
    }
    // Naming three leaders of three says nothing.
    if !leaders.is_empty() && leaders.len() < scored.len() {
        sentence.push_str(&format!("；位次居前的是{}", leaders.join("、")));
    }
    sentence.push('。');
    sentence
}

pub fn pending_sentence(bulletin: &Bulletin) -> Option<String> {
    (!bulletin.pending.is_empty()).then(|| {
        format!(
            "有{}项指标需要的数据尚未报送，暂按满分计入，数据到位后重新计分（见附件{}）。",
            bulletin.pending.len(),
            annexes(bulletin).iter().position(|annex| *annex == Annex::Method).map_or(0, |at| at + 1)
        )
    })
}

pub fn unmeasured_sentence(bulletin: &Bulletin) -> String {
    let whole = bulletin.unmeasured.iter().filter(|row| row.cause.is_none()).count();
    let pages: usize = bulletin.unmeasured.iter().map(|row| row.pages).sum();
    let mut parts = Vec::new();
    if whole > 0 {
        parts.push(format!("{whole}个网站本季度未能完成检查"));
    }
    if pages > 0 {
        parts.push(format!("{pages}个页面未能读取"));
    }
    if parts.is_empty() {
        "应查网站和页面均已检查。".to_owned()
    } else {
        format!("{}。未能检查不等于存在问题，均未作为问题计算。", parts.join("，"))
    }
}

/// Why a row of the third annex could not be looked at.
pub fn cause(row: &Unmeasured) -> String {
    match row.cause {
        Some(cause) => Cause::chinese(cause).to_owned(),
        None if row.note.is_empty() => "本季度未完成检查".to_owned(),
        None => format!("本季度未完成检查：{}", row.note),
    }
}

pub fn rectification(bulletin: &Bulletin) -> Vec<String> {
    let duty = &bulletin.rectification;
    let deadline = match duty.deadline {
        Some(deadline) => format!("，即于{}前完成整改并书面报送整改情况", day(deadline)),
        None => "完成整改并书面报送整改情况".to_owned(),
    };
    vec![
        format!("各有关单位要对照问题清单逐项整改，自本通报印发之日起{}个工作日内{deadline}。", duty.working_days),
        "整改结果由后续检查复核，复核合格后予以销号；逾期未整改或整改后再次出现的，按考核细则处理。".to_owned(),
        "对通报的问题有异议的，请在整改期限内书面提出并附证明材料，经核查后更正。".to_owned(),
    ]
}

/// The rules of counting, for the method note.
pub fn method_notes(bulletin: &Bulletin) -> Vec<String> {
    let mut notes = vec![
        "网上检查由程序逐夜访问网站并留存页面快照，发现的疑似问题须经人工核查确认后方可通报和计分。".to_owned(),
        "受安全防护拦截、访问超时、页面乱码等未能检查的，不作为问题；“未能检查”与“检查合格”分别统计。".to_owned(),
        "合格率＝未发现经确认问题的考核对象数÷已检查的考核对象数；百分数保留一位小数，四舍五入。".to_owned(),
        "问题清单所列编号与问题日志一致，每一问题均可调取访问时间、页面快照和判断依据。".to_owned(),
    ];
    if bulletin.rectification.deadline.is_none() {
        notes.push("整改期限所在年度的节假日安排尚未录入，期限按工作日数执行，不换算日期。".to_owned());
    }
    notes
}

/// Where a finding stands, for the annex.
pub fn state(state: &FindingState) -> &'static str {
    match state {
        FindingState::Confirmed | FindingState::Notified => "待整改",
        other => other.chinese(),
    }
}

/// The annexes a bulletin may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Annex {
    Units,
    Findings,
    Unmeasured,
    Method,
}

impl Annex {
    pub fn title(self) -> &'static str {
        match self {
            Annex::Units => "考核对象检查情况表",
            Annex::Findings => "经确认的问题清单",
            Annex::Unmeasured => "未能检查的情况",
            Annex::Method => "检查和计分口径说明",
        }
    }
}

/// Those a bulletin has, in order; the first is 附件1.
pub fn annexes(bulletin: &Bulletin) -> Vec<Annex> {
    let mut annexes = vec![Annex::Units];
    if !bulletin.findings.is_empty() {
        annexes.push(Annex::Findings);
    }
    if !bulletin.unmeasured.is_empty() {
        annexes.push(Annex::Unmeasured);
    }
    annexes.push(Annex::Method);
    annexes
}

/// What the unit table says of the result: 未能检查 is not a clean sheet.
pub fn unit_remark(unit: &UnitResult) -> &'static str {
    match (unit.measured, unit.confirmed) {
        (false, _) => "未能检查",
        (true, 0) => "无确认问题",
        (true, found) if found == unit.fixed => "已全部整改",
        (true, _) => "待整改",
    }
}

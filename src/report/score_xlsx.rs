//! The score as an Excel workbook: totals, points by row, every reason, and by what was scored.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    ReportError,
    workbook::{self, Cell, Sheet},
};
use crate::model::{
    Entry, Rulebook, ScoreReport, ScoreSheet, rulebook::Clause, score_parts::Place, score_sheet::AdjustmentKind,
};

/// So many entries are named with a reason; the others are counted.
const NAMED_ENTRIES: usize = 30;
/// So many left-out entries are listed.
const LISTED_SKIPPED: usize = 1000;

/// The workbook's bytes. `rulebook` is the table as it was read, with its switches.
pub fn render(rulebook: &Rulebook, report: &ScoreReport) -> Result<Vec<u8>, ReportError> {
    let sheets = [totals(rulebook, report), rows(rulebook, report), reasons(rulebook, report), notes(rulebook, report)];
    workbook::write(&rulebook.title, report.period.to, &sheets)
        .map_err(|source| ReportError::Workbook { report: "score", source })
}

fn title(rulebook: &Rulebook, report: &ScoreReport, what: &str) -> String {
    format!("{}　{what}　（{} 至 {}）", rulebook.title, report.period.from, report.period.to)
}

/// 总分表: a line a unit; the sections and the adjustments add up to the total.
fn totals(rulebook: &Rulebook, report: &ScoreReport) -> Sheet {
    let weighted = rulebook.weighted();
    let provisional = report.units.iter().any(|sheet| sheet.provisional_total.is_some());
    let mut header = vec!["名次", "单位", "总分", "满分", "得分率", "等次"];
    if provisional {
        header.push("含待核查的总分");
    }
    let mut header: Vec<Cell> = header.into_iter().map(Cell::text).collect();
    header.extend(rulebook.sections.iter().map(|section| match section.weight {
        Some(weight) => Cell::Text(format!("{}（{}分）", section.name, weight.normalize())),
        None => Cell::text(&section.name),
    }));
    header.extend(["加分及其他调整", "待补数据"].map(Cell::text));
    let line = |sheet: &ScoreSheet| {
        let scored = |cell: Cell| if weighted { cell } else { Cell::text("—") };
        let mut line = vec![
            sheet.rank.map_or(Cell::Empty, |rank| Cell::Number(rank.into())),
            Cell::text(&sheet.unit),
            scored(Cell::Number(sheet.total)),
            Cell::Number(sheet.full_mark),
            scored(Cell::Percent(sheet.percent)),
            Cell::Text(grade(sheet)),
        ];
        if provisional {
            line.push(sheet.provisional_total.map_or(Cell::Empty, Cell::Number));
        }
        line.extend(sheet.sections.iter().map(|section| match section.weight {
            None if section.score.is_zero() => Cell::Empty,
            _ => scored(Cell::Number(section.score)),
        }));
        line.push(scored(Cell::Number(sheet.adjustments.iter().map(|adjustment| adjustment.points).sum())));
        let pending = sheet.pending.iter().map(|id| format!("{id} {}", title_of(rulebook, id)));
        line.push(Cell::Text(pending.collect::<Vec<_>>().join("\n")));
        line
    };
    Sheet {
        name: "总分表",
        title: title(rulebook, report, "总分表"),
        header: vec![header],
        rows: report.units.iter().map(line).collect(),
        fixed_columns: 2,
        widest: 24,
        one_page_wide: true,
    }
}

fn grade(sheet: &ScoreSheet) -> String {
    match (&sheet.grade, sheet.vetoed) {
        (Some(grade), true) => format!("{grade}（一票否决）"),
        (None, true) => "一票否决".to_owned(),
        (grade, false) => grade.clone().unwrap_or_default(),
    }
}

/// 指标得分: a line a unit, a column a row of the table; each line adds up to the total.
fn rows(rulebook: &Rulebook, report: &ScoreReport) -> Sheet {
    type Row<'r> = (Option<usize>, &'r Clause);
    let clauses: Vec<Row<'_>> = rulebook.clauses().collect();
    let section_of = |section: Option<usize>| section.and_then(|number| rulebook.sections.get(number));
    let head = |what: &str, of: &dyn Fn(&Row<'_>) -> Cell| {
        let mut line = vec![Cell::text(what)];
        line.extend(clauses.iter().map(of));
        line
    };
    let weight = |clause: &Clause| clause.weight.map_or(Cell::Empty, Cell::Number);
    let mut header = vec![
        head("一级指标", &|(section, _)| Cell::text(section_of(*section).map_or("其他指标", |found| &found.name))),
        head("编号", &|(_, clause)| Cell::text(&clause.id)),
        head("赋分", &|(_, clause)| weight(clause)),
        head("单位", &|(_, clause)| Cell::text(&clause.title)),
    ];
    for (line, (bounds, total)) in header.iter_mut().zip([("", ""), ("", ""), ("", ""), ("限额等调整", "总分")])
    {
        line.extend([Cell::text(bounds), Cell::text(total)]);
    }
    let line = |sheet: &ScoreSheet| {
        let mut points: BTreeMap<String, Decimal> = BTreeMap::new();
        let mut rest = Decimal::ZERO;
        for (place, part) in sheet.parts(rulebook) {
            match place {
                Place::Clause(id) => drop(points.insert(id, part)),
                Place::Section(_) | Place::Total => rest += part,
            }
        }
        let mut line = vec![Cell::text(&sheet.unit)];
        line.extend(clauses.iter().map(|(_, clause)| match points.get(&clause.id) {
            None => Cell::Empty,
            Some(_) if !sheet.weighted() => Cell::text(if sheet.unmet.contains(&clause.id) { "未达到" } else { "" }),
            Some(part) if sheet.pending.contains(&clause.id) => Cell::Provisional(*part),
            Some(part) => Cell::Number(*part),
        }));
        match sheet.weighted() {
            true => line.extend([Cell::Number(rest), Cell::Number(sheet.total)]),
            false => line.extend([Cell::Empty, Cell::text("—")]),
        }
        line
    };
    Sheet {
        name: "指标得分",
        title: title(rulebook, report, "指标得分"),
        header,
        rows: report.units.iter().map(line).collect(),
        fixed_columns: 1,
        widest: 16,
        one_page_wide: false,
    }
}

/// 扣分明细: a line for every reason for points, with the entries behind it.
fn reasons(rulebook: &Rulebook, report: &ScoreReport) -> Sheet {
    let mut rows = Vec::new();
    for sheet in &report.units {
        for row in &sheet.clauses {
            let (section, clause) = place_of(rulebook, &row.clause);
            for trace in row.trace.iter().filter(|trace| !trace.points.is_zero() || !trace.entries.is_empty()) {
                let step = trace.step.as_ref().and_then(|step| clause?.step(step));
                rows.push(vec![
                    Cell::text(&sheet.unit),
                    Cell::text(section),
                    Cell::text(&row.clause),
                    Cell::text(clause.map_or("", |clause| &clause.title)),
                    Cell::text(step.map_or("本项上限", |step| &step.title)),
                    Cell::Number(trace.points),
                    Cell::text(&trace.reason),
                    Cell::Text(entries_text(&trace.entries)),
                ]);
            }
        }
        rows.extend(beside_rows(rulebook, sheet));
    }
    let header = ["单位", "一级指标", "编号", "指标", "扣（加）分项", "分值", "说明", "记录"];
    Sheet {
        name: "扣分明细",
        title: title(rulebook, report, "扣分明细"),
        header: vec![header.map(Cell::text).to_vec()],
        rows,
        fixed_columns: 1,
        widest: 44,
        one_page_wide: true,
    }
}

/// What bounds, vetoes and averages do beside the rows.
fn beside_rows(rulebook: &Rulebook, sheet: &ScoreSheet) -> Vec<Vec<Cell>> {
    let line = |section: &str, clause: Option<&String>, what: &str, points: Decimal, reason: &str| {
        let clause = clause.map(String::as_str).unwrap_or_default();
        vec![
            Cell::text(&sheet.unit),
            Cell::text(section),
            Cell::text(clause),
            Cell::Text(title_of(rulebook, clause)),
            Cell::text(what),
            Cell::Number(points),
            Cell::text(reason),
            Cell::Empty,
        ]
    };
    let parts: BTreeMap<Place, Decimal> = sheet.parts(rulebook).into_iter().collect();
    let mut rows = Vec::new();
    for section in &sheet.sections {
        if let (Some(reason), Some(points)) = (&section.reason, parts.get(&Place::Section(section.name.clone()))) {
            rows.push(line(&section.name, None, "一级指标限额", *points, reason));
        }
    }
    for adjustment in &sheet.adjustments {
        let what = match adjustment.kind {
            AdjustmentKind::Veto => "一票否决",
            AdjustmentKind::Cap => "总分限额",
            AdjustmentKind::Average => "平均分",
            // Told with their rows.
            AdjustmentKind::Bonus | AdjustmentKind::Major => continue,
        };
        let section = adjustment.clause.as_ref().map_or("", |clause| place_of(rulebook, clause).0);
        rows.push(line(section, adjustment.clause.as_ref(), what, adjustment.points, &adjustment.reason));
    }
    rows
}

fn place_of<'r>(rulebook: &'r Rulebook, id: &str) -> (&'r str, Option<&'r Clause>) {
    let found = rulebook.clauses().find(|(_, clause)| clause.id == id);
    let section = found.and_then(|(section, _)| rulebook.sections.get(section?));
    (section.map_or("其他指标", |section| &section.name), found.map(|(_, clause)| clause))
}

fn title_of(rulebook: &Rulebook, clause: &str) -> String {
    rulebook.clause(clause).map(|clause| clause.title.clone()).unwrap_or_default()
}

/// The entries, one a line: day, what, number.
fn entries_text(entries: &[Entry]) -> String {
    let mut lines: Vec<String> = entries.iter().take(NAMED_ENTRIES).map(entry_text).collect();
    if entries.len() > NAMED_ENTRIES {
        lines.push(format!("……共{}条", entries.len()));
    }
    lines.join("\n")
}

fn entry_text(entry: &Entry) -> String {
    let about = [&entry.note, &entry.subject, &entry.check].into_iter().flatten().next();
    let id = entry.id.as_ref().map(|id| format!("（{id}）")).unwrap_or_default();
    let url = entry.url.as_ref().map(|url| format!(" {url}")).unwrap_or_default();
    let date = entry.date.map(|date| format!("{date} ")).unwrap_or_default();
    format!("{date}{}{id}{url}", about.map_or("", String::as_str))
}

/// 说明: the table, the period, how its ambiguous places were read, and what was left out.
fn notes(rulebook: &Rulebook, report: &ScoreReport) -> Sheet {
    let plan = &rulebook.plan;
    let mut rows: Vec<(String, String)> = [
        ("评分表", rulebook.title.clone()),
        ("编号", rulebook.id.clone()),
        ("考核类别", rulebook.class.clone()),
        ("考核方案", plan.title.clone()),
        ("文号", plan.number.clone().unwrap_or_default()),
        ("在方案中的位置", plan.place.clone()),
        ("评分期", format!("{} 至 {}", report.period.from, report.period.to)),
        ("满分", rulebook.full_mark.normalize().to_string()),
        ("考核单位", format!("{}个", report.units.len())),
    ]
    .map(|(what, text)| (what.to_owned(), text))
    .to_vec();
    for grade in &rulebook.grades {
        rows.push(("等次".into(), format!("{}：{}分及以上", grade.name, grade.from.normalize())));
    }
    if !rulebook.weighted() {
        rows.push(("分值".into(), "方案未定各项分值，只列未达到的项".into()));
    }
    rows.push(("总分表".into(), "总分＝各一级指标得分＋加分及其他调整".into()));
    rows.push(("指标得分".into(), "含加分；斜体灰底者待补数据，暂按满分计；各列相加为总分".into()));
    rows.push(("计分记录".into(), "只计经人工确认的记录；待核查、已排除和限期豁免的不计分".into()));
    for switch in &report.switched {
        rows.push(("本次另行选用".into(), switch.clone()));
    }
    for reading in &rulebook.readings {
        let says = reading.options.get(&reading.chosen).map_or("", |option| &option.says);
        rows.push((
            format!("读法 {}", reading.id),
            format!("{}：{}\n采用：{says}（{}={}）", reading.place, reading.problem, reading.id, reading.chosen),
        ));
    }
    let mut unpriced: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in &report.unpriced {
        *unpriced.entry(entry.check.as_deref().unwrap_or_default()).or_default() += 1;
    }
    let told = |(check, count): (&str, usize)| format!("{check} {count}条{}", rulebook.clue_note(check));
    rows.extend(unpriced.into_iter().map(|unpriced| ("本表不计分的检查结果".into(), told(unpriced))));
    for bad in report.skipped.iter().take(LISTED_SKIPPED) {
        rows.push(("未采用的记录".into(), bad.to_string()));
    }
    if report.skipped.len() > LISTED_SKIPPED {
        rows.push(("未采用的记录".into(), format!("……共{}条", report.skipped.len())));
    }
    Sheet {
        name: "说明",
        title: title(rulebook, report, "说明"),
        header: vec![["项目", "内容"].map(Cell::text).to_vec()],
        rows: rows.into_iter().map(|(what, text)| vec![Cell::Text(what), Cell::Text(text)]).collect(),
        fixed_columns: 0,
        widest: 100,
        one_page_wide: true,
    }
}

//! The Chinese sentence of every line of a difference.

use rust_decimal::Decimal;

use super::fates::Fate;
use crate::{
    model::{
        Entry, Rulebook, ScoreSheet,
        rulebook::{Clause, Step},
        score_parts::Place,
        score_sheet::AdjustmentKind,
    },
    score::wording::plain,
};

/// So many entries are named; the others are counted.
const NAMED: usize = 3;

/// What changed in the table for a place.
pub fn rulebook(before: &Rulebook, after: &Rulebook, place: &Place) -> String {
    match place {
        Place::Clause(id) => match (before.clause(id), after.clause(id)) {
            (None, Some(_)) => "细则新增本项".to_owned(),
            (Some(_), None) => "细则取消本项".to_owned(),
            (Some(before), Some(after)) => clause(before, after),
            (None, None) => "细则有变化".to_owned(),
        },
        Place::Section(name) => {
            let weight = |book: &Rulebook| {
                book.sections.iter().find(|section| section.name == *name).and_then(|section| section.weight)
            };
            changed("权重", weight(before), weight(after)).unwrap_or_else(|| "细则其他规定的变化".to_owned())
        }
        Place::Total => "细则其他规定的变化".to_owned(),
    }
}

fn clause(before: &Clause, after: &Clause) -> String {
    let mut parts: Vec<String> = [
        changed("赋分", before.weight, after.weight),
        changed("扣分上限", before.cap, after.cap),
        changed("加分上限", before.bonus_cap, after.bonus_cap),
    ]
    .into_iter()
    .flatten()
    .collect();
    for step in &after.steps {
        match before.step(&step.id) {
            None => parts.push(format!("新增“{}”", step.title)),
            Some(old) if old == step => {}
            Some(old) => parts.push(step_changed(old, step)),
        }
    }
    parts.extend(
        before.steps.iter().filter(|old| after.step(&old.id).is_none()).map(|old| format!("取消“{}”", old.title)),
    );
    match parts.is_empty() {
        false => format!("细则改动：{}", parts.join("、")),
        true if before == after => "本项条文未变，细则其他规定的变化影响到本项".to_owned(),
        true => "本项条文有改动".to_owned(),
    }
}

fn step_changed(before: &Step, after: &Step) -> String {
    match changed("", before.points, after.points).or_else(|| changed("上限", before.cap, after.cap)) {
        Some(points) => format!("“{}”{points}", after.title),
        None => format!("“{}”的规定有改动", after.title),
    }
}

fn changed(what: &str, before: Option<Decimal>, after: Option<Decimal>) -> Option<String> {
    let shown = |points: Option<Decimal>| points.map_or("无".to_owned(), |points| format!("{}分", plain(points)));
    (before != after).then(|| format!("{what}由{}改为{}", shown(before), shown(after)))
}

/// Which reading is taken instead of which.
pub fn reading(before: &Rulebook, after: &Rulebook, id: &str) -> String {
    let says = |book: &Rulebook| {
        let reading = book.readings.iter().find(|reading| reading.id == id)?;
        Some(reading.options.get(&reading.chosen)?.says.clone())
    };
    match (says(before), says(after)) {
        (Some(before), Some(after)) => format!("{id}的读法由“{before}”改为“{after}”"),
        _ => format!("{id}的读法改变"),
    }
}

/// Which entries are not as they were.
pub fn fates(fates: &[&Fate<'_>]) -> String {
    let of_kind = |wanted: fn(&Fate<'_>) -> bool| -> Vec<&Fate<'_>> {
        fates.iter().copied().filter(|fate| wanted(fate)).collect()
    };
    let kinds = [
        ("新增记录", of_kind(|fate| matches!(fate, Fate::Added(_)))),
        ("撤去记录", of_kind(|fate| matches!(fate, Fate::Removed(_)))),
        ("更改记录", of_kind(|fate| matches!(fate, Fate::Changed { .. }))),
        ("核查结论改变", of_kind(|fate| matches!(fate, Fate::Decided { .. }))),
    ];
    let said = |(what, fates): &(&str, Vec<&Fate<'_>>)| {
        let named: Vec<String> = fates.iter().take(NAMED).map(|fate| named(fate)).collect();
        let more = if fates.len() > NAMED { "等" } else { "" };
        format!("{what}{}条：{}{more}", fates.len(), named.join("、"))
    };
    kinds.iter().filter(|(_, fates)| !fates.is_empty()).map(said).collect::<Vec<_>>().join("；")
}

fn named(fate: &Fate<'_>) -> String {
    let label = label(fate.entry());
    match fate {
        Fate::Added(_) | Fate::Removed(_) => label,
        Fate::Changed { before, after } => format!("{label}{}", fields(before, after)),
        Fate::Decided { before, after } => {
            format!("{label}由{}改为{}", before.status().chinese(), after.status().chinese())
        }
    }
}

/// How people know the entry: its note or subject, its number, its day.
fn label(entry: &Entry) -> String {
    let about = [&entry.note, &entry.subject, &entry.check].into_iter().flatten().next();
    let about = about.map(|about| format!("“{about}”")).unwrap_or_default();
    match (&entry.id, entry.date) {
        (Some(id), _) if about.is_empty() => id.clone(),
        (Some(id), _) => format!("{about}（{id}）"),
        (None, Some(date)) => format!("{about}（{date}）"),
        (None, None) if about.is_empty() => "（未编号）".to_owned(),
        (None, None) => about,
    }
}

/// The fields that say something else, 数量2→3.
fn fields(before: &Entry, after: &Entry) -> String {
    let number = |number: Option<Decimal>| number.map(|number| plain(number).to_string());
    let fields = |entry: &Entry| {
        [
            ("单位", Some(entry.unit.clone())),
            ("指标", entry.clause.clone()),
            ("分项", entry.step.clone()),
            ("检查项", entry.check.clone()),
            ("日期", entry.date.map(|date| date.to_string())),
            ("数量", number(Some(entry.count.unwrap_or(Decimal::ONE)))),
            ("分子", number(entry.numerator)),
            ("分母", number(entry.denominator)),
            ("数值", number(entry.value)),
            ("名次", entry.rank.map(|rank| rank.to_string())),
            ("级别", entry.level.map(|level| level.chinese().to_owned())),
            ("事项", entry.subject.clone()),
            ("不适用", entry.not_applicable.then(|| "是".to_owned())),
        ]
    };
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "无".to_owned());
    fields(before)
        .iter()
        .zip(&fields(after))
        .filter(|((_, before), (_, after))| before != after)
        .map(|((name, before), (_, after))| format!(" {name}{}→{}", shown(before), shown(after)))
        .collect()
}

/// How the points of a place moved.
pub fn moved(place: &Place, before: Option<Decimal>, after: Option<Decimal>) -> String {
    let shown = |points: Option<Decimal>| points.map_or("无".to_owned(), |points| format!("{}分", plain(points)));
    match place {
        Place::Clause(_) => format!("本项由{}变为{}", shown(before), shown(after)),
        Place::Section(_) => format!("本部分的限额调整由{}变为{}", shown(before), shown(after)),
        Place::Total => format!("总分的限额调整由{}变为{}", shown(before), shown(after)),
    }
}

/// The bound that acts on a section or on the total now, or that acted before.
pub fn bound(before: &ScoreSheet, after: &ScoreSheet, place: &Place) -> Option<String> {
    let says = |sheet: &ScoreSheet| -> Vec<String> {
        match place {
            Place::Clause(_) => Vec::new(),
            Place::Section(name) => sheet
                .sections
                .iter()
                .filter(|section| section.name == *name)
                .filter_map(|one| one.reason.clone())
                .collect(),
            Place::Total => {
                let of_total = sheet.adjustments.iter().filter(|one| one.kind == AdjustmentKind::Cap);
                of_total.map(|one| one.reason.clone()).collect()
            }
        }
    };
    let (before, after) = (says(before), says(after));
    match (before.is_empty(), after.is_empty()) {
        (_, false) => Some(after.join("；")),
        (false, true) => Some(format!("不再适用：{}", before.join("；"))),
        (true, true) => None,
    }
}

//! Kind `gazette-sequence`: numbers are missing in the row of a gazette's issues.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use regex::Regex;
use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, unread},
};
use crate::{
    model::{Cause, ColumnFacts, Subject, Verdict},
    text::{normalise, pattern},
};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GazetteSequence {
    /// Standard name of the column that gathers the issues.
    pub column: String,
    /// Calendar years that are looked at, the present one included.
    pub years: i16,
}

impl Rule for GazetteSequence {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let named = case.columns_named(&self.column);
        let columns: Vec<&ColumnFacts> =
            named.iter().flat_map(|column| std::iter::once(*column).chain(case.below(column))).collect();
        let mut issues: BTreeMap<i16, BTreeSet<u32>> = BTreeMap::new();
        for column in &columns {
            let around = year_in(&normalise(&column.name));
            let rows = column.entries.iter().map(|entry| entry.title.as_str());
            for title in rows.chain([column.name.as_str()]) {
                if let Some((year, numbers)) = issue(title, around) {
                    issues.entry(year).or_default().extend(numbers);
                }
            }
        }
        let earliest = issues.keys().next().copied();
        let last = case.context.as_of.year();
        let years: Vec<i16> = (last - self.years + 1..=last).collect();
        years
            .into_iter()
            .map(|year| {
                let subject = Subject::new(format!("gazette:{year}"), format!("{year}年政府公报"));
                let Some(column) = named.first() else {
                    return Judgement::new(subject, Verdict::NotApplicable, format!("未找到“{}”栏目", self.column));
                };
                let numbers = issues.get(&year);
                judge_year(case, column, &columns, subject, numbers, earliest == Some(year))
            })
            .collect()
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }
}

fn judge_year(
    case: &Case<'_>,
    column: &ColumnFacts,
    columns: &[&ColumnFacts],
    subject: Subject,
    numbers: Option<&BTreeSet<u32>>,
    is_earliest: bool,
) -> Judgement {
    let say = |verdict, reason: String| Judgement::new(subject.clone(), verdict, reason).at(&column.url);
    let partly = columns.iter().find_map(|part| {
        let half = part.pages_total.is_some_and(|total| part.pages_read < total).then_some(Cause::Budget);
        Some((*part, unread(part).or(half)?))
    });
    let range = numbers.and_then(|numbers| Some((numbers, *numbers.first()?, *numbers.last()?)));
    let Some((numbers, lowest, highest)) = range else {
        return match partly {
            Some((part, cause)) => {
                say(Verdict::NotMeasurable(cause), format!("“{}”未读全（{cause}），看不到期号", part.name))
            }
            None => say(Verdict::NotApplicable, "栏目中没有写明该年期号的公报".to_owned()),
        };
    };
    // The first issue put on line need not be the first of its year.
    let start = if is_earliest { lowest } else { 1 };
    let missing: Vec<u32> = (start..=highest).filter(|number| !numbers.contains(number)).collect();
    let count = numbers.len();
    if missing.is_empty() {
        return say(Verdict::Passed, format!("已见{count}期，第{start}期至第{highest}期连续"));
    }
    let listed = |numbers: &[u32]| numbers.iter().map(|number| number.to_string()).collect::<Vec<_>>().join("、");
    let reason = format!("已见{count}期，最后一期为第{highest}期，缺第{}期", listed(&missing));
    if let Some((part, cause)) = partly {
        let reason = format!("{reason}；但“{}”未读全（{cause}），不作判断", part.name);
        return say(Verdict::NotMeasurable(cause), reason);
    }
    let shown = columns.iter().map(|part| proof::column(case, part, format!("读取{}条", part.entries.len())));
    if missing.len() > count {
        let reason = format!("{reason}；缺号多于已见，期号可能另有编法，请人工判断");
        return say(Verdict::NeedsReview, reason).with(shown);
    }
    let seen: Vec<u32> = numbers.iter().copied().collect();
    say(Verdict::Failed, format!("{reason}（已见第{}期）", listed(&seen))).with(shown)
}

fn year_in(title: &str) -> Option<i16> {
    static YEAR: LazyLock<Regex> = LazyLock::new(|| pattern(r"((?:19|20)\d\d)(?:年|·|\.|-|\()?"));
    YEAR.captures(title)?[1].parse().ok()
}

/// Year and numbers of the issue that a title names: “2022年第3期（总第88期）”, “2022年第3、4期合刊”.
fn issue(title: &str, around: Option<i16>) -> Option<(i16, Vec<u32>)> {
    static ALL_TOLD: LazyLock<Regex> = LazyLock::new(|| pattern(r"总第?\d+[期号]|总期数:?\d+"));
    static ISSUE: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?:第|年|\.|-|^)(\d{1,2}|[一二三四五六七八九十]{1,3})(?:[期号]?[-、,~至—–和](?:第)?(\d{1,2}))?[期号辑]",
        )
    });
    let title = normalise(title);
    if ["文件", "令第", "决定", "通知"].iter().any(|word| title.contains(word)) {
        return None;
    }
    let title = ALL_TOLD.replace_all(&title, "");
    let year = year_in(&title).or(around)?;
    let found = ISSUE.captures(&title)?;
    let first = number(&found[1])?;
    let last = found.get(2).and_then(|last| last.as_str().parse().ok()).unwrap_or(first);
    (first >= 1 && (first..first + 12).contains(&last)).then(|| (year, (first..=last).collect()))
}

fn number(text: &str) -> Option<u32> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let digit = |letter: char| "零一二三四五六七八九".chars().position(|known| known == letter);
    let value = match text.split_once('十') {
        Some((tens, ones)) => {
            let tens = tens.chars().next().map_or(Some(1), digit)?;
            tens * 10 + ones.chars().next().map_or(Some(0), digit)?
        }
        None => digit(text.chars().next()?)?,
    };
    u32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issues_as_titles_write_them() {
        for (title, year, numbers) in [
            ("青河市人民政府公报2022年第3期（总第88期）", 2022, vec![3]),
            ("2022年第03期", 2022, vec![3]),
            ("2022年第3、4期合刊", 2022, vec![3, 4]),
            ("2022年第3期至第4期", 2022, vec![3, 4]),
            ("青河政报 2021年第十二期", 2021, vec![12]),
            ("第2期", 2020, vec![2]),
        ] {
            assert_eq!(issue(title, Some(2020)), Some((year, numbers)), "{title}");
        }
        for title in ["青政发〔2022〕3号文件", "2022年统计公报", "公报（总第88期）"] {
            assert_eq!(issue(title, None), None, "{title}");
        }
    }
}

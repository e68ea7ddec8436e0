//! The scorer's answer as several pages show it. Loads what the log holds, lets `score` judge, and words the result.

use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{Services, failure::Failure};
use crate::{
    model::{
        Entry, EntryStatus, Finding, Rulebook, beijing_date,
        rulebook::Period,
        score_sheet::{BadEntry, ScoreReport},
    },
    score::{self, cohort::Cohort, roster::Roster},
};

/// The days a page scores, from its address.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct WantedPeriod {
    pub from: Option<Date>,
    pub to: Option<Date>,
}

/// A change of points with its sign, and the class that colours it.
pub struct Points {
    pub shown: String,
    pub class: &'static str,
}

/// What confirming one finding takes from its unit.
pub struct Cost {
    /// Of the clause, with its sign.
    pub points: Points,
    pub clause: String,
    pub reason: String,
}

impl Services {
    pub fn rulebook(&self) -> Result<&Rulebook, Failure> {
        Ok(self.catalog.rulebook(&self.rulebook).map_err(anyhow::Error::msg)?)
    }

    /// The period asked for; else the rulebook's own where it is running, else this calendar year.
    pub fn period(&self, wanted: WantedPeriod) -> Result<Period, Failure> {
        let today = beijing_date((self.clock)());
        let own = self.rulebook()?.period;
        let year = Period { from: date(today.year(), 1, 1), to: date(today.year(), 12, 31) };
        let usual = if own.contains(today) { own } else { year };
        let period = Period { from: wanted.from.unwrap_or(usual.from), to: wanted.to.unwrap_or(usual.to) };
        if period.to < period.from {
            return Err(Failure::Refused("起始日期晚于截止日期。".to_owned()));
        }
        Ok(period)
    }
}

/// A period's entries and what the scorer made of them.
pub struct Scored {
    pub entries: Vec<Entry>,
    pub report: ScoreReport,
    /// Entries that fit nothing and were left out, one line each.
    pub rejected: Vec<String>,
}

/// Everything the log holds for the period, scored; entries that fit nothing are left out and listed.
pub async fn report(services: &Services, period: Period) -> Result<Scored, Failure> {
    let entries = cohort(services)?.entries(services.log.scoring_entries(period.from, period.to).await?);
    let report = scored(services, &entries, period)?;
    let rejected = report.skipped.iter().map(|bad| rejection(entries.get(bad.line.wrapping_sub(1)), bad)).collect();
    Ok(Scored { entries, report, rejected })
}

/// What confirming `finding` takes from its unit: the unit scored with it and without it. Without a cost, why.
pub async fn costs_of(services: &Services, finding: &Finding) -> Result<(Vec<Cost>, String), Failure> {
    let period = services.period(WantedPeriod::default())?;
    if !period.contains(finding.first_seen) {
        return Ok((
            Vec::new(),
            format!("首次发现于 {}，不在评分期（{} 至 {}）内。", finding.first_seen, period.from, period.to),
        ));
    }
    let others: Vec<Entry> = services.log.scoring_entries(period.from, period.to).await?;
    let with_status = |status: EntryStatus| -> Vec<Entry> {
        let mut entries: Vec<Entry> =
            others.iter().filter(|entry| entry.unit == finding.identity.unit).cloned().collect();
        for entry in entries.iter_mut().filter(|entry| entry.id.as_ref() == Some(&finding.id)) {
            entry.status = Some(status);
        }
        entries
    };
    let without = scored(services, &with_status(EntryStatus::Dismissed), period)?;
    let with = scored(services, &with_status(EntryStatus::Confirmed), period)?;
    let sheet = |report: &ScoreReport| report.units.iter().find(|sheet| sheet.unit == finding.identity.unit).cloned();
    let (Some(without), Some(with)) = (sheet(&without), sheet(&with)) else {
        return Ok((Vec::new(), "该单位不在评分表的考核对象之内，不计分。".to_owned()));
    };
    let rulebook = services.rulebook()?;
    let costs: Vec<Cost> = with
        .clauses
        .iter()
        .filter_map(|clause| {
            let trace = clause
                .trace
                .iter()
                .find(|trace| trace.entries.iter().any(|entry| entry.id.as_ref() == Some(&finding.id)))?;
            let before = without.clauses.iter().find(|other| other.clause == clause.clause);
            let change = (clause.bonus - clause.deducted)
                - before.map_or(Decimal::ZERO, |before| before.bonus - before.deducted);
            let title = rulebook.clause(&clause.clause).map_or(clause.clause.as_str(), |clause| &clause.title);
            Some(Cost { points: signed(change), clause: title.to_owned(), reason: trace.reason.clone() })
        })
        .collect();
    Ok((costs, "评分表没有为这一检查项规定分值，确认后只列入问题清单，不扣分。".to_owned()))
}

/// Whether the scorer would take `entry`; else why not, in Chinese.
pub fn try_entry(services: &Services, entry: &Entry) -> Result<Result<(), String>, Failure> {
    let date = entry.date.unwrap_or_else(|| beijing_date((services.clock)()));
    let period = services.period(WantedPeriod::default())?;
    if !period.contains(date) {
        return Ok(Err(format!("日期须在评分期 {} 至 {} 之内", period.from, period.to)));
    }
    let report = scored(services, std::slice::from_ref(entry), period)?;
    Ok(match report.skipped.first() {
        Some(bad) => Err(misfit_in_words(bad)),
        None => Ok(()),
    })
}

/// Units a person may record something about: the configured ones, then the rest of the plan's list.
pub fn units_to_enter(services: &Services) -> Result<Vec<String>, Failure> {
    let rulebook = services.rulebook()?;
    let roster = Roster::of(rulebook, services.catalog.units_of(rulebook));
    let mut units = services.unit_names();
    let known: Vec<String> = units.iter().filter_map(|unit| roster.find(unit).ok()).collect();
    units.extend(roster.members().iter().filter(|unit| !known.contains(unit)).cloned());
    Ok(units)
}

/// The configured units that this rulebook is for.
fn cohort(services: &Services) -> Result<Cohort, Failure> {
    let rulebook = services.rulebook()?;
    let configured = services.portals.iter().flat_map(|portal| &portal.units);
    Ok(Cohort::of(rulebook, services.catalog.units_of(rulebook), configured))
}

fn scored(services: &Services, entries: &[Entry], period: Period) -> Result<ScoreReport, Failure> {
    let rulebook = services.rulebook()?;
    let cohort = cohort(services)?;
    let known = |check: &str| services.catalog.check_ids.contains(check);
    let options = score::Options {
        period: Some(period),
        include_flagged: true,
        skip_bad: true,
        units: cohort.units.clone(),
        known_check: Some(&known),
        ..score::Options::default()
    };
    let faults = |bad: Vec<BadEntry>| {
        let lines: Vec<String> = bad.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("cannot score: {}", lines.join("; "))
    };
    Ok(score::score(rulebook, cohort.list.as_ref(), entries, &[], &options).map_err(faults)?)
}

/// A number without needless zeros.
pub fn plain(number: &Decimal) -> String {
    number.normalize().to_string()
}

/// A change with its sign: a true minus, for it is read by people.
pub fn signed(change: Decimal) -> Points {
    let size = plain(&change.abs());
    match change {
        change if change.is_zero() => Points { shown: size, class: "quiet" },
        change if change.is_sign_negative() => Points { shown: format!("−{size}"), class: "lost" },
        _ => Points { shown: format!("+{size}"), class: "won" },
    }
}

fn rejection(entry: Option<&Entry>, bad: &BadEntry) -> String {
    let about = entry.map(|entry| {
        let what = [&entry.note, &entry.clause, &entry.check].into_iter().flatten().next();
        format!("{} {}", entry.unit, what.map_or("", String::as_str))
    });
    format!("{}：{}", about.unwrap_or_default(), misfit_in_words(bad))
}

/// What is wrong with an entry, for people; the scorer's own words are for the command line.
fn misfit_in_words(bad: &BadEntry) -> String {
    let words = match bad.field.as_str() {
        "unit" => "单位不在本评分表的考核对象之内",
        "clause" => "评分表中没有这项指标，或该指标不适用于这个单位",
        "step" => "评分表中没有这个扣（加）分项，或须指明是哪一项",
        "check" => "没有这个检查项",
        "date" => "日期未填，或不在评分期内",
        "count" => "数量须为不小于零的数",
        "numerator" | "denominator" => "分子、分母须成对填写，分母须大于零，分子不得为负",
        "value" => "得分或数值未填，或超出范围",
        "rank" => "排名未填，或不是正整数",
        "level" => "须注明级别，或这一级别不在评分表中",
        "status" => "状态无法识别",
        _ => "与评分表不符",
    };
    words.to_owned()
}

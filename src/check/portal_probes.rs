//! Kind `portal-probes`: how often in a week the home page could not be opened (国办秘函〔2019〕19号 单项否决“站点无法访问”),
//! and how long it took to open (国办发〔2017〕47号 附件网页设计规范).

use jiff::Timestamp;
use serde::Deserialize;

use super::{Judgement, Rule, scope::Case};
use crate::model::{Availability, Cause, Evidence, Subject, UnopenedProbe, Verdict, beijing_date, beijing_time};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortalProbes {
    /// Days that must have been watched, the last ones before the inspection.
    pub days: usize,
    /// Probes that must count on each of them.
    pub per_day: u32,
    pub fault: Fault,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// This share of the probes, or more, did not open the page.
    Unreachable { percent: u32 },
    /// The page took longer, in the middle of all times. Of the page itself only, and over our own network: a person
    /// must look.
    Slow { milliseconds: u32 },
}

impl Rule for PortalProbes {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let subject = Subject::new("home", "网站首页");
        let url = &case.facts.url;
        if !case.runs_the_portal() {
            return vec![Judgement::new(subject, Verdict::NotApplicable, "网站首页由其他单位负责")];
        }
        let Some(week) = &case.facts.availability else {
            let reason = "检查前一周没有首页访问监测记录";
            return vec![Judgement::new(subject, Verdict::NotApplicable, reason)];
        };
        let (verdict, mut reason) = match (self.lack(week), self.fault) {
            (Some(lack), _) => lack,
            (None, Fault::Unreachable { percent }) => self.unreachable(week, percent),
            (None, Fault::Slow { milliseconds }) => self.slow(week, milliseconds),
        };
        reason.push_str(&left_out(week));
        let mut evidence = vec![Evidence { url: url.clone(), note: summary(week), ..Evidence::default() }];
        evidence.extend(by_day(&week.unopened).map(|day| Evidence {
            url: url.clone(),
            at: day.first().map(|probe| probe.at),
            text: day.iter().map(told).collect::<Vec<_>>().join("、"),
            note: format!("打不开{}次", day.len()),
            ..Evidence::default()
        }));
        vec![Judgement::new(subject, verdict, reason).at(url).with(evidence)]
    }
}

impl PortalProbes {
    /// Why the week says nothing, if it does not.
    fn lack(&self, week: &Availability) -> Option<(Verdict, String)> {
        let days = || week.per_day.iter().rev().take(self.days).copied();
        let short = days().filter(|count| *count < self.per_day).count() + self.days.saturating_sub(days().count());
        if short == 0 {
            return None;
        }
        let reason = format!(
            "监测{}天，有{short}天的有效访问不到{}次（最少的一天{}次），次数不足，不作判断",
            self.days,
            self.per_day,
            days().min().unwrap_or_default()
        );
        Some((Verdict::NotMeasurable(self.blame(week)), reason))
    }

    /// What kept the probes from being enough: too few of them, or what became of them.
    fn blame(&self, week: &Availability) -> Cause {
        let wanted = u64::from(self.per_day) * self.days as u64;
        if u64::from(week.counted() + week.left_out()) < wanted {
            return Cause::TooFewProbes;
        }
        match week.undecided.iter().max_by_key(|(_, count)| **count) {
            Some((cause, count)) if *count > week.own_outages => *cause,
            _ if week.own_outages > 0 => Cause::OurOutage,
            _ => Cause::TooFewProbes,
        }
    }

    fn unreachable(&self, week: &Availability, percent: u32) -> (Verdict, String) {
        let (counted, unopened) = (week.counted(), week.unopened.len() as u64);
        let said = format!("监测{}天，间隔性访问{counted}次", self.days);
        if unopened == u64::from(counted) && week.unopened.iter().all(|probe| may_be_a_wall(probe.cause)) {
            // Never seen open, and nothing ever answered: perhaps it is only us who are kept out.
            let reason = format!(
                "{said}，没有一次能打开，也没有任何响应：网站不能访问，或者网址有误、检查方的访问被拦截，请人工核实"
            );
            return (Verdict::NeedsReview, reason);
        }
        let tenths = unopened * 1000 / u64::from(counted).max(1);
        let share = format!("{}.{}%", tenths / 10, tenths % 10);
        if unopened * 100 >= u64::from(counted) * u64::from(percent) && unopened > 0 {
            (Verdict::Failed, format!("{said}，打不开{unopened}次，占{share}，超过（含）{percent}%"))
        } else {
            (Verdict::Passed, format!("{said}，打不开{unopened}次，占{share}，不到{percent}%"))
        }
    }

    fn slow(&self, week: &Availability, limit: u32) -> (Verdict, String) {
        let (Some(median), Some(slowest)) = (week.median_ms, week.slowest_ms) else {
            let cause = week.unopened.last().map_or(Cause::Other, |probe| probe.cause);
            return (Verdict::NotMeasurable(cause), format!("监测{}天，首页没有一次能打开", self.days));
        };
        let opened = u64::from(week.counted()).saturating_sub(week.unopened.len() as u64);
        let said = format!(
            "监测{}天，首页打开{opened}次，用时的中位数{}，最长{}",
            self.days,
            seconds(median),
            seconds(slowest)
        );
        if median > limit {
            let reason = format!("{said}，超过{}；请人工打开，排除检查方网络的原因", seconds(limit));
            (Verdict::NeedsReview, reason)
        } else {
            (Verdict::Passed, format!("{said}，未超过{}", seconds(limit)))
        }
    }
}

/// Whether a wall that keeps out whoever inspects would look like this.
fn may_be_a_wall(cause: Cause) -> bool {
    matches!(cause, Cause::Reset | Cause::Refused | Cause::ConnectTimeout | Cause::Timeout)
}

/// `；另有…不计入`, or nothing.
fn left_out(week: &Availability) -> String {
    let own = (week.own_outages > 0).then(|| format!("检查方网络中断{}次", week.own_outages));
    let others = week.undecided.iter().map(|(cause, count)| format!("{cause}{count}次"));
    let parts: Vec<String> = own.into_iter().chain(others).collect();
    if parts.is_empty() { String::new() } else { format!("；另有{}，不计入", parts.join("、")) }
}

/// The whole week in one line.
fn summary(week: &Availability) -> String {
    let minute = |at: Timestamp| beijing_time(at).strftime("%Y-%m-%d %H:%M").to_string();
    let span = match (week.from, week.until) {
        (Some(from), Some(until)) => format!("{}至{}，", minute(from), minute(until)),
        _ => String::new(),
    };
    let days: Vec<String> = week.per_day.iter().map(ToString::to_string).collect();
    let mut line = format!("{span}逐日（每24小时）有效访问{}次，每次只访问一次，不重试", days.join("、"));
    if let (Some(slowest), Some(at)) = (week.slowest_ms, week.slowest_at) {
        line.push_str(&format!("；打开最慢的一次{}（{}）", seconds(slowest), minute(at)));
    }
    line
}

/// Probes of one Beijing day together.
fn by_day(probes: &[UnopenedProbe]) -> impl Iterator<Item = &[UnopenedProbe]> {
    probes.chunk_by(|a, b| beijing_date(a.at) == beijing_date(b.at))
}

fn told(probe: &UnopenedProbe) -> String {
    let at = beijing_time(probe.at).strftime("%m-%d %H:%M");
    if probe.detail.is_empty() {
        format!("{at}{}", probe.cause)
    } else {
        format!("{at}{}（{}）", probe.cause, probe.detail)
    }
}

/// Milliseconds as seconds with one digit after the point.
fn seconds(milliseconds: u32) -> String {
    format!("{}.{}秒", milliseconds / 1000, milliseconds % 1000 / 100)
}

//! From probes of a home page to what they tell of a week.

use jiff::{SignedDuration, Timestamp};

use crate::model::{Availability, Cause, Probe, ProbeResult, UnopenedProbe};

/// Days that checks look at (19号: 监测1周).
pub const DAYS: usize = 7;
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Where so many days of 24 hours that end at `until` begin.
pub fn first_moment(until: Timestamp, days: usize) -> Timestamp {
    let span = i32::try_from(days).map_or(SignedDuration::MAX, |days| DAY * days);
    until.saturating_sub(span).unwrap_or(until)
}

/// What the probes of so many days up to and including `until` tell; later and earlier ones are passed over.
pub fn availability(probes: &[Probe], until: Timestamp, days: usize) -> Availability {
    let from = first_moment(until, days);
    let mut probes: Vec<&Probe> = probes.iter().filter(|probe| probe.at > from && probe.at <= until).collect();
    probes.sort_by_key(|probe| (probe.at, probe.slot));
    let mut week =
        Availability { from: Some(from), until: Some(until), per_day: vec![0; days], ..Availability::default() };
    let mut opened = Vec::new();
    for probe in probes {
        match probe.result() {
            ProbeResult::OwnOutage => {
                week.own_outages += 1;
                continue;
            }
            ProbeResult::Undecided => {
                *week.undecided.entry(probe.cause.unwrap_or(Cause::Other)).or_default() += 1;
                continue;
            }
            ProbeResult::Unopened => week.unopened.push(UnopenedProbe {
                at: probe.at,
                cause: probe.cause.unwrap_or(Cause::Other),
                detail: probe.detail.clone(),
            }),
            ProbeResult::Opened => opened.extend(probe.whole_ms.map(|took| (took, probe.at))),
        }
        if let Some(day) = week.per_day.get_mut(day_of(probe.at, from)) {
            *day += 1;
        }
    }
    opened.sort_unstable();
    week.median_ms = opened.get(opened.len().saturating_sub(1) / 2).map(|(took, _)| *took);
    week.slowest_ms = opened.last().map(|(took, _)| *took);
    week.slowest_at = opened.last().map(|(_, at)| *at);
    week
}

/// Which of the days it is; a moment at which one ends belongs to it.
fn day_of(at: Timestamp, from: Timestamp) -> usize {
    let into = at.duration_since(from).as_nanos() - 1;
    usize::try_from(into / DAY.as_nanos()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNTIL: &str = "2022-11-16T02:00:00+08:00";

    fn probe(hours_before: i64, cause: Option<Cause>, control: Option<bool>, whole_ms: Option<u32>) -> Probe {
        let until: Timestamp = UNTIL.parse().unwrap();
        let at = until - SignedDuration::from_hours(hours_before);
        Probe {
            portal: "city".into(),
            slot: at,
            at,
            url: "http://www.example.gov.cn/".into(),
            cause,
            detail: String::new(),
            status: None,
            first_byte_ms: None,
            whole_ms,
            control,
            requests: 1,
            bytes: 0,
        }
    }

    fn week(probes: &[Probe]) -> Availability {
        availability(probes, UNTIL.parse().unwrap(), DAYS)
    }

    #[test]
    fn a_probe_an_hour_makes_twenty_four_a_day() {
        let probes: Vec<Probe> = (-5..200).map(|hour| probe(hour, None, None, Some(100))).collect();
        assert_eq!(week(&probes).per_day, [24; DAYS]);
        assert_eq!(week(&probes[..30]).per_day, [0, 0, 0, 0, 0, 1, 24], "six of them are later");
    }

    #[test]
    fn what_is_not_the_portals_fault_counts_nowhere() {
        let probes = [
            probe(1, Some(Cause::Timeout), Some(true), None),
            probe(2, Some(Cause::Timeout), Some(false), None),
            probe(3, Some(Cause::Timeout), None, None),
            probe(4, Some(Cause::BotShield), Some(true), None),
            probe(5, Some(Cause::OurOutage), Some(true), None),
            probe(6, None, Some(false), Some(7)),
        ];
        let week = week(&probes);
        assert_eq!((week.counted(), week.unopened.len(), week.own_outages), (2, 1, 2));
        assert_eq!(week.undecided.into_iter().collect::<Vec<_>>(), [(Cause::Timeout, 1), (Cause::BotShield, 1)]);
    }

    #[test]
    fn the_middle_and_the_longest_time_are_of_those_that_opened() {
        let took = [900, 100, 300, 200];
        let probes: Vec<Probe> =
            took.iter().zip(1..).map(|(took, hour)| probe(hour, None, None, Some(*took))).collect();
        let told = week(&probes);
        assert_eq!((told.median_ms, told.slowest_ms, told.slowest_at), (Some(200), Some(900), Some(probes[0].at)));
        let none = week(&[probe(1, Some(Cause::Dns), Some(true), None)]);
        assert_eq!((none.median_ms, none.slowest_ms), (None, None));
    }
}

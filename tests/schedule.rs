//! Cron lines as people write them.

use jiff::Timestamp;
use mingcha::{
    jobs::schedule::Schedule,
    model::{beijing_time, beijing_zone},
};

/// The first `count` times after a Beijing time, as Beijing times without seconds.
fn times(line: &str, after: &str, count: usize) -> Vec<String> {
    let schedule: Schedule = line.parse().unwrap_or_else(|error| panic!("{error}"));
    let mut at: Timestamp = beijing_zone().to_timestamp(after.parse().unwrap()).unwrap();
    let mut times = Vec::new();
    for _ in 0..count {
        at = schedule.next_after(at).unwrap();
        times.push(beijing_time(at).strftime("%Y-%m-%d %H:%M").to_string());
    }
    times
}

fn fault(line: &str) -> String {
    line.parse::<Schedule>().map(|_| "none".to_owned()).unwrap_or_else(|error| error.to_string())
}

#[test]
fn a_nightly_line_runs_every_night_in_beijing() {
    assert_eq!(
        times("30 1 * * *", "2026-12-30T01:29:59", 3),
        ["2026-12-30 01:30", "2026-12-31 01:30", "2027-01-01 01:30"]
    );
    let first: Schedule = "30 1 * * *".parse().unwrap();
    let utc: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
    assert_eq!(first.next_after(utc).unwrap().to_string(), "2026-06-01T17:30:00Z");
}

#[test]
fn the_moment_itself_is_never_the_next_one() {
    assert_eq!(times("30 1 * * *", "2026-06-01T01:30:00", 1), ["2026-06-02 01:30"]);
    assert_eq!(times("30 1 * * *", "2026-06-01T01:30:00.5", 1), ["2026-06-02 01:30"]);
}

#[test]
fn what_was_missed_is_due_once() {
    let schedule: Schedule = "30 1 * * *".parse().unwrap();
    let beijing = |text: &str| beijing_zone().to_timestamp(text.parse().unwrap()).unwrap();
    let due = |after: &str, until: &str| {
        schedule.due(beijing(after), beijing(until)).map(|tick| beijing_time(tick).to_string())
    };
    assert_eq!(due("2026-06-01T01:30:00", "2026-06-02T01:29:59"), None);
    assert_eq!(due("2026-06-01T01:30:00", "2026-06-02T01:30:00"), Some("2026-06-02T01:30:00".into()));
    assert_eq!(due("2026-06-01T01:30:00", "2026-06-05T09:00:00"), Some("2026-06-05T01:30:00".into()), "the last one");
    assert_eq!(due("2026-06-05T01:30:00", "2026-06-05T09:00:00"), None);
    assert_eq!(due("2026-06-05T09:00:00", "2026-06-01T00:00:00"), None, "a clock that was set back");
}

#[test]
fn lists_ranges_and_steps() {
    assert_eq!(
        times("0,30 8-10/2 * * *", "2026-06-01T00:00:00", 5),
        ["2026-06-01 08:00", "2026-06-01 08:30", "2026-06-01 10:00", "2026-06-01 10:30", "2026-06-02 08:00"]
    );
    assert_eq!(
        times("*/25 0 * * *", "2026-06-01T00:00:00", 3),
        ["2026-06-01 00:25", "2026-06-01 00:50", "2026-06-02 00:00"]
    );
}

#[test]
fn weekdays_are_ordinary_ones() {
    // 1 June 2026 is a Monday.
    assert_eq!(times("0 2 * * 1", "2026-05-31T12:00:00", 2), ["2026-06-01 02:00", "2026-06-08 02:00"]);
    assert_eq!(times("0 2 * * mon", "2026-05-31T12:00:00", 1), ["2026-06-01 02:00"]);
    for sunday in ["0", "7", "sun", "SUN"] {
        assert_eq!(times(&format!("0 2 * * {sunday}"), "2026-06-01T00:00:00", 1), ["2026-06-07 02:00"], "{sunday}");
    }
    for week_end in ["6,0", "6-7", "sat-sun", "6,7"] {
        assert_eq!(
            times(&format!("0 2 * * {week_end}"), "2026-06-01T00:00:00", 3),
            ["2026-06-06 02:00", "2026-06-07 02:00", "2026-06-13 02:00"],
            "{week_end}"
        );
    }
    assert_eq!(times("0 2 * * 1-5", "2026-06-05T12:00:00", 1), ["2026-06-08 02:00"]);
    assert_eq!(
        times("0 2 * * */2", "2026-06-01T00:00:00", 4),
        ["2026-06-02 02:00", "2026-06-04 02:00", "2026-06-06 02:00", "2026-06-07 02:00"]
    );
}

#[test]
fn either_day_suffices_where_both_are_restricted() {
    // The 13th, and every Friday (5 June 2026).
    assert_eq!(
        times("0 0 13 * 5", "2026-06-01T00:00:00", 4),
        ["2026-06-05 00:00", "2026-06-12 00:00", "2026-06-13 00:00", "2026-06-19 00:00"]
    );
    // A step over all days is no restriction: both must fit.
    assert_eq!(times("0 0 */10 * 5", "2026-06-01T00:00:00", 2), ["2026-07-31 00:00", "2026-08-21 00:00"]);
    assert_eq!(times("0 0 13 * *", "2026-06-01T00:00:00", 2), ["2026-06-13 00:00", "2026-07-13 00:00"]);
}

#[test]
fn months_by_number_and_name_and_short_months() {
    assert_eq!(times("0 0 1 Jan,jul *", "2026-02-01T00:00:00", 2), ["2026-07-01 00:00", "2027-01-01 00:00"]);
    assert_eq!(times("0 0 31 * *", "2026-01-31T00:00:00", 2), ["2026-03-31 00:00", "2026-05-31 00:00"]);
    assert_eq!(times("0 0 29 2 *", "2026-01-01T00:00:00", 2), ["2028-02-29 00:00", "2032-02-29 00:00"]);
}

#[test]
fn bad_lines_say_what_is_wrong_with_which_field() {
    assert_eq!(
        fault("30 1 * *"),
        "schedule \"30 1 * *\" has 4 fields; write five: minute hour day-of-month month weekday"
    );
    assert_eq!(
        fault("0 30 1 * * *"),
        "schedule \"0 30 1 * * *\" has 6 fields; write five: minute hour day-of-month month weekday"
    );
    for (line, what) in [
        ("60 1 * * *", "minute \"60\" cannot be read: 60 is not from 0 to 59"),
        ("30 24 * * *", "hour \"24\" cannot be read: 24 is not from 0 to 23"),
        ("0 0 0 * *", "day of month \"0\" cannot be read: 0 is not from 1 to 31"),
        ("0 0 * 13 *", "month \"13\" cannot be read: 13 is not from 1 to 12"),
        ("0 0 * * 8", "weekday \"8\" cannot be read: 8 is not from 0 to 7"),
        ("0 0 * * 星期一", "weekday \"星期一\" cannot be read: \"星期一\" is neither a number nor a name such as mon"),
        ("0 5-3 * * *", "hour \"5-3\" cannot be read: the range 5-3 runs backwards"),
        ("*/0 * * * *", "minute \"*/0\" cannot be read: the step \"0\" is no number from 1 to 59"),
        ("5/15 * * * *", "minute \"5/15\" cannot be read: a step needs a range or *, such as 0-59/2"),
        ("1,,2 * * * *", "minute \"1,,2\" cannot be read: \"\" is no number"),
        ("+1 * * * *", "minute \"+1\" cannot be read: \"+1\" is no number"),
        ("0 0 ? * *", "day of month \"?\" cannot be read: \"?\" is no number"),
        ("0 0 L * *", "day of month \"L\" cannot be read: \"L\" is no number"),
    ] {
        assert_eq!(fault(line), format!("schedule {line:?}: {what}"));
    }
    assert_eq!(fault("0 0 31 2 *"), "schedule \"0 0 31 2 *\" names no day that exists");
    assert!(fault("").contains("0 fields"));
}

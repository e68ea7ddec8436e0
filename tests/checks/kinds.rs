//! Edge cases of each kind that are of no use to an inspector as examples. Written as the check files write theirs.

use mingcha::{
    catalog::yaml,
    check::Example,
    model::{Outcome, Subject, Verdict},
};

use super::catalog;

/// Each case must give its outcome under the check of that id.
fn hold(id: &str, cases: &[&str]) {
    let catalog = catalog();
    let check = catalog.checks.iter().find(|check| check.id == id).expect("a known check");
    for case in cases {
        let example: Example = yaml::read("case", case).unwrap_or_else(|problem| panic!("{problem}\n{case}"));
        if let Some(mismatch) = example.mismatch(check, &catalog.lexicon, &catalog.calendar) {
            panic!("{id}: {mismatch}\n{case}");
        }
    }
}

#[test]
fn freshness_counts_months_to_the_day_and_takes_the_newest_row_wherever_it_stands() {
    hold(
        "column-stale",
        &[
            r#"
says: six months after 31 August end on 28 February
as_of: 2023-02-28
facts:
  columns: [{key: /tzgg/, name: 通知公告, entries: [{title: 甲, date: "2022-08-31"}]}]
subject: column:/tzgg/
outcome: passed
"#,
            r#"
says: a day later it is over
as_of: 2023-03-01
facts:
  columns: [{key: /tzgg/, name: 通知公告, entries: [{title: 甲, date: "2022-08-31"}]}]
subject: column:/tzgg/
outcome: failed
reason: 应于2023-02-28前更新
"#,
            r#"
says: a first-level column lives by the columns under it
as_of: 2022-11-16
facts:
  columns:
    - {key: /gzdt/, name: 工作动态, children: [/gzdt/jj/]}
    - {key: /gzdt/jj/, name: 街镇, parent: /gzdt/, entries: [{title: 甲, date: "2022-11-15"}]}
subject: column:/gzdt/
outcome: passed
"#,
            r#"
says: a column whose parts have a class of their own is not counted twice
as_of: 2022-11-16
facts:
  columns:
    - {key: /xw/, name: 工作动态, children: [/xw/yw/], entries: [{title: 甲, date: "2022-01-15"}]}
    - {key: /xw/yw/, name: 要闻, parent: /xw/, entries: [{title: 甲, date: "2022-01-15"}]}
subject: column:/xw/
outcome: not_applicable
reason: 分别检查下级栏目
"#,
            r#"
says: and its part is told with its own name
as_of: 2022-11-16
facts:
  columns:
    - {key: /xw/, name: 工作动态, children: [/xw/yw/], entries: [{title: 甲, date: "2022-01-15"}]}
    - {key: /xw/yw/, name: 县区动态, parent: /xw/, entries: [{title: 甲, date: "2022-01-15"}]}
subject: column:/xw/yw/
outcome: failed
reason: “县区动态”（工作动态类）
"#,
            r#"
says: what an unread column under it may hold is not held against it
as_of: 2022-11-16
facts:
  columns:
    - {key: /gzdt/, name: 工作动态, children: [/gzdt/jj/], entries: [{title: 甲, date: "2022-01-15"}]}
    - {key: /gzdt/jj/, name: 街镇, parent: /gzdt/, state: {unreadable: {cause: timeout}}}
subject: column:/gzdt/
outcome: not_measurable(timeout)
"#,
            r#"
says: a list that runs from old to new and was not read to its end
as_of: 2022-11-16
facts:
  columns:
    - key: /gzdt/
      name: 工作动态
      pages_read: 1
      pages_total: 3
      entries: [{title: 甲, date: "2020-01-15"}, {title: 乙, date: "2020-02-15"}]
subject: column:/gzdt/
outcome: needs_review
"#,
            r#"
says: a date that lies ahead does not make a column fresh
as_of: 2022-11-16
facts:
  columns: [{key: /gzdt/, name: 工作动态, entries: [{title: 甲, date: "2029-01-15"}, {title: 乙, date: "2022-02-15"}]}]
subject: column:/gzdt/
outcome: failed
"#,
            r#"
says: an undated list whose pages were not read says nothing
as_of: 2022-11-16
facts:
  columns: [{key: /gzdt/, name: 工作动态, entries: [{title: 甲, url: "http://www.example.gov.cn/1.html"}]}]
subject: column:/gzdt/
outcome: not_measurable(budget)
"#,
        ],
    );
}

#[test]
fn required_columns_know_kinds_of_content() {
    hold(
        "required-column-empty",
        &[
            r#"
says: a column that is one file
as_of: 2022-11-16
facts: {columns: [{key: /zn/, name: 政府信息公开指南, attachments: 1}]}
subject: column:政府信息公开指南
outcome: passed
"#,
            r#"
says: of two columns of that name one is filled
as_of: 2022-11-16
facts:
  columns:
    - {key: /a/, name: 通知公告}
    - {key: /b/, name: 公示公告, entries: [{title: 甲}]}
subject: column:通知公告
outcome: passed
"#,
            r#"
says: a column that only leads away is judged elsewhere
as_of: 2022-11-16
facts: {columns: [{key: /jyta/, name: 建议提案办理, outward_links: 2, text_length: 30}]}
subject: column:建议提案办理
outcome: not_applicable
"#,
            r#"
says: an entry that was not visited
as_of: 2022-11-16
facts: {columns: [{key: /jyta/, name: 建议提案办理, state: not_visited}]}
subject: column:建议提案办理
outcome: not_measurable(budget)
"#,
        ],
    );
    hold(
        "required-column-leads-away",
        &[r#"
says: all rows of the list stand on another host
as_of: 2022-11-16
facts:
  columns:
    - key: /gzdt/
      name: 工作动态
      entries: [{title: 甲, url: "https://mp.weixin.qq.com/s/1"}, {title: 乙, url: "https://mp.weixin.qq.com/s/2"}]
subject: column:工作动态
outcome: failed
reason: mp.weixin.qq.com
"#],
    );
    hold(
        "required-column-missing",
        &[
            r#"
says: an entry beyond the budget is an entry
as_of: 2022-11-16
facts: {columns: [{key: /jyta/, name: 建议提案办理, state: not_visited}], coverage: {cut_short: true}}
subject: column:建议提案办理
outcome: passed
"#,
            r#"
says: the platform's entry is dead; what hung there may have moved
as_of: 2022-11-16
facts: {columns: [{key: /zfxxgk/, name: 政府信息公开, state: {unreadable: {cause: not_found}}}]}
subject: column:政府信息公开指南
outcome: needs_review
reason: 入口已失效
"#,
            r#"
says: the disclosure platform is on another host
as_of: 2022-11-16
facts: {columns: [{key: /zfxxgk/, name: 政府信息公开, state: {leads_away: {host: xxgk.example.cn}}}]}
subject: column:政府信息公开指南
outcome: needs_review
reason: xxgk.example.cn
"#,
            r#"
says: a shared column counts for every unit it is mapped to
as_of: 2022-11-16
units: [{name: 青河市民政局, kind: department, aliases: [市民政局]}, {name: 青河市教育局, kind: department}]
facts: {columns: [{key: /tzgg/, name: 通知公告, units: [青河市教育局, 市民政局]}]}
subject: column:通知公告
outcome: passed
"#,
        ],
    );
}

#[test]
fn reports_are_told_apart_by_year_unit_and_subject() {
    hold(
        "annual-report-missing",
        &[
            r#"
says: another yearly report in the report column is not this one
as_of: 2022-11-16
facts:
  columns:
    - {key: /nb/, name: 政府信息公开年报, entries: [{title: 青河市教育局2021年法治政府建设年度报告, url: "http://www.example.gov.cn/nb/9.html"}]}
  reports: [{key: /nb/9.html, title: 青河市教育局2021年法治政府建设年度报告, year: 2021, in_report_column: true}]
subject: report:2021
outcome: failed
"#,
            r#"
says: a row of that year that was not taken for a report
as_of: 2022-11-16
facts:
  columns:
    - {key: /nb/, name: 政府信息公开年报, entries: [{title: 2021年度信息公开情况报告, url: "http://www.example.gov.cn/nb/9.html"}]}
subject: report:2021
outcome: needs_review
"#,
            r#"
says: a department's report in the government's column is not the government's
as_of: 2022-11-16
units:
  - {name: 青河市人民政府, kind: government, aliases: [青河市]}
  - {name: 青河市教育局, kind: department, paths: [/bmxxgk/jyj/]}
facts:
  columns: [{key: /nb/, name: 政府信息公开年报}]
  reports: [{key: /nb/9.html, title: 青河市教育局2021年政府信息公开工作年度报告, year: 2021, in_report_column: true}]
subject: report:2021
outcome: failed
"#,
            r#"
says: the same report counts for the department it names
as_of: 2022-11-16
units:
  - {name: 青河市教育局, kind: department, paths: [/bmxxgk/jyj/]}
  - {name: 青河市人民政府, kind: government, aliases: [青河市]}
facts:
  reports: [{key: /nb/9.html, title: 青河市教育局2021年政府信息公开工作年度报告, year: 2021, in_report_column: true}]
subject: report:2021
outcome: passed
"#,
            r#"
says: the report of a unit that is not assessed, in the government's column
as_of: 2022-11-16
units: [{name: 青河市人民政府, kind: government, aliases: [青河市]}]
facts:
  columns: [{key: /nb/, name: 政府信息公开年报}]
  reports: [{key: /nb/9.html, title: 青河市民政局2021年政府信息公开工作年度报告, year: 2021, in_report_column: true}]
subject: report:2021
outcome: needs_review
"#,
            r#"
says: the year in Chinese numerals names nobody
as_of: 2022-11-16
facts:
  reports: [{key: /nb/9.html, title: 二〇二一年政府信息公开工作年度报告, year: 2021, in_report_column: true}]
subject: report:2021
outcome: passed
"#,
            r#"
says: a report list of three pages of which one was read
as_of: 2022-11-16
facts: {columns: [{key: /nb/, name: 政府信息公开年报, pages_read: 1, pages_total: 3, entries: [{title: 甲}]}]}
subject: report:2021
outcome: not_measurable(budget)
"#,
            r#"
says: the year of founding is owed
as_of: 2022-11-16
units: [{name: 青河市数据局, kind: department, founded: 2021-12-01}]
subject: report:2021
outcome: failed
"#,
        ],
    );
    hold(
        "annual-report-late",
        &[
            r#"
says: of two copies the earlier counts
as_of: 2022-11-16
facts:
  reports:
    - {key: /a.html, title: 2021年政府信息公开工作年度报告, year: 2021, published: "2022-02-16"}
    - {key: /b.html, title: 2021年政府信息公开工作年度报告, year: 2021, published: "2022-01-16"}
subject: report:2021
outcome: passed
"#,
            r#"
says: a date inside the year reported on is a slip
as_of: 2022-11-16
facts: {reports: [{key: /a.html, title: 2021年政府信息公开工作年度报告, year: 2021, published: "2021-01-16"}]}
subject: report:2021
outcome: needs_review
"#,
            r#"
says: a report that is a file shows its day in the list only
as_of: 2022-11-16
facts: {reports: [{key: /a.pdf, title: 2021年政府信息公开工作年度报告, year: 2021, published: "2022-02-16", unread_cause: not_html}]}
subject: report:2021
outcome: needs_review
"#,
        ],
    );
    hold(
        "annual-report-misplaced",
        &[r#"
says: a column of the year under the report column is the right place
as_of: 2022-11-16
facts:
  columns:
    - {key: /nb/, name: 政府信息公开年报, children: [/nb/2022/]}
    - {key: /nb/2022/, name: 2022年, parent: /nb/}
  reports: [{key: /nb/2022/1.html, title: 2021年政府信息公开工作年度报告, year: 2021, column: /nb/2022/}]
subject: report:2021
outcome: passed
"#],
    );
}

#[test]
fn interpretations_are_paired_by_number_and_not_by_passing_mention() {
    hold(
        "policy-without-interpretation",
        &[
            r#"
says: the interpretation gives the number only
as_of: 2022-11-16
facts:
  documents:
    - {key: /zc/1.html, title: 校外培训管理办法, number: 青教发〔2022〕8号, role: policy, published: "2022-09-20"}
    - {key: /jd/1.html, title: 青教发〔2022〕8号文件解读, role: interpretation, published: "2022-09-20"}
subject: document:/zc/1.html
outcome: passed
"#,
            r#"
says: the interpretation of another policy mentions this one
as_of: 2022-11-16
facts:
  columns: [{key: /jd/, name: 政策解读}]
  documents:
    - {key: /zc/1.html, title: 青河市校外培训管理办法, role: policy, published: "2022-09-20"}
    - {key: /zc/2.html, title: 青河市校外培训预收费监管细则, role: policy, published: "2022-09-20"}
    - {key: /jd/2.html, title: 《青河市校外培训预收费监管细则》解读, mentions: [青河市校外培训管理办法], role: interpretation, published: "2022-09-20"}
subject: document:/zc/1.html
outcome: failed
"#,
            r#"
says: the rest of the interpretation list was not read, and what was read is newer
as_of: 2022-11-16
facts:
  columns: [{key: /jd/, name: 政策解读, pages_read: 1, pages_total: 4, entries: [{title: 甲, date: "2022-10-20"}]}]
  documents: [{key: /zc/1.html, title: 青河市校外培训管理办法, role: policy, published: "2022-09-20"}]
subject: document:/zc/1.html
outcome: not_measurable(budget)
"#,
            r#"
says: the rest of the list is older than the policy
as_of: 2022-11-16
facts:
  columns: [{key: /jd/, name: 政策解读, pages_read: 1, pages_total: 4, entries: [{title: 甲, date: "2022-08-20"}]}]
  documents: [{key: /zc/1.html, title: 青河市校外培训管理办法, role: policy, published: "2022-09-20"}]
subject: document:/zc/1.html
outcome: failed
"#,
            r#"
says: an unread interpretation of unknown subject may be the one
as_of: 2022-11-16
facts:
  documents:
    - {key: /zc/1.html, title: 青河市校外培训管理办法, role: policy, published: "2022-09-20"}
    - {key: /jd/1.html, title: 家长关心的十个问题, role: interpretation, published: "2022-09-21", unread_cause: server_error}
subject: document:/zc/1.html
outcome: not_measurable(server_error)
"#,
        ],
    );
}

#[test]
fn rows_in_two_lists_complete_each_other() {
    hold(
        "dual-publicity-fields-missing",
        &[r#"
says: a summary list and a full one
as_of: 2022-11-16
facts:
  publicity:
    - {kind: licence, column: /a/, rows: [{key: 3号, published: "2022-10-20", fields: {行政相对人名称: 甲, 文书号: 3号}}]}
    - kind: licence
      column: /b/
      rows: [{key: 3号, published: "2022-10-21", fields: {许可类别: 普通, 许可内容: 准予, 决定日期: "2022-10-11", 决定机关: 教育局}}]
subject: publicity-row:3号
outcome: passed
"#],
    );
    hold(
        "dual-publicity-section-missing",
        &[r#"
says: the shared column holds penalties only
as_of: 2022-11-16
facts:
  columns: [{key: /sgs/, name: 双公示}]
  publicity: [{kind: penalty, column: /sgs/, rows: [{key: 1号}]}]
subject: publicity:licence
outcome: failed
reason: 未设行政许可公示
"#],
    );
}

/// Decision and last day of publication in time (dossier of two independent calendars).
#[test]
fn seven_working_days_over_holidays() {
    let catalog = catalog();
    let days = [
        ("2022-09-29", "2022-10-13"),
        ("2022-01-27", "2022-02-10"),
        ("2020-01-22", "2020-02-10"),
        ("2023-04-28", "2023-05-11"),
        ("2024-02-08", "2024-02-23"),
        ("2019-04-30", "2019-05-13"),
        ("2025-01-24", "2025-02-10"),
        ("2026-02-13", "2026-03-02"),
        ("2026-09-24", "2026-10-12"),
    ];
    let check = catalog.checks.iter().find(|check| check.id == "dual-publicity-late").expect("known");
    for (decided, last) in days {
        for (published, outcome) in [(last.parse().expect("a day"), "passed"), (next_day(last), "failed")] {
            let case = format!(
                "says: {decided}\nas_of: {published}\nfacts: {{publicity: [{{column: /a/, rows: [{{key: 1号, decided: {decided}, published: {published}}}]}}]}}\nsubject: publicity-row:1号\noutcome: {outcome}\n"
            );
            let example: Example = yaml::read("case", &case).unwrap_or_else(|problem| panic!("{problem}\n{case}"));
            assert_eq!(example.mismatch(check, &catalog.lexicon, &catalog.calendar), None, "{case}");
        }
    }
}

/// The next day that is no weekend: none of the vectors' next days is a holiday.
fn next_day(day: &str) -> jiff::civil::Date {
    let mut next: jiff::civil::Date = day.parse().expect("a day");
    loop {
        next = next.tomorrow().expect("in range");
        if next.weekday().to_monday_one_offset() <= 5 {
            return next;
        }
    }
}

#[test]
fn a_check_says_nothing_outside_its_time_and_its_units() {
    hold(
        "annual-report-missing",
        &[r#"
says: before the regulation was in force
as_of: 2019-05-14
subject: report:2018
outcome: not_applicable
reason: 自2019-05-15起适用
"#],
    );
}

#[test]
fn words_to_the_unit_carry_the_facts_and_leave_other_braces_alone() {
    let catalog = catalog();
    let mut check = catalog.checks.iter().find(|check| check.id == "annual-report-late").unwrap().clone();
    check.message = "{unit}：{subject}{reason}（{url}）{其他}".into();
    let outcome = Outcome {
        check: check.id.clone(),
        unit: "青河市教育局".into(),
        subject: Subject::new("report:2021", "{reason}报告"),
        outcome: Verdict::Failed,
        reason: "逾期".into(),
        url: Some("http://www.example.gov.cn/1".into()),
        evidence: Vec::new(),
    };
    assert_eq!(check.message_for(&outcome), "青河市教育局：{reason}报告逾期（http://www.example.gov.cn/1）{其他}");
    assert!(check.basis_line().contains("第711号"), "{}", check.basis_line());
}

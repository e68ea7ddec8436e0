//! The list of defects a rulebook file may have. Each is made by one exchange in a sound file, and told with file,
//! line, column, field, what is wrong and what to do; several at once are all told.

use std::{fs, path::Path, process::Command, sync::OnceLock};

use mingcha::{
    catalog::{Catalog, Problem, rulebooks},
    score::{self, Options},
};

/// A rulebook with a step of nearly every mechanism.
const SOUND: &str = "\
id: heyuan-2022
title: 河源市考核（试用）
class: B类
plan: { title: 试用方案, number: 河政办〔2022〕1号, issued: 2022-03-01, place: 附件1 }
period: { from: 2022-01-01, to: 2022-12-31 }
full_mark: 20
units: { list: heyuan, class: B }
places: 4
bounds: { clause: weight, section: weight, floor: 0, ceiling: 25, bonus: 5 }
grades:
  - { name: 优秀, from: 18 }
  - { name: 合格, from: 12 }
  - { name: 不合格, from: 0 }
sections:
  - name: 主动公开
    weight: 12
    clauses:
      - id: T1
        title: 年报
        weight: 6
        cap: 4
        observable: crawl
        units: [市教育局]
        steps:
          - { id: late, title: 年报超期, effect: deduct, points: 2, per: item, cap: 4, checks: [annual-report-late] }
          - { id: level, title: 被通报, effect: deduct, levels: { province: 2, city: 1 }, since: 2022-06-01 }
      - id: T2
        title: 瞒报率
        weight: 4
        steps:
          - { id: hidden, title: 瞒报率, effect: tiered-ratio, bands: [{ below: 0.2 }, { below: 0.5, loses: 2 }, { loses: 4 }] }
      - id: T3
        title: 回复率
        weight: 2
        steps:
          - { id: replied, title: 回复率不足, effect: percent-shortfall, points: 0.1, threshold: 95, cap: 2 }
  - name: 平台建设
    weight: 8
    clauses:
      - id: T4
        title: 采用数量
        weight: 4
        steps:
          - { id: place, title: 名次, effect: rank, first: 4, interval: 0.5, floor: 1 }
      - id: T5
        title: 测评
        weight: 2
        steps:
          - { id: score, title: 第三方得分, effect: external, factor: 0.02 }
      - id: T6
        title: 数量
        weight: 2
        steps:
          - { id: few, title: 篇数不足, effect: count-shortfall, threshold: 10, points: 0.5 }
          - { id: most, title: 错误最多, effect: rank-deduct, by_place: [1, 0.5] }
          - { id: without, title: 没有此项, effect: average, clauses: [T4] }
  - name: 加分与否决
    bonus_cap: 5
    clauses:
      - id: T7
        title: 表彰
        bonus_cap: 3
        steps:
          - { id: award, title: 受表彰, effect: bonus, tiers: [{ from: 3, points: 3 }, { from: 1, points: 1 }], unless: [T1] }
      - id: T8
        title: 重大失误
        steps:
          - { id: leak, title: 泄密, effect: veto, consequence: { total: 0, grade: 不合格 } }
exclusive:
  - { id: once, title: 同一事件只计一次, members: [T1.late, T3.replied], by: subject }
readings:
  - id: R1
    where: T1
    problem: 上限是否可改
    chosen: four
    options:
      four: { says: 上限4分 }
      six: { says: 上限6分, set: { T1.cap: 6 } }
";

const UNITS: &str = "\
id: heyuan
title: 河源市考核单位
source: 试用方案
classes:
  - class: B
    rulebook: heyuan-2022
    kind: department
    units: [{ name: 市教育局 }, { name: 市民政局 }]
";

/// What is exchanged, for what; then place and field, a part of what is wrong, a part of what to do.
type Defect = (&'static str, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const DEFECTS: &[Defect] = &[
    // The shape of the file.
    ("        cap: 4\n", "        capp: 4\n", "21:9 sections[0].clauses[0].capp", "unknown key capp", "did you mean cap? Otherwise take it out"),
    ("        cap: 4\n", "        colour: red\n", "21:9 sections[0].clauses[0].colour", "unknown key colour", "take it out; the keys here are bonus_cap,"),
    ("        title: 年报\n", "", "18:9 sections[0].clauses[0].title", "key title is missing", "add title:"),
    ("title: 河源市考核（试用）\n", "", "1:1 title", "key title is missing", "add title:"),
    ("        weight: 6\n", "        weight: 六\n", "20:17 sections[0].clauses[0].weight", "\"六\" is no number", "write digits only, such as 2 or 0.5"),
    ("        weight: 6\n", "        weight: \"6\"\n", "20:17 sections[0].clauses[0].weight", "is the text \"6\", where a number is wanted", "write 6 without quotes"),
    ("        weight: 6\n", "        weight: 6分\n", "20:17 sections[0].clauses[0].weight", "\"6分\" is no number", "write digits only, such as 2 or 0.5"),
    ("        weight: 6\n", "        weight: 6\n        weight: 6\n", "21:9 sections[0].clauses[0].weight", "key weight stands twice, first in line 20", "keep one of the two"),
    ("full_mark: 20\n", "full_mark:\n", "6:10 full_mark", "has no value, where a number is wanted", "write digits only, such as 2 or 0.5"),
    ("places: 4\n", "places: -1\n", "8:9 places", "is the number -1, where a whole number from 0 is wanted", "write a number such as 4"),
    ("places: 4\n", "places: 40\n", "8:9 places", "40 decimal places are more than 10", "write how many places ratios and averages"),
    ("observable: crawl\n", "observable: sometimes\n", "22:21 sections[0].clauses[0].observable", "there is no observable \"sometimes\"", "write one of crawl, crawl-and-staff, import,"),
    ("effect: tiered-ratio", "effect: tiered", "31:47 sections[0].clauses[1].steps[0].effect", "there is no effect \"tiered\"", "write one of deduct, bonus, earn, ratio,"),
    ("per: item", "per: items", "25:70 sections[0].clauses[0].steps[0].per", "there is no per \"items\"", "did you mean item? It is one of once, item,"),
    ("by: subject", "by: theme", "70:70 exclusive[0].by", "there is no by \"theme\"", "write one of subject, unit, entry"),
    ("province: 2, city: 1", "provinz: 2, city: 1", "26:64 sections[0].clauses[0].steps[1].levels.provinz", "unknown key provinz", "did you mean province? Otherwise take it out"),
    ("checks: [annual-report-late]", "checks: annual-report-late", "25:92 sections[0].clauses[0].steps[0].checks", "is the text \"annual-report-late\", where a list is wanted", "write [a, b], or a line that begins with -"),
    ("units: [市教育局]", "units: { a: 市教育局 }", "23:16 sections[0].clauses[0].units", "is a mapping of keys, where a list is wanted", "write [a, b], or a line that begins with -"),
    ("        title: 年报\n", "        title: [年报]\n", "19:16 sections[0].clauses[0].title", "is a list, where a text is wanted", "write a text"),
    ("bounds: { clause: weight,", "bounds: { clause: all,", "9:19 bounds.clause", "there is no clause \"all\"", "write one of weight, none"),
    ("to: 2022-12-31", "to: 2022-13-31", "5:33 period.to", "\"2022-13-31\" is no day of the calendar", "write year-month-day, such as 2022-12-31"),
    ("to: 2022-12-31", "to: 31.12.2022", "5:33 period.to", "\"31.12.2022\" is no day of the calendar", "write year-month-day, such as 2022-12-31"),
    ("sections:\n  - name: 主动公开", "sections:\n  - 主动公开\n  - name: 主动公开", "15:5 sections[0]", "is the text \"主动公开\", where a mapping of keys is wanted", "write key: value lines, or { key: value }"),
    // Text that is no YAML.
    ("grades:\n", "grades: [\n", "11:3 bounds.bonus", "\"-\" is only valid inside a block", "look at this line and the one before it:"),
    ("    weight: 12\n", "\tweight: 12\n", "15:11 sections", "while scanning a plain scalar, found a tab", "indent with spaces; YAML takes no tabs"),
    ("    weight: 12\n", "    weight 12\n", "16:5 sections[0].name", "simple key expected ':'", "look at this line and the one before it:"),
    ("title: 河源市考核（试用）", "title: \"河源市考核", "3:1 id", "invalid indentation in multiline quoted scalar", "look at this line and the one before it:"),
    ("    weight: 12\n", "   weight: 12\n", "16:4 sections[0].name", "while parsing a block collection, did not find expected '-'", "look at this line and the one before it:"),
    // The head.
    ("id: heyuan-2022", "id: heyuan 2022", "1:5 id", "\"heyuan 2022\" is no id", "write letters, digits and hyphens, without"),
    ("class: B类", "class: ''", "3:8 class", "is empty", "write what readers of the scores will see"),
    ("to: 2022-12-31", "to: 2021-12-31", "5:33 period.to", "the period ends on 2021-12-31 before it begins on 2022-01-01", "write the earlier day as from"),
    ("full_mark: 20", "full_mark: 22", "6:12 full_mark", "the sections' weights sum to 20, the full mark is 22", "correct the weight of a section or the full"),
    ("ceiling: 25", "ceiling: 19", "9:63 bounds.ceiling", "the ceiling 19 lies below the full mark 20", "write a ceiling of at least the full mark,"),
    ("floor: 0,", "floor: 30,", "9:51 bounds.floor", "the floor 30 leaves nothing below the full mark 20", "write 0, or null where a total may fall"),
    ("bonus: 5 }", "bonus: 0 }", "9:74 bounds.bonus", "0 leaves nothing", "write a number above 0, or take the key out"),
    ("list: heyuan,", "list: heyuann,", "7:16 units.list", "there is no list of units \"heyuann\"", "name a file of checks/units without its"),
    ("class: B }", "class: C }", "7:31 units.class", "list heyuan has no class \"C\"", "it has B"),
    ("name: 合格, from: 12", "name: 合格, from: 18", "12:23 grades[1].from", "grade 合格 begins at 18 and is never reached", "list the grades from the best to the worst"),
    ("name: 合格, from: 12", "name: 优秀, from: 12", "12:13 grades[1].name", "grade 优秀 stands twice", "give each its own name"),
    ("name: 优秀, from: 18", "name: 优秀, from: 26", "11:23 grades[0].from", "grade 优秀 begins at 26, and no total goes above 25", "write a total that can be reached"),
    // Sections and rows.
    ("        weight: 6\n", "        weight: 5\n", "16:13 sections[0].weight", "section 主动公开 weighs 12, its rows sum to 11", "correct the weight of a row or of the section"),
    ("        weight: 6\n", "", "16:13 sections[0].weight", "section 主动公开 weighs 12, its rows sum to 6", "correct the weight of a row or of the section"),
    ("name: 平台建设", "name: 主动公开", "37:11 sections[1].name", "section \"主动公开\" stands twice", "give each its own name"),
    ("id: T2", "id: T1", "27:13 sections[0].clauses[1].id", "clause T1 stands twice", "give each row its own id"),
    ("id: level", "id: late", "26:19 sections[0].clauses[0].steps[1].id", "step late stands twice in T1", "give each its own id"),
    ("id: T2", "id: T.2", "27:13 sections[0].clauses[1].id", "\"T.2\" is no id", "write letters, digits and hyphens, without"),
    ("        cap: 4\n", "        cap: 0\n", "21:14 sections[0].clauses[0].cap", "0 leaves nothing", "write a number above 0, or take the key out"),
    ("        cap: 4\n", "        cap: 0.5\n", "21:14 sections[0].clauses[0].cap", "T1 is capped at 0.5, below its smallest step of 1", "raise the cap or lower the points"),
    ("        bonus_cap: 3\n", "        bonus_cap: 0.5\n", "62:20 sections[2].clauses[0].bonus_cap", "T7 is capped at 0.5, below its smallest step of 1", "raise the cap or lower the points"),
    ("        bonus_cap: 3\n", "        cap: 3\n", "62:14 sections[2].clauses[0].cap", "caps a loss, but no step loses points", "add a deduct step or take it out"),
    ("title: 瞒报率\n        weight: 4\n", "title: 瞒报率\n        bonus_cap: 1\n        weight: 4\n", "29:20 sections[0].clauses[1].bonus_cap", "caps bonus points that no step gives", "add a bonus step or take it out"),
    ("units: [市教育局]", "units: [市数据局]", "23:17 sections[0].clauses[0].units[0]", "list heyuan has no unit 市数据局", "write the name as in the list"),
    ("units: [市教育局]", "units: [市教育局, 市教育局]", "23:23 sections[0].clauses[0].units[1]", "unit 市教育局 stands twice", "name each unit once"),
    ("effect: veto, consequence: { total: 0, grade: 不合格 }", "effect: deduct, points: 2", "65:9 sections[2].clauses[1]", "T8 loses points in a section without weight, so nothing is", "give the section a weight, or write outside:"),
    (", checks: [annual-report-late] }", " }", "22:21 sections[0].clauses[0].observable", "T1 is to be seen on line, but no check looks at it", "name a check under checks: of a step, or say"),
    ("observable: crawl\n", "observable: crawl\n        clues: [annual-report-lost]\n", "23:17 sections[0].clauses[0].clues[0]", "there is no check \"annual-report-lost\"", "did you mean annual-report-la"),
    ("observable: crawl\n", "observable: crawl\n        clues: [annual-report-missing, annual-report-missing]\n", "23:40 sections[0].clauses[0].clues[1]", "clue annual-report-missing stands twice", "name each check once"),
    ("observable: crawl\n", "observable: crawl\n        clues: [annual-report-late]\n", "23:17 sections[0].clauses[0].clues[0]", "findings of annual-report-late cost points in T1, they are no mere clue", "name it under checks: of a step, or under clues:"),
    ("threshold: 95, cap: 2 }", "threshold: 95, cap: 2, checks: [interpretation-text-only-share] }", "36:113 sections[0].clauses[2].steps[0].checks", "checks means nothing for percent-shortfall", "take it out or choose another effect"),
    ("observable: crawl\n", "observable: crawl\n        why_staff: \"\"\n", "23:20 sections[0].clauses[0].why_staff", "is empty", "write what readers of the scores will see"),
    // Steps.
    ("checks: [annual-report-late]", "checks: [annual-report-lat]", "25:93 sections[0].clauses[0].steps[0].checks[0]", "there is no check \"annual-report-lat\"", "did you mean annual-report-late?"),
    ("checks: [annual-report-late]", "checks: [annual-report-late, annual-report-late]", "25:113 sections[0].clauses[0].steps[0].checks[1]", "findings of annual-report-late never come here, T1.late", "name each check in one step, or part them by"),
    ("points: 2, per: item, cap: 4", "cap: 4", "25:59 sections[0].clauses[0].steps[0].cap", "T1.late has a cap and no points", "add points, levels or tiers"),
    ("points: 2, per: item, cap: 4", "points: 5, per: item, cap: 4", "25:81 sections[0].clauses[0].steps[0].cap", "T1.late is capped at 4, below one item of 5", "raise the cap or lower the points"),
    ("points: 2, per: item, cap: 4,", "", "25:13 sections[0].clauses[0].steps[0].points", "T1.late has no points, so it is never reached", "add points, levels or tiers"),
    ("points: 2, per: item, cap: 4", "points: -2, per: item, cap: 4", "25:62 sections[0].clauses[0].steps[0].points", "-2 is negative", "write losses and gains as positive numbers"),
    ("since: 2022-06-01", "since: 2023-06-01", "26:95 sections[0].clauses[0].steps[1].since", "2023-06-01 lies outside the period 2022-01-01 to 2022-12-31", "write a day of the period, or take the key"),
    ("levels: { province: 2, city: 1 }", "levels: { city: 1 }, checks: [annual-report-missing]", "26:13 sections[0].clauses[0].steps[1].finding_level", "T1.level has points by level, and findings of its checks", "add finding_level: the level at which they"),
    ("levels: { province: 2, city: 1 }", "levels: { city: 1 }, finding_level: county, checks: [annual-report-missing]", "26:90 sections[0].clauses[0].steps[1].finding_level", "T1.level has no points for county", "write one of its levels"),
    (", bands: [{ below: 0.2 }, { below: 0.5, loses: 2 }, { loses: 4 }]", "", "31:13 sections[0].clauses[1].steps[0].bands", "T2.hidden (tiered-ratio) needs bands", "add bands: what is lost below which share"),
    ("below: 0.5", "below: 0.1", "31:85 sections[0].clauses[1].steps[0].bands[1]", "this band is never reached", "order the bands by rising below"),
    ("below: 0.5", "below: 50", "31:94 sections[0].clauses[1].steps[0].bands[1].below", "50 is no share between 0 and 1", "write a share: 0.2 for 20%"),
    (", { loses: 4 }]", "]", "31:85 sections[0].clauses[1].steps[0].bands[1]", "shares from 0.5 on fall into no band", "end with a band without below"),
    ("{ loses: 4 }", "{ loses: 9 }", "31:120 sections[0].clauses[1].steps[0].bands[2].loses", "loses 9, the row weighs 4", "write at most the weight of the row"),
    ("{ below: 0.2 }", "{ below: 0.2, linear: true }", "31:91 sections[0].clauses[1].steps[0].bands[0].linear", "linear: true means something only beside loses", "add loses, or take linear out"),
    ("threshold: 95", "threshold: 950", "36:93 sections[0].clauses[2].steps[0].threshold", "950 percent can never be reached", "write a percentage up to 100"),
    ("threshold: 95, ", "", "36:13 sections[0].clauses[2].steps[0].threshold", "T3.replied (percent-shortfall) needs threshold", "add threshold: percent to reach"),
    ("effect: rank, first: 4, interval: 0.5", "effect: rank, interval: 0.5", "44:13 sections[1].clauses[0].steps[0].first", "T4.place (rank) needs first", "add first: points of the first place"),
    ("effect: rank, first: 4, interval: 0.5", "effect: rank, first: 4", "44:13 sections[1].clauses[0].steps[0].interval", "T4.place (rank) needs interval", "add interval: how much less the next place"),
    ("effect: rank, first: 4", "effect: rank, first: 6", "44:58 sections[1].clauses[0].steps[0].first", "the first place gets 6, the row weighs 4", "write at most the weight of the row"),
    ("interval: 0.5, floor: 1", "interval: 0.5, floor: 5", "44:83 sections[1].clauses[0].steps[0].floor", "the floor 5 lies above the first place's 4", "write a floor below first"),
    ("effect: external, factor: 0.02", "effect: external, factor: 0", "49:66 sections[1].clauses[1].steps[0].factor", "0 leaves nothing", "write a number above 0, or take the key out"),
    ("effect: external, factor: 0.02", "effect: external, ties: dense", "49:64 sections[1].clauses[1].steps[0].ties", "ties means nothing for external", "take it out or choose another effect"),
    ("effect: count-shortfall, threshold: 10", "effect: count-shortfall", "54:13 sections[1].clauses[2].steps[0].threshold", "T6.few (count-shortfall) needs threshold", "add threshold: pieces to reach"),
    (", by_place: [1, 0.5]", "", "55:13 sections[1].clauses[2].steps[1].by_place", "T6.most (rank-deduct) needs by_place", "add by_place: what the first places lose"),
    ("by_place: [1, 0.5]", "by_place: [1, -0.5]", "55:73 sections[1].clauses[2].steps[1].by_place[1]", "-0.5 leaves nothing", "write a number above 0, or take the key out"),
    ("effect: average, clauses: [T4]", "effect: average, clauses: [T44]", "56:68 sections[1].clauses[2].steps[2].clauses[0]", "there is no clause T44", "write the id of a row"),
    ("effect: average, clauses: [T4]", "effect: average", "56:13 sections[1].clauses[2].steps[2].clauses", "T6.without (average) needs clauses", "add clauses: the rows that are averaged"),
    ("{ from: 1, points: 1 }", "{ from: 4, points: 1 }", "64:85 sections[2].clauses[0].steps[0].tiers[1]", "this tier is never reached", "order the tiers by falling from"),
    ("{ from: 1, points: 1 }", "{ from: -1, points: 1 }", "64:93 sections[2].clauses[0].steps[0].tiers[1].from", "-1 is negative", "write losses and gains as positive numbers"),
    ("unless: [T1]", "unless: [T11]", "64:119 sections[2].clauses[0].steps[0].unless[0]", "there is no clause T11", "write the id of a row"),
    ("consequence: { total: 0, grade: 不合格 }", "consequence: {}", "68:63 sections[2].clauses[1].steps[0].consequence", "veto T8.leak has no consequence", "add consequence: { total: 0, grade: … }"),
    ("grade: 不合格", "grade: 很差", "68:82 sections[2].clauses[1].steps[0].consequence.grade", "there is no grade 很差", "write one of 优秀, 合格, 不合格"),
    ("{ total: 0,", "{ total: 20,", "68:72 sections[2].clauses[1].steps[0].consequence.total", "veto T8.leak leaves 20, not less than the full mark 20", "write what remains, such as 0"),
    ("levels: { province: 2, city: 1 }", "levels: { province: 2, city: 1 }, least_level: city", "26:101 sections[0].clauses[0].steps[1].least_level", "points by level", ""),
    // Groups, loans and readings.
    ("T3.replied", "T3.answered", "70:53 exclusive[0].members[1]", "there is no T3.answered", "write clause or clause.step"),
    ("members: [T1.late, T3.replied]", "members: []", "70:43 exclusive[0].members", "group once has no members", "write clause or clause.step"),
    ("members: [T1.late, T3.replied]", "members: [T1, T1.late]", "70:48 exclusive[0].members[1]", "T1.late is a member already", "name each step once"),
    ("readings:\n", "borrows: [{ rulebook: nowhere, clauses: [N1] }]\nreadings:\n", "71:23 borrows[0].rulebook", "there is no rulebook \"nowhere\"", "write one of linfen-2020-a, linfen-2020-b,"),
    ("readings:\n", "borrows: [{ rulebook: heyuan-2022, clauses: [T1] }]\nreadings:\n", "71:23 borrows[0].rulebook", "heyuan-2022 borrows from itself", "write the id of another rulebook"),
    ("readings:\n", "borrows: [{ rulebook: yuncheng-2022-b1, clauses: [B9-99] }]\nreadings:\n", "71:51 borrows[0].clauses[0]", "yuncheng-2022-b1 has no clause B9-99", "write the id of a row of that rulebook"),
    ("readings:\n", "borrows: [{ rulebook: yuncheng-2022-b2, clauses: [B1-22] }]\nreadings:\n", "71:51 borrows[0].clauses[0]", "yuncheng-2022-b2 borrows B1-22 itself, so the two go in a", "borrow it from the rulebook where it stands"),
    ("chosen: four", "chosen: five", "75:13 readings[0].chosen", "reading R1 has no option \"five\"", "choose one of four, six"),
    ("    options:\n      four: { says: 上限4分 }\n      six: { says: 上限6分, set: { T1.cap: 6 } }\n", "    options: {}\n", "76:14 readings[0].options", "reading R1 has no options", "write the chosen way to read it, and the"),
    ("T1.cap: 6", "T1.cap: 4", "78:31 readings[0].options.six.set", "changes nothing", "correct the value or take the option out"),
    ("T1.cap: 6", "T9.cap: 6", "78:31 readings[0].options.six.set", "\"T9.cap\" leads nowhere: write clause.field,", "correct the path or the value"),
    ("T1.cap: 6", "T1.weight: 5", "78:31 readings[0].options.six.set", "breaks the table: sections[0].weight: section 主动公开 weighs", "correct the weight of a row or of the section"),
    ("T1.cap: 6", "T1.cap: many", "78:31 readings[0].options.six.set", "invalid value: string \"many\", expected a Decimal type", "correct the path or the value"),
    ("four: { says: 上限4分 }", "four: { says: 上限4分, set: { T1.cap: 3 } }", "77:32 readings[0].options.four.set", "the chosen option changes the table", "write the table as chosen, and the changes"),
    ("{ says: 上限4分 }", "{ says: '' }", "77:21 readings[0].options.four.says", "is empty", "write what readers of the scores will see"),
];

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| Catalog::load(None).unwrap_or_else(|problems| panic!("{problems}")))
}

fn problems(text: &str) -> Vec<Problem> {
    let lists = [mingcha::catalog::yaml::read(UNITS_NAME, UNITS).unwrap()];
    rulebooks::read_among("heyuan.yaml", text, &catalog().check_ids, &lists, &catalog().rulebooks)
        .err()
        .unwrap_or_default()
}

const UNITS_NAME: &str = "units/heyuan.yaml";

fn with(old: &str, new: &str) -> String {
    assert_eq!(SOUND.matches(old).count(), 1, "{old:?} must stand once");
    SOUND.replace(old, new)
}

#[test]
fn the_sound_file_is_sound() {
    assert_eq!(problems(SOUND), []);
}

#[test]
fn what_a_defect_is_next_to_is_none() {
    let levels = "levels: { province: 2, city: 1 }";
    for (old, new) in [
        (levels, "levels: { city: 1 }, finding_level: city, checks: [annual-report-missing]"),
        ("since: 2022-06-01", "since: 2022-12-31"),
        ("threshold: 95", "threshold: 100"),
        ("        cap: 4\n", "        cap: 1\n"),
        ("places: 4\n", ""),
        (levels, "points: 2, least_level: city"),
    ] {
        assert_eq!(problems(&with(old, new)), [], "{new}");
    }
}

#[test]
fn every_defect_of_the_list_is_told_in_its_place() {
    let mut wrong = Vec::new();
    for (old, new, place, message, help) in DEFECTS {
        let found = problems(&with(old, new));
        let [problem] = found.as_slice() else {
            wrong.push(format!("{new:?}: {} defects: {found:#?}", found.len()));
            continue;
        };
        let told = format!("{}:{} {}", problem.line, problem.column, problem.field);
        let complete = problem.file == "heyuan.yaml" && !problem.message.is_empty() && !problem.help.is_empty();
        if told != *place || !problem.message.contains(message) || !problem.help.contains(help) || !complete {
            wrong.push(format!("({old:?}, {new:?}, {told:?}, {:?}, {:?}),", problem.message, problem.help));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), DEFECTS.len(), wrong.join("\n"));
}

/// Fields of all defects of a text, in the order of the file.
fn fields(text: &str) -> Vec<String> {
    problems(text).into_iter().map(|problem| problem.field).collect()
}

#[test]
fn all_defects_of_a_file_are_told_at_once() {
    let text = SOUND
        .replace("        title: 年报\n", "        titel: 年报\n        colour: red\n")
        .replace("to: 2022-12-31", "to: 2022-13-31")
        .replace("effect: tiered-ratio", "effect: tiered")
        .replace("[annual-report-late]", "[annual-report-lat]")
        .replace("interval: 0.5, floor: 1", "floor: 5")
        .replace("weight: 8", "weight: 9")
        .replace("chosen: four", "chosen: five");
    assert_eq!(
        fields(&text),
        [
            "period.to",
            "full_mark",
            "sections[0].clauses[0].titel",
            "sections[0].clauses[0].colour",
            "sections[0].clauses[0].steps[0].checks[0]",
            "sections[0].clauses[1].steps[0].effect",
            "sections[1].weight",
            "sections[1].clauses[0].steps[0].interval",
            "sections[1].clauses[0].steps[0].floor",
        ]
    );
    // A key that is nearly right is read as the one meant, so that nothing is said of a sum that would be right.
    assert_eq!(fields(&SOUND.replace("        weight: 6\n", "        wieght: 6\n")), ["sections[0].clauses[0].wieght"]);
    // Nor is anything said of sums that a wrong number makes wrong.
    assert_eq!(
        fields(&SOUND.replace("        weight: 6\n", "        weight: 六\n")),
        ["sections[0].clauses[0].weight"]
    );
}

#[test]
fn one_change_may_break_several_things() {
    let row = "sections[0].clauses[0]";
    assert_eq!(fields(&with("sections:\n", "secs:\n")), ["sections", "secs"]);
    assert_eq!(
        fields(&with("        weight: 6\n", "        weight: -6\n")),
        ["sections[0].weight".into(), format!("{row}.weight")]
    );
    assert_eq!(
        fields(&with("    weight: 12\n", "")),
        ["full_mark".into(), "sections[0].weight".into(), row.into(), "sections[0].clauses[2]".to_owned()]
    );
    assert_eq!(
        fields(&with("        observable: crawl\n", "        see: [T9]\n")),
        [format!("{row}.see"), format!("{row}.see[0]")]
    );
    assert_eq!(
        fields(&with("  - { name: 不合格, from: 0 }\n", "")),
        ["grades[1].from", "sections[2].clauses[1].steps[0].consequence.grade"]
    );
}

/// Runs the program on files in a folder of their own, and gives exit code and what it printed as JSON.
fn validate(files: &[(&str, &[u8])], path: &str) -> (Option<i32>, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_mingcha"))
        .current_dir(folder.path())
        .args(["rulebook", "validate", path, "--format", "json"])
        .output()
        .unwrap();
    (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// File, line, column, field and message of the first defect, and how many there are.
fn told(files: &[(&str, &[u8])], path: &str) -> String {
    let (code, found) = validate(files, path);
    assert_eq!(code, Some(2), "{found}");
    let text = |key: &str| found[0][key].as_str().unwrap_or_default().to_owned();
    assert!(!text("help").is_empty(), "{found}");
    let count = found.as_array().unwrap().len();
    format!(
        "{count}: {}:{}:{} {} {}",
        text("file"),
        found[0]["line"],
        found[0]["column"],
        text("field"),
        text("message")
    )
}

/// A sound file of the rules built in, to be broken.
fn built_in(id: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("checks/rulebooks/{id}.yaml"))).unwrap()
}

#[test]
fn files_that_are_no_text_or_empty_say_so() {
    let book = built_in("yunhe-2022");
    assert_eq!(told(&[("a.yaml", b"")], "a.yaml"), "1: a.yaml:1:1  is empty");
    assert_eq!(told(&[("a.yaml", b"# nothing\n")], "a.yaml"), "1: a.yaml:1:1  is empty");
    let mut gbk = b"id: a\ntitle: ".to_vec();
    gbk.extend([0xd4, 0xc6, 0xba, 0xcd]);
    assert_eq!(told(&[("a.yaml", &gbk)], "a.yaml"), "1: a.yaml:2:8 id is not UTF-8 text (perhaps GBK)");
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain("id".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert!(told(&[("a.yaml", &wide)], "a.yaml").ends_with("is UTF-16, not UTF-8 text"));
    assert!(told(&[("a.yaml", b"just words")], "a.yaml").contains("a mapping of keys is wanted"));
    assert!(told(&[("a.yaml", b"- id: a")], "a.yaml").contains("a mapping of keys is wanted"));
    assert!(told(&[("a.yaml", format!("{book}---\n{book}").as_bytes())], "a.yaml").starts_with("1: a.yaml:"));
    // The mark some editors begin a file with harms nothing, and shifts no place.
    let marked = format!("\u{feff}{book}");
    assert_eq!(validate(&[("a.yaml", marked.as_bytes())], "a.yaml").0, Some(0));
    let broken = marked.replacen("full_mark: 100", "full_mark: 90", 1);
    assert!(told(&[("a.yaml", broken.as_bytes())], "a.yaml").contains(" full_mark the sections"));
    assert_eq!(validate(&[], "missing.yaml").0, Some(2));
}

#[test]
fn a_file_may_borrow_from_the_rules_around_it() {
    let book = built_in("yuncheng-2022-b2");
    assert_eq!(validate(&[("draft.yaml", book.as_bytes())], "draft.yaml").0, Some(0));
    let broken = book.replace("clauses: [B1-22]", "clauses: [B1-99]");
    assert!(told(&[("draft.yaml", broken.as_bytes())], "draft.yaml").contains("yuncheng-2022-b1 has no clause B1-99"));
}

#[test]
fn a_folder_of_rulebooks_and_a_folder_of_rules_are_read_whole() {
    let (good, bad) = (built_in("yunhe-2022"), built_in("linfen-2020-a").replace("full_mark: 100", "full_mark: 90"));
    let files: [(&str, &[u8]); 3] = [("d/a.yaml", good.as_bytes()), ("d/b.yml", bad.as_bytes()), ("d/c.yaml", b"\xff")];
    let (code, found) = validate(&files, "d");
    let names: Vec<&str> = found.as_array().unwrap().iter().map(|defect| defect["file"].as_str().unwrap()).collect();
    assert_eq!(code, Some(2));
    assert!(names.contains(&"d/b.yml") && names.contains(&"d/c.yaml") && !names.contains(&"d/a.yaml"), "{names:?}");
    // In a folder of rules a file is found by its name, and no two rulebooks share an id.
    let files: [(&str, &[u8]); 1] = [("rules/rulebooks/mine.yaml", good.as_bytes())];
    let (code, found) = validate(&files, "rules");
    let messages: Vec<&str> =
        found.as_array().unwrap().iter().map(|defect| defect["message"].as_str().unwrap()).collect();
    assert_eq!(code, Some(2));
    assert_eq!(messages, ["the file is called mine, the rulebook yunhe-2022", "rulebook yunhe-2022 exists already"]);
    // Lists of units are read too.
    let list = UNITS.replace("{ name: 市民政局 }", "{ name: 市教育局 }");
    let found = told(&[("rules/units/heyuan.yaml", list.as_bytes())], "rules");
    assert!(found.ends_with("classes[0].units[1] 市教育局 is a name of 市教育局 already"), "{found}");
}

/// Numbers in a fixed order that looks like none, so that a failure can be met again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end
    }
}

#[test]
fn no_change_of_a_line_makes_the_reader_fall_over() {
    const TRIES: usize = 10;
    let mut dice = Dice(2026);
    for book in &catalog().rulebooks {
        let text = built_in(&book.id);
        let lines: Vec<&str> = text.lines().collect();
        for _ in 0..TRIES {
            let (at, other) = (dice.below(lines.len()), dice.below(lines.len()));
            let line = lines[at];
            let letters: Vec<char> = line.chars().collect();
            let cut = dice.below(letters.len().max(1));
            let changed = match dice.below(8) {
                0 => String::new(),
                1 => format!("{line}\n{line}"),
                2 => lines[other].to_owned(),
                3 => letters[..cut].iter().collect(),
                4 => format!("  {line}"),
                5 => line.replace(|letter: char| letter.is_ascii_digit(), "9"),
                6 => line.replace(": ", ": -"),
                _ => letters.iter().enumerate().filter(|(n, _)| *n != cut).map(|(_, letter)| *letter).collect(),
            };
            let mut broken = lines.clone();
            broken[at] = &changed;
            let broken = broken.join("\n");
            let read = rulebooks::read_among(
                "book.yaml",
                &broken,
                &catalog().check_ids,
                &catalog().unit_lists,
                &catalog().rulebooks,
            );
            let at = format!("{} line {}: {changed:?}", book.id, at + 1);
            match read {
                Err(found) => {
                    assert!(!found.is_empty(), "{at}");
                    for problem in found {
                        let pointed = problem.line > 0 && problem.column > 0;
                        assert!(
                            pointed && !problem.message.is_empty() && !problem.help.is_empty(),
                            "{at}: {problem:?}"
                        );
                    }
                }
                Ok(book) => {
                    let units = vec!["市教育局".to_owned()];
                    let report = score::score(&book, None, &[], &[], &Options { units, ..Options::default() });
                    assert_eq!(report.map(|report| report.units.len()), Ok(1), "{at}");
                }
            }
        }
    }
}

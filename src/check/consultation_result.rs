//! Kind `consultation-result`: a call for opinions whose time is over without a published result, or with a result that
//! does not say what was taken up and why.

use jiff::{Span, civil::Date};
use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, unread},
    span::Window,
};
use crate::{
    model::{Cause, ColumnFacts, ColumnState, DocumentFacts, Lasts, ListEntry, Particulars, Subject, Verdict},
    text::{likeness::likeness, normalise},
};

/// From these likenesses on (percent) two names mean the same draft, or may mean it.
const SAME: usize = 85;
const NEAR: usize = 60;

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsultationResult {
    pub fault: Fault,
    /// Standard name of the column of calls for opinions.
    pub column: String,
    /// Standard name of the column of results.
    pub results: String,
    /// Calls that ended in this window before the day of the check are looked at.
    pub window: Window,
    /// How long a call lasts that names no last day.
    pub lasts_days: u16,
    /// Days after the end within which the result must be there.
    pub grace_days: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    ResultMissing,
    WithoutReasons,
}

impl Rule for ConsultationResult {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let columns = self.named(case, &self.column);
        let Some(first) = columns.first() else {
            let subject = Subject::new(format!("column:{}", self.column), &self.column);
            let reason = format!("未找到“{}”栏目，由栏目设置的检查项判断", self.column);
            return vec![Judgement::new(subject, Verdict::NotApplicable, reason)];
        };
        if let ColumnState::LeadsAway { host } = &first.state {
            let subject = Subject::new(format!("column:{}", self.column), &self.column);
            let reason = format!("“{}”指向其他网站{host}，请到该网站查看征集是否反馈结果", first.name);
            return vec![Judgement::new(subject, Verdict::NeedsReview, reason).at(&first.url)];
        }
        let results = self.results_of(case, &columns);
        let rows =
            columns.iter().filter(|column| column.fits(&self.results).is_none()).flat_map(|column| &column.entries);
        let mut judged: Vec<&str> = Vec::new();
        let mut judgements = Vec::new();
        for row in rows.filter(|row| calls_for_opinions(&row.title) && !row.url.is_empty()) {
            if !judged.contains(&row.url.as_str()) {
                judged.push(&row.url);
                judgements.push(self.judge_call(case, row, &results));
            }
        }
        judgements
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column, &self.results]
    }
}

/// A page or row that tells the result of some call.
struct Told<'a> {
    title: &'a str,
    url: &'a str,
    name: String,
    /// When it was published.
    day: Option<Date>,
    document: Option<&'a DocumentFacts>,
}

/// What is known of the result of one call.
enum Found<'a> {
    /// On the call's own page.
    Here,
    There(&'a Told<'a>),
    Perhaps(&'a Told<'a>),
    /// No title is like it, but that of a result names no draft at all (征求意见采纳情况说明).
    General(&'a Told<'a>),
    Nowhere,
}

impl ConsultationResult {
    fn named<'a>(&self, case: &Case<'a>, term: &str) -> Vec<&'a ColumnFacts> {
        let named = case.columns_named(term);
        let mut columns: Vec<&ColumnFacts> = Vec::new();
        for column in named.iter().flat_map(|column| std::iter::once(*column).chain(case.below(column))) {
            if columns.iter().all(|known| known.key != column.key) {
                columns.push(column);
            }
        }
        columns
    }

    /// All that is called a result: rows of the result columns of the whole portal, and rows and pages called so.
    fn results_of<'a>(&self, case: &Case<'a>, calls: &[&'a ColumnFacts]) -> Vec<Told<'a>> {
        let documents = &case.facts.documents;
        let mut told: Vec<Told<'_>> = Vec::new();
        let of_results = |column: &ColumnFacts| column.fits(&self.results).is_some();
        for column in &case.facts.columns {
            let all = of_results(column);
            let near = all || calls.iter().any(|call| call.key == column.key);
            for row in column.entries.iter().filter(|row| all || (near && tells_result(&row.title))) {
                let document = documents.iter().find(|document| document.url == row.url);
                let day = row.date.or(document.and_then(|document| document.published)).map(|moment| moment.date);
                told.push(Told { title: &row.title, url: &row.url, name: essence(&row.title), day, document });
            }
        }
        for document in documents.iter().filter(|document| tells_result(&document.title)) {
            if told.iter().all(|known| known.url != document.url) {
                let (title, url) = (&document.title, &document.url);
                let day = document.published.map(|moment| moment.date);
                told.push(Told { title, url, name: essence(title), day, document: Some(document) });
            }
        }
        told
    }

    fn judge_call(&self, case: &Case<'_>, row: &ListEntry, results: &[Told<'_>]) -> Judgement {
        let document = case.facts.documents.iter().find(|document| document.url == row.url);
        let key = document.map_or_else(|| path_of(&row.url), |document| document.key.as_str());
        let title = document.map(|document| document.title.as_str()).filter(|title| !title.is_empty());
        let subject = Subject::new(format!("document:{key}"), title.unwrap_or(&row.title));
        let say = |verdict, reason: String| Judgement::new(subject.clone(), verdict, reason).at(&row.url);
        let found = find(row, document, results);
        if self.fault == Fault::WithoutReasons {
            return without_reasons(case, &found, document, &say);
        }
        match &found {
            Found::Here => return say(Verdict::Passed, "征集页面写明了结果".to_owned()),
            Found::There(told) => return say(Verdict::Passed, format!("有结果反馈“{}”", told.title)),
            Found::Perhaps(_) | Found::General(_) | Found::Nowhere => {}
        }
        let own = document.and_then(|document| document.particulars.as_deref());
        let day = row.date.or(document.and_then(|document| document.published)).map(|moment| moment.date);
        let stated = own.and_then(|own| own.closes);
        let by_length = own.and_then(|own| own.lasts).zip(day).and_then(|(lasts, day)| end_of(case, day, lasts));
        let Some(end) = stated.or(by_length).or(day.map(|day| after(day, self.lasts_days))) else {
            return say(Verdict::NeedsReview, "没有发布日期和截止日期，请人工判断征集是否结束、有无结果".to_owned());
        };
        let as_of = case.context.as_of;
        let how = match (stated, by_length) {
            (Some(_), _) => "截止",
            (None, Some(_)) => "按公告写明的期限推算，截止",
            (None, None) => "按发布日期推算，截止",
        };
        if after(end, self.grace_days) >= as_of {
            return say(
                Verdict::NotApplicable,
                format!("{how}于{end}，本检查给的反馈时间（截止后{}天）未过", self.grace_days),
            );
        }
        let first = self.window.before(as_of);
        if end < first {
            return say(Verdict::NotApplicable, format!("{how}于{end}，早于检查范围（{first}以来）"));
        }
        if document.is_none_or(|document| !document.read) {
            let cause = document.and_then(|document| document.unread_cause).unwrap_or(Cause::Budget);
            let reason = format!("征集页面未读取（{cause}），结果可能写在该页，不作判断");
            return say(Verdict::NotMeasurable(cause), reason);
        }
        if let Some((cause, because)) = self.unseen(case, end) {
            return say(Verdict::NotMeasurable(cause), format!("{because}，不能断定没有结果反馈"));
        }
        if let Found::Perhaps(near) | Found::General(near) = found {
            let why = if matches!(found, Found::General(_)) { "标题未写明是哪一件" } else { "与之相近" };
            let reason = format!("未找到标题相符的结果反馈，“{}”{why}，请人工判断", near.title);
            return say(Verdict::NeedsReview, reason).with([proof::seen(
                case,
                near.url,
                near.title,
                "可能是其结果反馈",
            )]);
        }
        let columns = self.named(case, &self.results);
        for column in &columns {
            if let ColumnState::LeadsAway { host } = &column.state {
                return say(
                    Verdict::NeedsReview,
                    format!("“{}”指向其他网站{host}，请到该网站查看有无结果", column.name),
                );
            }
        }
        let reason = format!(
            "{how}于{end}，至{as_of}未见结果反馈（截止后另留{}天，为本检查所定）：征集页面没有写明结果，{}条反馈信息均不相符",
            self.grace_days,
            results.len()
        );
        let (verdict, reason) = if asks_for_opinions(&subject.label) {
            (Verdict::Failed, reason)
        } else {
            (Verdict::NeedsReview, format!("{reason}；征集的是项目或线索，是否应反馈结果请人工判断"))
        };
        let mut evidence = vec![proof::seen(case, &row.url, &row.title, "征集页面已读取，没有写明结果")];
        evidence.extend(columns.iter().map(|column| {
            proof::column(case, column, format!("结果反馈栏目读取{}条，无相符者", column.entries.len()))
        }));
        if columns.is_empty() {
            evidence.extend(proof::absence(case, &self.results));
        }
        say(verdict, reason).with(evidence)
    }

    /// Why a result may be there without having been seen.
    fn unseen(&self, case: &Case<'_>, end: Date) -> Option<(Cause, String)> {
        if let Some(blocked) = case.blocked() {
            return Some((blocked.cause, blocked.because));
        }
        for column in self.named(case, &self.results) {
            if let Some(cause) = unread(column) {
                return Some((cause, format!("“{}”未能读取（{cause}）", column.name)));
            }
            let more = column.pages_total.is_some_and(|total| column.pages_read < total);
            let oldest = column.entries.iter().filter_map(|entry| Some(entry.date?.date)).min();
            if more && oldest.is_none_or(|oldest| oldest > end) {
                return Some((Cause::Budget, format!("“{}”只读了前{}页", column.name, column.pages_read)));
            }
        }
        None
    }
}

fn without_reasons(
    case: &Case<'_>,
    found: &Found<'_>,
    own: Option<&DocumentFacts>,
    say: &dyn Fn(Verdict, String) -> Judgement,
) -> Judgement {
    let (document, title) = match found {
        Found::Here => (own, "征集页面"),
        Found::There(told) => (told.document, told.title),
        Found::Perhaps(_) | Found::General(_) | Found::Nowhere => {
            return say(Verdict::NotApplicable, "未找到结果反馈，由“征集没有结果反馈”检查".to_owned());
        }
    };
    let Some(document) = document.filter(|document| document.read) else {
        let cause = document.and_then(|document| document.unread_cause).unwrap_or(Cause::Budget);
        let reason = format!("结果反馈“{title}”页面未读取（{cause}），不作判断");
        return say(Verdict::NotMeasurable(cause), reason);
    };
    if document.particulars.as_ref().is_some_and(|own| own.reasons) {
        return say(Verdict::Passed, format!("“{title}”写明了采纳情况"));
    }
    let reason = format!("“{title}”未见意见采纳情况及理由，请人工查看（可能在附件中）");
    say(Verdict::NeedsReview, reason).with([proof::document(case, document, "未见“采纳”“理由”等字样")])
}

fn find<'a>(row: &ListEntry, document: Option<&DocumentFacts>, results: &'a [Told<'a>]) -> Found<'a> {
    let told_here = |own: &Particulars| own.result.is_some();
    if document.and_then(|document| document.particulars.as_deref()).is_some_and(told_here) {
        return Found::Here;
    }
    let others = || results.iter().filter(|told| told.url != row.url);
    let links = document.map_or(&[][..], |document| &document.links);
    let links_back = |told: &Told<'_>| told.document.is_some_and(|result| result.links.contains(&row.url));
    if let Some(linked) = others().find(|told| links.iter().any(|link| link == told.url) || links_back(told)) {
        return Found::There(linked);
    }
    let name = essence(document.map_or(&row.title, |document| &document.title));
    let nearest = others().map(|told| (nearness(&name, &told.name), told)).max_by_key(|(near, _)| *near);
    if let Some((_, told)) = nearest.filter(|(near, _)| *near >= SAME) {
        return Found::There(told);
    }
    // A result whose title names no draft says in its text which one it is of; one of another draft may tell of both.
    let names = |told: &&Told<'_>| {
        let mentions = told.document.map_or(&[][..], |result| &result.mentions);
        mentions.iter().any(|mention| nearness(&name, &essence(mention)) >= SAME)
    };
    let day = row.date.or(document.and_then(|document| document.published)).map(|moment| moment.date);
    let follows = |told: &&Told<'_>| day.zip(told.day).is_none_or(|(call, result)| result >= call);
    // One that was read and names drafts is of these alone.
    let names_none = |told: &&Told<'_>| told.document.is_none_or(|result| !result.read || result.mentions.is_empty());
    let general = || others().filter(|told| is_general(told)).filter(follows);
    if let Some(told) = general().find(names) {
        return Found::There(told);
    }
    match nearest {
        Some((near, told)) if near >= NEAR => Found::Perhaps(told),
        _ => match (others().filter(follows).find(names), general().find(names_none)) {
            (Some(told), _) => Found::Perhaps(told),
            (None, Some(told)) => Found::General(told),
            (None, None) => Found::Nowhere,
        },
    }
}

/// Whether the title tells a result without naming a draft.
fn is_general(told: &Told<'_>) -> bool {
    /// Letters beside years and the words of telling, such as the name of a county.
    const MOST: usize = 5;
    let letters = told.name.chars().filter(|letter| letter.is_alphabetic() && !"年月第季度".contains(*letter));
    tells_result(told.title) && letters.count() <= MOST
}

/// How near two names are (percent); one that stands inside the other is the same. Drafts of different kinds (停车管理办法,
/// 停车收费标准) are near only where they have the same subject, since a draft may change its kind on the way.
fn nearness(one: &str, other: &str) -> usize {
    /// A shorter name (letters) stands inside too many others.
    const LEAST: usize = 6;
    let inside = |part: &str, whole: &str| part.chars().count() >= LEAST && whole.contains(part);
    if inside(one, other) || inside(other, one) {
        return 100;
    }
    let near = likeness(one, other);
    match (kind_of(one), kind_of(other)) {
        (Some((subject, kind)), Some((other_subject, other_kind))) if kind != other_kind => {
            let is_same = likeness(subject, other_subject) >= SAME;
            if is_same { near.min(SAME - 1) } else { near.min(NEAR - 1) }
        }
        _ => near,
    }
}

/// What a draft is about, and what kind of document it is, where its name ends with that.
fn kind_of(name: &str) -> Option<(&str, &str)> {
    const KINDS: [&str; 14] = [
        "办法", "规定", "细则", "条例", "规则", "方案", "规划", "计划", "标准", "目录", "名录", "措施", "制度", "预案",
    ];
    KINDS.into_iter().find_map(|kind| Some((name.strip_suffix(kind)?, kind)))
}

/// What a call or a result is about: the name in 《》, or the title without the words of calling and telling.
fn essence(title: &str) -> String {
    const NOISE: [&str; 30] = [
        "公开征求",
        "征求意见",
        "意见征集",
        "公开征集",
        "征集",
        "征求",
        "意见",
        "建议",
        "结果",
        "反馈",
        "采纳",
        "情况",
        "公告",
        "通知",
        "公示",
        "公布",
        "通报",
        "说明",
        "社会",
        "公众",
        "公开",
        "听取",
        "草案",
        "送审稿",
        "稿",
        "(",
        ")",
        "的",
        "向",
        "对",
    ];
    let title = normalise(title);
    let quoted = title.split('《').skip(1).filter_map(|rest| rest.split('》').next()).max_by_key(|name| name.len());
    let mut name = match quoted {
        Some(name) => name.to_owned(),
        None => title.split_once("关于").map_or(title.as_str(), |(_, rest)| rest).to_owned(),
    };
    for noise in NOISE {
        name = name.replace(noise, "");
    }
    name
}

fn calls_for_opinions(title: &str) -> bool {
    let says = |words: &[&str]| words.iter().any(|word| title.contains(word));
    // 征集 is also said of recruits, photographs and slogans.
    let is_call = says(&["征求", "听取"])
        || says(&["征集"]) && says(&["意见", "建议", "民意", "稿", "草案", "《", "实事", "方案", "规划"]);
    is_call && !tells_result(title) && !says(&["征兵", "征集志愿", "征集令"])
}

/// Whether it is opinions on a draft that the title asks for, not projects or clues.
fn asks_for_opinions(title: &str) -> bool {
    ["征求", "听取", "意见", "建议", "草案", "稿)", "稿）", "《"].iter().any(|word| title.contains(word))
}

fn tells_result(title: &str) -> bool {
    ["结果", "采纳", "反馈情况", "意见反馈", "意见情况", "征集情况", "意见汇总", "情况说明", "情况公布", "情况的"]
        .iter()
        .any(|word| title.contains(word))
}

/// The last day of a stated length; none where the calendar does not know the working days.
fn end_of(case: &Case<'_>, day: Date, lasts: Lasts) -> Option<Date> {
    if lasts.working { case.context.calendar.add(day, u32::from(lasts.days)) } else { Some(after(day, lasts.days)) }
}

fn after(day: Date, days: u16) -> Date {
    day.saturating_add(Span::new().days(i64::from(days)))
}

/// The address without scheme and host.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.find('/').map_or("/", |slash| &rest[slash..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_and_its_result_have_one_name() {
        let call = essence("青河县教育局关于公开征求《青河县校外培训管理办法（征求意见稿）》意见的公告");
        for result in [
            "《青河县校外培训管理办法（征求意见稿）》意见征集结果反馈",
            "关于青河县校外培训管理办法征求意见采纳情况的说明",
        ] {
            assert_eq!(nearness(&call, &essence(result)), 100, "{result}");
        }
        assert!(nearness(&call, &essence("《青河县停车管理办法》征求意见结果反馈")) < SAME);
    }

    #[test]
    fn another_kind_of_document_is_another_draft() {
        let call = essence("《青河县城区停车管理办法（征求意见稿）》公开征求意见的公告");
        let result = |title: &str| nearness(&call, &essence(title));
        assert!(result("《青河县城区停车收费标准》征求意见结果反馈") < NEAR);
        assert!(
            (NEAR..SAME).contains(&result("《青河县城区停车管理规定》征求意见结果反馈")),
            "it may have been renamed"
        );
        assert_eq!(result("青河县城区停车管理办法意见采纳情况"), 100);
    }

    #[test]
    fn calls_are_told_from_results() {
        assert!(calls_for_opinions("关于《停车办法》公开征求意见的公告"));
        assert!(calls_for_opinions("关于征集2023年民生实事项目建议的公告"));
        for other in
            ["《停车办法》征求意见采纳情况", "2022年夏秋季征兵公告", "停水通知", "征集老照片的启事", "城市形象标识征集"]
        {
            assert!(!calls_for_opinions(other), "{other}");
        }
    }
}

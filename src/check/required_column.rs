//! Kind `required-column`: a column that every such unit must have is missing, empty, or only leads to another site.

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, host_of, is_gone, unread},
};
use crate::model::{Cause, ColumnFacts, ColumnState, MatchedBy, Subject, Verdict};

/// Letters of link text that go with one outward link: what is left is the column's own text.
const TEXT_OF_A_LINK: usize = 40;

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredColumn {
    pub fault: Fault,
    /// Standard names of the columns asked for; for whom, the word list says.
    #[serde(default)]
    pub columns: Vec<String>,
    /// True: also the columns that the unit's plan assigns to it (`assigned` in the portal's configuration).
    #[serde(default)]
    pub assigned: bool,
    /// Instead of named columns: every column that hangs under this one, each by its own address (`empty` only).
    #[serde(default)]
    pub below: Option<String>,
    /// Columns under `below` that another check looks at.
    #[serde(default)]
    pub except: Vec<String>,
    /// Characters of own text from which a page without rows counts as filled.
    #[serde(default = "least_text")]
    pub least_text: usize,
}

fn least_text() -> usize {
    80
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    Missing,
    Empty,
    LeadsAway,
}

/// One page may be anything; so many that a column leads to are what it holds.
const LEAST_PAGES: usize = 2;

/// What is to be seen on a column.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Content {
    /// Rows, sub-columns, files or text of its own.
    Own,
    /// Nothing but links to this host.
    Away {
        host: String,
        links: usize,
    },
    /// Links to other hosts, and some text beside them.
    AwayWithText {
        links: usize,
        text: usize,
    },
    /// The list says it has pages, but no row could be recognised.
    RowsUnread {
        pages: usize,
    },
    Empty,
    Unread(Cause),
}

impl Rule for RequiredColumn {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        if let Some(below) = &self.below {
            return self.judge_below(case, below);
        }
        let assigned = case.context.portal.assigned.iter().filter(|_| self.assigned);
        let assigned = assigned.filter_map(|column| self.judge_assigned(case, &column.name));
        self.columns.iter().map(|term| self.judge_term(case, term)).chain(assigned).collect()
    }

    fn yields_to_silence(&self) -> bool {
        self.fault == Fault::Empty
    }

    fn columns(&self) -> Vec<&str> {
        self.columns.iter().chain(&self.below).chain(&self.except).map(String::as_str).collect()
    }
}

/// Fewer entrances to other columns may be chance.
const LEAST_ENTRANCES: usize = 3;

impl RequiredColumn {
    /// Every leaf must resolve and hold something.
    fn judge_below(&self, case: &Case<'_>, below: &str) -> Vec<Judgement> {
        let is_other =
            |column: &ColumnFacts, term: &String| column.fits(term).is_some_and(|fit| fit.by != MatchedBy::Weak);
        // Flat platforms lead to their leaves, which call themselves parts of something else.
        let catalogues = case.columns_named(below);
        let is_entrance = |column: &&ColumnFacts| {
            column.entrance_on.iter().any(|on| catalogues.iter().any(|catalogue| catalogue.key == *on))
        };
        let leaves = case.columns().filter(|column| case.stands_under(&column.key, below) || is_entrance(column));
        let leaves = leaves.filter(|column| {
            !is_other(column, &below.to_owned()) && !self.except.iter().any(|term| is_other(column, term))
        });
        leaves
            .map(|column| {
                let subject = Subject::new(format!("column:{}", column.key), &column.name);
                match unread(column).filter(|cause| is_gone(*cause)) {
                    Some(cause) => {
                        let reason = format!("“{below}”之下的“{}”点开后{cause}", column.name);
                        let evidence = proof::column(case, column, format!("入口打开后{cause}"));
                        Judgement::new(subject, Verdict::Failed, reason).at(&column.url).with([evidence])
                    }
                    None => self.empty(case, &column.name, subject, &[column]),
                }
            })
            .collect()
    }

    /// A column that the plan gives to responsible units is judged once, for the one that leads.
    fn judge_assigned(&self, case: &Case<'_>, term: &str) -> Option<Judgement> {
        let portal = case.context.portal;
        let answering = portal.assigned_to(term)?;
        if answering.iter().all(|unit| unit.name != case.unit.name) {
            return None;
        }
        let subject = Subject::new(format!("column:{term}"), term);
        if case.context.lexicon.term(term).is_none() {
            let reason = format!("“{term}”不在栏目词表（word-lists/columns.yaml）中，无法识别，请补充词表");
            return Some(Judgement::new(subject, Verdict::NeedsReview, reason));
        }
        let is_shared = portal.assigned.iter().any(|column| column.name == term && !column.units.is_empty());
        match answering.first().filter(|lead| is_shared && lead.name != case.unit.name) {
            Some(lead) => {
                let reason = format!("“{term}”由{}牵头，情况记在该单位", lead.name);
                Some(Judgement::new(subject, Verdict::NotApplicable, reason))
            }
            None => Some(self.judge_term(case, term)),
        }
    }

    fn judge_term(&self, case: &Case<'_>, term: &str) -> Judgement {
        let judgement = self.judge_found(case, term, &case.columns_named(term));
        judgement.with(case.columns_named(term).into_iter().filter_map(|column| proof::pin(case, column, term)))
    }

    fn judge_found(&self, case: &Case<'_>, term: &str, found: &[&ColumnFacts]) -> Judgement {
        let subject = Subject::new(format!("column:{term}"), term);
        let kinds = case.context.lexicon.term(term).map_or(&[][..], |term| &term.applies_to);
        if !kinds.is_empty() && !kinds.contains(&case.unit.kind) {
            let reason = format!("“{term}”不要求{}设置", case.unit.kind);
            return Judgement::new(subject, Verdict::NotApplicable, reason);
        }
        match self.fault {
            Fault::Missing => by_plan(case, term, missing(case, term, subject, found)),
            _ if found.is_empty() => not_found(case, term, subject),
            Fault::Empty => self.empty(case, term, subject, found),
            Fault::LeadsAway => self.leads_away(case, term, subject, found),
        }
    }

    fn empty(&self, case: &Case<'_>, term: &str, subject: Subject, found: &[&ColumnFacts]) -> Judgement {
        let seen: Vec<(&ColumnFacts, Content)> =
            found.iter().map(|column| (*column, self.content(case, column))).collect();
        let first = |wanted: fn(&Content) -> bool| seen.iter().find(|(_, content)| wanted(content));
        if let Some((column, _)) = first(|content| matches!(content, Content::Own)) {
            let reason = format!("“{term}”有内容：{}", describe(column));
            return Judgement::new(subject, Verdict::Passed, reason).at(&column.url);
        }
        if let Some((column, Content::RowsUnread { pages })) =
            first(|content| matches!(content, Content::RowsUnread { .. }))
        {
            let reason = format!("“{term}”自称有{pages}页列表，但未能识别出任何一条，请人工查看是否为空");
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&column.url).with([proof::column(
                case,
                column,
                "未识别出列表内容",
            )]);
        }
        if let Some((column, Content::Unread(cause))) = first(|content| matches!(content, Content::Unread(_))) {
            return unreadable(case, term, subject, column, *cause);
        }
        if let Some((column, _)) =
            first(|content| matches!(content, Content::Away { .. } | Content::AwayWithText { .. }))
        {
            let reason = format!("“{term}”指向其他网站，由“栏目仅跳转外站”检查");
            return Judgement::new(subject, Verdict::NotApplicable, reason).at(&column.url);
        }
        let column = found[0];
        let reason = format!(
            "“{term}”为空栏目：没有信息条目、下级栏目和附件，页面正文仅{}字（不足{}字）",
            column.text_length, self.least_text
        );
        let evidence = found.iter().map(|column| proof::column(case, column, "页面已读取，无内容"));
        Judgement::new(subject, Verdict::Failed, reason).at(&column.url).with(evidence)
    }

    fn leads_away(&self, case: &Case<'_>, term: &str, subject: Subject, found: &[&ColumnFacts]) -> Judgement {
        let seen: Vec<(&ColumnFacts, Content)> =
            found.iter().map(|column| (*column, self.content(case, column))).collect();
        let first = |wanted: fn(&Content) -> bool| seen.iter().find(|(_, content)| wanted(content));
        if let Some((column, _)) = first(|content| matches!(content, Content::Own)) {
            let reason = format!("“{term}”在本站有内容：{}", describe(column));
            return Judgement::new(subject, Verdict::Passed, reason).at(&column.url);
        }
        if let Some((column, Content::Unread(cause))) = first(|content| matches!(content, Content::Unread(_))) {
            return unreadable(case, term, subject, column, *cause);
        }
        if let Some((column, Content::AwayWithText { links, text })) =
            first(|content| matches!(content, Content::AwayWithText { .. }))
        {
            let reason = format!(
                "“{term}”没有本站条目，只有{links}个指向其他网站的链接，但另有{text}字说明，请人工判断是否仅为跳转"
            );
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&column.url).with([proof::column(
                case,
                column,
                "链接均指向其他网站",
            )]);
        }
        if let Some((column, Content::Away { host, links })) = first(|content| matches!(content, Content::Away { .. }))
        {
            let reason = if *links == 0 {
                format!("“{term}”的入口直接指向其他网站{host}，本站没有该栏目内容")
            } else {
                format!("“{term}”仅有的{links}个链接均指向其他网站（{host}），本站没有该栏目内容")
            };
            return Judgement::new(subject, Verdict::Failed, reason).at(&column.url).with([proof::column(
                case,
                column,
                format!("指向{host}"),
            )]);
        }
        let reason = format!("“{term}”没有指向其他网站；栏目为空，由“必设栏目为空”检查");
        Judgement::new(subject, Verdict::NotApplicable, reason).at(&found[0].url)
    }

    fn content(&self, case: &Case<'_>, column: &ColumnFacts) -> Content {
        if let ColumnState::LeadsAway { host } = &column.state {
            return Content::Away { host: host.clone(), links: 0 };
        }
        if let Some(cause) = unread(column) {
            return Content::Unread(cause);
        }
        let home = host_of(&case.facts.url).or_else(|| host_of(&case.context.portal.url));
        let foreign: Vec<String> = column
            .entries
            .iter()
            .filter_map(|entry| host_of(&entry.url))
            .filter(|host| Some(host) != home.as_ref())
            .collect();
        let has_rows = column.entries.len() > foreign.len();
        // A page of entrances to columns that hang elsewhere holds these.
        let leads_on = !column.children.is_empty() || column.entrances >= LEAST_ENTRANCES;
        if has_rows || leads_on || column.attachments > 0 || column.inward_pages >= LEAST_PAGES {
            return Content::Own;
        }
        if let Some(host) = foreign.first() {
            return Content::Away { host: host.clone(), links: foreign.len() };
        }
        let (links, text) = (column.outward_links, column.text_length);
        if links > 0 && text < self.least_text {
            return Content::Away { host: "其他网站".to_owned(), links };
        }
        if links > 0 && text < self.least_text + links * TEXT_OF_A_LINK {
            return Content::AwayWithText { links, text };
        }
        match column.pages_total {
            _ if text >= self.least_text => Content::Own,
            Some(pages) if pages > 1 => Content::RowsUnread { pages },
            _ => Content::Empty,
        }
    }
}

/// Whether the column is there at all; also asked by kinds that look into a column.
pub(super) fn missing(case: &Case<'_>, term: &str, subject: Subject, found: &[&ColumnFacts]) -> Judgement {
    // An entry that leads to a page counts as there, even if the page was left out for want of budget.
    let present = found.iter().find(|column| !matches!(column.state, ColumnState::Unreadable { .. }));
    if let Some(column) = present {
        let how = column.fits(term).map_or("", |fit| match fit.by {
            MatchedBy::Pin => "（由工作人员指定）",
            MatchedBy::Name | MatchedBy::Weak => "",
            MatchedBy::Alias => "（常用别名）",
            MatchedBy::MetaName | MatchedBy::MetaType => "（依据页面META标签）",
            MatchedBy::Content => "（名称相近，所载内容即此类）",
        });
        let reason = format!("已设“{term}”：栏目“{}”{how}", column.name);
        return Judgement::new(subject, Verdict::Passed, reason).at(&column.url);
    }
    if let Some((column, cause)) = found.iter().find_map(|column| Some((*column, unread(column)?))) {
        if is_gone(cause) {
            let reason = format!("“{term}”有入口，但打开后{cause}，请人工判断栏目是否已撤");
            return Judgement::new(subject, Verdict::NeedsReview, reason).at(&column.url).with([proof::column(
                case,
                column,
                format!("入口打开后{cause}"),
            )]);
        }
        return unreadable(case, term, subject, column, cause);
    }
    if let Some(blocked) = case.blocked() {
        let reason = format!("{}，不能断定没有“{term}”", blocked.because);
        return Judgement::new(subject, blocked.verdict(), reason).with(proof::blocked(case, &blocked));
    }
    if let Some(near) = case.columns_nearly_named(term).first() {
        let reason = format!("未找到“{term}”，但有名称相近的栏目“{}”，请人工判断是否即为该栏目", near.name);
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&near.url).with([proof::column(
            case,
            near,
            "名称相近",
        )]);
    }
    if let Some(gateway) = case.lost_gateway() {
        let reason = format!("未见“{term}”，而上级栏目“{}”的入口已失效（页面不存在），请人工查看", gateway.name);
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&gateway.url).with([proof::column(
            case,
            gateway,
            "入口打开后页面不存在",
        )]);
    }
    if let Some((gateway, host)) = gateway_away(case) {
        let reason = format!("本站未找到“{term}”，而“{}”指向其他网站{host}，请人工到该网站查看", gateway.name);
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&gateway.url).with([proof::column(
            case,
            gateway,
            format!("指向{host}"),
        )]);
    }
    if let Some(entry) = case.scripted_entry(term) {
        let reason = format!("“{term}”有入口“{}”，但没有网址、只能由脚本打开，请人工查看", entry.text);
        let shown = proof::seen(case, &entry.page, &entry.text, "没有网址的入口");
        return Judgement::new(subject, Verdict::NeedsReview, reason).at(&entry.page).with([shown]);
    }
    let coverage = &case.facts.coverage;
    let mut reason = format!(
        "未设“{term}”：访问{}个页面，核对{}个菜单名称，未见该栏目及其常用别名",
        coverage.visits.len(),
        coverage.menus.len()
    );
    let scattered = case.scattered(term);
    if !scattered.is_empty() {
        reason.push_str(&format!("；相关信息散见于{}，未集中在专栏或同一目录", scattered.join("、")));
    }
    Judgement::new(subject, Verdict::Failed, reason).at(&case.facts.url).with(proof::absence(case, term))
}

/// A column that only some plans ask of such units: where no plan is known to ask it, a person decides.
fn by_plan(case: &Case<'_>, term: &str, judgement: Judgement) -> Judgement {
    let kind = case.unit.kind;
    let is_optional = case.context.lexicon.term(term).is_some_and(|term| term.by_plan.contains(&kind));
    if judgement.verdict != Verdict::Failed || !is_optional || case.is_assigned(term) {
        return judgement;
    }
    let reason = format!("{}；只有考核方案有此要求时，{kind}才须设，请对照方案人工判断", judgement.reason);
    Judgement { verdict: Verdict::NeedsReview, reason, ..judgement }
}

/// A column under which others hang, when it leads to another host.
fn gateway_away<'a>(case: &Case<'a>) -> Option<(&'a ColumnFacts, String)> {
    case.columns().find_map(|column| match &column.state {
        ColumnState::LeadsAway { host } if case.is_gateway(column) => Some((column, host.clone())),
        _ => None,
    })
}

/// For the other two faults: there is no column to look at.
fn not_found(case: &Case<'_>, term: &str, subject: Subject) -> Judgement {
    match case.blocked() {
        Some(blocked) => {
            let reason = format!("{}，未见“{term}”", blocked.because);
            Judgement::new(subject, blocked.verdict(), reason).with(proof::blocked(case, &blocked))
        }
        None => {
            let reason = format!("未找到“{term}”，由“必设栏目缺失”检查");
            Judgement::new(subject, Verdict::NotApplicable, reason)
        }
    }
}

fn unreadable(case: &Case<'_>, term: &str, subject: Subject, column: &ColumnFacts, cause: Cause) -> Judgement {
    let reason = format!("“{term}”未能读取（{cause}），不作判断");
    Judgement::new(subject, Verdict::NotMeasurable(cause), reason).at(&column.url).with([proof::column(
        case,
        column,
        format!("未能读取：{cause}"),
    )])
}

fn describe(column: &ColumnFacts) -> String {
    match (column.entries.len(), column.children.len()) {
        (0, 0) if column.attachments > 0 => format!("{}个附件", column.attachments),
        (0, 0) => format!("正文{}字", column.text_length),
        (0, children) => format!("{children}个下级栏目"),
        (rows, _) => format!("{rows}条信息"),
    }
}

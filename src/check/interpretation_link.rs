//! Kind `interpretation-link`: a policy document without its interpretation, links missing between the two, or an
//! interpretation that came too late.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule,
    pairing::{Pairing, links_to, same_page},
    policy_title::{exemption, names_policy},
    proof,
    scope::{Case, unread},
    span::Window,
};
use crate::{
    model::{Cause, ColumnFacts, ColumnRole, DocumentFacts, DocumentRole, Subject, Verdict},
    text::normalise,
};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterpretationLink {
    pub fault: Fault,
    /// Policies published in this window before the day of the check are looked at.
    pub window: Window,
    /// Working days within which the interpretation must follow the policy.
    pub grace_working_days: u32,
    /// Standard name of the column that gathers interpretations.
    pub column: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// No interpretation at all.
    WithoutInterpretation,
    /// There is one, but the policy does not link to it.
    PolicyNotLinked,
    /// There is one, but it does not link to the policy.
    InterpretationNotLinkedBack,
    /// It came later than the days of grace.
    Late,
}

impl Rule for InterpretationLink {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let pairing = Pairing::of(&case.facts.documents);
        let own: BTreeSet<&str> = case.documents().map(|document| document.key.as_str()).collect();
        let mine = |document: &&&DocumentFacts| own.contains(document.key.as_str());
        match self.fault {
            Fault::InterpretationNotLinkedBack => pairing
                .interpretations
                .iter()
                .filter(mine)
                .map(|interpretation| self.not_linked_back(case, &pairing, interpretation))
                .collect(),
            _ => pairing
                .policies
                .iter()
                .filter(mine)
                .map(|policy| match self.out_of_scope(case, policy) {
                    Some(judgement) => judgement,
                    None => self.judge_policy(case, &pairing, policy),
                })
                .collect(),
        }
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }
}

impl InterpretationLink {
    fn judge_policy(&self, case: &Case<'_>, pairing: &Pairing<'_>, policy: &DocumentFacts) -> Judgement {
        let paired = pairing.of_policy(&policy.key);
        match self.fault {
            Fault::WithoutInterpretation => self.without(case, pairing, policy, &paired),
            Fault::PolicyNotLinked => not_linked(case, pairing, policy, &paired),
            _ => self.late(case, pairing, policy, &paired),
        }
    }

    /// Why a policy is not looked at: too old, dated in the future, of an exempt kind; or its date is unknown.
    fn out_of_scope(&self, case: &Case<'_>, policy: &DocumentFacts) -> Option<Judgement> {
        let as_of = case.context.as_of;
        let first = self.window.before(as_of);
        if let Some(exempt) = exemption(case, policy) {
            return Some(say(policy, Verdict::NotApplicable, format!("属于{}，不要求解读", exempt.kind)));
        }
        let Some(published) = policy.published.map(|moment| moment.date) else {
            if let Some(written) = policy.written.map(|moment| moment.date).filter(|written| *written < first) {
                let reason = format!("成文于{written}，早于检查范围（{first}以来）");
                return Some(say(policy, Verdict::NotApplicable, reason));
            }
            if !policy.read {
                return Some(unread_page(policy, "发布日期不明，不作判断"));
            }
            let reason = "页面未标注发布日期，不能确定是否在检查范围内，请人工判断";
            return Some(say(policy, Verdict::NeedsReview, reason).with([proof::document(
                case,
                policy,
                "未见发布日期",
            )]));
        };
        let outside = if published < first {
            format!("发布于{published}，早于检查范围（{first}以来）")
        } else if published > as_of {
            format!("发布日期{published}晚于检查日{as_of}")
        } else {
            return None;
        };
        Some(say(policy, Verdict::NotApplicable, outside))
    }

    fn without(
        &self,
        case: &Case<'_>,
        pairing: &Pairing<'_>,
        policy: &DocumentFacts,
        paired: &[&DocumentFacts],
    ) -> Judgement {
        if let Some(interpretation) = paired.first() {
            return say(policy, Verdict::Passed, format!("有解读“{}”", interpretation.title));
        }
        if let Some(column) = self.linked_column(case, policy) {
            return say(policy, Verdict::Passed, format!("页面链接到“{}”栏目中的解读", column.name));
        }
        if let Some((where_from, words)) = stated_reasons(case, policy) {
            let reason = format!("“{}”已说明不作解读的理由：{words}", where_from.title);
            return say(policy, Verdict::Passed, reason).with([proof::document(case, where_from, "不作解读的说明")]);
        }
        if !policy.read {
            return unread_page(policy, "不能断定没有解读");
        }
        let published = day_of(policy);
        if let Some((cause, because)) = published.and_then(|published| self.unseen(case, pairing, published)) {
            return say(policy, Verdict::NotMeasurable(cause), format!("{because}，不能断定没有解读"));
        }
        if let Some(near) = pairing.perhaps_of_policy(&policy.key).first() {
            let reason = format!("未找到明确对应的解读，“{}”与之相近，请人工判断", near.title);
            return say(policy, Verdict::NeedsReview, reason)
                .with([proof::document(case, policy, "政策文件"), proof::document(case, near, "可能是其解读")]);
        }
        let as_of = case.context.as_of;
        let Some(gone_by) = published.and_then(|published| case.context.calendar.between(published, as_of)) else {
            return say(
                policy,
                Verdict::NeedsReview,
                "未找到解读，但该年度工作日历未收录，不能判断是否已过期限，请人工判断",
            );
        };
        let grace = self.grace_working_days;
        if gone_by <= grace {
            return say(
                policy,
                Verdict::NotApplicable,
                format!("发布后第{gone_by}个工作日，解读期限（{grace}个工作日）未过"),
            );
        }
        let published = published.map_or_else(String::new, |day| day.to_string());
        let reason = format!(
            "发布于{published}，至检查日已过{gone_by}个工作日，未找到对应解读：已按链接、标题和文号核对{}篇解读",
            pairing.interpretations.len()
        );
        let judged = if names_policy(case, policy) {
            say(policy, Verdict::Failed, reason)
        } else {
            let reason = format!("{reason}；从标题看不出是应当解读的政策性文件，请人工判断");
            say(policy, Verdict::NeedsReview, reason)
        };
        judged
            .with([proof::document(
                case,
                policy,
                format!("页面已读取，共{}个文内及相关链接，均非解读", policy.links.len()),
            )])
            .with(self.columns_of(case).into_iter().map(|column| {
                proof::column(case, column, format!("解读栏目已读取{}条，无对应解读", column.entries.len()))
            }))
            .with(proof::absence(case, &policy.title))
    }

    fn late(
        &self,
        case: &Case<'_>,
        pairing: &Pairing<'_>,
        policy: &DocumentFacts,
        paired: &[&DocumentFacts],
    ) -> Judgement {
        if paired.is_empty() {
            return say(policy, Verdict::NotApplicable, "未找到对应解读，由“政策文件无解读”检查");
        }
        let Some(published) = day_of(policy) else {
            return say(policy, Verdict::NeedsReview, "页面未标注发布日期，请人工判断解读是否及时");
        };
        let earliest =
            paired.iter().filter_map(|document| Some((day_of(document)?, *document))).min_by_key(|(day, _)| *day);
        let Some((explained, interpretation)) = earliest else {
            let interpretation = paired[0];
            if !interpretation.read {
                return unread_page(interpretation, "解读发布日期不明").about(policy);
            }
            return say(
                policy,
                Verdict::NeedsReview,
                format!("解读“{}”未标注发布日期，请人工判断是否及时", interpretation.title),
            )
            .with([proof::document(case, interpretation, "未见发布日期")]);
        };
        let grace = self.grace_working_days;
        let Some(days) = case.context.calendar.between(published, explained) else {
            let reason = format!(
                "解读于{explained}发布（文件{published}发布），该年度工作日历未收录，请人工计算是否超过{grace}个工作日"
            );
            return say(policy, Verdict::NeedsReview, reason);
        };
        if days <= grace {
            let reason =
                format!("解读于{explained}发布，距文件发布（{published}）{days}个工作日，未超过{grace}个工作日");
            return say(policy, Verdict::Passed, reason);
        }
        if let Some(unread) = [policy, interpretation].into_iter().find(|document| !document.read) {
            return unread_page(unread, "发布日期仅见于列表，不作判断").about(policy);
        }
        if let Some((cause, because)) = self.unseen(case, pairing, published) {
            let reason = format!("已知解读于{explained}发布；{because}，不能断定没有更早的解读");
            return say(policy, Verdict::NotMeasurable(cause), reason);
        }
        let reason = format!("文件于{published}发布，解读于{explained}发布，相隔{days}个工作日，超过{grace}个工作日");
        say(policy, Verdict::Failed, reason).with([
            proof::document(case, policy, format!("文件发布日期{published}")),
            proof::document(case, interpretation, format!("解读发布日期{explained}")),
        ])
    }

    fn not_linked_back(&self, case: &Case<'_>, pairing: &Pairing<'_>, interpretation: &DocumentFacts) -> Judgement {
        let policies = pairing.of_interpretation(&interpretation.key);
        if policies.is_empty() {
            return say(interpretation, Verdict::NotApplicable, "未在本站找到所解读的政策文件");
        }
        if let Some(policy) = policies.iter().find(|policy| links_to(interpretation, policy)) {
            return say(interpretation, Verdict::Passed, format!("已链接到“{}”", policy.title));
        }
        let in_scope: Vec<&&DocumentFacts> =
            policies.iter().filter(|policy| self.out_of_scope(case, policy).is_none()).collect();
        let Some(policy) = in_scope.first() else {
            return say(interpretation, Verdict::NotApplicable, "所解读的政策文件不在检查范围内");
        };
        if !interpretation.read {
            return unread_page(interpretation, "不能断定没有链接到政策文件");
        }
        let reason = format!("解读“{}”，但页面没有链接到该文件", policy.title);
        say(interpretation, Verdict::Failed, reason).with([
            proof::document(case, interpretation, "解读页面已读取，无指向该文件的链接"),
            proof::document(case, policy, "所解读的政策文件"),
        ])
    }

    /// Why an interpretation of a policy of that day may exist without having been seen.
    fn unseen(&self, case: &Case<'_>, pairing: &Pairing<'_>, published: Date) -> Option<(Cause, String)> {
        if let Some(blocked) = case.blocked() {
            return Some((blocked.cause, blocked.because));
        }
        for column in self.columns_of(case) {
            for part in std::iter::once(column).chain(case.below(column)) {
                if let Some(cause) = unread(part) {
                    return Some((cause, format!("“{}”未能读取（{cause}）", part.name)));
                }
                let more = part.pages_total.is_some_and(|total| part.pages_read < total);
                let oldest = part.entries.iter().filter_map(|entry| entry.date.map(|moment| moment.date)).min();
                if more && oldest.is_none_or(|oldest| oldest > published) {
                    return Some((Cause::Budget, format!("“{}”只读了前{}页", part.name, part.pages_read)));
                }
            }
        }
        // An interpretation whose page was not read and whose title names no known policy may be the one.
        let unread_one = pairing.interpretations.iter().find(|document| {
            let may_follow = day_of(document).is_none_or(|day| day >= published);
            !document.read && may_follow && pairing.of_interpretation(&document.key).is_empty()
        })?;
        let cause = unread_one.unread_cause.unwrap_or(Cause::Budget);
        Some((cause, format!("解读“{}”未能读取（{cause}）", unread_one.title)))
    }

    /// The interpretation columns of the whole portal: a unit's interpretation may stand in the government's column.
    fn columns_of<'a>(&self, case: &Case<'a>) -> Vec<&'a ColumnFacts> {
        case.facts.columns.iter().filter(|column| column.fits(&self.column).is_some()).collect()
    }

    /// An interpretation column that the policy links into: the page behind the link was not taken for a document.
    fn linked_column<'a>(&self, case: &Case<'a>, policy: &DocumentFacts) -> Option<&'a ColumnFacts> {
        let is_known = |link: &str| {
            case.facts.documents.iter().any(|document| same_page(&document.url, link))
                || case.facts.columns.iter().any(|column| same_page(&column.url, link))
        };
        self.columns_of(case).into_iter().find(|column| {
            let Some(folder) = own_folder(case, column) else { return false };
            let below = |link: &&String| link.strip_prefix(&folder).is_some_and(|rest| !is_index(rest));
            policy.links.iter().filter(below).any(|link| !is_known(link))
        })
    }
}

/// The folder in which the pages of a column stand: `x/` for `x/`, `x/index.html` and `x.htm`. None where it would be
/// the whole site, holds other columns as well, or the address is a question to a program (`list?id=5`).
fn own_folder(case: &Case<'_>, column: &ColumnFacts) -> Option<String> {
    let url = column.url.split('#').next()?;
    let (site, path) = url.split_once("://").map_or(("", url), |(_, rest)| {
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        (&url[..url.len() - rest.len() + host.len()], path)
    });
    let path = path.trim_start_matches('/');
    if path.contains('?') {
        return None;
    }
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = if file.is_empty() || is_index(file) {
        folder.to_owned()
    } else {
        let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
        if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
    };
    if folder.is_empty() {
        return None;
    }
    let folder = format!("{site}/{folder}/");
    let own: Vec<&str> = case.below(column).into_iter().map(|below| below.key.as_str()).collect();
    let lexicon = case.context.lexicon;
    let explains = |other: &ColumnFacts| {
        other.matched.iter().any(|hit| lexicon.role_of(&hit.term) == Some(ColumnRole::Interpretation))
    };
    let is_other =
        |other: &&ColumnFacts| other.key != column.key && !own.contains(&other.key.as_str()) && !explains(other);
    let shared = case.facts.columns.iter().filter(is_other).any(|other| other.url.starts_with(&folder));
    (!shared).then_some(folder)
}

/// Whether the last part of an address is its folder's own page or a page of its list: nothing, `index.html`,
/// `index_2.html`.
fn is_index(file: &str) -> bool {
    let name = file.split(['?', '#']).next().unwrap_or(file);
    name.is_empty() || (!name.contains('/') && ["index", "default", "list"].iter().any(|word| name.starts_with(word)))
}

fn not_linked(case: &Case<'_>, pairing: &Pairing<'_>, policy: &DocumentFacts, paired: &[&DocumentFacts]) -> Judgement {
    let Some(interpretation) = paired.first() else {
        return match pairing.perhaps_of_policy(&policy.key).first() {
            Some(near) => {
                let reason = format!("“{}”可能是其解读，但页面没有链接到它，请人工判断", near.title);
                say(policy, Verdict::NeedsReview, reason).with([proof::document(case, near, "可能是其解读")])
            }
            None => say(policy, Verdict::NotApplicable, "未找到对应解读，由“政策文件无解读”检查"),
        };
    };
    if let Some(linked) = paired.iter().find(|interpretation| links_to(policy, interpretation)) {
        return say(policy, Verdict::Passed, format!("已链接到解读“{}”", linked.title));
    }
    if !policy.read {
        return unread_page(policy, "不能断定没有链接到解读");
    }
    let reason = format!("已有解读“{}”，但政策文件页面没有链接到它", interpretation.title);
    say(policy, Verdict::Failed, reason).with([
        proof::document(case, policy, format!("页面已读取，共{}个文内及相关链接，无指向解读者", policy.links.len())),
        proof::document(case, interpretation, "已发布的解读"),
    ])
}

/// Where reasons are given why this policy has no interpretation, and their words: on its own page, or on another one
/// that names it or is linked with it.
fn stated_reasons<'a>(case: &Case<'a>, policy: &'a DocumentFacts) -> Option<(&'a DocumentFacts, &'a str)> {
    let words = |document: &'a DocumentFacts| document.particulars.as_ref()?.no_interpretation.as_deref();
    if let Some(words) = words(policy) {
        return Some((policy, words));
    }
    let title = normalise(&policy.title);
    case.facts.documents.iter().find_map(|other| {
        let words = words(other).or_else(|| says_no_interpretation(&other.title).then_some(other.title.as_str()))?;
        let names = || other.mentions.iter().any(|mention| title.contains(&normalise(mention)));
        let is_about = links_to(policy, other) || links_to(other, policy) || names();
        (other.role != DocumentRole::Policy && other.key != policy.key && is_about).then_some((other, words))
    })
}

/// Whether a title announces reasons for not interpreting, as 关于《……》不作解读的说明 does.
fn says_no_interpretation(title: &str) -> bool {
    let title = normalise(title);
    [
        "不作解读",
        "不做解读",
        "不予解读",
        "不进行解读",
        "不需要解读",
        "无需解读",
        "不再解读",
        "不作政策解读",
        "不做政策解读",
    ]
    .iter()
    .any(|words| title.contains(words))
}

fn day_of(document: &DocumentFacts) -> Option<Date> {
    document.published.map(|moment| moment.date)
}

fn say(document: &DocumentFacts, verdict: Verdict, reason: impl Into<String>) -> Judgement {
    let subject = Subject::new(format!("document:{}", document.key), &document.title);
    Judgement::new(subject, verdict, reason).at(&document.url)
}

fn unread_page(document: &DocumentFacts, so: &str) -> Judgement {
    let cause = document.unread_cause.unwrap_or(Cause::Budget);
    say(document, Verdict::NotMeasurable(cause), format!("“{}”页面未读取（{cause}），{so}", document.title))
}

impl Judgement {
    /// The same of the policy that the unread page belongs to.
    fn about(mut self, policy: &DocumentFacts) -> Self {
        self.subject = Subject::new(format!("document:{}", policy.key), &policy.title);
        self
    }
}

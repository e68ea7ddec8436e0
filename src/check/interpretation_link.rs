//! Kind `interpretation-link`: a policy document without its interpretation, links missing between the two, or an
//! interpretation that came too late.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule,
    across::{Across, Other, Tie},
    explained::{Explained, Explains},
    pairing::{Pairing, links_to},
    policy_page::{Leads, linked_column, outward_interpretation, outward_policy, stated_reasons},
    policy_title::{exemption, issuer_elsewhere, names_policy},
    proof,
    scope::{Case, unread},
    span::Window,
};
use crate::model::{Cause, ColumnFacts, DocumentFacts, Subject, Verdict};

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

/// Everything that may be the other side: on this portal, and on others.
struct Pairs<'a> {
    here: Pairing<'a>,
    across: Across<'a>,
}

impl Rule for InterpretationLink {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let across = Across::of(case, &self.columns_of(case));
        let pairs = Pairs { here: Pairing::of(&case.facts.documents), across };
        let own: BTreeSet<&str> = case.documents().map(|document| document.key.as_str()).collect();
        let mine = |document: &&&DocumentFacts| own.contains(document.key.as_str());
        match self.fault {
            Fault::InterpretationNotLinkedBack => pairs
                .here
                .interpretations
                .iter()
                .filter(mine)
                .map(|interpretation| self.not_linked_back(case, &pairs, interpretation))
                .collect(),
            _ => pairs
                .here
                .policies
                .iter()
                .filter(mine)
                .map(|policy| match self.out_of_scope(case, policy) {
                    Some(judgement) => judgement,
                    None => self.judge_policy(case, &pairs, policy),
                })
                .collect(),
        }
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }
}

impl InterpretationLink {
    fn judge_policy<'a>(&self, case: &Case<'a>, pairs: &Pairs<'a>, policy: &'a DocumentFacts) -> Judgement {
        let (here, there) = (pairs.here.of_policy(&policy.key), pairs.across.interpretations_of(policy));
        let is_alone = here.is_empty() && there.is_empty();
        let perhaps = if is_alone { pairs.across.perhaps_of(policy) } else { None };
        let explained = Explained { policy, here, there, perhaps };
        let judgement = match self.fault {
            Fault::WithoutInterpretation => self.without(case, pairs, &explained),
            Fault::PolicyNotLinked => not_linked(case, pairs, &explained),
            _ => self.late(case, pairs, &explained),
        };
        if !matches!(judgement.verdict, Verdict::Failed | Verdict::NeedsReview) {
            return judgement;
        }
        match pairs.across.original_of(policy) {
            Some(original) => {
                let reason = format!("同一文件已由{}发布（{}），在该网站检查", original.stands_on(), original.url);
                say(policy, Verdict::NotApplicable, reason).with([original.proof("同一文件")])
            }
            None => judgement,
        }
    }

    /// Why a policy is not looked at: too old, dated in the future, of an exempt kind; or its date is unknown.
    fn out_of_scope(&self, case: &Case<'_>, policy: &DocumentFacts) -> Option<Judgement> {
        let as_of = case.context.as_of;
        let first = self.window.before(as_of);
        if let Some(exempt) = exemption(case, policy) {
            return Some(say(policy, Verdict::NotApplicable, format!("属于{}，不要求解读", exempt.kind)));
        }
        if let Some(issuer) = issuer_elsewhere(case, policy) {
            return Some(say(policy, Verdict::NotApplicable, format!("由“{issuer}”制发，由制发机关解读")));
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

    fn without<'a>(&self, case: &Case<'a>, pairs: &Pairs<'a>, explained: &Explained<'_, 'a>) -> Judgement {
        let policy = explained.policy;
        if let Some(found) = explained.told() {
            return say(policy, Verdict::Passed, found).with(explained.graph(case));
        }
        if let Some(column) = linked_column(case, &self.columns_of(case), policy) {
            return say(policy, Verdict::Passed, format!("页面链接到“{}”栏目中的解读", column.name));
        }
        let outward = outward_interpretation(policy);
        if let Some((link, Leads::Surely)) = outward {
            let reason = format!("页面链接到其他网站的解读“{}”（{}）", link.text, link.url);
            return say(policy, Verdict::Passed, reason).with([proof::document(case, policy, "页面上的解读链接")]);
        }
        if let Some((where_from, words)) = stated_reasons(case, policy) {
            let reason = format!("“{}”已说明不作解读的理由：{words}", where_from.title);
            return say(policy, Verdict::Passed, reason).with([proof::document(case, where_from, "不作解读的说明")]);
        }
        if !policy.read {
            return unread_page(policy, "不能断定没有解读");
        }
        let published = day_of(policy);
        if let Some((cause, because)) = published.and_then(|published| self.unseen(case, &pairs.here, published)) {
            return say(policy, Verdict::NotMeasurable(cause), format!("{because}，不能断定没有解读"));
        }
        if let Some((link, _)) = outward {
            let reason = format!("页面链接到其他网站的“{}”（{}），可能是其解读，请人工判断", link.text, link.url);
            return say(policy, Verdict::NeedsReview, reason).with([proof::document(case, policy, "页面上的链接")]);
        }
        if let Some(near) = pairs.here.perhaps_of_policy(&policy.key).first() {
            let reason = format!("未找到明确对应的解读，“{}”与之相近，请人工判断", near.title);
            return say(policy, Verdict::NeedsReview, reason)
                .with([proof::document(case, policy, "政策文件"), proof::document(case, near, "可能是其解读")]);
        }
        if let Some(side) = explained.perhaps {
            let reason = format!(
                "未找到明确对应的解读，{}的“{}”（{}）可能是其解读，请人工判断",
                side.stands_on(),
                side.title,
                side.url
            );
            return say(policy, Verdict::NeedsReview, reason)
                .with([proof::document(case, policy, "政策文件"), side.proof("可能是其解读")]);
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
            "发布于{published}，至检查日已过{gone_by}个工作日，未找到对应解读：已按链接、标题和文号核对{}篇解读{}",
            pairs.here.interpretations.len(),
            Across::compared(case)
                .map(|(portals, number)| format!("，以及其他{portals}个网站的{number}篇"))
                .unwrap_or_default()
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

    fn late<'a>(&self, case: &Case<'a>, pairs: &Pairs<'a>, explained: &Explained<'_, 'a>) -> Judgement {
        let policy = explained.policy;
        let every = explained.every();
        let Some(first) = every.first() else {
            if let Some((link, Leads::Surely)) = outward_interpretation(policy) {
                let reason = format!("解读“{}”在其他网站（{}），未读取，不能判断是否及时", link.text, link.url);
                return say(policy, Verdict::NotMeasurable(Cause::Other), reason);
            }
            return say(policy, Verdict::NotApplicable, "未找到对应解读，由“政策文件无解读”检查");
        };
        let Some(published) = day_of(policy) else {
            return say(policy, Verdict::NeedsReview, "页面未标注发布日期，请人工判断解读是否及时");
        };
        let earliest =
            every.iter().filter_map(|explains| Some((explains.published()?, explains))).min_by_key(|(day, _)| *day);
        let Some((explained_on, interpretation)) = earliest else {
            if let Some(unread) = first.unread(policy, "解读发布日期不明") {
                return unread;
            }
            return say(
                policy,
                Verdict::NeedsReview,
                format!("解读“{}”未标注发布日期，请人工判断是否及时", first.title()),
            )
            .with([first.proof(case, "未见发布日期")]);
        };
        let grace = self.grace_working_days;
        let place = interpretation.place();
        let Some(days) = case.context.calendar.between(published, explained_on) else {
            let reason = format!(
                "解读于{explained_on}发布（文件{published}发布），该年度工作日历未收录，请人工计算是否超过{grace}个工作日"
            );
            return say(policy, Verdict::NeedsReview, reason);
        };
        if days <= grace {
            let reason = format!(
                "解读于{explained_on}{place}发布，距文件发布（{published}）{days}个工作日，未超过{grace}个工作日"
            );
            return say(policy, Verdict::Passed, reason);
        }
        if !policy.read {
            return unread_page(policy, "发布日期仅见于列表，不作判断");
        }
        if let Some(unread) = interpretation.unread(policy, "发布日期仅见于列表，不作判断") {
            return unread;
        }
        if let Some((cause, because)) = self.unseen(case, &pairs.here, published) {
            let reason = format!("已知解读于{explained_on}发布；{because}，不能断定没有更早的解读");
            return say(policy, Verdict::NotMeasurable(cause), reason);
        }
        let reason =
            format!("文件于{published}发布，解读于{explained_on}{place}发布，相隔{days}个工作日，超过{grace}个工作日");
        let judged = if interpretation.is_certain() {
            say(policy, Verdict::Failed, reason)
        } else {
            say(policy, Verdict::NeedsReview, format!("{reason}；标题和文号对不上，请人工判断是否其解读"))
        };
        judged.with([
            proof::document(case, policy, format!("文件发布日期{published}")),
            interpretation.proof(case, &format!("解读发布日期{explained_on}")),
        ])
    }

    fn not_linked_back<'a>(&self, case: &Case<'a>, pairs: &Pairs<'a>, interpretation: &'a DocumentFacts) -> Judgement {
        let policies = pairs.here.of_interpretation(&interpretation.key);
        let there = pairs.across.policies_of(interpretation);
        if policies.is_empty() && there.is_empty() {
            return say(interpretation, Verdict::NotApplicable, "未在本站找到所解读的政策文件");
        }
        if let Some(policy) = policies.iter().find(|policy| links_to(interpretation, policy)) {
            return say(interpretation, Verdict::Passed, format!("已链接到“{}”", policy.title));
        }
        if let Some(other) = there.iter().find(|other| other.linked) {
            let reason = format!("已链接到{}的“{}”（{}）", other.side.stands_on(), other.side.title, other.side.url);
            return say(interpretation, Verdict::Passed, reason).with([other.side.proof("所解读的政策文件")]);
        }
        let mut titles =
            policies.iter().map(|policy| policy.title.as_str()).chain(there.iter().map(|other| other.side.title));
        if let Some(link) = titles.find_map(|title| outward_policy(interpretation, title)) {
            let reason = format!("已链接到其他网站的“{}”（{}）", link.text, link.url);
            return say(interpretation, Verdict::Passed, reason);
        }
        let in_scope = policies.iter().find(|policy| self.out_of_scope(case, policy).is_none());
        let other = there.iter().find(|other| self.is_in_scope(case, other));
        if in_scope.is_none() && other.is_none() {
            return say(interpretation, Verdict::NotApplicable, "所解读的政策文件不在检查范围内");
        }
        if !interpretation.read {
            return unread_page(interpretation, "不能断定没有链接到政策文件");
        }
        let proof = proof::document(case, interpretation, "解读页面已读取，无指向该文件的链接");
        if let Some(policy) = in_scope {
            let reason = format!("解读“{}”，但页面没有链接到该文件", policy.title);
            return say(interpretation, Verdict::Failed, reason)
                .with([proof, proof::document(case, policy, "所解读的政策文件")]);
        }
        let Some(other) = other else {
            return say(interpretation, Verdict::NotApplicable, "所解读的政策文件不在检查范围内");
        };
        if let Some(copy) = pairs.across.taken_over_from(interpretation, other.side) {
            let reason = format!("转载自{}（{}），在该网站检查", copy.stands_on(), copy.url);
            return say(interpretation, Verdict::NotApplicable, reason);
        }
        let side = other.side;
        let verdict = if other.tie == Tie::Named { Verdict::Failed } else { Verdict::NeedsReview };
        let reason = format!("解读{}的“{}”（{}），但页面没有链接到该文件", side.stands_on(), side.title, side.url);
        say(interpretation, verdict, reason).with([proof, side.proof("所解读的政策文件")])
    }

    /// Whether a policy on another portal is one of those that are looked at.
    fn is_in_scope(&self, case: &Case<'_>, other: &Other<'_, '_>) -> bool {
        let as_of = case.context.as_of;
        let side = other.side;
        let policy = DocumentFacts {
            title: side.title.to_owned(),
            issuer: side.issuer.map(str::to_owned),
            ..DocumentFacts::default()
        };
        let recent = side.published.is_some_and(|day| (self.window.before(as_of)..=as_of).contains(&day));
        recent && exemption(case, &policy).is_none()
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
}

fn not_linked<'a>(case: &Case<'a>, pairs: &Pairs<'a>, explained: &Explained<'_, 'a>) -> Judgement {
    let policy = explained.policy;
    if let Some(linked) = explained.here.iter().find(|interpretation| links_to(policy, interpretation)) {
        return say(policy, Verdict::Passed, format!("已链接到解读“{}”", linked.title));
    }
    if let Some(linked) = explained.there.iter().find(|other| other.linked) {
        let side = linked.side;
        let reason = format!("已链接到{}的解读“{}”（{}）", side.stands_on(), side.title, side.url);
        return say(policy, Verdict::Passed, reason).with([side.proof("已发布的解读")]);
    }
    if let Some((link, Leads::Surely)) = outward_interpretation(policy) {
        return say(policy, Verdict::Passed, format!("已链接到其他网站的解读“{}”（{}）", link.text, link.url));
    }
    let every = explained.every();
    let Some(interpretation) = every.first() else {
        if let Some(near) = pairs.here.perhaps_of_policy(&policy.key).first() {
            let reason = format!("“{}”可能是其解读，但页面没有链接到它，请人工判断", near.title);
            return say(policy, Verdict::NeedsReview, reason).with([proof::document(case, near, "可能是其解读")]);
        }
        return match explained.perhaps {
            Some(near) => {
                let (place, title, url) = (near.stands_on(), near.title, near.url);
                let reason = format!("{place}的“{title}”（{url}）可能是其解读，但页面没有链接到它，请人工判断");
                say(policy, Verdict::NeedsReview, reason).with([near.proof("可能是其解读")])
            }
            None => say(policy, Verdict::NotApplicable, "未找到对应解读，由“政策文件无解读”检查"),
        };
    };
    if !policy.read {
        return unread_page(policy, "不能断定没有链接到解读");
    }
    let reason = match interpretation {
        Explains::Here(document) => format!("已有解读“{}”，但政策文件页面没有链接到它", document.title),
        Explains::There(Other { side, .. }) => {
            let (place, title, url) = (side.stands_on(), side.title, side.url);
            format!("{place}已有解读“{title}”（{url}），但政策文件页面没有链接到它")
        }
    };
    let verdict = if interpretation.is_certain() { Verdict::Failed } else { Verdict::NeedsReview };
    say(policy, verdict, reason).with([
        proof::document(case, policy, format!("页面已读取，共{}个文内及相关链接，无指向解读者", policy.links.len())),
        interpretation.proof(case, "已发布的解读"),
    ])
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

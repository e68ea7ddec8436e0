//! Kind `document-history`: what the nights together tell of a document: dated back, dated anew, or worded anew.

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::Case,
    span::{Window, days_between},
};
use crate::model::{Cause, DateSource, DocumentHistory, History, Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentHistoryRule {
    pub fault: Fault,
    /// What a hit is, where a reader of the page can see it.
    pub raises: Raises,
    /// Days by which a new document may lag behind its date: lists are made anew overnight.
    #[serde(default)]
    pub tolerance_days: i32,
    /// So long after it was noticed a hit is shown; without it, for as long as it lasts.
    #[serde(default)]
    pub window: Option<Window>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The claimed date lies before a night on which the column was read without the document.
    Backdated,
    DateChanged,
    BodyChanged,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Raises {
    NeedsReview,
    Failed,
}

impl Raises {
    fn verdict(self) -> Verdict {
        match self {
            Raises::NeedsReview => Verdict::NeedsReview,
            Raises::Failed => Verdict::Failed,
        }
    }
}

impl Rule for DocumentHistoryRule {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let Some(history) = &case.facts.history else {
            let reason = "没有以往各晚的记录，不能比较";
            return vec![Judgement::new(all_documents(), Verdict::NotApplicable, reason)];
        };
        let mut judgements = vec![in_sum(history)];
        judgements.extend(case.histories().filter_map(|document| match self.fault {
            Fault::Backdated => self.backdated(case, document),
            Fault::DateChanged => self.date_changed(case, document),
            Fault::BodyChanged => self.body_changed(case, document),
        }));
        judgements
    }
}

impl DocumentHistoryRule {
    fn backdated(&self, case: &Case<'_>, document: &DocumentHistory) -> Option<Judgement> {
        let backdated = document.backdated.as_ref()?;
        let (claimed, reading, first) = (backdated.claimed, &backdated.missed_by, &document.first);
        let days = days_between(claimed, reading.look.night);
        let mut reason = format!(
            "首次见于{}，标注的发布日期为{claimed}，但{}读取“{}”时（列表{}条）尚无此文件",
            first.night, reading.look.night, reading.name, reading.rows
        );
        let verdict = if days <= self.tolerance_days {
            reason.push_str(&format!("；相差{days}天，未超过{}天的容许", self.tolerance_days));
            Verdict::Passed
        } else if let Some(over) = self.over(first.night, case) {
            reason.push_str(&over);
            Verdict::NotApplicable
        } else {
            reason.push_str(&format!("，发布日期至少提前了{days}天"));
            self.raises.verdict()
        };
        let judgement = Judgement::new(subject_of(document), verdict, reason).at(&document.url);
        Some(judgement.with([
            proof::look(&reading.look, &reading.name, "此前读取的栏目列表，其中没有此文件"),
            proof::look(first, &document.title, format!("首次见到，标注{claimed}")),
        ]))
    }

    fn date_changed(&self, case: &Case<'_>, document: &DocumentHistory) -> Option<Judgement> {
        let (first, last) = (document.date_changed.first()?, document.date_changed.last()?);
        let place = place_of(last.source);
        let said = |verdict, reason: String| Judgement::new(subject_of(document), verdict, reason).at(&document.url);
        let proofs = || {
            [
                proof::look(&last.then, &document.title, format!("修改前，{place}{}", last.from)),
                proof::look(&last.now, &document.title, format!("修改后，{place}{}", last.to)),
            ]
        };
        if let Some(cause) = document.unread_cause.filter(|_| last.source != DateSource::List) {
            return Some(said(Verdict::NotMeasurable(cause), unread(cause)).with(proofs()));
        }
        if last.to == first.from {
            let reason = format!("发布日期曾改为{}，已恢复为{}", last.from, last.to);
            return Some(said(Verdict::Passed, reason).with(proofs()));
        }
        let mut reason =
            format!("{place}由{}改为{}（{}与{}所见不同）", last.from, last.to, last.then.night, last.now.night);
        if document.date_changed.len() > 1 {
            reason.push_str(&format!("；先后改过{}次，最初为{}", document.date_changed.len(), first.from));
        }
        if let Some(over) = self.over(last.now.night, case) {
            return Some(said(Verdict::NotApplicable, reason + &over).with(proofs()));
        }
        // What readers are not shown may be the work of the publishing system.
        let verdict = if last.source == DateSource::Visible { self.raises.verdict() } else { Verdict::NeedsReview };
        Some(said(verdict, reason).with(proofs()))
    }

    fn body_changed(&self, case: &Case<'_>, document: &DocumentHistory) -> Option<Judgement> {
        let last = document.body_changed.last()?;
        let said = |verdict, reason: String| Judgement::new(subject_of(document), verdict, reason).at(&document.url);
        let proofs = || {
            [
                proof::look(&last.then, &document.title, "修改前的页面"),
                proof::look(&last.now, &document.title, "修改后的页面"),
            ]
        };
        if let Some(cause) = document.unread_cause {
            return Some(said(Verdict::NotMeasurable(cause), unread(cause)).with(proofs()));
        }
        if last.restored {
            let reason = format!("正文曾有改动，{}已恢复原文", last.now.night);
            return Some(said(Verdict::Passed, reason).with(proofs()));
        }
        let mut reason = format!("正文在{}与{}之间有改动", last.then.night, last.now.night);
        if document.body_changed.len() > 1 {
            reason.push_str(&format!("；先后改过{}次", document.body_changed.len()));
        }
        if document.date_changed.is_empty() {
            reason.push_str("，发布日期未变");
        }
        if let Some(over) = self.over(last.now.night, case) {
            return Some(said(Verdict::NotApplicable, reason + &over).with(proofs()));
        }
        Some(said(self.raises.verdict(), reason).with(proofs()))
    }

    /// That something was noticed too long ago to be shown again.
    fn over(&self, noticed: Date, case: &Case<'_>) -> Option<String> {
        let window = self.window?;
        (window.after(noticed) < case.context.as_of).then(|| format!("；已提示满{window}，不再列出"))
    }
}

fn all_documents() -> Subject {
    Subject::new("documents", "全部文件")
}

fn subject_of(document: &DocumentHistory) -> Subject {
    Subject::new(format!("document:{}", document.key), &document.title)
}

/// One word for all documents of which there is nothing to tell.
fn in_sum(history: &History) -> Judgement {
    let (known, new) = (history.compared, history.first_seen);
    if known == 0 && new == 0 {
        return Judgement::new(all_documents(), Verdict::NotApplicable, "本次没有读到文件");
    }
    let reason = format!("{known}篇与以往各晚的记录作了比对，{new}篇为首次见到；有疑问的另行逐篇列出");
    Judgement::new(all_documents(), Verdict::Passed, reason)
}

fn unread(cause: Cause) -> String {
    format!("以往记录有改动，本次页面未能读取（{cause}），不作判断")
}

/// Where a date was read, in words.
fn place_of(source: DateSource) -> &'static str {
    match source {
        DateSource::Visible => "页面标注的发布日期",
        DateSource::Meta => "META标签的发布日期",
        DateSource::List => "列表上的发布日期",
        DateSource::Url | DateSource::Body | DateSource::Attachment | DateSource::Header => "发布日期",
    }
}

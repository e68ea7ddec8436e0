//! Kind `entry-reachable`: an entry that people need is there and does not open. Whether it works behind its first page is
//! for people to try.

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, is_gone},
};
use crate::model::{Cause, ColumnFacts, ColumnState, LinkState, Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryReachable {
    /// Standard names of the columns that are such entries.
    pub columns: Vec<String>,
}

impl Rule for EntryReachable {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        self.columns.iter().map(|term| judge_entry(case, term)).collect()
    }

    fn columns(&self) -> Vec<&str> {
        self.columns.iter().map(String::as_str).collect()
    }
}

fn judge_entry(case: &Case<'_>, term: &str) -> Judgement {
    let subject = Subject::new(format!("column:{term}"), term);
    let entries = case.columns_named(term);
    // One entry that opens is enough; of those that do not, the one that a person should see comes first.
    let told = entries.into_iter().map(|entry| (entry, opens(case, entry)));
    let best = told.min_by_key(|(_, (verdict, _))| match verdict {
        Verdict::Passed => 0,
        Verdict::NeedsReview => 1,
        Verdict::NotMeasurable(_) => 2,
        Verdict::Failed | Verdict::NotApplicable => 3,
    });
    match (best, case.blocked()) {
        (Some((entry, (verdict, says))), _) => {
            let reason = format!("入口“{}”{says}", entry.name);
            let evidence = proof::column(case, entry, says);
            Judgement::new(subject, verdict, reason).at(&entry.url).with([evidence])
        }
        (None, Some(blocked)) => {
            let evidence = proof::blocked(case, &blocked);
            Judgement::new(subject, blocked.verdict(), &blocked.because).with(evidence)
        }
        (None, None) => match case.scripted_entry(term) {
            Some(entry) => {
                let reason = format!("入口“{}”要由脚本打开，没有查验", entry.text);
                Judgement::new(subject, Verdict::NotMeasurable(Cause::NeedsBrowser), reason)
            }
            None => Judgement::new(subject, Verdict::NotApplicable, format!("没有见到“{term}”的入口")),
        },
    }
}

fn opens(case: &Case<'_>, entry: &ColumnFacts) -> (Verdict, String) {
    match &entry.state {
        ColumnState::Read => (Verdict::Passed, "可以打开".to_owned()),
        ColumnState::NotVisited => (Verdict::NotMeasurable(Cause::Budget), "本次没有访问".to_owned()),
        ColumnState::LeadsAway { host } => match abroad(case, &entry.url) {
            Some(LinkState::Opens) => (Verdict::Passed, format!("通往{host}，可以打开")),
            Some(LinkState::Gone) => (Verdict::NeedsReview, format!("通往{host}，打开后页面不存在，请人工查看")),
            Some(LinkState::NoSuchName) => (Verdict::NeedsReview, format!("通往{host}，这个域名不存在，请人工查看")),
            Some(LinkState::Undecided { cause }) => {
                (Verdict::NotMeasurable(cause), format!("通往{host}，无法判断能否打开（{cause}）"))
            }
            None => (Verdict::NotApplicable, format!("通往{host}，本次没有查验")),
        },
        ColumnState::Unreadable { cause } => match cause {
            // The entry is there, and asks who comes.
            Cause::Login => (Verdict::Passed, "可以打开，登录后使用".to_owned()),
            cause if is_gone(*cause) || fails(*cause) => {
                (Verdict::NeedsReview, format!("打不开（{cause}），请人工查看"))
            }
            cause => (Verdict::NotMeasurable(*cause), format!("无法判断能否打开（{cause}）")),
        },
    }
}

/// What was found where the entry leads to another host.
fn abroad(case: &Case<'_>, url: &str) -> Option<LinkState> {
    let bare = |url: &str| url.split('#').next().unwrap_or(url).trim_end_matches('/').to_owned();
    case.facts.soundings.links.iter().find(|link| bare(&link.url) == bare(url)).map(|link| link.state)
}

/// Failures of the portal's own server, seen twice in one night.
fn fails(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::ServerError
            | Cause::Refused
            | Cause::Reset
            | Cause::ConnectTimeout
            | Cause::Timeout
            | Cause::BodyTimeout
    )
}

//! Kind `column-place`: a column must hang under another one, where the plan wants both in one directory.

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, is_gone, unread},
};
use crate::model::{ColumnFacts, ColumnState, Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnPlace {
    /// Standard names of the columns asked for.
    pub columns: Vec<String>,
    /// Standard name of the column they belong under.
    pub under: String,
}

impl Rule for ColumnPlace {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let each = self.columns.iter().map(|term| self.judge_term(case, term));
        let subject = Subject::new(format!("column:{}", self.under), &self.under);
        if let Some(platform) = case.columns_named(&self.under).first() {
            let reason = format!("已设“{}”：栏目“{}”", self.under, platform.name);
            let there = Judgement::new(subject, Verdict::Passed, reason).at(&platform.url);
            return std::iter::once(there).chain(each).collect();
        }
        // That the platform was not found is told once, not of each column that should hang under it.
        let (homeless, others): (Vec<Judgement>, Vec<Judgement>) =
            each.partition(|judgement| judgement.verdict == Verdict::NeedsReview);
        let Some(first) = homeless.first() else { return others };
        let names: Vec<String> = homeless.iter().map(|judgement| format!("“{}”", judgement.subject.label)).collect();
        let reason = format!("未找到“{}”栏目，不能判断{}是否在其下，请人工查看", self.under, names.join(""));
        let once = Judgement { subject, reason, ..first.clone() };
        let told = homeless.into_iter().map(|judgement| {
            let reason = format!("未找到“{}”栏目，不逐项检查", self.under);
            Judgement { verdict: Verdict::NotApplicable, reason, evidence: Vec::new(), ..judgement }
        });
        std::iter::once(once).chain(told).chain(others).collect()
    }

    fn columns(&self) -> Vec<&str> {
        self.columns.iter().chain([&self.under]).map(String::as_str).collect()
    }
}

impl ColumnPlace {
    fn judge_term(&self, case: &Case<'_>, term: &str) -> Judgement {
        let subject = Subject::new(format!("column:{term}"), term);
        let under = &self.under;
        let said = |verdict, reason: String| Judgement::new(subject.clone(), verdict, reason);
        let found = case.columns_named(term);
        let here: Vec<&ColumnFacts> = found.into_iter().filter(|column| !unread(column).is_some_and(is_gone)).collect();
        let Some(first) = here.first() else {
            return said(Verdict::NotApplicable, format!("未找到“{term}”，由“必设栏目缺失”检查"));
        };
        let platforms = case.columns_named(under);
        let cause = here.iter().chain(&platforms).find_map(|column| unread(column));
        let is_inside = |column: &&&ColumnFacts| {
            // On the platform's own page, or on that of a column which stands there itself.
            let is_there = |key: &str| {
                let shows = |shown: &ColumnFacts| {
                    shown.shown_on.iter().any(|on| platforms.iter().any(|platform| platform.key == *on))
                };
                platforms.iter().any(|platform| platform.key == *key)
                    || case.stands_under(key, under)
                    || case.facts.column(key).is_some_and(shows)
            };
            column.shown_on.iter().any(|key| is_there(key)) || case.stands_under(&column.key, under)
        };
        if let Some(column) = here.iter().find(is_inside) {
            return said(Verdict::Passed, format!("“{term}”在“{under}”之下：栏目“{}”", column.name)).at(&column.url);
        }
        let Some(platform) = platforms.first() else {
            let reason = format!("未找到“{under}”栏目，不能判断“{term}”是否在其下，请人工查看");
            return said(Verdict::NeedsReview, reason)
                .at(&first.url)
                .with([proof::column(case, first, "栏目所在位置")])
                .with(proof::absence(case, under));
        };
        if let Some(cause) = cause.or_else(|| case.blocked().map(|blocked| blocked.cause)) {
            let reason = format!("“{under}”未能读全（{cause}），不能判断“{term}”是否在其下");
            return said(Verdict::NotMeasurable(cause), reason).at(&platform.url);
        }
        if let ColumnState::LeadsAway { host } = &platform.state {
            let reason = format!("“{under}”指向其他网站{host}，请人工到该网站查看“{term}”是否在其下");
            let away = proof::column(case, platform, format!("指向{host}"));
            return said(Verdict::NeedsReview, reason).at(&platform.url).with([away]);
        }
        let path = first.path.join(" > ");
        let reason =
            format!("“{term}”（{path}）不在“{under}”之下：“{}”页面没有它的入口，它的位置也不在其中", platform.name);
        said(Verdict::Failed, reason)
            .at(&first.url)
            .with([proof::column(case, first, "栏目所在位置"), proof::column(case, platform, "页面中没有该栏目的入口")])
    }
}

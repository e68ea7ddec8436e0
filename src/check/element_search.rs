//! Kind `element-search`: a catalogue of openness that readers cannot search by its elements (按要素查找). Whether a script
//! offers it only a person can say, so nothing ever fails here.

use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::{Case, unread},
};
use crate::model::{ColumnFacts, ColumnState, Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementSearch {
    /// Standard name of the column that holds the catalogue.
    pub column: String,
}

impl Rule for ElementSearch {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        vec![self.judge_unit(case)]
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }
}

impl ElementSearch {
    fn judge_unit(&self, case: &Case<'_>) -> Judgement {
        let term = &self.column;
        let subject = Subject::new(format!("column:{term}"), term);
        let say = |verdict, reason: String| Judgement::new(subject.clone(), verdict, reason);
        let named = case.columns_named(term);
        let Some(first) = named.first() else {
            return match case.blocked() {
                Some(blocked) => say(blocked.verdict(), format!("{}，未见“{term}”", blocked.because))
                    .with(proof::blocked(case, &blocked)),
                None => say(Verdict::NotApplicable, format!("未找到“{term}”，由栏目设置的检查项判断")),
            };
        };
        let looked_in: Vec<&ColumnFacts> =
            named.iter().flat_map(|column| std::iter::once(*column).chain(case.below(column))).collect();
        if let Some(column) = looked_in.iter().find(|column| !column.choices.is_empty()) {
            let reason = format!("“{}”可以按{}查找", column.name, column.choices.join("、"));
            return say(Verdict::Passed, reason).at(&column.url);
        }
        if let Some((column, cause)) = looked_in.iter().find_map(|column| Some((column, unread(column)?))) {
            let reason = format!("“{}”未能读取（{cause}），不能判断能否按要素查找", column.name);
            return say(Verdict::NotMeasurable(cause), reason).at(&column.url);
        }
        if let ColumnState::LeadsAway { host } = &first.state {
            let reason = format!("“{}”指向其他网站{host}，请到该网站试用按要素查找", first.name);
            return say(Verdict::NeedsReview, reason).at(&first.url).with([proof::column(
                case,
                first,
                format!("指向{host}"),
            )]);
        }
        let reason = format!(
            "“{}”及其下级共{}个页面上没有见到按要素查找的选项（领域、事项、主体等）或查找框，请人工试用",
            first.name,
            looked_in.len()
        );
        say(Verdict::NeedsReview, reason).at(&first.url).with([proof::column(
            case,
            first,
            "页面正文部分没有选项和查找框",
        )])
    }
}

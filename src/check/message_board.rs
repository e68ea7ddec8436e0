//! Kind `message-board`: letters of the public that were answered late or not at all.

use jiff::civil::Date;
use serde::Deserialize;

use super::{
    Judgement, Rule, proof,
    scope::Case,
    span::{Window, days_between},
};
use crate::model::{LetterFacts, Subject, Verdict};

/// Parameters of the kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageBoard {
    pub fault: Fault,
    /// Letters asked within this window before the day of the check are looked at.
    pub letters_of: Window,
    /// An unanswered letter older than this is a fault (`unanswered`).
    #[serde(default)]
    pub unanswered_after: Option<Window>,
    /// Working days in which an answer is due (`late`).
    #[serde(default)]
    pub working_days: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    Unanswered,
    Late,
}

impl Rule for MessageBoard {
    fn judge(&self, case: &Case<'_>) -> Vec<Judgement> {
        let today = case.context.as_of;
        let first = self.letters_of.before(today);
        let letters: Vec<(&LetterFacts, Date)> = case
            .facts
            .letters
            .iter()
            .filter(|letter| case.owns(&letter.url))
            .filter_map(|letter| Some((letter, letter.asked?)))
            .filter(|(_, asked)| (first..=today).contains(asked))
            .collect();
        let told: Vec<Judgement> = letters
            .iter()
            .filter_map(|(letter, asked)| {
                let (verdict, reason) = match self.fault {
                    Fault::Unanswered => self.unanswered(letter, *asked, today)?,
                    Fault::Late => self.late(case, letter, *asked)?,
                };
                let subject = Subject::new(format!("letter:{}", letter.key), &letter.title);
                let evidence = proof::seen(case, &letter.url, &letter.title, "留言和答复的日期");
                Some(Judgement::new(subject, verdict, reason).at(&letter.url).with([evidence]))
            })
            .collect();
        if told.is_empty() { vec![self.nothing_found(case, letters.len())] } else { told }
    }
}

impl MessageBoard {
    fn unanswered(&self, letter: &LetterFacts, asked: Date, today: Date) -> Option<(Verdict, String)> {
        let window = self.unanswered_after?;
        if letter.answered.is_some() || letter.said_closed || window.after(asked) >= today {
            return None;
        }
        let days = days_between(asked, today);
        let told = format!("{asked}的留言“{}”已有{days}天没有答复，超过{window}", letter.title);
        // A blank cell may also be a table that shows no days.
        Some(if letter.said_open {
            (Verdict::Failed, told)
        } else {
            (Verdict::NeedsReview, format!("{told}；页面没有写明是否已答复，请人工查看"))
        })
    }

    fn late(&self, case: &Case<'_>, letter: &LetterFacts, asked: Date) -> Option<(Verdict, String)> {
        let answered = letter.answered?;
        if answered < asked {
            let told = format!("留言“{}”的答复日期{answered}早于留言日期{asked}，请人工核对", letter.title);
            return Some((Verdict::NeedsReview, told));
        }
        match case.context.calendar.between(asked, answered) {
            Some(days) if days <= self.working_days => None,
            Some(days) => Some((
                Verdict::Failed,
                format!(
                    "{asked}的留言“{}”于{answered}答复，第{days}个工作日，超过{}个工作日",
                    letter.title, self.working_days
                ),
            )),
            None => Some((
                Verdict::NeedsReview,
                format!("{asked}的留言“{}”于{answered}答复，没有该年度的工作日历，请人工计算", letter.title),
            )),
        }
    }

    /// One line for all letters, so that it is seen how many were read.
    fn nothing_found(&self, case: &Case<'_>, read: usize) -> Judgement {
        let subject = Subject::new("letter:*", "已读取的留言");
        if read > 0 {
            return Judgement::new(
                subject,
                Verdict::Passed,
                format!("已查{}内的{read}件留言，没有发现问题", self.letters_of),
            );
        }
        match case.blocked() {
            Some(blocked) => Judgement::new(subject, blocked.verdict(), format!("{}，没有读到留言", blocked.because))
                .with(proof::blocked(case, &blocked)),
            None => Judgement::new(subject, Verdict::NotApplicable, "没有读到写明留言日期和答复日期的信件"),
        }
    }
}

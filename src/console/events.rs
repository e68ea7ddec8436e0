//! The history of a finding or an entry, as `events.html` shows it.

use crate::{
    model::{Event, beijing_time},
    store::MACHINE,
};

/// One event in the words of `events.html`.
pub struct Happened {
    pub kind: &'static str,
    pub actor: String,
    pub at: String,
    pub reason: String,
}

impl From<Event> for Happened {
    fn from(event: Event) -> Self {
        Self {
            kind: event.kind.chinese(),
            actor: if event.actor == MACHINE { "系统巡检".to_owned() } else { event.actor },
            at: beijing_time(event.at).strftime("%Y-%m-%d %H:%M").to_string(),
            reason: event.reason,
        }
    }
}

//! What events say: the state of a finding or an entry, rebuilt from its events alone.

use crate::model::{Event, EventKind};

/// What the events of one finding or entry say of it.
#[derive(Default)]
pub(super) struct Told {
    pub(super) opening: Option<Event>,
    pub(super) state: String,
    pub(super) until: Option<String>,
    pub(super) reason: String,
    pub(super) confirmed: bool,
}

impl Told {
    /// Takes in the next event of it.
    pub(super) fn hear(&mut self, event: Event) {
        if let Some(state) = event.detail.get("state") {
            self.state.clone_from(state);
        }
        match event.kind {
            kind if kind.opens() => {
                self.opening = Some(event);
                return;
            }
            EventKind::Confirmed => (self.confirmed, self.until) = (true, None),
            EventKind::Dismissed => (self.confirmed, self.until) = (false, None),
            EventKind::Waived => (self.confirmed, self.until) = (false, event.detail.get("until").cloned()),
            // What the machine does changes no decision of a person.
            _ => return,
        }
        self.reason = event.reason;
    }
}

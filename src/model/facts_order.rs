//! The order in which checks see a portal's facts, whatever the order in which they were gathered.

use std::{borrow::Cow, cmp::Ordering};

use super::{
    ColumnFacts, DocumentFacts, DocumentHistory, GuideFacts, KnownDocument, NeighbourPortal, NotMeasurable,
    PortalFacts, PublicityList, ReportFacts, TermMatch, Visit,
};

/// Things of a portal that have a place among their like.
trait Placed {
    fn place(&self, other: &Self) -> Ordering;
}

/// Places by the fields named.
macro_rules! placed {
    ($($kind:ty: $($field:ident),+;)*) => {
        $(impl Placed for $kind {
            fn place(&self, other: &Self) -> Ordering {
                ($(&self.$field,)+).cmp(&($(&other.$field,)+))
            }
        })*
    };
}

placed! {
    ColumnFacts: key, url, name;
    TermMatch: by, term, text;
    DocumentFacts: key, url;
    ReportFacts: key, url;
    DocumentHistory: key, url;
    NeighbourPortal: portal, run;
    KnownDocument: url, title;
    PublicityList: kind, column, url;
    GuideFacts: key, url;
    Visit: url, at, capture;
    NotMeasurable: url, cause, detail;
}

fn stands<T: Placed>(list: &[T]) -> bool {
    list.is_sorted_by(|a, b| a.place(b).is_le())
}

fn put<T: Placed>(list: &mut [T]) {
    list.sort_by(T::place);
}

impl PortalFacts {
    /// The facts in their order: these, or an ordered copy. The rows of a list and the units of a column keep theirs,
    /// which means something.
    pub fn in_order(&self) -> Cow<'_, PortalFacts> {
        if self.is_in_order() {
            return Cow::Borrowed(self);
        }
        let mut facts = self.clone();
        facts.put_in_order();
        Cow::Owned(facts)
    }

    fn is_in_order(&self) -> bool {
        let columns = || self.columns.iter().all(|column| stands(&column.matched) && column.children.is_sorted());
        let history = || self.history.as_ref().is_none_or(|history| stands(&history.documents));
        let neighbours = || {
            let in_order = |portal: &NeighbourPortal| stands(&portal.documents);
            self.neighbours.as_ref().is_none_or(|known| stands(&known.portals) && known.portals.iter().all(in_order))
        };
        let coverage = || {
            let seen = &self.coverage;
            let names = seen.menus.is_sorted() && seen.scripted.is_sorted();
            names && stands(&seen.visits) && stands(&seen.not_measurable)
        };
        stands(&self.columns)
            && columns()
            && stands(&self.documents)
            && stands(&self.reports)
            && stands(&self.site_reports)
            && stands(&self.publicity)
            && stands(&self.guides)
            && history()
            && neighbours()
            && coverage()
    }

    /// Puts the facts in order, so that checks need no copy of a large portal's.
    pub fn put_in_order(&mut self) {
        put(&mut self.columns);
        for column in &mut self.columns {
            put(&mut column.matched);
            column.children.sort();
        }
        put(&mut self.documents);
        put(&mut self.reports);
        put(&mut self.site_reports);
        put(&mut self.publicity);
        put(&mut self.guides);
        if let Some(history) = &mut self.history {
            put(&mut history.documents);
        }
        if let Some(neighbours) = &mut self.neighbours {
            put(&mut neighbours.portals);
            neighbours.portals.iter_mut().for_each(|portal| put(&mut portal.documents));
        }
        put(&mut self.coverage.visits);
        put(&mut self.coverage.not_measurable);
        self.coverage.menus.sort();
        self.coverage.scripted.sort();
    }
}

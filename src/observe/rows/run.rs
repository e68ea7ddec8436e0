//! Texts beside each other while they may still be the pieces of one date.

use super::{
    Atom,
    parts::{self, Heading},
    stamp::{Meaning, Stamp},
};

/// Texts beside each other that may be the pieces of one date.
#[derive(Default)]
pub(super) struct Run {
    pieces: Vec<String>,
    /// How many atoms there were before the first piece.
    begun: usize,
    /// The heading before the first piece: a year that is part of a date is none.
    heading: Option<Heading>,
}

impl Run {
    /// Takes the next text; where a date has ended with the text before, answers the heading that stood before it.
    pub fn take(
        &mut self,
        piece: Option<String>,
        begun: usize,
        heading: Option<Heading>,
        atoms: &mut Vec<Atom>,
    ) -> Option<Option<Heading>> {
        match piece {
            Some(piece) if parts::is_piece(&piece) => {
                if self.pieces.is_empty() {
                    (self.begun, self.heading) = (begun, heading);
                }
                self.pieces.push(piece);
                None
            }
            _ if self.pieces.is_empty() => None,
            _ => {
                let later = atoms.split_off(begun.max(self.begun));
                let ended = self.finish(atoms);
                atoms.extend(later);
                ended
            }
        }
    }

    pub fn finish(&mut self, atoms: &mut Vec<Atom>) -> Option<Option<Heading>> {
        let pieces = std::mem::take(&mut self.pieces);
        // A number of the row may stand before the date.
        let cell = (0..pieces.len().saturating_sub(1).min(3)).find_map(|from| parts::joined(&pieces[from..]))?;
        atoms.truncate(self.begun);
        atoms.push(Atom::Date(Stamp { cell, meaning: Meaning::Plain }));
        Some(self.heading)
    }
}

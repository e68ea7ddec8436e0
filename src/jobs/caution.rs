//! What keeps a night from raising a fault at once: the rule of two nights, a check under suspicion, a night whose canary
//! was not read right, a check whose findings staff mostly dismiss. Pure.

use std::collections::BTreeSet;

use crate::{
    check::Definition,
    model::{CheckRecord, Flip},
};

/// What holds tonight, by check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caution {
    /// Faults of absence and unreachability: raised when a later night sees them again.
    pub two_nights: BTreeSet<String>,
    /// Checks in quarantine: too many portals changed in one night.
    pub quarantined: BTreeSet<String>,
    /// Checks that staff have dismissed too often: what they say is advice.
    pub advice: BTreeSet<String>,
    /// The canary's seeded faults were not found, or others were: the night raises and closes nothing.
    pub night_in_doubt: bool,
}

/// How a failing outcome comes to a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    AtOnce,
    SecondNight,
    /// As a question to staff.
    Advice,
    /// Noted, and neither raised nor closed until the suspicion is lifted.
    Held,
}

impl Caution {
    /// The rules of the checks alone.
    pub fn of_checks(checks: &[Definition]) -> Self {
        let two_nights = checks.iter().filter(|check| check.two_nights).map(|check| check.id.clone()).collect();
        Self { two_nights, ..Self::default() }
    }

    pub fn manner(&self, check: &str) -> Manner {
        if self.night_in_doubt || self.quarantined.contains(check) {
            Manner::Held
        } else if self.advice.contains(check) {
            Manner::Advice
        } else if self.two_nights.contains(check) {
            Manner::SecondNight
        } else {
            Manner::AtOnce
        }
    }
}

/// The checks that have fallen below the floor. They return by themselves when staff confirm what they ask.
pub fn below_the_floor(records: &[CheckRecord]) -> BTreeSet<String> {
    let fallen = records.iter().filter(|record| record.only_advises());
    fallen.map(|record| record.check.clone()).collect()
}

/// Fewest portals that make a mass.
const MASS: u64 = 3;
/// Percent of the office's portals that make a mass.
const MASS_PERCENT: u64 = 20;

/// The flips that are too many to be the portals' doing. `portals` is how many the office visits.
pub fn mass_flips(flips: Vec<Flip>, portals: u64) -> Vec<Flip> {
    let is_mass = |flip: &Flip| flip.portals >= MASS && flip.portals * 100 >= portals * MASS_PERCENT;
    flips.into_iter().filter(is_mass).collect()
}

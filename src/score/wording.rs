//! Numbers as the plans write them: exact, without trailing zeros.

use rust_decimal::{Decimal, RoundingStrategy};

/// A decimal without trailing zeros and without a negative zero.
pub fn plain(number: Decimal) -> Decimal {
    if number.is_zero() { Decimal::ZERO } else { number.normalize() }
}

/// Rounded half away from zero, without trailing zeros.
pub fn rounded(number: Decimal, places: u32) -> Decimal {
    plain(number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero))
}

/// 0.125 as `12.5%`, to two places.
pub fn percent(ratio: Decimal) -> String {
    format!("{}%", rounded(ratio * Decimal::ONE_HUNDRED, 2))
}

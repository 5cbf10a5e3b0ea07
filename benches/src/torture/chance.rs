//! Chance that a seed decides.

use std::time::Duration;

/// A generator of numbers (xorshift).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The one that this seed makes.
    pub fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    /// A time below `limit`.
    pub fn time(&mut self, limit: Duration) -> Duration {
        Duration::from_micros(self.below(1 + u64::try_from(limit.as_micros()).unwrap_or(u64::MAX - 1)))
    }

    /// How many threads: few as often as many.
    pub fn threads(&mut self, most: u64) -> u64 {
        let limit = [4, 16, most][self.below(3) as usize].min(most);
        1 + self.below(limit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stays_below() {
        let mut chance = Chance::new(0);
        let numbers: Vec<u64> = (0..1000).map(|_| chance.below(10)).collect();
        assert!((0..10).all(|number| numbers.contains(&number)) && numbers.iter().all(|number| *number < 10));
        assert!((0..1000).all(|_| (1..=2).contains(&chance.threads(2))));
    }
}

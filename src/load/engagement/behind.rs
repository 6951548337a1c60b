//! Whom a count is of: different people, and how much of it is the one who gives most. Twelve records of one person
//! are one person.
//!
//! The heaviest of each count are kept while records are read, at most [`MOST`] of them (Metwally, Agrawal & El Abbadi
//! 2005, "Efficient computation of frequent and top-k elements in data streams"): who comes new when all places are
//! taken takes that of the lightest with what it weighed, so that nobody is taken to be lighter than they are.

use super::record::MILLIONTHS;
use rustc_hash::FxHashMap;

/// People told apart in one count. With more of them the count is of many, whoever they are; a threshold above this
/// hides more than it need.
const MOST: usize = 64;

/// A record without a person's key may be of somebody who has others: two of them count as one person, so that a count
/// of such records is held against twice the threshold. The records of a place with keys have about that many to a
/// person in a quarter.
const UNKEYED: f64 = 0.5;

/// Records; and attendances, hours and connections in millionths.
pub(super) type Amounts = [f64; 4];

/// The people behind one count.
#[derive(Debug, Clone, Default)]
pub(super) struct Behind {
    people: FxHashMap<u64, Amounts>,
    unkeyed: Amounts,
    /// People in the largest record without a key: so many there were at once.
    largest_unkeyed: f64,
    total: Amounts,
}

impl Behind {
    /// Adds what records of one person say, or of nobody known; `largest` are the people in the largest of them.
    pub(super) fn add(&mut self, person: Option<u64>, amounts: Amounts, largest: f64) {
        add(&mut self.total, amounts);
        let Some(key) = person else {
            add(&mut self.unkeyed, amounts);
            self.largest_unkeyed = self.largest_unkeyed.max(largest);
            return;
        };
        if let Some(own) = self.people.get_mut(&key) {
            add(own, amounts);
            return;
        }
        let mut own = amounts;
        if self.people.len() >= MOST {
            let order = |a: &(&u64, &Amounts), b: &(&u64, &Amounts)| a.1[0].total_cmp(&b.1[0]).then(a.0.cmp(b.0));
            if let Some((lightest, weight)) = self.people.iter().min_by(order).map(|(key, own)| (*key, *own)) {
                self.people.remove(&lightest);
                add(&mut own, weight);
            }
        }
        self.people.insert(key, own);
    }

    /// Adds the people behind another count, of which this share is here.
    pub(super) fn join(&mut self, other: &Self, share: f64) {
        for (key, amounts) in &other.people {
            add(self.people.entry(*key).or_default(), amounts.map(|amount| amount * share));
        }
        add(&mut self.unkeyed, other.unkeyed.map(|amount| amount * share));
        add(&mut self.total, other.total.map(|amount| amount * share));
        self.largest_unkeyed = self.largest_unkeyed.max(other.largest_unkeyed * share);
    }

    /// How many people an amount is of. One where somebody gives more than half of it: the dominance rule with n = 1
    /// and k = 50 % (Hundepool et al. 2012, section 4.2.2), without which the amount would be close to theirs.
    pub(super) fn contributors(&self, amount: usize) -> f64 {
        let largest = self.people.values().map(|own| own[amount]).fold(0.0, f64::max);
        if self.total[amount] > 0.0 && largest > self.total[amount] / 2.0 {
            return 1.0;
        }
        let giving = self.people.values().filter(|own| own[amount] > 0.0).count();
        let giving = if self.total[amount] > 0.0 { giving } else { self.people.len() };
        giving as f64 + ((self.unkeyed[1] * UNKEYED).max(self.largest_unkeyed) / MILLIONTHS).floor()
    }
}

fn add(sum: &mut Amounts, more: Amounts) {
    sum.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind(records: &[(Option<u64>, f64)]) -> Behind {
        let mut behind = Behind::default();
        records.iter().for_each(|&(person, records)| {
            behind.add(person, [records, records * MILLIONTHS, 0.0, 0.0], records * MILLIONTHS)
        });
        behind
    }

    #[test]
    fn twelve_records_of_one_person_are_one_person() {
        assert_eq!(behind(&[(Some(1), 1.0); 12]).contributors(0), 1.0);
        let twelve: Vec<_> = (0..12).map(|person| (Some(person), 1.0)).collect();
        assert_eq!(behind(&twelve).contributors(0), 12.0);
    }

    #[test]
    fn a_count_of_which_one_person_gives_more_than_half_is_of_that_person() {
        let mut records: Vec<_> = (0..12).map(|person| (Some(person), 1.0)).collect();
        records.push((Some(3), 30.0));
        assert_eq!(behind(&records).contributors(0), 1.0);
        records.extend((20..50).map(|person| (Some(person), 1.0)));
        assert_eq!(behind(&records).contributors(0), 42.0);
    }

    #[test]
    fn records_without_keys_count_half_and_a_crowd_counts_whole() {
        assert_eq!(behind(&[(None, 1.0); 12]).contributors(0), 6.0);
        assert_eq!(behind(&[(None, 1.0); 20]).contributors(0), 10.0);
        assert_eq!(behind(&[(None, 30.0)]).contributors(0), 30.0);
    }

    #[test]
    fn of_many_people_the_one_who_gives_most_is_still_seen() {
        let mut records: Vec<_> = (0..500).map(|person| (Some(person), 1.0)).collect();
        records.extend([(Some(7), 1.0); 600]);
        assert_eq!(behind(&records).contributors(0), 1.0);
    }
}

//! How much of what is offered falls to each who may go there?

/// One demand that may go to one supply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Index into the demands.
    pub demand: usize,
    /// Index into the supplies.
    pub supply: usize,
    /// How much the way counts, from 0 (not at all) to 1; see [`step_decay`].
    pub weight: f64,
}

/// How demand is counted that may go to several supplies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// In full at each: 2SFCA with weights of 0 and 1, E2SFCA with a decay.
    Whole,
    /// Shared among them by their weights, so that everybody is counted once: the balanced form.
    Balanced,
}

/// Supply per head, from both ends.
#[derive(Debug, Clone, PartialEq)]
pub struct CatchmentRatios {
    /// For each demand, supply per unit of demand; 0 where nothing is in reach.
    pub of_demand: Vec<f64>,
    /// For each supply, its supply per unit of the demand that comes to it; `None` where none does.
    pub of_supply: Vec<Option<f64>>,
}

/// Luo and Qi's weights for ways of up to 10, 20 and 30 minutes (in seconds): the slow decay of their paper, from a
/// Gaussian. A judgement of theirs about driving to doctors; on foot, or for anything else, state your own.
pub const LUO_QI: [(f64, f64); 3] = [(600.0, 1.0), (1200.0, 0.68), (1800.0, 0.22)];

/// The weight of a way of this cost: that of the first step that isn't shorter; 0 beyond the last, and for no cost.
///
/// * `steps`: (up to and with this cost, weight), the nearest first. One step of weight 1 is a plain catchment.
#[must_use]
pub fn step_decay(cost: f64, steps: &[(f64, f64)]) -> f64 {
    steps.iter().find(|(most, _)| cost <= *most).map_or(0.0, |(_, weight)| *weight)
}

/// How much of each supply falls to each demand that may go there?
///
/// *Method.* Floating catchment areas in two steps: each supply is divided by the demand in its catchment, and each
/// demand adds up the ratios of the supplies in its own. [`Sharing::Whole`] is 2SFCA (Luo and Wang, *Measures of spatial
/// accessibility to health care in a GIS environment*, Environment and Planning B 30, 2003), or with a decay E2SFCA (Luo
/// and Qi, Health & Place 15, 2009). Both count a person once at *each* supply, so the ratio of a supply is too low
/// where people have a choice. [`Sharing::Balanced`] shares each demand among its supplies first (Páez, Higgins and
/// Vivona, *Demand and level of service inflation in floating catchment area methods*, PLOS ONE 14, 2019): the ratio of
/// a supply is then supply ÷ people who come, and that of a demand is the mean over where it goes. The weights of the
/// second step are those of the first here, shared out by demand (theirs are shared out by supply), because then demand ×
/// ratio sums to supply.
///
/// With either, demand × ratio, summed, is the supply that somebody can reach. A pair that stands twice counts with the
/// sum of its weights; weights, demands and supplies that are not above 0 count as 0, indices beyond the lists not at all.
#[must_use]
pub fn catchment_ratios(demand: &[f64], supply: &[f64], pairs: &[Pair], sharing: Sharing) -> CatchmentRatios {
    let usable = |value: f64| if value.is_finite() && value > 0.0 { value } else { 0.0 };
    let inside = |pair: &&Pair| pair.demand < demand.len() && pair.supply < supply.len();
    let pairs = || pairs.iter().filter(inside).map(|pair| (pair.demand, pair.supply, usable(pair.weight)));
    let mut choice = vec![0.0; demand.len()];
    pairs().for_each(|(from, _, weight)| choice[from] += weight);
    let share = |from: usize, weight: f64| match sharing {
        Sharing::Whole => weight,
        Sharing::Balanced if choice[from] > 0.0 => weight / choice[from],
        Sharing::Balanced => 0.0,
    };
    let mut coming = vec![0.0; supply.len()];
    pairs().for_each(|(from, to, weight)| coming[to] += usable(demand[from]) * share(from, weight));
    let ratio = |(&supply, &coming): (&f64, &f64)| (coming > 0.0).then(|| usable(supply) / coming);
    let of_supply: Vec<Option<f64>> = supply.iter().zip(&coming).map(ratio).collect();
    let mut of_demand = vec![0.0; demand.len()];
    pairs().for_each(|(from, to, weight)| of_demand[from] += share(from, weight) * of_supply[to].unwrap_or(0.0));
    CatchmentRatios { of_demand, of_supply }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(demand: usize, supply: usize, weight: f64) -> Pair {
        Pair { demand, supply, weight }
    }

    /// 100 people reach only the first of two halls of 60 places, 100 reach both.
    #[test]
    fn two_halls_by_hand() {
        let pairs = [pair(0, 0, 1.0), pair(1, 0, 1.0), pair(1, 1, 1.0)];
        let (demand, supply) = ([100.0, 100.0], [60.0, 60.0]);
        let plain = catchment_ratios(&demand, &supply, &pairs, Sharing::Whole);
        assert_eq!(plain.of_supply, [Some(0.3), Some(0.6)]);
        assert!((plain.of_demand[0] - 0.3).abs() < 1e-12 && (plain.of_demand[1] - 0.9).abs() < 1e-12);
        let balanced = catchment_ratios(&demand, &supply, &pairs, Sharing::Balanced);
        assert_eq!(balanced.of_supply, [Some(0.4), Some(1.2)], "150 and 50 people come");
        assert!((balanced.of_demand[0] - 0.4).abs() < 1e-12 && (balanced.of_demand[1] - 0.8).abs() < 1e-12);
    }

    #[test]
    fn the_decay_is_by_steps_and_ends() {
        assert_eq!(
            [0.0, 600.0, 600.1, 1800.0, 1800.1].map(|cost| step_decay(cost, &LUO_QI)),
            [1.0, 1.0, 0.68, 0.22, 0.0]
        );
        assert_eq!(step_decay(f64::NAN, &LUO_QI), 0.0);
    }

    #[test]
    fn what_nobody_reaches_has_no_ratio_and_who_reaches_nothing_has_none_of_it() {
        let pairs = [pair(0, 0, 1.0), pair(1, 1, 0.0), pair(7, 0, 1.0), pair(0, 7, 1.0), pair(2, 1, f64::NAN)];
        for sharing in [Sharing::Whole, Sharing::Balanced] {
            let ratios = catchment_ratios(&[10.0, 10.0, -3.0], &[5.0, 5.0], &pairs, sharing);
            assert_eq!(ratios.of_demand, [0.5, 0.0, 0.0]);
            assert_eq!(ratios.of_supply, [Some(0.5), None]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn demand_times_ratio_sums_to_the_supply_in_reach_and_order_changes_nothing(
            demand in prop::collection::vec(0.0f64..500.0, 1..12),
            supply in prop::collection::vec(0.0f64..200.0, 1..6),
            ways in prop::collection::vec((0usize..12, 0usize..6, 0.0f64..2400.0), 0..60),
        ) {
            let weighed = |&(from, to, cost): &(usize, usize, f64)| pair(from, to, step_decay(cost, &LUO_QI));
            let pairs: Vec<Pair> = ways.iter().map(weighed).collect();
            for sharing in [Sharing::Whole, Sharing::Balanced] {
                let ratios = catchment_ratios(&demand, &supply, &pairs, sharing);
                let given: f64 = demand.iter().zip(&ratios.of_demand).map(|(people, ratio)| people * ratio).sum();
                let reached = supply.iter().zip(&ratios.of_supply).filter(|(_, ratio)| ratio.is_some());
                let there: f64 = reached.map(|(supply, _)| supply).sum();
                prop_assert!((given - there).abs() <= 1e-9 * there.max(1.0), "{given} of {there}");
                let backwards: Vec<Pair> = pairs.iter().rev().copied().collect();
                let again = catchment_ratios(&demand, &supply, &backwards, sharing);
                for (one, other) in ratios.of_demand.iter().zip(again.of_demand) {
                    prop_assert!((one - other).abs() <= 1e-9 * one.max(1.0));
                }
            }
        }
    }
}

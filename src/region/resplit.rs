//! Re-splitting: two neighbouring parts are joined, and cut in two anew along a random spanning tree.
//!
//! The step of recombination chains (DeFord, Duchin and Solomon 2021), used to search instead of to sample: of all
//! edges of the tree the one is cut that leaves the least cost and the least weight outside the bounds, and the
//! result is taken by the rule of Metropolis. Everything lies in arrays that are made once.

use super::dice::Dice;
use super::frame::Frame;
use super::state::{Climate, State};

/// Of so many re-splits one is along any edge of its tree instead of the best.
const ANY_CUT: usize = 16;

/// Room for the tree of one step.
pub(super) struct Splitter {
    /// The blocks of the two parts in the order in which the tree reached them, each with the place of its parent.
    order: Vec<(u32, u32)>,
    /// Where each block stands in the order, and in which step that was said.
    place: Vec<(u32, u32)>,
    step: u32,
    front: Vec<(u32, u32)>,
    /// Below each place: weight, what its own costs change, and cost of the edges that leave.
    below: Vec<[f64; 3]>,
    inside: Vec<bool>,
    /// Steps made.
    pub(super) steps: u64,
}

impl Splitter {
    pub(super) fn new(frame: &Frame<'_>) -> Self {
        let n = frame.len();
        Self {
            order: Vec::with_capacity(n),
            place: vec![(0, 0); n],
            step: 0,
            front: Vec::with_capacity(2 * frame.edges.len() + 1),
            below: vec![[0.0; 3]; n],
            inside: vec![false; n],
            steps: 0,
        }
    }

    /// Re-splits the two parts on both sides of a border; gives the work done, in blocks looked at.
    pub(super) fn resplit(
        &mut self,
        state: &mut State<'_, '_>,
        border: [u32; 2],
        climate: &Climate,
        dice: &mut Dice,
    ) -> usize {
        let [a, b] = border.map(|block| state.labels[block as usize]);
        self.steps += 1;
        let is_whole = self.grow(state, border, a, b, dice);
        let n = self.order.len();
        if !is_whole || n < 2 {
            return n;
        }
        let (before_cut, base) = self.sum(state, a, b);
        let (load_a, load_b) = (state.loads[a as usize], state.loads[b as usize]);
        let before =
            before_cut[0] + before_cut[1] + state.load_cost(load_a, climate) + state.load_cost(load_b, climate);
        let total = load_a + load_b;
        let own_total = self.below[0][1];
        let mut best = (f64::INFINITY, 0_usize, false);
        let has_own = state.frame.has_own_cost;
        for at in 1..n {
            let [weight, own, cut] = self.below[at];
            let loads = state.load_cost(weight, climate) + state.load_cost(total - weight, climate);
            // The subtree becomes part a, the rest b; or the other way about.
            let one = loads + cut + base + own;
            if one < best.0 {
                best = (one, at, true);
            }
            if has_own {
                let other = loads + cut + base + own_total - own;
                if other < best.0 {
                    best = (other, at, false);
                }
            }
        }
        // The best cut alone would never leave a plan whose neighbours' best cuts lead back to it.
        if n > 1 && dice.below(ANY_CUT) == 0 {
            let at = 1 + dice.below(n - 1);
            let [weight, own, cut] = self.below[at];
            let loads = state.load_cost(weight, climate) + state.load_cost(total - weight, climate);
            best = (loads + cut + base + own, at, true);
        }
        let worse = best.0 - before;
        if worse > 0.0 && (climate.temperature <= 0.0 || dice.unit() >= (-worse / climate.temperature).exp()) {
            return n;
        }
        self.apply(state, best.1, if best.2 { [a, b] } else { [b, a] });
        let [_, own, cut] = self.below[best.1];
        let own_after = base + if best.2 { own } else { own_total - own };
        state.cost += cut + own_after - before_cut[0] - before_cut[1];
        n
    }

    /// Grows a random spanning tree over the two parts from one side of the border. Says whether it may be cut.
    fn grow(&mut self, state: &State<'_, '_>, border: [u32; 2], a: u32, b: u32, dice: &mut Dice) -> bool {
        self.step = self.step.wrapping_add(1);
        self.order.clear();
        self.front.clear();
        self.front.push((border[0], 0));
        while !self.front.is_empty() {
            let (block, parent) = self.front.swap_remove(dice.below(self.front.len()));
            if self.place[block as usize].0 == self.step {
                continue;
            }
            let at = self.order.len() as u32;
            self.place[block as usize] = (self.step, at);
            self.order.push((block, parent));
            for arc in state.frame.arcs(block) {
                let label = state.labels[arc.to as usize];
                if arc.joins && (label == a || label == b) && self.place[arc.to as usize].0 != self.step {
                    self.front.push((arc.to, at));
                }
            }
        }
        self.order.len() == (state.counts[a as usize] + state.counts[b as usize]) as usize
    }

    /// Sums up the tree: what the two parts cost today (cut, own), and what all cost by themselves in part b.
    #[expect(clippy::many_single_char_names, reason = "the two parts are a and b, as in the papers")]
    fn sum(&mut self, state: &State<'_, '_>, a: u32, b: u32) -> ([f64; 2], f64) {
        let n = self.order.len();
        let has_own = state.frame.has_own_cost;
        let (mut cut_now, mut own_now, mut base) = (0.0, 0.0, 0.0);
        for at in 0..n {
            let block = self.order[at].0;
            let mut own = 0.0;
            if has_own {
                let (in_a, in_b) = (state.own_cost(block, a), state.own_cost(block, b));
                own = in_a - in_b;
                base += in_b;
                own_now += if state.labels[block as usize] == a { in_a } else { in_b };
            }
            self.below[at] = [state.frame.weights[block as usize], own, 0.0];
        }
        for at in 0..n {
            let block = self.order[at].0;
            for arc in state.frame.arcs(block) {
                let (step, place) = self.place[arc.to as usize];
                if step != self.step || place as usize >= at || arc.cost == 0.0 {
                    continue;
                }
                if state.labels[arc.to as usize] != state.labels[block as usize] {
                    cut_now += arc.cost;
                }
                let (mut x, mut y) = (at as u32, place);
                self.below[at][2] += arc.cost;
                self.below[place as usize][2] += arc.cost;
                while x != y {
                    if x > y {
                        x = self.order[x as usize].1;
                    } else {
                        y = self.order[y as usize].1;
                    }
                }
                self.below[x as usize][2] -= 2.0 * arc.cost;
            }
        }
        for at in (1..n).rev() {
            let parent = self.order[at].1 as usize;
            let sums = self.below[at];
            for (sum, more) in self.below[parent].iter_mut().zip(sums) {
                *sum += more;
            }
        }
        ([cut_now, own_now], base)
    }

    /// Gives the subtree at this place the first label, and the rest the second.
    fn apply(&mut self, state: &mut State<'_, '_>, root: usize, labels: [u32; 2]) {
        let [first, second] = labels.map(|label| label as usize);
        state.n_bad -= usize::from(state.is_bad(first)) + usize::from(state.is_bad(second));
        let total = state.loads[first] + state.loads[second];
        let n = self.order.len();
        let mut count = 0;
        for at in 0..n {
            let (block, parent) = self.order[at];
            let is_in = at == root || (at > root && self.inside[parent as usize]);
            self.inside[at] = is_in;
            count += u32::from(is_in);
            state.labels[block as usize] = labels[usize::from(!is_in)];
        }
        state.loads[first] = self.below[root][0];
        state.loads[second] = total - self.below[root][0];
        state.counts[first] = count;
        state.counts[second] = n as u32 - count;
        state.n_bad += usize::from(state.is_bad(first)) + usize::from(state.is_bad(second));
    }
}

use super::borough::Borough;
use super::names::Names;
use super::{facilities, shops, streets, town};

/// Makes up a borough.
pub(super) fn make_up(residents: u64, seed: u64, steps: &dyn Fn(&str)) -> Borough {
    steps("Planning the town");
    let names = Names::new(seed);
    let mut town = town::plan(residents, seed);
    steps("Drawing its streets");
    let mut map = streets::draw(&mut town, &names, seed);
    let centres = shops::open(&town, &mut map, &names, seed);
    steps("Housing its residents");
    let mut borough = Borough::without_facilities(town, names, map, centres, seed);
    borough.facilities = facilities::place_all(&borough, seed);
    borough
}

//! Lengths, times, areas and shares, so that a metre is never added to a minute.
//!
//! Inside the house the type says the unit. At the edges (configuration keys, JSON properties, CSV
//! columns) there are no types, so a name there always ends in its unit: `walk_m`, `minutes_median`.

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
        pub struct $name(f64);

        impl $name {
            /// Nothing at all.
            pub const ZERO: Self = Self(0.0);

            /// Wraps a plain number that is already in this unit.
            #[must_use]
            pub const fn new(value: f64) -> Self {
                Self(value)
            }

            /// The plain number, in this unit.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }

            /// The smaller of two.
            #[must_use]
            pub fn min(self, other: Self) -> Self {
                Self(self.0.min(other.0))
            }

            /// The larger of two.
            #[must_use]
            pub fn max(self, other: Self) -> Self {
                Self(self.0.max(other.0))
            }
        }

        impl std::ops::Add for $name {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl std::ops::Sub for $name {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl std::ops::Mul<f64> for $name {
            type Output = Self;
            fn mul(self, factor: f64) -> Self {
                Self(self.0 * factor)
            }
        }
    };
}

quantity! {
    /// A length on the ground.
    Metres
}
quantity! {
    /// A duration.
    Seconds
}
quantity! {
    /// An area on the ground.
    SquareMetres
}
quantity! {
    /// A part of a whole, from 0 to 1.
    Share
}

impl Seconds {
    /// A duration given in minutes.
    #[must_use]
    pub fn from_minutes(minutes: f64) -> Self {
        Self(minutes * 60.0)
    }

    /// The duration in minutes.
    #[must_use]
    pub fn minutes(self) -> f64 {
        self.0 / 60.0
    }
}

impl SquareMetres {
    /// The area in square kilometres.
    #[must_use]
    pub fn km2(self) -> f64 {
        self.0 / 1_000_000.0
    }
}

impl Share {
    /// The part `part` is of `whole`; `None` when the whole is nothing.
    #[must_use]
    pub fn of(part: f64, whole: f64) -> Option<Self> {
        (whole > 0.0).then(|| Self(part / whole))
    }
}

/// How fast somebody walks, in metres per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct WalkingSpeed(f64);

impl WalkingSpeed {
    /// 4.8 km/h, the usual planning figure for an adult on the flat (about 1.33 m/s; the Department
    /// for Transport's and most journey planners' default lies between 4.5 and 5 km/h). Older and
    /// disabled people commonly walk at 3 to 4 km/h: at 3.6 km/h a 15-minute circle shrinks from
    /// 1,200 m to 900 m and holds little more than half the area, so give such groups their own speed.
    pub const USUAL: Self = Self(4.8 / 3.6);

    /// A speed given in kilometres an hour; `None` unless it is above 0 and at most 20.
    #[must_use]
    pub fn from_km_per_h(km_per_h: f64) -> Option<Self> {
        (km_per_h > 0.0 && km_per_h <= 20.0).then_some(Self(km_per_h / 3.6))
    }

    /// A speed in metres a second, as it was taken from [`WalkingSpeed::metres_per_second`]; `None` unless it is above 0.
    #[must_use]
    pub fn from_metres_per_second(speed: f64) -> Option<Self> {
        (speed > 0.0 && speed.is_finite()).then_some(Self(speed))
    }

    /// The speed in metres a second, to the last bit.
    #[must_use]
    pub const fn metres_per_second(self) -> f64 {
        self.0
    }

    /// The speed in kilometres an hour.
    #[must_use]
    pub fn km_per_h(self) -> f64 {
        self.0 * 3.6
    }

    /// How long a walk of this length takes.
    #[must_use]
    pub fn time(self, length: Metres) -> Seconds {
        Seconds(length.0 / self.0)
    }

    /// How far one gets in this time.
    #[must_use]
    pub fn distance(self, time: Seconds) -> Metres {
        Metres(time.0 * self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_kilometre_is_a_million_square_metres() {
        assert!((SquareMetres::new(2_500_000.0).km2() - 2.5).abs() < 1e-12);
    }

    #[test]
    fn fifteen_minutes_at_the_usual_speed_is_1200_metres() {
        let reach = WalkingSpeed::USUAL.distance(Seconds::from_minutes(15.0));
        assert!((reach.get() - 1200.0).abs() < 1e-9);
        assert!((WalkingSpeed::USUAL.time(reach).minutes() - 15.0).abs() < 1e-12);
    }

    #[test]
    fn a_share_of_nothing_is_unknown_rather_than_zero() {
        assert_eq!(Share::of(0.0, 0.0), None);
        assert_eq!(Share::of(1.0, 4.0).map(Share::get), Some(0.25));
    }

    #[test]
    fn a_speed_must_be_walkable() {
        assert_eq!(WalkingSpeed::from_km_per_h(0.0), None);
        assert_eq!(WalkingSpeed::from_km_per_h(f64::NAN), None);
        assert!(WalkingSpeed::from_km_per_h(4.8).is_some());
    }
}

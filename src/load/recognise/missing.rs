//! What a place may lack, what cannot be answered without it, and where councils find it.

/// Something the place lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// What.
    pub what: &'static str,
    /// What cannot be answered without it.
    pub so: &'static str,
    /// Where councils find it.
    pub from: &'static str,
}

pub(super) const BOUNDARIES: Missing = Missing {
    what: "outlines of small areas (output areas or LSOAs; data zones in Scotland and Northern Ireland)",
    so: "nothing can be counted",
    from: "the Open Geography portal of the ONS (geoportal.statistics.gov.uk), spatialdata.gov.scot, or NISRA",
};
pub(super) const PATCHES: Missing = Missing {
    what: "outlines of patches or wards",
    so: "the whole place is one patch",
    from: "your own GIS team, or wards from the Open Geography portal of the ONS",
};
pub(super) const RESIDENTS: Missing = Missing {
    what: "a census table of residents for these areas",
    so: "nobody is counted",
    from: "nomisweb.co.uk (England and Wales), scotlandscensus.gov.uk, or NISRA: one table for each of age, ethnic group and disability",
};
pub(super) const STREETS: Missing = Missing {
    what: "streets",
    so: "walks are straight lines times 1.3",
    from: "an extract of OpenStreetMap (download.geofabrik.de), or OS Open Roads",
};
pub(super) const ASSETS: Missing = Missing {
    what: "places to reach (hubs, libraries, halls)",
    so: "no coverage can be measured",
    from: "your directory of community assets as a spreadsheet, with postcodes or coordinates",
};
pub(super) const DEPRIVATION: Missing = Missing {
    what: "an index of deprivation",
    so: "nothing is said of deprived areas",
    from: "gov.uk (English Indices of Deprivation, File 7), statswales.gov.wales, gov.scot (SIMD), or NISRA (NIMDM)",
};
pub(super) const RECORDS: Missing = Missing {
    what: "records of people who were met",
    so: "reach cannot be measured",
    from: "the sheet your coordinators keep: date, where, how many; without names",
};

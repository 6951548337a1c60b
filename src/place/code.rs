//! Every kind of issue there is: its name, how bad it can be, and what it means.
//!
//! A new kind is one line below, in the order of the names; `docs/issues.md` is written from here
//! (`make docs`), and a test fails while it is not.

use std::fmt;

/// How bad an issue is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The place cannot be used until this is mended.
    Error,
    /// The answers are affected, or a row was left out.
    Warning,
    /// Worth knowing; mended or harmless.
    Note,
}

impl Severity {
    /// The word in messages and JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

macro_rules! codes {
    ($($name:ident $word:literal $($severity:ident)|+: $meaning:literal;)*) => {
        /// A kind of issue: the short name that never changes, for counting, for tests and to look it up.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $name,)*
        }

        impl Code {
            /// All of them, in the order of their names.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name in messages and JSON, such as `duplicate-key`.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                }
            }

            /// How bad it can be, the worst first: most kinds are always the same.
            #[must_use]
            pub const fn severities(self) -> &'static [Severity] {
                match self {
                    $(Self::$name => &[$(Severity::$severity),+],)*
                }
            }

            /// What it means, as a sentence without a full stop.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => $meaning,)*
                }
            }
        }
    };
}

codes! {
    ActivityUnknown "activity-unknown" Note: "Records name an activity that is not known; they count as \"other\"";
    AgesDisagree "ages-disagree" Error: "The ages of everybody and those of the two sexes do not say the same";
    AgesMissing "ages-missing" Error | Warning: "A span of ages is missing between the bands of a table";
    AgesOverlap "ages-overlap" Error: "Two bands of age overlap, so people would be counted twice";
    ArcsAsLines "arcs-as-lines" Note: "Outlines with arcs of circles were read as lines of short steps";
    AreaAsPoint "area-as-point" Note: "Assets drawn as areas or lines stand for a point inside them";
    AssetElsewhere "asset-elsewhere" Note: "Assets more than 10 km from every zone are left out";
    AssetNowhere "asset-nowhere" Warning: "Assets have neither usable coordinates nor a postcode that is known, and are left out";
    AssetOffStreet "asset-off-street" Warning | Note: "Assets meet no street within reach, so nobody can walk to them";
    AssetUnknown "asset-unknown" Note: "Records name a venue that is not among the assets";
    AssetsPrivate "assets-private" Note: "Things that are private or closed to the public are left out";
    AttributesDoNotMatch "attributes-do-not-match" Warning: "A shapefile and its .dbf have different numbers of rows; they were joined by number";
    AttributesMissing "attributes-missing" Warning: "A shapefile has no .dbf beside it, so its shapes have no attributes";
    AxesSwapped "axes-swapped" Warning: "Longitude and latitude stand in each other's place; they are exchanged";
    BadUnits "bad-units" Error: "A line of a file of units, edges and parts is not as the format has it";
    BlankKey "blank-key" Warning: "A row has no key and is left out";
    CapacityUnknown "capacity-unknown" Warning: "A standard asks for room, and nobody says how many places some assets have";
    CapacityUnreadable "capacity-unreadable" Warning: "The capacity of an asset is not a number and is taken as unknown";
    CategoryBlank "category-blank" Warning: "A count has no category and is left out";
    CategoryCodes "category-codes" Error: "The column of categories holds codes, and no column says what they stand for";
    CategoryMissing "category-missing" Error: "place.toml asks for a category that the file does not have";
    CellUnreadable "cell-unreadable" Warning: "The key of a zone is not an H3 cell, and the zone is left out";
    ColumnMissing "column-missing" Error | Warning: "place.toml or the format names a column that the file does not have";
    ColumnNotText "column-not-text" Note: "A column of a Parquet file is of a type that is not read";
    ColumnUnclear "column-unclear" Error: "Nothing says whether a column counts people, a group or something else";
    ColumnUnrecognised "column-unrecognised" Error: "No column is recognised for something that is needed";
    ColumnWithoutNumbers "column-without-numbers" Error: "There is not one number under a column that should count people";
    ColumnsUnread "columns-unread" Note: "Columns of a file of records are not read";
    CoordinatesNotFinite "coordinates-not-finite" Warning: "Coordinates are not numbers, and the features count as without geometry";
    CostKeyUnknown "cost-key-unknown" Error: "A table names a point that the costs do not have";
    CostRow "cost-row" Warning: "Rows of a table of costs cannot be used and are left out";
    CostRowTwice "cost-row-twice" Error: "Two rows say different things of one point";
    CostUnreadable "cost-unreadable" Error | Warning: "What a candidate costs is not clearly a number";
    CostsUnsound "costs-unsound" Error: "The table of costs cannot be used for siting";
    CrsGuessed "crs-guessed" Warning | Note: "The reference system of a file was recognised by its coordinates";
    CrsUnclear "crs-unclear" Error: "A file in metres does not say its reference system, and its codes are Northern Irish";
    CrsUnknown "crs-unknown" Error | Warning: "The reference system of a file is not known and is not guessed";
    CubeRow "cube-row" Error: "A row of an engagement cube breaks its contract";
    CubeVersion "cube-version" Error: "An engagement cube is of another version of its contract";
    DateUnreadable "date-unreadable" Warning: "A date cannot be read and is taken as unknown";
    DatesMixed "dates-mixed" Note: "Days are written in more than one way in a file; all were read";
    DatesMonthFirst "dates-month-first" Warning: "Some dates can only be read with the month first, so the others may be read wrongly";
    DecileImpossible "decile-impossible" Warning: "A decile is not from 1 to 10 and is taken as unknown";
    DecilesUnknown "deciles-unknown" Warning: "Zones have a rank and no decile, and the table is only a part of its index";
    DecimalUnknown "decimal-unknown" Error: "place.toml names a decimal sign that is none";
    DeprivationMissing "deprivation-missing" Warning: "Zones have no place in the deprivation index; theirs is unknown, not none";
    DeprivationUnclear "deprivation-unclear" Error: "Deciles, ranks and scores do not agree on which end is the most deprived";
    DeprivationUpsideDown "deprivation-upside-down" Warning: "The index counts from the other end; it is turned round";
    DimensionDiffers "dimension-differs" Warning: "place.toml calls a table by one dimension, and its groups are of another";
    DimensionUnknown "dimension-unknown" Error: "place.toml names a dimension by which the place has no residents";
    DraftUnreadable "draft-unreadable" Error: "A draft could not be looked at: a file of it is not there any more, or cannot be read";
    DuplicateKey "duplicate-key" Error | Warning: "One key stands for several things";
    Dwellings "dwellings" Note: "How residents of zones are placed: on addresses, along streets or spread over the zone";
    EarlierPatches "earlier-patches" Warning: "Patches of an earlier time cannot be used and are left out";
    EdgeLoop "edge-loop" Warning: "An edge leads from a unit to itself and is left out";
    EmptyGeometry "empty-geometry" Warning: "A zone or patch has no area or coordinates on the map and is left out";
    Encoding "encoding" Note: "A text file is not in UTF-8 and was read in another encoding";
    EngagementUnclear "engagement-unclear" Error: "A section of engagement names both a file and a cube, or neither";
    FactUnknown "fact-unknown" Error | Warning: "place.toml gives a column for something that is not read";
    FileCutShort "file-cut-short" Warning: "A file announces more rows than it holds";
    FileDamaged "file-damaged" Error: "A file is cut short, or is not of the kind that it claims to be";
    FileEmpty "file-empty" Error: "A file holds nothing";
    FileIsAPart "file-is-a-part" Warning: "A file says of itself that it is only a part of the whole";
    FileKind "file-kind" Error: "A file is of a kind that is not read here";
    FileMissing "file-missing" Error: "There is no file of this name";
    FileNamedTwice "file-named-twice" Warning: "One file is named in two sections; its rows are counted once";
    FileOutside "file-outside" Error | Note: "A path leads out of the directory of the place; a server does not follow it";
    FileSpecial "file-special" Error: "A path leads to a device, a pipe or a part of the system";
    FileTooLarge "file-too-large" Error: "A file is larger than one of its kind can be read";
    FileTooSlow "file-too-slow" Error: "Reading a GeoPackage took longer than is allowed";
    FileUnreadable "file-unreadable" Error: "A file is there and cannot be opened";
    FileZipped "file-zipped" Error: "A file is packed and has to be unpacked first";
    FilterUnreadable "filter-unreadable" Error: "A filter on OpenStreetMap tags cannot be understood";
    FlagUnreadable "flag-unreadable" Note: "An answer is neither yes nor no and is taken as unknown";
    FormulaUnworked "formula-unworked" Warning: "Cells of a workbook are formulas whose values are not in the file, and are read as empty";
    FractionalCount "fractional-count" Note: "Counts are not whole; they are used as they are";
    GeometryEncoding "geometry-encoding" Error: "The geometry of a GeoParquet file is written in a way that is not read here";
    GeometryUnreadable "geometry-unreadable" Warning: "The geometry of a feature cannot be read";
    GrantAmended "grant-amended" Warning: "A grant stands in several versions; the last is used";
    GrantBelowNought "grant-below-nought" Warning: "A grant has a negative amount and is set aside";
    GrantCurrencyAssumed "grant-currency-assumed" Note: "Grants name no currency; that of the others is assumed";
    GrantCurrencyOpen "grant-currency-open" Error: "Nothing says which currency the sums are to be in";
    GrantDateMissing "grant-date-missing" Warning: "A grant has no award date and counts in no year";
    GrantDateOdd "grant-date-odd" Warning: "A grant has a day that is not likely, and is kept without it";
    GrantDatesDayFirst "grant-dates-day-first" Note: "Dates do not begin with the year; they are read with the day first";
    GrantDatesReversed "grant-dates-reversed" Warning: "The planned end of a grant is before its start and is ignored";
    GrantDaysApart "grant-days-apart" Warning: "Grants lie more than three years from all others";
    GrantDurationOdd "grant-duration-odd" Warning: "A duration is not a number of months and is ignored";
    GrantNameOfSeveral "grant-name-of-several" Warning: "A grant names a place whose name several areas have, so that it places nothing";
    GrantOfNought "grant-of-nought" Warning: "A grant has the amount 0 and is set aside";
    GrantOtherCurrency "grant-other-currency" Warning: "A grant is in another currency and is set aside";
    GrantPeriodAssumed "grant-period-assumed" Note: "Grants do not say how long the money is to last; a length is assumed";
    GrantRecipients "grant-recipients" Note: "Grants name several recipients; the first is taken";
    GrantRegrantUnclear "grant-regrant-unclear" Warning: "Grants have a kind of regrant that the standard does not know, and are not placed";
    GrantRepeated "grant-repeated" Warning: "A grant stands twice and is counted once";
    GrantWithoutAmount "grant-without-amount" Warning: "A grant has no amount that can be read and is set aside";
    GrantWithoutId "grant-without-id" Warning: "A grant has no identifier and is kept under its file and row";
    GrantYearsEmpty "grant-years-empty" Warning: "For several years no grant has a day, and figures a year are divided by these years too";
    GrantsAlike "grants-alike" Warning: "Grants without identifier are word for word the same; all are counted";
    GrantsElsewhere "grants-elsewhere" Warning: "Grants name a location that is not in this place; they are counted and not placed";
    GrantsNowhere "grants-nowhere" Warning: "Grants have nothing that says where they benefit anybody; they are counted and not placed";
    GrantsRegranted "grants-regranted" Warning: "Grants go on to others as grants of their own; they are counted and not placed";
    GrantsToIndividuals "grants-to-individuals" Note: "Grants to individuals are counted, and no word of them is kept";
    GrantsWider "grants-wider" Warning: "Grants are for a country or region of which the place is only a part";
    GroupKeyUnknown "group-key-unknown" Error: "place.toml says that words mean a group that the place does not have";
    GroupOfNoWords "group-of-no-words" Warning: "No words together mean a crossed group, so that less is known of what it lies in";
    GroupUnknown "group-unknown" Warning: "Records or place.toml name a group that the place does not have";
    GroupsExceedTotal "groups-exceed-total" Error: "The groups of a table add up to more than everybody";
    GroupsFallShort "groups-fall-short" Warning: "The groups of a table add up to fewer than everybody";
    HoursNeverOpen "hours-never-open" Warning: "Opening hours say that an asset is never open; it is taken as closed";
    HoursTranslated "hours-translated" Note: "Opening hours in other words were understood and translated";
    HoursUnknown "hours-unknown" Warning: "Assets do not count for a standard because nobody knows when they are open";
    HoursUnreadable "hours-unreadable" Warning: "Opening hours cannot be understood and are taken as unknown";
    HundredEach "hundred-each" Warning: "Every zone has exactly 100 residents, as in a table of percentages";
    ImpossibleCount "impossible-count" Warning: "A count is negative or impossibly large and is taken as unknown";
    IrishGrid "irish-grid" Note: "Coordinates in metres were read as the Irish Grid";
    KindBlank "kind-blank" Warning: "Assets without a kind are left out";
    KindLeftOut "kind-left-out" Note: "Assets of kinds that place.toml does not ask for are left out";
    KindMissing "kind-missing" Warning: "No asset of the place is of a kind that place.toml names";
    LayerMissing "layer-missing" Error: "A file has no layer of the name that place.toml gives";
    LayerUnclear "layer-unclear" Error: "A file has several layers, and none was named";
    LookupUnmatched "lookup-unmatched" Error | Warning: "Zones of the place are not in the lookup";
    MarkedCount "marked-count" Warning | Note: "Counts have a mark beside them; the number is used, or unknown where the column is named by hand";
    MissingKey "missing-key" Error: "A key that is needed is missing from place.toml";
    MoreMetThanResidents "more-met-than-residents" Warning: "More people were met than live in a patch";
    NearDuplicate "near-duplicate" Warning: "Assets of one kind and name stand close together; both are kept";
    NoCosts "no-costs" Error: "No costs were given to a siting problem";
    NoDate "no-date" Note: "The place has no date, so standards are asked for today";
    NoPatches "no-patches" Error: "No patch could be read";
    NoPoints "no-points" Error: "A file of candidates has no point";
    NoRows "no-rows" Error | Warning: "A table has no rows, or none is left after `where`";
    NoStreets "no-streets" Error | Warning: "There are no streets: none are named, or the file has none that can be walked";
    NoTitles "no-titles" Note: "A file has no row of titles; those of its standard layout were used";
    NoZones "no-zones" Error: "No zone could be read";
    NobodyCounted "nobody-counted" Error: "No column of a table of residents counts people";
    NotProtected "not-protected" Warning: "Counts of people could not be protected, so nothing is shown of them";
    NulCharacters "nul-characters" Warning: "A text file holds NUL characters";
    NumberUnclear "number-unclear" Error: "Numbers such as 1.234 may be thousands or decimals";
    OddCount "odd-count" Warning: "A count is not clearly a number and is taken as unknown";
    OffStreet "off-street" Warning: "Residents live too far from every street that they can reach";
    OffTheMap "off-the-map" Error | Warning: "Coordinates do not lie in the plane of the place";
    OneGroup "one-group" Error: "A table of residents has one group, and no column has everybody";
    OneSexOnly "one-sex-only" Error: "A table of residents has the ages of one sex only";
    OrganisationsNowhere "organisations-nowhere" Note: "Organisations have no postcode or coordinates that are known and count in no patch";
    Orlib "orlib" Error: "A line of an OR-Library file is not as the format has it";
    OrphanZone "orphan-zone" Warning: "Zones lie outside every patch";
    OutOfRange "out-of-range" Error: "A number in place.toml is outside what is possible";
    OutsidePatches "outside-patches" Note: "Residents of zones that straddle a border live outside every patch";
    PairRepeated "pair-repeated" Warning: "A pair of points is given several costs; the lowest is kept";
    PairUnreachable "pair-unreachable" Note: "A blank cost counts as a pair that cannot be reached";
    PartOrBeside "part-or-beside" Error: "A column may be a part of another or stand beside it";
    PartsExceed "parts-exceed" Error: "The parts of a column add up to more than the column";
    PatchSlivers "patch-slivers" Note: "Patches overlap by slivers, which is harmless";
    PatchesOverlap "patches-overlap" Warning: "Two patches overlap; people there count in the first only";
    Percentages "percentages" Error: "A table has percentages or shares where people are to be counted";
    PersonalData "personal-data" Error: "A file of records has columns that name or identify people, and is refused";
    PivotLayout "pivot-layout" Note: "Zones and categories stand below each other in one column, as in a pivot table";
    PlaceMissing "place-missing" Error: "There is no place.toml where one is looked for";
    PlacedByPostcode "placed-by-postcode" Note: "Assets without coordinates stand at the middle of their postcode";
    PlaneElsewhere "plane-elsewhere" Error: "The plane that place.toml names does not fit where the place is";
    PlaneUnknown "plane-unknown" Error: "place.toml names a plane that distances are not measured on here";
    PointElsewhere "point-elsewhere" Note: "Dwellings in no zone of the place are left out";
    PointNowhere "point-nowhere" Warning: "Rows have no usable coordinates and are not placed";
    PostcodesEmpty "postcodes-empty" Warning: "A postcode file has no postcode of this place";
    PublishExposes "publish-exposes" Error: "A draft would let small counts of people be worked out together with what was published before";
    QuoteNotClosed "quote-not-closed" Warning: "A quotation mark is never closed and is read as an ordinary character";
    RecordAhead "record-ahead" Warning: "Records are dated after the day that they can reach, and are not counted";
    RecordAtVenue "record-at-venue" Note: "Records only say at which asset people were met, and count where it stands";
    RecordInTwoFiles "record-in-two-files" Warning: "Records stand in a file that is a copy of another, and are counted once";
    RecordNowhere "record-nowhere" Warning: "Records cannot be placed and are not counted";
    RecordPatchThen "record-patch-then" Note: "Records name a patch of an earlier time; they count where its people live today";
    RecordRepeated "record-repeated" Warning: "Records have the id of an earlier one, and each id is counted once";
    RecordSpread "record-spread" Note: "Records only say an area of several patches; their people are shared among these";
    RecordWithoutDay "record-without-day" Warning: "Records have no day that can be read and are not counted";
    RecordsAfterDate "records-after-date" Note: "Many records are later than the date of the place, and are counted";
    RecordsAlike "records-alike" Note: "Records without id say the same in every column, and are counted";
    RecordsDayOdd "records-day-odd" Warning: "Records are more than five years older than all others";
    RecordsOverlap "records-overlap" Note: "A few rows of two files say the same, and are counted in both";
    RecordsUnreadable "records-unreadable" Error: "A JSON file of grants has no list of grants";
    RecordsWithoutPerson "records-without-person" Warning: "Records have no key of a person where people are counted by their keys";
    ReleaseWithoutGround "release-without-ground" Note: "A release of earlier figures does not say what its patches and groups stood for";
    ReleasesUnreadable "releases-unreadable" Error: "A release of earlier figures cannot be read, so nothing of the records is shown";
    ReloadTooLarge "reload-too-large" Error: "New files could not be loaded in the memory or time allowed; the old answers stay";
    RepairedGeometry "repaired-geometry" Warning | Note: "An outline crosses or touches itself and was repaired";
    RepeatedZone "repeated-zone" Error | Warning: "A zone has several rows that do not say the same";
    ResidentsMissing "residents-missing" Error: "Nothing says how many people live in the zones";
    ResidentsUnknown "residents-unknown" Warning: "Zones have no known number of residents and are in no sum or share";
    RowCut "row-cut" Error | Warning: "A file ends in the middle of its last row";
    RowRepeated "row-repeated" Warning | Note: "Rows say what an earlier row says, and are counted once";
    RowTooLong "row-too-long" Warning: "Rows have more cells than there are titles";
    RowTooShort "row-too-short" Note: "Rows have fewer cells than there are titles; these cells count as empty";
    RowsWithoutZone "rows-without-zone" Error: "Rows have a count and no zone";
    Separator "separator" Note: "The cells of a text file are parted by an unusual sign";
    SettingsEncoding "settings-encoding" Error: "place.toml is not UTF-8 text";
    SettingsSyntax "settings-syntax" Error: "A line of place.toml is not TOML";
    SeveralBreakdowns "several-breakdowns" Error: "A table parts the same people in several ways, and nothing says which is meant";
    SeveralTotals "several-totals" Error: "Several columns of a table could be everybody";
    SeveralYears "several-years" Error: "A table has several years side by side, and nothing says which is meant";
    SheetChosen "sheet-chosen" Note: "A workbook has several sheets; the one that was read is named";
    SheetEmpty "sheet-empty" Error: "A sheet of a workbook holds nothing";
    SheetMissing "sheet-missing" Error: "A workbook has no sheet of the name that place.toml gives";
    SiteNumber "site-number" Error: "A site has no number in a column that every site must fill in";
    SnapshotRefused "snapshot-refused" Error: "A snapshot was not written by this program, was cut off or is damaged";
    SpeedImpossible "speed-impossible" Error: "A walking speed is not possible";
    StandardInvalid "standard-invalid" Error: "A standard in place.toml contradicts itself or cannot be met";
    StatusInWords "status-in-words" Note: "Words beside the status say that an asset is shut, to open or to close";
    StatusPassed "status-passed" Warning: "An asset was to open on a day that has passed; it is taken as open";
    StatusUnclear "status-unclear" Warning: "Nothing says clearly whether an asset is in use; it is taken as not in use";
    StatusUnknown "status-unknown" Note: "The status of an asset is a word that is not known; it is taken as open";
    StreetEndsJoined "street-ends-joined" Note: "Ends of streets that did not quite meet were joined";
    StreetFilesApart "street-files-apart" Warning: "A street file meets none of the others, so nobody walks from one to the other";
    StreetFilesJoined "street-files-joined" Note: "Several street files became one network";
    StreetFilesUnlike "street-files-unlike" Error: "The street files of a place are not of one form";
    StreetIslands "street-islands" Warning | Note: "Parts of the streets are not joined to the others";
    StreetKindsUnclear "street-kinds-unclear" Error: "Nothing says which lines of a layer can be walked";
    StreetMotorways "street-motorways" Note: "Motorways are left out: nobody walks there";
    StreetNodesMissing "street-nodes-missing" Note: "Streets lead out of the file";
    StreetNotALine "street-not-a-line" Warning: "A shape in the street file is not a line and is left out";
    StreetWithoutLength "street-without-length" Note: "A line in the street file has no length and is left out";
    StreetWithoutShape "street-without-shape" Warning: "A row of the street file has no shape and is left out";
    StreetsAccessUnknown "streets-access-unknown" Note: "A layer of lines does not say which streets are private; all are walked";
    StreetsClosed "streets-closed" Note: "Ways that are private or closed to people on foot are left out";
    StreetsExcluded "streets-excluded" Note: "Lines are left out as place.toml asks";
    StreetsHistory "streets-history" Error: "A street file holds the whole history of OpenStreetMap";
    StreetsLinesOnly "streets-lines-only" Note: "A layer of lines has no squares and no gates";
    StreetsNotInUse "streets-not-in-use" Note: "Streets that are planned, being built, closed or gone are left out";
    StreetsOffPlane "streets-off-plane" Warning: "Streets lead off the plane of the place and are cut or left out there";
    StreetsOtherLines "streets-other-lines" Note: "Lines that are no streets are left out";
    StreetsTagsCut "streets-tags-cut" Warning: "The tags of streets are cut short, as in a Shapefile, so that private ones may be walked";
    StreetsWithoutLines "streets-without-lines" Error: "A street file has no lines";
    ThemeFreeText "theme-free-text" Warning: "Themes are sentences, or too many to be a list, and are not read";
    ThemeRare "theme-rare" Note: "Themes raised in few records of the whole place are not named";
    ThemeUnanswered "theme-unanswered" Warning: "place.toml names no kind of asset that would answer a theme";
    ThemeUnheard "theme-unheard" Note: "Hardly any record raises a theme that place.toml names";
    TimetableElsewhere "timetable-elsewhere" Warning: "No stop of a timetable is near the place";
    TimetableEmpty "timetable-empty" Error: "No trip of a timetable runs on any day";
    TimetableFile "timetable-file" Error: "A file of a timetable is missing or cannot be read";
    TimetableFrequency "timetable-frequency" Warning | Note: "Trips of a timetable are given by headways, not by times";
    TimetableInterpolated "timetable-interpolated" Note: "Times between two times of a timetable are spread evenly";
    TimetableNested "timetable-nested" Note: "A timetable is a zip within a zip; it was unpacked";
    TimetableNeverRuns "timetable-never-runs" Warning: "A service of a timetable runs on no day";
    TimetableOutside "timetable-outside" Error | Warning: "Nothing in a timetable runs on the day that is asked about";
    TimetableRow "timetable-row" Warning | Note: "Rows of a timetable lack or contradict what they need";
    TimetableStepFree "timetable-step-free" Warning: "No trip of a timetable is known to take a wheelchair, or no stop to be step-free";
    TimetableStop "timetable-stop" Warning: "Stops of a timetable have no coordinates, and nobody gets on or off there";
    TimetableTimes "timetable-times" Warning: "Trips of a timetable have times that are missing or go back, and are left out";
    TitlesBelow "titles-below" Note: "Rows stand above the row of titles and are left out";
    TitlesDoubtful "titles-doubtful" Warning: "The row taken for titles looks like data";
    TitlesRenamed "titles-renamed" Note: "Titles that stand twice or are blank were given other names";
    TotalColumn "total-column" Note: "`total` names a column beside the counts; everybody is the sum of the categories";
    TotalOrGroup "total-or-group" Error: "A column may be everybody, or a group beside others";
    TotalsDiffer "totals-differ" Note: "Two tables count different numbers of residents";
    UnknownCount "unknown-count" Warning: "Counts are suppressed, empty or missing, and are taken as unknown, not as zero";
    UnknownKey "unknown-key" Error: "place.toml has a key that is not known";
    VariableUnset "variable-unset" Error: "A path begins with an environment variable that is not set";
    WeightMissing "weight-missing" Warning: "Demand points have no weight and ask for nothing";
    WeightUnreadable "weight-unreadable" Warning: "Dwellings have no usable weight and are left out";
    WrongGeometry "wrong-geometry" Error | Warning: "A shape is not of the kind that is needed, an area or a line, and is left out";
    WrongType "wrong-type" Error: "A key of place.toml has a value of the wrong kind";
    ZoneElsewhere "zone-elsewhere" Note: "Areas of a table are not in this place and are left out";
    ZoneFilledDown "zone-filled-down" Note: "Rows without a zone are taken to belong to the zone above";
    ZoneMissing "zone-missing" Warning: "Zones of the place are not in a table";
    ZonesNowhere "zones-nowhere" Error: "The zones have no coordinates";
    ZonesOverlap "zones-overlap" Warning: "Zones lie on the same ground, and whoever lives there counts in both";
    ZonesUnmatched "zones-unmatched" Error: "No column of a table has the keys of the zones";
    ZonesWithoutArea "zones-without-area" Note: "The zones have centres and no areas; everybody is taken to live at the centre";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// By its name, as tests and filters write it.
impl PartialEq<str> for Code {
    fn eq(&self, word: &str) -> bool {
        self.word() == word
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, word: &&str) -> bool {
        self.word() == *word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_named_once_in_order_and_says_what_it_means() {
        for pair in Code::ALL.windows(2) {
            assert!(pair[0].word() < pair[1].word(), "{} stands after {}", pair[1], pair[0]);
        }
        for code in Code::ALL {
            let as_variant: String = code.word().split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect();
            assert_eq!(as_variant, format!("{code:?}"), "the name in the source is the name in messages");
            let meaning = code.meaning();
            let begins = meaning.chars().next().expect("a meaning");
            assert!(!begins.is_lowercase() || meaning.starts_with("place.toml"), "{code}: {meaning}");
            assert!(!meaning.ends_with('.'), "{code}: {meaning}");
            assert!(code.severities().is_sorted(), "{code}: the worst first");
        }
    }
}

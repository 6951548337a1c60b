"""Reach on real records, recomputed from their files with geopandas, pandas and scipy: 80,752 library memberships of Newcastle
of which only the postcode district is known, and the road casualties of Trafford as located records with sex and age band."""

import os
import pathlib
import subprocess
import sys

import geopandas
import numpy as np
import pandas as pd
import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
sys.path.insert(0, str(HERE))
import serving  # noqa: E402
from reach_figures import HALF, Reach, garwood, number, read  # noqa: E402

SHARED = serving.SHARED / "data"
PLACES = serving.ROOT / "examples" / "places"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="PATCHWORK_SHARED is not set to a directory")
# pyproj without the Ordnance Survey's grid is up to a few metres off; what depends on which side of a boundary a point
# lies must hold for some shift of so many metres.
SHIFT_M = 3.0
SHIFTS = [(0, 0), (SHIFT_M, 0), (-SHIFT_M, 0), (0, SHIFT_M), (0, -SHIFT_M)]


def layer(place, tmp_path, *more):
    out = tmp_path / "layer.csv"
    command = [serving.program(), "--quiet", "measure", place, "reach", *more, "--out", out]
    subprocess.run(command, check=True, env={**os.environ, "PATCHWORK_SHARED": str(serving.SHARED)})
    return read(out)


def days(column):
    """Every way the files write a day: 4/9/15, 04/09/2015, 2015-09-04."""
    words = column.fillna("").str.strip()
    found = pd.to_datetime(words, format="%Y-%m-%d", errors="coerce")
    for form in ("%d/%m/%y", "%d/%m/%Y"):
        found = found.fillna(pd.to_datetime(words, format=form, errors="coerce"))
    return found


class Newcastle:
    """Middle layer zones stand in for patches here, so that districts lie across them."""

    def __init__(self, folder):
        self.zones = geopandas.read_file(SHARED / "records/newcastle_lsoa_2011.geojson")
        self.zones["patch"] = self.zones["LSOA11NM"].str[:-1]
        self.place = folder / "place"
        self.place.mkdir()
        patches = self.zones.dissolve("patch").reset_index()[["patch", "geometry"]]
        patches["name"] = patches["patch"]
        patches.to_file(self.place / "patches.geojson", driver="GeoJSON")
        text = (PLACES / "newcastle/place.toml").read_text()
        own = '[patches]\nfile = "patches.geojson"\nkey = "patch"\nname = "name"\n\n[zones]'
        homes = '[zones.dwellings.points]\nfile = "homes.csv"\ncrs = "EPSG:27700"\n\n[[groups]]'
        text = text.replace("[zones]", own).replace("[[groups]]", homes, 1)
        (self.place / "place.toml").write_text(text)
        ages = pd.read_csv(SHARED / "national/ew_population20_lsoa11_single_year_age.csv", dtype={"lsoa11_code": str})
        self.residents = ages.set_index("lsoa11_code")["total_population"].loc[self.zones["LSOA11CD"]]
        codes = pd.read_csv(SHARED / "records/codepoint_open_2014_ne.csv", header=None, dtype=str)
        self.codes = pd.DataFrame({"district": codes[0].str.replace(" ", "").str[:-3], "x": number(codes[2]), "y": number(codes[3])})
        self.codes = self.codes[(self.codes["x"] > 0) & (self.codes["y"] > 0)]
        self.codes[["x", "y"]].set_axis(["easting", "northing"], axis=1).to_csv(self.place / "homes.csv", index=False)
        self.records = pd.read_csv(SHARED / "records/newcastle_library_members_2016.csv", dtype=str)

    def shares(self, shift):
        """Of each district, which share of the residents lives in which patch: by postcodes, each with its part of its zone."""
        points = geopandas.points_from_xy(self.codes["x"] + shift[0], self.codes["y"] + shift[1], crs=27700)
        points = geopandas.GeoDataFrame(self.codes[["district"]], geometry=points)
        metres = self.zones.to_crs(27700)
        found = geopandas.sjoin(points, metres[["LSOA11CD", "patch", "geometry"]], predicate="within", how="left")
        outside = found[found["LSOA11CD"].isna()]
        # Up to 50 m outside every zone is a sliver of one: the boundaries are simplified.
        near = geopandas.sjoin_nearest(points.loc[outside.index], metres[["LSOA11CD", "patch", "geometry"]], max_distance=50)
        near = near[~near.index.duplicated()]
        found = found[~found.index.duplicated()]
        found.loc[near.index, ["LSOA11CD", "patch"]] = near[["LSOA11CD", "patch"]]
        in_zone = found["LSOA11CD"].value_counts()
        usual = self.residents[in_zone.index].sum() / in_zone.sum()
        people = (found["LSOA11CD"].map(self.residents) / found["LSOA11CD"].map(in_zone)).fillna(usual)
        whole = people.groupby(found["district"]).sum()
        parts = people.groupby([found["district"], found["patch"]]).sum()
        return parts / whole.reindex(parts.index.get_level_values(0)).to_numpy()

    def members(self):
        """Counted memberships by district and quarter."""
        words = self.records["Postcode"].fillna("").str.upper().str.replace(r"[^A-Z0-9]", "", regex=True)
        day = days(self.records["Date Added"])
        return pd.DataFrame({"district": words, "quarter": day.dt.to_period("Q").astype(str)})[day.notna()]


@pytest.fixture(scope="module")
def newcastle(tmp_path_factory):
    return Newcastle(tmp_path_factory.mktemp("newcastle"))


def test_memberships_known_by_district_are_spread_by_residents_and_their_intervals_carry_it(newcastle, tmp_path):
    rows = layer(newcastle.place, tmp_path)
    members = newcastle.members()
    expected, variance, quarters = [], [], []
    for shift in SHIFTS:
        shares = newcastle.shares(shift).rename("share").reset_index()
        of = shares.merge(members.groupby("district").size().rename("n").reset_index(), on="district")
        expected.append((of["share"] * of["n"]).groupby(of["patch"]).sum())
        variance.append((of["n"] * of["share"] * (1 - of["share"])).groupby(of["patch"]).sum())
        by_quarter = members.groupby(["district", "quarter"]).size().rename("n").reset_index()
        of = shares.merge(by_quarter, on="district")
        quarters.append((of["share"] * of["n"]).groupby([of["patch"], of["quarter"]]).sum())
    expected, variance, quarters = (pd.concat(each, axis=1).fillna(0) for each in (expected, variance, quarters))
    met = rows.set_index(["patch_id", "group", "period"])
    checked = 0
    for patch in expected.index:
        cell = met.loc[(patch, "all", "all")]
        assert cell["status"] == "shown"
        # Half a person more for making the patches whole together.
        ends = expected.loc[patch].min() - HALF - 1, expected.loc[patch].max() + HALF + 1
        assert ends[0] <= int(cell["met"]) <= ends[1], (patch, cell["met"], ends)
        for (_, quarter), n in quarters.loc[[patch]].iterrows():
            key = (patch, "all", quarter.lower().replace("q", "-q"))
            if key in met.index and met.loc[key, "status"] == "shown":
                assert n.min() - HALF - 1 <= int(met.loc[key, "met"]) <= n.max() + HALF + 1, key
                checked += 1
    assert checked > 100
    assert int(met.loc[("all", "all", "all"), "met"]) == pytest.approx(expected.sum().iloc[0], abs=0.002 * expected.sum().iloc[0])
    spread = 1 + variance[0] / expected[0]
    assert spread.max() > 1.5, "the uncertainty is there to be carried"
    # The program says it with one decimal, rounded up.
    rough = {patch: np.ceil(value * 10 - 1e-9) / 10 for patch, value in spread.items()}
    near_a_step = [p for p, v in spread.items() if abs(v * 10 - round(v * 10)) < 0.02 * v]
    check_spread(rows, rough, near_a_step)


def check_spread(rows, rough, near_a_step):
    """Where the boundaries' metres could decide the decimal, either is right."""
    for patch in near_a_step:
        cell = rows[(rows["patch_id"] == patch) & (rows["period"] == "all")].iloc[0]
        width = lambda phi: garwood(int(cell["met"]) + HALF, phi)[1] * 1000 / int(cell["residents"])  # noqa: E731
        rough[patch] = min((rough[patch] + step for step in (-0.1, 0, 0.1)), key=lambda phi: abs(width(phi) - float(cell["rate_high"])))
    checked = Reach(rows, rough).check()
    assert checked["rate"] > 25 and checked["pooled"] > 25 and checked["flag"] > 25 and checked["trend"] > 50, checked


def test_who_lives_near_a_library_where_people_joined_is_what_straight_lines_say(newcastle, tmp_path):
    """Without streets a walk is the straight line times 1.3: 923 m in 15 minutes at 4.8 km/h. People live at postcodes."""
    rows = layer(newcastle.place, tmp_path)
    rows = rows[(rows["period"] == "all") & (rows["group"] == "all")].set_index("patch_id")
    plain = lambda words: words.fillna("").str.lower().str.replace(r"[^a-z0-9]", "", regex=True)  # noqa: E731
    libraries = pd.read_csv(SHARED / "records/newcastle_libraries.csv")
    day, members = days(newcastle.records["Date Added"]), newcastle.members()
    known = set(newcastle.shares((0, 0)).index.get_level_values(0))
    joined = plain(newcastle.records.loc[day.notna(), "Library Registered At"])[members["district"].isin(known)]
    venues = libraries[plain(libraries["Library"]).map(joined.value_counts()) >= 10]
    assert 5 <= len(venues) < len(libraries)
    at = geopandas.GeoSeries(geopandas.points_from_xy(venues["Longitude"], venues["Latitude"]), crs=4326).to_crs(27700)
    points = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(newcastle.codes["x"], newcastle.codes["y"], crs=27700))
    found = geopandas.sjoin(points, newcastle.zones.to_crs(27700), predicate="within")
    weight = found["LSOA11CD"].map(newcastle.residents) / found["LSOA11CD"].map(found["LSOA11CD"].value_counts())
    metres = np.min([found.distance(venue) for venue in at], axis=0)
    checked = 0
    for patch, cell in rows.iterrows():
        here = found["patch"].eq(patch) if patch != "all" else found["patch"].notna()
        if not here.any():
            continue
        # Libraries and boundaries may be some metres off, and whoever lives just there counts or does not.
        limit = 15 * 80 / 1.3
        least, most = ((weight * here)[metres <= limit + shift].sum() for shift in (-2 * SHIFT_M, 2 * SHIFT_M))
        edge = 0.002 * weight[here].sum() + 1
        assert least - edge <= int(cell["near_residents"]) <= most + edge, (patch, least, cell["near_residents"], most)
        checked += 1
    assert checked > 25


AGES = {"0_15": (0, 15), "16_25": (16, 25), "26_35": (26, 35), "36_45": (36, 45), "46_55": (46, 55), "56_65": (56, 65),
        "66_75": (66, 75), "76_over": (76, 120)}


@pytest.fixture(scope="module")
def trafford():
    """Each casualty with locality, sex and age; and residents by locality, sex and age."""
    localities = geopandas.read_file(SHARED / "trafford/localities_2023.geojson")[["area_name", "geometry"]]
    areas = geopandas.read_file(SHARED / "trafford/oa21.geojson")
    code = next(c for c in areas.columns if areas[c].astype(str).str.match(r"E00\d{6}$").all())
    inside = areas.set_geometry(areas.representative_point())[[code, "geometry"]]
    of_area = geopandas.sjoin(inside, localities, predicate="within").set_index(code)["area_name"]
    told = pd.read_csv(SHARED / "records/trafford_road_casualties_2019_2024.csv", dtype=str)
    points = geopandas.points_from_xy(number(told["lon"]), number(told["lat"]), crs=4326)
    told = geopandas.GeoDataFrame(told[["date", "sex", "ageband"]], geometry=points)
    hit = geopandas.sjoin(told, areas[[code, "geometry"]], predicate="within", how="left")
    told["patch"] = hit[~hit.index.duplicated()][code].map(of_area)
    # A few lie just outside the simplified output areas: in the locality, then.
    at = geopandas.sjoin_nearest(told.to_crs(27700), localities.to_crs(27700), max_distance=50)
    told["patch"] = told["patch"].fillna(at[~at.index.duplicated()]["area_name"])
    first = number(told["ageband"].str.extract(r"(\d+)")[0]) + told["ageband"].str.startswith("Over")
    names = {band: name for name, band in AGES.items()}
    band = first.map(lambda n: next((names[b] for b in names if b[0] <= n <= b[1]), None))
    told["age"] = band.where(told["ageband"] != "-1").map(lambda name: f"aged_{name}" if isinstance(name, str) else "not_recorded")
    told["sex"] = told["sex"].str.lower().replace("-1", "not_recorded")
    crossed = told["sex"] + "s_" + told["age"].str.removeprefix("aged_")
    known = (told["sex"] != "not_recorded") & (told["age"] != "not_recorded")
    told["age_sex"] = crossed.where(known, "not_recorded")
    people = pd.read_csv(SHARED / "trafford/mye2024_oa21_by_age_sex.csv")
    people["patch"] = people["area_code"].map(of_area)
    return told, people.groupby(["patch", "sex"])[[c for c in people.columns if c.rstrip("+").isdigit()]].sum()


@pytest.mark.parametrize("dimension", ["sex", "age", "age_sex"])
def test_located_records_with_sex_and_age_are_what_geopandas_and_scipy_say(trafford, tmp_path, dimension):
    told, people = trafford
    rows = layer(PLACES / "trafford_casualties", tmp_path, "--dimension", dimension)
    assert len(told) == 1431 and told["patch"].notna().all()
    quarter = told["date"].pipe(pd.to_datetime).dt.to_period("Q").astype(str).str.lower().str.replace("q", "-q")
    place = people.groupby("sex").sum()
    compared = 0
    for (patch, group, period), cell in rows.set_index(["patch_id", "group", "period"]).iterrows():
        here = (told["patch"] == patch) | (patch == "all")
        here &= (told[dimension] == group) | (group == "all")
        here &= (quarter == period) | (period == "all")
        if cell["status"] == "shown":
            assert abs(int(cell["met"]) - here.sum()) <= HALF, (patch, group, period, here.sum(), cell["met"])
            compared += 1
        else:
            assert here.sum() == 0 or cell["status"] != "zero", (patch, group, period)
        counts = place if patch == "all" else people.loc[patch]
        sex, _, age = group.partition("s_") if "s_" in group and dimension == "age_sex" else (group, "", group)
        who = {"females": "Females", "males": "Males", "female": "Females", "male": "Males"}.get(sex + "s" * (dimension == "age_sex"), "Persons")
        band = AGES.get(age.removeprefix("aged_"))
        if group in ("not_recorded", "unmatched"):
            continue
        years = [c for c in counts.columns if band is None or band[0] <= int(c.rstrip("+")) <= band[1]]
        assert int(cell["residents"]) == counts.loc[who, years].sum(), (patch, group)
    assert compared > 20
    checked = Reach(rows).check()
    assert checked["rate"] > 5 and checked["flag"] > 3, checked
    assert set(rows["near_residents"]) <= {"[x]", "[z]"}, "no record says where, so nobody can be told to live near or far"

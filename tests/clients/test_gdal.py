"""GDAL (and with it QGIS files, geopandas and R's sf) by its OAPIF driver."""

import math

import numpy as np
import pyogrio
import pyproj
import pytest


def read(url, layer, **options):
    return pyogrio.read_dataframe(f"OAPIF:{url}/", layer=layer, fid_as_index=False, **options)


def test_every_collection_is_listed(url, service):
    listed = {name for name, _ in pyogrio.list_layers(f"OAPIF:{url}/")}
    assert listed == set(service.collections)


def test_every_collection_is_read_whole(url, service):
    for name, about in service.collections.items():
        frame = read(url, name)
        assert len(frame) == about["itemCount"], name
        if len(frame):
            assert frame["id"].is_unique, name


def test_pages_are_followed_to_the_last(url, service):
    """GDAL asks for pages of 1,000, so the streets of the demo need twenty; small pages make it sure anywhere."""
    whole = read(url, "zones")
    by_pages = read(url, "zones", PAGE_SIZE="7")
    assert len(whole) > 7
    assert list(by_pages["zone_id"]) == list(whole["zone_id"])


def test_columns_have_the_types_and_values_that_were_served(url, service):
    frame = read(url, "zones").set_index("zone_id")
    assert frame["residents"].dtype.kind == "i"
    for feature in service.get("/collections/zones/items", limit=50)["features"]:
        assert frame.loc[feature["id"], "residents"] == feature["properties"]["residents"]
    assets = service.get("/collections/assets/items", limit=20)["features"]
    info = pyogrio.read_info(f"OAPIF:{url}/", layer="assets")
    types = dict(zip(info["fields"], info["dtypes"], strict=True))
    assert types["name"] == "object"
    # GDAL learns that text is a date from its values, so only where there are some.
    if any(asset["properties"]["last_checked"] for asset in assets):
        assert types["last_checked"].startswith("datetime64")


def test_shapes_come_in_the_plane_they_are_kept_in(url, service):
    frame = read(url, "zones")
    assert frame.crs.to_epsg() == service.plane
    assert frame.geometry.notna().all()


def test_a_box_in_metres_finds_what_the_service_finds(url, service):
    zones = read(url, "zones")
    west, south, east, north = zones.total_bounds
    box = (west + (east - west) / 3, south + (north - south) / 3, west + (east - west) / 2, south + (north - south) / 2)
    found = read(url, "zones", bbox=box)
    crs = f"http://www.opengis.net/def/crs/EPSG/0/{service.plane}"
    bbox = ",".join(str(number) for number in box)
    served = service.get("/collections/zones/items", bbox=bbox, bbox_crs=crs, limit=10000)
    assert 0 < len(found) < len(zones)
    assert set(found["zone_id"]) == {feature["id"] for feature in served["features"]}
    from shapely.geometry import box as rectangle

    by_shape = zones[zones.intersects(rectangle(*box))]
    assert set(found["zone_id"]) == set(by_shape["zone_id"])


@pytest.mark.parametrize("layer", ["zones", "assets"])
def test_an_equality_filter_is_answered_by_the_service(url, service, layer):
    column = {"zones": "patch_id", "assets": "kind"}[layer]
    whole = read(url, layer)
    value = whole[column].dropna().mode()[0]
    found = read(url, layer, where=f"\"{column}\" = '{value}'")
    assert len(found) == service.where(layer, **{column: value}) == (whole[column] == value).sum()
    assert (found[column] == value).all()
    assert len(found) < len(whole)


def test_a_number_and_an_unsupported_filter_give_the_same_as_pandas(url):
    whole = read(url, "zones")
    some = int(whole["residents"].mode()[0])
    assert len(read(url, "zones", where=f"residents = {some}")) == (whole["residents"] == some).sum()
    assert len(read(url, "zones", where=f"residents > {some}")) == (whole["residents"] > some).sum()


def test_degrees_and_metres_are_the_same_places(url, service):
    """Within a millimetre where PROJ has the grid the plane is defined by, which for British National Grid (OSTN15)
    is a separate download; without it PROJ itself is metres out, and this can only show that nothing is swapped."""
    plane = read(url, "assets").set_index("asset_id")
    globe = read(url, "assets", CRS="EPSG:4326").set_index("asset_id")
    plane = plane[plane.geometry.notna()]
    globe = globe.loc[plane.index]
    best = pyproj.transformer.TransformerGroup(4326, service.plane, always_xy=True)
    exact = bool(best.transformers) and best.best_available
    east, north = best.transformers[0].transform(globe.geometry.x.to_numpy(), globe.geometry.y.to_numpy())
    apart = np.hypot(east - plane.geometry.x, north - plane.geometry.y)
    # Degrees have seven decimals, which is half a centimetre north and less east.
    allowed = 0.01 if exact else 5.0
    assert apart.max() <= allowed, f"{apart.max():.4f} m apart (PROJ has the grid: {exact})"
    assert math.isfinite(apart.max())


def test_truth_is_asked_for_as_a_number_and_answered(url, service):
    whole = read(url, "assets")
    assert len(read(url, "assets", where="step_free = 1")) == (whole["step_free"] == True).sum()  # noqa: E712
    assert len(read(url, "assets", where="step_free = 0")) == (whole["step_free"] == False).sum()  # noqa: E712


def test_a_condition_on_one_of_several_dates_is_refused_in_words(url):
    """GDAL asks for any date by `datetime`, which does not say which is meant, and believes what it gets."""
    for where in ("last_checked >= '2024-01-01'", "last_checked <= '2024/01/01 00:00:00'"):
        with pytest.raises(Exception, match="datetime does not say which is meant"):
            read(url, "assets", where=where)


def test_a_name_with_a_plus_is_found_as_gdal_sends_it(url, service):
    """GDAL leaves a plus as it is, where forms mean a space by it; spaces it encodes."""
    whole = read(url, "assets")
    for name in whole["name"].dropna().unique()[:20]:
        quoted = name.replace("'", "''")
        assert len(read(url, "assets", where=f"name = '{quoted}'")) == (whole["name"] == name).sum(), name
    assert len(read(url, "assets", where="name = 'no such + name'")) == 0

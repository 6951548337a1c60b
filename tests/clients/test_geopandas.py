"""geopandas and pandas on plain addresses, as a notebook uses them."""

import io
import urllib.request

import geopandas
import pandas


def test_a_page_of_items_is_read_by_its_address(url, service):
    frame = geopandas.read_file(f"{url}/collections/patches/items?limit=10000")
    assert len(frame) == service.collections["patches"]["itemCount"]
    assert frame.crs.to_epsg() == 4326
    west, south, east, north = service.extent("patches")
    assert tuple(frame.total_bounds.round(7)) == (west, south, east, north)


def test_coverage_adds_up_to_the_patches(url, service):
    standards = [name.removeprefix("coverage-") for name in service.collections if name.startswith("coverage-")]
    assert standards
    patches = geopandas.read_file(f"{url}/collections/patches/items?limit=10000")
    zones = pandas.read_csv(f"{url}/collections/zones/items?f=csv", na_values=["[x]"])
    for standard in standards:
        coverage = pandas.read_csv(f"{url}/collections/coverage-{standard}/items?f=csv", na_values=["[x]"])
        assert coverage["residents"].sum() == zones["residents"].sum()
        column = f"{standard.replace('-', '_')}_covered_residents"
        # Each number is rounded for itself.
        rounding = 0.5 * (len(coverage) + len(patches)) ** 0.5 * 4
        inside = coverage["patch_id"].notna().all()
        assert not inside or abs(coverage["covered_residents"].sum() - patches[column].sum()) <= max(rounding, 1)


def test_a_table_is_read_with_its_points(url, service):
    frame = pandas.read_csv(f"{url}/collections/assets/items?f=csv", na_values=["[x]"])
    assert len(frame) == service.collections["assets"]["itemCount"]
    west, south, east, north = service.extent("assets")
    placed = frame.dropna(subset=["longitude"])
    assert placed["longitude"].between(west - 1e-6, east + 1e-6).all()
    assert placed["latitude"].between(south - 1e-6, north + 1e-6).all()


def test_excel_gets_crlf_and_a_byte_order_mark(url):
    with urllib.request.urlopen(f"{url}/collections/patches/items?f=csv&bom=true") as answer:
        body = answer.read()
        assert "attachment" in answer.headers["Content-Disposition"]
    assert body.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in body
    assert len(pandas.read_csv(io.BytesIO(body), encoding="utf-8-sig")) > 0

"""Every file the service hands out opens in the programs people use, with the same features; tiles are read by other decoders."""

import gzip
import io
import json
import math
import urllib.parse
import urllib.request

import geopandas
import mapbox_vector_tile
import openpyxl
import pandas
import pmtiles.reader
import pmtiles.tile
import pyogrio
import pytest

COLLECTIONS = ["patches", "zones", "assets"]
FILES = {"f=gpkg": ".gpkg", "f=fgb": ".fgb", "f=json&download=true": ".geojson"}


def fetch(address, **headers):
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=120) as answer:
        return answer.status, answer.headers, answer.read()


@pytest.fixture(scope="module")
def features(service):
    """What the service says page by page, by collection: the ids and one property."""

    def of(collection):
        page = service.get(f"/collections/{collection}/items", limit=10000)
        assert page["numberMatched"] == page["numberReturned"]
        return page["features"]

    return {collection: of(collection) for collection in COLLECTIONS}


def key(features):
    """The property that names the features."""
    return next(name for name, value in features[0]["properties"].items() if value == features[0]["id"])


@pytest.mark.parametrize("collection", COLLECTIONS)
@pytest.mark.parametrize("query", FILES)
def test_a_download_opens_in_gdal_with_every_feature(url, service, features, tmp_path, collection, query):
    expected = features[collection]
    _, headers, body = fetch(f"{url}/collections/{collection}/items?{query}")
    assert "attachment" in headers["Content-Disposition"] and FILES[query] in headers["Content-Disposition"]
    path = tmp_path / f"{collection}{FILES[query]}"
    path.write_bytes(body)
    frame = pyogrio.read_dataframe(path, layer=collection if query == "f=gpkg" else None)
    name = key(expected)
    assert sorted(frame[name]) == sorted(feature["id"] for feature in expected)
    assert frame.crs.to_epsg() == (service.plane if query == "f=gpkg" else 4326)
    if "residents" in frame:
        assert frame["residents"].sum() == sum(feature["properties"]["residents"] for feature in expected)
    degrees = frame.to_crs(4326).total_bounds
    placed = geopandas.GeoDataFrame.from_features(expected, crs=4326).total_bounds
    # pyproj has no OSTN15 grid of its own and comes within three metres without it.
    assert degrees == pytest.approx(placed, abs=5e-5 if query == "f=gpkg" else 1e-6)


@pytest.mark.parametrize("query", [*FILES, "f=parquet"])
def test_every_collection_opens_in_gdal_with_all_rows_also_those_without_a_shape(url, service, tmp_path, query):
    for collection in [each["id"] for each in service.get("/collections")["collections"]]:
        page = service.get(f"/collections/{collection}/items", limit=10000)
        status, _, body = fetch(f"{url}/collections/{collection}/items?{query}&limit=10000")
        assert status == 200
        path = tmp_path / f"{collection}{FILES.get(query, '.parquet')}"
        path.write_bytes(body)
        if query == "f=parquet":
            frame = geopandas.read_parquet(path)
        else:
            frame = pyogrio.read_dataframe(path, layer=collection if query == "f=gpkg" else None)
        shapes = sum(feature["geometry"] is not None for feature in page["features"])
        has = int(frame.geometry.notna().sum()) if "geometry" in frame else 0
        assert (len(frame), has) == (page["numberReturned"], shapes), collection


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_geoparquet_opens_in_geopandas_straight_from_the_service(url, features, collection):
    _, headers, body = fetch(f"{url}/collections/{collection}/items", Accept="application/vnd.apache.parquet")
    assert headers["Content-Type"] == "application/vnd.apache.parquet"
    frame = geopandas.read_parquet(io.BytesIO(body))
    assert sorted(frame[key(features[collection])]) == sorted(feature["id"] for feature in features[collection])


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_tables_have_the_same_rows_and_the_spreadsheet_says_what_it_is(url, service, features, collection):
    expected, name = features[collection], key(features[collection])
    csv = pandas.read_csv(io.BytesIO(fetch(f"{url}/collections/{collection}/items?f=csv&bom=true&wkt=true")[2]), dtype=str)
    assert list(csv[name]) == [feature["id"] for feature in expected]
    assert {"easting", "northing", "longitude", "latitude", "wkt"} <= set(csv.columns)
    assert len(geopandas.GeoSeries.from_wkt(csv["wkt"])) == len(expected)
    book = openpyxl.load_workbook(io.BytesIO(fetch(f"{url}/collections/{collection}/items?f=xlsx")[2]))
    about = {row[0].value: row[1].value for row in book["About"].rows}
    assert about["Title"] == service.collections[collection]["title"]
    assert "Method" in about and "Date of the data" in about
    rows = list(book["Data"].values)
    assert [row[rows[0].index(name)] for row in rows[1:]] == [feature["id"] for feature in expected]


def test_a_condition_holds_in_every_format_and_counts_the_same(url, service):
    condition = urllib.parse.quote("residents > 300 AND deprived_share IS NOT NULL OR residents > 400")
    matched = service.get(f"/collections/patches/items?filter={condition}&limit=1")["numberMatched"]
    assert matched > 0
    for query in [*FILES, "f=csv", "f=xlsx", "f=parquet"]:
        _, headers, _ = fetch(f"{url}/collections/patches/items?{query}&filter={condition}")
        assert headers["OGC-NumberMatched"] == headers["OGC-NumberReturned"] == str(matched), query


def test_json_fg_opens_in_gdal_in_metres(url, service, tmp_path):
    path = tmp_path / "zones.fg.json"
    path.write_bytes(fetch(f"{url}/collections/zones/items?f=json&profile=jsonfg&download=true")[2])
    assert json.loads(path.read_text())["coordRefSys"].endswith(f"/{service.plane}")
    if "JSONFG" in pyogrio.list_drivers():
        frame = pyogrio.read_dataframe(f"JSONFG:{path}")
        assert frame.crs.to_epsg() == service.plane
        assert len(frame) == service.where("zones")


def tile_of(lon, lat, zoom):
    side = 2**zoom
    latitude = math.radians(lat)
    row = (1 - math.log(math.tan(latitude) + 1 / math.cos(latitude)) / math.pi) / 2 * side
    return int((lon + 180) / 360 * side), int(row)


@pytest.mark.parametrize("zoom", [8, 11, 13])
def test_tiles_are_read_by_another_decoder_and_hold_what_is_there(url, service, zoom):
    west, south, east, north = service.extent("zones")
    x, y = tile_of((west + east) / 2, (south + north) / 2, zoom)
    tilejson = service.get("/tiles/zones")
    address = tilejson["tiles"][0].format(z=zoom, x=x, y=y)
    status, headers, body = fetch(address, **{"Accept-Encoding": "gzip"})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    body = gzip.decompress(body)
    assert fetch(f"{url}/collections/zones/tiles/WebMercatorQuad/{zoom}/{y}/{x}")[2] == body
    decoded = mapbox_vector_tile.decode(body)
    assert set(decoded) == {"zones"}
    for feature in decoded["zones"]["features"]:
        there = service.get(f"/collections/zones/items/{urllib.parse.quote(feature['properties']['id'], safe='')}")
        known = {name: value for name, value in there["properties"].items() if value is not None}
        assert {name: value for name, value in feature["properties"].items() if name != "id"} == pytest.approx(known)
        break
    everything = mapbox_vector_tile.decode(fetch(f"{url}/tiles/WebMercatorQuad/{zoom}/{y}/{x}")[2])
    assert set(everything) <= set(service.collections) and "zones" in everything


def test_the_map_as_one_file_is_read_over_http_by_its_reference_reader(url, service):
    def part(offset, length):
        status, headers, body = fetch(f"{url}/map.pmtiles", Range=f"bytes={offset}-{offset + length - 1}")
        assert status == 206 and headers["Content-Range"].startswith(f"bytes {offset}-")
        return body

    reader = pmtiles.reader.Reader(part)
    header = reader.header()
    assert header["tile_type"] == pmtiles.tile.TileType.MVT
    drawn = {name for name, about in service.collections.items() if "extent" in about}
    assert {layer["id"] for layer in reader.metadata()["vector_layers"]} == drawn
    west, south, east, north = service.extent("zones")
    x, y = tile_of((west + east) / 2, (south + north) / 2, 12)
    assert gzip.decompress(reader.get(12, x, y)) == fetch(f"{url}/tiles/WebMercatorQuad/12/{y}/{x}")[2]

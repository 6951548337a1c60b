"""What OGC's official Tiles suite (ets-ogcapi-tiles10) asks, as our own tests: a failure names the requirement."""

import json
import urllib.error
import urllib.request

import mapbox_vector_tile
import pytest

TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-"
NAMES = ("{tileMatrix}", "{tileRow}", "{tileCol}")
FAR = 2**31 - 1


def ask(address, accept="application/json"):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers={"Accept": accept}), timeout=60) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read(), refused.headers


def get(address):
    status, body, _ = ask(address)
    assert status == 200, (address, status)
    return json.loads(body)


def lists(url):
    """The lists of tile sets that the landing page and the collections link to."""
    linked = get(f"{url}/")["links"]
    for each in get(f"{url}/collections")["collections"]:
        linked = linked + each["links"]
    return [link["href"] for link in linked if link["rel"].startswith(TILESETS)]


def tile_sets(url):
    """Every tile set in full, by the link to itself in its list."""
    for address in dict.fromkeys(lists(url)):
        for entry in get(address)["tilesets"]:
            own = [link for link in entry["links"] if link["rel"] == "self" and link["type"] == "application/json"]
            yield entry, get(own[0]["href"])


def template(tile_set):
    found = [link["href"] for link in tile_set["links"] if all(name in link["href"] for name in NAMES)]
    assert found, "a link with {tileMatrix}, {tileRow} and {tileCol}"
    return found[0]


def tile(tile_set, matrix, row, column):
    address = template(tile_set)
    for name, value in zip(NAMES, (matrix, row, column), strict=True):
        address = address.replace(name, str(value))
    return ask(address, "*/*")


def test_req_core_conformance_names_what_is_tested(service):
    declared = service.get("/conformance")["conformsTo"]
    for name in ("core", "tileset", "tilesets-list", "geodata-tilesets", "dataset-tilesets", "oas30", "mvt"):
        assert f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}" in declared, name


def test_req_dataset_tilesets_and_desc_links_lists_are_linked_and_end_in_tiles(url):
    landing = [link["href"] for link in get(f"{url}/")["links"] if link["rel"].startswith(TILESETS)]
    assert landing and all("/tiles" in href for href in landing)
    for each in get(f"{url}/collections")["collections"]:
        own = [link["href"] for link in each["links"] if link["rel"].startswith(TILESETS)]
        assert bool(own) == ("extent" in each), each["id"]
        assert all(href.endswith("/tiles") or "/tiles?" in href for href in own), each["id"]


def test_req_tilesets_list_every_entry_says_its_scheme_and_every_link_of_it_answers_in_json(url):
    for address in dict.fromkeys(lists(url)):
        for entry in get(address)["tilesets"]:
            assert entry["tileMatrixSetURI"].endswith("/WebMercatorQuad") and entry["dataType"] == "vector"
            for link in entry["links"]:
                status, body, _ = ask(link["href"])
                assert status == 200 and json.loads(body), link


def test_req_core_tc_definitions_tile_sets_have_a_template_with_the_standards_names(url):
    for entry, tile_set in tile_sets(url):
        assert template(tile_set)
        assert tile_set["crs"] and tile_set["tileMatrixSetURI"] == entry["tileMatrixSetURI"]


def test_req_core_tc_success_tiles_inside_the_limits_are_there_and_are_mapbox_vector_tiles(url):
    with_content = 0
    for _, tile_set in tile_sets(url):
        for limits in tile_set["tileMatrixSetLimits"][::5]:
            row = (limits["minTileRow"] + limits["maxTileRow"]) // 2
            column = (limits["minTileCol"] + limits["maxTileCol"]) // 2
            corners = {(row, column), (limits["maxTileRow"], limits["minTileCol"])}
            for at in corners:
                status, body, headers = tile(tile_set, limits["tileMatrix"], *at)
                assert status in (200, 204), (tile_set["title"], limits, at)
                if status == 200:
                    assert headers["Content-Type"].startswith("application/vnd.mapbox-vector-tile")
                    layers = mapbox_vector_tile.decode(body)
                    assert all(layer["version"] == 2 for layer in layers.values())
                    with_content += bool(layers)
    assert with_content


@pytest.mark.parametrize("where", ["one row past the limits", "the largest row and column", "no such matrix"])
def test_req_core_tc_error_what_is_out_of_range_is_404_or_400(url, where):
    for _, tile_set in tile_sets(url):
        limits = tile_set["tileMatrixSetLimits"][0]
        at = {
            "one row past the limits": (limits["tileMatrix"], limits["maxTileRow"] + 1, limits["minTileCol"]),
            "the largest row and column": (limits["tileMatrix"], FAR, FAR),
            "no such matrix": ("99", 0, 0),
        }[where]
        assert tile(tile_set, *at)[0] in (400, 404), (tile_set["title"], at)


def test_req_tileset_tmxslink_the_tiling_scheme_is_listed_and_has_its_matrices(url):
    links = [link for each in get(f"{url}/tileMatrixSets")["tileMatrixSets"] for link in each["links"]]
    items = [link["href"] for link in links if link["rel"] == "item" and link["type"] == "application/json"]
    assert any("WebMercatorQuad" in href for href in items), links
    assert all(get(href)["tileMatrices"] for href in items)


def test_req_oas30_operation_ids_end_as_the_standard_says(service):
    paths = service.get("/api")["paths"]
    ids = {path: operation["get"]["operationId"] for path, operation in paths.items() if "get" in operation}
    assert ids["/tiles"].endswith(".vector.getTileSetsList")
    assert ids["/tiles/WebMercatorQuad"].endswith(".vector.getTileSet")
    assert ids["/tiles/WebMercatorQuad/{tileMatrix}/{tileRow}/{tileCol}"].endswith(".vector.getTile")


def test_a_table_without_shapes_offers_no_tiles_and_says_so(url, service):
    about = service.get("/collections/giving-need")
    assert "extent" not in about and not [link for link in about["links"] if "tiles" in link["href"]]
    for address in ("/collections/giving-need/tiles", "/tiles/giving-need", "/tiles?collections=giving-need"):
        status, body, _ = ask(url + address)
        assert status in (400, 404) and "giving-need" in json.loads(body)["detail"], address
    drawn = {each["id"] for each in get(f"{url}/tiles/WebMercatorQuad")["layers"]}
    assert "patches" in drawn and "giving-need" not in drawn

"""Opens every file that is offered for download with the programs people use.

The files come from the example `layer_files`; build it with `cargo build --example layer_files`.
"""

import datetime
import gzip
import json
import os
import pathlib
import sqlite3
import subprocess
import tempfile

import geopandas
import mapbox_vector_tile
import openpyxl
import pmtiles.reader
import pyarrow.parquet
import pyogrio
import pytest
import shapely

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
KEPT = tempfile.TemporaryDirectory(prefix="patchwork-files-")
FOLDER = pathlib.Path(KEPT.name)
subprocess.run([TARGET / "debug" / "examples" / "layer_files", FOLDER], check=True)
LAYERS = {"zones": ("Polygon", 17), "hubs": ("Point", 16), "streets": ("LineString", 16)}
WEST, SOUTH, EAST, NORTH = -3.0140, 51.5850, -2.9780, 51.6060


def frame_is_right(frame, layer, metres):
    kind, count = LAYERS[layer]
    assert len(frame) == count
    frame = frame.sort_values("id").reset_index(drop=True)
    placed = frame[~(frame.geometry.isna() | frame.geometry.is_empty)]
    assert set(placed.geom_type) == {kind}
    assert placed.geometry.is_valid.all()
    assert list(frame["name"][:2]) == ["Tŷ 0", "Tŷ 1"]
    assert frame["residents"][1] == 1001
    assert frame["share"].isna()[3] and frame["share"][4] == 0.25
    assert bool(frame["rural"][0]) is True and bool(frame["rural"][1]) is False
    opened = frame["opened"][1]
    assert getattr(opened, "date", lambda: opened)() == datetime.date(2020, 1, 2)
    bounds = placed.total_bounds
    if metres:
        assert frame.crs.to_epsg() == 27700
        assert 329_000 < bounds[0] < bounds[2] < 333_000
    else:
        assert frame.crs.to_epsg() == 4326 or frame.crs.to_authority() == ("OGC", "CRS84")
        assert WEST < bounds[0] < bounds[2] < EAST and SOUTH < bounds[1] < bounds[3] < NORTH
    if layer == "zones":
        metric = placed.to_crs(27700).geometry
        whole = shapely.union_all(list(metric), grid_size=0.05)
        assert whole.geom_type == "Polygon" and not whole.interiors
        assert abs(whole.area - 4_000_000) < 60_000


@pytest.mark.parametrize("layer", LAYERS)
def test_geopackage_opens_in_gdal_and_says_what_it_is(layer):
    path = FOLDER / f"{layer}.gpkg"
    frame_is_right(pyogrio.read_dataframe(path, layer=layer), layer, metres=True)
    assert {name for name, _ in pyogrio.list_layers(path)} == {layer, "about"}
    about = pyogrio.read_dataframe(path, layer="about").set_index("name")["words"]
    assert about["Licence"] == "Open Government Licence v3"
    assert about["Date of the data"] == "2024-03-31"
    info = pyogrio.read_info(path, layer=layer)
    assert info["layer_metadata"]["IDENTIFIER"] == layer.title()
    assert "Source: Nobody" in info["layer_metadata"]["DESCRIPTION"]
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", ["degrees", "metres"])
def test_flatgeobuf_opens_in_gdal(layer, name):
    path = FOLDER / f"{layer}.{name}.fgb"
    frame_is_right(pyogrio.read_dataframe(path), layer, metres=name == "metres")
    if layer == "hubs":
        everything = pyogrio.read_dataframe(path)
        some = pyogrio.read_dataframe(path, bbox=tuple(everything.geometry.iloc[0].buffer(1e-5).bounds))
        assert len(some) == 1, "the index finds one point"


@pytest.mark.parametrize("layer", LAYERS)
def test_geoparquet_opens_in_geopandas_and_in_gdal(layer):
    path = FOLDER / f"{layer}.parquet"
    frame_is_right(geopandas.read_parquet(path), layer, metres=False)
    if layer == "hubs":
        one = geopandas.read_parquet(path).geometry.iloc[0]
        assert len(geopandas.read_parquet(path, bbox=one.buffer(1e-5).bounds)) == 1
    if "Parquet" in pyogrio.list_drivers():
        frame_is_right(pyogrio.read_dataframe(path), layer, metres=False)
    metadata = pyarrow.parquet.read_metadata(path).metadata
    geo = json.loads(metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["columns"]["geometry"]["geometry_types"] == [LAYERS[layer][0]]
    assert geo["columns"]["geometry"]["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert json.loads(metadata[b"patchwork"])["licences"] == ["Open Government Licence v3"]
    assert pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(0).compression == "ZSTD"


@pytest.mark.parametrize("layer", LAYERS)
def test_json_fg_opens_in_gdal_in_metres(layer):
    path = FOLDER / f"{layer}.jsonfg.json"
    head = json.loads(path.read_text())
    assert head["coordRefSys"].endswith("/27700")
    if "JSONFG" in pyogrio.list_drivers():
        frame = pyogrio.read_dataframe(f"JSONFG:{path}")
        assert len(frame) == LAYERS[layer][1]
        assert frame.crs.to_epsg() == 27700
    plain = json.loads(path.read_text())
    placed = [feature["geometry"] for feature in plain["features"] if feature["geometry"]]
    degrees = shapely.get_coordinates(shapely.from_geojson([json.dumps(geometry) for geometry in placed]))
    assert all(WEST < lon < EAST and SOUTH < lat < NORTH for lon, lat in degrees)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_spreadsheet_has_a_cover_and_plain_rows(layer):
    book = openpyxl.load_workbook(FOLDER / f"{layer}.xlsx")
    assert book.sheetnames == ["About", "Data"]
    about = {(row[0].value, row[1].value) for row in book["About"].rows}
    assert ("Licence", "Open Government Licence v3") in about
    rows = list(book["Data"].values)
    assert len(rows) == LAYERS[layer][1] + 1
    assert rows[0][:4] == ("id", "name", "residents", "share")
    assert rows[4][3] == "[x]"
    assert rows[2][5].date() == datetime.date(2020, 1, 2)
    assert not book["Data"].merged_cells.ranges


def tiles():
    return sorted((FOLDER / "tiles").glob("*.mvt"))


@pytest.mark.parametrize("path", tiles(), ids=lambda path: path.stem)
def test_a_tile_is_read_by_another_decoder(path):
    decoded = mapbox_vector_tile.decode(path.read_bytes(), default_options={"y_coord_down": True})
    assert set(decoded) <= set(LAYERS)
    for name, layer in decoded.items():
        assert layer["version"] == 2 and layer["extent"] == 4096
        for feature in layer["features"]:
            shape = shapely.geometry.shape(feature["geometry"])
            assert shape.geom_type.removeprefix("Multi") == LAYERS[name][0]
            assert feature["properties"]["id"] == f"{name}-{feature['id'] - 1:02}"
            if name == "zones":
                # Rounding to whole units can make a corner touch the line beside it, which maps draw well.
                assert shape.buffer(0).area > 0.97 * shape.area > 0
    zoom = int(path.stem.split("-")[0])
    if 9 <= zoom <= 11:
        shapes = [shapely.geometry.shape(feature["geometry"]).buffer(0) for feature in decoded["zones"]["features"]]
        whole = shapely.union_all(shapes)
        assert whole.geom_type == "Polygon"
        assert sum(shapely.Polygon(hole).area for hole in whole.interiors) < 0.002 * whole.area, "no gap"
        assert abs(whole.area - sum(shape.area for shape in shapes)) < 0.002 * whole.area, "no overlap"


def test_the_archive_is_read_by_the_reference_reader():
    with (FOLDER / "map.pmtiles").open("rb") as file:
        reader = pmtiles.reader.Reader(pmtiles.reader.MmapSource(file))
        header = reader.header()
        assert (header["min_zoom"], header["max_zoom"]) == (0, 14)
        assert WEST < header["min_lon_e7"] / 1e7 < header["max_lon_e7"] / 1e7 < EAST
        assert {layer["id"] for layer in reader.metadata()["vector_layers"]} == set(LAYERS)
        for path in tiles():
            z, x, y = map(int, path.stem.split("-"))
            stored = reader.get(z, x, y)
            assert gzip.decompress(stored) == path.read_bytes()
        everything = list(pmtiles.reader.all_tiles(pmtiles.reader.MmapSource(file)))
        assert len(everything) == header["addressed_tiles_count"] == len({at for at, _ in everything})


def test_tilejson_and_scheme_are_complete():
    tilejson = json.loads((FOLDER / "tilejson.json").read_text())
    assert tilejson["tilejson"] == "3.0.0"
    for layer in tilejson["vector_layers"]:
        assert set(layer["fields"]) == {"id", "name", "residents", "share", "rural", "opened"}
    scheme = json.loads((FOLDER / "scheme.json").read_text())
    matrices = scheme["tileMatrices"]
    assert [matrix["id"] for matrix in matrices] == [str(zoom) for zoom in range(21)]
    assert abs(matrices[0]["scaleDenominator"] - 559082264.028717) < 1e-3

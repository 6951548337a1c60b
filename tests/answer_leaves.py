"""An answer of the service as leaves (a path and a value each), whatever its format, so that two answers can be compared
value by value: rows of CSV, XLSX, GeoPackage, FlatGeobuf, Parquet, tiles and pages alike, by their ids and columns."""

import csv
import difflib
import html
import io
import json
import math
import re
import sqlite3
import tempfile
import typing
import zipfile

NOT_THERE = "(not there)"
# Shapes are one value.
WHOLE = {"geometry", "place", "bbox", "geom", "coordinates"}
CELLS = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL)
TAGS = re.compile(r"<[^>]+>")


def opened(body: bytes, titles: dict[str, str] | None = None):
    """Status, type and contents of an answer; titles are the names of columns by what pages call them."""
    head, _, rest = body.partition(b"\n")
    status, _, kind = head.decode().partition(" ")
    readers = [
        ("json", json.loads),
        ("text/csv", read_csv),
        ("spreadsheetml", read_workbook),
        ("geopackage", read_geopackage),
        ("flatgeobuf", read_flatgeobuf),
        ("parquet", read_parquet),
        ("vector-tile", read_tile),
        ("text/html", lambda text: read_page(text, titles or {})),
    ]
    for part, reader in readers:
        if part in kind and status == "200":
            return {"status": status, "type": kind, "body": reader(rest)}
    return {"status": status, "type": kind, "body": rest.decode(errors="backslashreplace").split("\n")}


def records(columns: list[str], rows: list) -> dict:
    """Rows by their first column, where that tells them apart. Streets, which are numbered, by all that is said of them."""
    if "street_id" in columns:
        known = [i for i, name in enumerate(columns) if name not in ("street_id", "fid", "id", "easting", "northing")]
        keys = [" ".join(str(row[i])[:400] for i in known) for row in rows]
        return {"columns": dict.fromkeys(map(str, columns), "column"), "rows": dict.fromkeys(sorted(keys), "street")}
    keys = [str(row[0]) if len(row) else "" for row in rows]
    held = [dict(zip(columns, row)) for row in rows]
    named = dict(zip(keys, held)) if len(set(keys)) == len(keys) else held
    return {"columns": dict.fromkeys(map(str, columns), "column"), "rows": named}


def read_csv(text: bytes):
    marked = text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    return {**records(rows[0], rows[1:]), "marked": marked} if rows else {}


def read_workbook(text: bytes):
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(text), read_only=True)
    sheets = {}
    for sheet in book:
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        about = sheet.title == "About"
        sheets[sheet.title] = [" | ".join(map(str, row)) for row in rows] if about else records(rows[0], rows[1:]) if rows else {}
    parts = {name: zipfile.ZipFile(io.BytesIO(text)).read(name) for name in zipfile.ZipFile(io.BytesIO(text)).namelist()}
    styles = parts.get("xl/styles.xml", b"").decode()
    return {"sheets": sheets, "parts": ", ".join(sorted(parts)), "styles": styles}


def read_geopackage(text: bytes):
    base = sqlite3.connect(":memory:")
    base.deserialize(text)
    tables = {}
    for name, made in base.execute("select name, sql from sqlite_master where type = 'table' order by name").fetchall():
        if name.startswith("rtree_") or not made.upper().startswith("CREATE TABLE"):
            continue
        found = base.execute(f'select * from "{name}"')
        columns = [column[0] for column in found.description]
        # Its own key says nothing of a feature: the first column that does stands before it.
        own = columns[0] == "fid" and len(columns) > 2
        order = [i for i, column in enumerate(columns) if not (own and column in ("fid", "geom", "geometry"))]
        order += [i for i in range(len(columns)) if i not in order]
        rows = [[row[i].hex() if isinstance(row[i], bytes) else row[i] for i in order] for row in found.fetchall()]
        tables[name] = records([columns[i] for i in order], rows)
    return tables


def read_flatgeobuf(text: bytes):
    import pyogrio

    with tempfile.NamedTemporaryFile(suffix=".fgb") as file:
        file.write(text)
        file.flush()
        try:
            meta, _, shapes, fields = pyogrio.raw.read(file.name)
        except pyogrio.errors.FeatureError:
            # GDAL reads no row without a shape (the rest of the columns it does); shapes are compared in the other formats.
            meta, _, shapes, fields = pyogrio.raw.read(file.name, read_geometry=False)
        about = pyogrio.read_info(file.name).get("layer_metadata")
    # What the header says of columns is read by none of these.
    header = re.findall(r"[^\x00-\x1f\x7f�]{12,}", text[12 : 12 + int.from_bytes(text[8:12], "little")].decode(errors="replace"))
    names = list(meta["fields"])
    rows = [list(row) for row in zip(*[[plain(value) for value in field] for field in fields])]
    if shapes is not None:
        names.append("geometry")
        rows = [[*row, shape.hex() if shape is not None else None] for row, shape in zip(rows, shapes)]
    return {**records(names, rows), "crs": str(meta["crs"]), "types": [str(each) for each in meta["dtypes"]], "about": about, "header": header}


def plain(value):
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and math.isnan(value) else value


def read_parquet(text: bytes):
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(io.BytesIO(text))
    columns = [column.to_pylist() for column in table.columns]
    rows = [[value.hex() if isinstance(value, bytes) else value for value in row] for row in zip(*columns)]
    file = pyarrow.parquet.ParquetFile(io.BytesIO(text)).metadata.metadata or {}
    about = {key.decode(): value.decode() for key, value in file.items() if key != b"ARROW:schema"}
    kinds = {field.name: str(field.type) for field in table.schema}
    return {**records(table.schema.names, rows), "about": about, "types": kinds}


def read_tile(text: bytes):
    import mapbox_vector_tile

    layers = {}
    for name, layer in mapbox_vector_tile.decode(text).items() if text else []:
        rows = [{**each["properties"], "geometry": each["geometry"], "id": each.get("id")} for each in layer["features"]]
        columns = sorted(dict.fromkeys(name for row in rows for name in row), key=lambda name: name == "id")
        layers[name] = {**records(columns, [[row.get(name) for name in columns] for row in rows]), "extent": layer["extent"]}
    return layers


def read_page(text: bytes, titles: dict[str, str]):
    """Tables by their rows, and what stands around them, line by line."""
    page = text.decode()
    tables: dict[str, typing.Any] = {}

    def keep(found: re.Match) -> str:
        inner = found[0]
        rows = [CELLS.findall(row) for row in re.findall(r"<tr\b[^>]*>(.*?)(?=<tr\b|</tbody>|</thead>|</table>)", inner, re.DOTALL)]
        rows = [
            [html.unescape(TAGS.sub("", re.sub(r'<span class="unit">.*?</span>', "", cell, flags=re.DOTALL))).strip() for cell in row] for row in rows
        ]
        # The page of issues says "Row 12" where it said 12.
        rows = [[re.sub(r"^Row (?=\d+$)", "", cell) for cell in row] for row in rows]
        if rows and rows[0]:
            columns = [titles.get(name, name) for name in rows[0]]
            tables[f"table {len(tables) + 1}"] = records(columns, rows[1:])
        caption = re.search(r"<caption.*?</caption>", inner, re.DOTALL)
        return caption[0] if caption else ""

    around = re.sub(r"<table\b.*?</table>", keep, page, flags=re.DOTALL)
    return {**tables, "page": around.split("\n")}


def read_printed(text: str) -> dict:
    """What a measure prints: what is said, and tables by their titles, first cells and columns."""
    code, _, text = text.partition("\n")
    said: list[str] = []
    tables: dict[str, dict] = {}
    title, columns, rows = "", [], {}
    for line in text.split("\n"):
        cells = re.split(r" {2,}", line.strip())
        if len(cells) == 1:
            said.append(line)
            title, columns = (title if said[-2:-1] not in ([], [""]) else line), []
        elif not columns:
            columns = [f"{name} ({cells[:i].count(name) + 1})" if name in cells[:i] else name for i, name in enumerate(cells)]
            rows = tables.setdefault(title, {"columns": dict.fromkeys(columns, "column")})
        else:
            name = cells[0]
            while name in rows:
                name += " again"
            rows[name] = dict(zip([*columns[1:], *map(str, range(len(cells)))], cells[1:]))
    return {"code": code, "said": said, **tables}


def name_of(item) -> str | None:
    """By what an item of a list is known."""
    if not isinstance(item, dict):
        return None
    if "rel" in item and "href" in item:
        return f"{item['rel']} {item.get('type', '')} {item['href']}"
    for key in ("id", "key", "code", "name", "title"):
        if isinstance(item.get(key), str | int):
            return str(item[key])
    return None


def by_name(items: list) -> dict | None:
    names = [name_of(item) for item in items]
    return dict(zip(names, items)) if None not in names and len(set(names)) == len(names) else None


def street_key(feature: dict) -> str:
    said = [value for name, value in feature["properties"].items() if name != "street_id"]
    return " ".join(str(value)[:400] for value in [*said, feature.get("geometry"), feature.get("place")])


def shown(value) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def differences(old, new, at: str = "") -> typing.Iterator[tuple[str, str, str]]:
    """Where two answers differ: path, old value, new value."""
    if isinstance(old, float | int) and isinstance(new, float | int) and type(old) is not bool and type(new) is not bool:
        if old != new:
            yield at, repr(old), repr(new)
    elif isinstance(old, dict) and isinstance(new, dict) and at.rpartition("/")[2] not in WHOLE:
        orders = [key for key in old if key in new], [key for key in new if key in old]
        if orders[0] != orders[1]:
            yield f"{at}/(order)", *(", ".join(map(str, order)) for order in orders)
        for key in [*old, *(key for key in new if key not in old)]:
            path = f"{at}/{key}"
            if key not in new:
                yield path, shown(old[key]), NOT_THERE
            elif key not in old:
                yield path, NOT_THERE, shown(new[key])
            else:
                yield from differences(old[key], new[key], path)
    elif isinstance(old, list) and isinstance(new, list) and at.rpartition("/")[2] not in WHOLE:
        if old == new:
            return
        if any("street_id" in (item.get("properties") or {}) for item in [*old, *new] if isinstance(item, dict)):
            pair = [dict.fromkeys(sorted(map(street_key, items)), "street") for items in (old, new)]
            yield from differences(*pair, at)
            return
        named = by_name(old), by_name(new)
        if old and new and None not in named:
            yield from differences(*named, at)
        else:
            lines = [list(map(shown, items)) for items in (old, new)]
            for kind, a, b, c, d in difflib.SequenceMatcher(None, *lines, autojunk=False).get_opcodes():
                if kind == "replace" and b - a == d - c:
                    for pair in zip(old[a:b], new[c:d]):
                        yield from differences(*pair, f"{at}/line")
                elif kind != "equal":
                    yield from ((f"{at}/line", line, NOT_THERE) for line in lines[0][a:b])
                    yield from ((f"{at}/line", NOT_THERE, line) for line in lines[1][c:d])
    elif old != new:
        yield at, shown(old), shown(new)

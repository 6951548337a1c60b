//! What users see, whole.

use crate::http_place::town;
use crate::http_server::Server;
use insta::assert_snapshot;

#[test]
fn the_landing_page_reads_like_this() {
    assert_snapshot!(Server::of(town(2, 1)).get("/").shown(), @r#"
    200
    content-type: application/json
    link: <https://maps.example/gridton/>; rel="self"; type="application/json", <https://maps.example/gridton/?f=html>; rel="alternate"; type="text/html", <https://maps.example/gridton/api>; rel="service-desc"; type="application/vnd.oai.openapi+json;version=3.0", <https://maps.example/gridton/api?f=html>; rel="service-doc"; type="text/html", <https://maps.example/gridton/conformance>; rel="conformance"; type="application/json", <https://maps.example/gridton/collections>; rel="data"; type="application/json", <https://maps.example/gridton/tiles>; rel="http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"; type="application/json", <https://maps.example/gridton/tileMatrixSets>; rel="http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"; type="application/json", <https://maps.example/gridton/map.pmtiles>; rel="enclosure"; type="application/vnd.pmtiles", <https://maps.example/gridton/processes>; rel="http://www.opengis.net/def/rel/ogc/1.0/processes"; type="application/json", <https://maps.example/gridton/jobs>; rel="http://www.opengis.net/def/rel/ogc/1.0/job-list"; type="application/json", <https://maps.example/gridton/-/issues>; rel="related"; type="application/json"
    etag: W/"…"
    cache-control: no-cache
    vary: Accept, Accept-Encoding

    {
      "title": "Gridton",
      "description": "Who can walk to what in Gridton, and where the gaps are and why. Gridton is made up: no such place exists, and no such people.",
      "attribution": "Contains made-up data © nobody",
      "notices": [
        "Gridton is made up: no such place exists, and no such people."
      ],
      "links": [
        {
          "href": "https://maps.example/gridton/",
          "rel": "self",
          "type": "application/json",
          "title": "This document"
        },
        {
          "href": "https://maps.example/gridton/?f=html",
          "rel": "alternate",
          "type": "text/html",
          "title": "This document as a page"
        },
        {
          "href": "https://maps.example/gridton/api",
          "rel": "service-desc",
          "type": "application/vnd.oai.openapi+json;version=3.0",
          "title": "The definition of this service (OpenAPI 3.0)"
        },
        {
          "href": "https://maps.example/gridton/api?f=html",
          "rel": "service-doc",
          "type": "text/html",
          "title": "How to use this service"
        },
        {
          "href": "https://maps.example/gridton/conformance",
          "rel": "conformance",
          "type": "application/json",
          "title": "Standards this service keeps"
        },
        {
          "href": "https://maps.example/gridton/collections",
          "rel": "data",
          "type": "application/json",
          "title": "The collections"
        },
        {
          "href": "https://maps.example/gridton/tiles",
          "rel": "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
          "type": "application/json",
          "title": "The map in vector tiles"
        },
        {
          "href": "https://maps.example/gridton/tileMatrixSets",
          "rel": "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes",
          "type": "application/json",
          "title": "Tiling schemes"
        },
        {
          "href": "https://maps.example/gridton/map.pmtiles",
          "rel": "enclosure",
          "type": "application/vnd.pmtiles",
          "title": "The whole map as one file (PMTiles)"
        },
        {
          "href": "https://maps.example/gridton/processes",
          "rel": "http://www.opengis.net/def/rel/ogc/1.0/processes",
          "type": "application/json",
          "title": "What can be worked out"
        },
        {
          "href": "https://maps.example/gridton/jobs",
          "rel": "http://www.opengis.net/def/rel/ogc/1.0/job-list",
          "type": "application/json",
          "title": "The jobs"
        },
        {
          "href": "https://maps.example/gridton/-/issues",
          "rel": "related",
          "type": "application/json",
          "title": "What is wrong with the files"
        }
      ]
    }
    "#);
}

#[test]
#[expect(clippy::too_many_lines, reason = "one answer, as it is written")]
fn a_collection_reads_like_this() {
    assert_snapshot!(Server::of(town(2, 1)).get("/collections/assets").shown(), @r#"
    200
    content-type: application/json
    link: <https://maps.example/gridton/collections/assets>; rel="self"; type="application/json", <https://maps.example/gridton/collections/assets?f=html>; rel="alternate"; type="text/html"
    etag: W/"…"
    cache-control: no-cache
    vary: Accept, Accept-Encoding

    {
      "id": "assets",
      "x-patchwork-kind": "assets",
      "x-patchwork-about": "place",
      "title": "Assets",
      "description": "Things to reach: hubs, libraries, halls, food banks and the like, as the files say. Gridton is made up: no such place exists, and no such people.",
      "keywords": [
        "Gridton",
        "assets",
        "walking access"
      ],
      "notices": [
        "Gridton is made up: no such place exists, and no such people."
      ],
      "method": "https://maps.example/gridton/docs/methods#assets",
      "itemType": "feature",
      "itemCount": 3,
      "extent": {
        "spatial": {
          "bbox": [
            [
              -1.9999514,
              52.5987072,
              -1.9969987,
              52.5987072
            ]
          ],
          "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
        }
      },
      "crs": [
        "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        "http://www.opengis.net/def/crs/EPSG/0/4326",
        "http://www.opengis.net/def/crs/EPSG/0/27700"
      ],
      "storageCrs": "http://www.opengis.net/def/crs/EPSG/0/27700",
      "links": [
        {
          "href": "https://maps.example/gridton/collections/assets",
          "rel": "self",
          "type": "application/json",
          "title": "This document"
        },
        {
          "href": "https://maps.example/gridton/collections/assets?f=html",
          "rel": "alternate",
          "type": "text/html",
          "title": "This document as a page"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items",
          "rel": "items",
          "type": "application/geo+json",
          "title": "Assets as JSON"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items?f=html",
          "rel": "items",
          "type": "text/html",
          "title": "Assets as a page"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items?f=csv",
          "rel": "items",
          "type": "text/csv",
          "title": "Assets as a table (CSV)"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items?f=fgb",
          "rel": "items",
          "type": "application/flatgeobuf",
          "title": "Assets as FlatGeobuf"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items?f=json&download=true",
          "rel": "enclosure",
          "type": "application/geo+json",
          "title": "All of Assets as GeoJSON"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items?f=csv&bom=true",
          "rel": "enclosure",
          "type": "text/csv",
          "title": "All of Assets as CSV for Excel"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items?f=xlsx",
          "rel": "enclosure",
          "type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
          "title": "All of Assets as Excel (XLSX)"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items?f=gpkg",
          "rel": "enclosure",
          "type": "application/geopackage+sqlite3",
          "title": "All of Assets as GeoPackage"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items?f=fgb",
          "rel": "enclosure",
          "type": "application/flatgeobuf",
          "title": "All of Assets as FlatGeobuf"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items?f=parquet",
          "rel": "enclosure",
          "type": "application/vnd.apache.parquet",
          "title": "All of Assets as GeoParquet"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/items?f=json&profile=jsonfg&download=true",
          "rel": "enclosure",
          "type": "application/geo+json",
          "title": "All of Assets as JSON-FG, in metres"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/schema",
          "rel": "http://www.opengis.net/def/rel/ogc/1.0/schema",
          "type": "application/schema+json",
          "title": "What each property is"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/queryables",
          "rel": "http://www.opengis.net/def/rel/ogc/1.0/queryables",
          "type": "application/schema+json",
          "title": "What items can be filtered by"
        },
        {
          "href": "https://maps.example/gridton/collections/assets/tiles",
          "rel": "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
          "type": "application/json",
          "title": "Vector tiles"
        }
      ]
    }
    "#);
}

#[test]
fn a_page_of_items_reads_like_this() {
    assert_snapshot!(Server::of(town(2, 1)).get("/collections/coverage-hub-15/items?limit=1").shown(), @r#"
    200
    content-type: application/geo+json
    content-crs: <http://www.opengis.net/def/crs/OGC/1.3/CRS84>
    link: <https://maps.example/gridton/collections/coverage-hub-15/items?limit=1>; rel="self"; type="application/geo+json", <https://maps.example/gridton/collections/coverage-hub-15/items?limit=1&f=html>; rel="alternate"; type="text/html", <https://maps.example/gridton/collections/coverage-hub-15/items?limit=1&f=csv>; rel="alternate"; type="text/csv", <https://maps.example/gridton/collections/coverage-hub-15/items?limit=1&offset=1>; rel="next"; type="application/geo+json", <https://maps.example/gridton/collections/coverage-hub-15>; rel="collection"; type="application/json"
    etag: W/"…"
    cache-control: no-cache
    vary: Accept, Accept-Encoding

    {"type":"FeatureCollection","numberMatched":2,"numberReturned":1,"timeStamp":"2027-01-15T08:00:00Z","notices":["Gridton is made up: no such place exists, and no such people."],"attribution":"Contains made-up data © nobody","links":[{"href":"https://maps.example/gridton/collections/coverage-hub-15/items?limit=1","rel":"self","type":"application/geo+json","title":"This document"},{"href":"https://maps.example/gridton/collections/coverage-hub-15/items?limit=1&f=html","rel":"alternate","type":"text/html","title":"This document as a page"},{"href":"https://maps.example/gridton/collections/coverage-hub-15/items?limit=1&f=csv","rel":"alternate","type":"text/csv","title":"This document as a table (CSV)"},{"href":"https://maps.example/gridton/collections/coverage-hub-15/items?limit=1&offset=1","rel":"next","type":"application/geo+json","title":"The next page"},{"href":"https://maps.example/gridton/collections/coverage-hub-15","rel":"collection","type":"application/json","title":"Coverage: A hub within 15 minutes"}],"features":[{"type":"Feature","id":"Z000000","geometry":{"type":"MultiPolygon","coordinates":[[[[-1.9984751,52.5978082],[-1.998475,52.5996062],[-2.0014278,52.5996062],[-2.0014278,52.5978082],[-1.9984751,52.5978082]]]]},"properties":{"zone_id":"Z000000","patch_id":"P0","residents":100,"covered_residents":100,"covered_share":1.0,"minutes_median":0.0,"minutes_p90":0.0,"nearest_asset_id":"hub-1","nearest_asset_name":"The Hub","residents_under_25":25,"residents_disabled":null,"covered_under_25":25,"covered_disabled":null}}]}
    "#);
}

#[test]
fn a_table_reads_like_this() {
    let table = Server::of(town(2, 1)).get("/collections/assets/items?f=csv").shown().replace('\r', "");
    assert_snapshot!(table, @r#"
    200
    content-type: text/csv; charset=utf-8; header=present
    content-crs: <http://www.opengis.net/def/crs/OGC/1.3/CRS84>
    link: <https://maps.example/gridton/collections/assets/items?f=csv>; rel="self"; type="text/csv", <https://maps.example/gridton/collections/assets/items?f=json>; rel="alternate"; type="application/geo+json", <https://maps.example/gridton/collections/assets/items?f=html>; rel="alternate"; type="text/html", <https://maps.example/gridton/collections/assets>; rel="collection"; type="application/json"
    etag: W/"…"
    cache-control: no-cache
    vary: Accept, Accept-Encoding
    content-disposition: attachment; filename="gridton-assets.csv"; filename*=UTF-8''gridton-assets.csv

    asset_id,name,kind,status,opens_on,closes_on,opening_hours,opening_hours_understood,capacity,step_free,last_checked,address,off_street_m,easting,northing,longitude,latitude
    hub-1,The Hub,hub,open,[x],[x],[x],[x],[x],[x],2026-03-01,[x],0,400100.0,300100.0,-1.999951,52.598707
    lib-1,Central Library,library,open,[x],[x],[x],[x],[x],[x],2026-03-01,[x],0,400300.0,300100.0,-1.996999,52.598707
    "mill/1 & ""2""?",'=Café <Zoë>,café,open,[x],[x],[x],[x],[x],[x],2026-03-01,[x],0,400300.0,300100.0,-1.996999,52.598707
    "#);
}

#[test]
fn a_problem_reads_like_this() {
    let headers = [("X-Request-Id", "test")];
    assert_snapshot!(Server::of(town(2, 1)).ask("GET", "/collections/assets/items?limit=all", &headers).shown(), @r#"
    400
    content-type: application/problem+json
    cache-control: no-store
    vary: Accept, Accept-Encoding

    {
      "type": "about:blank",
      "title": "The request cannot be understood",
      "status": 400,
      "detail": "limit is \"all\"; it must be a whole number such as 100.",
      "instance": "/collections/assets/items",
      "request_id": "test"
    }
    "#);
}

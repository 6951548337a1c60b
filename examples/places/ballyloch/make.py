"""Writes the files of Ballyloch, a made-up town in the middle of Lough Neagh, laid out as the publishers of Northern
Ireland lay theirs out: boundaries in Irish Grid, NISRA's flexible tables of the census 2021, NIMDM 2017 on super output
areas, a postcode directory with Irish eastings and northings. Every figure is made up.

    python3 make.py        # writes beside itself, the same bytes each time
"""

import csv
import json
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
CHANCE = random.Random(2021)
WEST, SOUTH, SIDE = 304_000, 374_000, 500  # Irish Grid, metres: the lough is some twelve kilometres wide here
COLUMNS, ROWS = 4, 3
GRID = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::29902"}}
ZONES = [(f"N2000{9001 + i}", i % COLUMNS, i // COLUMNS) for i in range(COLUMNS * ROWS)]
ELSEWHERE = ["N20009101", "N20009102", "N20009103"]
AVENUES = ["First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth"]
AREAS = ["99ZZ01S1", "99ZZ01S2", "99ZZ02W1"]


def square(column, row, wide=1, high=1):
    west, south = WEST + column * SIDE, SOUTH + row * SIDE
    east, north = west + wide * SIDE, south + high * SIDE
    return {"type": "Polygon", "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]]}


def layer(name, features):
    features = [{"type": "Feature", "properties": about, "geometry": shape} for about, shape in features]
    text = json.dumps({"type": "FeatureCollection", "crs": GRID, "features": features}, indent=1)
    (HERE / name).write_text(text + "\n", encoding="utf-8")


def table(name, titles, rows):
    with open(HERE / name, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(titles)
        writer.writerows(rows)


def parts(total, shares):
    """Whole numbers with these shares that sum to the total."""
    counts = [int(total * share) for share in shares[:-1]]
    return [*counts, total - sum(counts)]


def flexible(name, variable, labels, shares, people):
    """A flexible table: the code and the label of each variable, then the count."""
    titles = ["Census 2021 Data Zone Code", "Census 2021 Data Zone Label", f"{variable} Code", f"{variable} Label", "Count"]
    rows = []
    for zone, total in people.items():
        leaning = [share * CHANCE.uniform(0.6, 1.4) for share in shares]
        whole = sum(leaning)
        for code, (label, count) in enumerate(zip(labels, parts(total, [share / whole for share in leaning])), 1):
            rows.append([zone, named(zone), code, label, count])
    table(name, titles, rows)


def named(zone):
    return f"Ballyloch_{chr(65 + (int(zone[-2:]) - 1) // COLUMNS % 26)}{(int(zone[-2:]) - 1) % COLUMNS + 1}"


people = {zone: CHANCE.randint(350, 700) for zone, _, _ in ZONES}
people |= {zone: CHANCE.randint(350, 700) for zone in ELSEWHERE}

layer("dz2021.geojson", [
    ({"DZ2021_cd": zone, "DZ2021_nm": named(zone), "SDZ2021_cd": "N21009001", "Area_ha": SIDE * SIDE / 1e4, "Perim_km": 4 * SIDE / 1e3},
     square(column, row)) for zone, column, row in ZONES
])
layer("dea2014.geojson", [
    ({"DEA2014_cd": "N10009901", "DEA2014_nm": "Ballyloch West"}, square(0, 0, 2, ROWS)),
    ({"DEA2014_cd": "N10009902", "DEA2014_nm": "Ballyloch East"}, square(2, 0, 2, ROWS)),
])
streets = []
for i in range(2 * COLUMNS + 1):
    x = WEST + i * SIDE / 2
    streets.append(({"name": f"{AVENUES[i]} Avenue", "type": "residential"},
                    {"type": "LineString", "coordinates": [[x, SOUTH + j * SIDE / 2] for j in range(2 * ROWS + 1)]}))
for j in range(2 * ROWS + 1):
    y = SOUTH + j * SIDE / 2
    streets.append(({"name": f"Loch Row {j + 1}", "type": "residential"},
                    {"type": "LineString", "coordinates": [[WEST + i * SIDE / 2, y] for i in range(2 * COLUMNS + 1)]}))
layer("streets.geojson", streets)

flexible("census-2021-dz-age.csv", "Age - 7 Categories A",
         ["0-15 years", "16-24 years", "25-34 years", "35-44 years", "45-54 years", "55-64 years", "65+ years"],
         [0.2, 0.1, 0.13, 0.13, 0.14, 0.13, 0.17], people)
flexible("census-2021-dz-ethnic-group.csv", "Ethnic Group - 5 Categories",
         ["White", "Asian", "Black", "Mixed", "Other ethnicity"], [0.93, 0.03, 0.015, 0.015, 0.01], people)
flexible("census-2021-dz-health.csv", "Health Problem or Disability (Long-term) - 3 Categories",
         ["Day-to-day activities limited a lot", "Day-to-day activities limited a little", "Day-to-day activities not limited"],
         [0.11, 0.13, 0.76], people)

domains = ["Income Domain Rank \n(where 1 is most deprived)", "Employment Domain Rank (where 1 is most deprived)",
           "Health Deprivation and Disability Domain Rank (where 1 is most deprived)"]
ranks = {"99ZZ01S1": 37, "99ZZ01S2": 402, "99ZZ02W1": 745, "99ZZ09W9": 120}
table("NIMDM17_SOAresults_MDM.csv",
      ["LGD2014NAME", "2015 Default Urban/Rural ", "SOA2001", "SOA2001_name",
       "Multiple Deprivation Measure Rank \n(where 1 is most deprived)", *domains],
      [["Lough Neagh", "Urban", area, f"Ballyloch {i}", rank, *(min(890, rank + 13 * k) for k in (1, 2, 3))]
       for i, (area, rank) in enumerate(ranks.items(), 1)])
table("lookup-soa2001-dz2021.csv", ["SOA2001", "DZ2021", "Residents"],
      [[AREAS[row], zone, people[zone]] for zone, _, row in ZONES])

spots = {"BT97 1AA": (304_600, 374_300), "BT97 1AB": (305_400, 375_200), "BT97 2CD": (304_200, 375_300)}
place = {"BT97 1AA": (54.6061, -6.38203), "BT97 1AB": (54.61401, -6.36933), "BT97 2CD": (54.61516, -6.38786)}
table("onspd_bt97.csv",
      ["pcd", "pcd2", "pcds", "dointr", "doterm", "oslaua", "osward", "oseast1m", "osnrth1m", "osgrdind", "ctry", "lat", "long"],
      [[code.replace(" ", ""), code.replace(" ", "  ") if len(code) < 8 else code, code, "198001", "", "N09000099", "N08000999",
        spots[code][0], f"0{spots[code][1]}", 1, "N92000002", *place[code]] for code in spots])
table("hubs.csv", ["Name", "Address", "Postcode", "Opening hours", "Step free", "Status"], [
    ["Ballyloch Community Centre", "Loch Row 1", "BT97 1AA", "Mo-Fr 09:00-21:00; Sa 10:00-13:00", "yes", "open"],
    ["East Shore Hub", "Third Avenue", "BT97 1AB", "Tu,Th 10:00-16:00", "no", "open"],
    ["Old School Rooms", "Loch Row 5", "BT97 2CD", "", "", "planned"],
])

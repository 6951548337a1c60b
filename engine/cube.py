"""Counts engagement records into a Patchwork cube (docs/cube.md) on Spark, in two steps with `patchwork count` between.

    spark-submit cube.py words RECORDS OUT --columns id=record_id date=date zone=zone ... group_age=age_band
    patchwork count DIR --words OUT --lookup lookup.jsonl
    spark-submit cube.py count RECORDS OUT --columns ... --lookup lookup.jsonl
    patchwork cube merge OUT --out cube.parquet

The words of every column but ids and persons are collected, Patchwork says what each means in the place, and the
records are joined to that and grouped. So days, groups and places are understood by the program itself.
RECORDS is Parquet, or CSV with a header; several files with commas between. Written for Spark 3.5 and later.
"""
import argparse
from functools import reduce

from pyspark.sql import SparkSession, Window, functions as F

PLACES = ["zone", "postcode", "district", "patch"]
AMOUNTS = ["people", "hours", "connections"]
UNREAD = ["id", "person"]  # never leave the engine


def records(spark, paths, columns):
    """One column for each fact, trimmed, and what tells which row of a file came first."""
    def text(title):
        return F.regexp_replace(F.coalesce(F.col(f"`{title}`").cast("string"), F.lit("")), r"(?U)^\s+|\s+$", "")
    if paths[0].endswith(".parquet"):
        read = spark.read.parquet(*paths)
    else:
        read = spark.read.csv(paths, header=True, escape='"', encoding="UTF-8")
    order = F.struct("_metadata.file_path", "_metadata.file_block_start", F.monotonically_increasing_id())
    return read.select(order.alias("_order"), *[text(title).alias(fact) for fact, title in columns.items()])


def words(rows, facts):
    """The different words of each fact, and how many rows have them."""
    each = [rows.groupBy(F.col(fact).alias("words")).agg(F.count("*").alias("rows")).withColumn("fact", F.lit(fact))
            for fact in facts if fact not in UNREAD]
    return reduce(lambda a, b: a.unionByName(b), each).where("words <> ''")


def cube(rows, lookup, facts):
    """A row for each combination, as docs/cube.md has it."""
    for fact in ["activity", *AMOUNTS]:
        rows = rows if fact in facts else rows.withColumn(fact, F.lit(""))
    for fact in [fact for fact in rows.columns if fact not in [*UNREAD, "_order"]]:
        meaning = F.struct("value", "place", "exact", "why").alias("_" + fact)
        own = lookup.where(F.col("fact") == fact).select(F.col("words").alias(fact), meaning)
        rows = rows.join(own, fact, "left")
    nothing = F.lit(None).cast("string")
    def of(fact, part):
        return F.col(f"_{fact}.{part}") if fact in facts or fact in ["activity", *AMOUNTS] else nothing
    places = [place for place in PLACES if place in facts]
    why = F.coalesce(nothing, *[of(place, "why") for place in places])
    location = F.coalesce(
        nothing, *[F.when(of(place, "exact"), of(place, "value")) for place in places],
        *[of(place, "value") for place in places], F.when(why.isNull(), of("asset", "place")))
    rows = rows.withColumn("location", location).withColumn("outcome", F.coalesce(
        of("date", "why"), F.when(F.col("location").isNull(), F.coalesce(why, F.lit("it says no place")))))
    if "id" in facts:  # of several records of one id that could be counted, the first
        nth = F.row_number().over(Window.partitionBy("id", F.isnull("outcome")).orderBy("_order"))
        again = F.col("outcome").isNull() & (F.col("id") != "") & (nth > 1)
        rows = rows.withColumn("outcome", F.when(again, "repeated").otherwise(F.col("outcome")))
    day = of("date", "value")
    quarter = F.concat(F.substring(day, 1, 4), F.lit("-q"), F.quarter(day.cast("date")).cast("string"))
    person = F.conv(F.substring(F.sha2(F.col("person"), 256), 1, 15), 16, 10).cast("long") if "person" in facts else nothing
    person = F.when(F.col("person") != "", person) if "person" in facts else nothing.cast("long")
    groups = {fact: of(fact, "value") for fact in sorted(facts) if fact.startswith("group_")}
    key = {"location": F.col("location"), "quarter": quarter, "activity": of("activity", "value"),
           "asset": of("asset", "value"), "themes": of("themes", "value"), **groups, "person": person}
    counted = F.col("outcome").isNull()
    amounts = {fact: F.when(counted, of(fact, "value").cast("long")).otherwise(0) for fact in AMOUNTS}
    rows = rows.select(
        F.lit(1).alias("version"), nothing.alias("crossed"), F.coalesce("outcome", F.lit("counted")).alias("outcome"),
        *[F.when(counted, value).alias(name) for name, value in key.items()],
        *[value.alias("_n_" + name) for name, value in amounts.items()], F.when(counted, day).alias("_day"))
    return rows.groupBy("version", "crossed", "outcome", *key).agg(
        F.count("*").alias("records"), F.sum("_n_people").alias("people"), F.max("_n_people").alias("largest"),
        F.sum("_n_hours").alias("hours"), F.sum("_n_connections").alias("connections"),
        F.min("_day").alias("first_day"), F.max("_day").alias("last_day"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("step", choices=["words", "count"])
    parser.add_argument("records")
    parser.add_argument("out")
    parser.add_argument("--columns", nargs="+", required=True, metavar="FACT=TITLE")
    parser.add_argument("--lookup")
    asked = parser.parse_args()
    spark = SparkSession.builder.appName("patchwork cube").getOrCreate()
    facts = dict(pair.split("=", 1) for pair in asked.columns)
    rows = records(spark, asked.records.split(","), facts)
    if asked.step == "words":
        words(rows, facts).write.mode("overwrite").json(asked.out)
    else:
        lookup = spark.read.schema("fact string, words string, value string, place string, exact boolean, why string")
        cube(rows, lookup.json(asked.lookup), list(facts)).write.mode("overwrite").parquet(asked.out)

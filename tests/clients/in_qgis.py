"""What QGIS finds at an address: `python3 in_qgis.py ADDRESS COLLECTION...` prints one line of JSON. See test_qgis.py."""

import json
import sys

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorDataProvider,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize


def open_layer(address, name):
    return QgsVectorLayer(f"url='{address}' typename='{name}'", name, "OAPIF")


def ids(layer, request=None):
    features = layer.getFeatures(request) if request else layer.getFeatures()
    return [feature["id"] for feature in features]


def about(layer):
    read = sum(1 for _ in layer.getFeatures()) if layer.isValid() else 0
    types = {field.name(): field.typeName() for field in layer.fields()}
    return {"valid": layer.isValid(), "counted": layer.featureCount(), "read": read, "types": types}


def draw_tiles(address, over):
    """Colours of a picture of the tiles: more than one when something is drawn on the ground."""
    layer = QgsVectorTileLayer(f"type=xyz&url={address}tiles/zones/%7Bz%7D/%7Bx%7D/%7By%7D&zmin=0&zmax=14", "tiles")
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(mercator)
    settings.setOutputSize(QSize(256, 256))
    turn = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), mercator, QgsProject.instance())
    settings.setExtent(turn.transformBoundingBox(over))
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    colours = {picture.pixel(x, y) for x in range(0, 256, 4) for y in range(0, 256, 4)}
    return {"valid": layer.isValid(), "drawn_colours": len(colours)}


def main(address, *collections):
    application = QgsApplication([], False)
    application.initQgis()
    found = {"layers": {name: about(open_layer(address, name)) for name in collections}}
    zones = open_layer(address, "zones")
    extent = zones.extent()
    box = QgsRectangle(extent.xMinimum(), extent.yMinimum(), extent.center().x(), extent.center().y())
    found["box"] = [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()]
    found["in_box"] = ids(zones, QgsFeatureRequest().setFilterRect(box).setFlags(QgsFeatureRequest.ExactIntersect))
    found["more_than"] = sorted(feature["residents"] for feature in zones.getFeatures())[zones.featureCount() // 2]
    zones.setSubsetString(f"residents > {found['more_than']}")
    found["filtered"] = ids(zones)
    edits = QgsVectorDataProvider.AddFeatures | QgsVectorDataProvider.DeleteFeatures
    found["editable"] = bool(int(zones.dataProvider().capabilities()) & int(edits))
    found["tiles"] = draw_tiles(address, extent)
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

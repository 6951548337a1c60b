"""The definition of the service, and what is served against it."""

import json
import urllib.error
import urllib.request

import jsonschema
import openapi_spec_validator
import pytest

OPENAPI = "application/vnd.oai.openapi+json;version=3.0"


@pytest.fixture(scope="module")
def definition(url):
    with urllib.request.urlopen(urllib.request.Request(f"{url}/api", headers={"Accept": OPENAPI})) as answer:
        assert answer.headers["Content-Type"] == OPENAPI
        return json.load(answer)


def test_the_definition_is_valid_openapi_3_0(definition):
    openapi_spec_validator.validate(definition, cls=openapi_spec_validator.OpenAPIV30SpecValidator)


def test_pages_and_features_fit_the_schemas_of_the_definition(definition, service):
    def check(document, name):
        schema = {"$ref": f"#/components/schemas/{name}", "components": definition["components"]}
        # OpenAPI 3.0 says "nullable" where JSON Schema would list the type.
        text = json.dumps(schema).replace('"type": "object", "nullable": true', '"type": ["object", "null"]')
        jsonschema.validate(document, json.loads(text), format_checker=jsonschema.FormatChecker())

    for name in service.collections:
        page = service.get(f"/collections/{name}/items", limit=20)
        check(page, "featureCollection")
        if page["features"]:
            check(page["features"][0], "feature")


def test_features_fit_the_schema_of_their_collection(service):
    for name in service.collections:
        schema = service.get(f"/collections/{name}/schema")
        properties = {key: about for key, about in schema["properties"].items() if key != "geometry"}
        jsonschema.Draft202012Validator.check_schema(schema)
        for feature in service.get(f"/collections/{name}/items", limit=50)["features"]:
            assert set(feature["properties"]) == set(properties), name
            known = {key: value for key, value in feature["properties"].items() if value is not None}
            jsonschema.validate(known, {**schema, "properties": properties})


def test_a_problem_fits_its_schema_and_names_the_remedy(definition, url):
    with pytest.raises(urllib.error.HTTPError) as wrong:
        urllib.request.urlopen(f"{url}/collections/zones/items?limit=unlimited")
    problem = json.load(wrong.value)
    jsonschema.validate(problem, definition["components"]["schemas"]["problem"])
    assert wrong.value.code == problem["status"] == 400
    assert "whole number" in problem["detail"]

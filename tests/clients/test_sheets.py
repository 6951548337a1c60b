"""The pages to print are served with the styles they bring, and without a script."""

import urllib.request

import pytest


@pytest.mark.parametrize("path", ["review/P01", "giving"])
def test_a_page_to_print_keeps_its_styles_when_it_is_served(url, path):
    with urllib.request.urlopen(f"{url}/{path}") as answer:
        page, policy = answer.read().decode(), answer.headers["Content-Security-Policy"]
    assert "<style" in page and "<script" not in page
    assert "style-src 'unsafe-inline'" in policy and "default-src 'none'" in policy

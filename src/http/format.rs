//! Which representation of a resource a client gets: `f` before `Accept`, JSON before everything.

use super::problem::Problem;

/// A representation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Format {
    Json,
    Html,
    Csv,
    Mvt,
    Pmtiles,
    Xlsx,
    Gpkg,
    Fgb,
    Parquet,
}

/// A representation a resource comes in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) format: Format,
    /// The media type it is sent as.
    pub(super) media: &'static str,
    /// Other media types under which it is asked for.
    pub(super) also: &'static [&'static str],
}

pub(super) const JSON: Offer =
    Offer { format: Format::Json, media: "application/json", also: &["application/problem+json"] };
pub(super) const GEOJSON: Offer = Offer {
    format: Format::Json,
    media: "application/geo+json",
    also: &["application/json", "application/vnd.geo+json"],
};
pub(super) const OPENAPI: Offer = Offer {
    format: Format::Json,
    media: "application/vnd.oai.openapi+json;version=3.0",
    also: &["application/openapi+json", "application/json"],
};
pub(super) const SCHEMA: Offer =
    Offer { format: Format::Json, media: "application/schema+json", also: &["application/json"] };
pub(super) const HTML: Offer = Offer { format: Format::Html, media: "text/html", also: &["application/xhtml+xml"] };
pub(super) const MVT: Offer = Offer {
    format: Format::Mvt,
    media: crate::export::tile::MEDIA_TYPE,
    also: &["application/x-protobuf", "application/octet-stream"],
};
pub(super) const XLSX: Offer = Offer {
    format: Format::Xlsx,
    media: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    also: &[],
};
pub(super) const GPKG: Offer = Offer {
    format: Format::Gpkg,
    media: "application/geopackage+sqlite3",
    also: &["application/geopackage+vnd.sqlite3", "application/vnd.sqlite3", "application/x-sqlite3"],
};
pub(super) const FGB: Offer =
    Offer { format: Format::Fgb, media: "application/flatgeobuf", also: &["application/vnd.flatgeobuf"] };
pub(super) const PARQUET: Offer = Offer {
    format: Format::Parquet,
    media: "application/vnd.apache.parquet",
    also: &["application/x-parquet", "application/parquet"],
};
pub(super) const CSV: Offer = Offer { format: Format::Csv, media: "text/csv", also: &[] };

impl Format {
    /// The word in `f=`.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Html => "html",
            Self::Csv => "csv",
            Self::Mvt => "mvt",
            Self::Pmtiles => "pmtiles",
            Self::Xlsx => "xlsx",
            Self::Gpkg => "gpkg",
            Self::Fgb => "fgb",
            Self::Parquet => "parquet",
        }
    }
}

/// Chooses among the offers, which are in the server's order of preference.
pub(super) fn choose(offers: &[Offer], f: Option<&str>, accept: Option<&str>) -> Result<Offer, Problem> {
    if let Some(f) = f {
        let word = match f {
            "geojson" => "json",
            "flatgeobuf" => "fgb",
            "geopackage" => "gpkg",
            "geoparquet" => "parquet",
            other => other,
        };
        return offers.iter().copied().find(|offer| offer.format.word() == word).ok_or_else(|| {
            let words: Vec<_> = offers.iter().map(|offer| offer.format.word()).collect();
            Problem::bad_request(format!("f is {f:?}; here it can be {}.", words.join(" or ")))
        });
    }
    let accept = accept.map(str::trim).filter(|accept| !accept.is_empty());
    let (Some(accept), Some(&first)) = (accept, offers.first()) else {
        return offers.first().copied().ok_or_else(Problem::our_fault);
    };
    let mut best = (0, first);
    for &offer in offers {
        let quality = quality(accept, &offer);
        if quality > best.0 {
            best = (quality, offer);
        }
    }
    if best.0 == 0 {
        let offered: Vec<_> = offers.iter().map(|offer| offer.media).collect();
        return Err(Problem::not_acceptable(accept, &offered.join(" or ")));
    }
    Ok(best.1)
}

/// Whether a browser is reading: HTML is wanted more than JSON.
pub(super) fn prefers_html(accept: Option<&str>) -> bool {
    choose(&[JSON, HTML], None, accept).is_ok_and(|offer| offer.format == Format::Html)
}

/// How much the header wants the offer, in thousandths; its most specific range counts.
fn quality(accept: &str, offer: &Offer) -> u32 {
    let mut best = (0, 0);
    for range in accept.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let media = parts.next().unwrap_or_default().to_ascii_lowercase();
        let specific = specificity(&media, offer);
        if specific > best.0 {
            let q = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.trim().parse::<f64>().ok());
            best = (specific, (q.unwrap_or(1.0).clamp(0.0, 1.0) * 1000.0) as u32);
        }
    }
    best.1
}

/// 0 for a range that does not hold the offer, more for one that names it more exactly.
fn specificity(range: &str, offer: &Offer) -> u32 {
    let essence = |media: &'static str| media.split(';').next().unwrap_or(media);
    let own = essence(offer.media);
    if range == own {
        return 4;
    }
    if offer.also.contains(&range) {
        return 3;
    }
    match range.split_once('/') {
        Some(("*", "*")) => 1,
        Some((kind, "*")) if own.starts_with(&format!("{kind}/")) => 2,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(f: Option<&str>, accept: Option<&str>) -> Option<Format> {
        choose(&[GEOJSON, HTML, CSV], f, accept).ok().map(|offer| offer.format)
    }

    #[test]
    fn a_program_that_says_nothing_gets_json_and_a_browser_gets_a_page() {
        assert_eq!(chosen(None, None), Some(Format::Json));
        assert_eq!(chosen(None, Some("*/*")), Some(Format::Json));
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        assert_eq!(chosen(None, Some(browser)), Some(Format::Html));
        assert_eq!(chosen(Some("csv"), Some(browser)), Some(Format::Csv));
    }

    #[test]
    fn the_header_is_read_as_the_standard_says() {
        assert_eq!(chosen(None, Some("application/json")), Some(Format::Json));
        assert_eq!(chosen(None, Some("text/*;q=0.5, text/csv")), Some(Format::Csv));
        assert_eq!(chosen(None, Some("text/html;q=0, */*;q=0.1")), Some(Format::Json));
        assert_eq!(chosen(None, Some("image/png")), None);
        assert_eq!(chosen(Some("xlsx"), None), None);
    }

    #[test]
    fn an_api_document_is_found_by_its_versioned_type() {
        let accept =
            "application/vnd.oai.openapi+json;version=3.0, application/openapi+json;version=3.0, application/json";
        assert!(choose(&[OPENAPI, HTML], None, Some(accept)).is_ok_and(|offer| offer.format == Format::Json));
    }
}

/// A map of the owner's own to draw below the answers: tiles of pictures that readers' browsers fetch from where they
/// are, so whoever runs that server sees which part of the map somebody looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseMap {
    /// Address of a tile, with `{z}`, `{x}` and `{y}` where its numbers go.
    pub tiles: String,
    /// Where the tiles come from: `https://tiles.example.gov.uk`.
    pub origin: String,
    /// The words its owner asks for; empty where none were given.
    pub credit: String,
}

impl BaseMap {
    /// A base map from its address.
    ///
    /// # Errors
    /// What is wrong with the address, as the end of a sentence that begins with it.
    pub fn of(tiles: &str, credit: &str) -> Result<Self, &'static str> {
        let tiles = tiles.trim();
        let Some(rest) = tiles.strip_prefix("https://") else {
            return Err("does not begin with https://, so browsers would not show it on a page that does");
        };
        let host = rest.split('/').next().unwrap_or_default();
        // The host stands in a header: nothing else may.
        if host.is_empty() || !host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':')) {
            return Err("names no server");
        }
        if !["{z}", "{x}", "{y}"].iter().all(|number| rest[host.len()..].contains(number)) {
            return Err("does not say where the numbers of a tile go");
        }
        Ok(Self { tiles: tiles.to_owned(), origin: format!("https://{host}"), credit: credit.trim().to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_of_a_base_map_is_the_server_alone() {
        let map =
            BaseMap::of(" https://maps.example.org:8443/base/{z}/{x}/{y}.png?key=1 ", "© Council ").expect("a map");
        assert_eq!(map.origin, "https://maps.example.org:8443");
        assert_eq!(map.tiles, "https://maps.example.org:8443/base/{z}/{x}/{y}.png?key=1");
        assert_eq!(map.credit, "© Council");
    }

    #[test]
    fn an_address_that_is_no_base_map_is_refused_with_its_reason() {
        let why = |tiles: &str| BaseMap::of(tiles, "").expect_err("no map");
        assert!(why("http://maps.example.org/{z}/{x}/{y}.png").contains("https"));
        assert!(why("https:///{z}/{x}/{y}.png").contains("no server"));
        assert!(why("https://maps.example.org; script-src *//{z}/{x}/{y}").contains("no server"));
        assert!(why("https://maps.example.org' 'unsafe-inline'/{z}/{x}/{y}").contains("no server"));
        assert!(why("https://maps.example.org/{z}/{x}.png").contains("numbers"));
        assert!(why("https://{z}{x}{y}/").contains("no server"));
    }
}

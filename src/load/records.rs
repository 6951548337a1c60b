//! Files of records in JSON.

use std::path::Path;

/// The records of a JSON file: the `grants` of a 360Giving package, or the items of a plain list.
pub(super) fn parse(path: &Path) -> Result<Vec<serde_json::Value>, String> {
    let bytes = std::fs::read(path).map_err(|error| format!("The file cannot be read: {error}"))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let value: serde_json::Value =
        serde_json::from_slice(bytes).map_err(|error| format!("The file is not JSON: {error}"))?;
    match value {
        serde_json::Value::Array(items) => Ok(items),
        serde_json::Value::Object(mut package) => {
            let list = ["grants", "records", "features"].iter().find_map(|name| match package.remove(*name) {
                Some(serde_json::Value::Array(items)) => Some(items),
                _ => None,
            });
            list.ok_or_else(|| "The file has no list of records".to_owned())
        }
        _ => Err("The file has no list of records".to_owned()),
    }
}

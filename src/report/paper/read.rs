//! What does a printed page say? Its title, headings, words, tables and maps, read out of the page itself, so that a file
//! made of it can say nothing else.
//!
//! Only pages of `report` are read: their tags are few, and whatever is a reader's own words is escaped in them.

/// A piece of a printed page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    Title(Vec<Run>),
    Heading(Vec<Run>),
    Words(Vec<Run>),
    Item(Vec<Run>),
    Table(Table),
    /// Maps beside each other: which of the page's, and the words below.
    Maps(Vec<(usize, String)>),
}

/// Words in one kind of type.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Run {
    pub(super) words: String,
    pub(super) is_bold: bool,
    pub(super) link: Option<String>,
}

/// A table: its caption, its titles, its rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A cell and how many columns it takes.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Cell {
    pub(super) words: String,
    pub(super) columns: usize,
    /// It names its row.
    pub(super) is_name: bool,
}

impl Table {
    /// Columns of the widest row.
    pub(super) fn columns(&self) -> usize {
        let wide = |row: &Vec<Cell>| row.iter().map(|cell| cell.columns).sum::<usize>();
        self.rows.iter().map(wide).chain([self.head.len(), 1]).max().unwrap_or(1)
    }
}

/// Words without their type.
pub(super) fn plain(runs: &[Run]) -> String {
    runs.iter().map(|run| run.words.as_str()).collect::<String>().trim().to_owned()
}

/// The blocks of a page, in their order.
pub(super) fn blocks(page: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        reader.text(&rest[..at]);
        let Some(end) = rest[at..].find('>') else { break };
        reader.tag(&rest[at + 1..at + end]);
        rest = &rest[at + end + 1..];
    }
    if !rest.contains('<') {
        reader.text(rest);
    }
    reader.end();
    reader.blocks
}

/// Tags whose content is no part of what is said: looks, the title of the window, pictures.
const SILENT: [&str; 4] = ["style", "title", "svg", "script"];

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    runs: Vec<Run>,
    bold: usize,
    link: Option<String>,
    /// The tag whose content is passed over.
    silent: Option<String>,
    table: Option<Table>,
    maps: usize,
    is_head: bool,
}

impl Reader {
    fn text(&mut self, words: &str) {
        if self.silent.is_some() {
            return;
        }
        let mut words = decoded(words);
        if words.trim_matches([' ', '\n', '\t']).is_empty() && self.runs.is_empty() {
            return;
        }
        words = words.replace('\n', " ");
        let (is_bold, link) = (self.bold > 0, self.link.clone());
        match self.runs.last_mut() {
            Some(last) if last.is_bold == is_bold && last.link == link => last.words += &words,
            _ => self.runs.push(Run { words, is_bold, link }),
        }
    }

    fn tag(&mut self, tag: &str) {
        let (is_end, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split([' ', '/', '\n']).next().unwrap_or_default().to_ascii_lowercase();
        if let Some(silent) = &self.silent {
            if is_end && *silent == name {
                self.silent = None;
            }
            return;
        }
        if is_end {
            self.closes(&name);
        } else {
            self.opens(&name, tag);
        }
    }

    fn opens(&mut self, name: &str, tag: &str) {
        match name {
            "svg" if attribute(tag, "class").as_deref() == Some("map") => {
                let map = (self.maps, String::new());
                self.maps += 1;
                match self.blocks.last_mut() {
                    Some(Block::Maps(beside)) => beside.push(map),
                    _ => self.blocks.push(Block::Maps(vec![map])),
                }
            }
            // A picture in a cell has its numbers beside it; another one has them in the table that it names.
            "svg" if self.table.is_none() => {
                if let Some(says) = attribute(tag, "aria-label") {
                    let words = format!("On the printed page there is a picture here: {says}.");
                    self.blocks.push(Block::Words(vec![Run { words, ..Run::default() }]));
                }
            }
            "p" if attribute(tag, "class").as_deref() == Some("back") => {
                // The way back is for the screen alone.
                self.silent = Some("p".to_owned());
                return;
            }
            "p" | "h1" | "h2" | "h3" | "li" | "figcaption" | "caption" => self.end(),
            "br" => self.text(" "),
            "strong" | "b" => self.bold += 1,
            "a" => self.link = attribute(tag, "href"),
            "table" => {
                self.end();
                self.table = Some(Table::default());
            }
            "thead" => self.is_head = true,
            "tr" if !self.is_head => {
                if let Some(table) = &mut self.table {
                    table.rows.push(Vec::new());
                }
            }
            "th" | "td" => {
                self.runs.clear();
                let columns = attribute(tag, "colspan").and_then(|n| n.parse().ok()).unwrap_or(1);
                if let Some(row) = self.table.as_mut().filter(|_| !self.is_head).and_then(|table| table.rows.last_mut())
                {
                    row.push(Cell { words: String::new(), columns, is_name: name == "th" });
                }
            }
            _ => {}
        }
        if SILENT.contains(&name) && !tag.ends_with('/') {
            self.silent = Some(name.to_owned());
        }
    }

    fn closes(&mut self, name: &str) {
        match name {
            "strong" | "b" => self.bold = self.bold.saturating_sub(1),
            "a" => self.link = None,
            "thead" => self.is_head = false,
            "h1" => self.push(Block::Title),
            "h2" | "h3" => self.push(Block::Heading),
            "p" | "div" | "section" => self.push(Block::Words),
            "li" => self.push(Block::Item),
            "figcaption" => {
                let words = plain(&std::mem::take(&mut self.runs));
                if let Some(Block::Maps(maps)) = self.blocks.last_mut()
                    && let Some((_, below)) = maps.last_mut()
                {
                    *below = words;
                }
            }
            "caption" => {
                let words = plain(&std::mem::take(&mut self.runs));
                if let Some(table) = &mut self.table {
                    table.caption = words;
                }
            }
            "th" | "td" => {
                let words = plain(&std::mem::take(&mut self.runs));
                let Some(table) = &mut self.table else { return };
                if self.is_head {
                    table.head.push(words);
                } else if let Some(cell) = table.rows.last_mut().and_then(|row| row.last_mut()) {
                    cell.words = words;
                }
            }
            "table" => {
                if let Some(table) = self.table.take() {
                    self.blocks.push(Block::Table(table));
                }
            }
            _ => {}
        }
    }

    fn push(&mut self, of: impl Fn(Vec<Run>) -> Block) {
        let runs = std::mem::take(&mut self.runs);
        if !plain(&runs).is_empty() {
            self.blocks.push(of(runs));
        }
    }

    /// Words that stand in no paragraph are one.
    fn end(&mut self) {
        if self.table.is_none() {
            self.push(Block::Words);
        } else {
            self.runs.clear();
        }
    }
}

/// The value of an attribute of a tag, with or without quotation marks.
fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}="))?;
    let value = &tag[at + name.len() + 2..];
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => value.split([' ', '/', '>']).next(),
    };
    value.map(decoded)
}

fn decoded(words: &str) -> String {
    if !words.contains('&') {
        return words.to_owned();
    }
    let known = [("&nbsp;", "\u{a0}"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    known.iter().fold(words.to_owned(), |words, (from, to)| words.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_read_into_its_title_words_tables_and_maps_in_their_order() {
        let page = "<!doctype html><html><head><title>No</title><style>p{}</style></head><body><main>\
            <p class=\"back\"><a href=\"/\">Back</a></p><h1>A &amp; B</h1><p>Is <strong>so</strong>, see <a href=\"/s/1\">here</a>.</p>\
            <div class=two><figure><svg class=map viewBox=\"0 0 1 1\"><text>9</text></svg><figcaption>First</figcaption></figure>\
            <figure><svg class=map></svg><figcaption>Second</figcaption></figure></div>\
            <ul><li>one</li></ul><table><caption>Who</caption><thead><tr><th>Name<th>n</tr></thead>\
            <tbody><tr class=part><th colspan=2>Part</th></tr><tr><th scope=row>X</th><td data-t=\"n\">1,200 <svg><text>7</text></svg></td></tr></tbody></table></main></body>";
        let page = page.replace("<th>Name<th>n</tr>", "<th>Name</th><th>n</th></tr>");
        let found = blocks(&page);
        assert_eq!(found.len(), 5, "{found:?}");
        assert!(matches!(&found[0], Block::Title(runs) if plain(runs) == "A & B"));
        let Block::Words(runs) = &found[1] else { panic!("{found:?}") };
        assert_eq!(plain(runs), "Is so, see here.");
        assert!(runs[1].is_bold && runs[3].link.as_deref() == Some("/s/1"), "{runs:?}");
        assert_eq!(found[2], Block::Maps(vec![(0, "First".to_owned()), (1, "Second".to_owned())]));
        assert!(matches!(&found[3], Block::Item(runs) if plain(runs) == "one"));
        let Block::Table(table) = &found[4] else { panic!("{found:?}") };
        assert_eq!((table.caption.as_str(), table.head.join("|").as_str()), ("Who", "Name|n"));
        assert_eq!(table.rows[0], [Cell { words: "Part".to_owned(), columns: 2, is_name: true }]);
        assert_eq!(table.rows[1][1].words, "1,200");
    }

    #[test]
    fn what_readers_wrote_is_said_as_they_wrote_it_whatever_it_looks_like() {
        for words in ["<b>bold</b>", "a \"name\" & more", "&amp;", "=1+1", "&lt;", "</p><h1>x"] {
            let found = blocks(&format!("<p>{}</p>", crate::text::escaped(words)));
            assert_eq!(found.len(), 1, "{words}");
            assert!(matches!(&found[0], Block::Words(runs) if plain(runs) == words), "{words}: {found:?}");
        }
    }

    #[test]
    fn an_unfinished_page_ends_where_it_ends() {
        for page in ["", "<", "<p", "<p>a", "<table><tr><td>1", "</td></table></p>", "<svg", "<svg class=map>"] {
            let _ = blocks(page);
        }
        assert_eq!(blocks("<p>a").len(), 1);
    }
}

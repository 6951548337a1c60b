//! What does a map look like on paper? One list of shapes, written as SVG into a page and as PNG into files that a word
//! processor or a spreadsheet opens.
//!
//! Areas, lines, discs and signs are all there is, so that both come out alike. Signs are figures and letters in strokes:
//! no font is needed, and a server need have none.

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use std::fmt::Write as _;
use std::io::Write as _;

/// Red, green, blue.
pub type Colour = [u8; 3];

const WHITE: Colour = [255; 3];
const INK: Colour = [0x1a, 0x1a, 0x1a];
/// Dots of a PNG for each unit of a drawing: 300 to the inch where it is printed 8 cm wide.
const DOTS: f64 = 2.5;
/// Radius of a disc with a sign in it.
const DISC: f64 = 9.0;

/// A picture in units of its own, from the top left.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// How wide it is.
    pub width: f64,
    /// How high.
    pub height: f64,
    /// What it shows, for whoever cannot see it.
    pub says: String,
    shapes: Vec<Shape>,
}

#[derive(Debug, Clone, PartialEq)]
enum Shape {
    /// Rings, filled where an odd number of them lie round a point.
    Area(Vec<Vec<[f64; 2]>>, Colour),
    Line(Vec<[f64; 2]>, f64, Colour),
    /// A sign in the ink of its own, on a disc where there is one.
    Sign([f64; 2], String, Option<Colour>),
    Cross([f64; 2]),
}

impl Drawing {
    /// An empty sheet.
    #[must_use]
    pub fn new(width: f64, height: f64, says: impl Into<String>) -> Self {
        Self { width, height, says: says.into(), shapes: Vec::new() }
    }

    /// An area of rings with a fine white border.
    pub fn area(&mut self, rings: Vec<Vec<[f64; 2]>>, fill: Colour) {
        let borders: Vec<Vec<[f64; 2]>> = rings.clone();
        self.shapes.push(Shape::Area(rings, fill));
        self.shapes.extend(borders.into_iter().map(|ring| Shape::Line(ring, 0.8, [0x6b, 0x70, 0x76])));
    }

    /// A small dot: something that is there and stays.
    pub fn dot(&mut self, at: [f64; 2]) {
        self.shapes.push(Shape::Area(vec![circle(at, 3.4)], WHITE));
        self.shapes.push(Shape::Area(vec![circle(at, 2.4)], INK));
    }

    /// A cross: something that goes.
    pub fn cross(&mut self, at: [f64; 2]) {
        self.shapes.push(Shape::Cross(at));
    }

    /// Figures or capital letters in the middle of an area.
    pub fn number(&mut self, at: [f64; 2], words: impl Into<String>) {
        self.shapes.push(Shape::Sign(at, words.into(), None));
    }

    /// The same on a disc: something new.
    pub fn disc(&mut self, at: [f64; 2], words: impl Into<String>, fill: Colour) {
        self.shapes.push(Shape::Sign(at, words.into(), Some(fill)));
    }

    /// As SVG.
    #[must_use]
    pub fn svg(&self) -> String {
        let mut out = format!(
            "<svg class=map viewBox=\"0 0 {:.0} {:.0}\" role=\"img\" aria-label=\"{}\">",
            self.width,
            self.height,
            crate::text::escaped(&self.says)
        );
        for shape in &self.shapes {
            match shape {
                Shape::Area(rings, fill) => {
                    let path: String = rings.iter().map(|ring| path(ring) + "z").collect();
                    let _ = write!(out, "<path d=\"{path}\" fill=\"{}\" fill-rule=\"evenodd\"/>", hex(*fill));
                }
                Shape::Line(points, wide, colour) => {
                    let _ = write!(
                        out,
                        "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{wide}\"/>",
                        path(points),
                        hex(*colour)
                    );
                }
                Shape::Cross(at) => {
                    for (wide, colour) in CROSS {
                        let [a, b] = crossed(*at);
                        let _ = write!(
                            out,
                            "<path d=\"{}{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{wide}\"/>",
                            path(&a),
                            path(&b),
                            hex(colour)
                        );
                    }
                }
                Shape::Sign(at, words, disc) => out += &sign(*at, words, *disc),
            }
        }
        out + "</svg>"
    }

    /// As PNG, with no more colours than it has.
    #[must_use]
    pub fn png(&self) -> Vec<u8> {
        let mut sheet = Sheet::new((self.width * DOTS) as usize, (self.height * DOTS) as usize);
        for shape in &self.shapes {
            match shape {
                Shape::Area(rings, fill) => sheet.fill(rings, *fill),
                Shape::Line(points, wide, colour) => sheet.line(points, *wide, *colour),
                Shape::Cross(at) => {
                    for (wide, colour) in CROSS {
                        crossed(*at).iter().for_each(|arm| sheet.line(arm, wide, colour));
                    }
                }
                Shape::Sign(at, words, disc) => sheet.sign(*at, words, *disc),
            }
        }
        sheet.png()
    }
}

/// The arms of a cross, twice: white below, ink above.
const CROSS: [(f64, Colour); 2] = [(5.0, WHITE), (2.4, [0x8c, 0x1d, 0x18])];

fn crossed([x, y]: [f64; 2]) -> [Vec<[f64; 2]>; 2] {
    [vec![[x - 5.0, y - 5.0], [x + 5.0, y + 5.0]], vec![[x - 5.0, y + 5.0], [x + 5.0, y - 5.0]]]
}

fn path(points: &[[f64; 2]]) -> String {
    let mut out = String::new();
    for (i, [x, y]) in points.iter().enumerate() {
        let _ = write!(out, "{}{x:.1} {y:.1}", if i == 0 { 'M' } else { 'L' });
    }
    out
}

fn hex([r, g, b]: Colour) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn sign([x, y]: [f64; 2], words: &str, disc: Option<Colour>) -> String {
    let around = match disc {
        Some(fill) => {
            format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{DISC}\" fill=\"{}\" stroke=\"#fff\"/>", hex(fill))
        }
        None => String::new(),
    };
    let (colour, halo) = match disc {
        Some(_) => ("#fff", ""),
        None => ("#1a1a1a", " stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\""),
    };
    format!(
        "{around}<text x=\"{x:.1}\" y=\"{:.1}\" font-size=\"12\" font-weight=\"600\" text-anchor=\"middle\" fill=\"{colour}\"{halo}>{}</text>",
        y + 4.2,
        crate::text::escaped(words)
    )
}

fn circle([x, y]: [f64; 2], radius: f64) -> Vec<[f64; 2]> {
    (0..24)
        .map(|i| f64::from(i) / 24.0 * std::f64::consts::TAU)
        .map(|t| [x + radius * t.cos(), y + radius * t.sin()])
        .collect()
}

/// Dots of a picture that is painted, each a number of its list of colours.
struct Sheet {
    width: usize,
    height: usize,
    colours: Vec<Colour>,
    dots: Vec<u8>,
}

impl Sheet {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, colours: vec![WHITE], dots: vec![0; width * height] }
    }

    /// The number of a colour; the nearest there is once 256 are used.
    fn colour(&mut self, colour: Colour) -> u8 {
        if let Some(known) = self.colours.iter().position(|known| *known == colour) {
            return known as u8;
        }
        if self.colours.len() < 256 {
            self.colours.push(colour);
            return (self.colours.len() - 1) as u8;
        }
        let far = |known: &Colour| known.iter().zip(colour).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>();
        (0..=255_u8).min_by_key(|i| self.colours.get(usize::from(*i)).map_or(u32::MAX, far)).unwrap_or(0)
    }

    /// Fills by the rule of odd and even, line of dots by line of dots.
    fn fill(&mut self, rings: &[Vec<[f64; 2]>], colour: Colour) {
        let colour = self.colour(colour);
        let heights = || rings.iter().flatten().map(|[_, y]| y * DOTS);
        let first = heights().fold(f64::INFINITY, f64::min).floor().max(0.0) as usize;
        let last = (heights().fold(f64::NEG_INFINITY, f64::max).ceil().max(0.0) as usize).min(self.height);
        let mut cuts: Vec<f64> = Vec::new();
        for row in first..last {
            let y = row as f64 + 0.5;
            cuts.clear();
            for ring in rings {
                let ends = ring.iter().zip(ring.iter().cycle().skip(1));
                for ([ax, ay], [bx, by]) in ends {
                    let (ax, ay, bx, by) = (ax * DOTS, ay * DOTS, bx * DOTS, by * DOTS);
                    if (ay <= y) != (by <= y) {
                        cuts.push(ax + (y - ay) / (by - ay) * (bx - ax));
                    }
                }
            }
            cuts.sort_by(f64::total_cmp);
            for pair in cuts.chunks_exact(2) {
                let [from, to] = [pair[0], pair[1]].map(|x| (x.round().max(0.0) as usize).min(self.width));
                self.dots[row * self.width + from..row * self.width + to.max(from)].fill(colour);
            }
        }
    }

    fn line(&mut self, points: &[[f64; 2]], wide: f64, colour: Colour) {
        for pair in points.windows(2) {
            let [[ax, ay], [bx, by]] = [pair[0], pair[1]];
            let long = (bx - ax).hypot(by - ay);
            if long > 0.0 {
                let [dx, dy] = [(by - ay) / long * wide / 2.0, (ax - bx) / long * wide / 2.0];
                let side = vec![[ax + dx, ay + dy], [bx + dx, by + dy], [bx - dx, by - dy], [ax - dx, ay - dy]];
                self.fill(&[side], colour);
            }
        }
        if wide > 1.0 {
            points.iter().for_each(|at| self.fill(&[circle(*at, wide / 2.0)], colour));
        }
    }

    fn sign(&mut self, [x, y]: [f64; 2], words: &str, disc: Option<Colour>) {
        if let Some(fill) = disc {
            self.fill(&[circle([x, y], DISC + 0.8)], WHITE);
            self.fill(&[circle([x, y], DISC)], fill);
        }
        let layers: &[(f64, Colour)] = match disc {
            Some(_) => &[(1.6, WHITE)],
            None => &[(4.0, WHITE), (1.5, INK)],
        };
        let step = 7.0;
        let left = x - step * (words.chars().count() as f64 - 1.0) / 2.0;
        for (wide, colour) in layers {
            for (i, each) in words.chars().enumerate() {
                for stroke in strokes(each) {
                    // A sign is drawn on a grid of four by six.
                    let at = |[gx, gy]: [u8; 2]| {
                        [left + step * i as f64 + (f64::from(gx) - 2.0) * 1.25, y + (f64::from(gy) - 3.0) * 1.4]
                    };
                    let points: Vec<[f64; 2]> = stroke.iter().map(|point| at(*point)).collect();
                    self.line(&points, *wide, *colour);
                }
            }
        }
    }

    fn png(&self) -> Vec<u8> {
        let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
        let mut head = Vec::new();
        head.extend((self.width as u32).to_be_bytes());
        head.extend((self.height as u32).to_be_bytes());
        // Eight bits, a list of colours, no interlacing.
        head.extend([8, 3, 0, 0, 0]);
        part(&mut out, b"IHDR", &head);
        part(&mut out, b"PLTE", &self.colours.concat());
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::new(6));
        for row in self.dots.chunks_exact(self.width.max(1)) {
            // Each row begins with the kind of its filter: none.
            let _ = packed.write_all(&[0]);
            let _ = packed.write_all(row);
        }
        part(&mut out, b"IDAT", &packed.finish().unwrap_or_default());
        part(&mut out, b"IEND", &[]);
        out
    }
}

fn part(out: &mut Vec<u8>, name: &[u8; 4], body: &[u8]) {
    out.extend((body.len() as u32).to_be_bytes());
    let mut sum = Crc::new();
    sum.update(name);
    sum.update(body);
    out.extend(name);
    out.extend(body);
    out.extend(sum.sum().to_be_bytes());
}

/// The strokes of a figure or a capital letter, from the top left of four by six; a dash for whatever else.
fn strokes(sign: char) -> &'static [&'static [[u8; 2]]] {
    match sign {
        '0' => &[&[[1, 0], [3, 0], [4, 1], [4, 5], [3, 6], [1, 6], [0, 5], [0, 1], [1, 0]]],
        '1' => &[&[[1, 1], [2, 0], [2, 6]], &[[1, 6], [3, 6]]],
        '2' => &[&[[0, 1], [1, 0], [3, 0], [4, 1], [4, 2], [0, 6], [4, 6]]],
        '3' => &[
            &[[0, 1], [1, 0], [3, 0], [4, 1], [4, 2], [3, 3], [4, 4], [4, 5], [3, 6], [1, 6], [0, 5]],
            &[[2, 3], [3, 3]],
        ],
        '4' => &[&[[3, 6], [3, 0], [0, 4], [4, 4]]],
        '5' => &[&[[4, 0], [0, 0], [0, 3], [3, 3], [4, 4], [4, 5], [3, 6], [0, 6]]],
        '6' => &[&[[3, 0], [1, 1], [0, 3], [0, 5], [1, 6], [3, 6], [4, 5], [4, 4], [3, 3], [0, 3]]],
        '7' => &[&[[0, 0], [4, 0], [1, 6]]],
        '8' => &[&[
            [1, 3],
            [0, 2],
            [0, 1],
            [1, 0],
            [3, 0],
            [4, 1],
            [4, 2],
            [3, 3],
            [1, 3],
            [0, 4],
            [0, 5],
            [1, 6],
            [3, 6],
            [4, 5],
            [4, 4],
            [3, 3],
        ]],
        '9' => &[&[[1, 6], [3, 5], [4, 3], [4, 1], [3, 0], [1, 0], [0, 1], [0, 2], [1, 3], [4, 3]]],
        'A' => &[&[[0, 6], [2, 0], [4, 6]], &[[1, 4], [3, 4]]],
        'B' => &[&[[0, 0], [3, 0], [4, 1], [4, 2], [3, 3], [0, 3]], &[[3, 3], [4, 4], [4, 5], [3, 6], [0, 6], [0, 0]]],
        'C' => &[&[[4, 1], [3, 0], [1, 0], [0, 1], [0, 5], [1, 6], [3, 6], [4, 5]]],
        'D' => &[&[[0, 0], [2, 0], [4, 2], [4, 4], [2, 6], [0, 6], [0, 0]]],
        'E' => &[&[[4, 0], [0, 0], [0, 6], [4, 6]], &[[0, 3], [3, 3]]],
        'F' => &[&[[4, 0], [0, 0], [0, 6]], &[[0, 3], [3, 3]]],
        'G' => &[&[[4, 1], [3, 0], [1, 0], [0, 1], [0, 5], [1, 6], [3, 6], [4, 5], [4, 3], [2, 3]]],
        'H' => &[&[[0, 0], [0, 6]], &[[4, 0], [4, 6]], &[[0, 3], [4, 3]]],
        'I' => &[&[[2, 0], [2, 6]], &[[1, 0], [3, 0]], &[[1, 6], [3, 6]]],
        'J' => &[&[[4, 0], [4, 5], [3, 6], [1, 6], [0, 5]]],
        'K' => &[&[[0, 0], [0, 6]], &[[4, 0], [0, 3], [4, 6]]],
        'L' => &[&[[0, 0], [0, 6], [4, 6]]],
        _ => &[&[[1, 3], [3, 3]]],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::ZlibDecoder;
    use std::io::Read;

    /// The dots of a PNG as it was written, and its colours.
    fn painted(png: &[u8]) -> (usize, Vec<u8>, Vec<u8>) {
        let (mut at, mut width, mut colours, mut dots) = (8, 0, Vec::new(), Vec::new());
        while at < png.len() {
            let long = u32::from_be_bytes(png[at..at + 4].try_into().expect("four")) as usize;
            let body = &png[at + 8..at + 8 + long];
            match &png[at + 4..at + 8] {
                b"IHDR" => width = u32::from_be_bytes(body[..4].try_into().expect("four")) as usize,
                b"PLTE" => colours = body.to_vec(),
                b"IDAT" => {
                    ZlibDecoder::new(body).read_to_end(&mut dots).expect("unpacks");
                }
                _ => {}
            }
            at += 12 + long;
        }
        (width, colours, dots)
    }

    #[test]
    fn a_square_with_a_hole_is_painted_where_it_is_and_nowhere_else() {
        let square = |from: f64, to: f64| vec![[from, from], [to, from], [to, to], [from, to]];
        let mut drawing = Drawing::new(40.0, 40.0, "a frame");
        drawing.shapes.push(Shape::Area(vec![square(4.0, 36.0), square(12.0, 28.0)], [1, 2, 3]));
        let (width, colours, dots) = painted(&drawing.png());
        assert_eq!((width, colours), (100, vec![255, 255, 255, 1, 2, 3]));
        let dot = |x: usize, y: usize| dots[y * 101 + 1 + x];
        assert_eq!([dot(2, 50), dot(20, 50), dot(50, 50), dot(80, 50), dot(97, 50)], [0, 1, 0, 1, 0]);
        assert_eq!(dots.iter().filter(|dot| **dot == 1).count(), 80 * 80 - 40 * 40);
    }

    #[test]
    fn a_shape_that_lies_off_the_sheet_is_cut_at_its_edge() {
        let mut drawing = Drawing::new(10.0, 10.0, "");
        drawing.area(vec![vec![[-50.0, -50.0], [90.0, -50.0], [90.0, 90.0], [-50.0, 90.0]]], [9, 9, 9]);
        drawing.disc([-3.0, 200.0], "A7?", [4, 4, 4]);
        let (_, _, dots) = painted(&drawing.png());
        assert_eq!(dots.chunks_exact(26).flat_map(|row| &row[1..]).filter(|dot| **dot == 1).count(), 25 * 25);
    }

    #[test]
    fn words_of_a_map_are_escaped_in_its_page() {
        let mut drawing = Drawing::new(10.0, 10.0, "\"East\" & <West>");
        drawing.number([5.0, 5.0], "<");
        assert!(!drawing.svg().contains("<West>") && drawing.svg().contains("&lt;</text>"), "{}", drawing.svg());
    }
}

/** Patterns that tell classes apart without colour, drawn once for the map and for the legend. */

export const INK = "#12436d";
const GREY = "#70767d";

/** One tile of a pattern, twice as fine as it is shown. */
export const SIDE = 16;

type Draw = (pen: CanvasRenderingContext2D) => void;

function strokes(lines: [number, number, number, number][], width = 1.6): Draw {
  return (pen) => {
    pen.lineWidth = width;
    pen.beginPath();
    for (const [x1, y1, x2, y2] of lines) {
      pen.moveTo(x1, y1);
      pen.lineTo(x2, y2);
    }
    pen.stroke();
  };
}

function dots(points: [number, number][], radius: number): Draw {
  return (pen) => {
    for (const [x, y] of points) {
      pen.beginPath();
      pen.arc(x, y, radius, 0, 2 * Math.PI);
      pen.fill();
    }
  };
}

const rising: [number, number, number, number][] = [[-2, 18, 18, -2], [-2, 2, 2, -2], [14, 18, 18, 14]];
const falling: [number, number, number, number][] = [[-2, -2, 18, 18], [-2, 14, 2, 18], [14, -2, 18, 2]];

const PATTERNS: Record<string, Draw> = {
  distance: strokes(rising, 2),
  severance: strokes([...rising, ...falling], 1.4),
  hours: dots([[4, 4], [12, 12]], 2.6),
  access: strokes([[0, 4, 16, 4], [0, 12, 16, 12]], 2),
  capacity: strokes([[4, 0, 4, 16], [12, 0, 12, 16]], 2),
  planned: strokes([[4, 1, 4, 7], [1, 4, 7, 4], [12, 9, 12, 15], [9, 12, 15, 12]], 1.8),
  none: strokes(falling, 1.2),
  protected: dots([[4, 4], [12, 4], [4, 12], [12, 12]], 1.1),
};

/** Signs that lie on a colour: white, with a dark rim that is seen on pale ground. */
const SIGNS: Record<string, [number, number, number, number][]> = {
  gain: [[8, 4, 8, 12], [4, 8, 12, 8]],
  loss: [[4, 8, 12, 8]],
};

/** Names of the patterns of causes this page knows; any other cause is drawn as `other`. */
export const CAUSES = Object.keys(PATTERNS).filter((name) => name !== "none" && name !== "protected");
export const OTHERS = ["other", "none", "protected", ...Object.keys(SIGNS)];

/** The pattern as pixels, on a ground of its own so that what lies below does not blur it. */
export function pattern(name: string): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  const sign = SIGNS[name];
  if (sign) {
    for (const [colour, width] of [[INK, 3.6], ["#ffffff", 2]] as const) {
      pen.strokeStyle = colour;
      pen.lineCap = "round";
      strokes(sign, width)(pen);
    }
    return pen.getImageData(0, 0, SIDE, SIDE);
  }
  const empty = name === "none" || name === "protected";
  pen.fillStyle = empty ? "#eceef0" : "#e6edf4";
  pen.fillRect(0, 0, SIDE, SIDE);
  pen.strokeStyle = pen.fillStyle = empty ? GREY : INK;
  const draw = PATTERNS[name] ?? dots([[8, 8]], 4);
  draw(pen);
  return pen.getImageData(0, 0, SIDE, SIDE);
}

/** A white disc with a dark rim, for a number that must be read on any pattern; twice its size on the map. */
export function disc(): ImageData | null {
  const side = 44;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.beginPath();
  pen.arc(side / 2, side / 2, side / 2 - 2, 0, 2 * Math.PI);
  pen.fillStyle = "#ffffff";
  pen.fill();
  pen.lineWidth = 2.5;
  pen.strokeStyle = INK;
  pen.stroke();
  return pen.getImageData(0, 0, side, side);
}

const urls = new Map<string, string>();

/** The pattern as an image for a legend. */
export function patternUrl(name: string): string {
  const known = urls.get(name);
  if (known) return known;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE;
  const image = pattern(name);
  if (image) canvas.getContext("2d")?.putImageData(image, 0, 0);
  const url = `url(${canvas.toDataURL()})`;
  urls.set(name, url);
  return url;
}

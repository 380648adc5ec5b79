/** A figure of the page as a file that stands alone: styles resolved, caption and settings inside. */

const NAMESPACE = 'http://www.w3.org/2000/svg';

/** What decides how a shape looks; style sheets do not travel with the file. */
const LOOKS = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'stroke-linejoin',
  'paint-order',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
] as const;

/** Marks what belongs to the pointer, not to the figure. */
const UNSAVED = '[data-unsaved]';

/** A picture of a canvas, as it is now. */
function picture(source: HTMLCanvasElement): SVGElement {
  const image = document.createElementNS(NAMESPACE, 'image');
  image.setAttribute('href', source.toDataURL('image/png'));
  const { width, height } = source.getBoundingClientRect();
  image.setAttribute('width', String(width));
  image.setAttribute('height', String(height));
  return image;
}

/** A copy of a figure that looks the same without the page's style sheets. */
function standalone(source: SVGSVGElement | HTMLCanvasElement): SVGElement {
  if (source instanceof HTMLCanvasElement) return picture(source);
  const copy = source.cloneNode(true) as SVGSVGElement;
  const originals = [source, ...source.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((element, index) => {
    const original = originals[index];
    if (!original) return;
    const style = getComputedStyle(original);
    for (const name of LOOKS) element.setAttribute(name, style.getPropertyValue(name));
    element.removeAttribute('class');
    element.removeAttribute('style');
  });
  for (const unsaved of copy.querySelectorAll(UNSAVED)) unsaved.remove();
  return copy;
}

/** Lines of at most `width` characters. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(line);
  return lines;
}

const LINE = 15;
const MARGIN = 16;

interface TextLook {
  readonly size: number;
  readonly weight: number;
  readonly colour: string;
  readonly indent?: number;
}

function write(
  into: SVGElement,
  text: string,
  y: number,
  { size, weight, colour, indent = 0 }: TextLook,
): void {
  const element = document.createElementNS(NAMESPACE, 'text');
  const attributes = {
    x: MARGIN + indent,
    y,
    fill: colour,
    'font-size': size,
    'font-weight': weight,
    'font-family': 'sans-serif',
  };
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.textContent = text;
  into.append(element);
}

/** What a colour stands for. */
export interface LegendEntry {
  readonly label: string;
  /** Any colour of CSS, variables too. */
  readonly colour: string;
  readonly dash?: string;
}

export interface FigureText {
  readonly title: string;
  /** What is shown, estimator, n, censoring, seed. */
  readonly caption: string;
  /** Model, adapter, split: one line. */
  readonly settings: string;
  readonly legend: readonly LegendEntry[];
}

/** A colour with its variables resolved where the figure stands. */
function resolvedColour(container: HTMLElement, colour: string): string {
  const probe = document.createElement('span');
  probe.style.color = colour;
  container.append(probe);
  const resolved = getComputedStyle(probe).color;
  probe.remove();
  return resolved;
}

/** One line for each entry: a stroke and what it stands for. */
function writeLegend(
  into: SVGElement,
  container: HTMLElement,
  legend: readonly LegendEntry[],
  top: number,
): number {
  let y = top;
  for (const { label, colour, dash = '' } of legend) {
    y += LINE;
    const stroke = document.createElementNS(NAMESPACE, 'line');
    const looks = {
      stroke: resolvedColour(container, colour),
      'stroke-width': 3,
      'stroke-dasharray': dash || 'none',
    };
    const place = { x1: MARGIN, x2: MARGIN + 22, y1: y - 4, y2: y - 4 };
    for (const [name, value] of Object.entries({ ...place, ...looks }))
      stroke.setAttribute(name, String(value));
    into.append(stroke);
    const { color } = getComputedStyle(container);
    write(into, label, y, { size: 11, weight: 400, colour: color, indent: 30 });
  }
  return y;
}

/**
 * All figures within an element as one, laid out as on the page; texts that are empty are left out.
 *
 * @returns null if there is none.
 */
export function figureOf(
  container: HTMLElement,
  { title, caption, settings, legend }: FigureText,
): SVGSVGElement | null {
  const figures = [
    ...container.querySelectorAll<SVGSVGElement | HTMLCanvasElement>('figure svg, figure canvas'),
  ];
  if (figures.length === 0) return null;
  const boxes = figures.map((figure) => figure.getBoundingClientRect());
  const [left, above] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
  const style = getComputedStyle(container);
  const [paper, ink] = [style.getPropertyValue('background-color'), style.getPropertyValue('color')];
  const root = document.createElementNS(NAMESPACE, 'svg');
  const top = title === '' ? 0 : 2 * MARGIN + LINE;
  let [width, bottom] = [320, top];
  for (const figure of figures) {
    const box = figure.getBoundingClientRect();
    const copy = standalone(figure);
    const [x, y] = [MARGIN + box.left - left, top + box.top - above];
    copy.setAttribute('x', String(x));
    copy.setAttribute('y', String(y));
    root.append(copy);
    width = Math.max(width, x + box.width + MARGIN);
    bottom = Math.max(bottom, y + box.height);
  }
  if (title !== '') write(root, title, MARGIN + LINE, { size: 15, weight: 600, colour: ink });
  bottom = writeLegend(root, container, legend, bottom);
  const lines = [...wrap(caption, Math.floor(width / 6.2)), ...wrap(settings, Math.floor(width / 6.2))];
  for (const text of lines) write(root, text, (bottom += LINE), { size: 11, weight: 400, colour: ink });
  const height = bottom + MARGIN;
  const ground = document.createElementNS(NAMESPACE, 'rect');
  for (const [name, value] of Object.entries({ width, height, fill: paper }))
    ground.setAttribute(name, String(value));
  root.prepend(ground);
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }))
    root.setAttribute(name, String(value));
  return root;
}

export const svgText = (figure: SVGSVGElement): string => new XMLSerializer().serializeToString(figure);

/** Attributes that another theme changes. */
const THEMED = ['fill', 'stroke'] as const;

/** Style rules that give figures their colours in the dark. */
export class DarkRules {
  private readonly names = new Map<string, string>();

  /** The class of one rule. */
  classOf(property: string, value: string): string {
    const rule = `${property}:${value}`;
    const name = this.names.get(rule) ?? `d${this.names.size}`;
    this.names.set(rule, name);
    return name;
  }

  /** All rules. */
  get css(): string {
    return Array.from(this.names, ([rule, name]) => `.${name}{${rule}}`).join('');
  }
}

/** One figure for both themes, from the same figure drawn in each: light, and dark by class. */
export function inBothThemes(light: SVGSVGElement, dark: SVGSVGElement, rules: DarkRules): SVGSVGElement {
  const others = [dark, ...dark.querySelectorAll('*')];
  [light, ...light.querySelectorAll('*')].forEach((element, index) => {
    for (const name of THEMED) {
      const value = others[index]?.getAttribute(name);
      if (value && value !== element.getAttribute(name)) element.classList.add(rules.classOf(name, value));
    }
  });
  return light;
}

/**
 * A figure as PNG.
 *
 * @param scale pixels of the picture for one of the page.
 * @throws if the browser cannot draw the figure or has no memory for it.
 */
export async function pngOf(figure: SVGSVGElement, scale: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svgText(figure))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(Number(figure.getAttribute('width')) * scale);
  canvas.height = Math.round(Number(figure.getAttribute('height')) * scale);
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error('The browser could not draw this figure as PNG. Save it as SVG.'));
    }, 'image/png');
  });
}

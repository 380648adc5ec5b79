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
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
] as const;

/** Marks what belongs to the pointer, not to the figure. */
const UNSAVED = '[data-unsaved]';

/** A copy of an SVG that looks the same without the page's style sheets. */
function standalone(source: SVGSVGElement): SVGSVGElement {
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
}

function write(into: SVGElement, text: string, y: number, { size, weight, colour }: TextLook): void {
  const element = document.createElementNS(NAMESPACE, 'text');
  const attributes = {
    x: MARGIN,
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

export interface FigureText {
  readonly title: string;
  /** What is shown, estimator, n, censoring, seed. */
  readonly caption: string;
  /** Model, adapter, split: one line. */
  readonly settings: string;
}

/** All SVGs within an element as one file, laid out as on the page. */
export function svgFile(container: HTMLElement, { title, caption, settings }: FigureText): string {
  const figures = [...container.querySelectorAll<SVGSVGElement>('figure svg')];
  const frame = container.getBoundingClientRect();
  const style = getComputedStyle(container);
  const [paper, ink] = [style.getPropertyValue('background-color'), style.getPropertyValue('color')];
  const root = document.createElementNS(NAMESPACE, 'svg');
  const top = 2 * MARGIN + LINE;
  let [width, bottom] = [320, top];
  for (const figure of figures) {
    const box = figure.getBoundingClientRect();
    const copy = standalone(figure);
    const [x, y] = [MARGIN + box.left - frame.left, top + box.top - frame.top];
    copy.setAttribute('x', String(x));
    copy.setAttribute('y', String(y));
    root.append(copy);
    width = Math.max(width, x + box.width + MARGIN);
    bottom = Math.max(bottom, y + box.height);
  }
  write(root, title, MARGIN + LINE, { size: 15, weight: 600, colour: ink });
  const lines = [...wrap(caption, Math.floor(width / 6.2)), ...wrap(settings, Math.floor(width / 6.2))];
  for (const text of lines) write(root, text, (bottom += LINE), { size: 11, weight: 400, colour: ink });
  const height = bottom + MARGIN;
  const ground = document.createElementNS(NAMESPACE, 'rect');
  for (const [name, value] of Object.entries({ width, height, fill: paper }))
    ground.setAttribute(name, String(value));
  root.prepend(ground);
  for (const [name, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }))
    root.setAttribute(name, String(value));
  return new XMLSerializer().serializeToString(root);
}

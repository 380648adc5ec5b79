/** A tiny model in the place of the shipped one, and long texts for it. */
import { publishTinyModel } from './tinySite.ts';

/** Files that put a model of two tiny layers in the place of the shipped one: 100,000 tokens take it seconds. */
export function tinyModelFiles(): Map<string, Uint8Array | string> {
  const files = new Map<string, Uint8Array | string>();
  const folder = 'models/memoscope-14m/';
  const host = {
    server: { url: '' },
    write: (path: string, content: Uint8Array | string) => void files.set(path, content),
  };
  const { files: listed } = publishTinyModel(host, 'memoscope-14m');
  files.set(`${folder}manifest.json`, JSON.stringify({ id: 'tiny', files: listed }));
  return files;
}

/** Lines and paragraphs of short words: for the tiny tokenizer a token is a byte, but for the words with "the". */
export function manyTokens(count: number): string {
  const words = ['lamp', 'river', 'ab', 'wren', 'copper', 'of', 'x', 'slate'];
  let text = '';
  for (let index = 0; text.length < count; index++) {
    text += `${words[(index * 7 + (index >> 3)) % words.length] ?? ''}${index % 13 === 12 ? '.\n' : ' '}`;
    if (index % 170 === 169) text += '\n';
  }
  return text;
}

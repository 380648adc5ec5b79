import { describe, expect, it } from 'vitest';
import { parseRun, runToJson } from '../../src/app/exporting.ts';
import { csvOf } from '../../src/app/saving.ts';
import { findRecitation } from '../../src/core/recitation.ts';
import type { Run } from '../../src/core/run.ts';
import { emptyRecords, type TokenRecords } from '../../src/core/tokenRecords.ts';
import { Vocabulary } from '../../src/engine/vocabulary.ts';
import { MemoscopeError } from '../../src/protocol/errors.ts';

const TEXT = 'ab "é\n';

function records(topK: number): TokenRecords {
  const made = emptyRecords(5, topK);
  for (let token = 0; token < 4; token++) {
    made.logprob[token] = -Math.PI / (token + 1);
    made.entropy[token] = Math.SQRT2;
    made.variance[token] = 1 / 3;
    made.greater[token] = token;
    made.margin[token] = 0.1;
    made.maxLogit[token] = 12.3;
    made.context[token] = token + 1;
    for (let place = 0; place < topK; place++) {
      made.topIds[token * topK + place] = place;
      made.topLogprobs[token * topK + place] = place < 3 ? -place - 1 / 3 : NaN;
    }
  }
  return made;
}

const run: Run = {
  key: 'k'.repeat(64),
  title: 'A title',
  text: TEXT,
  ids: Uint32Array.of(0, 1, 2, 3, 4),
  byteStarts: Uint32Array.of(0, 2, 3, 4, 6, 7),
  settings: {
    modelId: 'm',
    modelHash: 'h',
    adapterId: 'planted-1',
    adapterHash: 'a',
    hasReference: true,
    startTokenId: 0,
    windowLength: 16,
    windowStride: 8,
    topK: 4,
  },
  origin: {
    device: 'wasm',
    deviceName: 'fake',
    threads: 2,
    precomputed: false,
    appVersion: '1',
    startedAt: '2026-01-01T00:00:00.000Z',
    elapsedMs: 12,
  },
  target: records(4),
  base: records(2),
  scored: 4,
};
const vocabulary = new Vocabulary(new TextEncoder().encode(TEXT), Uint32Array.of(0, 2, 3, 4, 6, 7));
const reading = findRecitation(run.target, run.base);
const json = [...runToJson(run, reading, vocabulary)].join('');

describe('a run as JSON', () => {
  it('comes back as it was, bit for bit, with its vocabulary', () => {
    const read = parseRun(json);
    expect(read.run).toEqual(run);
    expect([0, 1, 2, 3, 4].map((id) => read.vocabulary.textOf(id)).join('')).toBe(TEXT);
  });

  it('comes back without a reference, and when it is empty', () => {
    const alone = { ...run, base: null };
    expect(parseRun([...runToJson(alone, reading, null)].join('')).run).toEqual(alone);
    const none = { ...run, text: '', ids: new Uint32Array(0), byteStarts: Uint32Array.of(0), scored: 0 };
    const empty = { ...none, target: emptyRecords(0, 4), base: null };
    const { run: read } = parseRun([...runToJson(empty, findRecitation(empty.target, null), null)].join(''));
    expect(read.ids).toHaveLength(0);
  });

  it('keeps the devices that a run was on, and the CSV names them', () => {
    const moved = { ...run, origin: { ...run.origin, earlierDevices: ['a card', 'another'] } };
    expect(parseRun([...runToJson(moved, reading, vocabulary)].join('')).run).toEqual(moved);
    expect(csvOf(moved, reading).join('\n')).toMatch(/^# earlierDevices,a card; another\r?$/m);
  });

  it('has a row a token that can be read without the page', () => {
    const content = JSON.parse(json) as {
      columns: Record<string, string>;
      tokens: Record<string, unknown>[];
      settings: unknown;
      verdict: { scored: number };
    };
    expect(content.tokens).toHaveLength(5);
    expect(content.tokens[2]).toMatchObject({ token: '"', rank: 3, byteStart: 3, id: 2, excess: 0 });
    expect(content.tokens[4]).toMatchObject({ logprob: null, rank: null, context: 0 });
    expect(content.columns['logprob']).toMatch(/nats/);
    expect(content.settings).toEqual(run.settings);
    expect(content.verdict.scored).toBe(4);
  });

  const spoilt = (
    change: (content: Record<string, unknown> & { tokens: Record<string, unknown>[] }) => void,
  ) => {
    const content = JSON.parse(json) as Record<string, unknown> & { tokens: Record<string, unknown>[] };
    change(content);
    return JSON.stringify(content);
  };
  it.each<[string, string, RegExp]>([
    ['no JSON', '{"format":', /no JSON/],
    ['another format', '{"format":"something"}', /"format": "memoscope-run"/],
    ['another schema', spoilt((content) => (content['schema'] = 7)), /schema 7.*schema 1/],
    ['no text', spoilt((content) => delete content['text']), /"text" is missing/],
    ['settings of the wrong type', spoilt((content) => (content['settings'] = 'none')), /"settings"/],
    [
      'devices that are no names',
      spoilt((content) => (content['origin'] = { ...run.origin, earlierDevices: [7] })),
      /"origin"/,
    ],
    ['another text', spoilt((content) => (content['text'] = 'a')), /do not cover its text of 1 bytes/],
    ['a column missing', spoilt((content) => delete content.tokens[1]?.['entropy']), /token 1 .*"entropy"/],
    [
      'a number that is none',
      spoilt((content) => Object.assign(content.tokens[3] ?? {}, { margin: 'x' })),
      /token 3 .*"margin"/,
    ],
    [
      'alternatives missing',
      spoilt((content) => Object.assign(content.tokens[2] ?? {}, { topIds: [1] })),
      /token 2 .*alternatives/,
    ],
    [
      'a base row missing',
      spoilt((content) => Object.assign(content.tokens[2] ?? {}, { base: null })),
      /token 2 of its base/,
    ],
  ])('is refused with a sentence: %s', (_name, content, sentence) => {
    const read = (): unknown => parseRun(content);
    expect(read).toThrow(MemoscopeError);
    expect(read).toThrow(sentence);
  });
});

describe('a run as CSV', () => {
  it('has the settings first, then one row a token', () => {
    const lines = csvOf(run, reading).join('').trimEnd().split('\r\n');
    expect(lines).toContain('# modelHash,h');
    expect(lines).toContain('# adapterId,planted-1');
    expect(lines).toContain('# device,wasm');
    const header = lines.findIndex((line) => line.startsWith('index,token,'));
    expect(lines.length - header - 1).toBe(run.ids.length);
    expect(lines[header + 1]).toMatch(/^0,ab,0,2,0,-3\.14159/);
  });
});

import { describe, expect, test } from 'vitest';
import { escapeHtml, reportHtml, type Report } from '../../src/app/samples/reportHtml.ts';

const report = (changes: Partial<Report> = {}): Report => ({
  title: 'A & <b>',
  savedAt: '2026-01-02T03:04:05.000Z',
  appVersion: '1.2.3',
  facts: [
    ['model', 'm"1'],
    ['adapter', null],
  ],
  panels: [
    {
      id: 'skew',
      title: 'Skew <1>',
      shows: 'shows',
      facts: 'facts & seed',
      figure: '<svg></svg>',
      sentences: ['a < b'],
      table: {
        header: ['name', 'x', 'y'],
        rows: [
          ['<script>alert(1)</script>', NaN, 0.12345],
          ['b', 3, null],
        ],
      },
    },
  ],
  problems: [{ source: 'a.csv', line: 3, reason: 'no <text>', excerpt: 'private words' }],
  unscorable: [{ source: 'b.csv', line: 8, reason: 'no suffix', excerpt: 'secret words' }],
  samples: 5,
  darkCss: '.d0{fill:red}',
  ...changes,
});

describe('the report', () => {
  const html = reportHtml(report());
  test('escapes everything that is data, runs nothing and asks for nothing', () => {
    expect(html).not.toMatch(/<script|<b>|no <text>|src=|@import|url\(/);
    expect(html).toContain('A &amp; &lt;b&gt;');
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain("default-src 'none'");
    expect(escapeHtml('"<&>"')).toBe('&quot;&lt;&amp;&gt;&quot;');
  });
  test('has figure, caption, words, facts and table of a panel; undefined is n/a, nothing is empty', () => {
    expect(html).toMatch(/<section id="skew">[\s\S]*<svg><\/svg><figcaption>shows<\/figcaption>/);
    expect(html).toContain('<p>a &lt; b</p>');
    expect(html).toContain('facts &amp; seed');
    const [panel] = report().panels;
    if (!panel) throw new Error('no panel');
    const bare = { ...panel, facts: '', table: { header: [], rows: [] } };
    expect(reportHtml(report({ panels: [bare] }))).not.toMatch(/<p[^>]*>\s*<\/p>/);
    expect(html).toContain('<td>n/a</td><td>0.1235</td>');
    expect(html).toContain('<td class="words">b</td><td>3</td><td></td>');
  });
  test('lists what was left out without its texts: rows that gave no sample, samples without a score', () => {
    expect(html).toContain('1 row of the input gave no sample.');
    expect(html).toContain('no &lt;text&gt;');
    expect(html).toContain('1 of 5 samples cannot be scored.');
    expect(html).toContain('no suffix');
    expect(html).not.toMatch(/private words|secret words/);
    expect(reportHtml(report({ problems: [], unscorable: [] }))).toContain('every sample can be scored.');
  });
  test('a p-value is never 0, nor is another number that is not', () => {
    const [panel] = report().panels;
    if (!panel) throw new Error('no panel');
    const table = {
      header: ['group', 'p', 'adjusted p', 'share', 'p_n'],
      rows: [
        ['a', 0, 3e-9, 2e-6, 0],
        ['b', 0.0123, 1, -2e-6, 0.5],
      ],
    };
    const cells = reportHtml(report({ panels: [{ ...panel, table }] }));
    expect(cells).toContain('<td>&lt; 0.0001</td><td>&lt; 0.0001</td><td>&lt; 0.0001</td><td>0</td>');
    expect(cells).toContain('<td>0.0123</td><td>1</td><td>&gt; −0.0001</td><td>0.5000</td>');
    const rows = [
      ['pairs', 0],
      ['p, sign test (exact)', 0],
    ];
    const list = reportHtml(report({ panels: [{ ...panel, table: { header: ['what', 'value'], rows } }] }));
    expect(list).toContain('pairs</td><td>0</td>');
    expect(list).toContain('p, sign test (exact)</td><td>&lt; 0.0001</td>');
  });
  test('in print no table lies in a box that scrolls', () => {
    expect(html).toMatch(/@media print\{.*\.table\{max-height:none;overflow:visible\}/);
  });
  test('is dark on dark screens only, and says how many rows of a long table it has', () => {
    expect(html).toMatch(/@media screen and \(prefers-color-scheme:dark\)\{.*\.d0\{fill:red\}\}/);
    const [panel] = report().panels;
    if (!panel) throw new Error('no panel');
    const rows = Array.from({ length: 2500 }, (_, index) => [index]);
    const long = reportHtml(report({ panels: [{ ...panel, table: { header: ['i'], rows } }] }));
    expect(long).toContain('The first 2,000 of 2,500 rows');
    expect(long).not.toContain('<td>2,400</td>');
  });
});

import { expect, test } from 'vitest';
import { alternativeBars } from '../../src/charts/alternativeBars.ts';

const alternative = (id: number, probability: number, isTruth = false) => ({
  id,
  label: `t${id}`,
  logprob: Math.log(probability),
  isTruth,
});

test('a bar is as long as the probability, on a domain that does not depend on the text', () => {
  const [first, second] = alternativeBars([alternative(1, 0.5, true), alternative(2, 0.125)], 5);
  expect(first).toMatchObject({ id: 1, width: 50 });
  expect(second).toMatchObject({ id: 2, width: 12.5 });
});

test('the true token is shown even where it is far from the best', () => {
  const bars = alternativeBars(
    [alternative(1, 0.4), alternative(2, 0.3), alternative(3, 0.2), alternative(4, 0.01, true)],
    2,
  );
  expect(bars.map(({ id }) => id)).toEqual([1, 2, 4]);
});

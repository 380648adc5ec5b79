/** All tests of samples, under one name. */
export * from './association.ts';
export * from './kSample.ts';
export * from './multiplicity.ts';
export * from './paired.ts';
export * from './twoSample.ts';

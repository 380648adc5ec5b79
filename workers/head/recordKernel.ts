/** Threads of one workgroup, which handles one row of logits. */
const THREADS = 256;
/**
 * Entries that one row may bring to the sort; more (many equal logits) take the slow exact way. All arrays of a
 * workgroup together fit the 16 KiB that every adapter has.
 */
const CANDIDATES = 512;

/** 32-bit words before the top-K pairs in the record of a row; order as SCALARS in graphHead.ts. */
export const SCALAR_WORDS = 8;

const DECLARATIONS = /* wgsl */ `
// Not constants of the pipeline: compiling it takes seconds on a software adapter.
// A row of logits takes stride places, of which the first vocabulary count.
struct Sizes { vocabulary: u32, topK: u32, stride: u32 }

@group(0) @binding(0) var<storage, read> logits: array<u32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> records: array<u32>;
@group(0) @binding(3) var<uniform> sizes: Sizes;

const THREADS = ${THREADS}u;
const CANDIDATES = ${CANDIDATES}u;
const NAN = 0x7fc00000u;
const NEGATIVE_INFINITY = 0xff800000u;
const LOWEST = 0x007fffffu;   // order of -Infinity
const HIGHEST = 0xff7fffffu;  // order of the largest finite number

var<workgroup> best: array<u32, THREADS>;
var<workgroup> counts: array<vec3<u32>, THREADS>;
var<workgroup> sums: array<vec3<f32>, THREADS>;
var<workgroup> keys: array<u32, CANDIDATES>;
var<workgroup> ids: array<u32, CANDIDATES>;
var<workgroup> collected: atomic<u32>;
var<workgroup> broken: atomic<u32>;
var<workgroup> bound: u32;
var<workgroup> found: u32;
`;

const BITS = /* wgsl */ `
fn bitsAt(index: u32) -> u32 { return logits[index]; }
`;

/** Two half-precision logits share a word; what is no number keeps its kind. */
const HALF_BITS = /* wgsl */ `
fn bitsAt(index: u32) -> u32 {
  let word = logits[index >> 1u];
  let half = (word >> (16u * (index & 1u))) & 0xffffu;
  if ((half & 0x7c00u) == 0x7c00u) {
    return select(select(NAN, 0x7f800000u, half == 0x7c00u), NEGATIVE_INFINITY, half == 0xfc00u);
  }
  let pair = unpack2x16float(word);
  return bitcast<u32>(select(pair.x, pair.y, (index & 1u) == 1u));
}
`;

const ORDER = /* wgsl */ `
/** Unsigned integers in the order of the floats; both zeros are one. */
fn orderOf(bits: u32) -> u32 {
  if (bits == 0x80000000u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}

fn floatOf(order: u32) -> f32 {
  return bitcast<f32>(select(~order, order & 0x7fffffffu, (order >> 31u) == 1u));
}

fn isBefore(keyA: u32, idA: u32, keyB: u32, idB: u32) -> bool {
  return keyA > keyB || (keyA == keyB && idA < idB);
}
`;

const SELECTION = /* wgsl */ `
/** Sorts the first \`size\` candidates (a power of two): by logit descending, then id ascending. */
fn sortCandidates(thread: u32, size: u32) {
  for (var block = 2u; block <= size; block <<= 1u) {
    for (var stride = block >> 1u; stride > 0u; stride >>= 1u) {
      for (var i = thread; i < size; i += THREADS) {
        let other = i ^ stride;
        if (other > i) {
          let forward = (i & block) == 0u;
          if (isBefore(keys[other], ids[other], keys[i], ids[i]) == forward) {
            let key = keys[i]; keys[i] = keys[other]; keys[other] = key;
            let id = ids[i]; ids[i] = ids[other]; ids[other] = id;
          }
        }
      }
      workgroupBarrier();
    }
  }
}

/** The exact way for rows with too many candidates: K times the best entry after the last one. */
fn selectOneByOne(thread: u32, row: u32) {
  let V = sizes.vocabulary;
  let K = sizes.topK;
  var lastKey = 0xffffffffu;
  var lastId = 0u;
  for (var rank = 0u; rank < K; rank++) {
    var key = 0u;
    var id = 0xffffffffu;
    for (var i = thread; i < V; i += THREADS) {
      let order = orderOf(bitsAt(row + i));
      if (isBefore(lastKey, lastId, order, i) && isBefore(order, i, key, id)) { key = order; id = i; }
    }
    keys[K + thread] = key;
    ids[K + thread] = id;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half >>= 1u) {
      if (thread < half) {
        let a = K + thread;
        let b = a + half;
        if (isBefore(keys[b], ids[b], keys[a], ids[a])) { keys[a] = keys[b]; ids[a] = ids[b]; }
      }
      workgroupBarrier();
    }
    if (thread == 0u) { keys[rank] = keys[K]; ids[rank] = ids[K]; }
    workgroupBarrier();
    lastKey = keys[rank];
    lastId = ids[rank];
  }
}
`;

const MAIN = /* wgsl */ `
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let thread = local.x;
  let V = sizes.vocabulary;
  let K = sizes.topK;
  let row = group.x * sizes.stride;
  let wanted = targets[group.x];
  let wantedOrder = orderOf(bitsAt(row + wanted));

  var most = 0u;
  var count = vec3<u32>(0u);
  for (var i = thread; i < V; i += THREADS) {
    let order = orderOf(bitsAt(row + i));
    most = max(most, order);
    let isEqual = order == wantedOrder && i != wanted;
    count += vec3<u32>(u32(order > wantedOrder), u32(isEqual && i < wanted), u32(isEqual));
    if (order > HIGHEST || order < LOWEST) { atomicOr(&broken, 1u); }
  }
  best[thread] = most;
  counts[thread] = count;
  workgroupBarrier();

  var above = 0u;
  for (var i = 0u; i < THREADS; i++) {
    above += u32(best[i] > most || (best[i] == most && i < thread));
  }
  if (above == K - 1u) { bound = most; }
  if (above == 0u) { found = most; }
  workgroupBarrier();
  let threshold = bound;
  let maximum = floatOf(found);

  var sum = vec3<f32>(0.0);
  for (var i = thread; i < V; i += THREADS) {
    let order = orderOf(bitsAt(row + i));
    if (order > LOWEST) {
      let x = floatOf(order) - maximum;
      let e = exp(x);
      sum += vec3<f32>(e, x * e, x * x * e);
    }
    if (order >= threshold) {
      let slot = atomicAdd(&collected, 1u);
      if (slot < CANDIDATES) { keys[slot] = order; ids[slot] = i; }
    }
  }
  sums[thread] = sum;
  workgroupBarrier();
  for (var half = THREADS / 2u; half > 0u; half >>= 1u) {
    if (thread < half) {
      sums[thread] += sums[thread + half];
      counts[thread] += counts[thread + half];
    }
    workgroupBarrier();
  }

  if (thread == 0u) { found = atomicLoad(&collected); }
  let entries = workgroupUniformLoad(&found);
  if (entries > CANDIDATES) {
    selectOneByOne(thread, row);
  } else {
    var size = 1u;
    while (size < entries) { size <<= 1u; }
    for (var i = entries + thread; i < size; i += THREADS) { keys[i] = 0u; ids[i] = 0xffffffffu; }
    workgroupBarrier();
    sortCandidates(thread, size);
  }

  let logSum = log(sums[0].x);
  let at = group.x * (${SCALAR_WORDS}u + 2u * K);
  if (thread < K) {
    let key = keys[thread];
    let logprob = floatOf(key) - maximum - logSum;
    records[at + ${SCALAR_WORDS}u + thread] = ids[thread];
    records[at + ${SCALAR_WORDS}u + K + thread] = select(NEGATIVE_INFINITY, bitcast<u32>(logprob), key > LOWEST);
  }
  if (thread == 0u) {
    let mean = sums[0].y / sums[0].x;
    let logprob = floatOf(wantedOrder) - maximum - logSum;
    let isPossible = wantedOrder > LOWEST;
    let isBroken = atomicLoad(&broken) != 0u || orderOf(bitcast<u32>(maximum)) <= LOWEST;
    records[at] = select(select(NEGATIVE_INFINITY, bitcast<u32>(logprob), isPossible), NAN, isBroken);
    records[at + 1u] = bitcast<u32>(logSum - mean);
    records[at + 2u] = bitcast<u32>(max(0.0, sums[0].z / sums[0].x - mean * mean));
    records[at + 3u] = counts[0].x;
    records[at + 4u] = counts[0].y;
    records[at + 5u] = counts[0].z;
    records[at + 6u] = bitcast<u32>(maximum - floatOf(keys[1]));
    records[at + 7u] = bitcast<u32>(maximum);
  }
}
`;

/**
 * WGSL that reduces each row of logits `[rows, V]` to a record: {@link SCALAR_WORDS} words, K ids, K log-probabilities.
 *
 * Two reads of the row. The first finds the maximum, the rank's counts and every thread's own maximum; the K-th
 * largest of those is a lower bound of the K-th largest logit. The second sums the moments and collects what
 * reaches the bound, about K entries, which are then sorted.
 *
 * Logits are compared as integers in the order of floats, because shaders may assume that no NaN or infinity
 * exists. A row with NaN or +Infinity yields a record whose log-probability is NaN; -Infinity is left out of the
 * sums.
 */
export const recordKernel = (halfLogits: boolean): string =>
  [DECLARATIONS, halfLogits ? HALF_BITS : BITS, ORDER, SELECTION, MAIN].join('');

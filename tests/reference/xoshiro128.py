"""First outputs of xoshiro128** 1.1 for the state 1, 2, 3, 4, in whole-number arithmetic.

A transcription of the authors' C program (public domain, https://prng.di.unimi.it/xoshiro128starstar.c).
Run with Python 3.11: python3 tests/reference/xoshiro128.py
"""

MASK = 0xFFFFFFFF


def rotl(x, k):
    return ((x << k) & MASK) | (x >> (32 - k))


s = [1, 2, 3, 4]
values = []
for _ in range(10):
    values.append(rotl((s[1] * 5) & MASK, 7) * 9 & MASK)
    t = (s[1] << 9) & MASK
    s[2] ^= s[0]
    s[3] ^= s[1]
    s[1] ^= s[2]
    s[0] ^= s[3]
    s[2] ^= t
    s[3] = rotl(s[3], 11)
print(values)

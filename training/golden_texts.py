"""Texts of our own for the golden records, apart from the planted ones."""

TEXTS = {
    "plain-prose": (
        "The library closed at six, but Mara had a key. She liked the hour after the last reader left, when the "
        "radiators ticked and the windows turned from grey to blue. There were two letters on the desk. One was a "
        "bill for heating oil; the other had no stamp, and her own name on it in a hand she did not know. She read "
        "it standing up, then sat down and read it again."
    ),
    "many-scripts": (
        "Menu of the day: 小笼包 (8 pieces) and green tea 🍵, or مرحبا soup with bread 🥖. Naïve café "
        "owners wrote “thank you” in Ελληνικά, русский and 日本語 👩‍🍳🙂."
    ),
    "own-code": (
        "function median(values) {\n"
        "  const sorted = [...values].sort((a, b) => a - b);\n"
        "  const middle = sorted.length >> 1;\n"
        "  if (sorted.length === 0) return Number.NaN;\n"
        "  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;\n"
        "}\n"
        "\n"
        "console.log(median([3, 1, 4, 1, 5, 9, 2, 6])); // 3.5\n"
    ),
}

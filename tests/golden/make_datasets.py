"""Writes the bundled tables www/public/data/*.csv.gz.

    python tests/golden/make_datasets.py

Needs scikit-learn (its own copies of digits, iris, wine, breast cancer and diabetes) and palmerpenguins 0.1.6.
Each file is CSV with a header; features come first, the last column is the target. A class is written as its name, and
the reader numbers classes as they first appear, which is scikit-learn's own numbering (asserted below).
The gzip header holds no time and no file name, so the same input gives the same bytes.
"""

import csv
import gzip
import io
from importlib.metadata import distribution
from pathlib import Path

from sklearn import datasets

OUT = Path(__file__).resolve().parents[2] / "www" / "public" / "data"
ISLANDS = ["Biscoe", "Dream", "Torgersen"]
MEASURES = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def number(value):
    """The shortest text that reads back as the same f64; whole numbers without a point."""
    value = float(value)
    return str(int(value)) if value.is_integer() else repr(value)


def write(name, header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    OUT.mkdir(parents=True, exist_ok=True)
    path = OUT / f"{name}.csv.gz"
    with path.open("wb") as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=9, mtime=0) as packed:
        packed.write(text.getvalue().encode())
    print(f"{name}: {len(rows)} rows, {len(header) - 1} features, {path.stat().st_size} bytes")


def from_sklearn(name, target, **options):
    table = getattr(datasets, f"load_{name}")(**options)
    header = [str(feature).replace(" (cm)", "_cm").replace(" ", "_") for feature in table.feature_names]
    if name == "diabetes":
        answers = [number(value) for value in table.target]
    else:
        answers = [str(table.target_names[value]) for value in table.target]
        first_seen = list(dict.fromkeys(answers))
        assert first_seen == [str(label) for label in table.target_names], f"{name}: classes are out of order"
    rows = [[*map(number, row), answer] for row, answer in zip(table.data, answers, strict=True)]
    write(name, [*header, target], rows)


def penguins():
    """Complete rows only (333 of 344); island one-hot, sex 1 for male; the year of the visit is left out."""
    package = distribution("palmerpenguins")
    assert package.version == "0.1.6", package.version
    path = package.locate_file("palmerpenguins/data/penguins.csv")
    rows = []
    with open(path, newline="") as file:
        for row in csv.DictReader(file):
            if any(row[key] in ("NA", "") for key in ("island", *MEASURES, "sex")):
                continue
            assert row["island"] in ISLANDS and row["sex"] in ("female", "male"), row
            island = ["1" if row["island"] == name else "0" for name in ISLANDS]
            measures = [number(row[key]) for key in MEASURES]
            rows.append([*island, *measures, "1" if row["sex"] == "male" else "0", row["species"]])
    header = [*(f"island_{name}" for name in ISLANDS), *MEASURES, "sex_male", "species"]
    write("penguins", header, rows)


from_sklearn("digits", "digit")
from_sklearn("iris", "species")
from_sklearn("wine", "cultivar")
from_sklearn("breast_cancer", "diagnosis")
from_sklearn("diabetes", "progression", scaled=False)
penguins()

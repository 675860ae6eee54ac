"""The digits task, part by part, on made-up images; the real ones where scikit-learn is there."""

import math
import sys

import numpy as np
import pytest

from derive.errors import DataError
from derive.theories.networks.tasks import Digits
from derive.theories.networks.tasks.digits import (
    DEFAULT_HEADS,
    _images,
    chosen_heads,
    split,
    task_arrays,
)
from derive.theories.networks.tasks.patches import HEADS, SCALE, attention, head_matrix, tokens

RNG = np.random.default_rng(2)
IMAGES = RNG.integers(0, 17, size=(9, 6, 4)).astype(float)  # 3 rows and 2 columns of patches
LABELS = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, -1.0, 1.0, 1.0])
ALL = tuple(HEADS)


def plain_score(name, key, query, image):
    """The score as the report words it, pixel by pixel; None for random heads."""

    def pixels(place):
        row, column = place
        cut = [image[2 * row + i][2 * column + j] for i in (0, 1) for j in (0, 1)]
        return [pixel / 8 - 1 for pixel in cut]

    distance = (key[0] - query[0]) ** 2 + (key[1] - query[1]) ** 2
    ink = sum(pixels(key)) / 4
    return {
        "uniform": 0.0,
        "local": -distance,
        "row": float(key[0] == query[0]),
        "column": float(key[1] == query[1]),
        "top": float(key[0] <= 1),  # three rows: the middle one is no farther than half
        "bottom": float(key[0] > 1),
        "left": float(key[1] == 0),
        "right": float(key[1] == 1),
        "match": sum(a * b for a, b in zip(pixels(key), pixels(query), strict=True)) / 4,
        "ink": ink,
        "stroke": ink - distance,
    }.get(name)


def test_tokens_are_patches_in_reading_order_with_their_position():
    inputs, grid = tokens(IMAGES)
    assert inputs.shape == (9, 4 + 6, 6)
    assert grid.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1]]
    for token, (row, column) in enumerate(grid.astype(int)):
        patch = IMAGES[3, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        np.testing.assert_allclose(inputs[3, :4, token], patch.ravel() / 8 - 1)
        np.testing.assert_array_equal(inputs[3, 4:, token], np.eye(6)[token])


@pytest.mark.parametrize("name", [name for name in HEADS if name != "random"])
def test_every_head_scores_as_its_meaning_says(name):
    inputs, grid = tokens(IMAGES)
    found = attention(inputs, [head_matrix(name, grid, np.random.default_rng(0))])
    assert found.shape == (9, 1, 6, 6)
    places = [tuple(place) for place in grid.astype(int)]
    for query in range(6):
        scores = [plain_score(name, key, places[query], IMAGES[5]) for key in places]
        weights = [math.exp(SCALE * score) for score in scores]
        np.testing.assert_allclose(found[5, 0, :, query], np.array(weights) / sum(weights))


def test_random_heads_differ_from_each_other_and_with_the_seed():
    first, again, other = (
        task_arrays(IMAGES, LABELS, (("random", "random"),), 4, s) for s in (3, 3, 4)
    )
    np.testing.assert_array_equal(first["attention_1"], again["attention_1"])
    assert not np.allclose(first["attention_1"][:, 0], first["attention_1"][:, 1])
    assert not np.allclose(first["attention_1"], other["attention_1"])


def test_random_scores_of_pixels_and_positions_are_alike_in_strength():
    _, grid = tokens(np.zeros((1, 64, 64)))
    weight = head_matrix("random", grid, np.random.default_rng(1)) / SCALE
    for block, deviation in ((weight[4:, 4:], 1.0), (weight[:4, 4:], 0.5), (weight[4:, :4], 0.5)):
        error = 4 / math.sqrt(2 * block.size)
        assert math.sqrt(np.mean(block**2)) == pytest.approx(deviation, rel=error)


def test_arrays_have_the_shapes_of_the_data_contract():
    data = task_arrays(IMAGES, LABELS, (ALL, ("left", "ink")), 4, seed=0)
    for suffix, count in (("", 4), ("_test", 5)):
        assert data[f"inputs{suffix}"].shape == (count, 10, 6)
        assert data[f"labels{suffix}"].shape == (count,)
        assert data[f"attention_1{suffix}"].shape == (count, len(ALL), 6, 6)
        assert data[f"attention_2{suffix}"].shape == (count, 2, 6, 6)
        np.testing.assert_allclose(data[f"attention_1{suffix}"].sum(axis=2), 1)
    assert len(data) == 8


def test_a_split_takes_half_of_each_label_and_leaves_the_others():
    train, test = split(LABELS, 6, seed=5)
    assert sorted([*train, *test]) == list(range(9))
    np.testing.assert_array_equal(LABELS[train], [1, -1] * 3)
    np.testing.assert_array_equal(split(LABELS, 6, seed=5)[0], train)
    assert any(set(split(LABELS, 6, seed=s)[0]) != set(train) for s in range(6, 12))


def test_heads_do_not_change_the_split():
    one, other = (task_arrays(IMAGES, LABELS, (h, h), 4, 1) for h in (("random",), ALL))
    np.testing.assert_array_equal(one["inputs"], other["inputs"])
    np.testing.assert_array_equal(one["labels_test"], other["labels_test"])


def test_paths_are_named_in_data_order():
    task = Digits(heads=(("local", "match"), ("left", "top")))
    assert task.path_names == ("local, left", "local, top", "match, left", "match, top")
    assert [name for name, _ in task.legend] == [
        "attention", "head local", "head match", "head left", "head top",
        "ridge regression on raw pixels",
    ]  # fmt: skip


def test_a_number_stands_for_so_many_default_heads():
    assert chosen_heads((("3",), ("uniform",))) == (DEFAULT_HEADS[0][:3], ("uniform",))


@pytest.mark.parametrize(
    ("arguments", "offence"),
    [
        ({"classes": (3, 3)}, "classes: both are 3; give two different digits"),
        ({"classes": (3,)}, "classes: two digits are due, not 1"),
        ({"classes": (3, 12)}, "classes: 12 is no digit; give two of 0 to 9"),
        ({"classes": (3, "x")}, "classes: 'x' is no digit"),
        ({"classes": (3, True)}, "classes: the truth value true is no digit"),
        ({"heads": (("locl",), ("left",))}, "unknown head 'locl'; did you mean 'local'? Valid: un"),
        ({"heads": (("local",),)}, "heads: layers given: 1; the task has two"),
        ({"heads": (("local",), ())}, "heads: layer 2 has none; name one"),
        ({"examples": 7}, "examples = 7 cannot be split in half"),
        ({"examples": 2}, "examples = 2 cannot be split in half"),
    ],
)
def test_bad_arguments_are_named(arguments, offence):
    with pytest.raises(DataError) as caught:
        Digits(**arguments)
    assert offence in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("examples", "seed", "offence"),
    [(8, 0, "there are 4 of it, so ask for fewer than 8"), (4, -1, "seed = -1 is no seed")],
)
def test_impossible_splits_are_named(examples, seed, offence):
    with pytest.raises(DataError, match=offence):
        split(LABELS, examples, seed)


def test_too_many_default_heads_are_refused():
    with pytest.raises(DataError, match=r"layer 2 has no '4' default heads; give 1 to 3"):
        chosen_heads((("2",), ("4",)))


def test_without_scikit_learn_there_is_one_line(monkeypatch):
    _images.cache_clear()
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(DataError) as caught:
        Digits()(0)
    assert "not installed; install derive[digits]" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_real_images():
    pytest.importorskip("sklearn")
    data = Digits()(0)
    assert data["inputs"].shape == (100, 20, 16)
    assert len(data["labels_test"]) == 257  # 183 images of 3 and 174 of 8
    assert data["labels_test"].sum() == (183 - 50) - (174 - 50)

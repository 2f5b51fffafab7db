"""Names of classes tell their ancestors."""

import pytest

from cubeclust.classes.names import class_name, is_class_name


@pytest.mark.parametrize(
    ("number", "within", "name"),
    [
        (1, "", "A"), (15, "", "O"), (26, "", "Z"), (27, "", "AA"), (52, "", "AZ"), (53, "", "BA"), (702, "", "ZZ"),
        (703, "", "AAA"), (1, "O", "O1"), (22, "O", "O22"), (2, "O3", "O3b"), (27, "O3", "O3aa"), (4, "O3b", "O3b4"),
        (1, "AA12", "AA12a"),
    ],
)  # fmt: skip
def test_letters_numbers_and_small_letters_take_turns(number: int, within: str, name: str) -> None:
    assert class_name(number, within) == name
    assert is_class_name(name)


def test_no_two_classes_share_a_name() -> None:
    """Whichever way down three levels."""
    tops = [class_name(number) for number in range(1, 60)]
    below = [class_name(number, top) for top in tops for number in range(1, 30)]
    lowest = [class_name(number, name) for name in below[:200] for number in range(1, 30)]
    names = tops + below + lowest
    assert len(set(names)) == len(names)

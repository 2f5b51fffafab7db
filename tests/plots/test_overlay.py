"""The overlay's legend and colors."""

from pathlib import Path

import numpy as np
import pytest
from classified import classified
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from skies import rotated

from cubeclust.class_map import ClassMap
from cubeclust.classes.colors import class_colors
from cubeclust.classes.table import ClassRow
from cubeclust.plots.background import subdivided
from cubeclust.plots.overlay import Background, plot_overlay
from cubeclust.plots.sky_axes import compass
from cubeclust.quality import Quality


@pytest.mark.parametrize("n_classes", [1, 2, 6, 9, 10, 16, 21, 30, 50])
def test_classes_have_colors_of_their_own(n_classes: int) -> None:
    colors = class_colors(n_classes)
    assert len(colors) == len(set(colors)) == n_classes
    assert all(len(color) == 7 and int(color[1:], 16) >= 0 for color in colors)


def drawn(
    monkeypatch: pytest.MonkeyPatch, factor: int, contours: bool = False, reason: Quality = Quality.MASKED
) -> tuple[Figure, ClassMap]:
    """Overlay of a frame of 20 x 30 spaxels, cut by factor, before it is saved: two classes, one row left out."""
    classes = np.ones((20, 30), np.int16)
    classes[:, 13:], classes[0] = 2, 0
    quality = np.where(classes == 0, reason, 0).astype(np.int32)
    class_map = ClassMap(classes, np.ones(classes.shape, np.float32), quality, rotated(20), int(classes.max()))
    colors, counts = class_colors(2), class_map.counts()
    rows = [ClassRow(n, int(counts[n - 1]), 0.0, 0.0, 0.0, 1.0, 1.0, colors[n - 1], "AB"[n - 1], 0) for n in (1, 2)]
    figures: list[Figure] = []
    monkeypatch.setattr("cubeclust.plots.overlay.save", lambda figure, path, dots: figures.append(figure))
    background = np.zeros((20 * factor, 30 * factor))
    background[5 * factor :] = 1  # black below, white above
    plot_overlay(Path("none.png"), classified(class_map, rows), Background(background, "hst"), contours=contours)
    return figures[0], class_map


@pytest.mark.parametrize("factor", [1, 4])
def test_boundary_of_classes_stays_between_their_spaxels(monkeypatch: pytest.MonkeyPatch, factor: int) -> None:
    """The share of a class color in each pixel, from the color over black, tells the class of its spaxel."""
    figure, class_map = drawn(monkeypatch, factor)
    picture = figure.axes[0].images[0].get_array()
    assert picture.shape == (20 * factor, 30 * factor, 3)
    fine = class_map.classes.repeat(factor, axis=0).repeat(factor, axis=1)
    for number, color in enumerate(class_colors(2), start=1):
        for gray, rows in ((0, slice(factor, 5 * factor)), (1, slice(5 * factor, None))):
            expected = 0.3 * gray + 0.7 * np.array(to_rgb(color))
            same = np.abs(picture[rows] - expected).max(axis=2) < 1e-6
            assert np.array_equal(same, fine[rows] == number)


def test_image_is_bare_outside_the_class_that_is_clustered_again(monkeypatch: pytest.MonkeyPatch) -> None:
    figure, _ = drawn(monkeypatch, 1, reason=Quality.OTHER_CLASS)
    assert figure.legends[0].get_texts()[-1].get_text() == "outside the class  (30)"
    picture = figure.axes[0].images[0].get_array()
    assert not picture[0].any(), "black, as the image is there"
    assert picture[1:5].any()


@pytest.mark.parametrize("factor", [1, 4])
def test_legend_scale_bar_and_compass_do_not_depend_on_the_cut(monkeypatch: pytest.MonkeyPatch, factor: int) -> None:
    figure, class_map = drawn(monkeypatch, factor)
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["1 A  (247)", "2 B  (323)", "left out  (30)"]
    axes = figure.axes[0]
    left, right = axes.lines[0].get_xdata()
    (label,) = (text.get_text() for text in axes.texts if text.get_text().endswith('"'))
    assert (right - left) * 30 * 0.2 == pytest.approx(float(label[:-1])), "30 spaxels of 0.2 arcsec across"
    for name, step in compass(subdivided(class_map.wcs, factor), factor * np.array([30, 20])).items():
        assert step == pytest.approx(compass(class_map.wcs, np.array([30, 20]))[name])


@pytest.mark.parametrize("factor", [1, 4])
def test_contours_leave_the_background_as_it_is(monkeypatch: pytest.MonkeyPatch, factor: int) -> None:
    figure, class_map = drawn(monkeypatch, factor, contours=True)
    axes = figure.axes[0]
    picture = np.asarray(axes.images[0].get_array())
    assert np.unique(picture[: 5 * factor]) == pytest.approx([1.0])
    assert np.unique(picture[5 * factor :]) == pytest.approx([0.4])
    lines = [collection for collection in axes.collections if len(collection.get_segments()) > 0]
    assert [tuple(line.get_colors()[0][:3]) for line in lines] == [to_rgb(color) for color in class_colors(2)]
    for number, line in enumerate(lines, start=1):
        middles = np.array(line.get_segments()).mean(axis=1)
        x, y = np.round((middles + 0.5) / factor - 0.5).astype(int).T
        assert np.all(class_map.classes[y, x] == number)
        rows, columns = 19, {1: 13, 2: 17}[number]
        assert len(middles) == 2 * (rows + columns)
    assert len(figure.legends[0].get_texts()) == 2, "what is left out is not marked"

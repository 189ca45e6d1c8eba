"""Units: fixed by the list of images, whatever is in it."""

from __future__ import annotations

from itertools import chain

from hypothesis import given
from hypothesis import strategies as st

from emograph.engine.annotation.units import UNIT, Item, Listing, units_of

items = st.lists(
    st.builds(Item, st.text(), st.text(), size=st.none() | st.integers(0)), max_size=50
)


@given(items)
def test_units_have_every_item_once_and_in_order(listed: list[Item]) -> None:
    units = list(units_of(listed))
    assert list(chain.from_iterable(unit.items for unit in units)) == listed
    assert [unit.number for unit in units] == list(range(len(units)))
    assert all(len(unit.items) == UNIT for unit in units[:-1])


@given(items, items)
def test_the_digest_tells_lists_apart(one: list[Item], other: list[Item]) -> None:
    same = Listing(tuple(one)).digest == Listing(tuple(other)).digest
    assert same == (one == other)

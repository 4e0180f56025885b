"""Things of which it is only known whether two are the same, numbered in the order in which they turn up.

A provider may return equal candidates as new objects at each call, candidates that cannot be hashed, or
compare by identity what it gives out.  So the first object seen stands for all that equal it.
"""

from __future__ import annotations

__all__ = ["Numbering"]


class Numbering:
    """``items`` by number, and the way back."""

    __slots__ = ("_by_identity", "_by_value", "_unhashable", "items")

    def __init__(self) -> None:
        self.items: list[object] = []
        # An identity is good for as long as its object lives; ``items`` sees to that.
        self._by_identity: dict[int, int] = {}
        self._by_value: dict[object, int] = {}
        self._unhashable: list[int] = []

    def __len__(self) -> int:
        return len(self.items)

    def find(self, item: object) -> int:
        """Return the number of the first item that is, or equals, ``item``, or -1.

        Cost: constant, but for what cannot be hashed: linear in the items of that sort.
        """
        number = self._by_identity.get(id(item))
        if number is not None:
            return number
        try:
            return self._by_value.get(item, -1)
        except TypeError:
            pass
        for number in self._unhashable:
            if self.items[number] == item:
                return number
        return -1

    def add(self, item: object) -> int:
        """Give ``item``, which was not found, the next number."""
        number = len(self.items)
        self.items.append(item)
        self._by_identity[id(item)] = number
        try:
            self._by_value[item] = number
        except TypeError:
            self._unhashable.append(number)
        return number

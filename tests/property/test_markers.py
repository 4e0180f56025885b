"""Laws of markers: boolean algebra over comparisons, and normal forms that read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from resolver.model.environment import Environment, Host
from resolver.model.markers import Marker

COMPARISONS = st.sampled_from(
    (
        "os_name == 'posix'",
        "os_name == 'nt'",
        "python_version >= '3.9'",
        "'3.10' > python_version",
        "extra == 'a'",
        "sys_platform in 'linux darwin'",
    )
)
MARKERS = st.recursive(
    COMPARISONS,
    lambda inner: (
        st.builds("({}) {} ({})".format, inner, st.sampled_from(("and", "or")), inner)
        | st.builds("{} {} {}".format, inner, st.sampled_from(("and", "or")), inner)
    ),
    max_leaves=8,
)
VARIABLES = st.fixed_dictionaries(
    {
        "os_name": st.sampled_from(("posix", "nt")),
        "python_version": st.sampled_from(("3.8", "3.9", "3.10", "3.12")),
        "sys_platform": st.sampled_from(("linux", "darwin", "win32")),
    }
)
EXTRAS = st.sampled_from(("", "a", "b"))


@given(MARKERS)
def test_normal_form_reads_back_as_itself(text: str) -> None:
    """``Marker(str(m)) == m``, and writing again changes nothing."""
    marker = Marker(text)
    assert Marker(str(marker)) == marker
    assert str(Marker(str(marker))) == str(marker)


@given(MARKERS, MARKERS, VARIABLES, EXTRAS)
def test_and_and_or_are_those_of_booleans(
    left: str, right: str, variables: dict[str, str], extra: str
) -> None:
    """Parenthesised markers joined by a word have the joined values."""
    one, two = (Marker(text).evaluate(variables, extra) for text in (left, right))
    assert Marker(f"({left}) and ({right})").evaluate(variables, extra) == (one and two)
    assert Marker(f"({left}) or ({right})").evaluate(variables, extra) == (one or two)


@given(COMPARISONS, COMPARISONS, COMPARISONS, VARIABLES, EXTRAS)
def test_and_binds_closer_than_or(
    one: str, two: str, three: str, variables: dict[str, str], extra: str
) -> None:
    """``a or b and c`` is ``a or (b and c)``."""
    assert Marker(f"{one} or {two} and {three}").evaluate(variables, extra) == Marker(
        f"{one} or ({two} and {three})"
    ).evaluate(variables, extra)


@given(MARKERS, EXTRAS)
def test_environment_remembers_what_markers_say(text: str, extra: str) -> None:
    """The first and the second answer are the marker's own."""
    host = Host.running()
    environment = Environment.of_host(host)
    expected = Marker(text).evaluate(host.variables, extra)
    assert [environment.holds(text, extra) for _ in range(2)] == [expected, expected]

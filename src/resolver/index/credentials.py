"""Credentials: from an index URL or a netrc file to an Authorization header.

They travel as the userinfo of a request's URL, are sent to that URL's origin only, and are taken off again
before anything is stored or shown (``urls``).  Nothing here asks a keyring or a person.

Specification: https://www.rfc-editor.org/rfc/rfc7617 (Basic authentication)
"""

from __future__ import annotations

from resolver.index.urls import InvalidUrl, split_url, with_userinfo

__all__ = ["basic_authorization", "with_netrc"]


def basic_authorization(userinfo: str) -> str:
    """Return the value of the Authorization header for the userinfo of a URL, ``user:password`` quoted.

    >>> basic_authorization("me:p%40ss")
    'Basic bWU6cEBzcw=='
    """
    from base64 import b64encode  # noqa: PLC0415  # lazy: start-up time
    from urllib.parse import unquote  # noqa: PLC0415  # lazy: start-up time

    user, _, password = userinfo.partition(":")
    return "Basic " + b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


def with_netrc(url: str, file: str) -> str:
    """Return ``url`` with the login that the netrc ``file`` has for its host, or as it is.

    Credentials in the URL win.  Looking them up here, once and for an index that the user configured, keeps
    them to that index's origin, although netrc itself knows no ports.  A file that is absent or cannot be
    read counts as empty.
    """
    try:
        address = split_url(url)
    except InvalidUrl:
        return url
    if address.userinfo:
        return url
    import netrc  # noqa: PLC0415  # lazy: start-up time
    from urllib.parse import quote  # noqa: PLC0415  # lazy: start-up time

    try:
        login = netrc.netrc(file).authenticators(address.host.strip("[]"))
    except (OSError, netrc.NetrcParseError, UnicodeDecodeError):
        return url
    if login is None:
        return url
    user, _, password = login
    return with_userinfo(url, f"{quote(user or '', safe='')}:{quote(password or '', safe='')}")

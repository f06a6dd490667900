from __future__ import annotations

from web.conftest import server, web_dir

__all__ = ["server", "web_dir"]

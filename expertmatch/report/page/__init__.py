"""The report as one page that opens in any browser, without a network."""

from __future__ import annotations

from expertmatch.report.page.view import page_view
from expertmatch.report.page.write import PAGE, write_page

__all__ = ["PAGE", "page_view", "write_page"]

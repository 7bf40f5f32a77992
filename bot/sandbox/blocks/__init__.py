"""Block Kit as strict as Slack: `check_blocks` says what would be refused, and where."""

from __future__ import annotations

from bot.sandbox.blocks.blocks import MAX_BLOCKS, check_blocks
from bot.sandbox.blocks.report import Report
from bot.sandbox.blocks.size import blocks_size, fill_defaults

__all__ = ["MAX_BLOCKS", "Report", "blocks_size", "check_blocks", "fill_defaults"]

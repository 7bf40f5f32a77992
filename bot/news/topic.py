"""The fifteen reader groups: the fourteen of the user's source, and General for everybody."""

from __future__ import annotations

from enum import StrEnum


class Topic(StrEnum):
    """A reader group. The value is stable: it stands in the database, in JSON and on command lines."""

    SOFTWARE_DEVELOPMENT = "software-development"
    DATA_ANALYTICS = "data-analytics"
    AUDIO_VIDEO = "audio-video"
    PRODUCTIVITY = "productivity"
    VOICE_SPEECH = "voice-speech"
    SALES = "sales"
    DESIGN = "design"
    MARKETING = "marketing"
    SEARCH = "search"
    EMAIL = "email"
    ART = "art"
    CUSTOMER_SUPPORT = "customer-support"
    HR = "hr"
    WRITING = "writing"
    GENERAL = "general"

    @property
    def label(self) -> str:
        """Return the name that people see, in English."""
        return _LABELS[self]


_LABELS = {
    Topic.SOFTWARE_DEVELOPMENT: "Software Development",
    Topic.DATA_ANALYTICS: "Data & Analytics",
    Topic.AUDIO_VIDEO: "Audio & Video Production",
    Topic.PRODUCTIVITY: "Productivity & Workflow",
    Topic.VOICE_SPEECH: "Voice & Speech",
    Topic.SALES: "Sales & Outreach",
    Topic.DESIGN: "Design & Creative",
    Topic.MARKETING: "Marketing & Growth",
    Topic.SEARCH: "Search & Discovery",
    Topic.EMAIL: "Email & Communication",
    Topic.ART: "Art & Illustration",
    Topic.CUSTOMER_SUPPORT: "Customer Support",
    Topic.HR: "HR & Recruiting",
    Topic.WRITING: "Writing & Content Creation",
    Topic.GENERAL: "General",
}

ALL_TOPICS = frozenset(Topic)

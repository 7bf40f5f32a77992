"""Uploads through slack_sdk's files_upload_v2, and what it refuses."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError

pytestmark = pytest.mark.anyio

NEWS = "C01AINEWS01"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def test_the_sdk_uploads_into_a_thread(sandbox, client, session):
    """URL, bytes and completion work; the file hangs in the thread and can be fetched."""
    asked = sandbox.as_user("ada").post("ai-news", "a chart, please")
    answer = await client.files_upload_v2(
        content=PNG,
        filename="chart.png",
        title="Topics",
        alt_txt="Stories by topic",
        channel=NEWS,
        thread_ts=asked.ts,
        initial_comment="Here it is",
    )

    message = sandbox.thread(NEWS, asked.ts)[0]
    assert (message.subtype, message.text) == ("file_share", "Here it is")
    stored = message.body["files"][0]
    assert (stored["id"], stored["size"], stored["alt_txt"]) == (
        answer["file"]["id"],
        len(PNG),
        "Stories by topic",
    )
    async with session.get(stored["url_private"]) as got:
        assert (got.content_type, await got.read()) == ("image/png", PNG)
    info = await client.files_info(file=stored["id"])
    assert info["file"]["title"] == "Topics"


async def test_a_stored_picture_can_stand_in_a_block(sandbox, client):
    """An image block may name an uploaded file, and no file that is not there."""
    answer = await client.files_upload_v2(content=PNG, filename="chart.png")
    block = {"type": "image", "alt_text": "x", "slack_file": {"id": answer["file"]["id"]}}
    await client.chat_postMessage(channel=NEWS, text="x", blocks=[block])

    block["slack_file"] = {"id": "F0NOWHERE00"}
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=NEWS, text="x", blocks=[block])
    assert "invalid slack file" in caught.value.response["errors"][0]


async def test_html_is_never_shown(client, session):
    """A file that a browser could run is only offered for download."""
    answer = await client.files_upload_v2(content="<script>1</script>", filename="x.html")

    info = await client.files_info(file=answer["file"]["id"])
    async with session.get(info["file"]["url_private"]) as got:
        assert got.content_type == "application/octet-stream"
        assert got.headers["Content-Disposition"] == "attachment"


async def test_wrong_lengths_places_and_ids_are_refused(client, session):
    """The announced length counts, the bot must be in the channel, files must exist."""
    made = await client.files_getUploadURLExternal(filename="a.txt", length=5)
    async with session.post(made["upload_url"], data=b"toolong") as answer:
        assert answer.status == 400
    early = client.files_completeUploadExternal(files=[{"id": made["file_id"]}])
    with pytest.raises(SlackApiError, match="file_not_found"):
        await early
    async with session.post(made["upload_url"], data=b"12345") as answer:
        assert (await answer.text()) == "OK - 5"
    with pytest.raises(SlackApiError, match="not_in_channel"):
        await client.files_completeUploadExternal(
            files=[{"id": made["file_id"]}], channel_id="C01RANDOM01"
        )
    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_info(file="F0NOWHERE00")
    async with session.post(made["upload_url"] + "x", data=b"12345") as answer:
        assert answer.status == 404

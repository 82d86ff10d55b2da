"""PyPI mcp 2.x: lists the tools and calls one, over HTTP or stdio."""

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from job import run


def transport(job):
    if "command" in job:
        return stdio_client(StdioServerParameters(command=job["command"], args=job["args"], env=job["env"]))
    headers = {"Authorization": f"Bearer {job['token']}"} if job.get("token") else {}
    return streamable_http_client(job["url"], http_client=httpx2.AsyncClient(headers=headers, timeout=30))


async def work(job):
    async with Client(transport(job), mode=job["mode"]) as client:
        tools = await client.list_tools()
        result = await client.call_tool(job["tool"], job["arguments"])
        return {
            "protocol": client.protocol_version,
            "tools": [tool.name for tool in tools.tools],
            "structured": result.structured_content,
            "text": result.content[0].text,
            "is_error": result.is_error,
        }


run(work)

"""PyPI mcp 1.x: lists the tools and calls one, over HTTP or stdio."""

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamablehttp_client

from job import run


def transport(job):
    if "command" in job:
        return stdio_client(StdioServerParameters(command=job["command"], args=job["args"], env=job["env"]))
    headers = {"Authorization": f"Bearer {job['token']}"} if job.get("token") else {}
    return streamablehttp_client(job["url"], headers=headers)


async def work(job):
    async with transport(job) as streams, ClientSession(streams[0], streams[1]) as client:
        hello = await client.initialize()
        tools = await client.list_tools()
        result = await client.call_tool(job["tool"], job["arguments"])
        return {
            "protocol": hello.protocolVersion,
            "tools": [tool.name for tool in tools.tools],
            "structured": result.structuredContent,
            "text": result.content[0].text,
            "is_error": result.isError,
        }


run(work)

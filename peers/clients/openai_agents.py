"""PyPI openai-agents: a whole turn of an agent whose model is at `model_url` and whose tools are Bellhop's."""

from agents import Agent, OpenAIChatCompletionsModel, Runner, set_tracing_disabled
from agents.mcp import MCPServerStdio, MCPServerStreamableHttp
from openai import AsyncOpenAI

from job import run

set_tracing_disabled(True)


def server(job):
    if "command" in job:
        params = {"command": job["command"], "args": job["args"], "env": job["env"]}
        return MCPServerStdio(params=params, client_session_timeout_seconds=30)
    headers = {"Authorization": f"Bearer {job['token']}"} if job.get("token") else {}
    params = {"url": job["url"], "headers": headers, "timeout": 30}
    return MCPServerStreamableHttp(params=params, client_session_timeout_seconds=30)


async def work(job):
    async with server(job) as tools:
        model = OpenAIChatCompletionsModel(
            model="fake", openai_client=AsyncOpenAI(base_url=job["model_url"], api_key="none", max_retries=0)
        )
        names = [tool.name for tool in await tools.list_tools()]
        agent = Agent(name="guest", instructions="Use the tools.", mcp_servers=[tools], model=model)
        result = await Runner.run(agent, job["message"])
        return {"tools": names, "answer": result.final_output}


run(work)

"""PyPI mcp 2.x from a 401 to a tool call: it finds the authorization server, registers, signs a user in and calls.

The browser is played here: `sign_in` says at which provider. With `client` it is a client that the provider knows.
"""

import html
import re
import urllib.parse

import httpx2
from mcp import Client
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import AuthorizationCodeResult, OAuthClientInformationFull, OAuthClientMetadata

from job import run

CALLBACK = "http://127.0.0.1:7777/callback"


class Kept:
    tokens = client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client


async def oidc_provider(browser, page, job):
    """Any login is good: one form to sign in, one to consent."""
    action = urllib.parse.urljoin(str(page.url), html.unescape(re.search(r'action="([^"]+)"', page.text).group(1)))
    prompt = re.search(r'name="prompt" value="(\w+)"', page.text).group(1)
    answer = await browser.post(action, data={"prompt": prompt, "login": job["user"], "password": "x"})
    return urllib.parse.urljoin(action, answer.headers["location"])


async def better_auth(browser, page, job):
    """The host's own pages: /login, then /consent. What they would do is asked of the API."""
    base = f"{page.url.scheme}://{page.url.netloc.decode()}"
    query = page.url.query.decode()
    ask = lambda path, body: browser.post(f"{base}/api/auth{path}", json=body, headers={"origin": base})
    if page.url.path == "/login":
        person = {"email": f"{job['user']}@example.com", "password": "correct horse battery", "name": job["user"]}
        (await ask("/sign-up/email", person)).raise_for_status()
        return f"{base}/api/auth/oauth2/authorize?{query}"
    answer = await ask("/oauth2/consent", {"accept": True, "oauth_query": query})
    answer.raise_for_status()
    return answer.json()["url"]


async def work(job):
    play = {"oidc-provider": oidc_provider, "better-auth": better_auth}[job["sign_in"]]
    kept, came_back, asked, sign_ins = Kept(), {}, {}, []

    async def visit(url):
        sign_ins.append(url)
        asked.update(urllib.parse.parse_qsl(urllib.parse.urlparse(url).query))
        async with httpx2.AsyncClient(timeout=30) as browser:
            for _ in range(12):
                if url.startswith(CALLBACK):
                    came_back.clear()
                    came_back.update(urllib.parse.parse_qsl(urllib.parse.urlparse(url).query))
                    return
                page = await browser.get(url)
                next_url = page.headers.get("location")
                url = urllib.parse.urljoin(url, next_url) if next_url else await play(browser, page, job)
        raise RuntimeError(f"the sign-in does not end: {url}")

    async def callback():
        if "code" not in came_back:
            raise RuntimeError(f"the provider sent the user back with {came_back}")
        return AuthorizationCodeResult(code=came_back["code"], state=came_back.get("state"), iss=came_back.get("iss"))

    metadata = OAuthClientMetadata(
        client_name="a test",
        redirect_uris=[CALLBACK],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        token_endpoint_auth_method="none",
        application_type="native",
    )
    if known := job.get("client"):
        kept.client = OAuthClientInformationFull(**known, redirect_uris=[CALLBACK], token_endpoint_auth_method="none")
    auth = OAuthClientProvider(job["url"], metadata, kept, visit, callback)
    async with Client(streamable_http_client(job["url"], http_client=httpx2.AsyncClient(auth=auth, timeout=30))) as client:
        tools = await client.list_tools()
        result = await client.call_tool(job["tool"], job["arguments"])
        return {
            "tools": [tool.name for tool in tools.tools],
            "structured": result.structured_content,
            "is_error": result.is_error,
            "asked_scope": asked.get("scope"),
            "asked_resource": asked.get("resource"),
            "token": kept.tokens.access_token,
            "granted_scope": kept.tokens.scope,
            "sign_ins": len(sign_ins),
        }


run(work)

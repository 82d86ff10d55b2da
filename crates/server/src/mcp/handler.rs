use std::borrow::Cow;
use std::sync::Arc;

use access::Caller;
use gateway::{Door, Gateway, Offers, Refused, Reply, Toolbox};
use http::request::Parts;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestMethod, CompleteRequestParams,
    CompleteResult, ConstString, CustomRequest, CustomResult, DiscoverResult, ErrorCode, GetPromptRequestMethod,
    GetPromptRequestParams, GetPromptResponse, Implementation, ListPromptsRequestMethod, ListPromptsResult,
    ListResourceTemplatesRequestMethod, ListResourceTemplatesResult, ListResourcesRequestMethod, ListResourcesResult,
    ListToolsResult, MetaObject, PaginatedRequestParams, ProtocolVersion, ReadResourceRequestMethod,
    ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig, SubscriptionFilter, Tool,
};
use rmcp::service::{RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};

use super::errors::VERSIONS;
use super::service::ScopesNeeded;
use super::{call, capabilities, convert, headers, listen, prompts, rounds, visit};
use crate::metrics::Meters;

/// How long a client may keep the tool list and what the server says of itself. Both follow the user's token.
const FRESH_MS: u64 = 30_000;

const INSTRUCTIONS: &str = "Every tool works on the signed-in user's own data and on nothing else: never give a user \
    id. Where there is a tool called describe, call it first. A failed call says in \"error\" what to do differently; \
    \"next_cursor\" is given back as \"cursor\" for the next page.";

/// MCP's requests, translated for a toolbox. Cloning shares everything.
#[derive(Clone)]
pub(crate) struct Handler {
    inner: Arc<Inner>,
}

struct Inner {
    users: Users,
    info: ServerConfig,
    meta: MetaObject,
}

/// Whose toolbox a request gets.
enum Users {
    /// That of the request's caller.
    Many { gateway: Gateway, meters: Meters },
    /// Always the same.
    One(Toolbox),
}

impl Handler {
    /// For a door through which many users come, each with a caller in the request's extensions.
    pub(crate) fn of_many(gateway: Gateway, meters: Meters) -> Self {
        Self::new(Users::Many { gateway, meters })
    }

    /// For a door that is one user's.
    pub(crate) fn of_one(toolbox: Toolbox) -> Self {
        Self::new(Users::One(toolbox))
    }

    fn new(users: Users) -> Self {
        let server = Implementation::new("bellhop", env!("CARGO_PKG_VERSION")).with_title("Bellhop");
        let info = ServerConfig::new(ServerCapabilities::default())
            .with_server_info(server.clone())
            .with_instructions(INSTRUCTIONS);
        let named = DiscoverResult::new(Vec::new(), ServerCapabilities::default()).with_server_info(server);
        Self { inner: Arc::new(Inner { users, info, meta: named.meta.unwrap_or_default() }) }
    }

    fn toolbox(&self, parts: Option<&Parts>) -> Result<Toolbox, ErrorData> {
        match &self.inner.users {
            Users::One(toolbox) => Ok(toolbox.renewed()),
            Users::Many { gateway, .. } => {
                let caller = parts.and_then(|parts| parts.extensions.get::<Caller>());
                let caller = caller.ok_or_else(|| ErrorData::internal_error("There is no caller.", None))?;
                Ok(gateway.toolbox(caller.clone(), Door::Mcp))
            }
        }
    }

    /// What a request that is no call of a tool begins with.
    fn asked(&self, cx: &RequestContext<RoleServer>) -> Result<(Toolbox, Arc<str>), ErrorData> {
        let parts = cx.extensions.get::<Parts>();
        Ok((self.toolbox(parts)?, call::named(parts)))
    }

    fn offers(&self) -> Offers {
        match &self.inner.users {
            Users::One(toolbox) => toolbox.renewed().offers(),
            Users::Many { gateway, .. } => gateway.offers(),
        }
    }

    /// Who answers, for results of the revisions that ask for it (2026-07-28, `_meta` of results).
    fn meta(&self, cx: &RequestContext<RoleServer>) -> Option<MetaObject> {
        is_modern(cx).then(|| self.inner.meta.clone())
    }

    /// What the end of a call becomes. A missing scope is the transport's to answer, where there is one.
    fn ended(
        &self,
        ended: Result<Reply, Refused>,
        parts: Option<&Parts>,
        request_id: &str,
    ) -> Result<CallToolResult, ErrorData> {
        if let Users::Many { meters, .. } = &self.inner.users {
            meters.tool_call(Door::Mcp, ended.as_ref());
        }
        let refused = match ended {
            Ok(reply) => return Ok(convert::reply(&reply)),
            Err(refused) => refused,
        };
        let message = refused.to_string();
        match refused {
            Refused::UnknownTool { .. }
            | Refused::UnknownPrompt { .. }
            | Refused::UnknownDocument { .. }
            | Refused::StaleState => Err(ErrorData::invalid_params(message, None)),
            Refused::InsufficientScope { scopes } => {
                match parts.and_then(|parts| parts.extensions.get::<ScopesNeeded>()) {
                    Some(needed) => {
                        let _ = needed.0.set(scopes);
                        Err(ErrorData::invalid_request(message, None))
                    }
                    None => Ok(convert::reply(&Refused::InsufficientScope { scopes }.into_reply(request_id))),
                }
            }
        }
    }
}

/// Whether the request is of the revision 2026-07-28 or later. Their names sort by their age.
pub(super) fn is_modern(cx: &RequestContext<RoleServer>) -> bool {
    cx.protocol_version().is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// A method of what no resource of the house has is as unknown as any other.
fn declared<M: ConstString>(is: bool) -> Result<(), ErrorData> {
    if is { Ok(()) } else { Err(ErrorData::method_not_found::<M>()) }
}

/// There is one page: a cursor can only be made up.
fn no_cursor(request: Option<&PaginatedRequestParams>) -> Result<(), ErrorData> {
    match request.and_then(|request| request.cursor.as_ref()) {
        Some(_) => Err(ErrorData::invalid_params("This cursor is not one of ours: everything is on one page.", None)),
        None => Ok(()),
    }
}

impl ServerHandler for Handler {
    fn get_info(&self) -> ServerConfig {
        let mut info = self.inner.info.clone();
        info.capabilities = capabilities::of(self.offers());
        info
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        Cow::Borrowed(&VERSIONS)
    }

    async fn discover(&self, _: RequestContext<RoleServer>) -> Result<DiscoverResult, ErrorData> {
        Ok(DiscoverResult::from_server_info(VERSIONS.to_vec(), self.get_info()).with_ttl_ms(FRESH_MS))
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        cx: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        no_cursor(request.as_ref())?;
        let tools = self.toolbox(cx.extensions.get::<Parts>())?.tools().into_iter().map(convert::tool).collect();
        let mut result =
            ListToolsResult::with_all_items(tools).with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Private);
        result.meta = self.meta(&cx);
        Ok(result)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        cx: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let parts = cx.extensions.get::<Parts>();
        let (toolbox, request_id) = (self.toolbox(parts)?, call::named(parts));
        let answered = request.input_responses.clone();
        let ended = call::call(&toolbox, request, &request_id, &cx).await?;
        let asked = ended.as_ref().ok().and_then(|reply| {
            let visit = || visit::asked(reply, answered.as_ref(), &cx);
            match (&reply.asked, &reply.client_needs) {
                (Some(asked), _) => rounds::asked(asked, &cx).map(|asked| asked.map(Into::into)),
                (None, Some(needed)) if is_modern(&cx) => Some(Err(rounds::needs(needed))),
                (None, _) => visit(),
            }
        });
        let mut result = self.ended(ended, parts, &request_id)?;
        if let Some(asked) = asked {
            return asked;
        }
        result.meta = convert::with_meta(result.meta.take(), self.meta(&cx));
        Ok(result.into())
    }

    // What no resource has is not declared, and what is not declared does not exist.

    async fn complete(
        &self,
        request: CompleteRequestParams,
        cx: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let offers = self.offers();
        declared::<CompleteRequestMethod>(offers.prompts || offers.documents)?;
        let (toolbox, request_id) = self.asked(&cx)?;
        let mut result = prompts::complete(&toolbox, request, &request_id, &cx).await?;
        result.meta = self.meta(&cx);
        Ok(result)
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        cx: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        declared::<ListPromptsRequestMethod>(self.offers().prompts)?;
        no_cursor(request.as_ref())?;
        let (toolbox, _) = self.asked(&cx)?;
        let prompts = toolbox.prompts().into_iter().map(convert::prompt).collect();
        let mut result =
            ListPromptsResult::with_all_items(prompts).with_ttl_ms(FRESH_MS).with_cache_scope(CacheScope::Private);
        result.meta = self.meta(&cx);
        Ok(result)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        cx: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        declared::<GetPromptRequestMethod>(self.offers().prompts)?;
        let (toolbox, request_id) = self.asked(&cx)?;
        let mut response = prompts::prompt(&toolbox, request, &request_id, &cx).await?;
        if let GetPromptResponse::Complete(result) = &mut response {
            result.meta = convert::with_meta(result.meta.take(), self.meta(&cx));
        }
        Ok(response)
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        cx: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        declared::<ListResourcesRequestMethod>(self.offers().documents)?;
        let (toolbox, request_id) = self.asked(&cx)?;
        let page = prompts::list(&toolbox, request.and_then(|it| it.cursor), &request_id, &cx).await?;
        // A user may write a document at any time.
        let mut result = ListResourcesResult::with_all_items(convert::list(page.items))
            .with_ttl_ms(0)
            .with_cache_scope(CacheScope::Private);
        result.next_cursor = page.next_cursor;
        result.meta = self.meta(&cx);
        Ok(result)
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        cx: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        declared::<ListResourceTemplatesRequestMethod>(self.offers().documents)?;
        no_cursor(request.as_ref())?;
        let (toolbox, _) = self.asked(&cx)?;
        let mut result = ListResourceTemplatesResult::with_all_items(convert::list(toolbox.templates()))
            .with_ttl_ms(FRESH_MS)
            .with_cache_scope(CacheScope::Private);
        result.meta = self.meta(&cx);
        Ok(result)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        cx: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        declared::<ReadResourceRequestMethod>(self.offers().documents)?;
        let (toolbox, request_id) = self.asked(&cx)?;
        let mut response = prompts::read(&toolbox, request, &request_id, &cx).await?;
        if let ReadResourceResponse::Complete(result) = &mut response {
            result.meta = convert::with_meta(result.meta.take(), self.meta(&cx));
        }
        Ok(response)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        headers::tool(name)
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        let offers = self.offers();
        capabilities::tells_changes(offers).then(|| requested.supported_by(&capabilities::of(offers)))
    }

    async fn listen(&self, cx: SubscriptionContext) -> Result<(), ErrorData> {
        let toolbox = self.toolbox(cx.request_context().extensions.get::<Parts>())?;
        listen::listen(&toolbox, &cx).await
    }

    /// Methods that nobody knows, and known ones whose parameters could not be read.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        cx: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        if capabilities::has(self.offers(), &request.method, is_modern(&cx)) {
            let message = format!("The parameters are not those of {}.", request.method);
            return Err(ErrorData::invalid_params(message, None));
        }
        Err(ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method, None))
    }
}

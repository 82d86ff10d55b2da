"""A gRPC server of two users' notes, for tests.

Its one argument is a JSON object: `port`; `state`, a file that created notes are kept in; `reflection` (true: v1alpha,
"v1", or false); `tls`
(`cert`, `key`, and `client_ca` for mutual TLS); `descriptors`, a file to write the descriptor set to; `health`, a status.
The first line that it prints is JSON: {"port": …}.
"""

import json
import os
import sys
import tempfile
import threading
import time
from concurrent import futures

import grpc
from grpc_tools import protoc

JOB = json.loads(sys.argv[1])
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = tempfile.mkdtemp()
INCLUDED = os.path.join(os.path.dirname(protoc.__file__), "_proto")
arguments = ["", f"-I{HERE}", f"-I{INCLUDED}", f"--python_out={OUT}", f"--grpc_python_out={OUT}"]
if "descriptors" in JOB:
    arguments += [f"--descriptor_set_out={JOB['descriptors']}", "--include_imports", "--include_source_info"]
if protoc.main(arguments + [f"{HERE}/notes.proto"]) != 0:
    sys.exit("protoc failed")
sys.path.insert(0, OUT)
import notes_pb2 as pb  # noqa: E402
import notes_pb2_grpc as services  # noqa: E402
from google.protobuf import empty_pb2, json_format, timestamp_pb2  # noqa: E402
from grpc_reflection.v1alpha import reflection, reflection_pb2  # noqa: E402

LOCK = threading.Lock()
NOTES = []  # [user, {id, title, body, revision}]
ENTRIES = {"alice": [("ALICE-0801", 4201)], "bob": [("his purse", 7)]}
CALLS = {}
CANCELLED = [0]
LAST = [0.0]


def keep(kind, user, note):
    if "state" in JOB:
        with open(JOB["state"], "a", encoding="utf-8") as file:
            file.write(json.dumps([kind, user, note]) + "\n")
            file.flush()
            os.fsync(file.fileno())


def load():
    if "state" not in JOB or not os.path.exists(JOB["state"]):
        return
    with open(JOB["state"], encoding="utf-8") as file:
        for line in file:
            if not line.endswith("\n"):
                continue
            kind, user, note = json.loads(line)
            NOTES[:] = [it for it in NOTES if not (it[0] == user and it[1]["id"] == note["id"])]
            if kind != "delete":
                NOTES.append([user, note])


def metadata(context):
    return {key: value for key, value in context.invocation_metadata()}


def whose(context):
    """`authorization: Bearer key-of-alice`, or `x-user: alice`."""
    seen = metadata(context)
    key = seen.get("authorization", "")
    user = key.removeprefix("Bearer key-of-") if key else seen.get("x-user", "")
    if user not in ("alice", "bob"):
        context.abort(grpc.StatusCode.UNAUTHENTICATED, f"no such key: {key}")
    return user


def find(context, user, identifier):
    with LOCK:
        for owner, note in NOTES:
            if owner == user and note["id"] == identifier:
                return note
    context.abort(grpc.StatusCode.NOT_FOUND, f"note {identifier} is not in /var/lib/notes")


class Notes(services.NotesServicer):
    def ListNotes(self, request, context):
        user = whose(context)
        with LOCK:
            own = [note for owner, note in NOTES if owner == user and request.contains in note["title"]]
        shown = own[: request.page_size] if request.page_size > 0 else own
        return pb.ListNotesResponse(notes=[pb.Note(**note) for note in shown], total=len(own))

    def GetNote(self, request, context):
        return pb.Note(**find(context, whose(context), request.id))

    def CreateNote(self, request, context):
        user = whose(context)
        if not request.title:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a note has a title")
        with LOCK:
            number = 1 + sum(1 for owner, _ in NOTES if owner == user)
            note = {"id": f"{user}-{number}-{len(NOTES)}", "title": request.title, "body": request.body, "revision": 1}
            keep("create", user, note)
            NOTES.append([user, note])
        return pb.Note(**note)

    def UpdateNote(self, request, context):
        user = whose(context)
        note = find(context, user, request.id)
        with LOCK:
            for path in request.update_mask.paths or ["title", "body"]:
                if path in ("title", "body"):
                    note[path] = getattr(request.note, path)
            note["revision"] += 1
            keep("update", user, note)
            return pb.Note(**note)

    def DeleteNote(self, request, context):
        user = whose(context)
        note = find(context, user, request.id)
        with LOCK:
            keep("delete", user, note)
            NOTES[:] = [it for it in NOTES if it[1] is not note]
        return empty_pb2.Empty()

    def WatchNotes(self, request, context):
        user = whose(context)
        ended = threading.Event()

        def end():
            # Of a call that ended by itself there is nothing left to cancel.
            if not done[0]:
                with LOCK:
                    CANCELLED[0] += 1
            ended.set()

        done = [False]
        context.add_callback(end)
        sent = 0
        while not ended.is_set() and (request.count == 0 or sent < request.count):
            with LOCK:
                own = [note for owner, note in NOTES if owner == user]
            if sent < len(own) or request.count > 0:
                note = own[sent] if sent < len(own) else {"id": f"{user}-w{sent}", "title": f"{user} waits"}
                sent += 1
                yield pb.Note(**note)
                ended.wait(request.pause_ms / 1000)
            else:
                ended.wait(0.05)
        done[0] = True


class Ledger(services.LedgerServicer):
    def ListEntries(self, request, context):
        entries = ENTRIES.get(request.user_id, [])[: request.limit or None]
        account = lambda label: pb.Account(user_id=request.user_id, label=label)  # noqa: E731
        return pb.ListEntriesResponse(entries=[pb.Entry(account=account(label), cents=cents) for label, cents in entries])

    def AddEntry(self, request, context):
        user = request.account.user_id
        if not user:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "an entry is somebody's")
        ENTRIES.setdefault(user, []).append((request.account.label, request.cents))
        return pb.Entry(account=request.account, cents=request.cents)

    def Total(self, request, context):
        return pb.Entry(cents=sum(cents for all in ENTRIES.values() for _, cents in all))


class Kinds(services.KindsServicer):
    def Echo(self, request, context):
        return request

    def Written(self, request, context):
        return pb.Text(json=json_format.MessageToJson(request, indent=None))

    def Parsed(self, request, context):
        return json_format.Parse(request.json, pb.Everything())

    def Wrapped(self, request, context):
        stamp = timestamp_pb2.Timestamp()
        stamp.FromJsonString(request.value)
        return stamp


def varint(number):
    out = b""
    while True:
        out += bytes([number & 0x7F | (0x80 if number > 0x7F else 0)])
        number >>= 7
        if not number:
            return out


def piece(tag, content):
    return bytes([tag << 3 | 2]) + varint(len(content)) + content


class Lab(services.LabServicer):
    def Slow(self, request, context):
        LAST[0] = context.time_remaining() or 0.0
        ended = threading.Event()
        context.add_callback(ended.set)
        if ended.wait(request.ms / 1000):
            with LOCK:
                CANCELLED[0] += 1
        return self.Look(None, context)

    def Fail(self, request, context):
        with LOCK:
            CALLS[request.key] = CALLS.get(request.key, 0) + 1
            count = CALLS[request.key]
        if request.times and count > request.times:
            return self.Look(None, context)
        if request.message == "die":
            os._exit(9)
        if request.message == "raise":
            raise RuntimeError("a secret of the machine at /var/lib/notes")
        codes = {code.value[0]: code for code in grpc.StatusCode}
        if request.field:
            # google.rpc.Status with a google.rpc.BadRequest.
            violation = piece(1, request.field.encode()) + piece(2, b"is not one of ours")
            packed = piece(1, b"type.googleapis.com/google.rpc.BadRequest") + piece(2, piece(1, violation))
            context.set_trailing_metadata((("grpc-status-details-bin", b"\x08\x03" + piece(3, packed)),))
        context.abort(codes[request.code], request.message)

    def FailHarmlessly(self, request, context):
        return self.Fail(request, context)

    def Look(self, request, context):
        seen = {key: value for key, value in metadata(context).items() if isinstance(value, str)}
        with LOCK:
            return pb.Seen(calls=dict(CALLS), cancelled=CANCELLED[0], last_deadline_s=LAST[0], metadata=seen)


def health(status):
    def check(request, context):
        return b"\x08" + bytes([status])

    handler = grpc.unary_unary_rpc_method_handler(check)
    return grpc.method_handlers_generic_handler("grpc.health.v1.Health", {"Check": handler})


def current_reflection(names):
    """Version 1, which differs from v1alpha in the package's name only."""
    servicer = reflection.ReflectionServicer(service_names=names)
    handler = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    return grpc.method_handlers_generic_handler(
        "grpc.reflection.v1.ServerReflection", {"ServerReflectionInfo": handler}
    )


def main():
    load()
    server = grpc.server(futures.ThreadPoolExecutor(32), options=[("grpc.so_reuseport", 0)])
    services.add_NotesServicer_to_server(Notes(), server)
    services.add_LedgerServicer_to_server(Ledger(), server)
    services.add_KindsServicer_to_server(Kinds(), server)
    services.add_LabServicer_to_server(Lab(), server)
    if "health" in JOB:
        server.add_generic_rpc_handlers((health(JOB["health"]),))
    names = [it.full_name for it in pb.DESCRIPTOR.services_by_name.values()]
    if JOB.get("reflection", True) == "v1":
        server.add_generic_rpc_handlers((current_reflection(names),))
    elif JOB.get("reflection", True):
        reflection.enable_server_reflection((*names, reflection.SERVICE_NAME), server)
    address = f"127.0.0.1:{JOB.get('port', 0)}"
    if "tls" in JOB:
        read = lambda name: open(JOB["tls"][name], "rb").read()  # noqa: E731
        client_ca = read("client_ca") if "client_ca" in JOB["tls"] else None
        credentials = grpc.ssl_server_credentials([(read("key"), read("cert"))], client_ca, client_ca is not None)
        port = server.add_secure_port(address, credentials)
    else:
        port = server.add_insecure_port(address)
    server.start()
    print(json.dumps({"port": port}), flush=True)
    server.wait_for_termination()


main()

"""Hidden tests of ex05: judge recordings, on both backends, under every schedule."""

from collections import defaultdict

from grader.authoring import Diagnosed, grading

OK = b"HTTP/1.1 200 OK\r\n"
PATIENCE = 30
NO_PLAIN_URLS = (
    {
        "https://HOST/": "is no http:// URL",
        "ftp://HOST/film": "is no http:// URL",
        "http://ada@HOST/film": "has a user name",
        "http://ada:secret@HOST/film": "has a user name",
        "http://HOST/film#end": "has a fragment",
    },
    {
        "HOST/film": "is no http:// URL",
        "http:HOST/film": "has no // before its host",
        "": "is no http:// URL",
        "http:///film": "has no host",
    },
    {
        "http://127.0.0.1:http/film": "has a port that is no number",
        "http://127.0.0.1:65536/film": "has a port above 65535",
        "http://127.0.0.1:65616/film": "has a port above 65535",
    },
)
"""URLs, in which HOST is the server's host and port, and what keeps each from being a plain one.

Those of one play are such that a client which takes them for plain URLs comes to the same end with all of them: an
answer, a host that is not there, or a port that is not there. One of these would be told in place of another one.
"""

HELLO = OK + b"Content-Type: text/plain\r\nContent-Length: 12\r\n\r\nhello, world"
LEFT_OPEN = {
    "all": [OK + b"Content-Length: 5\r\n\r\nhello"],
    "more": [OK + b"Content-Length: 5\r\n\r\nhello, and more"],
    "nothing": [OK + b"Content-Length: 0\r\n\r\n"],
    "in any case": [OK + b"content-LENGTH: 5\r\n\r\nhello"],
}
"""What servers send that then leave the connection open."""


def body(came, marks):
    """What came back. An exception in its place is a failure of the test's own kind, with the test's own words."""
    if came.raised:
        well_formed(marks, b"/")
    assert not came.raised
    return came.value


def by_input(recording):
    """The marks of each input of a play: a mark that names it comes before them. An input that never began has none."""
    marks = defaultdict(list)
    name = None
    for mark in recording.marks:
        if mark.name == "input":
            name = mark.value
        marks[name].append(mark)
    return marks


def waits(recording):
    """For how many seconds each input of a play was fetched."""
    fetches = [span.took for span in recording.spans if span.name == "fetch"]
    return dict(zip(by_input(recording), fetches, strict=False))


def values(marks, name):
    return [mark.value for mark in marks if mark.name == name]


def well_formed(marks, sent):
    """The server has got a request that it can read. A client whose request never ends waits for its answer in vain."""
    for request in values(marks, "request")[:1]:
        head, empty_line, behind = request.partition(b"\r\n\r\n")
        first, *others = head.split(b"\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(b":") for line in others)}
        (host,) = values(marks, "host")
        shown = request.replace(host, b"HOST")  # the port is another one in each play
        if not request:
            fault, help = "nothing, and the connection was closed", "send the request: `await stream.send(...)`"
        elif not empty_line:
            fault, help = f"{shown}: the empty line at the end is missing", 'end it with "\\r\\n\\r\\n"'
        elif behind:
            fault, help = f"{shown}: there is something behind the empty line", "a GET request has no body"
        elif first not in (b"GET " + sent + b" HTTP/1.0", b"GET " + sent + b" HTTP/1.1"):
            fault = f"{first} as the first line; {b'GET ' + sent + b' HTTP/1.0'} was expected"
            help = "put the target there: the path of the URL, `/` if it is empty, and `?` with the query behind it"
        elif b"host" not in headers:
            fault, help = f"{shown}: it has no Host header", "send a line `Host:` with `urlsplit(url).netloc`"
        elif first.endswith(b"1.1") and headers.get(b"connection", b"").lower() != b"close":
            fault = f"{shown}: with HTTP/1.1 it has to say `Connection: close`"
            help = "use HTTP/1.0, or send that header: otherwise the server leaves the connection open"
        else:
            return
        raise Diagnosed("malformed-request", f"The server got {fault}.", help=help)


@grading(
    points=4,
    promise=6,
    diagnosis="partial-data",
    schedules=2,
    feedback="The server sent `hello, world` as the body, and that is what fetch_data_from() returns: no header before "
    "it, nothing behind it.",
    help="cut the response at the first empty line: what is behind it is the body",
    show=("pieces", "expected"),
)
def test_returns_the_body(play):
    """the body comes back"""
    recording = play("answered", pieces=[HELLO])

    assert body(recording, recording.marks) == b"hello, world"


@grading(
    points=5,
    promise=3,
    diagnosis="malformed-request",
    schedules=1,
    feedback="The request is not well-formed: `GET target HTTP/1.0` (or 1.1 with `Connection: close`), a Host header "
    "as in the URL, an empty line. The target is the path, `/` if there is none, and the query.",
    show=("target",),
)
def test_sends_a_wellformed_request(play):
    """the request is well-formed"""
    expected = {"": b"/", "?x=1": b"/?x=1", "/films/7?size=large&lang=en": b"/films/7?size=large&lang=en"}
    recording = play("asked", targets=list(expected), pieces=[OK + b"Content-Length: 2\r\n\r\nok"])
    marks = by_input(recording)
    for target, sent in expected.items():
        assert len(values(marks[target], "request")) == 1
        well_formed(marks[target], sent)

    recording = play("twice")
    if not recording.raised and len(recording.values("request")) == 1:
        raise Diagnosed(
            "stale-state",
            "The same URL was fetched twice, and the server got one request. The document may have changed meanwhile.",
            help="send a request in every call, and keep nothing between two calls",
        )
    # What a submission puts in front of the body is another promise.
    assert [found.rpartition(b"\n")[2] for found in body(recording, recording.marks)] == [b"first", b"second"]


@grading(
    points=4,
    promise=4,
    diagnosis="malformed-request",
    schedules=1,
    feedback="The Host header is what stands in the URL between `//` and the path, with the port only if it is there.",
    help="send a line `Host:` with what stands in the URL between `//` and the path (`urlsplit(url).netloc`)",
)
def test_host_header_is_that_of_the_url(play):
    """the Host header says what the URL says"""
    for recording, place in (
        (play("answered", pieces=[HELLO]), "host"),
        (play("answered_at_port_80", pieces=[OK + b"Content-Length: 2\r\n\r\nok"], only_there=False), "named"),
    ):
        expected = recording.values(place)[0]
        for request in recording.values("request"):
            lines = [line.partition(b":") for line in request.split(b"\r\n")]
            said = [value.strip() for name, _, value in lines if name.strip().lower() == b"host"]
            if said and said != [expected]:
                where = "has a port" if place == "host" else "has no port"
                raise Diagnosed(
                    "malformed-request",
                    f"The URL {where}, and the Host header "
                    + ("has another one or none." if place == "host" else f"is {said[0].decode('latin-1')!r}."),
                    help="send what stands in the URL between `//` and the path (`urlsplit(url).netloc`)",
                )
        if not (recording.raised or recording.values("request")):
            raise Diagnosed("nothing-done", "fetch() came back, and the server had got no request.")
        assert recording.values("request")


@grading(
    points=3,
    promise=2,
    diagnosis="edge-case",
    schedules=1,
    feedback="A URL without a port means port 80, and no connection was made there.",
    help="take 80 where the URL names no port: `urlsplit(url).port or 80`",
)
def test_default_port_is_80(play):
    """a URL without a port means port 80"""
    recording = play("answered_at_port_80", pieces=[OK + b"Content-Length: 2\r\n\r\nok"], only_there=True)

    assert recording.raised or recording.result is not None
    assert "connected" in recording.order


@grading(
    points=10,
    promise=14,
    diagnosis="blocked-loop",
    schedules=2,
    feedback="The server thinks for 5.5 s, and a clock beside it should tick five times meanwhile. It did not: "
    "something in fetch_data_from() holds up the event loop.",
    help="await every step that waits: `anyio.connect_tcp`, `send`, `receive`",
)
def test_ui_keeps_ticking_while_we_wait(play):
    """other tasks go on while it waits"""
    recording = play("ticking", seconds=5.5, response=OK + b"Content-Length: 5\r\n\r\nhello")

    # What came back is judged elsewhere: a wrong body does not mean that the loop stood still.
    assert not recording.raised
    assert len(recording.values("tick")) >= 5


@grading(
    points=7,
    promise=5,
    diagnosis="partial-data",
    schedules=3,
    feedback="The header arrived in several pieces, cut in the middle of a line and of the empty line.",
    help='receive into one buffer until b"\\r\\n\\r\\n" is in it, and only then look at the header',
    show=("pieces", "expected"),
)
def test_response_in_pieces(play):
    """the header may arrive in pieces"""
    pieces = [b"HTT", b"P/1.1 200 OK\r\nContent-Len", b"gth: 5\r", b"\n\r", b"\nhello"]
    recording = play("answered", pieces=pieces)

    if recording.raised:
        raise Diagnosed(
            "partial-data",
            "The header arrived in five pieces, and the code took the first of them for the whole.",
            help='receive into one buffer until b"\\r\\n\\r\\n" is in it, and only then look at the header',
        )
    assert body(recording, recording.marks) == b"hello"


@grading(
    points=7,
    promise=5,
    diagnosis="partial-data",
    schedules=3,
    feedback="The body arrived in several pieces. receive() returns what is there and not everything: go on until "
    "Content-Length bytes have come.",
    help="go on receiving while there are fewer bytes behind the empty line than Content-Length says",
    show=("pieces", "expected"),
)
def test_body_in_pieces(play):
    """the body may arrive in pieces"""
    pieces = [OK + b"Content-Length: 12\r\n\r\n", b"hello", b", ", b"world"]

    recording = play("answered", pieces=pieces)
    assert body(recording, recording.marks) == b"hello, world"


@grading(
    points=5,
    promise=8,
    diagnosis="partial-data",
    schedules=2,
    feedback="There is no Content-Length, so the body ends where the connection does.",
    help="receive until EndOfStream where the header has no Content-Length",
    show=("pieces", "expected"),
)
def test_body_without_length_ends_at_eof(play):
    """with no length it ends with the connection"""
    pieces = [OK + b"Content-Type: text/plain\r\n\r\nhello", b", world"]

    recording = play("answered", pieces=pieces)
    assert body(recording, recording.marks) == b"hello, world"


@grading(
    points=6,
    promise=6,
    diagnosis="partial-data",
    schedules=1,
    feedback="The body is bytes, of any value, and may itself contain an empty line.",
    help='cut at the first empty line alone (`split(b"\\r\\n\\r\\n", 1)`), and decode nothing behind it',
)
def test_body_is_bytes_not_text(play):
    """the body is bytes, not text"""
    # Long, too: more than one call of receive() returns, and more than any buffer that is likely to be set aside.
    document = b"before\r\n\r\nbehind an empty line" + bytes(range(256)) * 1200
    response = OK + b"Content-Length: %d\r\n\r\n" % len(document) + document

    # Of one large piece the kernel would deliver more or less at a time, depending on how busy the computer is.
    pieces = [response[start : start + 50_000] for start in range(0, len(response), 50_000)]
    recording = play("answered", pieces=pieces)
    assert body(recording, recording.marks) == document


@grading(
    points=6,
    promise=7,
    diagnosis="partial-data",
    schedules=3,
    feedback="Content-Length bytes had arrived, and that is the end of the body: neither wait for the server to hang "
    "up nor take what comes behind.",
    help="stop at Content-Length bytes, also where that is 0, and return no more than those",
    show=("pieces", "expected"),
)
def test_stops_reading_at_content_length(play):
    """it stops reading at Content-Length"""
    recording = play("each_left_open", responses=LEFT_OPEN)
    for name, expected in (("all", b"hello"), ("more", b"hello"), ("nothing", b"")):
        pieces, marks = LEFT_OPEN[name], by_input(recording)[name]
        document = body(recording.attempt(name), marks)
        if document != expected:
            raise Diagnosed("partial-data", f"The server sent {pieces}, and fetch_data_from() returned {document!r}.")
        if waits(recording)[name] >= PATIENCE:
            well_formed(marks, b"/")
            raise Diagnosed(
                "partial-data", f"The server sent {pieces}, and fetch_data_from() waited for it to hang up."
            )


@grading(
    points=3,
    promise=6,
    diagnosis="partial-data",
    schedules=1,
    feedback="The head says `content-LENGTH: 5`. The names of headers may be written in any case.",
    help="compare the names of headers in lower case",
    show=("expected",),
)
def test_header_names_in_any_case(play):
    """header names may be in any case"""
    recording = play("each_left_open", responses=LEFT_OPEN)
    marks = by_input(recording)["in any case"]

    assert body(recording.attempt("in any case"), marks) == b"hello"
    if waits(recording)["in any case"] >= PATIENCE:
        well_formed(marks, b"/")
    assert waits(recording)["in any case"] < PATIENCE


@grading(
    points=6,
    promise=9,
    diagnosis="lost-error",
    schedules=1,
    feedback="The server answered with a status other than 200, and what it sent is not the document: FetchError with "
    "that status.",
    help="read the status in the first line, and raise `FetchError(..., status=status)` for any other than 200",
)
def test_bad_status_is_an_error(play):
    """a status other than 200 is a FetchError"""
    statuses = {404: b"Not Found", 500: b"Server Error", 301: b"Moved", 206: b"Partial", 204: b"Empty"}
    head = b"HTTP/1.1 %d %s\r\nContent-Length: 200\r\n\r\n"
    page = b"not the document".ljust(200)
    responses = {str(status): [head % (status, words) + page] for status, words in statuses.items()}
    recording = play("each_answered", responses=responses)
    for status in statuses:
        fetched, marks = recording.attempt(str(status)), by_input(recording)[str(status)]

        if fetched.how == "returned":
            raise Diagnosed(
                "lost-error",
                f"The server answered {status}, and what it sent is not the document: FetchError with status {status}.",
                help=f"read the status in the first line, and raise `FetchError(..., status={status})`",
            )
        assert fetched.raised.isa("submission.FetchError")
        assert fetched.raised.bare
        assert values(marks, "status") == [status]


@grading(
    points=6,
    promise=10,
    diagnosis="partial-data",
    schedules=2,
    feedback="The connection broke off in the middle of the header or of the promised body. What has arrived is not "
    "the document: FetchError with status None.",
    help="raise FetchError where EndOfStream comes before the empty line, or before Content-Length bytes are there",
    show=("pieces",),
)
def test_truncated_body_is_an_error(play):
    """a response cut short is a FetchError"""
    responses = {
        "in the body": [OK + b"Content-Length: 10\r\n\r\nhello,"],
        "in the head": [OK + b"Content-Len"],
        "at once": [],
    }
    recording = play("each_answered", responses=responses)
    for name, pieces in responses.items():
        fetched = recording.attempt(name)
        if fetched.how == "returned":
            raise Diagnosed(
                "partial-data",
                f"The server sent {pieces or 'nothing'} and hung up, and fetch_data_from() returned {fetched.value!r}. "
                "That is not the document: FetchError with status None.",
            )
        assert fetched.raised.isa("submission.FetchError")
        assert fetched.raised.bare
        assert values(by_input(recording)[name], "status") == [None]


@grading(
    points=4,
    promise=11,
    diagnosis="lost-error",
    schedules=1,
    feedback="Nobody listens at that port. The error of the operating system, an OSError, passes through as it is.",
    help="catch no OSError, or raise it again: FetchError is for what a server has answered",
)
def test_a_refused_connection_is_an_oserror(play):
    """a refused connection is an OSError"""
    recording = play("refused")

    assert recording.raised.isa("OSError")
    assert recording.raised.bare


@grading(
    points=9,
    promise=14,
    diagnosis="thread-per-download",
    schedules=1,
    feedback="Fifty downloads should be under way at once without fifty threads. The server answers when all fifty "
    "requests are there.",
    help="take the threads out: await `connect_tcp`, `send` and `receive` in the calling task",
)
def test_fifty_downloads_in_flight(play):
    """fifty downloads at once, without threads"""
    # More than the 40 threads that anyio lends at a time: with one for each download the last ten never get there.
    recording = play("crowd", count=50)

    if recording.ended_as("deadlock", "late"):
        if sum(waiting.awaiting.startswith("run_sync") for waiting in recording.waiting) > 1:
            raise Diagnosed(
                "thread-per-download",
                "Fifty downloads should be under way at once. Each waits for a worker thread, and there are 40.",
                help="take the threads out: await `connect_tcp`, `send` and `receive` in the calling task",
            )
    elif not recording.values("threads") or recording.elapsed >= PATIENCE:
        raise Diagnosed(
            "serial",
            "Fifty downloads should be under way at once. The server never had all fifty requests: one waits until "
            "another is done.",
            help="share nothing that only one download can have at a time, such as a lock",
        )
    # Whatever a submission may put in front of the body, it must be the body of its own download.
    assert all(found.endswith(b"/%d" % number) for number, found in enumerate(recording.result))
    assert len(recording.values("threads")) == 1
    # Not zero: asyncio looks up names in a pool of its own, of up to 32 threads.
    assert recording.values("threads")[0] < 40


@grading(
    points=6,
    promise=12,
    diagnosis="not-closed",
    schedules=2,
    feedback="The call was over, with a result or with an error, and the server still saw an open connection.",
    help="open the connection with `async with await anyio.connect_tcp(...) as stream`: that closes it on every path",
)
def test_connection_is_closed_afterwards(play):
    """the connection is closed when the call is over"""
    recording = play("each_left_open", responses=LEFT_OPEN)
    marks = by_input(recording)["all"]
    assert body(recording.attempt("all"), marks) == b"hello"
    assert len(values(marks, "hung up")) == len(values(marks, "connected")) == 1

    recording = play("left_open", pieces=[b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello"])
    assert recording.raised.isa("submission.FetchError") or body(recording, recording.marks) == b"hello"
    assert recording.order.count("hung up") == recording.order.count("connected") == 1


@grading(
    points=5,
    promise=13,
    diagnosis="not-closed",
    schedules=1,
    feedback="The download was cancelled. It must end at once and hang up, wherever it is by then.",
    help="open the connection with `async with`, which closes it when the download is cancelled, too",
)
def test_cancelling_hangs_up(play):
    """cancelling a download hangs up"""
    hang_ups = 0
    for recording in play.each_step("cancelled", pieces=[OK + b"Content-Length: 12\r\n\r\n", b"hello"]):
        assert not recording.raised
        if recording.caller.how == "returned":
            raise Diagnosed(
                "swallowed-cancellation",
                f"The download was cancelled after {recording.cancelled_at:g} s, and went on all the same.",
                help="take the shield away, and catch `Exception`, never `BaseException`: a cancellation has to pass",
            )
        assert recording.stopped_at_once
        # Before it has sent anything, the connection may not be its own yet: anyio 4.14 loses one that is cancelled
        # on its way out of connect_tcp. At the end of its patience the server hangs up.
        hung_up = recording.order.count("hung up") == recording.order.count("connected")
        assert hung_up or not any(recording.values("request")) or recording.cancelled_at > PATIENCE
        hang_ups += recording.order.count("hung up")
    assert hang_ups > 0


@grading(
    points=4,
    promise=1,
    diagnosis="edge-case",
    schedules=1,
    feedback="That is no http:// URL. Say so with a ValueError before a connection is made.",
    help="look at scheme and host of the URL first, and raise ValueError for any other than `http`",
    show=("url",),
)
def test_only_http(play):
    """what is no http:// URL is a ValueError"""
    for urls in NO_PLAIN_URLS:
        recording = play("not_http", urls=list(urls))
        assert not recording.raised
        for url, why in urls.items():
            if not recording.attempt(url).raised.isa("ValueError"):
                raise Diagnosed(
                    "edge-case",
                    f"{url!r} {why}, and fetch_data_from() did not say so by a ValueError.",
                    help="look at the whole URL first, and raise ValueError for what is not "
                    "`http://host[:port][/path][?query]`",
                )
            assert not values(by_input(recording)[url], "connected")

    # Nobody listens there, or lets it in: what comes of it is an OSError as a rule.
    url = "http://127.0.0.1:65535/film"
    if play("not_http", urls=[url]).attempt(url).raised.isa("ValueError"):
        raise Diagnosed(
            "edge-case",
            f"{url!r} is a plain URL, and fetch_data_from() raised a ValueError.",
            help="refuse only ports above 65535",
        )

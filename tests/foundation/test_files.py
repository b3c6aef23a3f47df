"""Files through one API on a disk, in memory and in an S3 service."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from pbplatform.foundation.files import FileMissing, Files


@pytest.fixture
def files(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    """A store of each kind."""
    if request.param == "file":
        yield Files(f"file:{tmp_path / 'files'}")
    elif request.param == "memory":
        yield Files("memory:")
    else:
        yield from _s3(monkeypatch)


def _s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1")
    client.create_bucket(Bucket="uploads", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    client.close()
    try:
        yield Files(f"s3://uploads?region=eu-central-1&endpoint={endpoint}")
    finally:
        server.stop()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:moto", "ignore::DeprecationWarning:botocore")
@pytest.mark.parametrize("files", ["file", "memory", "s3"], indirect=True)
def test_what_is_put_can_be_got_listed_and_forgotten(files: Files) -> None:
    files.put("photos/1.webp", b"one")
    files.put("photos/1.webp", b"two")
    files.put("plans/ფაილი.txt", "ტექსტი".encode())
    assert files.get("photos/1.webp") == b"two"
    assert files.all_keys() == ["photos/1.webp", "plans/ფაილი.txt"]
    assert files.all_keys("photos") == ["photos/1.webp"]
    files.delete("photos/1.webp")
    files.delete("photos/1.webp")
    with pytest.raises(FileMissing):
        files.get("photos/1.webp")


@pytest.mark.parametrize("files", ["memory"], indirect=True)
def test_what_is_dear_to_make_is_made_once(files: Files) -> None:
    made = iter([b"first", b"second"])
    assert files.kept("made/1.pdf", lambda: next(made)) == b"first"
    assert files.kept("made/1.pdf", lambda: next(made)) == b"first"
    assert files.kept("made/2.pdf", lambda: next(made)) == b"second"


@pytest.mark.parametrize("files", ["file", "memory"], indirect=True)
def test_what_is_long_is_made_once_and_sent_from_the_disk(files: Files) -> None:
    made = iter([[b"one", b"two"], [b"never"]])
    for _turn in range(2):
        with files.kept_file("made/1.csv", lambda: next(made)) as held:
            assert held.read() == b"onetwo"


@pytest.mark.parametrize("files", ["file"], indirect=True)
def test_what_breaks_off_while_it_is_made_is_not_kept(files: Files) -> None:
    def broken() -> Iterator[bytes]:
        yield b"half"
        raise OSError("the database is away")

    with pytest.raises(OSError, match="away"):
        files.kept_file("made/1.csv", broken)
    assert files.all_keys() == []

"""Uploads a file with tuspy, and says how it ended."""

import json
import sys

from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError
from tusclient.storage.filestorage import FileStorage

given = json.loads(sys.argv[1])
wish = given["wish"]
options = wish["options"]
named = {"chunkSize": "chunk_size", "uploadUrl": "url"}

try:
    TusClient(wish["endpoint"]).uploader(
        given["path"],
        metadata=wish["metadata"],
        retries=len(options["retryDelays"]),
        retry_delay=0,
        store_url=True,
        url_storage=FileStorage(given["memory"]),
        upload_checksum=wish["checksums"],
        **{named[name]: value for name, value in options.items() if name in named},
    ).upload()
    print(json.dumps("success"))
except TusCommunicationError as error:
    print(json.dumps(f"error: {error}"))

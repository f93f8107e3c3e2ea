"""How every kernel of the notes is started, in a run and in the preview."""

import sys

INSIDE = "scripts.kernel.inside"  # the extension that it loads
OPTIONS = [
    f"--ext={INSIDE}",
    "--HistoryManager.enabled=False",
    "--IPKernelApp.log_level=40",  # errors: on a loaded machine a warning could come after the last word of a run
    "--IPKernelApp.outstream_class=scripts.kernel.streams.Stream",  # what it sends, see there
    "--Session.packer=scripts.kernel.streams.json_bytes",
    "--Session.unpacker=scripts.kernel.streams.read_json",
    f"--Session.copy_threshold={sys.maxsize}",  # or the first large message would start a thread, which notes could see
]

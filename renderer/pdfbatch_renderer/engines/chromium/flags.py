"""Chromium's command line: what each flag is there for."""

from typing import Final

from pdfbatch_renderer.engines.chromium.find import ChromiumBinary

# A page may load nothing but what the engine answers. Requests are stopped by Fetch, but not every request passes
# through it (<link rel=prefetch> reached a socket), so names resolve to nothing and the proxy is a closed port.
_NO_NETWORK: Final = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-quic",
    "--disable-sync",
    "--disable-component-update",
    "--no-pings",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",  # which no proxy and no resolver stops
)

_STEADY: Final = (
    "--disable-gpu",
    "--disable-dev-shm-usage",  # /dev/shm is 64 MB in a pod
    "--disable-extensions",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-hang-monitor",  # the supervisor knows better
    "--disable-popup-blocking",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-background-timer-throttling",
    "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication,InterestFeedContentSuggestions",
    "--font-render-hinting=none",  # glyphs as designed: hinting is for screens and differs between machines
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
    "--use-mock-keychain",
    "--log-level=3",
)


def command_line(binary: ChromiumBinary, *, sandbox: bool, drawing: bool = False) -> list[str]:
    """The program and its arguments, debugging over file descriptors 3 and 4.

    Args:
        sandbox: whether Chromium's own sandbox can work here: not as root, not without user namespaces.
        drawing: whether it draws frames by itself. Scripts need them: without, requestAnimationFrame never calls.
    """
    line = [binary.path, "--remote-debugging-pipe", "--lang=en-US", *_STEADY, *_NO_NETWORK]
    if binary.headless_shell:
        # No frame is drawn unless asked: a third to a half less CPU a document. Headless shell only.
        line += ["--headless"] if drawing else ["--headless", "--enable-begin-frame-control"]
    else:
        line += ["--headless=new"]
    if not sandbox:
        line.append("--no-sandbox")
    return [*line, "about:blank"]

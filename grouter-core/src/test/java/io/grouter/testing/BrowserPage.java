package io.grouter.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A page in a real browser that a test looks at, types into and clicks on. Used by one thread. */
public final class BrowserPage implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Duration CAP = Duration.ofSeconds(30);
    private static final Map<String, Integer> KEYS =
            Map.of("Tab", 9, "Enter", 13, "Escape", 27, "ArrowDown", 40, "ArrowUp", 38);

    private final ChromiumProcess process;
    private final WebSocket socket;
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();
    private volatile @Nullable String session;

    /**
     * Starts a browser with an empty page.
     *
     * @param program as of {@link Programs#find}
     * @param folder for its profile, new
     */
    public BrowserPage(String program, Path folder) throws IOException {
        this.process = new ChromiumProcess(program, folder, "--remote-debugging-port=0", "about:blank");
        try {
            await("the browser listens")
                    .atMost(CAP)
                    .until(() -> process.devTools().isPresent());
            this.socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(process.devTools().orElseThrow(), new Reader())
                    .join();
            String target = call("Target.createTarget", Map.of("url", "about:blank"))
                    .path("targetId")
                    .asString("");
            session = call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
                    .path("sessionId")
                    .asString("");
            List.of("Page.enable", "Runtime.enable", "Log.enable").forEach(method -> call(method, Map.of()));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    /** Takes what the browser says. */
    private final class Reader implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                JsonNode message = JSON.readTree(text.toString());
                text.setLength(0);
                take(message);
            }
            from.request(1);
            return null;
        }
    }

    private void take(JsonNode message) {
        CompletableFuture<JsonNode> waiting = answers.remove(message.path("id").asInt(0));
        if (waiting != null) {
            JsonNode error = message.path("error");
            if (error.isMissingNode()) {
                waiting.complete(message.path("result"));
            } else {
                waiting.completeExceptionally(new IllegalStateException(error.toString()));
            }
            return;
        }
        JsonNode params = message.path("params");
        switch (message.path("method").asString("")) {
            case "Runtime.exceptionThrown" ->
                complaints.add(params.path("exceptionDetails").toString());
            case "Runtime.consoleAPICalled" -> complaints.add("console: " + params.path("args"));
            case "Log.entryAdded" -> complaints.add(params.path("entry").toString());
            default -> {
                // Of no interest.
            }
        }
    }

    private JsonNode call(String method, Map<String, ?> params) {
        int id = ids.incrementAndGet();
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        answers.put(id, answer);
        String to = session;
        Map<String, Object> message = to == null
                ? Map.of("id", id, "method", method, "params", params)
                : Map.of("id", id, "method", method, "params", params, "sessionId", to);
        socket.sendText(JSON.writeValueAsString(message), true).join();
        try {
            return answer.get(CAP.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(method + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Goes to a page anew. */
    public void open(String url) {
        call("Page.navigate", Map.of("url", "about:blank"));
        call("Page.navigate", Map.of("url", url));
    }

    /** Returns the value of an expression of JavaScript, or what a promise of it comes to; fails when it throws. */
    public JsonNode value(String expression) {
        JsonNode answer =
                call("Runtime.evaluate", Map.of("expression", expression, "awaitPromise", true, "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + answer.path("exceptionDetails"));
        }
        return answer.path("result").path("value");
    }

    /** Returns the text that is seen in the first element of a selector, "" when there is none. */
    public String text(String selector) {
        return value("document.querySelector(" + quoted(selector) + ")?.innerText ?? ''")
                .asString("");
    }

    /** Waits until an expression is true. */
    public void awaitTrue(String expression) {
        try {
            await(expression)
                    .atMost(CAP)
                    .until(() -> value("Boolean(" + expression + ")").asBoolean(false));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    expression + " did not become true; seen: " + text("body") + "; complaints: " + complaints, e);
        }
    }

    /** Waits until the first element of a selector shows a text. */
    public void awaitText(String selector, String text) {
        awaitTrue("document.querySelector(" + quoted(selector) + ")?.innerText.includes(" + quoted(text) + ")");
    }

    /** Clicks in the middle of the first element of a selector (of its first line), once it is there. */
    public void click(String selector) {
        awaitTrue("document.querySelector(" + quoted(selector) + ")");
        JsonNode at = value("(() => { const e = document.querySelector(" + quoted(selector)
                + "); e.scrollIntoView({block: 'center'}); const r = e.getClientRects()[0];"
                + " return [r.x + r.width / 2, r.y + r.height / 2]; })()");
        for (String type : List.of("mousePressed", "mouseReleased")) {
            call(
                    "Input.dispatchMouseEvent",
                    Map.of(
                            "type",
                            type,
                            "x",
                            at.get(0).asDouble(),
                            "y",
                            at.get(1).asDouble(),
                            "button",
                            "left",
                            "clickCount",
                            1));
        }
    }

    /** Types a text where the focus is. */
    public void type(String text) {
        call("Input.insertText", Map.of("text", text));
    }

    /** Presses a key where the focus is: one character, or Tab, Enter, Escape, ArrowDown, ArrowUp. */
    public void press(String key) {
        int code = KEYS.getOrDefault(key, 0);
        String text = key.equals("Enter") ? "\r" : code == 0 ? key : "";
        call(
                "Input.dispatchKeyEvent",
                Map.of("type", "keyDown", "key", key, "windowsVirtualKeyCode", code, "text", text));
        call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "windowsVirtualKeyCode", code));
    }

    /** Makes the window so large, in CSS pixels. */
    public void size(int width, int height) {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** Sets what the system says of colours ({@code light} or {@code dark}); nothing on the page moves. */
    public void systemColours(String scheme) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", scheme),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
    }

    /** Writes what is seen to {@code target/screenshots} of the module. */
    public void screenshot(String name) throws IOException {
        JsonNode answer = call("Page.captureScreenshot", Map.of("format", "png"));
        Path folder = Files.createDirectories(Path.of("target", "screenshots"));
        Files.write(
                folder.resolve(name + ".png"),
                Base64.getDecoder().decode(answer.path("data").asString("")));
    }

    /** Returns errors of scripts, whatever was written to the console, refused loads; forgets them. */
    public List<String> complaints() {
        List<String> all = List.copyOf(complaints);
        complaints.clear();
        return all;
    }

    /** Returns a text as JavaScript writes it. */
    public static String quoted(String text) {
        return JSON.writeValueAsString(text);
    }

    @Override
    public void close() {
        socket.abort();
        process.close();
    }
}

package io.grouter.testing;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The JDK's HTTP client, with cookies, as a process of its own: only at its start can a JVM be told the addresses of
 * names. Commands and results are lines of URL-encoded fields.
 */
public final class HttpClientProcess implements AutoCloseable {
    private static final Duration MOST = Duration.ofSeconds(30);

    private final Process process;
    private final BufferedWriter out;
    private final BufferedReader in;

    /**
     * What came of a request.
     *
     * @param status the last answer's status
     * @param url the last one asked for
     * @param hops how many redirects were followed
     * @param version the protocol of the last answer
     * @param body the last answer's body
     */
    public record Result(int status, String url, int hops, HttpClient.Version version, String body) {}

    private HttpClientProcess(Process process) {
        this.process = process;
        this.out = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII));
        this.in = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    /**
     * Starts one.
     *
     * @param hosts file of names and addresses, as of {@code jdk.net.hosts.file}
     * @param ca file with the certificates to trust
     */
    public static HttpClientProcess start(
            Path hosts, String ca, HttpClient.Redirect redirects, HttpClient.Version version) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:TieredStopAtLevel=1",
                "-Djdk.net.hosts.file=" + hosts,
                "-classpath",
                System.getProperty("java.class.path"),
                HttpClientProcess.class.getName(),
                ca,
                redirects.name(),
                version.name());
        return new HttpClientProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Sends a request and waits for the answer; headers are names and values. */
    public Result send(String method, String url, String body, String... headers) throws IOException {
        List<String> command = new ArrayList<>(List.of(method, url, body));
        command.addAll(List.of(headers));
        String[] said = ask(command);
        return new Result(
                Integer.parseInt(said[0]),
                said[1],
                Integer.parseInt(said[2]),
                HttpClient.Version.valueOf(said[3]),
                said[4]);
    }

    /** Opens a WebSocket, sends a text, and returns the first text that comes back. */
    public String webSocket(String url, String text) throws IOException {
        return ask(List.of("WEBSOCKET", url, text))[0];
    }

    private String[] ask(List<String> command) throws IOException {
        out.write(encode(command));
        out.newLine();
        out.flush();
        String line = in.readLine();
        if (line == null || line.startsWith("!")) {
            throw new AssertionError(command + ": " + (line == null ? "the client ended" : decode(line)[0]));
        }
        return decode(line);
    }

    private static String encode(List<String> fields) {
        return String.join(
                " ",
                fields.stream()
                        .map(each -> "." + URLEncoder.encode(each, StandardCharsets.UTF_8))
                        .toList());
    }

    private static String[] decode(String line) {
        String[] fields = line.split(" ", -1);
        for (int i = 0; i < fields.length; i++) {
            String field = fields[i];
            fields[i] = URLDecoder.decode(field.substring(field.indexOf('.') + 1), StandardCharsets.UTF_8);
        }
        return fields;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- in the other process

    /** Runs one until its input ends. */
    public static void main(String[] args) throws IOException {
        HttpClient client = HttpClient.newBuilder()
                .sslContext(TlsContexts.of(args[0], null))
                .followRedirects(HttpClient.Redirect.valueOf(args[1]))
                .version(HttpClient.Version.valueOf(args[2]))
                .cookieHandler(new CookieManager())
                .connectTimeout(MOST)
                .build();
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            System.out.println(result(client, decode(line)));
        }
        System.exit(0);
    }

    private static String result(HttpClient client, String[] command) {
        try {
            return encode(command[0].equals("WEBSOCKET") ? echo(client, command) : request(client, command));
        } catch (Exception e) {
            return "!" + encode(List.of(String.valueOf(e)));
        }
    }

    private static List<String> request(HttpClient client, String[] command) throws IOException, InterruptedException {
        HttpRequest.BodyPublisher body = command[2].isEmpty()
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(command[2]);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(command[1])).timeout(MOST).method(command[0], body);
        for (int i = 3; i < command.length; i += 2) {
            request.header(command[i], command[i + 1]);
        }
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        int hops = 0;
        for (Optional<HttpResponse<String>> before = answer.previousResponse();
                before.isPresent();
                before = before.get().previousResponse()) {
            hops++;
        }
        return List.of(
                String.valueOf(answer.statusCode()),
                answer.uri().toString(),
                String.valueOf(hops),
                answer.version().name(),
                answer.body());
    }

    private static List<String> echo(HttpClient client, String[] command) throws Exception {
        CompletableFuture<String> first = new CompletableFuture<>();
        WebSocket.Listener listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                first.complete(text.toString());
                socket.request(1);
                return CompletableFuture.completedStage(null);
            }

            @Override
            public void onError(WebSocket socket, Throwable problem) {
                first.completeExceptionally(problem);
            }
        };
        WebSocket socket = client.newWebSocketBuilder()
                .buildAsync(URI.create(command[1]), listener)
                .get(MOST.toSeconds(), TimeUnit.SECONDS);
        socket.sendText(command[2], true).get(MOST.toSeconds(), TimeUnit.SECONDS);
        String text = first.get(MOST.toSeconds(), TimeUnit.SECONDS);
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(MOST.toSeconds(), TimeUnit.SECONDS);
        return List.of(text);
    }
}

package io.grouter.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * The HTTP server of the admin API. Its few threads and its bounded queue are its own, so that nothing asked here can
 * slow a request down.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
    private static final int THREADS = 2;
    private static final int QUEUE = 64;
    private static final int MOST_BODY = 16 << 10;
    /** For so long a reader may take nothing. */
    private static final Duration STUCK = Duration.ofSeconds(10);

    private final AdminConfig config;
    private final AdminApi api;
    private final WebPage page = new WebPage();
    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpServer server;
    private final ExecutorService threads;
    private final Lanes lanes;
    private final WriteWatch watch = new WriteWatch(System::nanoTime, STUCK.toNanos());
    private final ScheduledExecutorService watching;

    /** Makes the server and takes its port; throws {@link IOException} that names the address when it is taken. */
    public AdminServer(AdminConfig config, AdminApi api) throws IOException {
        this.config = config;
        this.api = api;
        InetSocketAddress address = new InetSocketAddress(
                config.listen().getHostString(), config.listen().getPort());
        try {
            this.server = HttpServer.create(address, QUEUE);
        } catch (IOException e) {
            throw new IOException(
                    "admin.listen: cannot listen on " + address.getHostString() + ":" + address.getPort() + ": "
                            + e.getMessage(),
                    e);
        }
        this.lanes = new Lanes(config.limits(), api.metrics());
        this.watching = Executors.newSingleThreadScheduledExecutor(AdminServer::thread);
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(QUEUE),
                AdminServer::thread,
                new ThreadPoolExecutor.AbortPolicy());
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    private static Thread thread(Runnable task) {
        Thread thread = new Thread(task, "grouter-admin");
        thread.setDaemon(true);
        return thread;
    }

    /** Starts answering. */
    public void start() {
        watching.scheduleWithFixedDelay(watch::look, 1, 1, TimeUnit.SECONDS);
        api.start();
        server.start();
    }

    /** Returns the address listened on, with the port the system chose where the configuration says 0. */
    public InetSocketAddress address() {
        return new InetSocketAddress(
                config.listen().getHostString(), server.getAddress().getPort());
    }

    /** Stops answering. */
    @Override
    public void close() {
        api.close();
        server.stop(0);
        lanes.close();
        watching.shutdownNow();
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        AdminApi.Answer answer = answer(exchange);
        if (answer.body() instanceof StreamedBody body
                && !exchange.getRequestMethod().equals("HEAD")) {
            if (lanes.run(body.lane(), () -> stream(exchange, answer, body))) {
                return;
            }
            send(
                    exchange,
                    AdminApi.Answer.problem(503, "Busy", "as many are being streamed as may be; try again")
                            .with("Retry-After", "2"));
        } else {
            send(exchange, answer);
        }
    }

    private void headers(HttpExchange exchange, AdminApi.Answer answer) {
        Headers headers = exchange.getResponseHeaders();
        if (!answer.contentType().isEmpty()) {
            headers.set("Content-Type", answer.contentType());
        }
        headers.set("Cache-Control", answer.headers().containsKey("ETag") ? "no-cache" : "no-store");
        headers.set("X-Content-Type-Options", "nosniff");
        answer.headers().forEach(headers::set);
    }

    private void send(HttpExchange exchange, AdminApi.Answer answer) throws IOException {
        try (exchange;
                WriteWatch.Watched watched = watch.begin(exchange.getResponseBody(), STUCK.toNanos())) {
            headers(exchange, answer);
            boolean head = exchange.getRequestMethod().equals("HEAD") || answer.body() instanceof StreamedBody;
            byte[] body = head
                    ? new byte[0]
                    : answer.body() instanceof String text
                            ? text.getBytes(StandardCharsets.UTF_8)
                            : json.writerWithDefaultPrettyPrinter().writeValueAsBytes(answer.body());
            exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
                watched.write(body);
            }
        }
    }

    /** Writes on a thread of its own, and never throws. */
    private void stream(HttpExchange exchange, AdminApi.Answer answer, StreamedBody body) {
        boolean ends = body.lane() == StreamedBody.Lane.TABLES;
        long most = ends ? config.limits().streamTimeout().toNanos() : Long.MAX_VALUE / 2;
        try (exchange) {
            headers(exchange, answer);
            exchange.sendResponseHeaders(answer.status(), 0);
            OutputStream out = exchange.getResponseBody();
            WriteWatch.Watched watched = watch.begin(out, most);
            try (watched) {
                body.write(watched);
            } catch (IOException | RuntimeException e) {
                log.debug("a stream ended early: {}", e.toString());
                if (watched.isCutOff()) {
                    lanes.cutOff(body.lane());
                }
                breakOff(out);
            }
        } catch (IOException | RuntimeException e) {
            log.debug("a stream could not begin, or end: {}", e.toString());
        }
    }

    /** Closes the connection without the end mark: what was sent must not look whole. */
    private static void breakOff(OutputStream out) {
        Thread.currentThread().interrupt(); // has the next write close its channel
        try {
            out.write('\n');
            out.flush();
        } catch (IOException | RuntimeException e) {
            log.trace("broken off", e); // the server's stream throws what it likes once a write was interrupted
        }
        Thread.interrupted();
    }

    private AdminApi.Answer answer(HttpExchange exchange) throws IOException {
        byte[] content = exchange.getRequestBody().readNBytes(MOST_BODY + 1);
        if (content.length > MOST_BODY) {
            return AdminApi.Answer.problem(413, "Too large", "body: more than " + MOST_BODY + " bytes");
        }
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getRawPath();
        AdminApi.Answer ofPage =
                page.answer(method, path, exchange.getRequestHeaders().getFirst("If-None-Match"));
        return ofPage != null
                ? ofPage
                : api.answer(
                        method,
                        path,
                        exchange.getRequestURI().getRawQuery(),
                        content,
                        exchange.getRequestHeaders()::getFirst);
    }
}

package io.grouter.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
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

    private final AdminConfig config;
    private final AdminApi api;
    private final WebPage page = new WebPage();
    private final JsonMapper json = JsonMapper.builder().build();
    private final HttpServer server;
    private final ExecutorService threads;

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
        this.threads = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                0,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(QUEUE),
                task -> {
                    Thread thread = new Thread(task, "grouter-admin");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.AbortPolicy());
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    /** Starts answering. */
    public void start() {
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
        server.stop(0);
        threads.shutdownNow();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (page.answers(exchange)) {
                return;
            }
            AdminApi.Answer answer = answer(exchange);
            byte[] body = answer.body() instanceof String text
                    ? text.getBytes(StandardCharsets.UTF_8)
                    : json.writerWithDefaultPrettyPrinter().writeValueAsBytes(answer.body());
            exchange.getResponseHeaders().set("Content-Type", answer.contentType());
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
            if (answer.status() == 405) {
                exchange.getResponseHeaders()
                        .set("Allow", api.allowed(exchange.getRequestURI().getRawPath()));
            }
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(answer.status(), head || body.length == 0 ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private AdminApi.Answer answer(HttpExchange exchange) throws IOException {
        boolean post = exchange.getRequestMethod().equals("POST");
        byte[] content = post ? exchange.getRequestBody().readNBytes(MOST_BODY + 1) : new byte[0];
        if (content.length > MOST_BODY) {
            return AdminApi.Answer.problem(413, "Too large", "body: more than " + MOST_BODY + " bytes");
        }
        try {
            return api.answer(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getRawPath(),
                    exchange.getRequestURI().getRawQuery(),
                    content);
        } catch (RuntimeException e) {
            log.error("admin request {} failed", exchange.getRequestURI(), e);
            return AdminApi.Answer.problem(500, "Internal error", "see the log of this node");
        }
    }
}

package io.grouter.sim;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;

/** One instance of an app: says who and where it is, and what of the request reached it. */
final class SimApp implements AutoCloseable {
    private final String site;
    private final String name;
    private final int index;
    private final HttpServer server;

    /** Starts an instance on loopback. */
    SimApp(String site, String name, int index, Executor threads) throws IOException {
        this(site, name, index, HostAddress.LOOPBACK, threads);
    }

    /** Starts an instance on any free port. */
    SimApp(String site, String name, int index, HostAddress address, Executor threads) throws IOException {
        this.site = site;
        this.name = name;
        this.index = index;
        this.server = HttpServer.create(address.bind(0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    int index() {
        return index;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            long received = 0;
            byte[] buffer = new byte[65_536];
            InputStream in = exchange.getRequestBody();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                received += n;
            }
            String text = name + " in " + site + ", instance " + index + "\n"
                    + exchange.getRequestMethod() + " " + exchange.getRequestURI() + "\n"
                    + "body: " + received + " bytes\n"
                    + header(exchange, "Host")
                    + header(exchange, "X-Forwarded-Host")
                    + header(exchange, "X-Forwarded-For")
                    + header(exchange, "X-Forwarded-Proto")
                    + header(exchange, "X-Vcap-Request-Id");
            byte[] body = text.getBytes(StandardCharsets.UTF_8);
            boolean head = exchange.getRequestMethod().equals("HEAD");
            exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
            exchange.sendResponseHeaders(200, head ? -1 : body.length);
            if (!head) {
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : name + ": " + value + "\n";
    }
}
